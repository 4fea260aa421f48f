"""Leaf records, tree entries and receipts (SPEC section 7).

A leaf record is canonical JSON and is never rewritten. The public tree entry is a hash of it, so
that the log shows no one's hours of work. A receipt is the same bytes for ever.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sync_protocol import canonical, epochs, merkle
from sync_protocol.note import Checkpoint
from sync_protocol.rules import CODES, FLAGS, OUTCOMES
from sync_protocol.types import compile_object

LEAF_TAG = b"liuhen.leaf.v1\x00"

_RULING = {
    "at_ms": "time_ms",
    "code": f"enum:{'|'.join(CODES)}",
    "flags": f"list:enum:{'|'.join(FLAGS)}:{len(FLAGS)}",
    "op": "op",
    "outcome": f"enum:{'|'.join(OUTCOMES)}",
    "rules": "int:1:1000",
}
_WAS = compile_object(
    {"index": "int:0:9007199254740991", "origin": "line:200", "outcome?": "name"}, "", ""
)
_OP_LEAF = compile_object(
    {**_RULING, "carrier": "line:80", "sig": "sha256", "t": "enum:op"}, "", ""
)
_RULING_LEAF = compile_object({**_RULING, "cause?": "op", "t": "enum:ruling"}, "", "")


class BadLeaf(ValueError):
    """A leaf record or receipt that is not accepted."""


def op_leaf(
    *, at_ms: int, carrier: str, code: str, flags: Sequence[str], op: str, outcome: str,
    rules: int, sig_sha256: str, was: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Return the record of an admitted op with its first ruling.

    `was` (`{"index", "origin", "outcome"}`) is the leaf it had before a restore lost that one.
    """
    leaf = {
        "at_ms": at_ms,
        "carrier": carrier,
        "code": code,
        "flags": sorted(flags),
        "op": op,
        "outcome": outcome,
        "rules": rules,
        "sig": sig_sha256,
        "t": "op",
    } | ({"was": dict(was)} if was else {})
    return canonical.text_of(leaf)


def ruling_leaf(
    *, at_ms: int, cause: str, code: str, flags: Sequence[str], op: str, outcome: str, rules: int
) -> str:
    """Return the record of a later ruling; `cause` is the op that brought it about, or empty."""
    leaf = {
        "at_ms": at_ms,
        "cause": cause,
        "code": code,
        "flags": sorted(flags),
        "op": op,
        "outcome": outcome,
        "rules": rules,
        "t": "ruling",
    }
    return canonical.text_of(leaf)


def parse_leaf(record: str) -> dict[str, Any]:
    """Read a leaf record of either type. Raises BadLeaf."""
    try:
        leaf = canonical.decode(record.encode("utf-8"))
    except (canonical.Malformed, UnicodeEncodeError) as error:
        raise BadLeaf("not canonical JSON") from error
    if not isinstance(leaf, dict):
        raise BadLeaf("not an object")
    if leaf.get("t") == "ruling":
        without_cause = {k: v for k, v in leaf.items() if (k, v) != ("cause", "")}
        problem = _RULING_LEAF.check(without_cause) if "cause" in leaf else "cause"
    else:
        problem = _op_leaf_problem(leaf)
    if problem is not None:
        raise BadLeaf(f"invalid at {problem!r}")
    return leaf


def _op_leaf_problem(leaf: Mapping[str, Any]) -> str | None:
    plain = {name: value for name, value in leaf.items() if name != "was"}
    problem = _OP_LEAF.check(plain)
    if problem is None and "was" in leaf and _WAS.check(leaf["was"]) is not None:
        return "was"
    return problem


def entry(record: str) -> bytes:
    """Return the 32 bytes that stand in the public tree for a leaf record."""
    return sha256(LEAF_TAG + record.encode("utf-8")).digest()


def leaf_hash(record: str) -> bytes:
    """Return the Merkle leaf hash of a leaf record."""
    return merkle.leaf_hash(entry(record))


def receipt(index: int, record: str, origin: str) -> dict[str, Any]:
    """Return the receipt of an op's leaf."""
    return {"index": index, "leaf": record, "origin": origin}


def receipt_proves(
    kept: Mapping[str, Any],
    op: str,
    proof: Sequence[bytes],
    checkpoint: Checkpoint,
    openings: Mapping[int, int] | None = None,
) -> bool:
    """Say whether a receipt is for this op and its leaf is in the (verified) checkpoint's tree.

    `openings` (epoch → leaves it kept) lets a receipt of an earlier epoch count for a later tree.
    """
    leaf = parse_leaf(kept["leaf"])
    if leaf["t"] != "op" or leaf["op"] != op:
        return False
    if not epochs.holds(kept["origin"], kept["index"], checkpoint.origin, openings or {}):
        return False
    return merkle.verify_inclusion(
        leaf_hash(kept["leaf"]), kept["index"], checkpoint.size, proof, checkpoint.root
    )
