"""Fold the log from its first leaf, without deciding anything again.

Invariants: outcomes come from the leaves; the fold of an op that took effect must agree with them,
and every disagreement is a message `table key: check`; the result is what the projections must be,
to the character. Not here: reading the log, signatures (`services.verify`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.domain import mends, projection
from server.domain.records import SYSTEM, Row
from sync_protocol import epochs, locks
from sync_protocol.fold import FoldOp, fold
from sync_protocol.ops import Op
from sync_protocol.rules import EFFECTIVE_OUTCOMES

FIRST_RULES = 1


@dataclass
class Ruled:
    """An op and the ruling in force."""

    op: Op
    index: int
    ruling_index: int
    outcome: str
    code: str
    flags: list[str]
    cause: str

    @property
    def op_id(self) -> str:
        """The op's id."""
        return self.op.id

    @property
    def in_effect(self) -> bool:
        """Whether its effects are in the rows."""
        return self.outcome in EFFECTIVE_OUTCOMES


@dataclass
class Replay:
    """The projections as of the leaves fed so far, in log order."""

    rows: dict[str, Row] = field(default_factory=dict)
    row_index: dict[str, int] = field(default_factory=dict)
    entity_ops: set[tuple[str, int]] = field(default_factory=set)
    blob_refs: set[tuple[str, str, str]] = field(default_factory=set)
    departures: dict[tuple[str, str], int] = field(default_factory=dict)  # (space, entity) → index
    waits: dict[str, set[str]] = field(default_factory=dict)
    ops: dict[str, Ruled] = field(default_factory=dict)
    menders: dict[str, list[Ruled]] = field(default_factory=dict)
    rules: int = FIRST_RULES
    epoch: int = epochs.FIRST
    problems: list[str] = field(default_factory=list)

    def feed_op(self, index: int, leaf: Mapping[str, Any], op: Op) -> None:
        """Take in an op leaf with its op."""
        if op.id in self.ops:
            self.problems.append(f"leaves {index}: a second op leaf of {op.id}")
            return
        ruled = Ruled(op, index, index, leaf["outcome"], leaf["code"], leaf["flags"], "")
        self.ops[op.id] = ruled
        if op.mends:
            self.menders.setdefault(op.mends, []).append(ruled)
        acted_on = projection.acted_on(op.kind, op.body, op.id)
        self.entity_ops |= {(entity, index) for entity in acted_on}
        blobs = projection.announced_blobs(op.kind, op.body, op.space)
        self.blob_refs |= {(*blob, op.id) for blob in blobs}
        self._check_rules(index, leaf)
        self._set_waits(ruled)
        if ruled.in_effect:
            self._take_effect(index, ruled)

    def feed_ruling(self, index: int, leaf: Mapping[str, Any]) -> None:
        """Take in a ruling leaf."""
        ruled = self.ops.get(leaf["op"])
        if ruled is None:
            self.problems.append(f"leaves {index}: a ruling on an op that is not before it")
            return
        was_in_effect = ruled.in_effect
        ruled.ruling_index, ruled.outcome, ruled.code = index, leaf["outcome"], leaf["code"]
        ruled.flags, ruled.cause = leaf["flags"], leaf["cause"]
        self._check_rules(index, leaf)
        if not self._is_fork(ruled, leaf["cause"]):
            self.waits.pop(ruled.op.id, None)
            self._set_waits(ruled)
        if was_in_effect and not ruled.in_effect:
            self.problems.append(f"leaves {index}: an op in effect cannot lose it")
        if ruled.in_effect and not was_in_effect:
            self._take_effect(index, ruled)

    def author(self, op: Op) -> str:
        """Return the person of an op's chain; empty when its enrolment is not before it."""
        first = self.ops.get(op.chain)
        if first is None:
            return ""
        return SYSTEM if first.op.kind == "deployment.genesis" else str(first.op.body["person"])

    def waiting(self) -> set[tuple[str, str]]:
        """Return (op id, dep) of what waits."""
        return {(op_id, dep) for op_id, deps in self.waits.items() for dep in deps}

    def _stands_for(self, ref: str) -> str:
        named = self.ops.get(ref)
        if named is None or named.in_effect:
            return ""
        return mends.mended_by(ref, lambda one: self.menders.get(one, ()))

    def _check_rules(self, index: int, leaf: Mapping[str, Any]) -> None:
        if leaf["rules"] != self.rules:
            self.problems.append(f"leaves {index}: rules {leaf['rules']}, in force {self.rules}")

    def _is_fork(self, ruled: Ruled, cause: str) -> bool:
        """Say whether a ruling only flags that another op took the same place of the chain."""
        other = self.ops.get(cause)
        if other is None or cause == ruled.op.id:
            return False
        return (other.op.chain, other.op.seq) == (ruled.op.chain, ruled.op.seq)

    def _set_waits(self, ruled: Ruled) -> None:
        op = ruled.op
        for dep in projection.waits_for(op.chain, op.header, ruled.outcome):
            self.waits.setdefault(op.id, set()).add(dep)

    def _take_effect(self, index: int, ruled: Ruled) -> None:
        op = mends.followed(ruled.op, self._stands_for)
        resolved = projection.resolved_op(op.kind, op.body)
        if resolved:
            self.waits.setdefault(resolved, set()).add(op.id)
        keys = locks.written_entities(op.kind, op.body, op.id)
        rows = {key: self.rows[key] for key in keys if key in self.rows}
        folded = fold(rows, FoldOp.of(op, self.author(op)))
        if (folded.outcome, folded.code) != (ruled.outcome, ruled.code):
            said = f"{ruled.outcome} {ruled.code}".strip()
            got = f"{folded.outcome} {folded.code}".strip()
            self.problems.append(f"leaves {index}: the log says {said}, the fold gives {got}")
        self.rows |= folded.changes
        self.row_index |= dict.fromkeys(folded.changes, index)
        left = projection.departures(op.id, folded.changes)
        self.departures |= dict.fromkeys(left, index)
        if folded.changes:
            self.rules = projection.rules_after(op, self.rules)
            self.epoch = projection.epoch_after(op, self.epoch)
