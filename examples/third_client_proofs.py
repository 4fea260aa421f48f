"""What the third client computes: canonical JSON, operations, ids, and proofs of the log.

SPEC 1, 2, 3 and 7, from SPEC.md and its tables alone: nothing of the product is imported.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

TABLES = Path(__file__).resolve().parents[1] / "sync_protocol" / "tables"
KINDS, LIMITS, PROBLEMS = (
    json.loads((TABLES / f"{name}.json").read_text("utf-8"))
    for name in ("kinds", "limits", "problems")
)
OP_TYPE = "application/vnd.liuhen.op.v1+json"
SPOKEN = 1  # the protocol version of this client
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
ES256 = ec.ECDSA(hashes.SHA256())


class Stop(Exception):
    """Something does not verify: the program ends with this sentence."""


class NotJson(Exception):
    """§1: not RFC 8259 JSON in UTF-8."""


class NotCanonical(Exception):
    """§1: outside the profile, or not its own canonical text."""


def stop_if(wrong, sentence):
    """End with a sentence when something is wrong."""
    if wrong:
        raise Stop(sentence)


def sha(data):
    return hashlib.sha256(data).digest()


def unhex(texts):
    """§7: hashes of a proof."""
    return [bytes.fromhex(text) for text in texts]


# ---- §1 JSON profile


def check_profile(value, level=1):
    """§1: objects, arrays, strings, booleans, bounded integers; keys and depth."""
    if isinstance(value, dict | list):
        if level > LIMITS["json_depth"]:
            raise NotCanonical
        if isinstance(value, dict) and not all(re.fullmatch("[a-z0-9_]{1,40}", k) for k in value):
            raise NotCanonical
        for inner in value.values() if isinstance(value, dict) else value:
            check_profile(inner, level + 1)
    elif isinstance(value, str):
        if re.search("[\ud800-\udfff]", value):
            raise NotCanonical
    elif not isinstance(value, int) or abs(value) > LIMITS["integer_magnitude"]:
        raise NotCanonical


def canonical(value):
    """§1: the canonical text of a value."""
    check_profile(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode_canonical(raw):
    """§1: the value of bytes that are their own canonical text.

    What is outside the profile becomes a float, which `check_profile` refuses.
    """

    def not_json(_):
        raise NotJson

    def without_repeats(pairs):
        return dict(pairs) if len(dict(pairs)) == len(pairs) else 0.5

    try:
        value = json.loads(
            raw.decode(),
            parse_float=lambda _: 0.5,
            parse_constant=not_json,
            parse_int=lambda digits: int(digits) if len(digits) < 20 else 0.5,
            object_pairs_hook=without_repeats,
        )
    except ValueError:
        raise NotJson from None
    if canonical(value).encode() != raw:
        raise NotCanonical
    return value


# ---- §2 operations, §3 pairing code


def b64u(data):
    """§2: base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64u(text):
    """§2: only the canonical form of base64url is accepted."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64u(data) != text:
        raise ValueError("not canonical base64url")
    return data


def pae(kind, payload):
    """§2: DSSE's pre-authentication encoding."""
    kind = kind.encode()
    return b"DSSEv1 " + b" ".join(
        [str(len(kind)).encode(), kind, str(len(payload)).encode(), payload]
    )


def op_id(header):
    return sha(pae(OP_TYPE, header.encode())).hex()


def commitment(salt, body):
    return sha(b"liuhen.body.v1\0" + salt + body.encode()).hex()


def sign(key, header):
    """§2: 64 bytes r‖s over the PAE."""
    signature = decode_dss_signature(key.sign(pae(OP_TYPE, header.encode()), ES256))
    return b"".join(number.to_bytes(32, "big") for number in signature)


