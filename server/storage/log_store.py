"""Reading and writing the log's tables, a few statements for a whole batch.

Every function takes a connection and belongs to its caller's transaction. Values are plain:
texts, integers, bytes. Not here: what any of it means, and when to lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update
from sqlalchemy.sql.expression import bindparam

from server.domain.records import LoggedOp
from server.storage.bulk import Values, insert_rows, one_of, upsert_rows
from server.storage.log_tables import (
    BlobRef,
    Checkpoint,
    Entity,
    EntityOp,
    Leaf,
    LogHead,
    Op,
    Quota,
    Rejection,
    Tile,
    Waiting,
)
from sync_protocol import canonical, epochs

HEAD_ID = 1
_LOGGED = (
    Op.op_id, Op.index, Op.chain, Op.seq, Op.kind, Op.space, Op.mends, Op.received_at_ms,
    Op.ruling_index, Op.outcome, Op.code, Op.flags, Op.cause, Op.body,
)  # fmt: skip
_RULING = ("ruling_index", "outcome", "code", "flags", "cause")


@dataclass(frozen=True)
class Head:
    """Where the log ends; `root` is hex."""

    epoch: int
    size: int
    root: str
    rules: int


def head(connection: Connection, *, lock: bool = False) -> Head:
    """Return the log's head; `lock` holds it until the transaction ends."""
    query = select(LogHead.epoch, LogHead.size, LogHead.root, LogHead.rules)
    return Head(*connection.execute(query.with_for_update() if lock else query).one())


def set_head(connection: Connection, new: Head) -> None:
    """Move the head."""
    values = {"epoch": new.epoch, "size": new.size, "root": new.root, "rules": new.rules}
    connection.execute(update(LogHead).where(LogHead.id == HEAD_ID).values(values))


def logged_ops(connection: Connection, op_ids: Iterable[str]) -> dict[str, LoggedOp]:
    """Return those of the ops that are logged."""
    rows = connection.execute(select(*_LOGGED).where(one_of(connection, Op.op_id, list(op_ids))))
    return {row.op_id: _logged(row) for row in rows}


def _logged(row: Any) -> LoggedOp:
    flags = tuple(canonical.decode(row.flags.encode("utf-8")))
    return LoggedOp(*row[:11], flags, row.cause, row.body)


def menders(connection: Connection, op_ids: Iterable[str]) -> list[LoggedOp]:
    """Return the ops that mend any of these, in log order."""
    query = (
        select(*_LOGGED)
        .where(one_of(connection, Op.mends, list(op_ids)), Op.mends != "")
        .order_by(Op.index)
    )
    return [_logged(row) for row in connection.execute(query)]


def mended_above(connection: Connection, op_id: str, levels: int) -> list[str]:
    """Return what an op mends, and what that mends, so many levels up."""
    found: list[str] = []
    while op_id and len(found) < levels:
        query = select(Op.mends).where(Op.op_id == op_id)
        op_id = connection.execute(query).scalar_one_or_none() or ""
        found += [op_id] if op_id else []
    return found


def at_places(connection: Connection, places: Iterable[tuple[str, int]]) -> list[LoggedOp]:
    """Return the ops at places (chain, seq)."""
    wanted = set(places)
    chains, numbers = {chain for chain, _ in wanted}, {seq for _, seq in wanted}
    query = select(*_LOGGED).where(
        one_of(connection, Op.chain, chains), one_of(connection, Op.seq, numbers)
    )
    found = [_logged(row) for row in connection.execute(query)]
    return [op for op in found if (op.chain, op.seq) in wanted]


