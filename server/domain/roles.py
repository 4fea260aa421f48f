"""Which role an author acted in: the one they had when they recorded the op (SPEC section 6).

Invariants: nobody's captured work is refused because their role changed while they could not know;
who had seen the change acts in the new role. Where the two differ it is flagged. Not here: what a
role may do (`kinds.json`), deactivation (`authority`).
"""

from server.domain import seen
from server.domain.fields import field
from server.domain.records import SYSTEM, Arrival, Reader
from sync_protocol.ops import Op
from sync_protocol.rules import KINDS

CHANGED = "role_changed"


def at_capture(op: Op, author: str, arrival: Arrival, reader: Reader, flags: set[str]) -> str:
    """Return the role an op is judged by, empty for a person the log does not know; may flag.

    Of two roles the one at capture counts, unless only the present one may do such a thing.
    """
    if author == SYSTEM:
        return SYSTEM
    row = reader.row(f"person/{author}")
    present = str(field(row, "role") or "")
    if row is None or row["fields"]["role"]["op"] == row["created"]["op"]:
        return present  # it never changed
    known = max(seen.known_size(op, reader), arrival.index or 0)
    if reader.row_index(row["entity"]) < known:
        return present
    assigned = reader.assignments(author)
    then = next((role for index, role in reversed(assigned) if index < known), assigned[0][1])
    if then == present:
        return present
    if arrival.index is None or arrival.index > assigned[-1][0]:
        flags.add(CHANGED)
    allowed = KINDS[op.kind]["actors"]
    return then if then in allowed or present not in allowed else present
