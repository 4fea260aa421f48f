"""Admission: what was built is admitted, what was damaged on the way never is."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import assume, given
from hypothesis import strategies as st

from sync_protocol import keys, kinds, locks, ops
from sync_protocol.admission import Rejection, admit
from sync_protocol.ops import Op
from sync_protocol.rules import ITEM_PROBLEMS, LIMITS

from .vectors import cases

KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
INFO = keys.PublicKeyInfo(**keys.public_key_of(KEY))
CHAIN, PREV, BASE = "a" * 64, "b" * 64, "c" * 64
HEADER: dict[str, Any] = {
    "app": "1", "deployment": "lincang-demo", "kind": "photo.assign", "space": "530902",
    "chain": CHAIN, "seq": 1, "prev": PREV, "time": {"boot": "0" * 16, "mono_ms": 0, "wall_ms": 5},
}  # fmt: skip
BODY = {"finding": "f-1", "photos": ["ph-1", "ph-2"]}


def sign(message: bytes) -> bytes:
    return keys.sign(KEY, message)


def build(body: Any = BODY, **members: Any) -> Op:
    return ops.build_op({**HEADER, **members}, body, bytes(32), sign)


BUILT = build().wire()


def admitted(item: object, **options: Any) -> Op | Rejection:
    return admit(item, "lincang-demo", {CHAIN: INFO}.get, **options)


def test_what_was_built_is_admitted_with_the_same_bytes() -> None:
    built = build()
    assert admitted(built.wire()) == built
    assert built.wire() == ops.build(HEADER, BODY, bytes(32), lambda _: built.sig)


def test_build_fills_in_what_follows_from_the_body() -> None:
    based = {"finding": "f-1", "base": BASE, "from": "failed", "reason": "x"}
    op = build(based, kind="finding.propose_close")
    assert op.entities == ("finding/f-1",)
    assert op.deps == (BASE,)
    assert (op.mends, op.header["seen"]["size"], op.header["v"]) == ("", 0, 1)


def test_build_refuses_a_body_that_does_not_fit() -> None:
    with pytest.raises(kinds.BodyInvalid):
        build({"finding": "f-1", "photos": []})
    with pytest.raises(kinds.UnknownKind):
        build(kind="finding.burn")


@given(st.sampled_from(["header", "body", "salt", "sig"]), st.integers(0), st.characters())
def test_one_character_changed_on_the_way_is_never_admitted(
    member: str, place: int, letter: str
) -> None:
    text = BUILT[member]
    at = place % len(text)
    assume(letter != text[at])
    assert isinstance(admitted({**BUILT, member: text[:at] + letter + text[at + 1 :]}), Rejection)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(ANYTHING)
def test_anything_at_all_is_rejected_and_not_raised(item: object) -> None:
    found = admitted(item)
    assert isinstance(found, Rejection)
    assert found.code in ITEM_PROBLEMS


def test_a_lone_surrogate_in_a_text_is_malformed() -> None:
    wire = build().wire()
    for member in wire:
        found = admitted({**wire, member: wire[member][:-1] + "\ud800"})
        assert isinstance(found, Rejection)
        assert (found.code, found.field) == ("op_malformed", member)


def test_keys_that_are_no_text_are_malformed() -> None:
    found = admitted({**build().wire(), 1: "x"})
    assert isinstance(found, Rejection)
    assert (found.code, found.field) == ("op_malformed", "1")


def test_limits_can_be_narrowed() -> None:
    size = len(build().body_raw)
    assert isinstance(admitted(build().wire(), limits={**LIMITS, "body_bytes": size}), Op)
    found = admitted(build().wire(), limits={**LIMITS, "body_bytes": size - 1})
    assert isinstance(found, Rejection)
    assert found.code == "op_too_large"


def test_a_text_at_its_limit_is_read() -> None:
    longest = LIMITS["body_bytes"] - len(b'{"op":"","reason":""}') - 64
    body = {"op": BASE, "reason": "x" * longest}
    wire = {**build().wire(), "body": json.dumps(body, separators=(",", ":"))}
    assert len(wire["body"]) == LIMITS["body_bytes"]
    found = admitted(wire)
    assert isinstance(found, Rejection)
    assert found.code == "commitment_mismatch"


def test_every_code_of_admission_has_a_vector() -> None:
    told = {case.values[0]["expect"].get("code") for case in cases("admission")}
    servers = {"enrolment_person", "author_unknown", "quota_exceeded"}
    assert told - {None} == set(ITEM_PROBLEMS) - servers


def test_the_lock_set_names_the_chain_first_and_every_op_and_entity_once() -> None:
    based = {"finding": "f-1", "base": BASE, "from": "failed", "reason": "x"}
    op = build(based, kind="finding.propose_close", mends="d" * 64)
    expected = ["finding/f-1", *sorted(f"op/{one}" for one in (op.id, BASE, "d" * 64))]
    assert locks.lock_keys(op) == (f"chain/{CHAIN}", *expected)


def test_an_enrolment_locks_the_chain_it_makes() -> None:
    body = {
        "person": "p-1", "public_key": keys.public_key_of(KEY), "installation": "0" * 32,
        "device": "x",
    }  # fmt: skip
    op = build(body, kind="chain.enrol", chain="", seq=0, prev="")
    assert op.chain == op.id
    assert op.founds_chain
    assert locks.lock_keys(op) == (f"chain/{op.id}", f"op/{op.id}", "person/p-1")
    assert locks.written_entities(op.kind, op.body, op.id) == {f"chain/{op.id}"}


def test_a_ruling_locks_the_op_it_is_about() -> None:
    op = build({"op": BASE, "reason": "x"}, kind="ruling.accept")
    assert f"op/{BASE}" in locks.lock_keys(op)
    assert op.deps == ()


def test_only_rows_that_effects_write_are_written() -> None:
    photo = {
        "photo": "ph-1", "inspection": "i-1", "purpose": "scene", "source": "camera",
        "captured_at_ms": 0,
        "blob": {"sha256": "0" * 64, "size_bytes": 1, "media_type": "image/jpeg"},
    }  # fmt: skip
    assert locks.written_entities("photo.add", photo, BASE) == {"photo/ph-1", "inspection/i-1"}
    item = {"finding": "f-1", "base": BASE, "from": "draft"}
    recorded = {"inspection": "i-1", "findings": [item], "recorded": ["f-1", "f-2"]}
    written = locks.written_entities("inspection.supplement", recorded, BASE)
    assert written == {"finding/f-1", "inspection/i-1", f"record/{BASE}"}
