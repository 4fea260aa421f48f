"""Docking-station manifests: a file becomes an original, an op of the system, and rows.

Invariants: the log names the file by its digest before any of its rows counts (ADR 0016); the same
file twice writes nothing; a row that is there already is left as it is, but for the station's date
of deletion. Rows follow from the log and the file, so a crash in between loses nothing: `project`
reads whatever manifest has not been read. Not here: what a row means (`domain.manifest`), which
reference it belongs to (`recordings`).
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from server.domain import manifest as reader
from server.domain.authority import field
from server.domain.manifest import Manifest, ManifestUnreadable, Row, TooManyRows
from server.services import evidence, queries, system
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import locks
from server.storage.bulk import one_of, upsert_rows
from server.storage.database import reading, writing
from server.storage.footage_tables import FootageRow, ManifestRead
from server.storage.log_tables import Entity
from sync_protocol.rules import LIMITS

SHOWN = LIMITS["manifest_refusals_shown"]
ROWS_AT_ONCE = 5000
KEY = ("space", "footage")


def bring(
    runtime: Runtime, space: str, raw: bytes, *, name: str, station: str = "", by: str = ""
) -> dict[str, Any]:
    """Take a manifest in and return what became of it: counts, and each refused row by its line.

    `station` is for rows that name none, `by` the person who brought it. Raises
    `manifest_unreadable`, `too_large`.
    """
    if len(raw) > LIMITS["manifest_bytes"]:
        raise Problem("too_large", f"At most {LIMITS['manifest_bytes']} bytes.")
    digest = hashlib.sha256(raw).hexdigest()
    identity = f"{space}-{digest}"
    known = queries.row(runtime, f"manifest/{identity}")
    read = _read(raw, _station_of(known) if known else station)
    if known is None:
        _store(runtime, space, raw, digest, read.media_type)
        _append(runtime, space, identity, _said(raw, digest, read, name, station, by))
    evidence.settle(runtime)
    project(runtime)
    return _report(runtime, identity, read) | {"duplicate": known is not None}


def _read(raw: bytes, station: str) -> Manifest:
    try:
        return reader.read(raw, station)
    except ManifestUnreadable as error:
        raise Problem("manifest_unreadable", str(error)) from None
    except TooManyRows:
        raise Problem("too_large", f"At most {LIMITS['manifest_rows']} rows.") from None


def _said(
    raw: bytes, digest: str, read: Manifest, name: str, station: str, by: str
) -> dict[str, Any]:
    blob = {"sha256": digest, "size_bytes": len(raw), "media_type": read.media_type}
    said: dict[str, Any] = {
        "name": name,
        "blob": blob,
        "rows": len(read.rows),
        "refused": len(read.refused),
        "rows_sha256": read.digest(),
        "reader": reader.READER,
    }
    return said | {name: text for name, text in (("station", station), ("brought_by", by)) if text}


def _store(runtime: Runtime, space: str, raw: bytes, digest: str, media_type: str) -> None:
    with tempfile.TemporaryDirectory(dir=runtime.settings.data_dir) as folder:
        path = Path(folder) / digest
        path.write_bytes(raw)
        runtime.blobs.put_file(path, digest)
    evidence.blob_stored(runtime, space, digest, len(raw), media_type)


def _append(runtime: Runtime, space: str, identity: str, said: dict[str, Any]) -> None:
    item = system.append(runtime, "manifest.add", {"manifest": identity} | said, space)
    ruling = item["ruling"]
    if ruling["outcome"] != "applied" and ruling["code"] != "entity_exists":
        raise RuntimeError(f"the manifest was not taken in: {item}")


def project(runtime: Runtime) -> int:
    """Read every manifest of the log that has not been read; return how many."""
    with reading(runtime.engine) as connection:
        if not _unread(connection):
            return 0
    with writing(runtime.engine) as connection:
        locks.take(connection, {"manifests": True})
        unread = _unread(connection)
        for identity, space, row in unread:
            _project(runtime, connection, identity, space, row)
    return len(unread)


def _unread(connection: Connection) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the manifests that have not been read, as `all_of_log` does."""
    read = set(connection.execute(select(ManifestRead.manifest)).scalars())
    return [one for one in all_of_log(connection) if one[0] not in read]


def all_of_log(connection: Connection) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (manifest, space, row) of every manifest, in log order."""
    query = (
        select(Entity.entity, Entity.space, Entity.wire)
        .where(Entity.entity > "manifest/", Entity.entity < "manifest/~")
        .order_by(Entity.index)
    )
    return [
        (one.entity.removeprefix("manifest/"), one.space, msgspec.json.decode(one.wire))
        for one in connection.execute(query)
    ]


def _project(
    runtime: Runtime, connection: Connection, identity: str, space: str, row: dict[str, Any]
) -> None:
    new = 0
    for part in _parts(file_rows(runtime, identity, row)):
        new += _write(connection, [values_of(space, identity, one) for one in part])
    connection.execute(insert(ManifestRead).values(manifest=identity, rows_new=new))


def file_rows(runtime: Runtime, identity: str, row: dict[str, Any]) -> Sequence[Row]:
    """Return the accepted rows of a manifest's file; `RuntimeError` if they are not the log's."""
    blob = field(row, "blob")
    assert isinstance(blob, dict)  # noqa: S101 - the kind's shape
    with runtime.blobs.open(blob["sha256"]) as stream:
        read = reader.read(stream.read(), _station_of(row))
    if read.digest() != field(row, "rows_sha256"):
        raise RuntimeError(f"manifest {identity}: the file does not give the rows the log names")
    return read.rows


def _station_of(row: dict[str, Any]) -> str:
    """Return the station of rows that name none."""
    return str(field(row, "station") or "")


def values_of(space: str, identity: str, row: Row) -> dict[str, Any]:
    """Return a row as the table holds it."""
    one = row.footage
    return {
        "space": space,
        "footage": one.id,
        "manifest": identity,
        "line": row.line,
        "station": one.station,
        "camera": one.camera,
        "file_name": one.file_name,
        "started_at_ms": one.started_at_ms,
        "ended_at_ms": one.ended_at_ms,
        "size_bytes": one.size_bytes,
        "sha256": one.sha256,
        "officer": one.officer,
        "delete_on": row.delete_on,
    }


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


def _write(connection: Connection, values: list[dict[str, Any]]) -> int:
    """Insert what is new, take newer dates of deletion, leave the rest; return how many are new."""
    query = select(FootageRow.footage, FootageRow.delete_on).where(
        FootageRow.space == values[0]["space"],
        one_of(connection, FootageRow.footage, [one["footage"] for one in values]),
    )
    known = {one.footage: one.delete_on for one in connection.execute(query)}
    changed = [one for one in values if known.get(one["footage"]) != one["delete_on"]]
    upsert_rows(connection, FootageRow, changed, KEY, ("delete_on",))
    return sum(one["footage"] not in known for one in values)


def forget(connection: Connection) -> None:
    """Empty the projection, so that `project` makes it anew."""
    connection.execute(delete(FootageRow))
    connection.execute(delete(ManifestRead))


def _report(runtime: Runtime, identity: str, read: Manifest) -> dict[str, Any]:
    with reading(runtime.engine) as connection:
        query = select(ManifestRead.rows_new).where(ManifestRead.manifest == identity)
        new = connection.execute(query).scalar_one()
    refused = [{"line": one.line, "code": one.code} for one in read.refused[:SHOWN]]
    return {
        "manifest": identity,
        "accepted": len(read.rows),
        "new": new,
        "refused": len(read.refused),
        "refusals": refused,
    }
