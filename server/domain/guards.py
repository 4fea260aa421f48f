"""The named guards of `kinds.json`: what the fold's tables cannot say about a kind.

Invariants: a guard reads locked rows and the op, returns the code that refuses it or `""`, and may
add flags; none reads a clock: a rule that names a day uses the phone's day, in Beijing. A row that
is not there is `entity_unknown` where the guard needs it. Not here: states and steps (the fold),
who may act on what (`officers`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from server.domain import handing_over, officers, recordings, references
from server.domain.authority import Stop
from server.domain.case import Case, Guard, named_findings
from server.domain.fields import field
from server.domain.records import Reader, Row
from sync_protocol.ops import Op
from sync_protocol.rules import KINDS

BEIJING = timezone(timedelta(hours=8))
QUIET_UNTIL_DAY = 15
BEGINNING_KINDS = frozenset({"inspection.begin", "inspection.begin_on_site"})
SIGNING_KINDS = frozenset(
    {"inspection.sign", "inspection.refuse_signature", "inspection.supplement"}
)
RECORDED_STATES = frozenset({"signed", "signature_refused", "concluded", "archived"})
UNCOUNTED_STATES = frozenset({"withdrawn", "duplicate"})
LATEST_WALL_MS = 253_370_736_000_000  # in the last year a date can name


def stop(op: Op, author: str, role: str, reader: Reader, flags: set[str]) -> Stop | None:
    """Return the refusal of the first guard that says no, or `None`."""
    case = Case(op, author, role, reader, flags)
    _flag_quiet_period(case)
    for name in (OF_EVERY_KIND, *KINDS[op.kind].get("guards", ()), *UNNAMED.get(op.kind, ())):
        if code := GUARDS[name](case):
            return ("refused", code)
    return None


def day_of(wall_ms: int) -> str:
    """Return the date in Beijing of a wall clock, as `YYYY-MM-DD`."""
    bounded = min(max(wall_ms, 0), LATEST_WALL_MS)
    moment = datetime.fromtimestamp(bounded // 1000, UTC)
    return moment.astimezone(BEIJING).date().isoformat()


def _flag_quiet_period(case: Case) -> None:
    if case.op.kind not in BEGINNING_KINDS or "quiet_ground" in case.body:
        return
    if int(day_of(case.op.wall_ms)[-2:]) <= QUIET_UNTIL_DAY:
        case.flags.add("quiet_period")


def officers_licensed(case: Case) -> str:
    """A licence that is not proven for the day is flagged, never refused."""
    today = day_of(case.op.wall_ms)
    for officer in case.body["officers"]:
        row = case.row("person", officer)
        first, last = field(row, "licence_from"), field(row, "licence_until")
        if not (isinstance(first, str) and isinstance(last, str) and first <= today <= last):
            case.flags.add("licence_unproven")
    return ""


def unapproved_needs_reason(case: Case) -> str:
    """Beginning from a scheme that is not approved needs a reason."""
    approved = case.body["from"] in {"approved", "notified"}
    return "" if approved or "reason" in case.body else "reason_missing"


def attests_other_officer(case: Case) -> str:
    """One attests what the other officer recorded."""
    if case.op.kind == "reinspection.attest":
        row = case.row("reinspection", case.body["reinspection"])
        recorder = row["created"]["by"] if row else ""
        return "attests_own_record" if recorder == case.author else ""
    signing = case.reader.op(case.body["signing"])
    if signing is None or signing.kind not in SIGNING_KINDS or not signing.in_effect:
        return "record_missing"
    if signing.body["inspection"] != case.body["inspection"]:
        return "record_missing"
    own = case.reader.author(signing.chain) == case.author
    return "attests_own_record" if own else ""


def findings_complete(case: Case) -> str:
    """What is signed or ordered has a place, a description, a basis, and its criterion if major."""
    for identity in dict.fromkeys(named_findings(case.body)):
        row = case.row("finding", identity)
        if row is None:
            return "entity_unknown"
        grounded = field(row, "basis") is not None or field(row, "phrase") is not None
        if not (field(row, "place") and field(row, "description") and grounded):
            return "finding_incomplete"
        if field(row, "grade") == "major" and not field(row, "criterion"):
            return "criterion_missing"
    return ""


def deadline_not_before_order(case: Case) -> str:
    """An item's date is the day of the order or later."""
    ordered_on = day_of(case.op.wall_ms)
    late = all(item["deadline"] >= ordered_on for item in case.body["items"])
    return "" if late else "deadline_before_order"


def inspection_has_record(case: Case) -> str:
    """A supplement follows a signed or refused record."""
    row = case.row("inspection", case.body["inspection"])
    state = row["states"]["inspection"]["s"] if row else ""
    return "" if state in RECORDED_STATES else "record_missing"


