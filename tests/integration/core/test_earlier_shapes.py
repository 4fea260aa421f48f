"""What an earlier app captured is read in today's shape wherever it meets today's rules.

Texts, ids and signatures are the author's own: only what decide and fold read differs.
"""

import pytest

from server.services import ingest, queries, rebuild, verify
from server.services.ingest import Carrier
from sync_protocol import canonical
from sync_protocol.ops import Op
from tests.integration.core.acts import Item, beginning, found, planned, rewritten
from tests.support.authors import Author, Office, finding_body, inspection_begun


@pytest.fixture
def wang(office: Office) -> Author:
    return office.person("wang")


@pytest.fixture
def li(office: Office) -> Author:
    return office.person("li")


def earlier(author: Author, op: Op, *lacking: str) -> Item:
    """Return the op as an app signed it that knew nothing of these members."""
    body = {name: value for name, value in op.body.items() if name not in lacking}
    return rewritten(author, op.header, canonical.encode(body))


def pushed(office: Office, item: Item) -> tuple[str, str, str]:
    """Push one item over wang's session; return (op id, outcome, code)."""
    reply = ingest.push(office.runtime, [item], Carrier("wang"))["items"][0]
    assert reply["status"] == "admitted", reply
    return reply["op"], reply["ruling"]["outcome"], reply["ruling"]["code"]


def assert_sound_and_unaltered(office: Office, op_id: str, item: Item) -> None:
    entry = queries.op_entry(office.runtime, op_id)
    assert entry is not None
    assert {name: entry[name] for name in item} == item
    assert rebuild.check(office.runtime) == []
    assert verify.verify(office.runtime) == []


def test_a_beginning_that_says_no_arrival_begins_the_inspection(
    office: Office, wang: Author, li: Author
) -> None:
    inspection = planned(office, office.person("boss", "supervisor"), wang, li)
    op = beginning(office, wang, inspection, reason="举报")
    office.clock.advance(60_000)
    item = earlier(wang, op, "arrived_at_ms")
    op_id, *ruling = pushed(office, item)
    assert ruling == ["applied", ""]
    row = office.row(f"inspection/{inspection}")
    assert row["states"]["inspection"]["op"] == op_id
    assert row["fields"]["arrived_at_ms"] == {"op": op_id, "v": op.wall_ms}
    assert_sound_and_unaltered(office, op_id, item)


def test_a_grading_that_names_no_version_keeps_both_and_asks(
    office: Office, wang: Author, li: Author
) -> None:
    finding = found(office, wang, inspection_begun(office, wang, li))
    grading = {"finding": finding, "grade": "major", "replaces": []}
    item = earlier(wang, wang.op("finding.classify", grading), "replaces")
    op_id, *ruling = pushed(office, item)
    assert ruling == ["conflict", "field_contested"]
    grade = office.row(f"finding/{finding}")["fields"]["grade"]
    assert (grade["v"], [one["v"] for one in grade["others"]]) == ("major", ["general"])
    assert_sound_and_unaltered(office, op_id, item)


def test_it_is_read_so_too_when_it_is_decided_again(
    office: Office, wang: Author, li: Author
) -> None:
    create = wang.op("finding.create", finding_body(wang, inspection_begun(office, wang, li)))
    grading = {"finding": create.body["finding"], "grade": "major", "replaces": []}
    op = wang.op("finding.classify", grading, deps=[create.id])
    item = earlier(wang, op, "replaces")
    op_id, *ruling = pushed(office, item)
    assert ruling == ["waiting", "dep_missing"]
    office.apply(create)
    entry = queries.op_entry(office.runtime, op_id)
    assert entry is not None
    assert (entry["ruling"]["outcome"], entry["ruling"]["code"]) == ("conflict", "field_contested")
    assert_sound_and_unaltered(office, op_id, item)


def test_a_step_based_on_one_is_taken_from_the_state_it_led_to(
    office: Office, wang: Author, li: Author
) -> None:
    """The base of a step is read from the log again: in today's shape, too."""
    inspection = planned(office, office.person("boss", "supervisor"), wang, li)
    first, second = (beginning(office, one, inspection, reason="举报") for one in (wang, li))
    op_id, *_ = pushed(office, earlier(wang, first, "arrived_at_ms"))
    assert office.rule(second) == ("merged", "")
    body = {"inspection": inspection, "base": op_id, "from": "in_progress", "reason": "停电"}
    assert office.rule(wang.op("inspection.pause", body)) == ("applied", "")


def test_a_member_that_is_wrong_is_still_rejected(office: Office, wang: Author, li: Author) -> None:
    finding = found(office, wang, inspection_begun(office, wang, li))
    op = wang.op("finding.classify", {"finding": finding, "grade": "major", "replaces": []})
    text = canonical.encode({"finding": finding, "grade": "mild"})
    reply = ingest.push(office.runtime, [rewritten(wang, op.header, text)], Carrier("wang"))
    assert (reply["items"][0]["code"], reply["items"][0]["field"]) == ("body_invalid", "grade")
