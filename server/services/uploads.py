"""Uploads of originals: resumable, proven by digest, each alone (tus 1.0.0 without its headers).

Invariants:
- The offset told to a phone is what is durable, whatever happened before.
- Memory is one piece of at most 1 MiB a request; nothing beyond the announced length is stored.
- A blob is announced only after the server has computed SHA-256 over what it stored, and only then
  is the part given up; every step of `_finish` may be repeated after a crash.
- Bytes of a person's uploads are bounded: in a day, open at once, arriving at once.
- An upload is seen by the person who began it and by nobody else.

Not here: HTTP headers (`web/tus.py`), and what becomes of the bytes later (`evidence`).
"""

import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from server.services import evidence, slots
from server.services.accounts import Person
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.services.upload_room import DAY_MS, check_disk, check_quota
from server.storage import media_types
from server.storage.blob_rules import WrongDigestError
from server.storage.bulk import one_of
from server.storage.database import reading, writing
from server.storage.upload_parts import CHUNK_SUFFIX, PIECE_BYTES, OffsetMovedError, PartFiles
from server.storage.upload_tables import Upload
from sync_protocol.rules import LIMITS

KEPT_MS = 90 * DAY_MS  # a phone may come back after a long time in the mountains


@dataclass(frozen=True)
class Announcement:
    """What a phone says about the bytes it is going to send."""

    sha256: str
    space: str
    media_type: str
    length_bytes: int


@dataclass(frozen=True)
class Checksum:
    """What a client says of one body: against damage on the way, nothing more."""

    algorithm: str
    digest: bytes


def part_files(runtime: Runtime) -> PartFiles:
    """Return where parts lie: on this host's disk, shared by its workers."""
    return PartFiles(runtime.settings.data_dir / "uploads")


def begin(runtime: Runtime, person: Person, said: Announcement) -> tuple[str, int]:
    """Return (upload id, offset); the offset is the length when the space holds the bytes."""
    if said.media_type not in media_types.MOST_BYTES:
        raise Problem("invalid_field", "no such media type", field="Upload-Metadata.media_type")
    most_bytes = min(media_types.MOST_BYTES[said.media_type], runtime.settings.max_photo_bytes)
    if said.length_bytes > most_bytes:
        raise Problem("too_large", field="Upload-Length")
    held = evidence.can_give(runtime, said.space, said.sha256)
    known = _told_before(runtime, person, said) if held else None
    if known is not None:
        return known, said.length_bytes
    if not held:
        runtime.settings.data_dir.mkdir(parents=True, exist_ok=True)
        check_disk(runtime, said.length_bytes)
    now = runtime.clock.now_ms()
    values = vars(said) | {
        "id": secrets.token_hex(16),
        "person_id": person.id,
        "created_at_ms": now,
        "completed_at_ms": now if held else None,
    }
    with writing(runtime.engine) as connection:
        if not held:
            check_quota(connection, person, said.length_bytes, now)
            part_files(runtime).create(values["id"])
        connection.execute(insert(Upload).values(values))
    return values["id"], said.length_bytes if held else 0


def _told_before(runtime: Runtime, person: Person, said: Announcement) -> str | None:
    """Return this person's finished upload of these bytes: whoever asks again gets no new one."""
    own = (Upload.person_id == person.id, Upload.completed_at_ms.is_not(None))
    same = (Upload.space == said.space, Upload.sha256 == said.sha256)
    query = select(Upload.id).where(*own, *same, Upload.length_bytes == said.length_bytes).limit(1)
    with reading(runtime.engine) as connection:
        return connection.execute(query).scalar()


def offset(runtime: Runtime, person: Person, upload_id: str) -> tuple[int, int]:
    """Return (offset, length) of an upload, finishing one whose last reply was lost."""
    upload = _find(runtime, person, upload_id)
    size = _size(runtime, upload)
    if size == upload.length_bytes:
        _finish(runtime, upload)
    else:
        with suppress(FileNotFoundError):  # finished or ended by another request meanwhile
            part_files(runtime).durable(upload.id)  # who wrote the last of it may have been killed
    return size, upload.length_bytes


