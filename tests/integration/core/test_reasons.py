"""Every code of `reasons.json` is reached through the real service, and the log still verifies.

A scenario is named by its code; a code without one fails `test_every_code_and_flag_has_a_scenario`.
"""

from collections.abc import Callable
from typing import Any

import pytest

from server.services import rebuild, restore, verify
from server.storage import checkpoint_file
from sync_protocol.note import Checkpoint, sign_checkpoint
from sync_protocol.ops import Op
from sync_protocol.rules import CODES, FLAGS
from tests.support.authors import (
    DAY_MS,
    OTHER_COUNTY,
    Author,
    Office,
    blob_ref,
    finding_body,
    inspection_begun,
    signing_body,
)

Scenario = Callable[[Office, Author, Author, Author], Op]
SCENARIOS: dict[str, Scenario] = {}
FLAGGED: dict[str, Scenario] = {}


def ruled(code: str) -> Callable[[Scenario], Scenario]:
    """Register a scenario whose op ends with this code."""
    return lambda scenario: SCENARIOS.setdefault(code, scenario)


def flagged(flag: str) -> Callable[[Scenario], Scenario]:
    """Register a scenario whose op carries this flag."""
    return lambda scenario: FLAGGED.setdefault(flag, scenario)


@pytest.fixture
def cast(office: Office) -> tuple[Office, Author, Author, Author]:
    people = office.person("wang"), office.person("li"), office.person("boss", "supervisor")
    return office, *people


@pytest.mark.parametrize("code", list(CODES))
def test_the_code_is_the_ruling_on_its_scenario(code: str, cast: Any) -> None:
    op = SCENARIOS[code](*cast)
    office = cast[0]
    outcome, ruled_code = office.ruling(op)
    assert ruled_code == code
    assert outcome in CODES[code]["outcomes"]
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []


@pytest.mark.parametrize("flag", list(FLAGS))
def test_the_flag_is_on_its_scenario(flag: str, cast: Any) -> None:
    op = FLAGGED[flag](*cast)
    office = cast[0]
    assert office.flags(op) == [flag]
    assert office.ruling(op) == ("applied", "")
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []


def test_every_code_and_flag_has_a_scenario() -> None:
    assert SCENARIOS.keys() == CODES.keys()
    assert FLAGGED.keys() == FLAGS.keys()


# What the scenarios are made of.


def pushed(office: Office, *ops: Op) -> Op:
    office.push(*ops)
    return ops[-1]


def found(office: Office, author: Author, inspection: str, **members: Any) -> str:
    """Record a finding; return its id."""
    op = author.op("finding.create", finding_body(author, inspection, **members))
    office.apply(op)
    return str(op.body["finding"])


def step(office: Office, author: Author, kind: str, finding: str, **members: Any) -> Op:
    """Return a step of a finding from the state it is in."""
    state = office.state(f"finding/{finding}", "finding")
    return author.op(kind, {"finding": finding, **state, **members})


def under_measures(office: Office, author: Author, inspection: str) -> str:
    finding = found(office, author, inspection)
    office.apply(step(office, author, "finding.confirm", finding))
    office.apply(step(office, author, "finding.take_measures", finding, measures="停产"))
    return finding


def reinspected(office: Office, author: Author, finding: str, result: str = "pass") -> Op:
    members = {"reinspection": author.new_id(), "officers": ["wang", "li"], "result": result}
    return step(office, author, "reinspection.record", finding, photos=["photo-1"], **members)


def disputed(office: Office, wang: Author, li: Author) -> tuple[str, Op]:
    finding = under_measures(office, wang, inspection_begun(office, wang, li))
    passes, fails = reinspected(office, wang, finding), reinspected(office, li, finding, "fail")
    office.push(passes)
    office.push(fails)
    return finding, fails


