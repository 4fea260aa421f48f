"""C2SP tlog-tiles: paths, tiles of 256 hashes, bundles of entries, proofs read from tiles.

Tile (L, N) holds the hashes of the nodes at level 8L with indexes 256N and up; a full one has 256,
the last of each level may be partial. Nothing here stores or fetches.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from sync_protocol.merkle import HASH_BYTES, ReadNode, node_hash

TILE_LEVELS = 8
TILE_WIDTH = 1 << TILE_LEVELS
ENTRY_LIMIT_BYTES = 0xFFFF

# (level of the tile, number, width) → its bytes.
ReadTile = Callable[[int, int, int], bytes]


class BadTile(ValueError):
    """A tile, bundle or path that is not accepted."""


def number_path(number: int) -> str:
    """Return a tile's number as path elements: 1234067 is `x001/x234/067`."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Return `tile/<L>/<N>[.p/<W>]`."""
    return f"tile/{level}/{number_path(number)}{_partial(width)}"


def entries_path(number: int, width: int = TILE_WIDTH) -> str:
    """Return `tile/entries/<N>[.p/<W>]`."""
    return f"tile/entries/{number_path(number)}{_partial(width)}"


def _partial(width: int) -> str:
    if not 0 < width <= TILE_WIDTH:
        raise BadTile(f"a tile of width {width}")
    return "" if width == TILE_WIDTH else f".p/{width}"


def parse_number(path: str) -> tuple[int, int]:
    """Read `<N>[.p/<W>]`; return the tile's number and width. Raises BadTile."""
    number_text, partial, width_text = path.partition(".p/")
    groups = number_text.split("/")
    digits = [group.removeprefix("x") for group in groups]
    if not all(len(one) == 3 and one.isascii() and one.isdecimal() for one in digits):
        raise BadTile(path)
    number = int("".join(digits))
    width = TILE_WIDTH
    if partial:
        if not (width_text.isascii() and width_text.isdecimal() and len(width_text) <= 3):
            raise BadTile(path)
        width = int(width_text)
    if not 0 < width <= TILE_WIDTH or f"{number_path(number)}{_partial(width)}" != path:
        raise BadTile(path)
    return number, width


def width_at(level: int, number: int, size: int) -> int:
    """Return how many hashes tile (level, number) has in a tree of `size` leaves; 0 is none."""
    nodes = size >> TILE_LEVELS * level
    return max(0, min(TILE_WIDTH, nodes - number * TILE_WIDTH))


def tiles_of(size: int) -> list[tuple[int, int, int]]:
    """Return (level, number, width) of every tile of a tree."""
    found, level = [], 0
    while nodes := size >> TILE_LEVELS * level:
        count = -(-nodes // TILE_WIDTH)
        found += [(level, number, width_at(level, number, size)) for number in range(count)]
        level += 1
    return found


def hash_in_tile(tile: bytes, position: int) -> bytes:
    """Return one of a tile's hashes. Raises BadTile when it is not there."""
    found = tile[position * HASH_BYTES : (position + 1) * HASH_BYTES]
    if len(found) != HASH_BYTES:
        raise BadTile(f"no hash {position} in a tile of {len(tile)} bytes")
    return found


def _root_in_tile(tile: bytes, start: int, end: int) -> bytes:
    if end - start == 1:
        return hash_in_tile(tile, start)
    middle = (start + end) // 2
    return node_hash(_root_in_tile(tile, start, middle), _root_in_tile(tile, middle, end))


def nodes_from_tiles(size: int, read_tile: ReadTile) -> ReadNode:
    """Return a reader of complete nodes in a tree of `size`, for proofs. Each tile is read once."""
    read_once = lru_cache(maxsize=None)(read_tile)

    def read(level: int, index: int) -> bytes:
        tile_level, inside = divmod(level, TILE_LEVELS)
        number, position = divmod(index << inside, TILE_WIDTH)
        tile = read_once(tile_level, number, width_at(tile_level, number, size))
        return _root_in_tile(tile, position, position + (1 << inside))

    return read


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length in two bytes, big-endian."""
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_LIMIT_BYTES:
            raise BadTile("an entry too long for a bundle")
        parts.append(len(entry).to_bytes(2, "big") + entry)
    return b"".join(parts)


def decode_entries(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle. Raises BadTile when it is cut short."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if at + 2 > len(bundle) or end > len(bundle):
            raise BadTile("a bundle cut short")
        entries.append(bundle[at + 2 : end])
        at = end
    return entries
