"""The newest signed checkpoint, outside the database; and what contradicts the database.

Invariants: the newest never goes backwards, neither in epoch nor, within one, in size; also with
several processes on one host. Whoever cuts the database back cannot cut these files back with it:
put them on another disk. Beside `latest.txt` lie `rewound.txt` (a checkpoint of ours that somebody
presented and this log does not continue: it stops writing), `epoch-<n>.txt` (the last known head
of each epoch that a restore ended) and `epoch-<n>-kept.txt` (how many leaves of the epochs before
it epoch n keeps).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from server.storage import outside_files
from sync_protocol import epochs
from sync_protocol.note import parse_checkpoint

Place = tuple[int, int]


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


def place_of(note: str) -> Place:
    """Return (epoch, size) of a note. Raises `BadNote` when it is none."""
    checkpoint = parse_checkpoint(note)
    return epochs.epoch_of(checkpoint.origin) or 0, checkpoint.size


def place_at(path: Path) -> Place:
    """Return (epoch, size) of the newest, zeros before the first. Raises as `place_of`."""
    note = read(path)
    return place_of(note) if note is not None else (0, 0)


def advance(path: Path, note: str) -> None:
    """Replace the note by a newer one; an older or equal one changes nothing."""
    with outside_files.locked(path):
        if place_of(note) > place_at(path):
            outside_files.replace(path, note)


def contradiction(path: Path) -> str | None:
    """Return the note that was presented against this log, if any."""
    return read(_contradiction_of(path))


def keep_contradiction(path: Path, note: str) -> None:
    """Keep a note that this log does not continue; of several the furthest one."""
    kept = _contradiction_of(path)
    with outside_files.locked(kept):
        if place_of(note) > place_at(kept):
            outside_files.replace(kept, note)


def drop_contradiction(path: Path) -> None:
    """Forget it: a restore has answered it, or a better backup."""
    with outside_files.locked(_contradiction_of(path)):
        outside_files.remove(_contradiction_of(path))


def keep_ended(path: Path, note: str) -> None:
    """Keep the last known head of an epoch that ends."""
    ended = path.with_name(f"epoch-{place_of(note)[0]}.txt")
    with outside_files.locked(ended):
        if place_of(note) > place_at(ended):
            outside_files.replace(ended, note)


def keep_kept(path: Path, epoch: int, size: int) -> None:
    """Keep how many leaves of those before it an epoch keeps that is about to be opened."""
    kept = _kept_of(path, epoch)
    with outside_files.locked(kept):
        outside_files.replace(kept, f"{size}\n")


def kept_by(path: Path, epoch: int) -> int | None:
    """Return how many leaves an epoch keeps of those before it; `None` when nobody wrote it."""
    text = read(_kept_of(path, epoch))
    return int(text) if text is not None else None


def _kept_of(path: Path, epoch: int) -> Path:
    return path.with_name(f"epoch-{epoch}-kept.txt")


def _contradiction_of(path: Path) -> Path:
    return path.with_name("rewound.txt")
