"""The checkpoint an author had seen: was it this log's, and how far into it did they know?

Invariants: a checkpoint of an earlier epoch counts for the leaves that the later epochs kept. Of
the part a restore lost nothing can be looked up any more: such an op is flagged (unless the log is
proven to have had it already) and goes on, for its author could not know, and claiming it gains
nobody anything: it counts as having seen less.
"""

from collections.abc import Mapping
from typing import Any

from server.domain.records import SYSTEM, Arrival, Reader
from sync_protocol import epochs
from sync_protocol.ops import Op

LOST = "checkpoint_lost"
WENT_BACK = "seen_went_back"


def stop(op: Op, arrival: Arrival, reader: Reader, flags: set[str]) -> tuple[str, str] | None:
    """Return the quarantine of an op that names a checkpoint this log never signed, or `None`."""
    if went_back(op, reader):
        flags.add(WENT_BACK)
    seen = op.header["seen"]
    if not seen["origin"] or arrival.accepted:
        return None
    kept = _kept(seen["origin"], reader)
    if kept is not None and seen["size"] > kept:
        flags |= set() if arrival.before else {LOST}
        return None
    is_ours = seen["origin"] == reader.origin() or kept is not None
    signed = is_ours and reader.signed_root(seen["size"]) == seen["root"]
    return None if signed else ("quarantined", "checkpoint_unknown")


def known_size(op: Op, reader: Reader) -> int:
    """Return how many of the present log's leaves the author had seen, as far as they say.

    What the op before it in its chain had seen, its author had seen too.
    """
    before = reader.seen_before(op.chain, op.seq)
    own = _known(op.header["seen"], reader)
    return own if before is None else max(own, _known(before, reader))


def went_back(op: Op, reader: Reader) -> bool:
    """Say whether the op before it in its chain names a newer checkpoint: no phone forgets."""
    before = reader.seen_before(op.chain, op.seq)
    return before is not None and _place(before) > _place(op.header["seen"])


def _place(seen: Mapping[str, Any]) -> tuple[int, int]:
    return epochs.epoch_of(seen["origin"]) or 0, seen["size"]


def _known(seen: Mapping[str, Any], reader: Reader) -> int:
    kept = _kept(seen["origin"], reader) if seen["origin"] else None
    return int(seen["size"]) if kept is None else min(int(seen["size"]), kept)


def may_open(op: Op, arrival: Arrival, reader: Reader) -> bool:
    """Say whether an epoch may begin here: a later one, brought by the service itself."""
    present = epochs.epoch_of(reader.origin()) or epochs.FIRST
    epoch = op.body["epoch"]
    return arrival.carrier == SYSTEM and epoch.isdecimal() and int(epoch) > present


def _kept(origin: str, reader: Reader) -> int | None:
    """Return the leaves kept of an earlier epoch; `None` for the present one and no epoch."""
    newest = reader.origin()
    if origin == newest or epochs.prefix_of(origin) != epochs.prefix_of(newest):
        return None
    present, epoch = epochs.epoch_of(newest), epochs.epoch_of(origin)
    if present is None or epoch is None or epoch > present:
        return None
    openings = {}
    for later in range(epoch + 1, present + 1):
        row = reader.row(f"epoch/{later}")
        if row is not None:
            openings[later] = int(row["fields"]["size"]["v"])
    return epochs.kept(openings, epoch)