def rows(connection: Connection, entities: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return (index, wire) of those of the entities that exist."""
    query = select(Entity.entity, Entity.index, Entity.wire).where(
        one_of(connection, Entity.entity, list(entities))
    )
    return {row.entity: (row.index, row.wire) for row in connection.execute(query)}


def rows_of_kind(connection: Connection, kind: str) -> dict[str, tuple[int, str]]:
    """Return (index, wire) of every entity of a kind."""
    query = select(Entity.entity, Entity.index, Entity.wire).where(
        Entity.entity > f"{kind}/", Entity.entity < f"{kind}0"
    )  # "0" is the character after "/"
    return {row.entity: (row.index, row.wire) for row in connection.execute(query)}


def openings(connection: Connection) -> dict[int, int]:
    """Return, for each later epoch, how many leaves it kept: the index of its first own leaf."""
    query = select(LogHead.epoch).where(LogHead.id == HEAD_ID)
    if connection.execute(query).scalar_one_or_none() in (None, epochs.FIRST):
        return {}
    return {
        int(entity.partition("/")[2]): index
        for entity, (index, _) in rows_of_kind(connection, "epoch").items()
    }


def notes(connection: Connection, sizes: Iterable[int]) -> dict[int, str]:
    """Return the checkpoints signed at sizes."""
    query = select(Checkpoint.size, Checkpoint.note).where(
        one_of(connection, Checkpoint.size, list(sizes))
    )
    return {row.size: row.note for row in connection.execute(query)}


def newest_note(connection: Connection) -> str | None:
    """Return the newest checkpoint."""
    query = select(Checkpoint.note).order_by(Checkpoint.size.desc()).limit(1)
    return connection.execute(query).scalar()


def add_note(connection: Connection, size: int, note: str) -> None:
    """Store a checkpoint; one that is there stays."""
    upsert_rows(connection, Checkpoint, [{"size": size, "note": note}], ("size",), ())


def waiting_counts(connection: Connection, chains: Iterable[str]) -> dict[str, int]:
    """Return how many ops of each chain wait."""
    query = (
        select(Op.chain, func.count())
        .where(one_of(connection, Op.chain, list(chains)), Op.outcome == "waiting")
        .group_by(Op.chain)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def arrived(connection: Connection, chains: Iterable[str], day: int) -> dict[str, tuple[int, int]]:
    """Return (ops, bytes) that arrived of each chain on a day."""
    query = select(Quota.chain, Quota.ops, Quota.size_bytes).where(
        one_of(connection, Quota.chain, list(chains)), Quota.day == day
    )
    return {row.chain: (row.ops, row.size_bytes) for row in connection.execute(query)}


def set_arrived(connection: Connection, day: int, counts: Mapping[str, tuple[int, int]]) -> None:
    """Store what `arrived` returns, and forget other days of these chains."""
    connection.execute(
        delete(Quota).where(one_of(connection, Quota.chain, list(counts)), Quota.day != day)
    )
    values = [
        {"chain": chain, "day": day, "ops": ops, "size_bytes": size}
        for chain, (ops, size) in counts.items()
    ]
    upsert_rows(connection, Quota, values, ("chain", "day"), ("ops", "size_bytes"))


def waiting_for(connection: Connection, deps: Iterable[str]) -> list[tuple[str, str]]:
    """Return (op id, dep) of every op that waits for one of these, oldest op first."""
    query = (
        select(Waiting.op_id, Waiting.dep)
        .join(Op, Op.op_id == Waiting.op_id)
        .where(one_of(connection, Waiting.dep, list(deps)))
        .order_by(Op.index)
    )
    return [(op_id, dep) for op_id, dep in connection.execute(query)]


def waits_of(connection: Connection, op_ids: Iterable[str]) -> dict[str, set[str]]:
    """Return what each of these ops waits for."""
    found: dict[str, set[str]] = {}
    query = select(Waiting.op_id, Waiting.dep).where(
        one_of(connection, Waiting.op_id, list(op_ids))
    )
    for op_id, dep in connection.execute(query):
        found.setdefault(op_id, set()).add(dep)
    return found


def all_deps_waited_for(connection: Connection) -> set[str]:
    """Return everything that some op waits for."""
    return set(connection.execute(select(Waiting.dep).distinct()).scalars())


def tiles(
    connection: Connection, places: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """Return the data of tiles by (level, number)."""
    if not places:
        return {}
    query = select(Tile.level, Tile.number, Tile.data).where(
        tuple_(Tile.level, Tile.number).in_(list(places))
    )
    return {(row.level, row.number): row.data for row in connection.execute(query)}


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


def put_tiles(connection: Connection, values: Values) -> None:
    """Write tiles."""
    upsert_rows(connection, Tile, values, ("level", "number"), ("width", "data"))


def add_references(connection: Connection, entity_ops: Values, blob_refs: Values) -> None:
    """Write what acts on what, and which bytes were announced."""
    insert_rows(connection, EntityOp, entity_ops)
    insert_rows(connection, BlobRef, blob_refs)


def replace_waiting(connection: Connection, ended: Iterable[str], values: Values) -> None:
    """End the waiting of some ops, then add new waits."""
    gone = list(ended)
    if gone:
        connection.execute(delete(Waiting).where(one_of(connection, Waiting.op_id, gone)))
    upsert_rows(connection, Waiting, values, ("op_id", "dep"), ())


def add_rejections(connection: Connection, values: Values, kept: int, oldest_ms: int) -> None:
    """Write rejections; forget those beyond the newest `kept` and those before `oldest_ms`."""
    connection.execute(insert(Rejection), values)
    newest = select(func.max(Rejection.id)).scalar_subquery()
    stale = (Rejection.id <= newest - kept) | (Rejection.at_ms < oldest_ms)
    connection.execute(delete(Rejection).where(stale))
