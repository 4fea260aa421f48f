"""Every item code of `problems.json` is reached, and what it rejects leaves no leaf."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from server.services import ingest, rebuild, verify
from server.services.ingest import Carrier
from server.storage.log_tables import Leaf, Quota, Rejection
from sync_protocol.keys import sign
from sync_protocol.ops import build_op
from sync_protocol.rules import ITEM_PROBLEMS, LIMITS
from tests.integration.core.acts import Item, rewritten, signed
from tests.integration.core.scenarios import Scenarios
from tests.support.authors import DAY_MS, Author, Office, finding_body, inspection_begun

rejected = Scenarios()  # each returns an item (or items, of which the last counts)


@pytest.fixture
def wang(office: Office) -> Author:
    return office.person("wang")


@pytest.fixture
def inspection(office: Office, wang: Author) -> str:
    return inspection_begun(office, wang, office.person("li"))


def leaf_count(office: Office) -> int:
    with office.runtime.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Leaf)).scalar_one()


# `author_unknown` is only said to what is handed back after a restore; its test is there.
AT_A_PUSH = [code for code in ITEM_PROBLEMS if code != "author_unknown"]


@pytest.mark.parametrize("code", AT_A_PUSH)
def test_the_item_is_rejected_with_its_code_and_leaves_no_leaf(
    code: str, office: Office, wang: Author, inspection: str
) -> None:
    item = rejected.play(code, office, wang, inspection)
    before = leaf_count(office)
    reply = ingest.push(office.runtime, [item], Carrier("wang"))["items"][0]
    assert (reply["status"], reply.get("code")) == ("rejected", code)
    assert "receipt" not in reply
    assert leaf_count(office) == before
    with office.runtime.engine.connect() as connection:
        assert code in connection.execute(select(Rejection.code)).scalars().all()


def test_every_item_code_has_a_scenario() -> None:
    rejected.assert_complete(AT_A_PUSH)


def good(author: Author, inspection: str, **header: Any) -> Item:
    return author.op("finding.create", finding_body(author, inspection), **header).wire()


def swapped(item: Item, member: str, old: str, new: str) -> Item:
    assert old in item[member]
    return item | {member: item[member].replace(old, new, 1)}


@rejected("op_malformed")
def not_an_op(office: Office, wang: Author, inspection: str) -> Any:
    return {"header": 7}


@rejected("op_not_canonical")
def with_white_space(office: Office, wang: Author, inspection: str) -> Any:
    item = good(wang, inspection)
    return signed(wang, item["header"].replace(",", ", ", 1), item)


@rejected("op_too_large")
def too_large(office: Office, wang: Author, inspection: str) -> Any:
    return good(wang, inspection) | {"body": '"' + "a" * LIMITS["body_bytes"] + '"'}


@rejected("version_unsupported")
def from_the_future(office: Office, wang: Author, inspection: str) -> Any:
    return swapped(good(wang, inspection), "header", '"v":1', '"v":2')


@rejected("deployment_mismatch")
def of_another_city(office: Office, wang: Author, inspection: str) -> Any:
    return good(wang, inspection, deployment="other-city")


@rejected("kind_unknown")
def of_an_unknown_kind(office: Office, wang: Author, inspection: str) -> Any:
    return swapped(good(wang, inspection), "header", '"finding.create"', '"finding.dream"')


@rejected("body_invalid")
def with_a_wrong_body(office: Office, wang: Author, inspection: str) -> Any:
    op = wang.op("finding.create", finding_body(wang, inspection))
    text = op.wire()["body"].replace('"general"', '"mild"').encode()
    return rewritten(wang, op.header, text)


@rejected("entities_mismatch")
def hiding_what_it_names(office: Office, wang: Author, inspection: str) -> Any:
    op = wang.op("finding.create", finding_body(wang, inspection))
    return rewritten(wang, dict(op.header) | {"entities": []}, op.body_raw)


@rejected("commitment_mismatch")
def with_another_body(office: Office, wang: Author, inspection: str) -> Any:
    return swapped(good(wang, inspection), "body", "安全出口", "消防通道")


@rejected("chain_unknown")
def of_an_unknown_chain(office: Office, wang: Author, inspection: str) -> Any:
    stranger = Author("wang", office.clock, seed=9)
    stranger.enrol()
    return good(stranger, inspection)


@rejected("signature_invalid")
def signed_by_another(office: Office, wang: Author, inspection: str) -> Any:
    return good(wang, inspection) | {"sig": good(wang, inspection)["sig"]}


@rejected("enrolment_person")
def enrolling_somebody_else(office: Office, wang: Author, inspection: str) -> Any:
    return Author("li", office.clock, seed=9).enrol().wire()


@rejected("quota_exceeded")
def beyond_the_waiting_ones(office: Office, wang: Author, inspection: str) -> Any:
    batch = [
        wang.op("finding.create", finding_body(wang, inspection), deps=["ab" * 32])
        for _ in range(LIMITS["chain_waiting_ops"] + 1)
    ]
    for start in range(0, LIMITS["chain_waiting_ops"], 100):
        office.push(*batch[start : start + 100])
    return batch[-1].wire()


def test_what_the_waiting_ones_wait_for_gets_in_although_they_are_too_many(
    office: Office, wang: Author, inspection: str
) -> None:
    body = finding_body(wang, inspection)
    awaited = wang.op("finding.create", body)
    edit = {"finding": body["finding"], "grade": "general", "replaces": []}
    batch = [
        wang.op("finding.classify", edit, deps=[awaited.id])
        for _ in range(LIMITS["chain_waiting_ops"])
    ]
    for start in range(0, len(batch), 100):
        office.push(*batch[start : start + 100])
    office.apply(awaited)
    assert {office.ruling(op) for op in batch} == {("applied", "")}


def test_a_day_that_is_full_is_over_the_next_day(
    office: Office, wang: Author, inspection: str
) -> None:
    op = wang.op("finding.create", finding_body(wang, inspection))
    with office.runtime.engine.begin() as connection:
        connection.execute(update(Quota).values(ops=LIMITS["chain_ops_per_day"]))
    assert office.push(op)["items"][0]["code"] == "quota_exceeded"
    office.clock.advance(86_400_000)
    assert office.rule(op) == ("applied", "")


def test_rejections_are_bounded_and_expire(office: Office, wang: Author) -> None:
    for _ in range(3):
        ingest.push(office.runtime, ["nonsense"] * 5, Carrier("wang"))
        office.clock.advance((LIMITS["rejections_days"] + 1) * 86_400_000)
    with office.runtime.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(Rejection)).scalar_one() == 5


def test_a_genesis_over_a_session_begins_nothing(office: Office, wang: Author) -> None:
    body = {
        "name": "别的系统",
        "city": "110000",
        "city_name": "别的市",
        "public_key": wang.built[0].body["public_key"],
        "log_key": "another",
        "rules": 1,
    }
    header = {"chain": "", "seq": 0, "prev": ""}
    members = dict(wang.built[0].header) | header | {"kind": "deployment.genesis"}
    members = {name: members[name] for name in ("app", "deployment", "kind", "chain", "seq",
                                               "prev", "space", "time")}  # fmt: skip
    op = build_op(members, body, b"\x02" * 32, lambda payload: sign(wang.key, payload))
    reply = ingest.push(office.runtime, [op.wire()], Carrier("wang"))["items"][0]
    assert (reply["status"], reply["code"]) == ("rejected", "enrolment_person")


@pytest.mark.parametrize("name", ["\x00", "a\x00b", "\x7f" * 5000, "字" * 300])
def test_a_member_of_any_name_is_rejected_and_does_not_take_the_batch_with_it(
    office: Office, wang: Author, inspection: str, name: str
) -> None:
    good = wang.op("finding.create", finding_body(wang, inspection)).wire()
    pushed = ingest.push(office.runtime, [good | {name: 1}, good], Carrier("wang"))["items"]
    assert [one["status"] for one in pushed] == ["rejected", "admitted"]
    assert (pushed[0]["code"], pushed[0]["field"]) == ("op_malformed", name)


def test_a_person_begins_so_many_chains_a_day_and_what_hangs_on_more_is_not_taken_in(
    office: Office, wang: Author
) -> None:
    limit = LIMITS["person_enrolments_per_day"]
    phones = [Author("wang", office.clock, seed=number) for number in range(100, 101 + limit)]
    enrolments = [phone.enrol() for phone in phones]
    late = phones[-1].op("finding.create", finding_body(phones[-1], "nowhere"))
    before = leaf_count(office)
    pushed = office.push(*enrolments, late)["items"]
    taken = [one["status"] for one in pushed].count("admitted")
    assert taken == leaf_count(office) - before == limit - 1  # the day's first was wang's own phone
    codes = [one.get("code") for one in pushed[taken:]]
    assert codes == ["quota_exceeded", "quota_exceeded", "chain_unknown"]
    office.clock.advance(DAY_MS)
    again = office.push(*enrolments[-2:], late)["items"]
    assert [one["status"] for one in again] == ["admitted"] * 3
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []
