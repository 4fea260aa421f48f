"""Steps that both officers took offline, when the second phone arrives after the work went on."""

from typing import Any

import pytest

from server.services import rebuild, verify
from sync_protocol.ops import Op
from tests.integration.core.acts import beginning, found, planned, reinspected, step, under_measures
from tests.support.authors import Author, Office, blob_ref, inspection_begun, signing_body

Cast = tuple[Office, Author, Author, Author]
MERGED = ("merged", "")


def holds(office: Office) -> None:
    assert rebuild.check(office.runtime) == []
    assert verify.verify(office.runtime) == []


def signing(author: Author, inspection: str, base: Op, **members: Any) -> Op:
    body = signing_body(inspection) | {"base": base.id, "from": "in_progress"} | members
    return author.op("inspection.sign", body)


@pytest.fixture
def arrived(cast: Cast) -> tuple[str, Op, Op]:
    """An inspection that both officers began from its plan, and the two beginnings, not sent."""
    office, wang, li, boss = cast
    inspection = planned(office, boss, wang, li)
    reason = {"reason": "方案待审"}
    return inspection, *(beginning(office, who, inspection, **reason) for who in (wang, li))


def test_a_beginning_that_arrives_after_the_record_was_signed_is_taken_in(
    cast: Cast, arrived: tuple[str, Op, Op]
) -> None:
    office, wang = cast[:2]
    inspection, first, second = arrived
    office.apply(first, signing(wang, inspection, first))
    assert office.rule(second) == MERGED
    holds(office)


def test_the_second_officers_record_stands_beside_the_first_with_its_own_rendering(
    cast: Cast, arrived: tuple[str, Op, Op]
) -> None:
    office, wang, li, _ = cast
    inspection, first, second = arrived
    own = signing(li, inspection, second, rendering=blob_ref("ef" * 32))
    record = signing(wang, inspection, first)
    office.apply(first, record)
    assert office.rule(second, own) == MERGED
    row = office.row(f"inspection/{inspection}")
    assert row["fields"]["rendering"]["op"] == record.id
    shown = {
        one.id: office.row(f"record/{one.id}")["fields"]["rendering"]["v"]["sha256"]
        for one in (record, own)
    }
    assert shown == {record.id: "ab" * 32, own.id: "ef" * 32}
    holds(office)


def test_hazards_of_the_second_record_are_confirmed_and_recorded(
    cast: Cast, arrived: tuple[str, Op, Op]
) -> None:
    office, wang, li, _ = cast
    inspection, first, second = arrived
    office.apply(first)
    office.push(second)
    finding = found(office, li, inspection)
    confirmation = {"finding": finding, **office.state(f"finding/{finding}", "finding")}
    own = signing(li, inspection, second, recorded=[finding], findings=[confirmation])
    office.apply(signing(wang, inspection, first))
    assert office.rule(own) == MERGED
    assert office.row(f"finding/{finding}")["states"]["finding"]["s"] == "confirmed"
    recorded = office.row(f"inspection/{inspection}")["sets"]["recorded_findings"]
    assert [one["id"] for one in recorded] == [finding]
    holds(office)


@pytest.mark.parametrize(
    ("result", "ruled"), [("pass", MERGED), ("fail", ("conflict", "step_contradicts"))]
)
def test_a_second_result_after_closing_agrees_or_reopens(
    cast: Cast, result: str, ruled: tuple[str, str]
) -> None:
    office, wang, li, boss = cast
    finding = under_measures(office, wang, inspection_begun(office, wang, li))
    passes, late = reinspected(office, wang, finding), reinspected(office, li, finding, result)
    attest = {"reinspection": passes.body["reinspection"], "finding": finding}
    office.apply(passes, li.op("reinspection.attest", attest))
    office.apply(step(office, boss, "finding.close", finding))
    assert office.rule(late) == ruled
    holds(office)
