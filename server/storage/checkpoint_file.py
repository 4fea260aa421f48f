"""The newest signed checkpoint, outside the database.

Invariants: it never goes backwards, also with several processes on one host (a lock file); after
`advance` returns it survives a power cut; a reader sees the old note or the new one. Whoever cuts
the database back cannot cut this file back with it: put it on another disk.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sync_protocol.note import parse_checkpoint


class OutsideCheckpoint(Protocol):
    """The newest checkpoint, kept where a restored database does not reach."""

    def read(self) -> str | None:
        """Return the note, `None` before the first."""

    def advance(self, note: str) -> None:
        """Replace the note by a newer one, durably; an older or equal one changes nothing."""


@dataclass(frozen=True)
class CheckpointFile:
    """The checkpoint in a file."""

    path: Path

    def read(self) -> str | None:
        """Return the note, `None` before the first."""
        return read(self.path)

    def advance(self, note: str) -> None:
        """Replace the note by a newer one; an older or equal one changes nothing."""
        advance(self.path, note)


def read(path: Path) -> str | None:
    """Return the note, `None` before the first."""
    return path.read_text(encoding="utf-8") if path.exists() else None


def size_of(path: Path) -> int:
    """Return the size it names, 0 before the first. Raises `BadNote` when it is damaged."""
    note = read(path)
    return parse_checkpoint(note).size if note is not None else 0


def advance(path: Path, note: str) -> None:
    """Replace the note by a newer one; an older or equal one changes nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if parse_checkpoint(note).size <= size_of(path):
            return
        draft = path.with_name(f".{path.name}.new")
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
