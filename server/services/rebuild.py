"""Fold the whole log again, and compare the projections with it or replace them by it.

Invariants: nothing is decided again; `check` changes nothing and names table, key and check of
every difference; after `run`, `check` finds none unless the log itself is damaged. Run it while
nothing else writes. Not here: whether the log is authentic (`verify`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.sql.expression import bindparam

from server.domain import projection
from server.domain.replay import Replay
from server.services import log_reader, manifest_check, manifests
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.database import reading, writing
from server.storage.log_tables import BlobRef, Departure, Entity, EntityOp, LogHead, Op, Waiting
from server.storage.snapshot_tables import Snapshot
from sync_protocol import canonical

RULING_COLUMNS = ("ruling_index", "outcome", "code", "flags", "cause")
Expected = Mapping[tuple[Any, ...], tuple[Any, ...]]


def check(runtime: Runtime) -> list[str]:
    """Return a message for each difference between the projections and the log."""
    with reading(runtime.engine) as connection:
        replay, problems = replayed(connection)
        expected = _expected(replay, log_store.horizons(connection))
        for table, (key, values) in SHAPES.items():
            problems += _differences(connection, table, key, values, expected[table])
        footage, unread = manifest_check.expected(runtime, connection)
        for table, (key, values, rows) in footage.items():
            problems += _differences(connection, table, key, values, rows)
    return problems + unread


def run(runtime: Runtime) -> None:
    """Replace the projections by the fold of the log."""
    with writing(runtime.engine) as connection:
        log_store.head(connection, lock=True)
        replay, _ = replayed(connection)
        expected = _expected(replay, log_store.horizons(connection))
        for table in (Entity, Departure, EntityOp, Waiting, BlobRef):
            key, values = SHAPES[table]
            connection.execute(delete(table))
            rows = [
                dict(zip((*key, *values), (*one, *two), strict=True))
                for one, two in expected[table].items()
            ]
            if rows:
                connection.execute(insert(table), rows)
        connection.execute(delete(Snapshot))  # made from what was replaced
        _replace_rulings(connection, expected[Op])
        connection.execute(update(LogHead).values(rules=replay.rules, epoch=replay.epoch))
        manifests.forget(connection)
    manifests.project(runtime)


def replayed(connection: Connection) -> tuple[Replay, list[str]]:
    """Return the fold of the log, and what is wrong with the log as far as the fold can tell."""
    replay = Replay()
    problems: list[str] = []
    found = {}
    for row in log_reader.stored_ops(connection):
        op, wrong = log_reader.authentic(row)
        problems += wrong
        if op is not None:
            found[op.id] = op
    for stored in log_reader.stored_leaves(connection):
        if stored.leaf is None:
            problems.append(f"leaves {stored.index}: record is not a leaf record")
        elif stored.leaf["t"] == "ruling":
            replay.feed_ruling(stored.index, stored.leaf)
        elif stored.leaf["op"] in found:
            replay.feed_op(stored.index, stored.leaf, found[stored.leaf["op"]])
        else:
            problems.append(f"ops {stored.leaf['op']}: missing or damaged, named by a leaf")
    return replay, problems + replay.problems


# Table → (columns of its key, columns compared).
SHAPES: Mapping[Any, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Entity: (("entity",), ("space", "index", "wire")),
    Departure: (("space", "entity"), ("index",)),
    EntityOp: (("entity", "index"), ()),
    Waiting: (("op_id", "dep"), ()),
    BlobRef: (("space", "sha256", "op_id"), ()),
    Op: (("op_id",), ("index", *RULING_COLUMNS)),
    LogHead: (("id",), ("rules", "epoch")),
}


def _expected(replay: Replay, forgotten: Mapping[str, int]) -> dict[Any, Expected]:
    return {
        Entity: {
            (entity,): (row["space"], replay.row_index[entity], projection.wire_of(row))
            for entity, row in replay.rows.items()
        },
        Departure: {
            key: (index,)
            for key, index in replay.departures.items()
            if index > forgotten.get(key[0], -1)
        },
        EntityOp: dict.fromkeys(replay.entity_ops, ()),
        Waiting: dict.fromkeys(replay.waiting(), ()),
        BlobRef: dict.fromkeys(replay.blob_refs, ()),
        Op: {
            (op_id,): (
                one.index, one.ruling_index, one.outcome, one.code, _text(one.flags), one.cause,
            )
            for op_id, one in replay.ops.items()
        },
        LogHead: {(log_store.HEAD_ID,): (replay.rules, replay.epoch)},
    }  # fmt: skip


def _text(flags: list[str]) -> str:
    return canonical.encode(flags).decode("utf-8")


def _differences(
    connection: Connection,
    table: Any,
    key: tuple[str, ...],
    values: tuple[str, ...],
    expected: Expected,
) -> list[str]:
    name = table.__tablename__
    columns = [getattr(table, column) for column in (*key, *values)]
    stored = {
        tuple(row[: len(key)]): tuple(row[len(key) :])
        for row in connection.execute(select(*columns))
    }
    problems = [
        f"{name} {_named(one)}: missing, the log has it" for one in expected.keys() - stored.keys()
    ]
    for one, two in stored.items():
        if one not in expected:
            problems.append(f"{name} {_named(one)}: the log does not have it")
            continue
        pairs = zip(values, two, expected[one], strict=True)
        differing = [column for column, left, right in pairs if left != right]
        problems += [f"{name} {_named(one)}: {column} differs from the log" for column in differing]
    return sorted(problems)


def _named(key: Iterable[Any]) -> str:
    return " ".join(str(part) for part in key)


def _replace_rulings(connection: Connection, expected: Expected) -> None:
    changed = {name: bindparam(f"new_{name}") for name in RULING_COLUMNS}
    statement = update(Op).where(Op.op_id == bindparam("ruled")).values(changed)
    rows = [
        {"ruled": key[0]}
        | {f"new_{name}": value for name, value in zip(RULING_COLUMNS, two[1:], strict=True)}
        for key, two in expected.items()
    ]
    if rows:
        connection.execute(statement, rows)
