"""The state one transaction decides on: read once under its locks, then changed in memory.

Invariants: it answers only for keys that are locked (`NotLockedError` names the one missing, and
the caller starts again with it); what earlier ops of the batch did is visible to later ones.
Leaf indexes are not known until the log's head is locked, so new leaves carry `PENDING + place`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection

from server.domain import originals, projection
from server.domain.lock_set import key_of
from server.domain.records import Before, Decision, LoggedOp, NotLockedError, Row
from server.services.chains import Chain, Chains, chain_of
from server.storage import log_store, waiting_store
from server.storage.log_store import ASSIGNING_KINDS, Head
from sync_protocol.note import parse_checkpoint
from sync_protocol.ops import Op

PENDING = 1 << 60
VERIFYING_KIND = "blob.verified"
_decode_row = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True)
class Work:
    """An op to be ruled on; `cause` is empty at its first ruling, else what woke it."""

    op: Op
    author: str
    carrier: str
    at_ms: int
    again: bool = False
    cause: str = ""
    before: Before | None = None  # what is proven of the leaf it had before a restore


@dataclass(frozen=True)
class NewLeaf:
    """A leaf to be appended; `work` only with an op's first ruling."""

    op_id: str
    ruling: Decision
    cause: str
    work: Work | None


class LockedState:
    """The `Reader` of decisions, and what they changed."""

    def __init__(
        self, connection: Connection, keys: Mapping[str, bool], works: Iterable[Work],
        chains: Chains, head: Head, origin: str,
    ) -> None:  # fmt: skip
        self._connection, self._keys, self._chains = connection, keys, chains
        self._head, self._origin = head, origin
        works = list(works)
        self.leaves: list[NewLeaf] = []
        self.changed: dict[str, tuple[Row, int]] = {}
        self.departed: dict[tuple[str, str], int] = {}  # (space, entity) → index
        self.new_chains: dict[str, Chain] = {}
        self.ended: set[str] = set()  # ops whose earlier waits are over
        op_ids = [key[3:] for key in keys if key.startswith("op/")]
        self._ops = log_store.logged_ops(connection, op_ids)
        self._menders: defaultdict[str, list[str]] = defaultdict(list)
        for mender in log_store.menders(connection, op_ids):
            self._ops[mender.op_id] = mender
            self._menders[mender.mends].append(mender.op_id)
        self._twins: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for twin in log_store.at_places(connection, {(w.op.chain, w.op.seq) for w in works}):
            self._ops[twin.op_id] = twin
            self._twins[twin.chain, twin.seq].add(twin.op_id)
        verified = [w.op.body for w in works if w.op.kind == VERIFYING_KIND]
        announcers = log_store.announcers(connection, [body["sha256"] for body in verified])
        self._announcers = list(announcers)
        self._ops = announcers | self._ops
        self._wires = log_store.rows(connection, [key for key in keys if not key.startswith("op/")])
        self._wires |= log_store.rows_of_kind(connection, "bureau")
        self._rows: dict[str, Row] = {}
        self._seen = {(w.op.chain, w.op.seq): w.op.header["seen"] for w in works}
        before = {(w.op.chain, w.op.seq - 1) for w in works} - self._seen.keys()
        self._seen |= log_store.seen_at(connection, before)
        notes = log_store.notes(connection, {w.op.header["seen"]["size"] for w in works})
        self._signed = {size: parse_checkpoint(note).root.hex() for size, note in notes.items()}
        again = [w.op.id for w in works if w.again]
        self.waits = waiting_store.waits_of(connection, again) if again else {}
        self.accepted = waiting_store.acceptances(connection, again) if again else {}

    def is_empty(self) -> bool:
        """Say whether the log has no leaf yet."""
        return self._head.size == 0 and not self.leaves

    def row(self, entity: str) -> Row | None:
        """Return a row."""
        known = self._rows.get(entity)  # holds only what was found under its lock
        if known is not None:
            return known
        self._assert_locked(key_of(entity))
        wire = self._wires.get(entity)
        if wire is None:
            return None
        row = self._rows[entity] = _decode_row(wire[1])
        return row

    def row_index(self, entity: str) -> int:
        """Return the leaf index that last touched an existing row."""
        self._assert_locked(key_of(entity))
        return self.changed[entity][1] if entity in self.changed else self._wires[entity][0]

    def op(self, op_id: str) -> LoggedOp | None:
        """Return a logged op."""
        found = self._ops.get(op_id)
        if found is None:
            self._assert_locked(f"op/{op_id}")
        return found

    def logged(self, op_id: str) -> LoggedOp:
        """Return an op that is known to be logged."""
        return self._ops[op_id]

    def author(self, chain: str) -> str:
        """Return the person of a chain."""
        known = self.new_chains.get(chain) or self._chains.get(chain, self._connection)
        return known.person if known else ""

    def menders(self, op_id: str) -> list[LoggedOp]:
        """Return the logged ops that mend this one."""
        self._assert_locked(f"op/{op_id}")
        return [self._ops[one] for one in self._menders[op_id]]

    def twins(self, chain: str, seq: int, op_id: str) -> list[LoggedOp]:
        """Return the other logged ops at the same place of a chain."""
        self._assert_locked(f"chain/{chain}")
        return [self._ops[one] for one in sorted(self._twins[chain, seq] - {op_id})]

    def assignments(self, person: str) -> list[tuple[int, str]]:
        """Return (leaf index, role) of each assignment of a person in effect, in log order."""
        key = f"person/{person}"
        self._assert_locked(key)
        logged = {one.op_id: one for one in log_store.assignments(self._connection, key)}
        here = {op_id: one for op_id, one in self._ops.items() if one.kind in ASSIGNING_KINDS}
        effective = [
            one
            for one in (logged | here).values()
            if one.in_effect and one.body["person"] == person
        ]
        found = sorted(effective, key=attrgetter("ruling_index"))
        return [(one.ruling_index, one.body["role"]) for one in found]

    def seen_before(self, chain: str, seq: int) -> Mapping[str, Any] | None:
        """Return the checkpoint (`seen`) named by the op before this place, if that is here."""
        self._assert_locked(f"chain/{chain}")
        return self._seen.get((chain, seq - 1))

    def signed_root(self, size: int) -> str | None:
        """Return the root (hex) of the checkpoint signed at a size."""
        return self._signed.get(size)

    def origin(self) -> str:
        """Return the log's origin line."""
        return self._origin

    def log_op(self, work: Work, ruling: Decision) -> None:
        """Take in an op with its first ruling, and flag its twins."""
        op, index = work.op, PENDING + len(self.leaves)
        self._ops[op.id] = LoggedOp(
            op.id, index, op.chain, op.seq, op.kind, op.space, op.mends, work.at_ms,
            index, ruling.outcome, ruling.code, ruling.flags, "",
            op.header_raw.decode("utf-8"), op.body_raw.decode("utf-8"),
        )  # fmt: skip
        if op.mends:
            self._menders[op.mends].append(op.id)
        if op.founds_chain:
            self.new_chains[op.id] = chain_of(op.kind, op.body)
        twins = self.twins(op.chain, op.seq, op.id)
        self._twins[op.chain, op.seq].add(op.id)
        self.leaves.append(NewLeaf(op.id, ruling, "", work))
        self._take_effect(op.id, ruling, index)
        for twin in twins:
            if "fork" not in twin.flags:
                flags = tuple(sorted({*twin.flags, "fork"}))
                self._rule(twin, Decision(twin.outcome, twin.code, flags), op.id)
        if op.kind == VERIFYING_KIND:
            self._flag_announcers(op, ruling)

    def _flag_announcers(self, op: Op, ruling: Decision) -> None:
        """Flag what announced an original otherwise than it was measured."""
        announcers = [self._ops[one] for one in self._announcers]
        for blob in ruling.changes.values():
            for one in originals.announced_otherwise(blob, announcers):
                self._assert_locked(f"chain/{one.chain}")
                flags = tuple(sorted({*one.flags, originals.FLAG}))
                self._rule(one, Decision(one.outcome, one.code, flags), op.id)

    def log_ruling(self, work: Work, ruling: Decision, cause: str) -> None:
        """Take in a later ruling on a logged op."""
        index = PENDING + len(self.leaves)
        self._rule(self._ops[work.op.id], ruling, cause)
        self.ended.add(work.op.id)
        self._take_effect(work.op.id, ruling, index)

    def _rule(self, logged: LoggedOp, ruling: Decision, cause: str) -> None:
        index = PENDING + len(self.leaves)
        self._ops[logged.op_id] = replace(
            logged, ruling_index=index, outcome=ruling.outcome, code=ruling.code,
            flags=ruling.flags, cause=cause,
        )  # fmt: skip
        self.leaves.append(NewLeaf(logged.op_id, ruling, cause, None))

    def _take_effect(self, op_id: str, ruling: Decision, index: int) -> None:
        left = projection.departures(op_id, ruling.changes)
        self.departed |= dict.fromkeys(left, index)
        self.changed |= {entity: (row, index) for entity, row in ruling.changes.items()}
        self._rows |= ruling.changes

    def _assert_locked(self, key: str) -> None:
        if key not in self._keys:
            raise NotLockedError(key)
