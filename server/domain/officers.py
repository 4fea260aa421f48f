"""Guards about people: who may act on an inspection, its hazards, clips and reinspections.

Invariants: officers of the inspection act on what belongs to it, supervisors beside them; whoever
reinspected a hazard last goes on with it. Naming an inspection of one's own opens nobody else's
hazards. A row of another space is left to the fold, which refuses it.
"""

from server.domain.authority import field, role_of
from server.domain.case import Case, named_findings


def author_among_officers(case: Case) -> str:
    """The author is one of at least two officers named."""
    officers = set(case.body["officers"])
    if case.author not in officers:
        return "officer_not_listed"
    return "" if len(officers) > 1 else "second_officer_missing"


def author_on_inspection(case: Case) -> str:
    """The author is one of the inspection's officers; supervisors act beside them.

    Photos of a reinspection pass: other officers may reinspect; `reinspection.record` names them.
    """
    if case.body.get("purpose") == "reinspection":
        return ""
    return _author_listed(case, "inspection", case.body["inspection"])


def author_may_order(case: Case) -> str:
    """Officers of the inspection order; whoever reinspected each hazard orders it again."""
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
    if row["space"] != case.op.space:
        return "entity_elsewhere"
    return _author_listed(case, "inspection", field(row, "inspection"))


def _author_listed(case: Case, kind: str, identity: object) -> str:
    row = case.row(kind, identity)
    if row is None:
        return "entity_unknown"
    officers = field(row, "officers")
    listed = isinstance(officers, list) and case.author in officers
    supervises = role_of(case.author, case.reader) == "supervisor"
    return "" if listed or supervises else "officer_not_listed"


def _reinspected_by_author(case: Case, finding: str) -> bool:
    latest = field(case.row("finding", finding), "reinspection")
    if latest is None:
        return False
    officers = field(case.row("reinspection", latest), "officers")
    return isinstance(officers, list) and case.author in officers
