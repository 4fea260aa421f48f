"""Leaves, notes and ids: what is written is read back, what is damaged is not."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import canonical, ids, leaves, note, rules

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = note.VerifierKey("liuhen/lincang-demo/1", KEY.public_key().public_bytes_raw())
OP = "a" * 64


def op_leaf() -> str:
    return leaves.op_leaf(
        at_ms=5, carrier="p-1", code="", flags=["quiet_period", "fork"], op=OP, outcome="applied",
        rules=1, sig_sha256="b" * 64,
    )  # fmt: skip


def ruling_leaf(cause: str) -> str:
    return leaves.ruling_leaf(
        at_ms=5, cause=cause, code="", flags=[], op=OP, outcome="applied", rules=1
    )


def test_leaves_are_read_back_with_flags_sorted() -> None:
    found = leaves.parse_leaf(op_leaf())
    assert found["flags"] == ["fork", "quiet_period"]
    assert leaves.parse_leaf(ruling_leaf(""))["cause"] == ""
    assert leaves.parse_leaf(ruling_leaf("c" * 64))["cause"] == "c" * 64


@pytest.mark.parametrize(
    "change",
    [{"op": "x"}, {"t": "other"}, {"outcome": "lost"}, {"code": "unheard_of"}, {"flags": ["new"]},
     {"extra": 1}, {"rules": 0}, {"cause": ""}],
)  # fmt: skip
def test_a_leaf_of_another_shape_is_refused(change: dict[str, object]) -> None:
    record = canonical.encode({**leaves.parse_leaf(op_leaf()), **change}).decode()
    with pytest.raises(leaves.BadLeaf):
        leaves.parse_leaf(record)


@pytest.mark.parametrize("record", ["", "[]", "{}", op_leaf() + " ", "\ud800"])
def test_a_record_that_is_no_canonical_object_is_refused(record: str) -> None:
    with pytest.raises(leaves.BadLeaf):
        leaves.parse_leaf(record)


def test_a_ruling_says_its_cause_even_when_there_is_none() -> None:
    found = {k: v for k, v in leaves.parse_leaf(ruling_leaf("")).items() if k != "cause"}
    with pytest.raises(leaves.BadLeaf):
        leaves.parse_leaf(canonical.encode(found).decode())


def test_a_receipt_names_index_leaf_and_origin() -> None:
    assert leaves.receipt(3, op_leaf(), "o") == {"index": 3, "leaf": op_leaf(), "origin": "o"}


@given(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_opens_to_itself(size: int, root: bytes) -> None:
    checkpoint = note.Checkpoint(VERIFIER.name, size, root)
    signed = note.sign_checkpoint(checkpoint, VERIFIER, KEY.sign)
    assert note.open_checkpoint(signed, VERIFIER) == checkpoint
    assert note.parse_checkpoint(signed) == checkpoint


@given(st.data())
def test_no_changed_byte_of_a_note_opens(data: st.DataObject) -> None:
    signed = note.sign_checkpoint(note.Checkpoint(VERIFIER.name, 7, bytes(32)), VERIFIER, KEY.sign)
    at = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(st.characters(exclude_characters=signed[at], exclude_categories=["Cs"]))
    with pytest.raises(note.BadNote):
        note.open_checkpoint(signed[:at] + letter + signed[at + 1 :], VERIFIER)


def test_a_log_signs_only_its_own_origin() -> None:
    with pytest.raises(note.BadNote):
        note.sign_checkpoint(note.Checkpoint("liuhen/other/1", 0, bytes(32)), VERIFIER, KEY.sign)


@pytest.mark.parametrize("text", ["no newline", "a\x00b\n", "a\r\n"])
def test_a_text_that_is_no_note_is_not_signed(text: str) -> None:
    with pytest.raises(note.BadNote):
        note.sign_note(text, VERIFIER, KEY.sign)


def test_a_verifier_key_is_read_back() -> None:
    assert note.parse_verifier_key(str(VERIFIER)) == VERIFIER


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_ids_sort_as_their_times(one: int, two: int, random: bytes) -> None:
    assert (ids.new_id(one, random) < ids.new_id(two, random)) is (one < two)


@pytest.mark.parametrize(("now", "random"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9))])
def test_an_id_takes_48_and_80_bits(now: int, random: bytes) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        ids.new_id(now, random)


def test_tables_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        rules.KINDS["finding.create"]["body"]["x"] = "int:0:1"  # type: ignore[index]
