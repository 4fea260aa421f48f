"""Part files of uploads under way: `<folder>/<upload id>.part`.

Invariants: the size of the file is the upload's offset; bytes are added only at the offset the
writer believes in, checked under an exclusive lock, so that of two writers one finds out; nothing
is ever written beyond the announced length. `durable` is called before an offset is told to
anybody. Checksummed chunks wait in a staging file until they are proven. No database here.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PIECE_BYTES = 1 << 20
CHUNK_SUFFIX = ".chunk"


class OffsetMovedError(Exception):
    """Somebody else has written to the part; its size is no longer what the writer believed."""


class PartFiles:
    """The part files of one data folder; every worker process of a host shares it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, upload_id: str) -> Path:
        """Return where the part of an upload lies."""
        return self.folder / f"{upload_id}.part"

    def create(self, upload_id: str) -> None:
        """Make an empty part; a power cut may forget it until `durable` was called."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path(upload_id).open("xb").close()

    def size(self, upload_id: str) -> int:
        """Return the offset; raise `FileNotFoundError` when the part is gone."""
        return self.path(upload_id).stat().st_size

    def append(self, upload_id: str, offset: int, piece: bytes, length: int) -> int:
        """Write a piece at `offset` and return the new offset; raise `OffsetMovedError`."""
        with self.path(upload_id).open("r+b", buffering=0) as part:
            fcntl.flock(part, fcntl.LOCK_EX)
            moved = part.seek(0, os.SEEK_END) != offset
            if moved or offset + len(piece) > length:
                raise OffsetMovedError
            try:
                return offset + _write_all(part, piece)
            except OSError:
                part.truncate(offset)  # a full disk may have taken half of it
                raise

    def durable(self, upload_id: str) -> None:
        """Make the part, and what is in it, survive a power cut."""
        for path in (self.path(upload_id), self.folder):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def sha256(self, upload_id: str) -> str:
        """Return the digest of what is stored, read back from the file system."""
        with self.path(upload_id).open("rb", buffering=0) as part:
            return hashlib.file_digest(part, "sha256").hexdigest()  # type: ignore[arg-type]

    def remove(self, upload_id: str) -> None:
        """Forget a part; one that is gone already is as good."""
        self.path(upload_id).unlink(missing_ok=True)

    def untouched_since(self, moment_s: float) -> list[Path]:
        """Return the files of this host that nobody has written to since then."""
        if not self.folder.is_dir():
            return []
        found = ((path, _written_at_s(path)) for path in self.folder.iterdir())
        return [path for path, at_s in found if at_s is not None and at_s < moment_s]

    @contextmanager
    def staging(self, upload_id: str) -> Iterator[BinaryIO]:
        """Yield a file for one chunk that has to be proven first; it is gone afterwards."""
        path = self.folder / f"{upload_id}.{secrets.token_hex(8)}{CHUNK_SUFFIX}"
        try:
            with path.open("x+b") as staged:
                yield staged
        finally:
            path.unlink(missing_ok=True)


def _write_all(part: BinaryIO, piece: bytes) -> int:
    view = memoryview(piece)
    while view:
        view = view[part.write(view) :]
    return len(piece)


def _written_at_s(path: Path) -> float | None:
    """Return when a file was last written to, None when it is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None
