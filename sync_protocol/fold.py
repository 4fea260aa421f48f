"""What one op does to rows: the effects of its kind, applied in order (SPEC section 5).

Pure: rows given are never mutated, a refused op changes nothing, the same in every language.
Authority, deps and guards were decided before; nothing here knows who may do what.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from sync_protocol import lifecycle
from sync_protocol.kinds import kind_named
from sync_protocol.ops import Op
from sync_protocol.rules import LIMITS, Table

Row = dict[str, Any]
RANK = {"applied": 0, "merged": 1, "conflict": 2}
NO_STATE: Mapping[str, Any] = {"op": "", "step": "", "by": "", "at_ms": 0}


class Folded(NamedTuple):
    """The rows that changed, by entity key, and the ruling of the fold."""

    changes: dict[str, Row]
    outcome: str
    code: str


@dataclass(frozen=True, slots=True)
class FoldOp:
    """What the fold reads of an op. `author` is a person id, `system` for the system's chain."""

    id: str
    kind: str
    space: str
    author: str
    at_ms: int
    body: Mapping[str, Any]

    @classmethod
    def of(cls, op: Op, author: str) -> "FoldOp":
        """Read them from an admitted op."""
        return cls(op.id, op.kind, op.space, author, op.wall_ms, op.body)


def belonged_to(row: Row, space: str) -> bool:
    """Say whether a row is of a space, or was before it moved."""
    return row["space"] == space or any(one["space"] == space for one in row.get("was", ()))


class _Refusal(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class _Run:
    """One op under way: the rows as changed so far, and the strongest outcome."""

    rows: Mapping[str, Row]
    op: FoldOp
    editable: tuple[str, ...]
    changes: dict[str, Row] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)  # rows whose step did not take: skip their sets
    outcome: str = "applied"
    code: str = ""

    def find(self, key: str) -> Row | None:
        return self.changes.get(key) or self.rows.get(key)

    def row(self, key: str) -> Row:
        row = self.find(key)
        if row is None:
            raise _Refusal("entity_unknown")
        if not belonged_to(row, self.op.space):
            raise _Refusal("entity_elsewhere")
        return row

    def put(self, row: Row, **parts: Any) -> None:
        self.changes[row["entity"]] = {**row, **parts}

    def rule(self, outcome: str, code: str) -> None:
        if RANK[outcome] > RANK[self.outcome]:
            self.outcome, self.code = outcome, code

    def stamp(self, **more: Any) -> dict[str, Any]:
        return {"at_ms": self.op.at_ms, "by": self.op.author, "op": self.op.id, **more}


Scope = Mapping[str, Any]


def fold(rows: Mapping[str, Row], op: FoldOp) -> Folded:
    """Return what `op` does to `rows`, which must hold every row its entities name and exist.

    The outcome is applied, merged, conflict or refused; refused comes without changes. The body
    must fit its kind.
    """
    table = kind_named(op.kind)
    run = _Run(rows, op, table.get("editable", ()))
    try:
        for effect in table["effects"]:
            for scope in _scopes(effect, op.body):
                key = op.id if effect["id"] == "@op" else scope[effect["id"]]
                _EFFECTS[effect["do"]](run, effect, scope, f"{effect['entity']}/{key}")
    except _Refusal as refusal:
        return Folded({}, "refused", refusal.code)
    return Folded(run.changes, run.outcome, run.code)


def _move(run: _Run, effect: Table, scope: Scope, key: str) -> None:
    """Let a row go to another space; it remembers where it was and who sent it."""
    row = run.row(key)
    if row["space"] != run.op.space:
        raise _Refusal("entity_elsewhere")  # only from where it is
    was = [*row.get("was", ()), run.stamp(space=row["space"])]
    run.put(row, space=scope[effect["to"]], was=was[-LIMITS["past_spaces"] :])


def _scopes(effect: Table, body: Scope) -> Iterator[Scope]:
    if "when" in effect and body.get(effect["when"], False) is False:
        return
    if "unless" in effect and body.get(effect["unless"], False) is not False:
        return
    if "each" not in effect:
        yield body
        return
    for item in body[effect["each"]]:
        yield {**body, **item}