def conclusion_fits(case: Case) -> str:
    """No hazard stands where none is said to be; an order was issued where one is named."""
    row = case.row("inspection", case.body["inspection"])
    if row is None:
        return "entity_unknown"
    said = case.body["conclusion"]
    if said == "order":
        return "" if row["sets"].get("orders") else "conclusion_contradicts"
    found = row["sets"].get("findings", []) if said == "no_problem" else []
    stands = any(_is_counted(case.row("finding", member["id"])) for member in found)
    return "conclusion_contradicts" if stands else ""


def _is_counted(finding: Row | None) -> bool:
    return finding is not None and finding["states"]["finding"]["s"] not in UNCOUNTED_STATES


def finding_is_major(case: Case) -> str:
    """Only a major hazard is listed."""
    row = case.row("finding", case.body["finding"])
    if row is None:
        return "entity_unknown"
    return "" if field(row, "grade") == "major" else "finding_not_major"


def duplicate_of_another(case: Case) -> str:
    """The hazard that stays is another one, and is itself still counted."""
    kept = case.body["duplicate_of"]
    row = case.row("finding", kept)
    if row is None:
        return "entity_unknown"
    gone = row["states"]["finding"]["s"] in UNCOUNTED_STATES
    return "illegal_step" if gone or kept == case.body["finding"] else ""


def reinspection_attested(case: Case) -> str:
    """A hazard that passed is closed once the second officer has attested the reinspection.

    A dispute that a supervisor decided, a fix on the spot and a proposal need no attestation.
    """
    row = case.row("finding", case.body["finding"])
    state = row["states"]["finding"] if row else {"s": "", "step": ""}
    if state["step"] != "reinspect_pass":
        return ""
    reinspection = case.row("reinspection", field(row, "reinspection"))
    attested = reinspection["sets"].get("attested_by", []) if reinspection else []
    return "" if attested else "second_officer_missing"


def reviewed_by_another(case: Case) -> str:
    """Review and approval are two people's."""
    row = case.row("inspection", case.body["inspection"])
    if row is None:
        return "entity_unknown"
    reviewers = {member["id"] for member in row["sets"].get("reviewers", [])}
    if not reviewers:
        return "not_reviewed"
    return "" if reviewers - {case.author} else "same_person"


def not_own_chain(case: Case) -> str:
    """Nobody confirms their own phone."""
    row = case.row("chain", case.body["target"])
    own = row is not None and field(row, "person") == case.author
    return "own_chain" if own else ""


def target_quarantined(case: Case) -> str:
    """A supervisor decides on a quarantined op of the space the ruling is made in."""
    target = case.reader.op(case.body["op"])
    if target is None:
        return "entity_unknown"
    if target.space != case.op.space:
        return "entity_elsewhere"
    if case.reader.author(target.chain) == case.author:
        return "attests_own_record"
    return "" if target.outcome == "quarantined" else "op_not_quarantined"


def target_own_and_not_in_effect(case: Case) -> str:
    """One withdraws one's own op, while it has no effect."""
    target = case.reader.op(case.body["op"])
    if target is None:
        return "entity_unknown"
    if case.reader.author(target.chain) != case.author:
        return "not_own_op"
    return "illegal_step" if target.in_effect else ""


def mends_within_reach(case: Case) -> str:
    """One mends one's own op, or one of the same space; what waits for it would go on by that."""
    target = case.reader.op(case.op.mends) if case.op.mends else None
    if target is None or target.space == case.op.space:
        return ""
    return "" if case.reader.author(target.chain) == case.author else "entity_elsewhere"


GUARDS: Mapping[str, Guard] = {
    guard.__name__: guard
    for guard in (
        handing_over.finding_can_be_handed_over,
        handing_over.receiver_known,
        handing_over.handed_over_once,
        officers.inspection_named,
        officers.author_among_officers,
        officers_licensed,
        unapproved_needs_reason,
        officers.author_on_inspection,
        officers.author_may_order,
        officers.author_on_reinspection,
        officers.author_on_finding,
        officers.author_on_photo,
        officers.author_on_clip,
        officers.author_on_case,
        recordings.clip_range_ordered,
        recordings.clip_name_known,
        recordings.case_names_recordings,
        officers.findings_of_inspection,
        duplicate_of_another,
        mends_within_reach,
        attests_other_officer,
        findings_complete,
        deadline_not_before_order,
        inspection_has_record,
        conclusion_fits,
        finding_is_major,
        reinspection_attested,
        reviewed_by_another,
        not_own_chain,
        target_quarantined,
        target_own_and_not_in_effect,
        references.enterprise_known,
        references.enterprise_of_inspection,
        references.phrase_known,
        references.photos_of_inspection,
        references.voices_of_inspection,
        references.copy_of_original,
        references.code_compared,
    )
}

OF_EVERY_KIND = "mends_within_reach"

# Kinds without effects: what they need is not in the tables of rows.
UNNAMED: Mapping[str, tuple[str, ...]] = {
    "ruling.accept": ("target_quarantined",),
    "ruling.decline": ("target_quarantined",),
    "op.withdraw": ("target_own_and_not_in_effect",),
}
