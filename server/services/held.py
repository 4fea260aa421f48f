"""Records that have no effect yet or never will: what a supervisor is shown, and may decide.

Invariants: one snapshot an answer; newest ruling first, the log index of the ruling is the cursor.
Not here: who may ask (`web.access`), and deciding (a `ruling.accept` or `ruling.decline` is an op).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, select

from server.domain import projection
from server.services import queries
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.bulk import one_of
from server.storage.database import reading
from server.storage.log_tables import HELD, Op, Waiting
from sync_protocol.rules import EFFECTIVE_OUTCOMES, HELD_OUTCOMES, LIMITS


def page(
    runtime: Runtime, space: str, outcome: str, before_index: int, limit: int
) -> dict[str, Any]:
    """Return the ops of a space with an outcome now, as SPEC section 8 has it.

    `before_index` is the cursor: only rulings made before that leaf. Each entry is a timeline's,
    with what it still waits for and the op in effect that mends it.
    """
    held = and_(HELD, Op.space == space, Op.outcome == outcome, Op.ruling_index < before_index)
    newest = select(Op.index, Op.ruling_index).where(held).order_by(Op.ruling_index.desc())
    with reading(runtime.engine) as connection:
        size = log_store.head(connection).size
        found = connection.execute(newest.limit(min(limit, LIMITS["held_rows"]) + 1)).all()
        shown = found[: min(limit, LIMITS["held_rows"])]
        entries = _entries(runtime, connection, [one.index for one in shown])
        counts = _counts(connection, space)
    following = {"next": shown[-1].ruling_index} if len(found) > len(shown) else {}
    return {"complete_through": size, **following, "counts": counts, "entries": entries}


def author_decided_on(runtime: Runtime, entry: Mapping[str, Any]) -> str:
    """Return whose record an op accepts, declines or withdraws; empty when it does none of it."""
    decided = projection.resolved_op(entry["kind"], msgspec.json.decode(entry["body"]))
    target = queries.op_entry(runtime, decided) if decided else None
    return str(target["by"]) if target else ""


def _counts(connection: Connection, space: str) -> dict[str, int]:
    query = select(Op.outcome, func.count()).where(HELD, Op.space == space).group_by(Op.outcome)
    return dict.fromkeys(HELD_OUTCOMES, 0) | {one[0]: one[1] for one in connection.execute(query)}


def _entries(
    runtime: Runtime, connection: Connection, indexes: Sequence[int]
) -> list[dict[str, Any]]:
    entries = queries.entries(runtime, connection, one_of(connection, Op.index, indexes))
    op_ids = [entry["op"] for entry in entries]
    waits, mends = _waits(connection, op_ids), _mends(connection, op_ids)
    for entry in entries:
        del entry["sig"], entry["salt"]
        entry["waits_for"] = waits.get(entry["op"], [])
        entry["mended_by"] = mends.get(entry["op"], "")
    return sorted(entries, key=lambda entry: -entry["ruling"]["index"])


def _waits(connection: Connection, op_ids: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """Return what each op waits for that is not in effect; `kind` is empty for what never came."""
    query = (
        select(Waiting.op_id, Waiting.dep, Op.kind, Op.outcome, Op.code)
        .join(Op, Op.op_id == Waiting.dep, isouter=True)
        .where(one_of(connection, Waiting.op_id, op_ids))
        .order_by(Waiting.op_id, Waiting.dep)
    )
    found: dict[str, list[dict[str, str]]] = {}
    for one in connection.execute(query):
        if one.outcome not in EFFECTIVE_OUTCOMES:
            found.setdefault(one.op_id, []).append(_dep(one))
    return found


def _dep(one: Row[Any]) -> dict[str, str]:
    return {
        "op": one.dep,
        "kind": one.kind or "",
        "outcome": one.outcome or "",
        "code": one.code or "",
    }


def _mends(connection: Connection, op_ids: Sequence[str]) -> Mapping[str, str]:
    query = select(Op.mends, Op.op_id).where(
        one_of(connection, Op.mends, op_ids),
        Op.mends != "",
        Op.outcome.in_(sorted(EFFECTIVE_OUTCOMES)),
    )
    return {one.mends: one.op_id for one in connection.execute(query.order_by(Op.index.desc()))}
