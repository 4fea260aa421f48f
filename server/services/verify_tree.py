"""The tree part of `verify`: tiles, head, checkpoints inside and outside the database.

Invariants: the tree is grown again from the leaf records; a checkpoint counts only with this log's
signature; the newest one outside the database must be of exactly this log's size.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from server.services import rewind
from server.services.runtime import Runtime
from server.storage import checkpoint_file, log_store
from server.storage.log_store import HEAD_ID
from server.storage.log_tables import LogHead, Op, Tile
from sync_protocol import canonical, epochs, merkle
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


def checkpoint_problems(
    runtime: Runtime, connection: Connection, tree: Tree, signed: Sequence[Row[Any]]
) -> list[str]:
    """Check every signed note, and those outside the database."""
    openings = log_store.openings(connection)
    problems = []
    for row in signed:
        problem = _note_problem(runtime, tree, row.note, openings)
        if problem is None and parse_checkpoint(row.note).size != row.size:
            problem = "size differs from note"
        if problem is not None:
            problems.append(f"checkpoints {row.size}: {problem}")
    return problems + _outside_problems(runtime, tree, openings)


def opening_problems(runtime: Runtime, connection: Connection, tree: Tree) -> list[str]:
    """Check that each later epoch begins where it says, over the leaves it says it kept."""
    problems, before = [], epochs.FIRST
    query = select(Op.index, Op.body).where(Op.kind == "epoch.open", Op.outcome == "applied")
    for row in connection.execute(query.order_by(Op.index)):
        body = _decoded(row.body)
        name = f"ops epoch {body.get('epoch')}"
        if body.get("size") != row.index:
            problems.append(f"{name}: size differs from its place in the log")
        if body.get("root") != tree.roots.get(row.index, b"").hex():
            problems.append(f"{name}: root differs from the leaves it kept")
        old = epochs.epoch_of(str(body.get("old_origin")), runtime.settings.deployment)
        if old is None or not before <= old < int(body.get("epoch", 0)):
            problems.append(f"{name}: old_origin is no earlier epoch")
        before = int(body.get("epoch", 0))
    return problems


def outside_size(runtime: Runtime, connection: Connection) -> int:
    """Return the size that the checkpoint outside names in the present epoch, 0 in any other."""
    try:
        epoch, size = checkpoint_file.place_at(runtime.settings.checkpoint_file)
    except BadNote:
        return 0
    present = connection.execute(select(LogHead.epoch).where(LogHead.id == HEAD_ID)).scalar()
    return size if epoch == present else 0


def _outside_problems(runtime: Runtime, tree: Tree, openings: Mapping[int, int]) -> list[str]:
    path = runtime.settings.checkpoint_file
    note, against = checkpoint_file.read(path), checkpoint_file.contradiction(path)
    problems = []
    if against is not None and rewind.signed_by_us(runtime, against) is not None:
        problems.append("checkpoint_file rewound: this log does not continue it; see `restore`")
    if note is None:
        return [*problems, "checkpoint_file latest: missing"]
    problem = _note_problem(runtime, tree, note, openings)
    if problem is None and parse_checkpoint(note).size < tree.size:
        problem = "behind the log: it was put back, or the last leaves were never published"
    return [*problems, *([f"checkpoint_file latest: {problem}"] if problem is not None else [])]


def _note_problem(
    runtime: Runtime, tree: Tree, note: str, openings: Mapping[int, int]
) -> str | None:
    """Say what is wrong with a note of this log, `None` if nothing."""
    try:
        origin = _origin_of(note)
        epoch = epochs.epoch_of(origin, runtime.settings.deployment)
        if epoch is None:
            return "note is of another log"
        checkpoint = open_checkpoint(note, VerifierKey(origin, runtime.keys.log_public_key()))
    except BadNote as error:
        return f"note: {error}"
    newest = max(openings, default=epochs.FIRST)
    if epoch > newest or (epoch == newest and checkpoint.size > tree.size):
        return (
            f"ahead: {checkpoint.size} leaves were signed in epoch {epoch}, "
            f"the log has {tree.size} in epoch {newest}: it was cut"
        )
    if epoch != epochs.epoch_at(openings, checkpoint.size - 1):
        return "note: is of an epoch that did not sign this size"
    if checkpoint.root != tree.roots.get(checkpoint.size):
        return "note: root differs from the leaves"
    return None


def _decoded(text: str) -> dict[str, Any]:
    try:
        found = canonical.decode(text.encode("utf-8"))
    except canonical.Malformed:
        return {}  # `verify` names the damaged op
    return found if isinstance(found, dict) else {}


def _origin_of(note: str) -> str:
    return note.partition("\n")[0]
