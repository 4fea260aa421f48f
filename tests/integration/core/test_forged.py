"""What a signed-in person may try with a key of their own, and must not get away with."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.services import queries, rebuild, verify
from sync_protocol.ops import Op
from sync_protocol.rules import KINDS
from tests.support.authors import (
    COUNTY,
    OTHER_COUNTY,
    Author,
    Office,
    blob_ref,
    finding_body,
    inspection_begun,
    signing_body,
)

APPLIED = ("applied", "")


@pytest.fixture
def wang(office: Office) -> Author:
    return office.person("wang")


@pytest.fixture
def li(office: Office) -> Author:
    return office.person("li")


@pytest.fixture
def boss(office: Office) -> Author:
    return office.person("boss", "supervisor")


@pytest.fixture
def stranger(office: Office) -> Author:
    return office.person("zhao")


@pytest.fixture
def inspection(office: Office, wang: Author, li: Author) -> str:
    return inspection_begun(office, wang, li)


@pytest.fixture
def finding(office: Office, wang: Author, inspection: str) -> str:
    op = wang.op("finding.create", finding_body(wang, inspection))
    office.apply(op)
    return str(op.body["finding"])


@pytest.fixture(autouse=True)
def _still_sound(office: Office) -> Iterator[None]:
    yield
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []


def step(office: Office, author: Author, kind: str, finding: str, **members: Any) -> Op:
    state = office.state(f"finding/{finding}", "finding")
    return author.op(kind, {"finding": finding, **state, **members})


def state_of(office: Office, finding: str) -> str:
    return office.state(f"finding/{finding}", "finding")["from"]


def ordering(author: Author, inspection: str, finding: str, state: dict[str, str]) -> Op:
    item = {"finding": finding, **state, "requirement": "整改", "deadline": "2026-07-30"}
    return author.op(
        "order.issue",
        {"order": author.new_id(), "inspection": inspection, "items": [item],
         "rendering": blob_ref(), "signatures": []},
    )  # fmt: skip


@pytest.mark.parametrize("claimed", ["passed", "closure_proposed", "fixed_on_spot"])
def test_a_hazard_is_not_closed_over_a_state_that_never_was(
    office: Office, wang: Author, boss: Author, finding: str, claimed: str
) -> None:
    confirm = step(office, wang, "finding.confirm", finding)
    office.apply(confirm)
    for base in (confirm.id, boss.chain, "00" * 32):
        body = {"finding": finding, "base": base, "from": claimed}
        ruled = office.rule(boss.op("finding.close", body, deps=[]))
        assert ruled == ("refused", "illegal_step")
    assert state_of(office, finding) == "confirmed"


def test_a_step_from_a_state_that_was_there_is_still_a_claim(
    office: Office, wang: Author, li: Author, boss: Author, finding: str
) -> None:
    office.apply(step(office, wang, "finding.confirm", finding))
    stale = step(office, li, "finding.take_measures", finding, measures="停产")
    office.apply(step(office, wang, "finding.withdraw", finding, reason="误记"))
    assert office.rule(stale) == ("conflict", "step_contradicts")
    chosen = step(office, boss, "finding.decide", finding, chosen=stale.id, reason="属实")
    late = step(office, boss, "finding.decide", finding, chosen=stale.id, reason="再定")
    office.apply(chosen)
    assert state_of(office, finding) == "measures_taken"
    measured = step(office, wang, "finding.withdraw", finding, reason="误记")
    office.apply(measured)
    assert office.rule(late) == ("refused", "claim_unknown")
    result = {"officers": ["wang", "li"], "result": "pass", "photos": ["photo-1"]}
    result |= {"base": chosen.id, "from": "measures_taken", "reinspection": wang.new_id()}
    passed = wang.op("reinspection.record", {"finding": finding, **result})
    assert office.rule(passed) == ("conflict", "step_contradicts")


FOREIGN: dict[str, dict[str, Any]] = {
    "photo.assign": {"photos": ["photo-1"]},
    "photo.unassign": {"photos": ["photo-1"]},
    "voice.unassign": {"voices": ["voice-1"]},
    "finding.edit": {"changes": [{"field": "place", "value": "别处", "replaces": []}]},
    "finding.classify": {"grade": "general", "replaces": []},
    "finding.confirm": {},
    "finding.fix_on_spot": {"note": "已改", "photos": []},
    "finding.take_measures": {"measures": "停产"},
    "finding.withdraw": {"reason": "误记"},
    "finding.mark_duplicate": {"duplicate_of": "another", "reason": "重复"},
}


@pytest.mark.parametrize("kind", list(FOREIGN))
def test_an_officer_of_another_inspection_leaves_a_hazard_alone(
    office: Office, stranger: Author, inspection: str, finding: str, kind: str
) -> None:
    before = office.row(f"finding/{finding}")
    based = {"base", "from"} & set(KINDS[kind]["body"])
    state = office.state(f"finding/{finding}", "finding") if based else {}
    op = stranger.op(kind, {"finding": finding, **state, **FOREIGN[kind]})
    assert office.rule(op) == ("refused", "officer_not_listed")
    assert office.row(f"finding/{finding}") == before


def test_an_officer_of_another_inspection_neither_concludes_nor_calls_off(
    office: Office, stranger: Author, inspection: str
) -> None:
    state = {"inspection": inspection, **office.state(f"inspection/{inspection}", "inspection")}
    for kind, more in (
        ("inspection.conclude", {"conclusion": "no_problem"}),
        ("inspection.not_carried_out", {"reason": "未去"}),
    ):
        ruled = office.rule(stranger.op(kind, state | more))
        assert ruled == ("refused", "officer_not_listed")


def test_an_officer_of_another_inspection_does_not_stop_a_clip(
    office: Office, wang: Author, stranger: Author, inspection: str
) -> None:
    clip = {"clip": wang.new_id(), "inspection": inspection, "camera": "C1", "officer": "wang"}
    office.apply(wang.op("clip.start", clip | {"started_at_ms": 5}))
    stop = {"clip": clip["clip"], "stopped_at_ms": 6}
    assert office.rule(stranger.op("clip.stop", stop)) == ("refused", "officer_not_listed")
    office.apply(wang.op("clip.stop", stop))


def test_ones_own_inspection_is_no_way_to_anothers_hazards(
    office: Office, stranger: Author, li: Author, finding: str
) -> None:
    own = inspection_begun(office, stranger, li)
    state = office.state(f"finding/{finding}", "finding")
    named = {"finding": finding, **state}
    inspected = office.state(f"inspection/{own}", "inspection")
    photo = {
        "photo": stranger.new_id(), "inspection": own, "finding": finding, "purpose": "finding",
        "source": "camera", "captured_at_ms": 1,
        "blob": {"sha256": "ab" * 32, "size_bytes": 4, "media_type": "image/jpeg"},
    }  # fmt: skip
    tried = [
        stranger.op("inspection.sign", signing_body(own, [named]) | inspected),
        stranger.op("inspection.sign", signing_body(own, [], [finding]) | inspected),
        stranger.op("photo.add", photo),
        ordering(stranger, own, finding, state),
    ]
    for op in tried:
        ruled = office.rule(op)
        assert ruled == ("refused", "other_inspection")
    assert state_of(office, finding) == "draft"


def test_a_hazard_is_a_duplicate_of_another_that_stands(
    office: Office, wang: Author, inspection: str, finding: str
) -> None:
    other = wang.op("finding.create", finding_body(wang, inspection, number="A2"))
    office.apply(other)

    def marked(one: str, of: str) -> tuple[str, str]:
        members = {"duplicate_of": of, "reason": "重复"}
        return office.rule(step(office, wang, "finding.mark_duplicate", one, **members))

    assert marked(finding, finding) == ("refused", "illegal_step")
    assert marked(finding, "nowhere") == ("refused", "entity_unknown")
    assert marked(finding, other.body["finding"]) == APPLIED
    assert marked(other.body["finding"], finding) == ("refused", "illegal_step")


def test_a_signing_that_was_refused_is_not_attested(
    office: Office, wang: Author, li: Author, inspection: str, finding: str
) -> None:
    stale = {"base": office.row(f"finding/{finding}")["created"]["op"], "from": "in_progress"}
    signing = wang.op("inspection.sign", signing_body(inspection) | stale)
    assert office.rule(signing)[0] == "refused"
    attest = {"inspection": inspection, "signing": signing.id, "agrees": True}
    assert office.rule(li.op("inspection.attest", attest, deps=[])) == ("refused", "record_missing")


def test_another_county_does_not_mend_what_is_not_its_own(
    office: Office, wang: Author, stranger: Author, inspection: str
) -> None:
    body = finding_body(stranger, inspection)
    refused = stranger.op("finding.create", body)
    assert office.rule(refused) == ("refused", "officer_not_listed")
    grading = {"finding": body["finding"], "grade": "general", "replaces": []}
    waiting = wang.op("finding.classify", grading, deps=[refused.id])
    assert office.rule(waiting) == ("waiting", "dep_not_effective")
    far = office.person("qian", bureau=OTHER_COUNTY)
    item = {"enterprise": "far", "name": "远厂", "trade": "mine", "address": "远路"}
    ruled = office.rule(far.op("enterprise.add", item, mends=refused.id))
    assert ruled == ("refused", "entity_elsewhere")
    assert office.ruling(waiting) == ("waiting", "dep_not_effective")


def test_nobody_accepts_their_own_quarantined_record(
    office: Office, wang: Author, boss: Author
) -> None:
    again = office.phone("boss", seed=1)
    plan = {"inspection": boss.new_id(), "enterprise": "works", "date": "2026-06-20",
            "officers": ["wang", "boss"], "content": "例行检查"}  # fmt: skip
    op = boss.op("inspection.plan", plan)
    office.revoke(boss)
    assert office.rule(op) == ("quarantined", "chain_revoked_unseen")
    accept = again.op("ruling.accept", {"op": op.id, "reason": "属实"}, space=COUNTY)
    assert office.rule(accept) == ("refused", "attests_own_record")
    assert office.ruling(op) == ("quarantined", "chain_revoked_unseen")


def test_what_another_county_tried_is_not_in_a_things_timeline(
    office: Office, finding: str
) -> None:
    far = office.person("qian", bureau=OTHER_COUNTY)
    tried = far.op("finding.classify", {"finding": finding, "grade": "general", "replaces": []})
    assert office.rule(tried) == ("refused", "entity_elsewhere")
    shown = queries.timeline(office.runtime, f"finding/{finding}")["entries"]
    assert [entry["kind"] for entry in shown] == ["finding.create"]
