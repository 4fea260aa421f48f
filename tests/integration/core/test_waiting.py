"""What waits goes on by itself, what is quarantined or refused has its one action."""

import json
import threading
import time
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from server.jobs.background import Background
from server.services import queries, rebuild, release, verify
from server.services.commit import commit
from server.services.ingest import Carrier, admit, works_of
from sync_protocol.ops import Op
from tests.support.authors import Author, Office, finding_body, inspection_begun

APPLIED = ("applied", "")
SOON_S = 20


@pytest.fixture
def wang(office: Office) -> Author:
    return office.person("wang")


@pytest.fixture
def boss(office: Office) -> Author:
    return office.person("boss", "supervisor")


@pytest.fixture
def inspection(office: Office, wang: Author) -> str:
    return inspection_begun(office, wang, office.person("li"))


def rulings_hold(office: Office) -> None:
    assert rebuild.check(office.runtime) == []
    assert verify.verify(office.runtime) == []


def test_an_op_that_came_before_its_dep_takes_effect_when_the_dep_comes(
    office: Office, wang: Author, inspection: str
) -> None:
    create = wang.op("finding.create", finding_body(wang, inspection))
    step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    confirm = wang.op("finding.confirm", step)
    measures = step | {"base": confirm.id, "from": "confirmed", "measures": "停产"}
    later = wang.op("finding.take_measures", measures)
    assert office.rule(later) == ("waiting", "dep_missing")
    assert office.rule(confirm) == ("waiting", "dep_missing")
    assert office.rule(create) == APPLIED
    assert office.ruling(confirm) == office.ruling(later) == APPLIED
    rulings_hold(office)


def test_a_receipt_stays_the_same_when_the_ruling_changes(
    office: Office, wang: Author, inspection: str
) -> None:
    create = wang.op("finding.create", finding_body(wang, inspection))
    step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    confirm = wang.op("finding.confirm", step)
    first = office.push(confirm)["items"][0]
    office.push(create)
    again = office.push(confirm)["items"][0]
    assert again["receipt"] == first["receipt"]
    assert again["ruling"]["outcome"] == "applied"
    assert again["ruling"]["cause"] == create.id
    assert again["ruling"]["index"] > first["ruling"]["index"]


def test_ops_of_a_new_phone_take_effect_when_it_is_confirmed(
    office: Office, wang: Author, inspection: str
) -> None:
    phone = office.unconfirmed_phone("wang", seed=1)
    op = phone.op("finding.create", finding_body(phone, inspection))
    assert office.rule(op) == ("waiting", "chain_not_countersigned")
    office.confirm(phone)
    assert office.ruling(op) == APPLIED
    rulings_hold(office)


def test_ops_of_a_phone_that_is_refused_instead_of_confirmed_are_refused(
    office: Office, wang: Author, inspection: str
) -> None:
    phone = office.unconfirmed_phone("wang", seed=1)
    op = phone.op("finding.create", finding_body(phone, inspection))
    office.push(op)
    office.revoke(phone)
    assert office.ruling(op) == ("refused", "chain_revoked")
    rulings_hold(office)


def test_a_refused_op_that_is_mended_lets_its_dependants_go_on(
    office: Office, wang: Author, inspection: str
) -> None:
    body = finding_body(wang, inspection)
    stranger = office.person("zhao")
    refused = stranger.op("finding.create", body)
    grading = {"finding": body["finding"], "grade": "general", "replaces": []}
    dependant = wang.op("finding.classify", grading, deps=[refused.id])
    assert office.rule(refused) == ("refused", "officer_not_listed")
    assert office.rule(dependant) == ("waiting", "dep_not_effective")
    assert office.rule(wang.op("finding.create", body, mends=refused.id)) == APPLIED
    assert office.ruling(dependant) == APPLIED
    rulings_hold(office)