def planned(office: Office, boss: Author, *officers: Author) -> str:
    inspection = boss.new_id()
    body = {
        "inspection": inspection,
        "enterprise": "works",
        "date": "2026-06-16",
        "officers": [officer.person for officer in officers],
        "content": "例行检查",
    }
    office.apply(boss.op("inspection.plan", body))
    return inspection


def beginning(office: Office, author: Author, inspection: str, **members: Any) -> Op:
    state = office.state(f"inspection/{inspection}", "inspection")
    told = {"id_shown": True, "rights_told": True, "recorder_on": True, "code_scanned": True}
    body = {"inspection": inspection, "officers": ["wang", "li"], **state, **told, **members}
    return author.op("inspection.begin", body)


def on_plan(office: Office, boss: Author, author: Author, kind: str, inspection: str) -> Op:
    state = office.state(f"inspection/{inspection}", "inspection")
    return author.op(kind, {"inspection": inspection, **state})


# Codes.


@ruled("")
def applied(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection)))


@ruled("field_contested")
def two_texts(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = found(office, wang, inspection_begun(office, wang, li))
    field = office.row(f"finding/{finding}")["fields"]["place"]
    change = {"field": "place", "replaces": [field["op"]]}
    for author, value in ((wang, "二号车间"), (li, "三号车间")):
        body = {"finding": finding, "changes": [change | {"value": value}]}
        op = pushed(office, author.op("finding.edit", body))
    return op


@ruled("step_contradicts")
def pass_and_fail(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    return disputed(office, wang, li)[1]


@ruled("dep_missing")
def dep_missing(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    body = finding_body(wang, inspection_begun(office, wang, li))
    return pushed(office, wang.op("finding.create", body, deps=["ab" * 32]))


@ruled("dep_not_effective")
def dep_refused(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    stranger = office.person("zhao")
    refused = pushed(office, stranger.op("finding.create", finding_body(stranger, inspection)))
    body = finding_body(wang, inspection)
    return pushed(office, wang.op("finding.create", body, deps=[refused.id]))


@ruled("chain_not_countersigned")
def new_phone(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    phone = office.unconfirmed_phone("wang", seed=1)
    return pushed(office, phone.op("finding.create", finding_body(phone, inspection)))


@ruled("chain_revoked")
def after_seeing_the_revocation(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    office.revoke(wang)
    office.see(wang)
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection)))


@ruled("chain_revoked_unseen")
def before_hearing_of_the_revocation(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:  # fmt: skip
    inspection = inspection_begun(office, wang, li)
    office.see(wang)
    office.revoke(wang)
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection)))


@ruled("person_deactivated")
def by_somebody_who_left(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    body = {"person": "wang", "reason": "退休", **office.state("person/wang", "person")}
    office.tell("person.deactivate", body)
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection)))


@ruled("checkpoint_unknown")
def from_another_history(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    office.see(wang)
    wang.seen = {**wang.seen, "root": "ab" * 32}
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection)))


