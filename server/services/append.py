"""Append what a transaction decided: leaves, ops, tiles, head, and every row that follows.

Invariants: indexes are allotted under the lock on the log's head, without a gap; each table gets
one statement. Not here: deciding, and signing (a checkpoint is signed after the commit).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from server.domain import projection
from server.domain.records import LoggedOp
from server.services.locked_state import PENDING, LockedState, NewLeaf, Work
from server.storage import log_store, tree, waiting_store
from server.storage.log_store import Head, Values
from sync_protocol import canonical, leaves
from sync_protocol.encoding import b64url


@dataclass(frozen=True)
class _Placed:
    """The state with the place its first new leaf got."""

    state: LockedState
    base: int

    def index(self, index: int) -> int:
        """Return a leaf index that is no longer pending."""
        return index - PENDING + self.base if index >= PENDING else index


def append(connection: Connection, state: LockedState, works: Sequence[Work], now_ms: int) -> None:
    """Write everything a transaction decided."""
    head = log_store.head(connection, lock=True)
    placed = _Placed(state, head.size)
    leaf_rows, rules = _leaf_rows(placed, head, now_ms)
    fresh = [leaf.work for leaf in state.leaves if leaf.work is not None]
    new_ids = {work.op.id for work in fresh}
    ruled = dict.fromkeys(leaf.op_id for leaf in state.leaves if leaf.op_id not in new_ids)
    log_store.append(
        connection,
        leaf_rows,
        [_op_row(placed, work) for work in fresh],
        [_ruling_row(placed, op_id) for op_id in ruled],
    )
    log_store.put_rows(connection, _entity_rows(placed))
    log_store.put_departures(connection, _departure_rows(placed))
    log_store.add_references(connection, _acting_rows(placed, fresh), _blob_rows(fresh))
    waiting_store.replace_waiting(connection, sorted(state.ended), _waiting_rows(state, works))
    root = tree.grow(connection, head.size, [row["entry"] for row in leaf_rows])
    size = head.size + len(leaf_rows)
    moved = replace(head, size=size, root=root.hex(), rules=rules, epoch=_epoch(placed, head))
    log_store.set_head(connection, moved)


def _epoch(placed: _Placed, head: Head) -> int:
    epoch = head.epoch
    for leaf in placed.state.leaves:
        if leaf.ruling.changes:
            epoch = projection.epoch_after(placed.state.logged(leaf.op_id), epoch)
    return epoch


def _leaf_rows(placed: _Placed, head: Head, now_ms: int) -> tuple[Values, int]:
    """Return the rows of the new leaves and the rules in force after them."""
    rows: Values = []
    rules = head.rules
    for place, leaf in enumerate(placed.state.leaves):
        record = _record(leaf, rules, now_ms)
        rows.append(
            {
                "index": placed.base + place,
                "type": "ruling" if leaf.work is None else "op",
                "op_id": leaf.op_id,
                "record": record,
                "entry": leaves.entry(record),
            }
        )
        if leaf.ruling.changes:
            rules = projection.rules_after(placed.state.logged(leaf.op_id), rules)
    return rows, rules


def _record(leaf: NewLeaf, rules: int, now_ms: int) -> str:
    ruling = {
        "code": leaf.ruling.code,
        "flags": leaf.ruling.flags,
        "op": leaf.op_id,
        "outcome": leaf.ruling.outcome,
        "rules": rules,
    }
    work = leaf.work
    if work is None:
        return leaves.ruling_leaf(at_ms=now_ms, cause=leaf.cause, **ruling)
    sig_sha256 = work.op.sig_sha256
    brought = {
        "at_ms": work.at_ms,
        "carrier": work.carrier,
        "was": work.before and asdict(work.before),
    }
    return leaves.op_leaf(sig_sha256=sig_sha256, **brought, **ruling)


def _ruling_values(placed: _Placed, logged: LoggedOp) -> dict[str, Any]:
    return {
        "op_id": logged.op_id,
        "ruling_index": placed.index(logged.ruling_index),
        "outcome": logged.outcome,
        "code": logged.code,
        "flags": canonical.text_of(logged.flags),
        "cause": logged.cause,
    }


def _ruling_row(placed: _Placed, op_id: str) -> dict[str, Any]:
    return _ruling_values(placed, placed.state.logged(op_id))


def _op_row(placed: _Placed, work: Work) -> dict[str, Any]:
    op, logged = work.op, placed.state.logged(work.op.id)
    return {
        "index": placed.index(logged.index),
        "chain": op.chain,
        "seq": op.seq,
        "kind": op.kind,
        "space": op.space,
        "mends": op.mends,
        "header": logged.header_text,
        "body": logged.body_text,
        "salt": b64url(op.salt),
        "sig": b64url(op.sig),
        "carrier": work.carrier,
        "received_at_ms": work.at_ms,
        **_ruling_values(placed, logged),
    }


def _entity_rows(placed: _Placed) -> Values:
    return [
        {
            "entity": entity,
            "space": row["space"],
            "index": placed.index(index),
            "wire": projection.wire_of(row),
        }
        for entity, (row, index) in sorted(placed.state.changed.items())
    ]


def _departure_rows(placed: _Placed) -> Values:
    return [
        {"space": space, "entity": entity, "index": placed.index(index)}
        for (space, entity), index in sorted(placed.state.departed.items())
    ]


def _acting_rows(placed: _Placed, fresh: Sequence[Work]) -> Values:
    return [
        {"entity": entity, "index": placed.index(placed.state.logged(work.op.id).index)}
        for work in fresh
        for entity in projection.acted_on(work.op.kind, work.op.body, work.op.id)
    ]


def _blob_rows(fresh: Sequence[Work]) -> Values:
    return [
        {"space": space, "sha256": sha256, "op_id": work.op.id}
        for work in fresh
        for space, sha256 in projection.announced_blobs(work.op.kind, work.op.body, work.op.space)
    ]


def _waiting_rows(state: LockedState, works: Sequence[Work]) -> Values:
    ruled = {leaf.op_id for leaf in state.leaves}
    rows: Values = []
    for op in {work.op.id: work.op for work in works if work.op.id in ruled}.values():
        logged = state.logged(op.id)
        for dep in projection.waits_for(op.chain, op.header, logged.outcome):
            rows.append({"op_id": op.id, "dep": dep})
        resolved = projection.resolved_op(op.kind, op.body) if logged.in_effect else ""
        if resolved:
            rows.append({"op_id": resolved, "dep": op.id})
    return rows
