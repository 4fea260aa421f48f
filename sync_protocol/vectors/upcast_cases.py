# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of bodies in the shapes they had before: what each is read as."""

from typing import Any

Case = dict[str, Any]
BEGIN: Case = {
    "inspection": "i-1",
    "base": "a" * 64,
    "from": "planned",
    "officers": ["p-1", "p-2"],
    "id_shown": True,
    "rights_told": True,
    "recorder_on": True,
    "code_scanned": False,
}
ON_SITE: Case = {
    "inspection": "i-1",
    "enterprise": "e-1",
    "date": "2026-06-16",
    "officers": ["p-1", "p-2"],
    "content": "例行检查",
    "id_shown": True,
    "rights_told": True,
    "recorder_on": True,
    "code_scanned": False,
    "reason": "举报",
}
GRADING: Case = {"finding": "f-1", "grade": "major"}
CASES: list[tuple[str, str, Case, Any, Any]] = [
    ("a beginning that says no arrival is read as of the phone's clock", "inspection.begin", {}, BEGIN, BEGIN | {"arrived_at_ms": 5000}),
    ("so is one on site", "inspection.begin_on_site", {}, ON_SITE, ON_SITE | {"arrived_at_ms": 5000}),
    ("a clock before 1970 is read as 1970", "inspection.begin", {"wall_ms": -1}, BEGIN, BEGIN | {"arrived_at_ms": 0}),
    ("an arrival that is said stays", "inspection.begin", {}, BEGIN | {"arrived_at_ms": 7}, BEGIN | {"arrived_at_ms": 7}),
    ("a grading that names no version knew of none", "finding.classify", {}, GRADING, GRADING | {"replaces": []}),
    ("versions that are named stay", "finding.classify", {}, GRADING | {"replaces": ["b" * 64]}, GRADING | {"replaces": ["b" * 64]}),
    ("a later version is read as it is", "finding.classify", {"v": 2}, GRADING, GRADING),
    ("another kind is read as it is", "finding.edit", {}, {"finding": "f-1", "changes": []}, {"finding": "f-1", "changes": []}),
    ("a body that is no object is read as it is", "finding.classify", {}, ["x"], ["x"]),
]  # fmt: skip


def cases() -> list[Case]:
    """Return every case of upcast.json."""
    return [
        {
            "name": name,
            "header": {
                "kind": kind,
                "v": given.get("v", 1),
                "time": {"boot": "0" * 16, "mono_ms": 1, "wall_ms": given.get("wall_ms", 5000)},
            },
            "body": body,
            "expect": {"body": expect},
        }
        for name, kind, given, body, expect in CASES
    ]
