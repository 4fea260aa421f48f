"""May this author do this, here, from this chain? (SPEC section 6, first part.)

Invariants: an op logged before a revocation stays valid, also when a restore lost its leaf;
nobody's captured work is refused because of something their phone could not have known; a clock
never refuses anything. Each check returns the ruling that stops the op, or `None`, and may add
flags. Not here: what the op does.
"""

from server.domain import seen
from server.domain.fields import field
from server.domain.records import SYSTEM, Arrival, Reader, Row
from sync_protocol.ops import Op
from sync_protocol.rules import KINDS

Stop = tuple[str, str]
COMMON = "common"
DECIDING_KINDS = frozenset({"ruling.accept", "ruling.decline"})  # a supervisor's, not its author's
SPAN_OF_BUREAUS = 8  # more levels than any city has; ends a cycle that bad data could make


def stop(
    op: Op, author: str, role: str, arrival: Arrival, reader: Reader, flags: set[str]
) -> Stop | None:
    """Return what stops the op for want of authority, or `None`; `role` is that at capture."""
    if op.kind == "deployment.genesis":
        is_first = reader.is_empty() and arrival.carrier == SYSTEM
        return None if is_first else ("refused", "role_forbidden")
    if op.kind == "epoch.open" and not seen.may_open(op, arrival, reader):
        return ("refused", "role_forbidden")
    stopped = None if op.founds_chain else _chain_stop(op, arrival, reader, flags)
    return (
        stopped
        or _person_stop(author, arrival, reader)
        or seen.stop(op, arrival, reader, flags)
        or _role_stop(op, role)
        or _space_stop(op, author, role, arrival, reader, flags)
    )


def _chain_stop(op: Op, arrival: Arrival, reader: Reader, flags: set[str]) -> Stop | None:
    key = f"chain/{op.chain}"
    row = reader.row(key)
    if row is None:
        return ("waiting", "dep_not_effective")
    state = row["states"]["chain"]
    if state["s"] == "pending":
        return ("waiting", "chain_not_countersigned")
    if state["s"] == "active":
        return None
    return _revoked_stop(op, arrival, reader, flags, row, reader.row_index(key))


def _revoked_stop(
    op: Op, arrival: Arrival, reader: Reader, flags: set[str], row: Row, revoked_at: int
) -> Stop | None:
    """Rule on an op of a revoked chain; nothing touches a chain's row after its revocation."""
    if _was_valid(arrival):
        return None
    revocation = reader.op(row["states"]["chain"]["op"])
    if revocation is None or revocation.body["from"] == "pending":
        return ("refused", "chain_revoked")  # never confirmed: nobody vouched for this phone
    if arrival.index is not None and arrival.index < revoked_at:
        return None
    if seen.known_size(op, reader) > revoked_at:
        return ("refused", "chain_revoked")
    if field(row, "cause") == "transfer":
        flags.add("revoked_by_transfer")
        return None
    return None if arrival.accepted else ("quarantined", "chain_revoked_unseen")


def _person_stop(author: str, arrival: Arrival, reader: Reader) -> Stop | None:
    row = None if author == SYSTEM else reader.row(f"person/{author}")
    if row is None or row["states"]["person"]["s"] == "active" or arrival.accepted:
        return None
    logged_before = arrival.index is not None and arrival.index < reader.row_index(row["entity"])
    valid = logged_before or _was_valid(arrival)
    return None if valid else ("quarantined", "person_deactivated")


def _was_valid(arrival: Arrival) -> bool:
    """Say whether it is proven that the op took effect before a restore lost its leaf.

    Whatever ended its phone or its author since did not make it invalid then.
    """
    return arrival.before is not None and arrival.before.in_effect


def _role_stop(op: Op, role: str) -> Stop | None:
    allowed = role in KINDS[op.kind]["actors"]
    return None if allowed else ("refused", "role_forbidden")


def _space_stop(
    op: Op, author: str, role: str, arrival: Arrival, reader: Reader, flags: set[str]
) -> Stop | None:
    if role == SYSTEM or (role == "administrator" and op.space == COMMON):
        return None
    reaching = _upwards(op.space, reader)
    bureau = str(field(reader.row(f"person/{author}"), "bureau"))
    if bureau in reaching:
        return None
    if op.space == COMMON and op.kind in DECIDING_KINDS and _is_the_citys(bureau, reader):
        return None
    chain = reader.row(f"chain/{op.chain}")
    if chain is None or not reaching & _spaces_of(chain):  # where the phone was in use
        return ("refused", "space_forbidden")
    if "revoked_by_transfer" not in flags and _knew_of_move(op, author, arrival, reader):
        return ("refused", "space_forbidden")
    flags.add("revoked_by_transfer")
    return None


def _is_the_citys(bureau: str, reader: Reader) -> bool:
    """Say whether no bureau is above this one."""
    row = reader.row(f"bureau/{bureau}")
    return row is not None and field(row, "parent") is None


def _spaces_of(row: Row) -> set[str]:
    """Return the spaces a row is or was in."""
    return {row["space"], *(one["space"] for one in row.get("was", ()))}


def _knew_of_move(op: Op, author: str, arrival: Arrival, reader: Reader) -> bool:
    """Say whether the author could know that they belong to another bureau now."""
    person = reader.row(f"person/{author}")
    move = reader.op(person["fields"]["bureau"]["op"]) if person else None
    if move is None:
        return True
    logged_before = arrival.index is not None and arrival.index < move.index
    return not logged_before and seen.known_size(op, reader) > move.index


def above(space: str, reader: Reader) -> set[str]:
    """Return the bureaus above one."""
    return _upwards(space, reader) - {space}


def _upwards(space: str, reader: Reader) -> set[str]:
    """Return a bureau and those above it; empty for one the log does not know."""
    found: set[str] = set()
    while len(found) < SPAN_OF_BUREAUS and (row := reader.row(f"bureau/{space}")) is not None:
        found.add(space)
        space = str(field(row, "parent"))
    return found
