"""What follows from an op and its ruling besides its rows; the live service and a rebuild share it.

Invariants: pure, and a function of logged bytes alone. Not here: rows (the fold) and decisions.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from server.domain.lock_set import RESOLVING_KINDS
from server.domain.records import LoggedOp, Row
from sync_protocol import canonical, kinds, locks

FOLLOWING = "finding.material_follows"
ADOPTING_KINDS = frozenset({"deployment.genesis", "rules.adopt"})


class Said(Protocol):
    """An op; a logged one reads its body only when it is asked for."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def body(self) -> Mapping[str, Any]:
        """What it says."""


def wire_of(row: Row) -> str:
    """Return the wire form of a row: canonical, and made only of values admission has checked."""
    return canonical.text_of(row)


def acted_on(kind: str, body: Mapping[str, Any], op_id: str) -> list[str]:
    """Return the entities in whose timelines an op stands, whatever is ruled.

    Those it writes, and the finding it is about: a second officer's word on a reinspection writes
    only the reinspection, but belongs to the finding's story.
    """
    about = {f"finding/{body['finding']}"} if "finding" in body else set()
    return sorted(set(locks.written_entities(kind, body, op_id)) | about)


def announced_blobs(kind: str, body: Mapping[str, Any], space: str) -> list[tuple[str, str]]:
    """Return (space, digest) of what a body announces, sorted, without repeats.

    Material that follows a hazard is announced where it goes.
    """
    where = body["to"] if kind == FOLLOWING else space
    return sorted({(where, ref["sha256"]) for ref in kinds.blob_refs(kind, body)})


def departures(op_id: str, changes: Mapping[str, Row]) -> list[tuple[str, str]]:
    """Return (space, entity) of each row that an op took out of a space."""
    moved = [(row.get("was", ())[-1:], entity) for entity, row in sorted(changes.items())]
    return [(one["space"], entity) for last, entity in moved for one in last if one["op"] == op_id]


def waits_for(chain: str, header: Mapping[str, Any], outcome: str) -> list[str]:
    """Return what an op is decided again for: its chain and its deps, while it waits."""
    return sorted({chain, *header["deps"]}) if outcome == "waiting" else []


def resolved_op(kind: str, body: Mapping[str, Any]) -> str:
    """Return the op that an op in effect asks a new ruling for, or the empty text."""
    return str(body["op"]) if kind in RESOLVING_KINDS else ""


def wakes(ruled: LoggedOp) -> list[str]:
    """Return what others may have waited for and a ruling on this op may have brought.

    What it mends, and what that mends, is read from the log besides.
    """
    is_about_chain = ruled.kind in {"chain.countersign", "chain.revoke"}
    return [ruled.op_id, ruled.body["target"]] if is_about_chain else [ruled.op_id]


def epoch_after(op: Said, present: int) -> int:
    """Return the log's epoch after an op took effect."""
    return int(op.body["epoch"]) if op.kind == "epoch.open" else present


def rules_after(op: Said, present: int) -> int:
    """Return the rules in force after an op took effect."""
    return int(op.body["rules"]) if op.kind in ADOPTING_KINDS else present
