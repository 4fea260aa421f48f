"""Done when (2): one change anywhere in the log's tables, and a command names table, key and check.

Generic over the tables' metadata: a column that is added later is tampered with by these tests
without anybody thinking of it. What is not covered is listed, with reasons, in `NOT_LOG_BACKED`.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String, Table, Text, delete, insert, select

from server.config import from_env
from server.services import rebuild, verify
from server.services.runtime import Runtime, open_runtime
from server.storage import log_store, log_tables, tree
from server.storage.blob_store import blob_store
from server.storage.database import db
from server.storage.log_tables import NOT_LOG_BACKED, Checkpoint, Leaf
from sync_protocol import merkle
from tests.support import databases
from tests.support.authors import (
    OTHER_COUNTY,
    FakeClock,
    Office,
    blob_ref,
    finding_body,
    inspection_begun,
    open_office,
    signing_body,
)

ORIGINALS = (b"<p>record", b"<p>drawn")
TABLES = sorted(
    (
        mapper.local_table
        for mapper in db.Model.registry.mappers
        if mapper.class_.__module__ == log_tables.__name__
        and mapper.local_table.name not in NOT_LOG_BACKED
    ),
    key=lambda table: table.name,
)
COLUMNS = [(table.name, column.name) for table in TABLES for column in table.columns]


@pytest.fixture(scope="module")
def busy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A service with more than one tile of leaves, every table filled, used by all tests here."""
    folder = tmp_path_factory.mktemp("tamper")
    with _database(request, folder) as url:
        settings = from_env({"LIUHEN_DATABASE_URL": url, "LIUHEN_DATA_DIR": str(folder / "data")})
        clock = FakeClock()
        runtime = open_runtime(settings, clock, blob_store(settings.blob_store))
        try:
            _fill(open_office(runtime, clock), folder)
            assert complaints(runtime) == []
            yield runtime
        finally:
            runtime.close()


@contextmanager
def _database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if databases.selected_kind() == "sqlite":
        url = f"sqlite:///{folder}/tamper.sqlite3"
        databases.migrate(url)
        yield url
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create(migrated=True)
    yield server.url(name)
    server.drop(name)


def _fill(office: Office, folder: Path) -> None:
    _photograph_elsewhere(office)
    wang, li = office.person("wang"), office.person("li")
    boss = office.person("boss", "supervisor")
    inspection = inspection_begun(office, wang, li)
    for _ in range(3):
        office.clock.advance(1000)
        bodies = [finding_body(wang, inspection) for _ in range(80)]
        office.push(*[wang.op("finding.create", body) for body in bodies])
    recorded = [body["finding"] for body in bodies[:2]]
    signing = signing_body(inspection, (), recorded)
    for one, original in zip((signing["rendering"], signing["signatures"][0]["image"]), ORIGINALS,
                             strict=True):  # fmt: skip
        one |= {"sha256": hashlib.sha256(original).hexdigest(), "size_bytes": len(original)}
        path = folder / one["sha256"]
        path.write_bytes(original)
        office.runtime.blobs.put_file(path, one["sha256"])
        blob = {"blob": f"{wang.space}-{one['sha256']}", **one}
        office.tell("blob.verified", blob, space=wang.space)
    office.apply(wang.op("inspection.sign", signing | office.state(
        f"inspection/{inspection}", "inspection")))  # fmt: skip
    for dep in ("ee", "ff"):
        waits = finding_body(li, inspection)
        office.push(li.op("finding.create", waits, deps=[dep * 32]))
    missing = wang.op("finding.create", finding_body(wang, inspection), deps=["dd" * 32])
    office.push(missing)
    office.push(wang.op("op.withdraw", {"op": missing.id, "reason": "重复"}))
    refused = boss.op("finding.create", finding_body(boss, inspection))
    office.push(refused)
    office.push(boss.op("enterprise.add", dict(refused_mend()), mends=refused.id))
    forked = wang.op("finding.create", finding_body(wang, inspection), seq=wang.seq - 1)
    office.push(forked)
    office.tell("chain.follow", {"target": li.chain, "to": OTHER_COUNTY}, space=li.space)
    office.tell("chain.follow", {"target": boss.chain, "to": OTHER_COUNTY}, space=li.space)
    office.tell("chain.follow", {"target": boss.chain, "to": li.space}, space=OTHER_COUNTY)


