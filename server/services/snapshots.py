"""Snapshots: a space's rows as compressed files for phones that are far behind.

A snapshot is all rows of a space at one size of the log, in the order of a pull, cut into parts.
So a part is a page made ahead: a phone at any cursor goes on with the parts beyond it, then pulls
the tail. Invariants: a part never changes and is named by the SHA-256 of its text; a manifest
names only parts that are stored; per space the newest `KEPT` snapshots are kept and the files of
others removed. One maker at a time, off the request path; a maker that died is cleared up after.
Not here: who may read a space (`web.access`).
"""

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from server.services import departures, queries
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.claims import alone
from server.storage.database import reading, writing
from server.storage.log_store import Head
from server.storage.log_tables import Entity
from server.storage.snapshot_tables import Snapshot, SnapshotPart

PART_ROWS = 1000  # about 200 KB compressed: some seconds of a bad link
LEAST_ROWS = 1000  # two pages of a pull: for fewer a snapshot spares nothing
TAIL_DIVISOR = 4  # made anew when the tail is longer than a quarter of it
OLDEST_MS = 30 * 24 * 3_600_000
KEPT = 2  # the newest, and the one that a phone may be in the middle of
GZIP_LEVEL = 6


def make_next(runtime: Runtime) -> bool:
    """Make the snapshot of one space that wants one; False when none does."""
    with alone(runtime.engine, "snapshot") as is_alone:
        if not is_alone:
            return False
        forget_old(runtime)
        space = _wanted(runtime)
        if space is None or not _has_room(runtime):
            return False
        _make(runtime, space)
        return True


def _has_room(runtime: Runtime) -> bool:
    free = shutil.disk_usage(runtime.settings.data_dir).free
    return free > runtime.settings.reserve_disk_bytes


def _wanted(runtime: Runtime) -> str | None:
    with reading(runtime.engine) as connection:
        for space in _spaces(connection):
            if _is_due(connection, space, runtime.clock.now_ms()):
                return space
    return None


def _spaces(connection: Connection) -> Iterator[str]:
    """Yield every space that has rows; each is one look into the index."""
    last = ""
    while True:
        found = connection.execute(select(func.min(Entity.space)).where(Entity.space > last))
        following = found.scalar()
        if following is None:
            return
        yield following
        last = following


