"""Decide one op against the present state: authority, deps, guards, fold (SPEC section 6).

Invariants: pure; the same state and arrival give the same decision; only an effective outcome
comes with changes; a ruling never depends on bytes of evidence having arrived, nor on a clock,
beyond a flag. Not here: locks, indexes, what a batch adds to the state (`services.commit`).
"""

from server.domain import authority, bases, guards, mends, moves, originals, roles
from server.domain.authority import Stop
from server.domain.records import Arrival, Decision, LoggedOp, Reader, Row
from sync_protocol import locks
from sync_protocol.fold import FoldOp, fold
from sync_protocol.ops import Op

CLOCK_TOLERANCE_MS = 600_000


def decide(op: Op, author: str, arrival: Arrival, reader: Reader) -> Decision:
    """Return the ruling on an op."""
    flags: set[str] = set()
    if op.wall_ms > arrival.at_ms + CLOCK_TOLERANCE_MS:
        flags.add("clock_off")
    if reader.twins(op.chain, op.seq, op.id):
        flags.add("fork")
    if originals.differ(op, reader):
        flags.add(originals.FLAG)
    role = roles.at_capture(op, author, arrival, reader, flags)
    stopped = authority.stop(op, author, role, arrival, reader, flags) or _deps_stop(op, reader)
    rows: dict[str, Row] = {}
    if stopped is None:
        rows = _written(op, reader)
        op = mends.followed(op, lambda ref: _stands_for(ref, reader))
        stopped = (
            moves.stop(op, rows.values(), arrival, reader, flags)
            or guards.stop(op, author, role, reader, flags)
            or bases.stop(op, reader)
        )
    if stopped is not None:
        return Decision(*stopped, tuple(sorted(flags)))
    folded = fold(rows, FoldOp.of(op, author))
    return Decision(folded.outcome, folded.code, tuple(sorted(flags)), folded.changes)


def _written(op: Op, reader: Reader) -> dict[str, Row]:
    """Return the rows that an op may change and that are there."""
    keys = locks.written_entities(op.kind, op.body, op.id)
    rows = {key: reader.row(key) for key in keys}
    return {key: row for key, row in rows.items() if row is not None}


def _deps_stop(op: Op, reader: Reader) -> Stop | None:
    waits: Stop | None = None
    for dep in op.deps:
        logged = reader.op(dep)
        if logged is None:
            return ("waiting", "dep_missing")
        if not logged.in_effect and not mends.mended_by(dep, reader.menders):
            waits = ("waiting", "dep_not_effective")
    return waits


def _stands_for(ref: str, reader: Reader) -> str:
    logged = reader.op(ref)
    return "" if logged is None or logged.in_effect else mends.mended_by(ref, reader.menders)


def resolve(op: Op, author: str, arrival: Arrival, reader: Reader, cause: LoggedOp) -> Decision:
    """Return the new ruling that `cause` brings about for an op already logged.

    A withdrawal or a refusal by a supervisor ends it; an acceptance decides it against today's
    state; anything else is what it waited for.
    """
    if cause.kind == "op.withdraw" and cause.body["op"] == op.id:
        return Decision("refused", "withdrawn_by_author", _kept_flags(op, reader))
    if cause.kind == "ruling.decline" and cause.body["op"] == op.id:
        return Decision("refused", "declined", _kept_flags(op, reader))
    return decide(op, author, arrival, reader)


def _kept_flags(op: Op, reader: Reader) -> tuple[str, ...]:
    logged = reader.op(op.id)
    return logged.flags if logged else ()
