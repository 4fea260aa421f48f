"""What changes about a person while their phone is offline with unsent work: nothing is lost by it.

Each record arrives under its author's own name and is ruled as SPEC section 6 says; what was asked
for with the change in view is refused, what could not know of it is valid, flagged or quarantined.
"""

import pytest
from sqlalchemy import select

from server.services.runtime import Runtime
from server.storage.log_tables import Op as LoggedOp
from sync_protocol.ops import Op
from tests.support.authors import (
    CITY,
    COUNTY,
    OTHER_COUNTY,
    Author,
    Office,
    finding_body,
    inspection_begun,
)


@pytest.fixture
def wang(office: Office) -> Author:
    return office.person("wang", "inspector")


@pytest.fixture
def inspection(office: Office, wang: Author) -> str:
    return inspection_begun(office, wang, office.person("li", "inspector"))


def moved(office: Office, bureau: str, role: str = "inspector") -> None:
    office.tell("person.assign", {"person": "wang", "bureau": bureau, "role": role})


def unsent(wang: Author, inspection: str) -> Op:
    return wang.op("finding.create", finding_body(wang, inspection))


def deactivated(office: Office) -> None:
    body = {"person": "wang", "reason": "离职"} | office.state("person/wang", "person")
    office.tell("person.deactivate", body)


def test_who_was_moved_to_another_bureau_delivers_what_was_captured_before(
    office: Office, wang: Author, inspection: str
) -> None:
    office.see(wang)
    records = [unsent(wang, inspection) for _ in range(3)]
    moved(office, OTHER_COUNTY)
    for record in records:
        assert office.rule(record) == ("applied", "")
        assert office.flags(record) == ["revoked_by_transfer"]
        assert office.row(f"finding/{record.body['finding']}")["space"] == COUNTY


def test_who_knew_of_the_move_has_no_say_in_the_old_bureau(
    office: Office, wang: Author, inspection: str
) -> None:
    moved(office, OTHER_COUNTY)
    office.see(wang)
    assert office.rule(unsent(wang, inspection)) == ("refused", "space_forbidden")


def test_who_was_moved_has_no_say_elsewhere_than_in_the_two_bureaus(
    office: Office, wang: Author, inspection: str
) -> None:
    moved(office, OTHER_COUNTY)
    body = {"enterprise": "mine", "name": "矿", "trade": "mine", "address": "x"}
    city = wang.op("enterprise.add", body, space=CITY)
    assert office.rule(city) == ("refused", "space_forbidden")
    there = wang.op("enterprise.add", body | {"enterprise": "there"}, space=OTHER_COUNTY)
    assert office.rule(there) == ("applied", "")
    assert office.flags(there) == []


def test_a_move_within_sight_of_the_old_bureau_flags_nothing(
    office: Office, wang: Author, inspection: str
) -> None:
    record = unsent(wang, inspection)
    moved(office, CITY)  # the city sees its counties
    assert office.rule(record) == ("applied", "")
    assert office.flags(record) == []


@pytest.mark.parametrize("carrier", ["wang", "li"])
def test_a_deactivated_account_quarantines_and_a_supervisor_brings_it_into_effect(
    office: Office, wang: Author, inspection: str, carrier: str
) -> None:
    boss = office.person("boss", "supervisor")
    record = unsent(wang, inspection)
    deactivated(office)
    assert office.rule(record, carrier=carrier) == ("quarantined", "person_deactivated")
    office.apply(boss.op("ruling.accept", {"op": record.id, "reason": "属实"}))
    assert office.ruling(record) == ("applied", "")
    assert office.row(f"finding/{record.body['finding']}")["created"]["by"] == "wang"


@pytest.mark.parametrize(
    ("cause", "expected", "flags"),
    [
        ("for_cause", ("quarantined", "chain_revoked_unseen"), []),
        ("lost", ("quarantined", "chain_revoked_unseen"), []),
        ("transfer", ("applied", ""), ["revoked_by_transfer"]),
    ],
)
def test_a_revoked_phone_is_ruled_by_the_cause_and_by_what_it_had_seen(
    office: Office,
    wang: Author,
    inspection: str,
    cause: str,
    expected: tuple[str, str],
    flags: list[str],
) -> None:
    office.see(wang)
    before = unsent(wang, inspection)
    office.revoke(wang, cause)
    assert office.rule(before) == expected
    assert office.flags(before) == flags
    office.see(wang)
    assert office.rule(unsent(wang, inspection)) == ("refused", "chain_revoked")


def test_all_three_at_once_leave_every_record_in_the_log_under_its_author(
    office: Office, runtime: Runtime, wang: Author, inspection: str
) -> None:
    records = [unsent(wang, inspection) for _ in range(5)]
    moved(office, OTHER_COUNTY)
    office.revoke(wang, "transfer")
    deactivated(office)
    office.push(*records, carrier="li")
    with runtime.engine.connect() as connection:
        query = select(LoggedOp.chain, LoggedOp.carrier).where(
            LoggedOp.op_id.in_([record.id for record in records])
        )
        found = [tuple(row) for row in connection.execute(query)]
    assert found == [(wang.chain, "li")] * 5
    for record in records:
        assert office.ruling(record) == ("quarantined", "person_deactivated")
