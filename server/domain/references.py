"""Guards about what an op names beside what it acts on: enterprise, phrase, photos, voices, a code.

Invariants: what is named must be what it is taken for; a photo or voice note that has not arrived
is flagged and never refuses a hazard, because evidence comes in any order. Rows of another county
are as good as none: `common` and the op's own space are what its author could see.
"""

from collections.abc import Sequence

from server.domain.authority import COMMON
from server.domain.case import Case
from server.domain.fields import field
from server.domain.records import SYSTEM, Row
from sync_protocol import keys
from sync_protocol.encoding import from_b64url


def enterprise_known(case: Case) -> str:
    """The enterprise named is one the author's space can know."""
    return "" if _seen(case, "enterprise", case.body["enterprise"]) else "entity_unknown"


def enterprise_of_inspection(case: Case) -> str:
    """A hazard's enterprise is that of its inspection."""
    row = case.row("inspection", case.body["inspection"])
    if row is None:
        return "entity_unknown"
    same = field(row, "enterprise") == case.body["enterprise"]
    return "" if same else "other_enterprise"


def phrase_known(case: Case) -> str:
    """The phrase a hazard was taken from is one of the registers."""
    if "phrase" not in case.body:
        return ""
    return "" if _seen(case, "phrase", case.body["phrase"]) else "entity_unknown"


def photos_of_inspection(case: Case) -> str:
    """Photos that are here belong to the hazard's inspection; those still to come are flagged."""
    return _evidence_of_inspection(case, "photo", case.body["photos"])


def voices_of_inspection(case: Case) -> str:
    """So do voice notes."""
    return _evidence_of_inspection(case, "voice", case.body.get("voices", ()))


def copy_of_original(case: Case) -> str:
    """A derivation is made from its photo's original, and is not the original itself."""
    row = case.row("photo", case.body["photo"])
    if row is None:
        return "entity_unknown"
    blob = field(row, "blob")
    original = blob["sha256"] if isinstance(blob, dict) else None
    derived = case.body["parent"] == original != case.body["blob"]["sha256"]
    return "" if derived else "copy_not_derived"


def _evidence_of_inspection(case: Case, kind: str, named: Sequence[str]) -> str:
    inspection = case.body.get("inspection")
    if inspection is None:
        inspection = field(case.row("finding", case.body["finding"]), "inspection")
    for identity in named:
        row = case.row(kind, identity)
        if row is None:
            case.flags.add("photo_to_come")
        elif inspection is not None and field(row, "inspection") not in (None, inspection):
            return "other_inspection"
    return ""


def code_compared(case: Case) -> str:
    """The code that was compared is the one the phone shows; a ticket was checked before."""
    if case.author == SYSTEM:
        return ""
    row = case.row("chain", case.body["target"])
    if row is None:
        return "entity_unknown"
    key = field(row, "public_key")
    point = from_b64url(key["key"], keys.POINT_BYTES) if isinstance(key, dict) else None
    shown = keys.pairing_code(case.body["target"], point or b"")
    return "" if case.body["compared_code"] == shown else "code_differs"


def _seen(case: Case, kind: str, identity: str) -> Row | None:
    row = case.row(kind, identity)
    return row if row is not None and row["space"] in (COMMON, case.op.space) else None
