"""What was recorded on a row before its author knew that it had moved to another bureau.

Invariants: nobody's work is lost because somebody else moved what it is about (SPEC section 6): an
op that could not know of the move takes effect where the row is now, flagged; one whose author had
seen the move is refused. Not here: moving (the fold), who may move (`handing_over`).
"""

from collections.abc import Iterable

from server.domain import seen
from server.domain.authority import Stop
from server.domain.records import Arrival, Reader, Row
from sync_protocol.ops import Op

MOVED = "moved_meanwhile"


def stop(
    op: Op, rows: Iterable[Row], arrival: Arrival, reader: Reader, flags: set[str]
) -> Stop | None:
    """Return the refusal of an op that knew a row of it to be elsewhere, or `None`; may flag."""
    for row in rows:
        left_by = _left_by(row, op.space)
        if not left_by:
            continue
        move = reader.op(left_by)
        if move is None:
            raise LookupError(f"{row['entity']}: moved by {left_by}, which is not logged")
        if arrival.index is not None and arrival.index < move.ruling_index:
            continue  # it was here before the move
        if seen.known_size(op, reader) > move.ruling_index:
            return ("refused", "entity_elsewhere")
        flags.add(MOVED)
    return None


def _left_by(row: Row, space: str) -> str:
    """Return the op by which a row last left a space that it is no longer in, or the empty text."""
    if row["space"] == space:
        return ""
    return next((one["op"] for one in reversed(row.get("was", ())) if one["space"] == space), "")
