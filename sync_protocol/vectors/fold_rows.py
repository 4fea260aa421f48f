# ruff: noqa: E501 (a case a line reads as a table)
"""Words to write fold cases with: rows and their parts, spelled out, without the fold itself."""

from typing import Any

Row = dict[str, Any]
SPACE = "530902"


def op(number: int) -> str:
    """Return a made-up op id."""
    return f"{number:064x}"


def made(number: int, by: str = "p-1") -> Row:
    """Return who did op `number` and when: by convention at 1000 x its number."""
    return {"at_ms": 1000 * number, "by": by, "op": op(number)}


def state(number: int, s: str, step: str, by: str = "p-1", past: tuple[Row, ...] = ()) -> Row:
    """Return a machine's state as op `number` left it, with the former ones it remembers."""
    one = {**made(number, by), "s": s, "step": step}
    return {**one, "past": list(past)} if past else one


def left(s: str, step: str, *numbers: int) -> Row:
    """Return a former state, and the ops that had brought the row there."""
    return {"ops": sorted(op(number) for number in numbers), "s": s, "step": step}


def claim(number: int, to: str, step: str, by: str = "p-1") -> Row:
    """Return one side of a dispute."""
    return {**made(number, by), "to": to, "step": step}


def version(number: int, value: Any, *others: Row) -> Row:
    """Return a field's version, with those it has not replaced."""
    one = {"op": op(number), "v": value}
    return {**one, "others": list(others)} if others else one


def members(*pairs: tuple[str, int]) -> list[Row]:
    """Return a set's members as (id, op number)."""
    return [{"id": name, "op": op(number)} for name, number in pairs]


def row(entity: str, **parts: Any) -> Row:
    """Return a row created by op 1 unless `created` says otherwise."""
    empty: Row = {"created": made(1), "fields": {}, "sets": {}, "states": {}, "disputes": {}}
    return {"entity": entity, "space": SPACE, **empty, **parts}


def inspection(**parts: Any) -> Row:
    """Return the inspection i-1."""
    return row("inspection/i-1", **parts)


def finding(present: Row | None = None, **parts: Any) -> Row:
    """Return the finding f-1 in a state: ordered by op 2 unless said otherwise."""
    present = present or state(2, "ordered", "order")
    return row("finding/f-1", **{"states": {"finding": present}, **parts})


def keyed(*rows: Row) -> dict[str, Row]:
    """Return rows by their keys."""
    return {one["entity"]: one for one in rows}


def fold_op(number: int, kind: str, body: Row, by: str = "p-1", space: str = SPACE) -> Row:
    """Return op `number` as a case's input."""
    return {
        "id": op(number), "kind": kind, "space": space, "author": by, "at_ms": 1000 * number, "body": body,
    }  # fmt: skip


def case(
    name: str, before: list[Row], act: Row, outcome: str, code: str = "", after: tuple[Row, ...] = ()
) -> Row:  # fmt: skip
    """Return a case: rows before, an op, and what must come of it."""
    expect = {"outcome": outcome, "code": code, "changes": keyed(*after)}
    return {"name": name, "rows": keyed(*before), "op": act, "expect": expect}


def refused(name: str, before: list[Row], act: Row, code: str) -> Row:
    """Return a case that is refused and changes nothing."""
    return case(name, before, act, "refused", code)
