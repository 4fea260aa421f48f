"""The tree part of `verify`: tiles, head, checkpoints inside and outside the database.

Invariants: the tree is grown again from the leaf records; a checkpoint counts only with this log's
signature; the newest one outside the database must be of exactly this log's size.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from server.services.runtime import Runtime
from server.storage import checkpoint_file
from server.storage.log_store import HEAD_ID
from server.storage.log_tables import LogHead, Tile
from sync_protocol import merkle
from sync_protocol.merkle import HASH_BYTES, Frontier
from sync_protocol.note import BadNote, VerifierKey, open_checkpoint, parse_checkpoint
from sync_protocol.tlog import TILE_LEVELS, TILE_WIDTH


class Tree:
    """The tree of the records: its tiles, and its roots at the sizes asked for."""

    def __init__(self, sizes: frozenset[int]) -> None:
        self._sizes, self._frontier = sizes, Frontier()
        self.roots: dict[int, bytes] = {0: merkle.EMPTY_ROOT}
        self.tiles: dict[tuple[int, int], bytearray] = {}

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self._frontier.size

    def root(self) -> bytes:
        """Return the root of all leaves."""
        return self._frontier.root()

    def add(self, entry: bytes) -> None:
        """Append an entry."""
        self._frontier, completed = self._frontier.append(merkle.leaf_hash(entry))
        for level, index, digest in completed:
            if level % TILE_LEVELS == 0:
                place = (level // TILE_LEVELS, index // TILE_WIDTH)
                self.tiles.setdefault(place, bytearray()).extend(digest)
        if self.size in self._sizes:
            self.roots[self.size] = self.root()


def tile_problems(connection: Connection, tree: Tree) -> list[str]:
    """Compare every tile with the tree."""
    problems, stored = [], set()
    for row in connection.execute(select(Tile.level, Tile.number, Tile.width, Tile.data)):
        place = (row.level, row.number)
        stored.add(place)
        expected = bytes(tree.tiles.get(place, b""))
        if not expected:
            problems.append(f"tiles {row.level} {row.number}: the tree has none there")
            continue
        if row.data != expected:
            problems.append(f"tiles {row.level} {row.number}: data differs from the leaves")
        if row.width != len(expected) // HASH_BYTES:
            problems.append(f"tiles {row.level} {row.number}: width differs from the leaves")
    missing = sorted(tree.tiles.keys() - stored)
    return problems + [f"tiles {level} {number}: missing" for level, number in missing]


def head_problems(
    runtime: Runtime, connection: Connection, tree: Tree, signed: Sequence[Row[Any]]
) -> list[str]:
    """Compare the head with the leaves and with the newest checkpoint."""
    query = select(LogHead.epoch, LogHead.size, LogHead.root).where(LogHead.id == HEAD_ID)
    head = connection.execute(query).first()
    if head is None:
        return [f"log_head {HEAD_ID}: missing"]
    problems = []
    if head.size != tree.size:
        problems.append(f"log_head {HEAD_ID}: size {head.size}, the leaves are {tree.size}")
    if head.root != tree.root().hex():
        problems.append(f"log_head {HEAD_ID}: root differs from the leaves")
    newest = max(signed, key=lambda row: row.size, default=None)
    if newest is None or newest.size != tree.size:
        problems.append(f"checkpoints {tree.size}: missing, the end of the log is not signed")
    elif _origin_of(newest.note) != runtime.origin(head.epoch):
        problems.append(f"log_head {HEAD_ID}: epoch differs from the newest checkpoint's origin")
    return problems


def checkpoint_problems(runtime: Runtime, tree: Tree, signed: Sequence[Row[Any]]) -> list[str]:
    """Check every signed note, and the one outside the database."""
    problems = []
    for row in signed:
        problem = _note_problem(runtime, tree, row.note)
        if problem is None and parse_checkpoint(row.note).size != row.size:
            problem = "size differs from note"
        if problem is not None:
            problems.append(f"checkpoints {row.size}: {problem}")
    return problems + _outside_problems(runtime, tree)


def outside_size(runtime: Runtime) -> int:
    """Return the size that the checkpoint outside the database names, 0 when it names none."""
    try:
        return checkpoint_file.size_of(runtime.settings.checkpoint_file)
    except BadNote:
        return 0


def _outside_problems(runtime: Runtime, tree: Tree) -> list[str]:
    note = checkpoint_file.read(runtime.settings.checkpoint_file)
    if note is None:
        return ["checkpoint_file latest: missing"]
    problem = _note_problem(runtime, tree, note)
    if problem is None and parse_checkpoint(note).size < tree.size:
        problem = "behind the log: it was put back, or the last leaves were never published"
    return [f"checkpoint_file latest: {problem}"] if problem is not None else []


def _note_problem(runtime: Runtime, tree: Tree, note: str) -> str | None:
    """Say what is wrong with a note of this log, `None` if nothing."""
    prefix = f"liuhen/{runtime.settings.deployment}/"
    try:
        origin = _origin_of(note)
        if not origin.startswith(prefix):
            return "note is of another log"
        key = VerifierKey(origin, runtime.keys.log_public_key())
        checkpoint = open_checkpoint(note, key)
    except BadNote as error:
        return f"note: {error}"
    if checkpoint.size > tree.size:
        return f"ahead: {checkpoint.size} leaves were signed, the log has {tree.size}: it was cut"
    if checkpoint.root != tree.roots.get(checkpoint.size):
        return "note: root differs from the leaves"
    return None


def _origin_of(note: str) -> str:
    return note.partition("\n")[0]
