"""Trees and proofs, against `pymerkle` and against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from sync_protocol import merkle, tlog
from sync_protocol.merkle import Frontier, OutsideTree

SIZES = st.integers(1, 700)


def entries(size: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(size)]


LEAVES = [merkle.leaf_hash(entry) for entry in entries(700)]


class Tree:
    """A tree whose complete nodes are kept, as a server keeps them."""

    def __init__(self, size: int) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.frontier = Frontier()
        for leaf in LEAVES[:size]:
            self.frontier, completed = self.frontier.append(leaf)
            self.nodes |= {(level, index): node for level, index, node in completed}

    def read(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def tile(self, level: int, number: int, width: int) -> bytes:
        first = number * tlog.TILE_WIDTH
        span = range(first, first + width)
        return b"".join(self.nodes[level * tlog.TILE_LEVELS, index] for index in span)


WHOLE = Tree(700)


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 255, 256, 257, 600])
def test_roots_are_those_of_pymerkle(size: int) -> None:
    oracle = InmemoryTree(algorithm="sha256")
    for entry in entries(size):
        oracle.append_entry(entry)
    assert merkle.root_of(LEAVES[:size]) == oracle.get_root()


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.root_of([]) == Frontier().root() == merkle.EMPTY_ROOT
    assert merkle.tree_root(0, WHOLE.read) == merkle.EMPTY_ROOT
    assert merkle.EMPTY_ROOT.hex().startswith("e3b0c442")


@given(st.integers(0, 700))
def test_the_root_from_stored_nodes_is_the_root_from_leaves(size: int) -> None:
    assert merkle.tree_root(size, WHOLE.read) == merkle.root_of(LEAVES[:size])


@given(SIZES, st.data())
def test_every_leaf_is_proved_and_no_other_place(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, WHOLE.read)
    root = merkle.root_of(LEAVES[:size])
    assert merkle.verify_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(-1, size + 2).filter(lambda place: place != index))
    assert not merkle.verify_inclusion(LEAVES[index], other, size, proof, root)


@given(SIZES, SIZES, st.data())
def test_every_growth_is_proved_and_no_other(one: int, two: int, data: st.DataObject) -> None:
    old, size = sorted((one, two))
    proof = merkle.consistency_proof(old, size, WHOLE.read)
    roots = merkle.root_of(LEAVES[:old]), merkle.root_of(LEAVES[:size])
    assert merkle.verify_consistency(old, size, *roots, proof)
    wrong = merkle.root_of(LEAVES[1 : old + 1])
    assert not merkle.verify_consistency(old, size, wrong, roots[1], proof)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        damaged = [bytes(32) if place == at else one for place, one in enumerate(proof)]
        assert not merkle.verify_consistency(old, size, *roots, damaged)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (7, 7), (8, 7), (-1, 7)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(OutsideTree):
        merkle.inclusion_proof(index, size, WHOLE.read)


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 7), (8, 7), (-1, 7)])
def test_growth_from_nothing_or_backwards_has_no_proof(old: int, size: int) -> None:
    with pytest.raises(OutsideTree):
        merkle.consistency_proof(old, size, WHOLE.read)


@given(SIZES, st.data())
def test_proofs_read_from_tiles_are_the_proofs(size: int, data: st.DataObject) -> None:
    read = tlog.nodes_from_tiles(size, WHOLE.tile)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion = merkle.inclusion_proof(index, size, WHOLE.read)
    consistency = merkle.consistency_proof(old, size, WHOLE.read)
    assert merkle.inclusion_proof(index, size, read) == inclusion
    assert merkle.consistency_proof(old, size, read) == consistency


def test_the_tiles_of_a_tree_hold_every_complete_node_of_their_level() -> None:
    assert tlog.tiles_of(0) == []
    assert tlog.tiles_of(1) == [(0, 0, 1)]
    assert tlog.tiles_of(256) == [(0, 0, 256), (1, 0, 1)]
    assert tlog.tiles_of(70_000) == [
        *((0, number, 256) for number in range(273)), (0, 273, 112),
        (1, 0, 256), (1, 1, 17), (2, 0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["0", "00", "0000", "x000", "x000/001", "001/x002", "1/000", "000.p/0", "000.p/256", "000.p/01",
     "000.p/", "000.p/-1", "-01", "٠٠٠", "000/", "000.p/257", "x001/234.p/1.p/1"],
)  # fmt: skip
def test_a_tile_has_one_path_only(path: str) -> None:
    with pytest.raises(tlog.BadTile):
        tlog.parse_number(path)


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_a_bundle_gives_its_entries_back(found: list[bytes]) -> None:
    assert tlog.decode_entries(tlog.encode_entries(found)) == found


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x01", b"\x00\x02a", b"\x00\x01ab"])
def test_a_bundle_cut_short_is_refused(bundle: bytes) -> None:
    with pytest.raises(tlog.BadTile):
        tlog.decode_entries(bundle)


def test_an_entry_has_its_length_in_two_bytes() -> None:
    assert tlog.encode_entries([bytes(32)]) == b"\x00\x20" + bytes(32)
    with pytest.raises(tlog.BadTile):
        tlog.encode_entries([bytes(65_536)])
