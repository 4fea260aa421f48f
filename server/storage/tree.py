"""The Merkle tree in tiles: growing it at its right edge, and reading nodes for proofs.

Invariants: a tile's row always holds as many hashes as the tree of the same transaction has there;
growing reads only the tiles that are not full (one a level). Not here: leaf records, checkpoints.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from server.storage import log_store
from sync_protocol import merkle, tlog
from sync_protocol.merkle import HASH_BYTES, Frontier, ReadNode
from sync_protocol.tlog import TILE_LEVELS, TILE_WIDTH

Place = tuple[int, int]


class TreeDamagedError(RuntimeError):
    """A tile is missing or too short; `liuhen verify` names what is wrong."""


def edge_places(size: int) -> list[Place]:
    """Return (level, number) of the tiles of a tree that are not full."""
    levels = range(0, size.bit_length(), TILE_LEVELS)
    return [
        (level // TILE_LEVELS, nodes // TILE_WIDTH)
        for level in levels
        if (nodes := size >> level) % TILE_WIDTH
    ]


def frontier_of(size: int, read: ReadNode) -> Frontier:
    """Return the right edge of a tree whose nodes can be read."""
    bits = [bit for bit in reversed(range(size.bit_length())) if size >> bit & 1]
    return Frontier(size, tuple(read(bit, (size >> bit) - 1) for bit in bits))


def grow(connection: Connection, size: int, entries: Iterable[bytes]) -> bytes:
    """Append entries to the tree of `size` leaves; return the new root."""
    edge = log_store.tiles(connection, edge_places(size))
    frontier = frontier_of(size, _reader(size, edge))
    touched: dict[Place, bytearray] = {place: bytearray(data) for place, data in edge.items()}
    changed: set[Place] = set()
    for entry in entries:
        frontier, completed = frontier.append(merkle.leaf_hash(entry))
        for level, index, digest in completed:
            if level % TILE_LEVELS == 0:
                place = (level // TILE_LEVELS, index // TILE_WIDTH)
                touched.setdefault(place, bytearray()).extend(digest)
                changed.add(place)
    log_store.put_tiles(
        connection,
        [
            {
                "level": place[0],
                "number": place[1],
                "width": len(touched[place]) // HASH_BYTES,
                "data": bytes(touched[place]),
            }
            for place in sorted(changed)
        ],
    )
    return frontier.root()


def _reader(size: int, tiles: Mapping[Place, bytes]) -> ReadNode:
    return tlog.nodes_from_tiles(
        size, lambda level, number, width: _cut(tiles, level, number, width)
    )


def nodes(connection: Connection, size: int) -> ReadNode:
    """Return a reader of the complete nodes of a tree of `size`, a query for each tile."""

    def read_tile(level: int, number: int, width: int) -> bytes:
        return _cut(log_store.tiles(connection, [(level, number)]), level, number, width)

    return tlog.nodes_from_tiles(size, read_tile)


def _cut(found: Mapping[Place, bytes], level: int, number: int, width: int) -> bytes:
    data = found.get((level, number), b"")
    if len(data) < width * HASH_BYTES:
        raise TreeDamagedError(f"tiles {level}/{number}: {len(data)} bytes, {width} hashes")
    return data[: width * HASH_BYTES]
