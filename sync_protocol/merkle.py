"""Merkle trees of RFC 9162 section 2.1: roots, proofs, and growing a tree from its right edge.

Leaves are given as leaf hashes (`leaf_hash` of the entry). A node is named by (level, index): it
covers the leaves index x 2^level up to the next. Only *complete* nodes are ever stored or asked
for through a `ReadNode`. Nothing is proved of an empty tree: an index outside the tree, or a
consistency proof from size 0, is an error and never "true".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# (level, index) of a complete node → its 32 bytes.
ReadNode = Callable[[int, int], bytes]


class OutsideTree(ValueError):
    """An index or a size that the tree does not have."""


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: its size, and the roots of its complete subtrees, largest first.

    Enough to append and to know the root; there is one hash for each 1 bit of the size.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> tuple["Frontier", list[tuple[int, int, bytes]]]:
        """Return the grown frontier, and the nodes now complete as (level, index, hash)."""
        hashes, completed = list(self.hashes), [(0, self.size, leaf)]
        level, index, current = 0, self.size, leaf
        while index & 1:
            current = node_hash(hashes.pop(), current)
            level, index = level + 1, index >> 1
            completed.append((level, index, current))
        hashes.append(current)
        return Frontier(self.size + 1, tuple(hashes)), completed

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier after all these leaf hashes."""
        frontier = self
        for leaf in leaves:
            frontier, _ = frontier.append(leaf)
        return frontier

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        *left, root = self.hashes
        for sibling in reversed(left):
            root = node_hash(sibling, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    return Frontier().extend(leaves).root()


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1


def _is_power(size: int) -> bool:
    return size & (size - 1) == 0


def subtree_root(start: int, end: int, read: ReadNode) -> bytes:
    """Return the root over leaves [start, end), which the recursion of the RFC gives."""
    size = end - start
    if _is_power(size):
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(size)
    return node_hash(subtree_root(start, middle, read), subtree_root(middle, end, read))


def tree_root(size: int, read: ReadNode) -> bytes:
    """Return the root of the tree's first `size` leaves."""
    return subtree_root(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: ReadNode) -> list[bytes]:
    """Return the audit path of a leaf (RFC 9162 2.1.3.1). Raises OutsideTree."""
    if not 0 <= index < size:
        raise OutsideTree(f"index {index} of a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree_root(middle, end, read))
            end = middle
        else:
            path.append(subtree_root(start, middle, read))
            start = middle
    return path[::-1]


def consistency_proof(old_size: int, size: int, read: ReadNode) -> list[bytes]:
    """Return the proof that a tree extends its first leaves (RFC 9162 2.1.4.1).

    Raises OutsideTree for an old size of 0 or beyond the tree.
    """
    if not 0 < old_size <= size:
        raise OutsideTree(f"from {old_size} to {size}")
    start, end, path = 0, size, []
    while old_size < end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(subtree_root(middle, end, read))
            end = middle
        else:
            path.append(subtree_root(start, middle, read))
            start = middle
    if start:
        path.append(subtree_root(start, end, read))
    return path[::-1]


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Say whether a leaf hash stands at `index` of the tree (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(proof):
        return False
    fn, sn, current = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            current = node_hash(sibling, current)
            fn, sn = _strip(fn, sn)
        else:
            current = node_hash(current, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and current == root


def _strip(fn: int, sn: int) -> tuple[int, int]:
    """Climb while the node is a left child without a sibling."""
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def verify_consistency(
    old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the tree extends the old one (RFC 9162 2.1.4.2)."""
    if not 0 < old_size <= size or not _are_hashes(proof):
        return False
    if old_size == size:
        return not proof and old_root == root
    if not proof:
        return False
    first, *rest = [old_root, *proof] if _is_power(old_size) else proof
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old_current = current = first
    for sibling in rest:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old_current, current = node_hash(sibling, old_current), node_hash(sibling, current)
            fn, sn = _strip(fn, sn)
        else:
            current = node_hash(current, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old_current == old_root and current == root
