"""Durable small files outside the database: written whole or not at all, on one host or several.

A reader sees the old text or the new one; after a function returns its effect survives a power
cut; a lock file beside each orders its writers. Not here: what the texts mean.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file's writers; its folder is made when missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def replace(path: Path, text: str) -> None:
    """Put a whole new text in place of the old one."""
    draft = path.with_name(f".{path.name}.new")
    _write(draft, text, "w")
    draft.replace(path)
    _sync_folder(path.parent)


def add(path: Path, text: str) -> None:
    """Append to a file, which is made when missing."""
    _write(path, text, "a")
    _sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _write(path: Path, text: str, mode: str) -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