def _copied(run: _Run, effect: Table, scope: Scope) -> dict[str, Any]:
    names = effect.get("fields", ())
    return {name: {"op": run.op.id, "v": scope[name]} for name in names if name in scope}


def _create(run: _Run, effect: Table, scope: Scope, key: str) -> None:
    if run.find(key) is not None:
        raise _Refusal("entity_exists")
    states = effect.get("states", {})
    run.changes[key] = {
        "entity": key,
        "space": run.op.space,
        "created": run.stamp(),
        "fields": _copied(run, effect, scope),
        "sets": {},
        "states": {name: run.stamp(s=state, step="create") for name, state in states.items()},
        "disputes": {},
    }


def _set(run: _Run, effect: Table, scope: Scope, key: str) -> None:
    row = run.row(key)
    if key in run.moved:
        return
    copied = _copied(run, effect, scope)
    if copied:
        run.put(row, fields={**row["fields"], **copied})


def _members(run: _Run, effect: Table, scope: Scope) -> list[str]:
    if effect["value"] == "@author":
        return [run.op.author]
    value = scope[effect["value"]]
    return value if isinstance(value, list) else [value]


def _add(run: _Run, effect: Table, scope: Scope, key: str) -> None:
    row = run.row(key)
    present = {member["id"]: member for member in row["sets"].get(effect["set"], ())}
    added = {member: {"id": member, "op": run.op.id} for member in _members(run, effect, scope)}
    if added.keys() <= present.keys():
        return
    together = sorted({**added, **present}.items())
    run.put(row, sets={**row["sets"], effect["set"]: [member for _, member in together]})


def _remove(run: _Run, effect: Table, scope: Scope, key: str) -> None:
    row = run.row(key)
    present = row["sets"].get(effect["set"], [])
    gone = set(_members(run, effect, scope))
    left = [member for member in present if member["id"] not in gone]
    if len(left) == len(present):
        return
    sets = {name: members for name, members in row["sets"].items() if name != effect["set"]}
    run.put(row, sets={**sets, effect["set"]: left} if left else sets)


def _edit(run: _Run, effect: Table, scope: Scope, key: str) -> None:
    row = run.row(key)
    edited = {name: _edited(run, row, scope, name, value) for name, value in _edits(effect, scope)}
    run.put(row, fields={**row["fields"], **edited})


def _edits(effect: Table, scope: Scope) -> list[tuple[str, Any]]:
    """Return (field, value): the members the effect lists, or the one change of the scope."""
    if "fields" in effect:
        return [(name, scope[name]) for name in effect["fields"] if name in scope]
    return [(scope["field"], scope["value"])]


def _edited(run: _Run, row: Row, scope: Scope, name: str, value: Any) -> dict[str, Any]:
    if name not in run.editable:
        raise _Refusal("field_not_editable")
    known = _versions(row["fields"].get(name))
    seen = {run.op.id, *scope["replaces"]}
    rest = [one for one in known if one["op"] not in seen and one["v"] != value]
    if not rest:
        return {"op": run.op.id, "v": value}
    run.rule("conflict", "field_contested")
    return {"op": run.op.id, "v": value, "others": sorted(rest, key=lambda one: one["op"])}


