"""Small copies of originals, made off the request path; the list of work is a query.

Invariants: an original is looked at once per derivation: a failure is a state like any other and
is not tried again; an original is never changed; a copy lies in the blob store under its own
digest, its parent, tool and output digest written down.
"""

import hashlib
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import insert, select

from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import imaging
from server.storage.claims import claimed
from server.storage.database import reading
from server.storage.upload_tables import Derivative, StoredBlob

THUMBNAIL = "thumbnail"


def make_next(runtime: Runtime) -> bool:
    """Make one missing thumbnail, or write down why there is none; False when none is missing."""
    done = select(Derivative.name).where(
        Derivative.parent_sha256 == StoredBlob.sha256, Derivative.name == THUMBNAIL
    )
    wanted = (
        select(StoredBlob.sha256, StoredBlob.media_type)
        .where(StoredBlob.media_type.startswith("image/"), ~done.exists())
        .order_by(StoredBlob.stored_at_ms)
        .limit(1)
    )
    with claimed(runtime.engine, THUMBNAIL, wanted) as (rows, write):
        for row in rows:
            write(insert(Derivative).values(_derive(runtime, row.sha256, row.media_type)))
    return bool(rows)


def _derive(runtime: Runtime, sha256: str, media_type: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "parent_sha256": sha256,
        "name": THUMBNAIL,
        "tool": imaging.TOOL,
        "made_at_ms": runtime.clock.now_ms(),
    }
    try:
        with runtime.blobs.open(sha256) as source:
            copy = imaging.thumbnail(source, media_type)
    except imaging.NoThumbnail as reason:
        return values | {"state": reason.state}
    output_sha256 = _store(runtime, copy)
    return values | {"state": "made", "output_sha256": output_sha256, "output_bytes": len(copy)}


def _store(runtime: Runtime, copy: bytes) -> str:
    digest = hashlib.sha256(copy).hexdigest()
    with tempfile.TemporaryDirectory(dir=runtime.settings.data_dir) as folder:
        path = Path(folder) / digest
        path.write_bytes(copy)
        runtime.blobs.put_file(path, digest)
    return digest


def thumbnail(runtime: Runtime, sha256: str) -> tuple[int, BinaryIO]:
    """Return (size, stream) of the thumbnail; raise `not_found` while there is none.

    Whether the asker may see the original has been decided before.
    """
    with reading(runtime.engine) as connection:
        found = connection.execute(
            select(Derivative.state, Derivative.output_sha256, Derivative.output_bytes).where(
                Derivative.parent_sha256 == sha256, Derivative.name == THUMBNAIL
            )
        ).first()
    if found is None:
        raise Problem("not_found", "The small copy is not made yet.", retry_after_s=2)
    if found.state != "made":
        raise Problem("not_found", f"There is no small copy: {found.state}.")
    return found.output_bytes, runtime.blobs.open(found.output_sha256)