def _photograph_elsewhere(office: Office) -> None:
    """Announce bytes in another space, which never arrive."""
    officers = [office.person(name, bureau=OTHER_COUNTY) for name in ("zhao", "qian")]
    photo = {"purpose": "scene", "source": "camera", "captured_at_ms": 0, "blob": blob_ref()}
    names = {"photo": "photo-1", "inspection": inspection_begun(office, *officers)}
    office.apply(officers[0].op("photo.add", names | photo))


def refused_mend() -> dict[str, str]:
    return {"enterprise": "mend", "name": "另一厂", "trade": "mine", "address": "示例路2号"}


def complaints(runtime: Runtime) -> list[str]:
    return verify.verify(runtime) + rebuild.check(runtime)


def table_named(name: str) -> Table:
    return next(table for table in TABLES if table.name == name)


def contents(runtime: Runtime, table: Table) -> list[dict[str, Any]]:
    query = select(*table.columns).order_by(*table.primary_key.columns)
    with runtime.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


def put_back(runtime: Runtime, table: Table, rows: list[dict[str, Any]]) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(delete(table))
        connection.execute(insert(table), rows)


@contextmanager
def changed(runtime: Runtime, table: Table, rows: list[dict[str, Any]]) -> Iterator[None]:
    """Let a table hold other rows for a while."""
    before = contents(runtime, table)
    put_back(runtime, table, rows) if rows else _empty(runtime, table)
    try:
        yield
    finally:
        put_back(runtime, table, before)


def _empty(runtime: Runtime, table: Table) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(delete(table))


def named(table: Table, keys: list[dict[str, Any]], found: list[str]) -> bool:
    """Say whether a message names the table and the key of one of these rows."""
    identifying = {"ops": ("op_id",)}.get(
        table.name, tuple(column.name for column in table.primary_key.columns)
    )
    names = {f"{table.name} {' '.join(str(row[one]) for one in identifying)}:" for row in keys}
    return any(message.startswith(name) for name in names for message in found)


def other(column: Any, value: Any) -> Any:
    """Return another value that the column can hold."""
    if isinstance(column.type, LargeBinary):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(column.type, String | Text):
        digits = {"0": "1", "a": "b"}
        if value == "":
            return "a"
        return value[:-1] + digits.get(value[-1], "0" if value[-1] != "0" else "1")
    return value + 1_000_000 if column.primary_key else value + 1