def _versions(present: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if present is None:
        return []
    return [{"op": present["op"], "v": present["v"]}, *present.get("others", ())]


class _Step(NamedTuple):
    """A step as its author took it."""

    machine: str
    name: str
    base: str
    source: str
    to: str


def _step(run: _Run, effect: Table, scope: Scope, key: str) -> None:
    row = run.row(key)
    unbased = effect.get("unbased", False)
    if unbased and key in run.moved:
        return
    cur = _present(row, effect["machine"])
    step = _taken(effect, scope, row, cur, unbased=unbased)
    if cur["op"] == run.op.id:
        raise _Refusal("illegal_step")  # one op takes one step of a machine of a row
    if step.base in (cur["op"], *cur.get("agreed", ())) and cur["s"] == step.source:
        _reach(run, row, cur, step)
    elif cur["step"] == step.name and cur["s"] == step.to:
        agreed = sorted({*cur.get("agreed", ()), run.op.id})
        _agree(run, row, step.machine, {**cur, "agreed": agreed})
    elif (past := _agreed_in_the_past(cur, step, run.op.id)) is not None:
        _agree(run, row, step.machine, {**cur, "past": past})
    elif lifecycle.machine(step.machine)["concurrent"] == "refuse":
        raise _Refusal("stale_step")
    else:
        _dispute(run, row, cur, step)


def _present(row: Row, machine: str) -> Mapping[str, Any]:
    state: Mapping[str, Any] | None = row["states"].get(machine)
    return state if state is not None else {**NO_STATE, "s": lifecycle.initial(machine)}


def _taken(
    effect: Table, scope: Scope, row: Row, cur: Mapping[str, Any], *, unbased: bool
) -> _Step:
    by = effect.get("step_by")
    name = by[scope[by["field"]]] if by else effect["step"]
    machine = effect["machine"]
    base, source = (cur["op"], cur["s"]) if unbased else (scope["base"], scope["from"])
    to = lifecycle.target(machine, name, source)
    if to is None:
        raise _Refusal("illegal_step")
    if to == lifecycle.CHOSEN:
        to = _chosen(row, machine, scope["chosen"])
    return _Step(machine, name, base, source, to)


def _chosen(row: Row, machine: str, chosen: str) -> str:
    for claim in row["disputes"].get(machine, {}).get("claims", ()):
        if claim["op"] == chosen:
            to: str = claim["to"]
            return to
    raise _Refusal("claim_unknown")


def _reach(run: _Run, row: Row, cur: Mapping[str, Any], step: _Step) -> None:
    state, disputes = run.stamp(s=step.to, step=step.name), row["disputes"]
    if step.source == lifecycle.machine(step.machine).get("disputed"):
        disputes = {name: one for name, one in disputes.items() if name != step.machine}
    elif cur["op"]:
        state["past"] = _with_past(cur)
    run.put(row, states={**row["states"], step.machine: state}, disputes=disputes)


def _with_past(cur: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the states that a row leaves behind with `cur`, oldest first; a bounded memory."""
    ops = sorted({cur["op"], *cur.get("agreed", ())})
    left = {"ops": ops, "s": cur["s"], "step": cur["step"]}
    return [*cur.get("past", ()), left][-LIMITS["past_states"] :]


def _agreed_in_the_past(
    cur: Mapping[str, Any], step: _Step, op_id: str
) -> list[dict[str, Any]] | None:
    """Return the past with `op_id` among those who took the row's former step, if it is one."""
    past: list[dict[str, Any]] = list(cur.get("past", ()))
    for at, (left, reached) in enumerate(pairwise(past), 1):
        taken = (reached["step"], reached["s"]) == (step.name, step.to)
        if taken and step.base in left["ops"] and left["s"] == step.source:
            past[at] = {**reached, "ops": sorted({*reached["ops"], op_id})}
            return past
    return None


def _agree(run: _Run, row: Row, machine: str, state: Mapping[str, Any]) -> None:
    """Remember who else came by the same step: their next step is based on their own op."""
    run.put(row, states={**row["states"], machine: state})
    run.rule("merged", "")
    run.moved.add(row["entity"])


def _dispute(run: _Run, row: Row, cur: Mapping[str, Any], step: _Step) -> None:
    first = {name: cur[name] for name in ("at_ms", "by", "op", "step")} | {"to": cur["s"]}
    before = row["disputes"].get(step.machine, {"was": step.source, "claims": [first]})
    claim = run.stamp(step=step.name, to=step.to)
    dispute = {**before, "claims": [*before["claims"], claim]}
    state = run.stamp(s=lifecycle.machine(step.machine)["disputed"], step="dispute")
    run.put(
        row,
        states={**row["states"], step.machine: state},
        disputes={**row["disputes"], step.machine: dispute},
    )
    run.rule("conflict", "step_contradicts")
    run.moved.add(row["entity"])


_EFFECTS: Mapping[str, Callable[[_Run, Table, Scope, str], None]] = {
    "create": _create,
    "set": _set,
    "add": _add,
    "remove": _remove,
    "edit": _edit,
    "step": _step,
    "move": _move,
}
