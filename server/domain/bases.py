"""Was the state a step says it was taken from ever there?

A step names the op (`base`) that brought its row to the state `from`. When the row has moved
since, the fold makes the step a claim in a dispute, for a supervisor to choose from; so a step from
a state that never was must not get that far: it would close a hazard that nobody verified.

Invariants: pure; the answer follows from the logged bytes of `base` alone. Not here: whether the
row is still in that state (the fold).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain import mends
from server.domain.authority import Stop
from server.domain.records import LoggedOp, Reader
from sync_protocol import lifecycle
from sync_protocol.ops import Op
from sync_protocol.rules import KINDS, Table

DISPUTED_BY = "step_contradicts"


def stop(op: Op, reader: Reader) -> Stop | None:
    """Return the refusal of a step whose base never brought the row to `from`, or `None`."""
    for effect in KINDS[op.kind]["effects"]:
        if effect["do"] != "step" or effect.get("unbased"):
            continue
        for scope in _scopes(effect, op.body):
            key = f"{effect['entity']}/{scope[effect['id']]}"
            if not _was_there(key, effect["machine"], scope["base"], scope["from"], reader):
                return ("refused", "illegal_step")
    return None


def _was_there(key: str, machine: str, base: str, state: str, reader: Reader) -> bool:
    row = reader.row(key)
    if row is None:
        return True  # the fold says that it is unknown
    present = row["states"].get(machine)
    if present and (present["op"], present["s"]) == (base, state):
        return True
    return state in _reached(key, machine, base, reader)


def _reached(key: str, machine: str, op_id: str, reader: Reader) -> set[str]:
    """Return the states an op can have brought a row to; empty for one that had no effect."""
    logged = reader.op(op_id)
    if logged is not None and not logged.in_effect:
        logged = reader.op(mends.mended_by(op_id, reader.menders))
    if logged is None:
        return set()
    reached = set(_targets(key, machine, logged, reader))
    table = lifecycle.machine(machine)
    if logged.code == DISPUTED_BY and reached and "disputed" in table:
        reached.add(str(table["disputed"]))
    return reached


def _targets(key: str, machine: str, logged: LoggedOp, reader: Reader) -> Iterator[str]:
    body = logged.body
    for effect in KINDS[logged.kind]["effects"]:
        for scope in _scopes(effect, body):
            named = logged.op_id if effect["id"] == "@op" else scope.get(effect["id"])
            if f"{effect['entity']}/{named}" != key:
                continue
            if effect["do"] == "create" and machine in effect.get("states", {}):
                yield effect["states"][machine]
            elif effect["do"] == "step" and effect["machine"] == machine:
                yield from _stepped(key, effect, scope, reader)


def _stepped(key: str, effect: Table, scope: Mapping[str, Any], reader: Reader) -> Iterator[str]:
    by = effect.get("step_by")
    name = by[scope[by["field"]]] if by else effect["step"]
    steps = lifecycle.machine(effect["machine"])["steps"][name]
    if effect.get("unbased"):
        yield from steps.values()
        return
    target = steps.get(scope["from"])
    if target == lifecycle.CHOSEN:
        yield from _reached(key, effect["machine"], scope["chosen"], reader)
    elif target is not None:
        yield target


def _scopes(effect: Table, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "each" not in effect:
        yield body
        return
    for item in body[effect["each"]]:
        yield {**body, **item}