@ruled("role_forbidden")
def above_ones_role(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = planned(office, boss, wang, li)
    return pushed(office, on_plan(office, boss, wang, "inspection.review", inspection))


@ruled("space_forbidden")
def in_another_county(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    body = finding_body(wang, inspection_begun(office, wang, li))
    return pushed(office, wang.op("finding.create", body, space=OTHER_COUNTY))


@ruled("entity_unknown")
def on_nothing(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    body = {"finding": "nowhere", "grade": "general"}
    return pushed(office, wang.op("finding.classify", body))


@ruled("entity_exists")
def same_number_again(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    finding = found(office, wang, inspection)
    body = finding_body(li, inspection) | {"finding": finding}
    return pushed(office, li.op("finding.create", body))


@ruled("entity_elsewhere")
def thing_of_another_county(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = found(office, wang, inspection_begun(office, wang, li))
    stranger = office.person("zhao", bureau=OTHER_COUNTY)
    body = {"finding": finding, "grade": "general"}
    return pushed(office, stranger.op("finding.classify", body))


@ruled("illegal_step")
def skipping_a_step(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = found(office, wang, inspection_begun(office, wang, li))
    return pushed(office, step(office, boss, "finding.close", finding))


@ruled("stale_step")
def state_moved_meanwhile(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    state = {"inspection": inspection, **office.state(f"inspection/{inspection}", "inspection")}
    office.apply(wang.op("inspection.pause", state | {"reason": "雷雨"}))
    late = signing_body(inspection) | state
    return pushed(office, li.op("inspection.sign", late))


@ruled("claim_unknown")
def choosing_what_nobody_claimed(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding, _ = disputed(office, wang, li)
    elsewhere = found(office, wang, inspection_begun(office, wang, li))
    chosen = office.row(f"finding/{elsewhere}")["created"]["op"]
    decision = step(office, boss, "finding.decide", finding, chosen=chosen, reason="现场复核")
    return pushed(office, decision)


@ruled("field_not_editable")
def editing_the_grade(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = found(office, wang, inspection_begun(office, wang, li))
    change = {"field": "grade", "value": "major", "replaces": []}
    return pushed(office, wang.op("finding.edit", {"finding": finding, "changes": [change]}))


@ruled("finding_incomplete")
def confirming_half_a_finding(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    body = finding_body(wang, inspection)
    del body["basis"]
    office.apply(wang.op("finding.create", body))
    return pushed(office, step(office, wang, "finding.confirm", body["finding"]))


@ruled("criterion_missing")
def major_without_a_criterion(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = found(office, wang, inspection_begun(office, wang, li), grade="major")
    return pushed(office, step(office, wang, "finding.confirm", finding))


@ruled("finding_not_major")
def listing_a_general_hazard(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = found(office, wang, inspection_begun(office, wang, li))
    plan = {"responsible": "某某", "plan_measures": "更换", "funds": "一万元"}
    dated = {"time_limit": "2026-09-01", "contingency": "停产"}
    return pushed(office, boss.op("listing.list", {"finding": finding, **plan, **dated}))


@ruled("officer_not_listed")
def not_ones_inspection(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    stranger = office.person("zhao")
    return pushed(office, stranger.op("finding.create", finding_body(stranger, inspection)))


@ruled("other_inspection")
def signing_a_hazard_of_another_inspection(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:
    finding = found(office, wang, inspection_begun(office, wang, li))
    other = inspection_begun(office, wang, li)
    state = office.state(f"inspection/{other}", "inspection")
    return pushed(office, wang.op("inspection.sign", signing_body(other, (), [finding]) | state))


@ruled("second_officer_missing")
def closing_before_the_second_attests(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:  # fmt: skip
    finding = under_measures(office, wang, inspection_begun(office, wang, li))
    office.apply(reinspected(office, wang, finding))
    return pushed(office, step(office, boss, "finding.close", finding))


@ruled("attests_own_record")
def attesting_oneself(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    state = office.state(f"inspection/{inspection}", "inspection")
    signing = wang.op("inspection.sign", signing_body(inspection) | state)
    office.apply(signing)
    body = {"inspection": inspection, "signing": signing.id, "agrees": True}
    return pushed(office, wang.op("inspection.attest", body))


@ruled("same_person")
def approving_ones_own_review(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = planned(office, boss, wang, li)
    office.apply(on_plan(office, boss, boss, "inspection.review", inspection))
    return pushed(office, on_plan(office, boss, boss, "inspection.approve", inspection))


@ruled("not_reviewed")
def approving_unreviewed(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = planned(office, boss, wang, li)
    return pushed(office, on_plan(office, boss, boss, "inspection.approve", inspection))


@ruled("reason_missing")
def beginning_unapproved(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    return pushed(office, beginning(office, wang, planned(office, boss, wang, li)))


@ruled("deadline_before_order")
def deadline_in_the_past(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    finding = found(office, wang, inspection)
    office.apply(step(office, wang, "finding.confirm", finding))
    return pushed(office, ordering(office, wang, inspection, finding, "2026-06-15"))


def ordering(office: Office, author: Author, inspection: str, finding: str, deadline: str) -> Op:
    state = office.state(f"finding/{finding}", "finding")
    item = {"finding": finding, **state, "requirement": "立即整改", "deadline": deadline}
    body = {"order": author.new_id(), "inspection": inspection, "items": [item]}
    return author.op("order.issue", body | {"rendering": blob_ref(), "signatures": []})


@ruled("record_missing")
def supplementing_nothing(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    finding = found(office, wang, inspection)
    body = signing_body(inspection, (), [finding])
    return pushed(office, wang.op("inspection.supplement", body))


@ruled("own_chain")
def confirming_ones_own_phone(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    phone = office.unconfirmed_phone("boss", seed=1)
    state = office.state(f"chain/{phone.chain}", "chain")
    body = {"target": phone.chain, "compared_code": phone.pairing_code(), **state}
    return pushed(office, boss.op("chain.countersign", body))


@ruled("op_not_quarantined")
def accepting_what_is_applied(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    op = applied(office, wang, li, boss)
    return pushed(office, boss.op("ruling.accept", {"op": op.id, "reason": "属实"}))


@ruled("not_own_op")
def withdrawing_anothers_op(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    op = dep_missing(office, wang, li, boss)
    return pushed(office, li.op("op.withdraw", {"op": op.id, "reason": "误点"}))


@ruled("withdrawn_by_author")
def withdrawing(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    op = dep_missing(office, wang, li, boss)
    office.apply(wang.op("op.withdraw", {"op": op.id, "reason": "误点"}))
    return op


@ruled("declined")
def declining(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    op = before_hearing_of_the_revocation(office, wang, li, boss)
    office.apply(boss.op("ruling.decline", {"op": op.id, "reason": "不实"}))
    return op


# Flags.


@flagged("fork")
def two_at_one_place(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    one = wang.op("finding.create", finding_body(wang, inspection))
    two = wang.op("finding.create", finding_body(wang, inspection), seq=one.seq, prev=one.prev)
    return pushed(office, one, two)


@flagged("licence_unproven")
def licence_run_out(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    office.licence("li", "2025-01-01", "2026-06-15")
    inspection_begun(office, wang, li)
    return wang.built[-1]


@flagged("revoked_by_transfer")
def captured_before_a_transfer(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    assignment = {"person": "wang", "bureau": OTHER_COUNTY, "role": "inspector"}
    office.tell("person.assign", assignment)
    office.revoke(wang, "transfer")
    return pushed(office, wang.op("finding.create", finding_body(wang, inspection)))


@flagged("quiet_period")
def begun_in_the_first_half_of_a_month(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:  # fmt: skip
    office.clock.advance(-DAY_MS)
    inspection_begun(office, wang, li)
    return wang.built[-1]


@flagged("clock_off")
def phone_ahead_of_time(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    office.clock.advance(3_600_000)
    op = wang.op("finding.create", finding_body(wang, inspection))
    office.clock.advance(-3_600_000)
    return pushed(office, op)


@flagged("checkpoint_lost")
def seen_what_a_restore_lost(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    runtime = office.runtime
    signed = Checkpoint(runtime.origin(1), 1000, b"\x01" * 32)  # as if 1000 leaves had been there
    note = sign_checkpoint(signed, runtime.log_key(1), runtime.keys.sign_note)
    checkpoint_file.advance(runtime.settings.checkpoint_file, note)
    restore.restore(runtime, [], "test")
    wang.seen = {"origin": signed.origin, "root": "02" * 32, "size": 900}
    body = {"enterprise": "new-works", "name": "厂", "trade": "mine", "address": "路"}
    return pushed(office, wang.op("enterprise.add", body))
