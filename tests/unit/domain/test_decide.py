"""Decisions, in the order of SPEC section 6: authority, deps, guards, fold."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.records import NotLockedError
from sync_protocol.ops import Op
from tests.support.authors import (
    CITY,
    COUNTY,
    OTHER_COUNTY,
    Author,
    FakeClock,
    finding_body,
)
from tests.unit.domain.world import CLASSIFY, World, person, row, settled


def ruling(world: World, op: Op, author: str = "wang", **arrival: Any) -> tuple[str, str]:
    decision = world.decide(op, author, **arrival)
    return decision.outcome, decision.code


def test_a_decision_reads_only_what_is_locked() -> None:
    world, _ = settled()
    world.keys = {"chain/other"}
    with pytest.raises(NotLockedError, match="finding/f"):
        world.row("finding/f")


def test_only_an_effective_outcome_comes_with_changes() -> None:
    world, wang = settled()
    applied = world.decide(wang.op("finding.classify", CLASSIFY))
    refused = world.decide(wang.op("finding.classify", CLASSIFY | {"finding": "none"}))
    assert applied.changes.keys() == {"finding/f"}
    assert (refused.code, refused.changes) == ("entity_unknown", {})


def test_authority_is_looked_at_before_deps_and_deps_before_guards() -> None:
    world, wang = settled()
    stranger = finding_body(wang, "insp")
    world.rows["inspection/insp"]["fields"]["officers"]["v"] = ["li", "zhao"]
    op = wang.op("finding.create", stranger, deps=["ab" * 32])
    assert ruling(world, op) == ("waiting", "dep_missing")
    world.rows[f"chain/{wang.chain}"]["states"]["chain"]["s"] = "pending"
    assert ruling(world, op) == ("waiting", "chain_not_countersigned")
    world.rows[f"chain/{wang.chain}"]["states"]["chain"]["s"] = "active"
    world.log(_dep(wang, "ab" * 32))
    assert ruling(world, op) == ("refused", "officer_not_listed")


def _dep(author: Author, op_id: str) -> Op:
    return replace(author.op("finding.classify", CLASSIFY), id=op_id)


def test_a_missing_dep_outweighs_one_that_is_not_in_effect() -> None:
    world, wang = settled()
    world.log(_dep(wang, "ab" * 32), "refused")
    one = wang.op("finding.classify", CLASSIFY, deps=["ab" * 32])
    both = wang.op("finding.classify", CLASSIFY, deps=["ab" * 32, "cd" * 32])
    assert ruling(world, one) == ("waiting", "dep_not_effective")
    assert ruling(world, both) == ("waiting", "dep_missing")
    world.log(wang.op("finding.classify", CLASSIFY, mends="ab" * 32))
    assert ruling(world, one) == ("applied", "")


@pytest.mark.parametrize(
    ("bureau", "space", "code"),
    [
        (COUNTY, COUNTY, ""),
        (CITY, COUNTY, "entity_unknown"),
        (CITY, CITY, "entity_elsewhere"),
        (COUNTY, OTHER_COUNTY, "space_forbidden"),
        (COUNTY, CITY, "space_forbidden"),
        (COUNTY, "common", "space_forbidden"),
        (COUNTY, "123456", "space_forbidden"),
    ],
)
def test_one_writes_in_ones_own_bureau_and_below_it(bureau: str, space: str, code: str) -> None:
    world, wang = settled()
    world.put(person("wang", bureau=bureau))
    body = CLASSIFY | ({"finding": "none"} if code == "entity_unknown" else {})
    assert ruling(world, wang.op("finding.classify", body, space=space))[1] == code


def test_an_administrator_writes_common_things_and_an_inspector_does_not() -> None:
    world, wang = settled()
    body = {"enterprise": "e", "name": "厂", "trade": "mine", "address": "路"}
    op = wang.op("enterprise.add", body, space="common")
    assert ruling(world, op) == ("refused", "space_forbidden")
    world.put(person("wang", "administrator", CITY))
    assert ruling(world, op) == ("applied", "")


@pytest.mark.parametrize("kind", ["ruling.accept", "ruling.decline"])
@pytest.mark.parametrize(
    ("role", "bureau", "code"),
    [
        ("supervisor", CITY, ""),
        ("supervisor", COUNTY, "space_forbidden"),
        ("inspector", CITY, "role_forbidden"),
        ("administrator", CITY, "role_forbidden"),
    ],
)
def test_the_citys_supervisor_decides_on_what_is_everybodys(
    kind: str, role: str, bureau: str, code: str
) -> None:
    world, wang = settled()
    body = {"enterprise": "e", "name": "厂", "trade": "mine", "address": "路"}
    late = wang.op("enterprise.add", body, space="common")
    world.log(late, "quarantined")
    boss = Author("boss", FakeClock())
    boss.enrol()
    world.authors[boss.chain] = "boss"
    world.put(person("boss", role, bureau))
    world.put(row(f"chain/{boss.chain}", bureau, {"chain": "active"}, person="boss"))
    op = boss.op(kind, {"op": late.id, "reason": "已核对"}, space="common")
    assert ruling(world, op, "boss")[1] == code
    other = boss.op("enterprise.add", body, space="common")
    assert ruling(world, other, "boss")[1] in {"space_forbidden", ""}


def test_a_person_the_log_does_not_know_has_no_role() -> None:
    world, wang = settled()
    del world.rows["person/wang"]
    assert ruling(world, wang.op("finding.classify", CLASSIFY)) == ("refused", "role_forbidden")


def test_a_genesis_is_only_ever_the_first_leaf_and_the_systems() -> None:
    system = Author("system", FakeClock())
    body = {
        "name": "n",
        "city": CITY,
        "city_name": "市",
        "public_key": system.enrol().body["public_key"],
        "log_key": "k",
        "rules": 1,
    }
    genesis = system.op(
        "deployment.genesis", body, chain="", seq=0, prev="", space="common", deps=[]
    )
    forbidden = ("refused", "role_forbidden")
    assert ruling(World(), genesis, "system") == ("applied", "")
    assert ruling(World(), genesis, "system", carrier="wang") == forbidden
    assert ruling(settled()[0], genesis, "system") == forbidden


def revoked(world: World, wang: Author, cause: str, source: str = "active") -> None:
    """Let wang's chain be revoked at leaf 10."""
    body = {"target": wang.chain, "base": "00" * 32, "from": source, "cause": cause, "reason": "x"}
    boss = Author("boss", FakeClock())
    boss.enrol()
    op = boss.op("chain.revoke", body)
    world.log(op, index=10)
    chain = row(f"chain/{wang.chain}", COUNTY, {"chain": "revoked"}, person="wang", cause=cause)
    chain["states"]["chain"]["op"] = op.id
    world.put(chain, index=10)


