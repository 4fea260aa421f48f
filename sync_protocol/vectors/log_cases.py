# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of the log: trees by the RFC's own definition, notes, leaves, tile paths.

The three functions `root`, `path` and `proof` are RFC 9162 2.1.1, 2.1.3.1 and 2.1.4.1 as written;
the code under test builds its trees another way.
"""

import base64
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_protocol.vectors.op_cases import text_of

Case = dict[str, Any]
Hashes = list[bytes]
ORIGIN = "liuhen/lincang-demo/1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
ENTRIES = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]


def _largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(entries: Hashes) -> bytes:
    """Return MTH(D)."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = _largest_power_below(len(entries))
    return _node(root(entries[:k]), root(entries[k:]))


def path(m: int, entries: Hashes) -> Hashes:
    """Return PATH(m, D)."""
    if len(entries) == 1:
        return []
    k = _largest_power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), root(entries[k:])]
    return [*path(m - k, entries[k:]), root(entries[:k])]


def proof(m: int, entries: Hashes, *, whole: bool = True) -> Hashes:
    """Return SUBPROOF(m, D, b)."""
    n = len(entries)
    if m == n:
        return [] if whole else [root(entries)]
    k = _largest_power_below(n)
    if m <= k:
        return [*proof(m, entries[:k], whole=whole), root(entries[k:])]
    return [*proof(m - k, entries[k:], whole=False), root(entries[:k])]


def _hex(hashes: Hashes) -> list[str]:
    return [one.hex() for one in hashes]


def _included(name: str, index: int, size: int, *, ok: bool, **changes: Any) -> Case:
    held = ENTRIES[:size]
    at = min(index, size - 1)
    audit = path(at, held) if held else []
    honest = {"entry": ENTRIES[at].hex(), "proof": _hex(audit), "root": root(held).hex()}
    return {"name": f"inclusion: {name}", "do": "inclusion", "index": index, "size": size, **honest, **changes, "expect": {"ok": ok}}  # fmt: skip


def _extended(name: str, old: int, size: int, *, ok: bool, **changes: Any) -> Case:
    honest = {
        "old_root": root(ENTRIES[:old]).hex(), "root": root(ENTRIES[:size]).hex(),
        "proof": _hex(proof(old, ENTRIES[:size]) if 0 < old <= size else []),
    }  # fmt: skip
    return {"name": f"consistency: {name}", "do": "consistency", "from": old, "size": size, **honest, **changes, "expect": {"ok": ok}}  # fmt: skip


def _wrong_inclusions() -> list[Case]:
    whole = _hex(path(2, ENTRIES[:7]))
    other = root(ENTRIES[:6]).hex()
    zero = "00" * 32
    return [
        _included("an index equal to the size", 7, 7, ok=False),
        _included("an index beyond the size", 9, 7, ok=False),
        _included("a second leaf of a tree of one", 1, 1, ok=False),
        _included(
            "a negative index",
            -1,
            7,
            ok=False,
            entry=ENTRIES[0].hex(),
            proof=_hex(path(0, ENTRIES[:7])),
        ),
        _included("an empty tree has no leaf", 0, 0, ok=False, entry=""),
        _included("another leaf", 2, 7, ok=False, entry=ENTRIES[3].hex()),
        _included("the neighbour's index", 3, 7, ok=False, entry=ENTRIES[2].hex(), proof=whole),
        _included(
            "a size with a longer path", 2, 9, ok=False, proof=whole, root=root(ENTRIES[:7]).hex()
        ),
        _included("another root", 2, 7, ok=False, root=other),
        _included("a hash too few", 2, 7, ok=False, proof=whole[:-1]),
        _included("a hash too many", 2, 7, ok=False, proof=[*whole, zero]),
        _included("hashes in another order", 2, 7, ok=False, proof=whole[::-1]),
        _included("a hash of 31 bytes", 2, 7, ok=False, proof=[whole[0][2:], *whole[1:]]),
        _included("a tree of one leaf takes no hash", 0, 1, ok=False, proof=[zero]),
        _included(
            "an inner node is not a leaf", 0, 2, ok=False, entry="01" + zero + zero, proof=[zero]
        ),
    ]


def _wrong_consistencies() -> list[Case]:
    honest = _hex(proof(3, ENTRIES[:7]))
    zero = "00" * 32
    return [
        _extended("from an empty tree nothing can be proved", 0, 7, ok=False),
        _extended("from empty to empty neither", 0, 0, ok=False),
        _extended("backwards", 7, 3, ok=False, proof=honest),
        _extended("one size, another root", 7, 7, ok=False, old_root=root(ENTRIES[:6]).hex()),
        _extended("one size takes no hash", 7, 7, ok=False, proof=[zero]),
        _extended("another old root", 3, 7, ok=False, old_root=root(ENTRIES[:4]).hex()),
        _extended("another new root", 3, 7, ok=False, root=root(ENTRIES[:8]).hex()),
        _extended("no proof", 3, 7, ok=False, proof=[]),
        _extended("no proof from a power of two", 4, 7, ok=False, proof=[]),
        _extended("a hash too few", 3, 7, ok=False, proof=honest[:-1]),
        _extended("a hash too many", 3, 7, ok=False, proof=[*honest, zero]),
        _extended("a hash of 33 bytes", 3, 7, ok=False, proof=[honest[0] + "00", *honest[1:]]),
        _extended("a proof for another old size", 3, 7, ok=False, proof=_hex(proof(5, ENTRIES[:7]))),
        _extended("a size with a longer path", 3, 9, ok=False, proof=honest, root=root(ENTRIES[:7]).hex()),
    ]  # fmt: skip


