"""Every legal and every illegal (state, step) of every machine, made from the table."""

import copy
from typing import Any

import pytest

from sync_protocol import lifecycle
from sync_protocol.fold import Folded, FoldOp, fold
from sync_protocol.rules import CODES, KINDS, MACHINES

SPACE = "530902"
BASE, LATER, CLAIM, ME = (f"{number:064x}" for number in (1, 2, 3, 9))

# (kind, machine, step) of every step a kind can take, based on the row as its author saw it.
TAKEN = [
    (kind, effect["machine"], step)
    for kind, table in KINDS.items()
    for effect in table["effects"]
    if effect["do"] == "step"
    for step in (
        [name for key, name in effect["step_by"].items() if key != "field"]
        if "step_by" in effect
        else [effect["step"]]
    )
]
PAIRS = [
    pytest.param(kind, machine, step, state, id=f"{kind}-{step}-{state}")
    for kind, machine, step in TAKEN
    for state in MACHINES[machine]["states"]
]


def _stamp(op: str, **more: Any) -> dict[str, Any]:
    return {"at_ms": 1, "by": "p-1", "op": op, **more}


def _row(entity: str, machine: str, state: str, op: str = BASE) -> dict[str, Any]:
    claims = [_stamp(CLAIM, step="reinspect_pass", to="passed")]
    disputed = state == MACHINES[machine].get("disputed")
    return {
        "entity": entity, "space": SPACE, "created": _stamp(BASE), "fields": {}, "sets": {},
        "states": {machine: _stamp(op, s=state, step="x")},
        "disputes": {machine: {"was": "ordered", "claims": claims}} if disputed else {},
    }  # fmt: skip


def _value(name: str, text: str) -> Any:
    """A value for a body member: ids are unique by name, enums take their first choice."""
    if text.startswith("list:"):
        return []
    return text.removeprefix("enum:").split("|")[0] if text.startswith("enum:") else name


def _steps(kind: str) -> list[Any]:
    return [effect for effect in KINDS[kind]["effects"] if effect["do"] == "step"]


def _source(effect: Any, machine: str, state: str) -> str:
    """The state under test for its own machine; for another one where its step is legal."""
    if effect["machine"] == machine:
        return state
    return str(next(iter(MACHINES[effect["machine"]]["steps"][effect["step"]])))


def _body(kind: str, machine: str, step: str, state: str) -> dict[str, Any]:
    """A body whose step is `step` from `state`; the fold does not ask whether it fits."""
    members = KINDS[kind]["body"].items()
    body = {name: _value(name, text) for name, text in members if not name.endswith("?")}
    body["chosen"] = CLAIM
    for effect in _steps(kind):
        taken = {"base": BASE, "from": _source(effect, machine, state)}
        if "each" in effect:
            item = {"finding": "finding", "requirement": "r", "deadline": "2026-12-01"}
            body[effect["each"]] = [{**item, **taken}]
        elif "unbased" not in effect:
            body |= taken
        if "step_by" in effect:
            by = effect["step_by"]
            body[by["field"]] = next(value for value, name in by.items() if name == step)
        if "when" in effect:
            body[effect["when"]] = "given"
    return body


def _rows(kind: str, machine: str, state: str, body: Any, op: str) -> dict[str, Any]:
    """Every row the kind writes to, the one with the machine in the given state, left by `op`."""
    rows: dict[str, Any] = {}
    for effect in KINDS[kind]["effects"]:
        if effect["do"] == "create":
            continue
        scopes = [{**body, **item} for item in body[effect["each"]]] if "each" in effect else [body]
        for scope in scopes:
            if effect["id"] not in scope:
                continue  # an optional member
            key = f"{effect['entity']}/{scope[effect['id']]}"
            rows.setdefault(key, {**_row(key, machine, state), "states": {}, "disputes": {}})
            if effect["do"] == "step":
                tested = effect["machine"] == machine
                at = _source(effect, machine, state)
                held = _row(key, effect["machine"], at, op if tested else BASE)
                rows[key]["states"] |= held["states"]
                rows[key]["disputes"] |= held["disputes"]
    return rows


def _fold(kind: str, machine: str, step: str, state: str, op: str = BASE) -> Folded:
    body = _body(kind, machine, step, state)
    rows = _rows(kind, machine, state, body, op)
    before = copy.deepcopy(rows)
    folded = fold(rows, FoldOp(ME, kind, SPACE, "p-1", 5, body))
    assert rows == before
    return folded


