# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of op identity, signatures, ids and admission, with fixed keys that sign nothing else.

Hashes are computed here from the SPEC's text with hashlib, not with the code under test.
"""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Case = dict[str, Any]
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
OTHER = ec.derive_private_key(0xFEDCBA0987654321, ec.SECP256R1())
SALT = bytes(range(32))
TYPE = "application/vnd.liuhen.op.v1+json"


def text_of(value: Any) -> str:
    """Return canonical text, by Python's own encoder."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def b64(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def pae(payload: bytes, kind: str = TYPE) -> bytes:
    """Return DSSE's encoding, as the SPEC spells it."""
    parts = [b"DSSEv1", str(len(kind)).encode(), kind.encode(), str(len(payload)).encode(), payload]
    return b" ".join(parts)


def op_id(header: str) -> str:
    """Return an op's id."""
    return sha256(pae(header.encode())).hexdigest()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the uncompressed public point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """Return a `public_key` member."""
    return {"alg": "ES256", "key": b64(point(key))}


def signed(key: ec.EllipticCurvePrivateKey, header: str) -> bytes:
    """Return r‖s over a header, the same every time (RFC 6979)."""
    der = key.sign(pae(header.encode()), ec.ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


PARTS: Case = {
    "app": "1.0.0", "deployment": "lincang-demo", "kind": "finding.edit", "chain": "a" * 64, "seq": 7, "prev": "b" * 64,
    "space": "530902", "deps": ["c" * 64], "mends": "", "time": {"boot": "0123456789abcdef", "mono_ms": 5, "wall_ms": 1795000000000},
    "seen": {"origin": "liuhen/lincang-demo/1", "root": "d" * 64, "size": 12},
}  # fmt: skip
BODY: Case = {
    "finding": "01j8zqk3v5r9x2m4n6p8s0t1v3",
    "changes": [{"field": "place", "value": "3号井口", "replaces": ["c" * 64]}],
}
ENTITIES = ["finding/01j8zqk3v5r9x2m4n6p8s0t1v3"]


def committed(body: str, salt: bytes = SALT) -> str:
    """Return a body's commitment."""
    return sha256(b"liuhen.body.v1\x00" + salt + body.encode()).hexdigest()


def header_of(body: str, parts: Case = PARTS, entities: list[str] = ENTITIES) -> str:
    """Return the header's text for a body."""
    promise = {"commitment": committed(body), "size": len(body.encode())}
    return text_of({"v": 1, **parts, "entities": entities, "body": promise})


HEADER = header_of(text_of(BODY))
SIGNATURE = signed(KEY, HEADER)


def _verify(
    name: str, signature: bytes, *, ok: bool, header: str = HEADER, key: Any = None
) -> Case:
    return {
        "name": name, "do": "verify", "public_key": key or public(KEY), "header": header, "sig_hex": signature.hex(), "expect": {"ok": ok},
    }  # fmt: skip


def _verifications() -> list[Case]:
    r, s = SIGNATURE[:32], SIGNATURE[32:]
    mirrored = (ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
    flipped = bytes([SIGNATURE[0], SIGNATURE[1] ^ 1, *SIGNATURE[2:]])
    zero, full = bytes(32), ORDER.to_bytes(32, "big")
    compressed = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    off_curve = bytes([*point(KEY)[:-1], point(KEY)[-1] ^ 1])
    return [
        _verify("the chain's signature", SIGNATURE, ok=True),
        _verify("(r, n-s) verifies too, and the op id is the same", r + mirrored, ok=True),
        _verify("one bit of r flipped", flipped, ok=False),
        _verify("one bit of s flipped", SIGNATURE[:-1] + bytes([SIGNATURE[-1] ^ 1]), ok=False),
        _verify("63 bytes", SIGNATURE[:-1], ok=False),
        _verify("65 bytes", SIGNATURE + b"\x00", ok=False),
        _verify("no bytes", b"", ok=False),
        _verify("r is 0", zero + s, ok=False),
        _verify("s is 0", r + zero, ok=False),
        _verify("r is the order", full + s, ok=False),
        _verify("s is the order", r + full, ok=False),
        _verify("r and s exchanged", s + r, ok=False),
        _verify("another header", SIGNATURE, ok=False, header=HEADER.replace('"seq":7', '"seq":8')),
        _verify("another key", SIGNATURE, ok=False, key=public(OTHER)),
        _verify("another algorithm's name", SIGNATURE, ok=False, key={"alg": "ES384", "key": b64(point(KEY))}),
        _verify("a key off the curve", SIGNATURE, ok=False, key={"alg": "ES256", "key": b64(off_curve)}),
        _verify("a compressed key", SIGNATURE, ok=False, key={"alg": "ES256", "key": b64(compressed)}),
    ]  # fmt: skip


def ops() -> list[Case]:
    """Return every case of ops.json."""
    encodings = [
        ("the example of the DSSE specification", "http://example.com/HelloWorld", "hello world",
         "DSSEv1 29 http://example.com/HelloWorld 11 hello world"),
        ("lengths count bytes, not characters", TYPE, "隐患", f"DSSEv1 33 {TYPE} 6 隐患"),
        ("an empty payload", TYPE, "", f"DSSEv1 33 {TYPE} 0 "),
    ]  # fmt: skip
    bodies = [
        ("a body", text_of(BODY), SALT),
        ("an empty body", "", SALT),
        ("another salt", text_of(BODY), bytes(32)),
    ]
    return [
        *({"name": name, "do": "pae", "type": kind, "payload": payload, "expect": {"hex": text.encode().hex()}}
          for name, kind, payload, text in encodings),
        {"name": "the id of an op", "do": "op_id", "header": HEADER, "expect": {"op": op_id(HEADER)}},
        *({"name": f"the commitment to {name}", "do": "commitment", "salt": b64(salt), "body": body,
           "expect": {"commitment": committed(body, salt)}} for name, body, salt in bodies),
        {"name": "the texts of an op", "do": "build", "parts": PARTS, "body": BODY, "salt": b64(SALT),
         "expect": {"op": op_id(HEADER), "header": HEADER, "body": text_of(BODY)}},
        *_verifications(),
    ]  # fmt: skip


def ids() -> list[Case]:
    """Return every case of ids.json. A ULID's characters are checked against the ULID text."""
    made = [
        ("all zero", 0, "00" * 10, "0" * 26),
        ("all ones", 2**48 - 1, "ff" * 10, "7" + "z" * 25),
        ("a time of the ULID specification", 1469918176385, "00" * 10, "01aryz6s41" + "0" * 16),
        ("another of its times", 1469922850259, "00" * 10, "01arz3ndek" + "0" * 16),
        ("random bytes fill the last 16 characters", 0, "00" * 9 + "20", "0" * 24 + "10"),
    ]  # fmt: skip
    chain, key = "a" * 64, point(KEY)
    digest = sha256(b"liuhen.pair.v1\x00" + chain.encode() + key).digest()
    bits = f"{int.from_bytes(digest[:5], 'big'):040b}"
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    code = "".join(alphabet[int(bits[at : at + 5], 2)] for at in range(0, 40, 5))
    return [
        *({"name": name, "do": "new_id", "now_ms": now, "random_hex": random, "expect": {"id": made_id}}
          for name, now, random, made_id in made),
        {"name": "a pairing code", "do": "pairing_code", "chain": chain, "key": b64(key), "expect": {"code": f"{code[:4]}-{code[4:]}"}},
    ]  # fmt: skip


Change = Callable[[Case], None]


def _item(header: str, body: str, *, key: Any = KEY, salt: bytes = SALT) -> Case:
    return {"header": header, "body": body, "salt": b64(salt), "sig": b64(signed(key, header))}


def _with(item: Case, **members: Any) -> Case:
    return {**item, **members}


def _changed(**members: Any) -> Case:
    """Return a correctly committed and signed item whose header has other members."""
    body = text_of(BODY)
    header = {**json.loads(HEADER), **members}
    return _item(text_of(header), body)


def _bodied(text: str, **parts: Any) -> Case:
    """Return a correctly committed and signed item with this body text."""
    return _item(header_of(text, {**PARTS, **parts}), text)


ENROLMENT: Case = {
    "person": "p-1", "public_key": public(KEY), "installation": "0" * 32, "device": "测试机",
}  # fmt: skip
EARLIER: Case = {"finding": BODY["finding"], "grade": "major"}
FOUNDING = {**PARTS, "kind": "chain.enrol", "chain": "", "seq": 0, "prev": "", "deps": []}


def _enrolment(body: Case, **options: Any) -> Case:
    text = text_of(body)
    return _item(header_of(text, FOUNDING, ["person/p-1"]), text, **options)


def _rejections() -> list[tuple[str, Any, str, str]]:
    good = _item(HEADER, text_of(BODY))
    body = text_of(BODY)
    off_curve = {"alg": "ES256", "key": "B" + "A" * 86}
    late = {"origin": "", "root": "d" * 64, "size": 1}
    return [
        ("an item that is no object", "x", "op_malformed", ""),
        ("an item that is a list", [good], "op_malformed", ""),
        ("an item with a member too many", _with(good, extra=1), "op_malformed", "extra"),
        ("an item without its salt", {k: v for k, v in good.items() if k != "salt"}, "op_malformed", "salt"),
        ("a header that is an object, not its text", _with(good, header=json.loads(HEADER)), "op_malformed", "header"),
        ("a body that is an object, not its text", _with(good, body=BODY), "op_malformed", "body"),
        ("a padded salt", _with(good, salt=good["salt"] + "="), "op_malformed", "salt"),
        ("a short salt", _with(good, salt=b64(SALT[:31])), "op_malformed", "salt"),
        ("a salt with spare bits", _with(good, salt=good["salt"][:-1] + "9"), "op_malformed", "salt"),
        ("a signature of 63 bytes", _with(good, sig=b64(SIGNATURE[:-1])), "op_malformed", "sig"),
        ("a header of 16385 bytes", _with(good, header=" " * 16385), "op_too_large", "header"),
        ("a body of 65537 bytes", _with(good, body=" " * 65537), "op_too_large", "body"),
        ("a header cut short", _with(good, header=HEADER[:-1]), "op_malformed", "header"),
        ("a header with a space", _with(good, header=HEADER.replace(",", ", ", 1)), "op_not_canonical", "header"),
        ("a header with a key twice", _with(good, header='{"app":"2",' + HEADER[1:]), "op_not_canonical", "header"),
        ("a header that is a list", _item("[]", body), "op_malformed", "header"),
        ("a header without version", _item("{}", body), "op_malformed", "header.v"),
        ("a version not spoken here, whatever else it holds", _item('{"v":2,"x":[]}', body), "version_unsupported", "header.v"),
        ("version true", _item('{"v":true}', body), "op_malformed", "header.v"),
        ("an unknown header member", _changed(name="x"), "op_malformed", "header.name"),
        ("a negative seq", _changed(seq=-1), "op_malformed", "header.seq"),
        ("seq 0 of a chain that exists", _changed(seq=0), "op_malformed", "header.seq"),
        ("no prev beyond seq 0", _changed(prev=""), "op_malformed", "header.prev"),
        ("a space of 5 digits", _changed(space="53090"), "op_malformed", "header.space"),
        ("deps unsorted", _changed(deps=["c" * 64, "b" * 64]), "op_malformed", "header.deps"),
        ("a dep twice", _changed(deps=["c" * 64, "c" * 64]), "op_malformed", "header.deps"),
        ("33 deps", _changed(deps=[f"{n:064x}" for n in range(33)]), "op_malformed", "header.deps"),
        ("a dep on what it mends", _changed(mends="c" * 64), "op_malformed", "header.deps"),
        ("a time without boot", _changed(time={"mono_ms": 1, "wall_ms": 1}), "op_malformed", "header.time"),
        ("a checkpoint without origin", _changed(seen=late), "op_malformed", "header.seen"),
        ("another deployment", _changed(deployment="dali-demo"), "deployment_mismatch", "header.deployment"),
        ("another deployment comes before an unknown kind", _changed(deployment="dali-demo", kind="x.y"), "deployment_mismatch", "header.deployment"),
        ("a kind not in the table", _changed(kind="finding.burn"), "kind_unknown", "header.kind"),
        ("an enrolment inside a chain", _changed(kind="chain.enrol"), "op_malformed", "header.chain"),
        ("a chain founded by another kind", _item(header_of(body, {**FOUNDING, "kind": "finding.edit"}), body), "op_malformed", "header.chain"),
        ("a body changed on the way", _with(good, body=body.replace("3号", "4号")), "commitment_mismatch", "body"),
        ("a body cut short", _with(good, body=body[:-1]), "commitment_mismatch", "body"),
        ("another salt", _with(good, salt=b64(bytes(32))), "commitment_mismatch", "body"),
        ("a size that lies", _changed(body={"commitment": committed(body), "size": 1}), "commitment_mismatch", "body"),
        ("a committed body that is not JSON", _bodied("{"), "op_malformed", "body"),
        ("a committed body that is not canonical", _bodied(body.replace(":", ": ", 1)), "op_not_canonical", "body"),
        ("a committed body with null", _bodied('{"finding":null}'), "op_not_canonical", "body"),
        ("a body of the wrong type", _bodied("[]"), "body_invalid", ""),
        ("a body that does not fit", _bodied(text_of({**BODY, "changes": []})), "body_invalid", "changes"),
        ("an entity not named", _changed(entities=[]), "entities_mismatch", "header.entities"),
        ("an entity too many", _changed(entities=[*ENTITIES, "finding/x"]), "entities_mismatch", "header.entities"),
        ("a chain nobody enrolled", _changed(chain="e" * 64), "chain_unknown", "header.chain"),
        ("signed by another key", _item(HEADER, body, key=OTHER), "signature_invalid", "sig"),
        ("an unknown chain comes before a bad signature", _with(_changed(chain="e" * 64), sig=good["sig"]), "chain_unknown", "header.chain"),
        ("an enrolment signed by another key than it names", _enrolment(ENROLMENT, key=OTHER), "signature_invalid", "sig"),
        ("an enrolment whose key is no point", _enrolment({**ENROLMENT, "public_key": off_curve}), "signature_invalid", "sig"),
        ("an enrolment without a key", _enrolment({k: v for k, v in ENROLMENT.items() if k != "public_key"}), "body_invalid", "public_key"),
    ]  # fmt: skip


def admission() -> list[Case]:
    """Return every case of admission.json."""
    world = {"deployment": PARTS["deployment"], "keys": {PARTS["chain"]: public(KEY)}}
    good, enrolment = _item(HEADER, text_of(BODY)), _enrolment(ENROLMENT)
    mirrored = (ORDER - int.from_bytes(SIGNATURE[32:], "big")).to_bytes(32, "big")
    admitted = [
        ("an op of an enrolled chain", good),
        ("the same op with its signature mirrored is the same op", _with(good, sig=b64(SIGNATURE[:32] + mirrored))),
        ("an enrolment brings its own key", enrolment),
        ("a grading of the shape that named no version it replaces", _item(header_of(text_of(EARLIER), {**PARTS, "kind": "finding.classify"}, [f"finding/{BODY['finding']}"]), text_of(EARLIER))),
    ]  # fmt: skip
    taken = [
        {"name": name, **world, "item": item, "expect": {"op": op_id(item["header"])}}
        for name, item in admitted
    ]
    refused = []
    for name, item, code, field in _rejections():
        header = item.get("header") if isinstance(item, dict) else None
        identity = op_id(header) if isinstance(header, str) else ""
        expect = {"code": code, "field": field, "op": identity}
        refused.append({"name": name, **world, "item": item, "expect": expect})
    return taken + refused
