"""Rows that left a space: phones that still hold them are told until a horizon has passed.

A phone whose cursor lies before the newest departure that was forgotten could keep a row for ever,
so its space begins anew (`cursor_gone`); a space that nothing left serves cursors of any age.
Invariants: what is forgotten and how far are written in one transaction. Not here: recording a
departure (`append`).
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, null, select

from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.bulk import beyond_cursor, upsert_rows
from server.storage.database import reading, writing
from server.storage.log_tables import Departure, Horizon, Leaf

DAY_MS = 86_400_000
AT_ONCE = 500


def forget_old(runtime: Runtime) -> int:
    """Forget departures older than the horizon; return how many."""
    before_ms = runtime.clock.now_ms() - runtime.settings.leave_horizon_days * DAY_MS
    count = 0
    while old := _older(runtime, before_ms):
        count += _forget(runtime, old)
    return count


def _older(runtime: Runtime, before_ms: int) -> dict[str, int]:
    """Return, by space, the newest of the oldest departures that happened before a time."""
    query = (
        select(Departure.space, Departure.index, Leaf.record)
        .join(Leaf, Leaf.index == Departure.index)
        .order_by(Departure.index)
        .limit(AT_ONCE)
    )
    with reading(runtime.engine) as connection:
        found = connection.execute(query).all()
    return {one.space: one.index for one in found if json.loads(one.record)["at_ms"] < before_ms}


def _forget(runtime: Runtime, old: dict[str, int]) -> int:
    count = 0
    with writing(runtime.engine) as connection:
        known = log_store.horizons(connection)
        for space, index in old.items():
            ours = (Departure.space == space) & (Departure.index <= index)
            count += connection.execute(delete(Departure).where(ours)).rowcount
        values: list[dict[str, Any]] = [
            {"space": space, "index": max(index, known.get(space, index))}
            for space, index in old.items()
        ]
        upsert_rows(connection, Horizon, values, ("space",), ("index",))
    return count


_AFTER = beyond_cursor(select(Departure.index, Departure.entity, null()), Departure)


def after(
    connection: Connection, space: str, after_index: int, after_entity: str, most: int
) -> Sequence[Any]:
    """Return (index, entity, None) of what left a space beyond a cursor, in pull order."""
    cursor = {"space": space, "after_index": after_index, "after_entity": after_entity}
    return connection.execute(_AFTER, cursor | {"most": most}).all()


_FORGOTTEN = select(Horizon.index).where(Horizon.space == bindparam("space"))


def forgotten(connection: Connection, space: str) -> int:
    """Return the leaf of the newest departure from a space that was forgotten, or -1."""
    found = connection.execute(_FORGOTTEN, {"space": space}).scalar()
    return -1 if found is None else int(found)