def _stepped(folded: Folded, machine: str) -> list[dict[str, Any]]:
    found = [row["states"].get(machine) for row in folded.changes.values()]
    return [state for state in found if state and state["op"] == ME]


@pytest.mark.parametrize(("kind", "machine", "step", "state"), PAIRS)
def test_a_step_goes_where_the_table_says_and_an_illegal_one_changes_nothing(
    kind: str, machine: str, step: str, state: str
) -> None:
    folded = _fold(kind, machine, step, state)
    target = lifecycle.target(machine, step, state)
    if target is None:
        assert folded == Folded({}, "refused", "illegal_step")
        return
    expected = "passed" if target == lifecycle.CHOSEN else target
    assert (folded.outcome, folded.code) == ("applied", "")
    settles = state == MACHINES[machine].get("disputed")
    past = {} if settles else {"past": [{"ops": [BASE], "s": state, "step": "x"}]}
    reached = {"at_ms": 5, "by": "p-1", "op": ME, "s": expected, "step": step}
    assert _stepped(folded, machine) == [reached | past]


@pytest.mark.parametrize(("kind", "machine", "step", "state"), PAIRS)
def test_a_stale_step_is_disputed_or_refused_as_its_machine_says(
    kind: str, machine: str, step: str, state: str
) -> None:
    legal = lifecycle.target(machine, step, state) is not None
    based = all("unbased" not in one for one in _steps(kind) if one["machine"] == machine)
    folded = _fold(kind, machine, step, state, op=LATER if based else BASE)
    if not legal:
        assert folded == Folded({}, "refused", "illegal_step")
    elif not based:
        assert folded.outcome == "applied"
    elif MACHINES[machine]["concurrent"] == "refuse":
        assert folded == Folded({}, "refused", "stale_step")
    else:
        assert (folded.outcome, folded.code) == ("conflict", "step_contradicts")
        assert [one["s"] for one in _stepped(folded, machine)] == [MACHINES[machine]["disputed"]]


def test_every_step_of_every_machine_can_be_taken_by_some_kind() -> None:
    taken = {(machine, step) for _, machine, step in TAKEN}
    assert taken == {(name, step) for name, one in MACHINES.items() for step in one["steps"]}


def test_steps_from_a_state_are_those_with_a_target() -> None:
    assert lifecycle.steps_from("finding", "passed") == ("close",)
    assert lifecycle.steps_from("finding", "closed") == ()
    assert "reinspect_fail" in lifecycle.steps_from("finding", "ordered")


def test_open_and_awaiting_follow_the_table() -> None:
    for state in MACHINES["finding"]["states"]:
        row = {"states": {"finding": {"s": state}}}
        assert lifecycle.is_open(row) is (state in MACHINES["finding"]["open"])
        awaited = state in MACHINES["finding"]["awaiting_reinspection"]
        assert lifecycle.awaits_reinspection(row) is awaited


def test_without_a_deadline_nothing_is_overdue() -> None:
    row = {"states": {"finding": {"s": "ordered"}}, "fields": {}}
    assert lifecycle.overdue(row, 2**52) is False


def test_tables_name_only_what_exists() -> None:
    for name, machine in MACHINES.items():
        states = set(machine["states"])
        listed = {
            state for key in ("open", "awaiting_reinspection", "under_deadline")
            for state in machine.get(key, ())
        }  # fmt: skip
        ends = {
            state for moves in machine["steps"].values() for move in moves.items() for state in move
        }
        assert listed <= states, name
        assert ends - {lifecycle.CHOSEN} <= states, name
        assert machine["concurrent"] in ("refuse", "dispute"), name
        assert (machine["concurrent"] == "dispute") is ("disputed" in machine), name


def test_effects_name_only_members_and_machines_that_exist() -> None:
    known = {"entity_unknown", "entity_exists", "entity_elsewhere", "illegal_step", "stale_step"}
    assert known <= set(CODES)
    for kind, table in KINDS.items():
        body = {name.rstrip("?") for name in table["body"]}
        for effect in table["effects"]:
            for name in (effect.get("when"), effect.get("unless"), effect.get("each")):
                assert name is None or name in body, kind
            if effect["do"] == "step":
                machine = MACHINES[effect["machine"]]
                steps = effect.get("step_by", {"": effect.get("step")})
                names = {name for key, name in steps.items() if key != "field"}
                assert names <= set(machine["steps"]), kind
            for machine_name, state in effect.get("states", {}).items():
                assert state in MACHINES[machine_name]["states"], kind