def test_a_waiting_op_is_told_that_its_dep_came_but_was_refused(
    office: Office, wang: Author, inspection: str
) -> None:
    stranger = office.person("zhao")
    body = finding_body(wang, inspection)
    refused = stranger.op("finding.create", body)
    grading = {"finding": body["finding"], "grade": "general", "replaces": []}
    dependant = wang.op("finding.classify", grading, deps=[refused.id])
    assert office.rule(dependant) == ("waiting", "dep_missing")
    office.push(refused)
    assert office.ruling(dependant) == ("waiting", "dep_not_effective")
    rulings_hold(office)


def test_a_quarantined_op_is_accepted_against_todays_state(
    office: Office, wang: Author, boss: Author, inspection: str
) -> None:
    op = wang.op("finding.create", finding_body(wang, inspection))
    office.revoke(wang)
    assert office.rule(op) == ("quarantined", "chain_revoked_unseen")
    assert office.rule(boss.op("ruling.accept", {"op": op.id, "reason": "属实"})) == APPLIED
    assert office.ruling(op) == APPLIED
    again = boss.op("ruling.accept", {"op": op.id, "reason": "属实"})
    assert office.rule(again) == ("refused", "op_not_quarantined")
    rulings_hold(office)


def confirmed_elsewhere(office: Office, wang: Author, inspection: str) -> tuple[Op, Op]:
    """A hazard of one phone, not sent, and its confirmation by another of the same person."""
    other = office.phone("wang", seed=1)
    create = other.op("finding.create", finding_body(other, inspection))
    step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    return create, wang.op("finding.confirm", step)


def test_an_accepted_op_that_waits_needs_no_second_acceptance(
    office: Office, wang: Author, boss: Author, inspection: str
) -> None:
    create, confirm = confirmed_elsewhere(office, wang, inspection)
    office.revoke(wang)
    assert office.rule(confirm) == ("quarantined", "chain_revoked_unseen")
    office.push(boss.op("ruling.accept", {"op": confirm.id, "reason": "属实"}))
    assert office.ruling(confirm) == ("waiting", "dep_missing")
    office.push(create)
    assert office.ruling(confirm) == APPLIED
    rulings_hold(office)


def test_an_acceptance_outlives_a_flag_that_came_while_the_op_waited(
    office: Office, wang: Author, boss: Author, inspection: str
) -> None:
    create, confirm = confirmed_elsewhere(office, wang, inspection)
    twin = wang.op(
        "finding.create", finding_body(wang, inspection), seq=confirm.seq, prev=confirm.prev
    )
    office.revoke(wang)
    office.push(confirm)
    office.push(boss.op("ruling.accept", {"op": confirm.id, "reason": "属实"}))
    office.push(twin)
    assert office.ruling(confirm) == ("waiting", "dep_missing")
    assert office.flags(confirm) == ["fork"]
    office.push(create)
    assert office.ruling(confirm) == APPLIED
    rulings_hold(office)


def test_a_quarantined_op_is_declined(
    office: Office, wang: Author, boss: Author, inspection: str
) -> None:
    op = wang.op("finding.create", finding_body(wang, inspection))
    office.revoke(wang)
    office.push(op)
    assert office.rule(boss.op("ruling.decline", {"op": op.id, "reason": "不实"})) == APPLIED
    assert office.ruling(op) == ("refused", "declined")
    rulings_hold(office)


def test_an_author_withdraws_what_waits_and_it_never_takes_effect(
    office: Office, wang: Author, inspection: str
) -> None:
    create = wang.op("finding.create", finding_body(wang, inspection))
    step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    confirm = wang.op("finding.confirm", step)
    office.push(confirm)
    assert office.rule(wang.op("op.withdraw", {"op": confirm.id, "reason": "误点"})) == APPLIED
    assert office.ruling(confirm) == ("refused", "withdrawn_by_author")
    office.push(create)
    assert office.ruling(confirm) == ("refused", "withdrawn_by_author")
    rulings_hold(office)


def test_two_ops_at_one_place_of_a_chain_are_both_decided_and_both_flagged(
    office: Office, wang: Author, inspection: str
) -> None:
    one = wang.op("finding.create", finding_body(wang, inspection))
    two = wang.op("finding.create", finding_body(wang, inspection), seq=one.seq, prev=one.prev)
    three = wang.op("finding.create", finding_body(wang, inspection), seq=one.seq, prev=one.prev)
    for op in (one, two, three):
        assert office.rule(op) == APPLIED
    assert [office.flags(op) for op in (one, two, three)] == [["fork"]] * 3
    rulings_hold(office)


