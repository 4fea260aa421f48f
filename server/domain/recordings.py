"""Guards about recordings: what a reference may say, and what a case must name.

Invariants: an unknown file name is flagged and never refused; a case is opened with the hash of
each recording of its inspection that is known here, or with the reason why there is none. What
stations hold is not asked: footage arrives in any order (`footage` judges it).
"""

from server.domain.case import Case
from server.domain.fields import field
from sync_protocol import cameras


def clip_range_ordered(case: Case) -> str:
    """A recording does not end before it begins."""
    backwards = case.body["stopped_at_ms"] < case.body["started_at_ms"]
    return "range_backwards" if backwards else ""


def clip_name_known(case: Case) -> str:
    """A name of no known maker is accepted and flagged."""
    name = case.body.get("file_name")
    if name is not None and cameras.file_named(name) is None:
        case.flags.add("file_name_unknown")
    return ""


def case_names_recordings(case: Case) -> str:
    """A case lists every recording of its inspection, and none of another."""
    row = case.row("inspection", case.body["inspection"])
    if row is None:
        return "entity_unknown"
    named = {item["clip"] for item in (*case.body["footage"], *case.body["without"])}
    for clip in sorted(named):
        recording = case.row("clip", clip)
        if recording is None:
            return "entity_unknown"
        if field(recording, "inspection") != case.body["inspection"]:
            return "other_inspection"
    known = {member["id"] for member in row["sets"].get("clips", [])}
    return "recording_missing" if known - named else ""