def verify_op(public_key, header, sig):
    """§2: does sig (64 bytes) by the chain's key (an uncompressed point) hold for the header?"""
    try:
        point = unb64u(public_key["key"])
        r, s = (int.from_bytes(part, "big") for part in (sig[:32], sig[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        key.verify(encode_dss_signature(r, s), pae(OP_TYPE, header.encode()), ES256)
    except (ValueError, InvalidSignature):
        return False
    return (public_key["alg"], len(point), len(sig)) == ("ES256", 65, 64)


def crockford(number, digits):
    """§2 Ids: Crockford base 32."""
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(digits)))


def new_id(ms, random):
    """§2 Ids: a ULID in lower case."""
    return crockford(ms << 80 | int.from_bytes(random, "big"), 26)


def pairing_code(chain, public_key):
    """§3: the code shown on both screens."""
    digest = sha(b"liuhen.pair.v1\0" + chain.encode() + public_key)
    code = crockford(int.from_bytes(digest[:5], "big"), 8).upper()
    return code[:4] + "-" + code[4:]


def names_of(kind, body):
    """§2 Header, Body: the entities, op references and blobs that a body names."""
    found = {"entities": set(), "op_refs": set(), "blobs": []}

    def visit(of_type, value, member):
        name, _, rest = of_type.partition(":")
        if name == "list":
            for inner in value:
                visit(re.fullmatch(r"(.+?)(:\d+){1,2}", rest)[1], inner, member)
        elif name in KINDS["types"]:
            visit_members(KINDS["types"][name], value)
            found["blobs"] += [value["sha256"]] if name.endswith("_ref") else []
        elif name == "id":
            found["entities"].add(f"{rest}/{value}")
        elif name == "op" and member in ("base", "chosen", "signing", "replaces"):
            found["op_refs"].add(value)

    def visit_members(shape, value):
        for member, of_type in shape.items():
            name = member.rstrip("?")
            if name in value:
                visit(of_type, value[name], name)

    visit_members(KINDS["kinds"][kind]["body"], body)
    return {k: v if k == "blobs" else sorted(v) for k, v in found.items()}


def build(parts, body, salt):
    """§2 Header: op id and the exact texts of an op."""
    text = canonical(body)
    said = {
        "v": SPOKEN,
        "entities": names_of(parts["kind"], body)["entities"],
        "body": {"commitment": commitment(salt, text), "size": len(text.encode())},
    }
    header = canonical({**parts, **said})
    return op_id(header), header, text


# ---- §7 log


def leaf_hash(entry):
    """RFC 9162 §2.1.1: hash of a tree entry."""
    return sha(b"\0" + entry)


def entry_of(leaf):
    """§7: the tree's entry of a leaf record's text."""
    return sha(b"liuhen.leaf.v1\0" + leaf.encode())


def node(left, right):
    """RFC 9162 §2.1.1: an inner node."""
    return sha(b"\1" + left + right)


def half(size):
    """RFC 9162 §2.1.1: the largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


def path_root(leaf, index, size, proof):
    """RFC 9162 §2.1.3.1 backwards: the root that a path leads to.

    ValueError: a path of another length.
    """
    if size == 1:
        [] = proof
        return leaf
    (*rest, last), k = proof, half(size)
    if index < k:
        return node(path_root(leaf, index, k, rest), last)
    return node(last, path_root(leaf, index - k, size - k, rest))


def path_roots(first, size, proof, old_root):
    """RFC 9162 §2.1.4.1 backwards: old and new root that a consistency proof leads to.

    `old_root` where the old tree is a whole subtree, else None.
    """
    if first == size:
        [whole] = [*proof, old_root] if old_root else proof
        return whole, whole
    (*rest, last), k = proof, half(size)
    if first <= k:
        old, new = path_roots(first, k, rest, old_root)
        return old, node(new, last)
    old, new = path_roots(first - k, size - k, rest, None)
    return node(last, old), node(last, new)


def leads(proof, to_root):
    """§7: does a proof, of 32-byte hashes and of the right length, lead to its root?"""
    try:
        return all(len(one) == 32 for one in proof) and to_root()
    except ValueError:
        return False


def included(entry, index, size, proof, root):
    """§7: does the inclusion proof of a tree entry hold?"""
    if not 0 <= index < size:
        return False
    return leads(proof, lambda: path_root(leaf_hash(entry), index, size, proof) == root)


def consistent(first, size, old_root, root, proof):
    """§7: is the tree of `first` leaves a beginning of that of `size`?"""
    if not 0 < first <= size:
        return False
    return leads(proof, lambda: path_roots(first, size, proof, old_root) == (old_root, root))


def read_key(text):
    """§7, C2SP signed-note: (name, key id, 32 bytes) of a verifier key."""
    parts = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})", text)
    raw = base64.b64decode(parts[3]) if parts else b""
    stop_if(
        len(raw) != 33 or raw[0] != 1 or sha(parts[1].encode() + b"\n" + raw)[:4].hex() != parts[2],
        "The log key is no Ed25519 verifier key, or its id is another key's.",
    )
    return parts[1], parts[2], raw[1:]


def open_note(key_text, note):
    """§7, C2SP tlog-checkpoint and signed-note: {origin, size, root} of a checkpoint.

    Stop unless the log's own signature on it holds.
    """
    name, ident, key = read_key(key_text)
    text, _, signatures = note.rpartition("\n\n")
    said = re.fullmatch("(.+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)(\n[^\r]+)*", text)
    are_signatures = re.fullmatch("(— [^ +\n]+ [A-Za-z0-9+/=]+\n)+", signatures)
    stop_if(
        not said or said[1] != name or not are_signatures,
        "The checkpoint is no checkpoint of the pinned log.",
    )
    good = False
    for _, signer, signature in (line.split(" ") for line in signatures.splitlines()):
        raw = base64.b64decode(signature)
        if signer == name and raw[:4].hex() == ident:
            check_signature(key, raw[4:], text + "\n")
            good = True
    stop_if(not good, "The checkpoint is not signed by the pinned log key.")
    return {"origin": name, "size": int(said[2]), "root": base64.b64decode(said[3]).hex()}


def check_signature(key, signature, text):
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
    except InvalidSignature:
        raise Stop("The checkpoint's signature does not verify under the pinned log key.") from None


def leaf_holds(kept, head, proof, openings=None):
    """§7: a leaf's text ({index, leaf, origin}) and inclusion proof against a verified head.

    That of an earlier epoch only if every later one (openings: epoch → leaves kept) kept the leaf.
    """
    log, epoch = kept["origin"].rsplit("/", 1)
    head_log, head_epoch = head["origin"].rsplit("/", 1)
    later = range(int(epoch) + 1, int(head_epoch) + 1)
    is_kept = all((openings or {}).get(str(one), 0) > kept["index"] for one in later)
    if log != head_log or int(epoch) > int(head_epoch) or not is_kept:
        return False
    root = bytes.fromhex(head["root"])
    return included(entry_of(kept["leaf"]), kept["index"], head["size"], proof, root)


def receipt_holds(receipt, op, head, proof, openings=None):
    """§7: is it the receipt of this op, and its leaf in the tree of a verified head?"""
    leaf = decode_canonical(receipt["leaf"].encode())
    return (leaf["t"], leaf["op"]) == ("op", op) and leaf_holds(receipt, head, proof, openings)


def ruling_holds(ruling, op, head, proof, openings=None):
    """§7: does the leaf of a later ruling say of this op what the ruling says, in that tree?"""
    leaf = decode_canonical(ruling["leaf"].encode())
    said = {name: ruling[name] for name in ("outcome", "code", "flags", "cause")}
    speaks = {"t": "ruling", "op": op, **said}.items() <= leaf.items()
    return speaks and leaf_holds(ruling, head, proof, openings)