def test_what_was_committed_but_not_released_before_a_crash_is_released_at_the_next_start(
    office: Office, wang: Author, inspection: str
) -> None:
    create = wang.op("finding.create", finding_body(wang, inspection))
    step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    confirm = wang.op("finding.confirm", step)
    office.push(confirm)
    carrier = Carrier("wang")
    commit(office.runtime, works_of(office.runtime, admit(office.runtime, [create.wire()], carrier),
                                  carrier))  # fmt: skip
    assert office.ruling(confirm) == ("waiting", "dep_missing")
    release.release_all(office.runtime)
    assert office.ruling(confirm) == APPLIED


def test_what_a_failing_database_kept_from_going_on_goes_on_soon(
    office: Office, wang: Author, inspection: str
) -> None:
    create = wang.op("finding.create", finding_body(wang, inspection))
    step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    confirm = wang.op("finding.confirm", step)
    office.push(confirm)
    failed, swept = threading.Event(), threading.Event()

    def fail_after_the_commit(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM uploads" in statement:
            swept.set()
        if swept.is_set() and not failed.is_set() and "WHERE waiting.dep" in statement:
            failed.set()
            raise OperationalError(statement, None, ConnectionError("gone"))

    event.listen(office.runtime.engine, "before_cursor_execute", fail_after_the_commit)
    background = Background(office.runtime)
    background.start()
    try:
        assert swept.wait(SOON_S)  # the next sweep by the clock is minutes away
        with pytest.raises(OperationalError):
            office.push(create)
        until = time.monotonic() + SOON_S
        while office.ruling(confirm) != APPLIED and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        background.stop()
    assert office.ruling(confirm) == APPLIED
    rulings_hold(office)


def test_an_op_logged_before_the_revocation_stays_valid_while_it_waited(
    office: Office, wang: Author, inspection: str
) -> None:
    other = office.phone("wang", seed=1)
    create = other.op("finding.create", finding_body(other, inspection))
    step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    confirm = wang.op("finding.confirm", step)
    office.push(confirm)
    office.revoke(wang)
    office.push(create)
    assert office.ruling(confirm) == APPLIED
    rulings_hold(office)


def test_a_hole_in_a_chain_holds_nothing_up(office: Office, wang: Author, inspection: str) -> None:
    lost = wang.op("finding.create", finding_body(wang, inspection))
    after = wang.op("finding.create", finding_body(wang, inspection))
    assert after.prev == lost.id
    assert office.rule(after) == APPLIED
    assert office.flags(after) == []
    assert office.rule(lost) == APPLIED
    assert office.flags(lost) == []
    rulings_hold(office)


def pages_of_rulings(office: Office, chain: str, limit: int) -> list[dict[str, Any]]:
    """Follow the feed of a chain's rulings from its beginning, as its phone does."""
    found: list[dict[str, Any]] = []
    after = -1
    while True:
        page = json.loads(queries.rulings_page(office.runtime, chain, after, limit))
        assert len(page["rulings"]) <= limit
        found += page["rulings"]
        if "next" not in page:
            return found
        after = page["next"]


def test_an_author_gets_every_ruling_however_small_the_pages(
    office: Office, wang: Author, inspection: str
) -> None:
    create = wang.op("finding.create", finding_body(wang, inspection))
    edit = {"finding": create.body["finding"], "grade": "general", "replaces": []}
    waiting = [wang.op("finding.classify", edit, deps=[create.id]) for _ in range(5)]
    office.push(*waiting)
    office.push(create)
    everything = pages_of_rulings(office, wang.chain, 500)
    assert {one["op"] for one in everything} == {op.id for op in wang.built}
    assert {one["outcome"] for one in everything} == {"applied"}
    for limit in (1, 2, 3):
        assert pages_of_rulings(office, wang.chain, limit) == everything