def write(
    runtime: Runtime,
    person: Person,
    upload_id: str,
    at: int,
    pieces: Iterable[bytes],
    checksum: Checksum | None = None,
) -> int:
    """Append pieces at an offset and return the new, durable offset; finish a whole upload.

    With `checksum` (of exactly these pieces) nothing counts before it is proven.
    Raises `upload_offset`, `upload_checksum`, `storage_full`, `too_many`, `too_large`,
    `upload_digest`, `not_an_image`, `not_a_recording`.
    """
    upload = _find(runtime, person, upload_id)
    if _size(runtime, upload) != at:
        raise Problem("upload_offset", field="Upload-Offset")
    if upload.completed_at_ms is None and at < upload.length_bytes:
        check_disk(runtime, 0)
        most = slots.for_originals(runtime.settings.threads)
        most_each = LIMITS["uploads_at_once_per_person"]
        with runtime.receiving.taken(person.id, most, most_each):
            _append(runtime, upload, at, pieces, checksum)
    size = _size(runtime, upload)
    if size == upload.length_bytes:
        _finish(runtime, upload)
    return size


def _append(
    runtime: Runtime, upload: Any, at: int, pieces: Iterable[bytes], checksum: Checksum | None
) -> None:
    parts = part_files(runtime)
    try:
        if checksum is None:
            _append_pieces(runtime, upload, at, pieces)
            return
        with parts.staging(upload.id) as staged:
            most = min(LIMITS["upload_chunk_bytes"], upload.length_bytes - at)
            _stage(staged, pieces, most, checksum)
            staged.seek(0)
            _append_pieces(runtime, upload, at, iter(lambda: staged.read(PIECE_BYTES), b""))
    except OffsetMovedError:
        raise Problem("upload_offset", field="Upload-Offset") from None
    except FileNotFoundError:
        raise Problem("not_found", "The upload was ended meanwhile.") from None


def _append_pieces(runtime: Runtime, upload: Any, at: int, pieces: Iterable[bytes]) -> None:
    """Append; what arrived before a broken connection stays, and is durable, for the resume."""
    parts = part_files(runtime)
    try:
        for piece in pieces:
            if at + len(piece) > upload.length_bytes:
                raise Problem("too_large", "More bytes than announced.", field="Upload-Length")
            check_disk(runtime, len(piece))  # many at once would use up the reserve
            at = parts.append(upload.id, at, piece, upload.length_bytes)
    finally:
        is_whole = at == upload.length_bytes  # the blob store makes it durable before anybody hears
        if not is_whole and parts.path(upload.id).exists():
            parts.durable(upload.id)


def _stage(staged: Any, pieces: Iterable[bytes], most_bytes: int, checksum: Checksum) -> None:
    digest, count = hashlib.new(checksum.algorithm, usedforsecurity=False), 0
    for piece in pieces:
        count += len(piece)
        if count > most_bytes:
            raise Problem("too_large", f"At most {most_bytes} bytes here.", field="Content-Length")
        digest.update(piece)
        staged.write(piece)
    if not secrets.compare_digest(digest.digest(), checksum.digest):
        raise Problem("upload_checksum", field="Upload-Checksum")


def _finish(runtime: Runtime, upload: Any) -> None:
    """Finish a whole upload; of several who do so at once, the last find it done."""
    if upload.completed_at_ms is not None:
        return
    try:
        _hand_over(runtime, upload)
    except FileNotFoundError:
        if part_files(runtime).path(upload.id).exists():
            raise  # something else is missing
        _require_completed(runtime, upload.id)


def _require_completed(runtime: Runtime, upload_id: str) -> None:
    """Raise `not_found` unless another request finished this upload, whose part is gone by that."""
    query = select(Upload.completed_at_ms).where(Upload.id == upload_id)
    with reading(runtime.engine) as connection:
        if connection.execute(query).scalar() is None:
            raise Problem("not_found", "The part is gone; begin again.")


def _hand_over(runtime: Runtime, upload: Any) -> None:
    """Prove a whole part, hand it to the blob store, announce it; may be repeated at any point."""
    parts = part_files(runtime)
    refusal = _refusal(parts, upload) or _put(runtime, upload)
    if refusal:
        _discard(runtime, upload.id)
        raise refusal
    now = runtime.clock.now_ms()
    done = update(Upload).where(Upload.id == upload.id).values(completed_at_ms=now)
    evidence.blob_stored(
        runtime, upload.space, upload.sha256, upload.length_bytes, upload.media_type, done
    )
    parts.remove(upload.id)


