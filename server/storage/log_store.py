"""Reading and writing the log's tables, a few statements for a whole batch.

Every function takes a connection and belongs to its caller's transaction. Values are plain:
texts, integers, bytes. Not here: what any of it means, and when to lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Delete,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.expression import bindparam

from server.domain.records import LoggedOp
from server.storage.bulk import (
    Values,
    at_pairs,
    for_listed,
    insert_rows,
    listed,
    listed_in,
    upsert_rows,
)
from server.storage.log_tables import (
    BlobRef,
    Checkpoint,
    Departure,
    Entity,
    EntityOp,
    Horizon,
    Leaf,
    LogHead,
    Op,
    Quota,
    Rejection,
    Tile,
)
from sync_protocol import canonical, epochs
from sync_protocol.rules import LIMITS

HEAD_ID = 1
NO_FLAGS = "[]"
_LOGGED = (
    Op.op_id, Op.index, Op.chain, Op.seq, Op.kind, Op.space, Op.mends, Op.received_at_ms,
    Op.ruling_index, Op.outcome, Op.code, Op.flags, Op.cause, Op.header, Op.body,
)  # fmt: skip
ASSIGNING_KINDS = ("person.add", "person.assign")
_RULING = ("ruling_index", "outcome", "code", "flags", "cause")


class _Seen(msgspec.Struct):
    """The one member of a header that is read here."""

    seen: dict[str, Any]


@dataclass(frozen=True)
class Head:
    """Where the log ends; `root` is hex."""

    epoch: int
    size: int
    root: str
    rules: int


_HEAD = select(LogHead.epoch, LogHead.size, LogHead.root, LogHead.rules)
_HEAD_LOCKED = _HEAD.with_for_update()
_SET_HEAD = update(LogHead).where(LogHead.id == HEAD_ID)


def head(connection: Connection, *, lock: bool = False) -> Head:
    """Return the log's head; `lock` holds it until the transaction ends."""
    return Head(*connection.execute(_HEAD_LOCKED if lock else _HEAD).one())


_HEAD_AND_NOTE = select(*_HEAD.selected_columns, Checkpoint.note).outerjoin(
    Checkpoint, Checkpoint.size == LogHead.size
)


def head_and_note(connection: Connection) -> tuple[Head, str | None]:
    """Return the log's head and the checkpoint signed over it, if it is signed yet."""
    *head, note = connection.execute(_HEAD_AND_NOTE).one()
    return Head(*head), note


def set_head(connection: Connection, new: Head) -> None:
    """Move the head."""
    values = {"epoch": new.epoch, "size": new.size, "root": new.root, "rules": new.rules}
    connection.execute(_SET_HEAD, values)


@cache
def _logged_ops(dialect: str) -> Select[Any]:
    return select(*_LOGGED).where(listed_in(dialect, Op.op_id))


def logged_ops(connection: Connection, op_ids: Iterable[str]) -> dict[str, LoggedOp]:
    """Return those of the ops that are logged."""
    return {row[0]: _logged(row) for row in for_listed(connection, _logged_ops, op_ids)}


def _logged(row: Any) -> LoggedOp:
    flags = () if row[11] == NO_FLAGS else tuple(canonical.decode(row[11].encode("utf-8")))
    return LoggedOp(*row[:11], flags, row[12], row[13], row[14])


@cache
def _menders(dialect: str) -> Select[Any]:
    mending = (listed_in(dialect, Op.mends), Op.mends != "")
    return select(*_LOGGED).where(*mending).order_by(Op.index)


def menders(connection: Connection, op_ids: Iterable[str]) -> list[LoggedOp]:
    """Return the ops that mend any of these, in log order."""
    return [_logged(row) for row in for_listed(connection, _menders, op_ids)]


def mended_above(connection: Connection, op_id: str, levels: int) -> list[str]:
    """Return what an op mends, and what that mends, so many levels up."""
    found: list[str] = []
    while op_id and len(found) < levels:
        query = select(Op.mends).where(Op.op_id == op_id)
        op_id = connection.execute(query).scalar_one_or_none() or ""
        found += [op_id] if op_id else []
    return found