@pytest.mark.parametrize(
    ("cause", "seen", "index", "expected"),
    [
        ("for_cause", 0, None, ("quarantined", "chain_revoked_unseen")),
        ("lost", 10, None, ("quarantined", "chain_revoked_unseen")),
        ("for_cause", 11, None, ("refused", "chain_revoked")),
        ("transfer", 10, None, ("applied", "")),
        ("transfer", 11, None, ("refused", "chain_revoked")),
        ("for_cause", 0, 9, ("applied", "")),
        ("for_cause", 0, 11, ("quarantined", "chain_revoked_unseen")),
    ],
)
def test_a_revocation_counts_from_its_leaf_and_by_what_the_phone_had_seen(
    cause: str, seen: int, index: int | None, expected: tuple[str, str]
) -> None:
    world, wang = settled()
    revoked(world, wang, cause)
    if seen:
        wang.seen = {"origin": world.origin(), "root": "ab" * 32, "size": seen}
        world.roots[seen] = "ab" * 32
    op = wang.op("finding.classify", CLASSIFY)
    # The revocation is no op that this one names: its key is asked for, and then taken.
    with pytest.raises(NotLockedError, match="op/"):
        world.decide_once(op)
    world.keys = None
    assert _unlocked(world, op, index=index) == expected


def _unlocked(world: World, op: Op, **arrival: Any) -> tuple[str, str]:
    decision = world.decide_unlocked(op, **arrival)
    return decision.outcome, decision.code


def test_a_chain_revoked_before_anybody_confirmed_it_is_refused() -> None:
    world, wang = settled()
    revoked(world, wang, "transfer", source="pending")
    op = wang.op("finding.classify", CLASSIFY)
    assert _unlocked(world, op, index=1) == ("refused", "chain_revoked")


def test_an_accepted_op_passes_what_it_was_quarantined_for_and_nothing_else() -> None:
    world, wang = settled()
    revoked(world, wang, "for_cause")
    op = wang.op("finding.classify", CLASSIFY)
    assert _unlocked(world, op, accepted=True) == ("applied", "")
    world.put(person("wang", "administrator"))
    assert _unlocked(world, op, accepted=True) == ("refused", "role_forbidden")


@pytest.mark.parametrize("ahead_ms", [600_000, 600_001])
def test_a_clock_is_flagged_only_beyond_ten_minutes_ahead(ahead_ms: int) -> None:
    world, wang = settled()
    wang.clock.advance(ahead_ms)
    flags = world.decide(wang.op("finding.classify", CLASSIFY)).flags
    assert flags == (("clock_off",) if ahead_ms > 600_000 else ())


def test_a_clock_years_behind_is_neither_flagged_nor_refused() -> None:
    world, wang = settled()
    wang.clock.ms = 0
    decision = world.decide(wang.op("finding.classify", CLASSIFY))
    assert (decision.outcome, decision.flags) == ("applied", ())
