"""Ops that phones hand back after a restore: taken in again, each citing the leaf it had.

The lost leaf is cited only when it is proven: the old receipt is of this op, and stands in the tree
of a checkpoint that we signed in an earlier epoch. Proven ops may be carried by anybody, enrolments
too, for we took them in once already. Everything else is `ingest`'s, like any other op.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from server.domain.records import Before, Row
from server.services import ingest, queries, rewind
from server.services.ingest import Carrier
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.database import reading
from sync_protocol import canonical, epochs, leaves, ops
from sync_protocol.encoding import from_b64url
from sync_protocol.note import Checkpoint

SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Held:
    """What a phone holds of one op: the op, its old receipt, and the proof it verified then."""

    op: Any
    receipt: Mapping[str, Any]
    checkpoint: str
    hashes: Sequence[str]


def take_back(runtime: Runtime, held: Sequence[Held], carrier: Carrier) -> dict[str, Any]:
    """Take ops in, in the order sent; return a push reply whose items say `was` where proven."""
    with reading(runtime.engine) as connection:
        epoch = log_store.head(connection).epoch
    signed = {one.checkpoint: rewind.signed_by_us(runtime, one.checkpoint) for one in held}
    cited = {}
    for one in held:
        checkpoint = signed[one.checkpoint]
        before = _proven(one, checkpoint, epoch) if checkpoint is not None else None
        if before is not None:
            cited[_identity(one.op)] = before
    early = [place for place, one in enumerate(held) if _author_unknown(runtime, one.op)]
    later = [one.op for place, one in enumerate(held) if place not in early]
    reply = ingest.push(runtime, later, carrier, cited)
    for item in reply["items"]:
        if item.get("op") in cited:
            item["was"] = asdict(cited[item["op"]])
    for place in early:
        reply["items"].insert(place, _postponed(held[place].op))
    return reply


def _proven(one: Held, checkpoint: Checkpoint, epoch: int) -> Before | None:
    """Return the old leaf of an op where it is proven, else `None`.

    A leaf that outlived a restore is proven by a later epoch than its receipt's. Whether the epochs
    between kept it this log may not know any more; its place is cited in the tree that shows it.
    """
    received_in = epochs.epoch_of(one.receipt["origin"])
    signed_in = epochs.epoch_of(checkpoint.origin)
    if received_in is None or signed_in is None or not received_in <= signed_in < epoch:
        return None
    shown = {**one.receipt, "origin": checkpoint.origin}
    op_id, sig = _identity(one.op), _signature(one.op)
    try:
        leaf = leaves.parse_leaf(one.receipt["leaf"])
        hashes = [bytes.fromhex(text) for text in one.hashes]
        proven = leaves.receipt_proves(shown, op_id, hashes, checkpoint)
    except ValueError:
        return None
    if not proven or sig is None or leaf["sig"] != sha256(sig).hexdigest():
        return None
    return Before(one.receipt["index"], checkpoint.origin, leaf["outcome"])


def _identity(op: Any) -> str:
    header = op.get("header") if isinstance(op, dict) else None
    return ops.op_id(header.encode("utf-8", "replace")) if isinstance(header, str) else ""


def _signature(op: Any) -> bytes | None:
    sig = op.get("sig") if isinstance(op, dict) else None
    return from_b64url(sig, SIGNATURE_BYTES) if isinstance(sig, str) else None


def _author_unknown(runtime: Runtime, op: Any) -> bool:
    """Say whether this enrols somebody the restored log does not know yet.

    It would be refused for good; once they are registered again it is what makes their phone work.
    """
    body = op.get("body") if isinstance(op, dict) else None
    try:
        said = canonical.decode(body.encode("utf-8")) if isinstance(body, str) else None
    except (canonical.Malformed, UnicodeEncodeError):
        return False  # admission says what is wrong with it
    person = said.get("person") if isinstance(said, dict) and "public_key" in said else None
    return isinstance(person, str) and _row(runtime, person) is None


def _row(runtime: Runtime, person: str) -> Row | None:
    return queries.row(runtime, f"person/{person}")


def _postponed(op: Any) -> dict[str, Any]:
    return {"op": _identity(op), "status": "rejected", "code": "author_unknown"}
