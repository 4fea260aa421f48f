"""Where originals lie: addressed by their SHA-256, written once, never changed, never listed.

Every implementation passes `tests/integration/web/test_blob_store.py`. Invariants: when `put_file`
returns, the bytes survive a power cut; putting the same digest again changes nothing, also from
two processes at once; a reader sees all of an original or nothing. The caller has computed the
digest over the very file it hands in. Not here: spaces, permissions, media types.
"""

from pathlib import Path
from typing import BinaryIO, Protocol

from server.storage.blob_store_files import FileBlobStore


class BlobStore(Protocol):
    """A place for originals."""

    def put_file(self, path: Path, sha256: str) -> None:
        """Store the bytes of `path` under their digest; `path` stays where it is."""

    def open(self, sha256: str) -> BinaryIO:
        """Return the bytes for reading; raise `FileNotFoundError` when they are not there."""

    def exists(self, sha256: str) -> bool:
        """Say whether the bytes are there."""

    def size(self, sha256: str) -> int:
        """Return the number of bytes; raise `FileNotFoundError` when they are not there."""


def blob_store(address: str) -> BlobStore:
    """Return the store of an address as `Settings.blob_store` holds it."""
    kind, _, rest = address.partition(":")
    if kind == "file":
        return FileBlobStore(Path(rest))
    raise ValueError(f"this build keeps originals in a folder only, not in {kind}")
