"""The log for readers: signed checkpoints, tiles, proofs.

Invariants: a checkpoint is signed only after the leaves it covers are committed, lies outside the
database and then in it before anybody sees it, and is never signed while one that we signed is
ahead of the log (`rewind`).
Not here: appending (`services.append`).
"""

from typing import Any

from sqlalchemy import select

from server.services import rewind
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store, tree
from server.storage.database import reading, writing
from server.storage.log_store import Head
from server.storage.log_tables import Leaf
from sync_protocol import merkle, tlog
from sync_protocol.merkle import OutsideTree
from sync_protocol.note import Checkpoint, sign_checkpoint
from sync_protocol.tlog import TILE_WIDTH


def publish(runtime: Runtime) -> str:
    """Sign and store a checkpoint of the whole log; return the newest note.

    Threads that come together get one note: one signs for all.
    """
    note: str = runtime.publishing.join(None, lambda waiting: [_publish(runtime)] * len(waiting))
    return note


def _publish(runtime: Runtime) -> str:
    outside = rewind.outside(runtime)
    with reading(runtime.engine) as connection:
        head, newest = log_store.head_and_note(connection)
    if newest is not None:
        runtime.outside.advance(newest)
        return newest
    rewind.refuse_writes(runtime, outside, head)
    note = _signed(runtime, head)
    runtime.outside.advance(note)
    with writing(runtime.engine) as connection:
        log_store.add_note(connection, head.size, note)
    return note


def _signed(runtime: Runtime, head: Head) -> str:
    checkpoint = Checkpoint(runtime.origin(head.epoch), head.size, bytes.fromhex(head.root))
    return sign_checkpoint(checkpoint, runtime.log_key(head.epoch), runtime.keys.sign_note)


def checkpoint(runtime: Runtime) -> str:
    """Return the newest signed note; raise `unavailable` before the first."""
    with reading(runtime.engine) as connection:
        note = log_store.newest_note(connection)
    if note is None:
        raise Problem("unavailable", "The log has no checkpoint yet.", retry_after_s=5)
    return note


def tile(runtime: Runtime, level: int, number: int, width: int = TILE_WIDTH) -> bytes | None:
    """Return `width` hashes of a tile, `None` when the tree has fewer there."""
    with reading(runtime.engine) as connection:
        data = log_store.tiles(connection, [(level, number)]).get((level, number), b"")
    wanted = width * merkle.HASH_BYTES
    return data[:wanted] if len(data) >= wanted else None


def entries_tile(runtime: Runtime, number: int, width: int = TILE_WIDTH) -> bytes | None:
    """Return the bundle of `width` entries under tile `number`, `None` when there are fewer."""
    first = number * TILE_WIDTH
    query = (
        select(Leaf.entry)
        .where(Leaf.index >= first, Leaf.index < first + width)
        .order_by(Leaf.index)
    )
    with reading(runtime.engine) as connection:
        entries = list(connection.execute(query).scalars())
    return tlog.encode_entries(entries) if len(entries) == width else None


def inclusion(runtime: Runtime, index: int, size: int) -> dict[str, Any]:
    """Return the proof that leaf `index` is in the tree of `size`; raise `not_found` outside."""
    with reading(runtime.engine) as connection:
        _require_size(log_store.head(connection), size)
        try:
            hashes = merkle.inclusion_proof(index, size, tree.nodes(connection, size))
        except OutsideTree as error:
            raise Problem("not_found", str(error), field="index") from None
    return {"hashes": [one.hex() for one in hashes], "index": index, "size": size}


def consistency(runtime: Runtime, old: int, size: int) -> dict[str, Any]:
    """Return the proof that the tree of `size` extends that of `old`; raise `not_found` outside."""
    with reading(runtime.engine) as connection:
        _require_size(log_store.head(connection), size)
        try:
            hashes = merkle.consistency_proof(old, size, tree.nodes(connection, size))
        except OutsideTree as error:
            raise Problem("not_found", str(error), field="from") from None
    return {"hashes": [one.hex() for one in hashes], "from": old, "size": size}


def _require_size(head: Head, size: int) -> None:
    if size > head.size:
        raise Problem("not_found", f"The log has {head.size} leaves.", field="size")
