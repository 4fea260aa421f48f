"""Is a chain drained, and if not, what is still in the field? Pure; by the log and the last report.

A phone is drained when the head it reports is the log's head of the chain, no sequence number
below is missing (but for records it gave up, which the log never admitted), nothing is unsent,
and every original that a logged op or the report names is verified. What the log says comes first;
the report only ever adds to what is missing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

RANGES_SHOWN = 20
Blob = tuple[str, str]  # (space, sha256)


@dataclass(frozen=True)
class Logged:
    """One op of the chain in the log: its number, id, and the originals it names: verified?"""

    seq: int
    op: str
    blobs: dict[Blob, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What the phone said last."""

    head_seq: int
    head_op: str
    unsent_ops: int
    given_up: Sequence[int]
    originals: dict[Blob, bool]  # announced → verified here?
    originals_more: int


@dataclass(frozen=True)
class Holding:
    """What of a chain is where."""

    head_seq: int
    head_op: str
    gaps: Sequence[tuple[int, int]]
    originals_out: int
    settled_seq: int
    drained: bool


def gaps(present: Iterable[int], after: int, until: int) -> list[tuple[int, int]]:
    """Return the ranges in (after, until] that `present` leaves out, both ends included."""
    found, expected = [], after + 1
    for seq in [*sorted({seq for seq in present if after < seq <= until}), until + 1]:
        if seq > expected:
            found.append((expected, seq - 1))
        expected = seq + 1
    return found


def holding(logged: Sequence[Logged], settled_seq: int, report: Report | None) -> Holding:
    """Judge a chain by its ops above `settled_seq` (the op at it included) and the last report."""
    head = max(logged, key=lambda one: one.seq)
    present = {one.seq for one in logged}
    given_up = set(report.given_up) - present if report else set()
    until = max(head.seq, report.head_seq if report else 0)
    missing = gaps(present | given_up, settled_seq, until)
    out = {blob for one in logged for blob, verified in one.blobs.items() if not verified}
    if report:
        out |= {blob for blob, verified in report.originals.items() if not verified}
    more = report.originals_more if report else 0
    heads = {one.op for one in logged if one.seq == head.seq}
    agrees = report is not None and _agrees(report, head.seq, heads, given_up)
    return Holding(
        head_seq=head.seq,
        head_op=head.op,
        gaps=missing[:RANGES_SHOWN],
        originals_out=len(out) + more,
        settled_seq=_settled(logged, settled_seq),
        drained=agrees and not missing and not out and more == 0,
    )


def _agrees(report: Report, seq: int, heads: set[str], given_up: Collection[int]) -> bool:
    """Say whether the phone's head is the log's; what it gave up above it is nowhere to be."""
    if report.unsent_ops:
        return False
    if report.head_seq == seq:
        return report.head_op in heads
    return report.head_seq > seq and set(range(seq + 1, report.head_seq + 1)) <= set(given_up)


def _settled(logged: Sequence[Logged], settled_seq: int) -> int:
    """Return up to where everything is logged and verified."""
    by_seq: dict[int, bool] = {}
    for one in logged:
        by_seq[one.seq] = by_seq.get(one.seq, True) and all(one.blobs.values())
    while by_seq.get(settled_seq + 1, False):
        settled_seq += 1
    return settled_seq