def merkle() -> list[Case]:
    """Return every case of merkle.json."""
    sizes = range(len(ENTRIES) + 1)
    return [
        *({"name": f"the root of {n}", "do": "root", "entries_hex": _hex(ENTRIES[:n]), "expect": {"root": root(ENTRIES[:n]).hex()}}
          for n in sizes),
        *(_included(f"leaf {m} of {n}", m, n, ok=True) for n in sizes for m in range(n)),
        *(_extended(f"from {m} to {n}", m, n, ok=True) for n in sizes for m in range(1, n + 1)),
        *_wrong_inclusions(),
        *_wrong_consistencies(),
    ]  # fmt: skip


def _material(key: Ed25519PrivateKey) -> bytes:
    return b"\x01" + key.public_key().public_bytes_raw()


def _key_id(name: str, key: Ed25519PrivateKey) -> bytes:
    return sha256(name.encode() + b"\n" + _material(key)).digest()[:4]


def _plain64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def verifier_key(name: str = ORIGIN, key: Ed25519PrivateKey = KEY) -> str:
    """Return a verifier key's text."""
    return f"{name}+{_key_id(name, key).hex()}+{_plain64(_material(key))}"


def signature_line(text: str, name: str = ORIGIN, key: Ed25519PrivateKey = KEY) -> str:
    """Return a note's signature line."""
    return f"— {name} {_plain64(_key_id(name, key) + key.sign(text.encode()))}\n"


ROOT = root(ENTRIES)
TEXT = f"{ORIGIN}\n8\n{_plain64(ROOT)}\n"
NOTE = f"{TEXT}\n{signature_line(TEXT)}"


def _opened(name: str, note: str, origin: str = ORIGIN) -> Case:
    expect = {"origin": origin, "size": 8, "root": ROOT.hex()}
    return {"name": name, "do": "open", "key": verifier_key(), "note": note, "expect": expect}


def _unopened(name: str, note: str, key: str = "") -> Case:
    key = key or verifier_key()
    return {"name": name, "do": "open", "key": key, "note": note, "expect": {"error": True}}


def _resigned(text: str) -> str:
    return f"{text}\n{signature_line(text)}"


def note() -> list[Case]:
    """Return every case of note.json."""
    witness = signature_line(TEXT, "witness.example", OTHER)
    extended = TEXT + "an extension line\n"
    flipped = bytearray(_key_id(ORIGIN, KEY) + KEY.sign(TEXT.encode()))
    flipped[20] ^= 1
    wrong = {
        "another key": verifier_key(key=OTHER)[:-3] + "AA=",
        "a key id of another key": verifier_key().replace(_key_id(ORIGIN, KEY).hex(), "00000000"),
        "a key without its id": f"{ORIGIN}+{_plain64(_material(KEY))}",
        "a key of another algorithm": f"{ORIGIN}+{_key_id(ORIGIN, KEY).hex()}+{_plain64(bytes([2]) + _material(KEY)[1:])}",
        "a name with a space": verifier_key("a b"),
    }  # fmt: skip
    return [
        _opened("a checkpoint of the log", NOTE),
        _opened("a witness signed it too", NOTE + witness),
        _opened("the witness stands first", f"{TEXT}\n{witness}{signature_line(TEXT)}"),
        _opened("an extension line is covered by the signature", _resigned(extended)),
        _unopened("an extension line added afterwards", f"{extended}\n{signature_line(TEXT)}"),
        _unopened("another size", NOTE.replace("\n8\n", "\n9\n")),
        _unopened("another log's key", NOTE, verifier_key(key=OTHER)),
        _unopened("signed by a witness only", f"{TEXT}\n{witness}"),
        _unopened("our name, another key", f"{TEXT}\n{signature_line(TEXT, ORIGIN, OTHER)}"),
        _unopened("a flipped signature", f"{TEXT}\n— {ORIGIN} {_plain64(bytes(flipped))}\n"),
        _unopened("a good and a flipped signature", f"{NOTE}— {ORIGIN} {_plain64(bytes(flipped))}\n"),
        _unopened("another origin under our key", _resigned(TEXT.replace(ORIGIN, "liuhen/other/1"))),
        _unopened("no signature", TEXT),
        _unopened("an empty text", ""),
        _unopened("no newline at the end", NOTE[:-1]),
        _unopened("a hyphen for the dash", NOTE.replace("—", "-")),
        _unopened("a carriage return", NOTE.replace("\n", "\r\n")),
        _unopened("a size with a leading zero", _resigned(TEXT.replace("\n8\n", "\n08\n"))),
        _unopened("a negative size", _resigned(TEXT.replace("\n8\n", "\n-8\n"))),
        _unopened("a root of 31 bytes", _resigned(f"{ORIGIN}\n8\n{_plain64(ROOT[1:])}\n")),
        {"name": "a verifier key", "do": "key", "key": verifier_key(), "expect": {"name": ORIGIN, "public_key": _material(KEY)[1:].hex()}},
        *({"name": name, "do": "key", "key": key, "expect": {"error": True}} for name, key in wrong.items()),
    ]  # fmt: skip