@cache
def _at_places(dialect: str) -> Select[Any]:
    return at_pairs(dialect, select(*_LOGGED), Op.chain, Op.seq)


def at_places(connection: Connection, places: Iterable[tuple[str, int]]) -> list[LoggedOp]:
    """Return the ops at places (chain, seq)."""
    return [_logged(row) for row in for_listed(connection, _at_places, places)]


def announcers(connection: Connection, digests: Iterable[str]) -> dict[str, LoggedOp]:
    """Return the ops that announced these originals, for each the first `flagged_at_once`."""
    found: dict[str, LoggedOp] = {}
    for digest in dict.fromkeys(digests):
        announced = select(BlobRef.op_id).where(BlobRef.sha256 == digest)
        query = select(*_LOGGED).where(Op.op_id.in_(announced)).order_by(Op.index)
        rows = connection.execute(query.limit(LIMITS["flagged_at_once"]))
        found |= {row[0]: _logged(row) for row in rows}
    return found


@cache
def _headers_at(dialect: str) -> Select[Any]:
    return select(Op.chain, Op.seq, Op.header).where(
        listed_in(dialect, Op.chain), listed_in(dialect, Op.seq, "numbers")
    )


def seen_at(
    connection: Connection, places: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the checkpoint (`seen`) that the op at each place (chain, seq) names."""
    wanted = {(chain, seq) for chain, seq in places if seq >= 0}
    if not wanted:
        return {}
    chains, numbers = {chain for chain, _ in wanted}, {seq for _, seq in wanted}
    rows = for_listed(connection, _headers_at, chains, numbers=listed(numbers))
    return {
        (chain, seq): msgspec.json.decode(header, type=_Seen).seen
        for chain, seq, header in rows
        if (chain, seq) in wanted
    }


_ASSIGNMENTS = (
    select(*_LOGGED)
    .join(EntityOp, EntityOp.index == Op.index)
    .where(EntityOp.entity == bindparam("person"), Op.kind.in_(ASSIGNING_KINDS))
    .order_by(Op.index)
)


def assignments(connection: Connection, person: str) -> list[LoggedOp]:
    """Return the ops that gave a person (`person/<id>`) a role, whatever was ruled."""
    return [_logged(row) for row in connection.execute(_ASSIGNMENTS, {"person": person})]


@cache
def _rows(dialect: str) -> Select[Any]:
    return select(Entity.entity, Entity.index, Entity.wire).where(listed_in(dialect, Entity.entity))


def rows(connection: Connection, entities: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return (index, wire) of those of the entities that exist."""
    return {
        entity: (index, wire) for entity, index, wire in for_listed(connection, _rows, entities)
    }


_ROWS_OF_KIND = select(Entity.entity, Entity.index, Entity.wire).where(
    Entity.entity > bindparam("first"), Entity.entity < bindparam("last")
)


def rows_of_kind(connection: Connection, kind: str) -> dict[str, tuple[int, str]]:
    """Return (index, wire) of every entity of a kind."""
    span = {"first": f"{kind}/", "last": f"{kind}0"}  # "0" is the character after "/"
    found = connection.execute(_ROWS_OF_KIND, span)
    return {entity: (index, wire) for entity, index, wire in found}


@cache
def _notes(dialect: str) -> Select[Any]:
    return select(Checkpoint.size, Checkpoint.note).where(listed_in(dialect, Checkpoint.size))


_EPOCH = select(LogHead.epoch).where(LogHead.id == HEAD_ID)


def openings(connection: Connection) -> dict[int, int]:
    """Return, for each later epoch, how many leaves it kept: the index of its first own leaf."""
    if connection.execute(_EPOCH).scalar_one_or_none() in (None, epochs.FIRST):
        return {}
    return {
        int(entity.partition("/")[2]): index
        for entity, (index, _) in rows_of_kind(connection, "epoch").items()
    }


def notes(connection: Connection, sizes: Iterable[int]) -> dict[int, str]:
    """Return the checkpoints signed at sizes."""
    return dict(for_listed(connection, _notes, sizes).all())


_NEWEST_NOTE = select(Checkpoint.note).order_by(Checkpoint.size.desc()).limit(1)


def newest_note(connection: Connection) -> str | None:
    """Return the newest checkpoint."""
    return connection.execute(_NEWEST_NOTE).scalar()


def add_note(connection: Connection, size: int, note: str) -> None:
    """Store a checkpoint; one that is there stays."""
    upsert_rows(connection, Checkpoint, [{"size": size, "note": note}], ("size",), ())


@cache
def _arrived(dialect: str) -> Select[Any]:
    days = (listed_in(dialect, Quota.chain), Quota.day == bindparam("today"))
    return select(Quota.chain, Quota.ops, Quota.size_bytes).where(*days)


def arrived(connection: Connection, chains: Iterable[str], day: int) -> dict[str, tuple[int, int]]:
    """Return (ops, bytes) that arrived of each chain on a day."""
    found = for_listed(connection, _arrived, chains, today=day)
    return {chain: (ops, size_bytes) for chain, ops, size_bytes in found}


@cache
def _other_days(dialect: str) -> Delete:
    return delete(Quota).where(listed_in(dialect, Quota.chain), Quota.day != bindparam("today"))


def set_arrived(connection: Connection, day: int, counts: Mapping[str, tuple[int, int]]) -> None:
    """Store what `arrived` returns, and forget other days of these chains."""
    for_listed(connection, _other_days, counts, today=day)
    values = [
        {"chain": chain, "day": day, "ops": ops, "size_bytes": size}
        for chain, (ops, size) in counts.items()
    ]
    upsert_rows(connection, Quota, values, ("chain", "day"), ("ops", "size_bytes"))


@cache
def _tiles(dialect: str) -> Select[Any]:
    found = select(Tile.level, Tile.number, Tile.data)
    return at_pairs(dialect, found, Tile.level, Tile.number)


def tiles(
    connection: Connection, places: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """Return the data of tiles by (level, number)."""
    if not places:
        return {}
    found = for_listed(connection, _tiles, places)
    return {(level, number): data for level, number, data in found}


def append(connection: Connection, leaves: Values, ops: Values, rulings: Values) -> None:
    """Write leaves, new ops, and new rulings on ops already there."""
    insert_rows(connection, Leaf, leaves)
    insert_rows(connection, Op, ops)
    if rulings:
        statement = update(Op).where(Op.op_id == bindparam("ruled"))
        changed = {name: bindparam(f"new_{name}") for name in _RULING}
        renamed = [
            {"ruled": one["op_id"], **{f"new_{name}": one[name] for name in _RULING}}
            for one in rulings
        ]
        connection.execute(statement.values(changed), renamed)


def put_rows(connection: Connection, values: Values) -> None:
    """Write rows of the state."""
    upsert_rows(connection, Entity, values, ("entity",), ("space", "index", "wire"))


def put_departures(connection: Connection, values: Values) -> None:
    """Write which rows left a space; the last time counts."""
    upsert_rows(connection, Departure, values, ("space", "entity"), ("index",))


def horizons(connection: Connection) -> dict[str, int]:
    """Return, by space, up to which leaf index departures were forgotten."""
    return {
        row.space: row.index for row in connection.execute(select(Horizon.space, Horizon.index))
    }


def put_tiles(connection: Connection, values: Values) -> None:
    """Write tiles."""
    upsert_rows(connection, Tile, values, ("level", "number"), ("width", "data"))


def add_references(connection: Connection, entity_ops: Values, blob_refs: Values) -> None:
    """Write what acts on what, and which bytes were announced."""
    insert_rows(connection, EntityOp, entity_ops)
    insert_rows(connection, BlobRef, blob_refs)


def add_rejections(connection: Connection, values: Values, kept: int, oldest_ms: int) -> None:
    """Write rejections; forget those beyond the newest `kept` and those before `oldest_ms`."""
    connection.execute(insert(Rejection), values)
    newest = select(func.max(Rejection.id)).scalar_subquery()
    stale = (Rejection.id <= newest - kept) | (Rejection.at_ms < oldest_ms)
    connection.execute(delete(Rejection).where(stale))
