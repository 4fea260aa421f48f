"""Read the log as it is stored, saying what is wrong with it instead of stopping.

Invariants: what comes out as an `Op` has the header its id is the hash of and the body its header
commits to; everything else comes out as messages `table key: check`. Not here: signatures, tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from server.storage.log_tables import Leaf
from server.storage.log_tables import Op as OpRow
from sync_protocol import canonical, kinds, leaves, upcast
from sync_protocol import ops as protocol_ops
from sync_protocol.encoding import from_b64url
from sync_protocol.header import header_problem
from sync_protocol.leaves import BadLeaf
from sync_protocol.ops import Op
from sync_protocol.rules import KINDS

STREAMED = {"yield_per": 1000}
SALT_BYTES, SIGNATURE_BYTES = 32, 64


@dataclass(frozen=True)
class StoredLeaf:
    """A leaf row; `leaf` is `None` when its record cannot be read."""

    index: int
    type: str
    op_id: str
    record: str
    entry: bytes
    leaf: dict[str, Any] | None


def stored_leaves(connection: Connection) -> Iterator[StoredLeaf]:
    """Yield every leaf in order."""
    query = select(Leaf.index, Leaf.type, Leaf.op_id, Leaf.record, Leaf.entry)
    for row in connection.execute(query.order_by(Leaf.index), execution_options=STREAMED):
        yield StoredLeaf(*row, _parsed(row.record))


def _parsed(record: str) -> dict[str, Any] | None:
    try:
        return leaves.parse_leaf(record)
    except BadLeaf:
        return None


def stored_ops(connection: Connection) -> Iterator[Row[Any]]:
    """Yield every op row in order."""
    query = select(*OpRow.__table__.columns).order_by(OpRow.index)
    yield from connection.execute(query, execution_options=STREAMED)


def authentic(row: Row[Any]) -> tuple[Op | None, list[str]]:
    """Return the op of a row, `None` when it cannot be the op its id names; and what is wrong."""
    header_raw, body_raw = row.header.encode("utf-8"), row.body.encode("utf-8")
    if protocol_ops.op_id(header_raw) != row.op_id:
        return None, [f"ops {row.op_id}: op_id is not the hash of header"]
    header = _decoded(header_raw)
    if not isinstance(header, dict) or header_problem(header) or header["kind"] not in KINDS:
        return None, [f"ops {row.op_id}: header is not one"]
    body = upcast.current(header, _decoded(body_raw))
    problems = [f"ops {row.op_id}: {name} differs from header" for name in _differing(row, header)]
    salt, sig = from_b64url(row.salt, SALT_BYTES), from_b64url(row.sig, SIGNATURE_BYTES)
    if salt is None or protocol_ops.commitment(salt, body_raw) != header["body"]["commitment"]:
        return None, [*problems, f"ops {row.op_id}: body and salt do not match the commitment"]
    if kinds.body_problem(header["kind"], body) is not None:
        return None, [*problems, f"ops {row.op_id}: body does not fit its kind"]
    if sig is None:
        problems.append(f"ops {row.op_id}: sig is not 64 bytes of base64url")
    op = Op(row.op_id, header, body, header_raw, body_raw, salt, sig or b"")
    return op, problems


def _decoded(raw: bytes) -> Any:
    try:
        return canonical.decode(raw)
    except canonical.Malformed:
        return None


def _differing(row: Row[Any], header: dict[str, Any]) -> list[str]:
    said = {
        "chain": header["chain"] or row.op_id,
        "seq": header["seq"],
        "kind": header["kind"],
        "space": header["space"],
        "mends": header["mends"],
    }
    return [name for name, value in said.items() if getattr(row, name) != value]