OP_LEAF: Case = {
    "at_ms": 1795000000000, "carrier": "p-1", "code": "", "flags": [], "op": "a" * 64, "outcome": "applied", "rules": 1,
    "sig": "b" * 64, "t": "op",
}  # fmt: skip
RULING_LEAF: Case = {
    "at_ms": 1795000000001, "cause": "c" * 64, "code": "", "flags": ["fork"], "op": "a" * 64, "outcome": "applied", "rules": 1,
    "t": "ruling",
}  # fmt: skip


def _entry(leaf: str) -> bytes:
    return sha256(b"liuhen.leaf.v1\x00" + leaf.encode()).digest()


def _receipt(name: str, *, ok: bool, **changes: Any) -> Case:
    leaf = text_of(OP_LEAF)
    entries = [bytes(32), bytes(32), _entry(leaf), bytes(32), bytes(32)]
    honest = {
        "receipt": {"index": 2, "leaf": leaf, "origin": ORIGIN}, "op": "a" * 64, "size": 5, "root": root(entries).hex(),
        "origin": ORIGIN, "proof": _hex(path(2, entries)),
    }  # fmt: skip
    return {"name": name, "do": "receipt", **honest, **changes, "expect": {"ok": ok}}


def leaves() -> list[Case]:
    """Return every case of leaves.json."""
    records = [
        ("an op leaf", OP_LEAF),
        ("a ruling leaf", RULING_LEAF),
        ("a ruling without cause", {**RULING_LEAF, "cause": ""}),
        (
            "an op leaf that cites the one it had before a restore",
            {**OP_LEAF, "was": {"index": 9, "origin": ORIGIN, "outcome": "applied"}},
        ),
    ]
    later, kept_3 = "liuhen/lincang-demo/3", {"openings": {"2": 5, "3": 3}}
    good = text_of(OP_LEAF)
    refused = text_of({**OP_LEAF, "outcome": "refused", "code": "illegal_step"})
    return [
        *({"name": name, "do": "entry", "leaf": text_of(leaf),
           "expect": {"entry": _entry(text_of(leaf)).hex(), "leaf_hash": sha256(b"\x00" + _entry(text_of(leaf))).hexdigest()}}
          for name, leaf in records),
        _receipt("a receipt whose leaf is in the tree", ok=True),
        _receipt("a receipt of another op", ok=False, op="d" * 64),
        _receipt("a leaf that was rewritten", ok=False, receipt={"index": 2, "leaf": refused, "origin": ORIGIN}),
        _receipt("another index", ok=False, receipt={"index": 3, "leaf": good, "origin": ORIGIN}),
        _receipt("a receipt of another epoch", ok=False, receipt={"index": 2, "leaf": good, "origin": "liuhen/lincang-demo/2"}),
        _receipt("an index outside the tree", ok=False, receipt={"index": 5, "leaf": good, "origin": ORIGIN}),
        _receipt("a ruling leaf is no receipt", ok=False, receipt={"index": 2, "leaf": text_of(RULING_LEAF), "origin": ORIGIN}),
        _receipt("an empty proof", ok=False, proof=[]),
        _receipt("an earlier epoch's receipt, of a leaf every later epoch kept", ok=True, origin=later, **kept_3),
        _receipt("an earlier epoch's receipt, of a leaf the last restore lost", ok=False, origin=later, openings={"2": 5, "3": 2}),
        _receipt("an earlier epoch's receipt, of a leaf a restore in between lost", ok=False, origin=later, openings={"2": 2, "3": 4}),
        _receipt("an earlier epoch's receipt without an opening", ok=False, origin=later),
        _receipt("a later epoch's receipt", ok=False, receipt={"index": 2, "leaf": good, "origin": later}, **kept_3),
        _receipt("another deployment's receipt", ok=False, origin="liuhen/another/3", **kept_3),
    ]  # fmt: skip


def tiles() -> list[Case]:
    """Return every case of tiles.json; the first is the example of the C2SP text."""
    paths: list[tuple[Any, int, int, str]] = [
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        ("entries", 1234067, 256, "tile/entries/x001/x234/067"),
        (0, 0, 256, "tile/0/000"),
        (0, 999, 1, "tile/0/999.p/1"),
        (1, 1000, 255, "tile/1/x001/000.p/255"),
        ("entries", 273, 112, "tile/entries/273.p/112"),
    ]
    return [
        {"name": text, "do": "path", "level": level, "number": number, "width": width, "expect": {"path": text}}
        for level, number, width, text in paths
    ]  # fmt: skip
