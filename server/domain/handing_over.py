"""Guards of a hazard's hand-over from one bureau to another (移交管辖).

Invariants: a bureau hands over what it is responsible for, at once and without being asked to take
it back: the receiver neither declines nor passes it on; only a superior of both bureaus moves it a
second time. Not here: who reaches the space at all (`authority`), the move itself (the fold).
"""

from server.domain import authority
from server.domain.case import Case
from server.domain.fields import field
from sync_protocol import lifecycle


def finding_can_be_handed_over(case: Case) -> str:
    """It is on record, still to be rectified, and not before a supervisor as a dispute."""
    row = case.row("finding", case.body["finding"])
    if row is None:
        return "entity_unknown"
    state = row["states"]["finding"]["s"]
    return "" if state in lifecycle.machine("finding")["can_be_handed_over"] else "illegal_step"


def receiver_known(case: Case) -> str:
    """The receiver is another bureau of this deployment."""
    if case.row("bureau", case.body["to"]) is None:
        return "entity_unknown"
    return "illegal_step" if case.body["to"] == case.op.space else ""


def handed_over_once(case: Case) -> str:
    """What was handed over already is moved by a bureau above both."""
    row = case.row("finding", case.body["finding"])
    if row is None or "was" not in row or row["space"] != case.op.space:
        return ""  # from elsewhere nothing is moved: the fold refuses it
    own = field(case.row("person", case.author), "bureau")
    both = (row["space"], case.body["to"])
    above = all(own in authority.above(space, case.reader) for space in both)
    return "" if above else "handed_over_before"
