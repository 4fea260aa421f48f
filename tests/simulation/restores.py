"""Backups, the loss of the database, and what is remembered of an epoch that a restore ended.

What a restored service lacks nobody can ask it for: the log of the ended epoch is kept here, so
that what was proved by it can be held against it.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server.services import log_reader
from server.services.log_reader import StoredLeaf
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.database import reading
from sync_protocol import epochs, merkle
from sync_protocol.merkle import Frontier
from sync_protocol.ops import Op

HEX_OF_SHA256 = 64


@dataclass(frozen=True)
class Backup:
    """A copy of the database, with the originals that the store had then."""

    url: str
    size: int
    originals: frozenset[str]
    is_left_behind: bool = False

    def after(self, kept: int) -> "Backup":
        """Return it as it is once an epoch was opened that keeps so many leaves."""
        return replace(self, is_left_behind=self.is_left_behind or self.size > kept)


@dataclass(frozen=True)
class Log:
    """Everything in the log, read from the tables past the service."""

    origin: str
    leaves: list[StoredLeaf]
    ops: dict[str, Op]

    @property
    def entries(self) -> list[bytes]:
        """The leaves' entries in order."""
        return [leaf.entry for leaf in self.leaves]


@dataclass(frozen=True)
class Ended:
    """The log of an epoch as it was when the epoch ended, and its root at every size."""

    log: Log
    roots: list[bytes]


def read_log(runtime: Runtime) -> Log:
    """Read the whole log."""
    with reading(runtime.engine) as connection:
        head = log_store.head(connection)
        leaves = list(log_reader.stored_leaves(connection))
        rows = list(log_reader.stored_ops(connection))
    found = {row.op_id: log_reader.authentic(row)[0] for row in rows}
    ops = {op_id: op for op_id, op in found.items() if op is not None}
    assert len(ops) == len(found)
    return Log(runtime.origin(head.epoch), leaves, ops)


def ended(log: Log) -> Ended:
    """Return what is kept of a log whose epoch ends."""
    frontier = Frontier()
    roots = [frontier.root()]
    for entry in log.entries:
        frontier = frontier.extend([merkle.leaf_hash(entry)])
        roots.append(frontier.root())
    return Ended(log, roots)


def originals(folder: Path) -> dict[str, Path]:
    """Return where each original lies in a data folder."""
    found = (folder / "blobs").rglob("*")
    return {path.name: path for path in found if len(path.name) == HEX_OF_SHA256}


def holds(receipt: dict[str, Any], log: Log, openings: dict[int, int]) -> bool:
    """Say whether a receipt's leaf is, by its place, one of this log."""
    return epochs.holds(receipt["origin"], receipt["index"], log.origin, openings)
