"""Is the log authentic, whole, and what was signed? (`liuhen verify`)

Invariants: nothing is taken on trust from another column that could have been changed with it: ids,
commitments, entries, tree and rulings are computed again from the oldest text there is; the end of
the log is held against the checkpoint outside the database. Changes nothing, stops at nothing;
every message is `table key: check`. The projections are `rebuild.check`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from server.services import log_reader
from server.services.chains import Chain, chain_of
from server.services.log_reader import StoredLeaf
from server.services.runtime import Runtime
from server.services.verify_tree import (
    Tree,
    checkpoint_problems,
    head_problems,
    opening_problems,
    outside_size,
    tile_problems,
)
from server.storage import log_store
from server.storage.blob_store import BlobStore
from server.storage.database import reading
from server.storage.log_tables import Checkpoint, Entity
from sync_protocol import keys, leaves, ops
from sync_protocol.ops import Op

PIECE_BYTES = 1 << 20
LISTED = 100


def verify(runtime: Runtime) -> list[str]:
    """Return a message for everything that is wrong; an empty list is a clean log."""
    with reading(runtime.engine) as connection:
        signed = list(connection.execute(select(Checkpoint.size, Checkpoint.note)))
        openings = log_store.openings(connection)
        sizes = {row.size for row in signed} | {outside_size(runtime, connection)}
        sizes |= set(openings.values())
        scan = _Scan(Tree(frozenset(sizes)))
        for stored in log_reader.stored_leaves(connection):
            scan.leaf(stored)
        for row in log_reader.stored_ops(connection):
            scan.op(row)
        scan.missing_tail(max(sizes))
        problems = scan.problems + scan.missing_ops()
        problems += tile_problems(connection, scan.tree)
        problems += head_problems(runtime, connection, scan.tree, signed)
        problems += checkpoint_problems(runtime, connection, scan.tree, signed)
        problems += opening_problems(runtime, connection, scan.tree)
        problems += _blob_problems(runtime.blobs, connection)
    return problems


def extent(runtime: Runtime) -> tuple[int, int]:
    """Return how much `verify` looks at: leaves of the log, originals it calls verified."""
    with reading(runtime.engine) as connection:
        blobs = select(func.count()).where(Entity.entity.startswith("blob/"))
        return log_store.head(connection).size, connection.execute(blobs).scalar_one()


@dataclass
class _Scan:
    """One pass over leaves, then one over ops."""

    tree: Tree
    problems: list[str] = field(default_factory=list)
    op_leaves: dict[str, StoredLeaf] = field(default_factory=dict)
    rulings: dict[str, StoredLeaf] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def leaf(self, stored: StoredLeaf) -> None:
        """Check one leaf and grow the tree with it."""
        name = f"leaves {stored.index}"
        while self.tree.size < stored.index:
            self.problems.append(f"leaves {self.tree.size}: missing")
            self.tree.add(b"")
        entry = leaves.entry(stored.record)
        self.tree.add(entry)
        if entry != stored.entry:
            self.problems.append(f"{name}: entry is not the hash of record")
        if stored.leaf is None:
            self.problems.append(f"{name}: record is not a leaf record")
            return
        if stored.leaf["t"] != stored.type:
            self.problems.append(f"{name}: type differs from record")
        if stored.leaf["op"] != stored.op_id:
            self.problems.append(f"{name}: op_id differs from record")
        if stored.leaf["t"] == "op":
            self.op_leaves[stored.leaf["op"]] = stored
        self.rulings[stored.leaf["op"]] = stored

    def op(self, row: Row[Any]) -> None:
        """Check one op against its own bytes, its chain's key and its leaves."""
        self.seen.add(row.op_id)
        op, problems = log_reader.authentic(row)
        self.problems += problems
        if op is not None:
            self._check_signature(op)
        stored = self.op_leaves.get(row.op_id)
        if stored is None or stored.leaf is None:
            self.problems.append(f"ops {row.op_id}: no leaf names it")
            return
        self.problems += [f"ops {row.op_id}: {one} differs" for one in _unlike_leaf(row, stored)]
        ruling = self.rulings[row.op_id]
        self.problems += [f"ops {row.op_id}: {one} differs" for one in _unlike_ruling(row, ruling)]

    def missing_tail(self, size: int) -> None:
        """Name leaves that a checkpoint covers beyond the last one stored."""
        missing = range(self.tree.size, min(size, self.tree.size + LISTED))
        self.problems += [f"leaves {index}: missing, a checkpoint covers it" for index in missing]

    def missing_ops(self) -> list[str]:
        """Return the ops that leaves name and the table lacks."""
        return [f"ops {one}: missing, a leaf names it" for one in self.op_leaves.keys() - self.seen]

    def _check_signature(self, op: Op) -> None:
        if op.founds_chain:
            self.chains[op.id] = chain_of(op.kind, op.body)
        chain = self.chains.get(op.chain)
        if chain is None:
            self.problems.append(f"ops {op.id}: chain has no enrolment before it")
        elif not keys.verify(chain.key, op.sig, ops.pae(op.header_raw)):
            self.problems.append(f"ops {op.id}: sig does not verify")


def _unlike_leaf(row: Row[Any], stored: StoredLeaf) -> list[str]:
    """Return the columns of an op that its leaf contradicts."""
    leaf = stored.leaf or {}
    pairs = {
        "index": (row.index, stored.index),
        "carrier": (row.carrier, leaf["carrier"]),
        "received_at_ms": (row.received_at_ms, leaf["at_ms"]),
        "sig": (_sig_sha256(row.sig), leaf["sig"]),
    }
    return [f"{name} of its leaf" for name, (left, right) in pairs.items() if left != right]


def _sig_sha256(sig: str) -> str:
    raw = log_reader.from_b64url(sig, log_reader.SIGNATURE_BYTES)
    return sha256(raw or b"").hexdigest()


def _unlike_ruling(row: Row[Any], stored: StoredLeaf) -> list[str]:
    """Return the columns of an op that the newest leaf about it contradicts."""
    leaf = stored.leaf or {}
    pairs = {
        "ruling_index": (row.ruling_index, stored.index),
        "outcome": (row.outcome, leaf["outcome"]),
        "code": (row.code, leaf["code"]),
        "flags": (_decoded(row.flags), leaf["flags"]),
        "cause": (row.cause, leaf.get("cause", "")),
    }
    return [f"{name} of its ruling" for name, (left, right) in pairs.items() if left != right]


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def _blob_problems(blobs: BlobStore, connection: Connection) -> Iterable[str]:
    """Hash every original that the log calls verified."""
    problems = []
    for entity, (_, wire) in sorted(log_store.rows_of_kind(connection, "blob").items()):
        row = _decoded(wire) or {}
        fields = row.get("fields", {})
        digest = entity.rpartition("-")[2]
        if not blobs.exists(digest):
            problems.append(f"blobs {digest}: missing")
            continue
        found, size = _hashed(blobs, digest)
        if found != digest:
            problems.append(f"blobs {digest}: bytes are not those of the digest")
        if size != fields.get("size_bytes", {}).get("v"):
            problems.append(f"blobs {digest}: size differs from the log")
    return problems


def _hashed(blobs: BlobStore, digest: str) -> tuple[str, int]:
    state, size = sha256(), 0
    with blobs.open(digest) as stream:
        while piece := stream.read(PIECE_BYTES):
            state.update(piece)
            size += len(piece)
    return state.hexdigest(), size
