"""Every vector file, run through the Python implementation. TypeScript runs the same files."""

import copy
from dataclasses import asdict
from typing import Any

import pytest

from sync_protocol import (  # fmt: skip
    admission,
    cameras,
    canonical,
    fold,
    ids,
    keys,
    kinds,
    leaves,
    lifecycle,
    merkle,
    note,
    ops,
    tlog,
    types,
    upcast,
)
from sync_protocol.encoding import from_b64url
from sync_protocol.vectors import generate

from .vectors import FOLDER, cases

Case = dict[str, Any]


@pytest.mark.parametrize("name", sorted(generate.FILES))
def test_generating_gives_the_committed_bytes(name: str) -> None:
    assert generate.text_of(name) == (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def test_every_vector_file_is_generated_and_documented() -> None:
    present = {path.stem for path in FOLDER.glob("*.json")}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert present == set(generate.FILES)
    assert [name for name in present if f"`{name}.json`" not in readme] == []


@pytest.mark.parametrize("case", cases("canonical", "decode"))
def test_canonical_decode(case: Case) -> None:
    raw = bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode()
    errors = {"not_json": canonical.NotJson, "not_canonical": canonical.NotCanonical}
    if "error" in case["expect"]:
        with pytest.raises(errors[case["expect"]["error"]]):
            canonical.decode(raw)
    else:
        assert canonical.decode(raw) == case["expect"]["value"]
        assert canonical.encode(case["expect"]["value"]) == raw


@pytest.mark.parametrize("case", cases("canonical", "encode"))
def test_canonical_encode(case: Case) -> None:
    if "error" in case["expect"]:
        with pytest.raises(canonical.NotCanonical):
            canonical.encode(case["value"])
    else:
        assert canonical.encode(case["value"]).decode() == case["expect"]["text"]


@pytest.mark.parametrize("case", cases("ops", "pae"))
def test_pae(case: Case) -> None:
    assert ops.pae(case["payload"].encode(), case["type"]).hex() == case["expect"]["hex"]


@pytest.mark.parametrize("case", cases("ops", "op_id"))
def test_op_id(case: Case) -> None:
    assert ops.op_id(case["header"].encode()) == case["expect"]["op"]


@pytest.mark.parametrize("case", cases("ops", "commitment"))
def test_commitment(case: Case) -> None:
    salt = from_b64url(case["salt"], 32)
    assert salt is not None
    assert ops.commitment(salt, case["body"].encode()) == case["expect"]["commitment"]


@pytest.mark.parametrize("case", cases("ops", "verify"))
def test_signature(case: Case) -> None:
    info = keys.PublicKeyInfo(**case["public_key"])
    message = ops.pae(case["header"].encode())
    assert keys.verify(info, bytes.fromhex(case["sig_hex"]), message) is case["expect"]["ok"]


@pytest.mark.parametrize("case", cases("ops", "build"))
def test_build(case: Case) -> None:
    salt = from_b64url(case["salt"], 32)
    assert salt is not None
    op = ops.build_op(case["parts"], case["body"], salt, lambda _: bytes(64))
    texts = {"op": op.id, "header": op.wire()["header"], "body": op.wire()["body"]}
    assert texts == case["expect"]


@pytest.mark.parametrize("case", cases("ids", "new_id"))
def test_new_id(case: Case) -> None:
    assert ids.new_id(case["now_ms"], bytes.fromhex(case["random_hex"])) == case["expect"]["id"]


@pytest.mark.parametrize("case", cases("ids", "pairing_code"))
def test_pairing_code(case: Case) -> None:
    key = from_b64url(case["key"], 65)
    assert key is not None
    assert keys.pairing_code(case["chain"], key) == case["expect"]["code"]


@pytest.mark.parametrize("case", cases("types"))
def test_type(case: Case) -> None:
    found = types.compile_type(case["type"], "").check(case["value"])
    assert found == case["expect"].get("field")


@pytest.mark.parametrize("case", cases("kinds"))
def test_kind(case: Case) -> None:
    kind, body, expect = case["kind"], case["body"], case["expect"]
    if "field" in expect:
        with pytest.raises(kinds.BodyInvalid) as caught:
            kinds.validate_body(kind, body)
        assert caught.value.field == expect["field"]
        return
    kinds.validate_body(kind, body)
    blobs = [ref["sha256"] for ref in kinds.blob_refs(kind, body)]
    found = {"entities": kinds.entities_of(kind, body), "op_refs": kinds.op_refs(kind, body)}
    assert {**found, "blobs": blobs} == expect


@pytest.mark.parametrize("case", cases("admission"))
def test_admission(case: Case) -> None:
    enrolled = {chain: keys.PublicKeyInfo(**key) for chain, key in case["keys"].items()}
    found = admission.admit(case["item"], case["deployment"], enrolled.get)
    if isinstance(found, admission.Rejection):
        told = {"code": found.code, "field": found.field, "op": found.op_id}
        assert told == case["expect"]
    else:
        assert {"op": found.id} == case["expect"]
        assert found.wire() == case["item"]


@pytest.mark.parametrize("case", cases("upcast"))
def test_upcast(case: Case) -> None:
    before = copy.deepcopy(case["body"])
    assert upcast.current(case["header"], case["body"]) == case["expect"]["body"]
    assert case["body"] == before


@pytest.mark.parametrize("case", cases("fold"))
def test_fold(case: Case) -> None:
    kinds.validate_body(case["op"]["kind"], case["op"]["body"])
    before = copy.deepcopy(case["rows"])
    folded = fold.fold(case["rows"], fold.FoldOp(**case["op"]))
    assert folded._asdict() == case["expect"]
    assert case["rows"] == before


@pytest.mark.parametrize("case", cases("overdue"))
def test_overdue(case: Case) -> None:
    row = {
        "states": {"finding": {"s": case["state"]}},
        "fields": {"deadline": {"op": "", "v": case["deadline"]}},
    }
    assert lifecycle.overdue(row, case["now_ms"]) is case["expect"]["overdue"]


def _hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


@pytest.mark.parametrize("case", cases("merkle", "root"))
def test_merkle_root(case: Case) -> None:
    leaf_hashes = [merkle.leaf_hash(entry) for entry in _hashes(case["entries_hex"])]
    assert merkle.root_of(leaf_hashes).hex() == case["expect"]["root"]


@pytest.mark.parametrize("case", cases("merkle", "inclusion"))
def test_merkle_inclusion(case: Case) -> None:
    leaf = merkle.leaf_hash(bytes.fromhex(case["entry"]))
    root = bytes.fromhex(case["root"])
    proof = _hashes(case["proof"])
    found = merkle.verify_inclusion(leaf, case["index"], case["size"], proof, root)
    assert found is case["expect"]["ok"]


@pytest.mark.parametrize("case", cases("merkle", "consistency"))
def test_merkle_consistency(case: Case) -> None:
    roots = _hashes([case["old_root"], case["root"]])
    proof = _hashes(case["proof"])
    found = merkle.verify_consistency(case["from"], case["size"], *roots, proof)
    assert found is case["expect"]["ok"]


@pytest.mark.parametrize("case", cases("note", "open"))
def test_checkpoint(case: Case) -> None:
    key = note.parse_verifier_key(case["key"])
    if "error" in case["expect"]:
        with pytest.raises(note.BadNote):
            note.open_checkpoint(case["note"], key)
        return
    found = note.open_checkpoint(case["note"], key)
    told = {"origin": found.origin, "size": found.size, "root": found.root.hex()}
    assert told == case["expect"]


@pytest.mark.parametrize("case", cases("note", "key"))
def test_verifier_key(case: Case) -> None:
    if "error" in case["expect"]:
        with pytest.raises(note.BadNote):
            note.parse_verifier_key(case["key"])
        return
    found = note.parse_verifier_key(case["key"])
    assert {"name": found.name, "public_key": found.public_key.hex()} == case["expect"]
    assert str(found) == case["key"]


@pytest.mark.parametrize("case", cases("leaves", "entry"))
def test_leaf(case: Case) -> None:
    found = {
        "entry": leaves.entry(case["leaf"]).hex(),
        "leaf_hash": leaves.leaf_hash(case["leaf"]).hex(),
    }
    assert found == case["expect"]


@pytest.mark.parametrize("case", cases("leaves", "receipt"))
def test_receipt(case: Case) -> None:
    checkpoint = note.Checkpoint(case["origin"], case["size"], bytes.fromhex(case["root"]))
    proof = _hashes(case["proof"])
    openings = {int(epoch): size for epoch, size in case.get("openings", {}).items()}
    found = leaves.receipt_proves(case["receipt"], case["op"], proof, checkpoint, openings)
    assert found is case["expect"]["ok"]


@pytest.mark.parametrize("case", cases("tiles"))
def test_tile_path(case: Case) -> None:
    level, number, width = case["level"], case["number"], case["width"]
    if level == "entries":
        path = tlog.entries_path(number, width)
    else:
        path = tlog.tile_path(level, number, width)
    assert path == case["expect"]["path"]
    assert tlog.parse_number(path.split("/", 2)[2]) == (number, width)


@pytest.mark.parametrize("case", cases("cameras", "file_named"))
def test_file_named(case: Case) -> None:
    told = cameras.file_named(case["file_name"])
    assert (asdict(told) if told else {}) == case["expect"]


@pytest.mark.parametrize("case", cases("cameras", "uncovered"))
def test_uncovered(case: Case) -> None:
    spans = [(first, last) for first, last in case["spans"]]
    found = cameras.uncovered(tuple(case["whole"]), spans, case["tolerance_ms"])
    assert [list(one) for one in found] == case["expect"]["spans"]
