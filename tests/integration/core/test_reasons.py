"""Every code of `reasons.json` is reached through the real service, and the log still verifies.

A scenario is named by its code; a code without one fails `test_every_code_has_a_scenario`.
"""

from typing import Any

import pytest

from server.services import rebuild, verify
from sync_protocol.ops import Op
from sync_protocol.rules import CODES
from tests.integration.core.acts import (
    beginning,
    derived,
    disputed,
    found,
    handing_over,
    on_plan,
    photographed,
    planned,
    pushed,
    reinspected,
    step,
    under_measures,
)
from tests.integration.core.scenarios import Scenarios
from tests.support.authors import (
    COUNTY,
    OTHER_COUNTY,
    Author,
    Office,
    blob_ref,
    clip_body,
    finding_body,
    inspection_begun,
    signing_body,
)

ruled = Scenarios()  # each returns an op that ends with the code it is named by


@pytest.mark.parametrize("code", list(CODES))
def test_the_code_is_the_ruling_on_its_scenario(code: str, cast: Any) -> None:
    op = ruled.play(code, *cast)
    office = cast[0]
    outcome, ruled_code = office.ruling(op)
    assert ruled_code == code
    assert outcome in CODES[code]["outcomes"]
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []


def test_every_code_has_a_scenario() -> None:
    ruled.assert_complete(CODES)


@ruled("handed_over_before")
def handed_on(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    finding = under_measures(office, wang, inspection_begun(office, wang, li))
    office.apply(handing_over(office, boss, finding, OTHER_COUNTY))
    other = office.person("other-boss", "supervisor", OTHER_COUNTY)
    back = handing_over(office, other, finding, COUNTY, space=OTHER_COUNTY)
    return pushed(office, back)


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
    body = {"finding": "nowhere", "grade": "general", "replaces": []}
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
    body = {"finding": finding, "grade": "general", "replaces": []}
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


@ruled("copy_not_derived")
def redacting_another_picture(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    photo = photographed(office, wang, inspection, "ab" * 32)
    return pushed(office, boss.op("photo.derive", derived(boss, photo, parent="ef" * 32)))


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


@ruled("conclusion_contradicts")
def nothing_found_with_a_hazard_recorded(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:  # fmt: skip
    inspection = inspection_begun(office, wang, li)
    office.apply(wang.op("finding.create", finding_body(wang, inspection)))
    signing = signing_body(inspection) | office.state(f"inspection/{inspection}", "inspection")
    office.apply(wang.op("inspection.sign", signing))
    state = office.state(f"inspection/{inspection}", "inspection")
    body = {"inspection": inspection, **state, "conclusion": "no_problem"}
    return pushed(office, wang.op("inspection.conclude", body))


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


@ruled("recording_missing")
def case_without_its_recording(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    inspection = inspection_begun(office, wang, li)
    office.apply(wang.op("clip.refer", clip_body(wang, inspection)))
    body = {"case": wang.new_id(), "inspection": inspection, "cause": "未批先建"}
    return pushed(office, wang.op("case.open", body | {"footage": [], "without": []}))


@ruled("range_backwards")
def recording_that_ends_before_it_begins(
    office: Office, wang: Author, li: Author, boss: Author
) -> Op:  # fmt: skip
    inspection = inspection_begun(office, wang, li)
    backwards = clip_body(wang, inspection) | {"started_at_ms": 2, "stopped_at_ms": 1}
    return pushed(office, wang.op("clip.refer", backwards))


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


@ruled("other_enterprise")
def hazard_of_another_enterprise(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    named = {"enterprise": "quarry", "name": "示例石料厂", "trade": "mine", "address": "示例路2号"}
    office.tell("enterprise.add", named)
    body = finding_body(wang, inspection_begun(office, wang, li), enterprise="quarry")
    return pushed(office, wang.op("finding.create", body))


@ruled("code_differs")
def confirming_another_phones_code(office: Office, wang: Author, li: Author, boss: Author) -> Op:
    phone, other = (office.unconfirmed_phone("wang", seed=seed) for seed in (1, 2))
    state = office.state(f"chain/{phone.chain}", "chain")
    body = {"target": phone.chain, "compared_code": other.pairing_code(), **state}
    return pushed(office, boss.op("chain.countersign", body))
