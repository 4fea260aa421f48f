"""What is seen in original images and the small copies of them, off the request path.

Invariants: the list of work is a query; an image is looked at once, and a failure is a state like
any other, not tried again. Only what the store lacked is: when its bytes are stored again, and now
and then, for they may have been put back. An original is never changed; a copy lies in the blob
store under its own digest, its parent, tool and output digest written down. Not here: copies that
people make (`photo.derive`), which are originals of their own.
"""

import hashlib
import logging
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import delete, insert, select

from server.services import likeness
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import imaging
from server.storage.claims import claimed
from server.storage.database import reading, writing
from server.storage.upload_tables import MISSING, Derivative, LikenessBand, SeenImage, StoredBlob

WORK = "images"
logger = logging.getLogger("liuhen.images")


def make_next(runtime: Runtime) -> bool:
    """Look at one image nobody has looked at; False when there is none."""
    seen = select(SeenImage.sha256).where(SeenImage.sha256 == StoredBlob.sha256)
    wanted = (
        select(StoredBlob.sha256, StoredBlob.media_type)
        .where(StoredBlob.media_type.startswith("image/"), ~seen.exists())
        .order_by(StoredBlob.stored_at_ms.desc())  # what somebody waits for is new
        .limit(1)
    )
    with claimed(runtime.engine, WORK, wanted) as (rows, write):
        for row in rows:
            for statement in _looked_at(runtime, row.sha256, row.media_type):
                write(statement)
    return bool(rows)


def look_again_at_missing(runtime: Runtime) -> int:
    """Let every image whose original was not in the store be looked at anew; return how many."""
    with writing(runtime.engine) as connection:
        return connection.execute(delete(SeenImage).where(SeenImage.state == MISSING)).rowcount


def _looked_at(runtime: Runtime, sha256: str, media_type: str) -> list[Any]:
    """Look at an image; return what is to be written, the mark that it is done last."""
    told, copies = _look(runtime, sha256, media_type)
    made = {"tool": imaging.TOOL, "made_at_ms": runtime.clock.now_ms(), "parent_sha256": sha256}
    derived = [made | {"name": name} | _stored(runtime, copy) for name, copy in copies.items()]
    seen = {
        "sha256": sha256,
        "state": told.state,
        "tool": imaging.TOOL,
        "width_px": told.width,
        "height_px": told.height,
        "frames": told.frames,
        "exif": msgspec.json.encode(told.exif).decode(),
        "likeness": told.likeness,
        "seen_at_ms": made["made_at_ms"],
    }
    bands = [{"band": band, "sha256": sha256} for band in likeness.bands(told.likeness)]
    # An earlier try may have died between its statements; the mark was not written then.
    old = [
        delete(Derivative).where(Derivative.parent_sha256 == sha256),
        delete(LikenessBand).where(LikenessBand.sha256 == sha256),
    ]
    new = [insert(Derivative).values(one) for one in derived]
    return [*old, *new, *(insert(LikenessBand).values(one) for one in bands),
            insert(SeenImage).values(seen)]  # fmt: skip


def _look(runtime: Runtime, sha256: str, media_type: str) -> tuple[imaging.Told, dict[str, bytes]]:
    try:
        source = runtime.blobs.open(sha256)
    except FileNotFoundError:  # `liuhen verify` tells of the loss; other images go on
        logger.warning("the original %s is not in the store", sha256)
        return imaging.Told(MISSING, {}), {}
    with source:
        return imaging.look(source, media_type, _bounds(runtime), _folder(runtime))


def _bounds(runtime: Runtime) -> imaging.Bounds:
    settings = runtime.settings
    return imaging.Bounds(
        settings.image_jpeg_megapixels * 1_000_000, settings.image_megapixels * 1_000_000,
        settings.image_memory_mib << 20, settings.image_seconds,
    )  # fmt: skip


def _folder(runtime: Runtime) -> Path:
    runtime.settings.data_dir.mkdir(parents=True, exist_ok=True)
    return runtime.settings.data_dir


def _stored(runtime: Runtime, copy: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(copy).hexdigest()
    with tempfile.TemporaryDirectory(dir=_folder(runtime)) as folder:
        path = Path(folder) / digest
        path.write_bytes(copy)
        runtime.blobs.put_file(path, digest)
    return {"output_sha256": digest, "output_bytes": len(copy)}


def copy_of(runtime: Runtime, sha256: str, name: str) -> tuple[int, BinaryIO]:
    """Return (size, stream) of a small copy; raise `not_found` while there is none.

    Whether the asker may see the original has been decided before.
    """
    with reading(runtime.engine) as connection:
        found = connection.execute(
            select(Derivative.output_sha256, Derivative.output_bytes).where(
                Derivative.parent_sha256 == sha256, Derivative.name == name
            )
        ).first()
        state = connection.execute(
            select(SeenImage.state).where(SeenImage.sha256 == sha256)
        ).scalar()
    if found is not None:
        try:
            return found.output_bytes, runtime.blobs.open(found.output_sha256)
        except FileNotFoundError:
            _make_anew(runtime, sha256)
            state = None
    if state is None:
        raise Problem("not_found", "The small copy is not made yet.", retry_after_s=2)
    raise Problem("not_found", f"There is no small copy: {state}.")


def _make_anew(runtime: Runtime, sha256: str) -> None:
    """Let an image be looked at again whose copies the store lost."""
    logger.warning("a small copy of %s is not in the store; it is made again", sha256)
    with writing(runtime.engine) as connection:
        connection.execute(delete(SeenImage).where(SeenImage.sha256 == sha256))
