"""Since when can an op exist? Not before the newest checkpoint its phone had seen.

A header names a checkpoint (origin, size, root). Where this log signed exactly that one, its last
leaf was logged before it was signed, and the op was made after its phone had verified it: the time
in that leaf is a lower bound that no phone's clock has a part in. Others bound nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from server.storage.bulk import one_of
from server.storage.log_tables import Checkpoint, Leaf
from sync_protocol.note import parse_checkpoint


class _Seen(msgspec.Struct):
    origin: str
    root: str
    size: int


class _Header(msgspec.Struct):
    seen: _Seen


class _Timed(msgspec.Struct):
    at_ms: int


def add_to(connection: Connection, entries: Sequence[dict[str, Any]]) -> None:
    """Give each entry `seen_at_ms` where the checkpoint it names bounds it."""
    seen = [msgspec.json.decode(entry["header"], type=_Header).seen for entry in entries]
    sizes = {one.size for one in seen if one.size > 0}
    signed = _signed(connection, sizes)
    made = _made(connection, sizes)
    for entry, one in zip(entries, seen, strict=True):
        if one.size in made and signed.get(one.size) == (one.origin, one.root):
            entry["seen_at_ms"] = made[one.size]


def _signed(connection: Connection, sizes: set[int]) -> Mapping[int, tuple[str, str]]:
    """Return (origin, root) of the checkpoints of these sizes."""
    query = select(Checkpoint.size, Checkpoint.note)
    found = connection.execute(query.where(one_of(connection, Checkpoint.size, sizes)))
    notes = ((one.size, parse_checkpoint(one.note)) for one in found)
    return {size: (note.origin, note.root.hex()) for size, note in notes}


def _made(connection: Connection, sizes: set[int]) -> Mapping[int, int]:
    """Return when the last leaf below each of these sizes was logged."""
    query = select(Leaf.index, Leaf.record)
    last = [size - 1 for size in sizes]
    found = connection.execute(query.where(one_of(connection, Leaf.index, last)))
    return {one.index + 1: msgspec.json.decode(one.record, type=_Timed).at_ms for one in found}