@pytest.mark.parametrize(("table_name", "column_name"), COLUMNS)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_changed_value_is_named(
    busy: Runtime, table_name: str, column_name: str, place: str
) -> None:
    table = table_named(table_name)
    rows = contents(busy, table)
    at = {"first": 0, "middle": len(rows) // 2, "last": len(rows) - 1}[place]
    new = dict(rows[at])
    new[column_name] = other(table.columns[column_name], new[column_name])
    with changed(busy, table, [*rows[:at], new, *rows[at + 1 :]]):
        found = complaints(busy)
    assert named(table, [rows[at], new], found), found[:5]


def _keys(table: Table, rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {tuple(row[column.name] for column in table.primary_key.columns) for row in rows}


def _swapped(
    table: Table, rows: list[dict[str, Any]], column: str
) -> tuple[int, int, list[dict[str, Any]]]:
    """Swap a column between two rows so that the table's contents change; raise if none can."""
    unchanged = sorted(repr(sorted(row.items())) for row in rows)
    for left in range(len(rows)):
        for right in range(len(rows) - 1, left, -1):
            if rows[left][column] == rows[right][column]:
                continue
            new = [dict(row) for row in rows]
            new[left][column], new[right][column] = rows[right][column], rows[left][column]
            if len(_keys(table, new)) < len(rows):
                continue
            if sorted(repr(sorted(row.items())) for row in new) != unchanged:
                return left, right, new
    raise LookupError(f"no two rows differ in {column}")


# A table of one row has no two rows to swap.
ONE_VALUE = {
    ("log_head", name) for name in ("id", "epoch", "size", "root", "rules")
}  # fmt: skip


@pytest.mark.parametrize(
    ("table_name", "column_name"), [one for one in COLUMNS if one not in ONE_VALUE]
)
def test_a_swap_of_two_rows_values_is_named(
    busy: Runtime, table_name: str, column_name: str
) -> None:
    table = table_named(table_name)
    rows = contents(busy, table)
    left, right, new = _swapped(table, rows, column_name)
    with changed(busy, table, new):
        found = complaints(busy)
    assert named(table, [rows[left], rows[right], new[left], new[right]], found), found[:5]


@pytest.mark.parametrize("table_name", [table.name for table in TABLES])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_deleted_row_is_named(busy: Runtime, table_name: str, place: str) -> None:
    table = table_named(table_name)
    rows = contents(busy, table)
    at = {"first": 0, "middle": len(rows) // 2, "last": len(rows) - 1}[place]
    if table is Checkpoint.__table__ and place != "last":
        at = len(rows) - 1  # NOT_LOG_BACKED: only the newest is needed to prove the log's end
    with changed(busy, table, [*rows[:at], *rows[at + 1 :]]):
        found = complaints(busy)
    assert named(table, [rows[at]], found), found[:5]


def test_a_tail_cut_off_everywhere_at_once_is_named_by_the_checkpoint_outside(
    busy: Runtime,
) -> None:
    saved = {table.name: contents(busy, table) for table in TABLES}
    try:
        _cut_back(busy, keep=_earlier_size(busy))
        assert rebuild.check(busy) == []
        found = verify.verify(busy)
    finally:
        for table in TABLES:
            put_back(busy, table, saved[table.name])
    assert any(one.startswith("checkpoint_file latest: ahead") for one in found)
    assert any(one.startswith("leaves ") for one in found)
    assert complaints(busy) == []


def _earlier_size(runtime: Runtime) -> int:
    """Return the size of the checkpoint before the newest, where a log could once have ended."""
    with runtime.engine.connect() as connection:
        sizes = sorted(connection.execute(select(Checkpoint.size)).scalars())
    return int(sizes[-2])


def _cut_back(runtime: Runtime, keep: int) -> None:
    """Do what somebody does who knows the schema and may write every table."""
    ops, entities = table_named("ops"), table_named("entities")
    with runtime.engine.begin() as connection:
        connection.execute(delete(Leaf).where(Leaf.index >= keep))
        connection.execute(delete(ops).where(ops.c.index >= keep))
        connection.execute(delete(Checkpoint).where(Checkpoint.size > keep))
        connection.execute(delete(table_named("tiles")))
        connection.execute(delete(entities))
        entries = connection.execute(select(Leaf.entry).order_by(Leaf.index)).scalars().all()
        root = tree.grow(connection, 0, entries)
        head = log_store.head(connection)
        cut = log_store.Head(head.epoch, keep, root.hex(), head.rules)
        log_store.set_head(connection, cut)
    rebuild.run(runtime)


def test_a_checkpoint_file_that_is_gone_or_older_is_named(busy: Runtime) -> None:
    path = busy.settings.checkpoint_file
    note = path.read_text(encoding="utf-8")
    with busy.engine.connect() as connection:
        older = connection.execute(
            select(Checkpoint.note).order_by(Checkpoint.size.desc()).offset(1).limit(1)
        ).scalar_one()
    path.write_text(older, encoding="utf-8")
    behind = verify.verify(busy)
    path.write_text(note.replace("liuhen", "liuhem"), encoding="utf-8")
    foreign = verify.verify(busy)
    path.unlink()
    gone = verify.verify(busy)
    path.write_text(note, encoding="utf-8")
    for found in (behind, foreign, gone):
        assert len(found) == 1
        assert found[0].startswith("checkpoint_file latest: ")


@pytest.mark.parametrize("original", ORIGINALS)
@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_original_is_named(busy: Runtime, original: bytes, damage: str) -> None:
    digest = hashlib.sha256(original).hexdigest()
    folder = Path(str(busy.settings.blob_store).removeprefix("file:"))
    path = next(one for one in folder.rglob(f"*{digest[8:]}") if one.is_file())
    mode = path.stat().st_mode
    path.chmod(0o600)
    if damage == "changed":
        path.write_bytes(bytes([original[0] ^ 1]) + original[1:])
    else:
        path.unlink()
    found = verify.verify(busy)
    path.write_bytes(original)
    path.chmod(mode)
    assert [message.split(":")[0] for message in found] == [f"blobs {digest}"]


def test_every_table_is_tampered_with_or_listed_with_a_reason() -> None:
    all_tables = {
        mapper.local_table.name
        for mapper in db.Model.registry.mappers
        if mapper.class_.__module__ == log_tables.__name__
    }
    exempt = {name for name in NOT_LOG_BACKED if name in all_tables}
    assert {table.name for table in TABLES} | exempt == all_tables
    page = (Path(__file__).parents[3] / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in NOT_LOG_BACKED if f"`{name}`" not in page] == []


def test_merkle_roots_of_the_test_itself_are_those_of_the_protocol(busy: Runtime) -> None:
    with busy.engine.connect() as connection:
        entries = connection.execute(select(Leaf.entry).order_by(Leaf.index)).scalars().all()
        head = log_store.head(connection)
    assert merkle.root_of(merkle.leaf_hash(entry) for entry in entries).hex() == head.root
