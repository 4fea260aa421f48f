"""Originals in a folder: `<root>/<two digits>/<sha256>`.

A finished file gets its name here by a hard link, so the name appears only with all its bytes, and
the second of two who bring the same digest finds it taken. From another file system it is copied
beside its place first. Durability: the file, then the folders, fsync.
"""

import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from server.storage.blob_rules import check_digest, place

COPY_BYTES = 1 << 20


class FileBlobStore:
    """A blob store in a folder of a local file system."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._durable: set[Path] = set()

    def put_file(self, path: Path, sha256: str) -> None:
        """Store the bytes of `path`, which nobody writes to any more; the first of two wins."""
        target = self._path(sha256)
        check_digest(path, sha256)
        if target.exists():
            _sync(target.parent)  # who gave it its name may not have come to that yet
            return
        self._ensure_folder(target.parent)
        _sync(path)
        try:
            _link(path, target)
        except OSError:  # another file system, or one without hard links: a failed copy raises
            _copy(path, target)
        _sync(target.parent)

    def open(self, sha256: str) -> BinaryIO:
        """Return the bytes for reading."""
        return self._path(sha256).open("rb")

    def exists(self, sha256: str) -> bool:
        """Say whether the bytes are there."""
        return self._path(sha256).is_file()

    def size(self, sha256: str) -> int:
        """Return the number of bytes."""
        return self._path(sha256).stat().st_size

    def remove(self, sha256: str) -> None:
        """Forget the bytes; who has them open reads them to their end."""
        self._path(sha256).unlink(missing_ok=True)

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def _ensure_folder(self, folder: Path) -> None:
        """Make a folder of the store; its name survives a power cut, also when another made it."""
        if not folder.is_dir() or folder not in self._durable:
            folder.mkdir(parents=True, exist_ok=True)
            _sync(self._root)
            self._durable.add(folder)

    def _path(self, sha256: str) -> Path:
        return self._root / place(sha256)


def _link(source: Path, target: Path) -> None:
    """Give a file its second name; somebody quicker had the same digest, so the same bytes."""
    try:
        os.link(source, target)
    except FileExistsError:
        return


def _copy(source: Path, target: Path) -> None:
    """Copy to the target's file system under another name, then give it its own."""
    staged = target.with_name(f".{secrets.token_hex(8)}")
    try:
        with source.open("rb") as reader, staged.open("xb") as writer:
            shutil.copyfileobj(reader, writer, COPY_BYTES)
            writer.flush()
            os.fsync(writer.fileno())
        staged.replace(target)
    finally:
        staged.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, durable: without it a power cut may forget them."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