def _put(runtime: Runtime, upload: Any) -> Problem | None:
    """Hand a part to the blob store, which reads it back; return what it says of the digest."""
    try:
        runtime.blobs.put_file(part_files(runtime).path(upload.id), upload.sha256)
    except WrongDigestError:
        return Problem("upload_digest")
    return None


def _refusal(parts: PartFiles, upload: Any) -> Problem | None:
    """Return why bytes are not of the announced type, or None when they are.

    Bytes that were spoiled on the way are refused as that, whatever they look like. A photo broken
    *inside* is kept: cameras make them, and it is evidence.
    """
    refusal = _type_refusal(parts.path(upload.id), upload)
    if refusal and parts.sha256(upload.id) != upload.sha256:
        return Problem("upload_digest")
    return refusal


def _type_refusal(path: Path, upload: Any) -> Problem | None:
    if upload.media_type == "text/html":
        field = "Upload-Metadata.media_type"
        return None if _is_utf8(path) else Problem("invalid_field", "not UTF-8", field=field)
    with path.open("rb") as part:
        shown = media_types.media_type_of(part.read(media_types.HEAD_BYTES))
    if shown == upload.media_type:
        return None
    is_sound = upload.media_type in media_types.AUDIO
    return Problem("not_a_recording" if is_sound else "not_an_image")


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as text:
            while text.read(PIECE_BYTES):
                pass
    except UnicodeDecodeError:
        return False
    return True


def end(runtime: Runtime, person: Person, upload_id: str) -> None:
    """Give an upload up (tus termination); stored originals are not touched by it."""
    upload = _find(runtime, person, upload_id)
    if upload.completed_at_ms is None:
        _discard(runtime, upload.id)
    else:
        _retire(runtime, upload.id)


def _retire(runtime: Runtime, upload_id: str) -> None:
    """Take a finished upload its address; its bytes are stored and count for the day they came."""
    with writing(runtime.engine) as connection:
        renamed = update(Upload).where(Upload.id == upload_id).values(id=secrets.token_hex(16))
        connection.execute(renamed)


def _discard(runtime: Runtime, upload_id: str) -> None:
    with writing(runtime.engine) as connection:
        connection.execute(delete(Upload).where(Upload.id == upload_id))
    part_files(runtime).remove(upload_id)


def forget_old(runtime: Runtime) -> int:
    """Forget uploads begun more than `KEPT_MS` ago, with the parts nobody finished; return count.

    A finished one is only the answer to a phone that lost the reply; its original stays.
    """
    before = runtime.clock.now_ms() - KEPT_MS
    with reading(runtime.engine) as connection:
        old = select(Upload.id).where(Upload.created_at_ms < before)
        found = list(connection.execute(old).scalars())
    for upload_id in found:
        _discard(runtime, upload_id)
    _forget_orphans(runtime)
    return len(found)


def _forget_orphans(runtime: Runtime) -> None:
    """Remove what a killed process left on this host that no upload has to do with any more."""
    parts = part_files(runtime)
    untouched = parts.untouched_since((runtime.clock.now_ms() - DAY_MS) / 1000)
    names = [path.name.partition(".")[0] for path in untouched]
    with reading(runtime.engine) as connection:
        query = select(Upload.id).where(one_of(connection, Upload.id, names))
        known = set(connection.execute(query).scalars())
    for path in untouched:
        if path.suffix == CHUNK_SUFFIX or path.name.partition(".")[0] not in known:
            path.unlink(missing_ok=True)


def _find(runtime: Runtime, person: Person, upload_id: str) -> Any:
    with reading(runtime.engine) as connection:
        upload = connection.execute(
            select(Upload.__table__).where(Upload.id == upload_id, Upload.person_id == person.id)
        ).first()
    if upload is None:
        raise Problem("not_found")
    return upload


def _size(runtime: Runtime, upload: Any) -> int:
    if upload.completed_at_ms is not None:
        return int(upload.length_bytes)
    try:
        return part_files(runtime).size(upload.id)
    except FileNotFoundError:
        _require_completed(runtime, upload.id)
        return int(upload.length_bytes)