def _is_due(connection: Connection, space: str, now_ms: int) -> bool:
    newest = _newest(connection, space)
    bound = max(LEAST_ROWS, newest.rows // TAIL_DIVISOR) if newest else LEAST_ROWS
    since = newest.size if newest else 0
    beyond = select(Entity.index).where(Entity.space == space, Entity.index >= since).limit(bound)
    tail = connection.execute(select(func.count()).select_from(beyond.subquery())).scalar_one()
    is_old = newest is not None and tail > 0 and newest.made_at_ms < now_ms - OLDEST_MS
    return tail >= bound or is_old


def _newest(connection: Connection, space: str) -> Any:
    query = select(Snapshot).where(Snapshot.space == space).order_by(Snapshot.size.desc()).limit(1)
    return connection.execute(query.with_only_columns(*Snapshot.__table__.columns)).first()


def _make(runtime: Runtime, space: str) -> None:
    """Write the parts, then the row that makes them a snapshot."""
    count = 0
    with reading(runtime.engine) as connection:
        head = log_store.head(connection)
        for number, rows in enumerate(_pages(connection, space)):
            _keep(runtime, (space, head.size, number), rows)
            count += len(rows)
    values = _snapshot(runtime, space, head) | {"rows": count}
    with writing(runtime.engine) as connection:
        connection.execute(insert(Snapshot).values(values))


def _snapshot(runtime: Runtime, space: str, head: Head) -> dict[str, Any]:
    return {
        "space": space,
        "size": head.size,
        "origin": runtime.origin(head.epoch),
        "root": head.root,
        "made_at_ms": runtime.clock.now_ms(),
    }


def _pages(connection: Connection, space: str) -> Iterator[Sequence[Any]]:
    last = (0, "")  # what left is told too: a phone may come from any cursor
    while rows := queries.changes_after(connection, space, last, PART_ROWS):
        yield rows
        last = (rows[-1].index, rows[-1].entity)


def _keep(runtime: Runtime, place: tuple[str, int, int], rows: Sequence[Any]) -> None:
    """Write down that there will be a file, then store it."""
    text = b'{"rows":[%b]}' % queries.rows_json(rows)
    packed = gzip.compress(text, GZIP_LEVEL, mtime=0)
    stored_sha256 = hashlib.sha256(packed).hexdigest()
    values = dict(zip(("space", "size", "number"), place, strict=True)) | {
        "sha256": hashlib.sha256(text).hexdigest(),
        "stored_sha256": stored_sha256,
        "stored_bytes": len(packed),
        "rows": len(rows),
        "last_index": rows[-1].index,
        "last_entity": rows[-1].entity,
    }
    with writing(runtime.engine) as connection:
        connection.execute(insert(SnapshotPart).values(values))
    with tempfile.TemporaryDirectory(dir=runtime.settings.data_dir) as folder:
        path = Path(folder) / stored_sha256
        path.write_bytes(packed)
        runtime.snapshots.put_file(path, stored_sha256)


def forget_old(runtime: Runtime) -> None:
    """Remove what a newer snapshot has replaced, and what a maker that died left unfinished."""
    with reading(runtime.engine) as connection:
        made = connection.execute(select(SnapshotPart.space, SnapshotPart.size).distinct())
        found = {(row.space, row.size) for row in made}
        whole: dict[str, list[int]] = {}
        for row in connection.execute(select(Snapshot.space, Snapshot.size)):
            whole.setdefault(row.space, []).append(row.size)
    kept = {(space, size) for space, sizes in whole.items() for size in sorted(sizes)[-KEPT:]}
    for space, size in sorted(found - kept):
        _forget(runtime, space, size)


def _forget(runtime: Runtime, space: str, size: int) -> None:
    """Take back the manifest, remove the files nobody else names, then their rows."""
    ours = (SnapshotPart.space == space) & (SnapshotPart.size == size)
    with writing(runtime.engine) as connection:
        snapshot = (Snapshot.space == space) & (Snapshot.size == size)
        connection.execute(delete(Snapshot).where(snapshot))
        named = connection.execute(select(SnapshotPart.stored_sha256).where(ours)).scalars().all()
        query = select(SnapshotPart.stored_sha256).where(
            ~ours, SnapshotPart.stored_sha256.in_(named)
        )
        shared = set(connection.execute(query).scalars())
    for stored_sha256 in set(named) - shared:
        runtime.snapshots.remove(stored_sha256)
    with writing(runtime.engine) as connection:
        connection.execute(delete(SnapshotPart).where(ours))


def manifest(runtime: Runtime, space: str) -> dict[str, Any]:
    """Return the newest snapshot of a space as SPEC section 8 has it; raise `not_found`."""
    with reading(runtime.engine) as connection:
        newest = _newest(connection, space)
        if newest is None:
            raise Problem("not_found", "There is no snapshot; pull the rows.")
        ours = (SnapshotPart.space == space) & (SnapshotPart.size == newest.size)
        query = select(*SnapshotPart.__table__.columns).where(ours).order_by(SnapshotPart.number)
        parts = connection.execute(query).all()
        forgotten = departures.forgotten(connection, space)
    log = {"origin": newest.origin, "root": newest.root, "size": newest.size}
    return {
        "complete_through": newest.size,
        "log": log,
        "rows": newest.rows,
        "forgotten": forgotten,
        "parts": [
            {
                "sha256": part.sha256,
                "bytes": part.stored_bytes,
                "rows": part.rows,
                "last": {"after_index": part.last_index, "after_entity": part.last_entity},
            }
            for part in parts
        ],
    }


def part(runtime: Runtime, space: str, sha256: str) -> bytes:
    """Return a part of a snapshot of a space, compressed by gzip; raise `not_found`."""
    query = select(SnapshotPart.stored_sha256).where(
        SnapshotPart.space == space, SnapshotPart.sha256 == sha256
    )
    with reading(runtime.engine) as connection:
        stored_sha256 = connection.execute(query.limit(1)).scalar()
    if stored_sha256 is None:
        raise Problem("not_found", "A newer snapshot has replaced it.")
    try:
        with runtime.snapshots.open(stored_sha256) as stream:
            return stream.read()
    except FileNotFoundError:
        raise Problem("not_found", "The file is not here; pull the rows.") from None
