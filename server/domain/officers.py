"""Guards about people: who may act on an inspection, its hazards, clips and reinspections.

Invariants: officers of the inspection act on what belongs to it, supervisors beside them; whoever
reinspected a hazard last goes on with it. Naming an inspection of one's own opens nobody else's
hazards. A row of another space is left to the fold, which refuses it.
"""

from server.domain.case import Case, named_findings
from server.domain.fields import field
from server.domain.records import Row
from sync_protocol.fold import belonged_to


def author_among_officers(case: Case) -> str:
    """The author is one of at least two officers named."""
    officers = set(case.body["officers"])
    if case.author not in officers:
        return "officer_not_listed"
    return "" if len(officers) > 1 else "second_officer_missing"


def was_taken_over(case: Case, row: Row) -> bool:
    """Say whether a hazard was handed over to the bureau that acts: its officers all may."""
    return row["space"] == case.op.space and "was" in row


def inspection_named(case: Case) -> str:
    """An inspection is named, but for a hazard that another bureau found and handed over.

    Photos of a reinspection pass as well: `reinspection.record` names them with their hazard.
    """
    if "inspection" in case.body or case.body.get("purpose") == "reinspection":
        return ""
    named = [case.row("finding", one) for one in named_findings(case.body)]
    if not named:
        return "entity_unknown"
    taken = all(row is not None and was_taken_over(case, row) for row in named)
    return "" if taken else "other_inspection"


def author_on_inspection(case: Case) -> str:
    """The author is one of the inspection's officers; supervisors act beside them.

    Photos of a reinspection pass: other officers may reinspect; `reinspection.record` names them.
    """
    if "inspection" not in case.body:
        return ""  # a hazard that was taken over: `inspection_named`
    if case.body.get("purpose") == "reinspection":
        return ""
    return _author_listed(case, "inspection", case.body["inspection"])


def author_may_order(case: Case) -> str:
    """Officers of the inspection order; whoever reinspected each hazard orders it again."""
    if "inspection" not in case.body:
        return ""  # hazards that were taken over: `inspection_named`
    refused = _author_listed(case, "inspection", case.body["inspection"])
    if refused != "officer_not_listed":
        return refused
    again = all(_reinspected_by_author(case, item["finding"]) for item in case.body["items"])
    return "" if again else refused


def author_on_finding(case: Case) -> str:
    """The author is an officer of the hazard's inspection, or reinspected the hazard last."""
    refused = _author_on_part(case, "finding")
    if refused != "officer_not_listed":
        return refused
    return "" if _reinspected_by_author(case, case.body["finding"]) else refused


def author_on_photo(case: Case) -> str:
    """The author took the photo, or is an officer of its inspection."""
    refused = _author_on_part(case, "photo")
    row = case.row("photo", case.body["photo"])
    took = row is not None and row["created"]["by"] == case.author
    return "" if refused == "officer_not_listed" and took else refused


def author_on_clip(case: Case) -> str:
    """The author is an officer of the clip's inspection."""
    return _author_on_part(case, "clip")


def author_on_case(case: Case) -> str:
    """The author is an officer of the inspection the case was opened on."""
    return _author_on_part(case, "case")


def author_on_reinspection(case: Case) -> str:
    """The author is one of the reinspection's officers."""
    return _author_listed(case, "reinspection", case.body["reinspection"])


def findings_of_inspection(case: Case) -> str:
    """Every hazard named belongs to the inspection named."""
    if "inspection" not in case.body:
        return ""
    for identity in dict.fromkeys(named_findings(case.body)):
        row = case.row("finding", identity)
        if row is None:
            return "entity_unknown"
        if field(row, "inspection") != case.body["inspection"]:
            return "other_inspection"
    return ""


def _author_on_part(case: Case, kind: str) -> str:
    row = case.row(kind, case.body[kind])
    if row is None:
        return "entity_unknown"
    if not belonged_to(row, case.op.space):
        return "entity_elsewhere"
    if was_taken_over(case, row) or field(row, "inspection") is None:
        return ""  # of no inspection here: the bureau's
    return _author_listed(case, "inspection", field(row, "inspection"))


def _author_listed(case: Case, kind: str, identity: object) -> str:
    row = case.row(kind, identity)
    if row is None:
        return "entity_unknown"
    officers = field(row, "officers")
    listed = isinstance(officers, list) and case.author in officers
    supervises = case.role == "supervisor"
    return "" if listed or supervises else "officer_not_listed"


def _reinspected_by_author(case: Case, finding: str) -> bool:
    latest = field(case.row("finding", finding), "reinspection")
    if latest is None:
        return False
    officers = field(case.row("reinspection", latest), "officers")
    return isinstance(officers, list) and case.author in officers
