# ruff: noqa: E501 (a case a line reads as a table)
"""Every case of fold.json and overdue.json."""

from typing import Any

from sync_protocol.vectors import fold_step_cases, fold_value_cases

Case = dict[str, Any]

# 24:00 of 2026-12-01 in Beijing is 16:00 of that day in UTC.
END_MS = 1796140800000
DAY_MS = 86_400_000


def cases() -> list[Case]:
    """Return every case of fold.json."""
    values, steps = fold_value_cases, fold_step_cases
    return [
        *values.creates(), *values.sets(), *values.collections(), *values.edits(), *values.grades(), *values.moves(),
        *steps.steps(), *steps.disputes(), *steps.machines(), *steps.orders(), *steps.late(),
    ]  # fmt: skip


def overdue() -> list[Case]:
    """Return every case of overdue.json."""
    moments = [
        ("a minute before 24:00", "ordered", END_MS - 60_000, False),
        ("the last millisecond", "ordered", END_MS - 1, False),
        ("at 24:00", "ordered", END_MS, True),
        ("days later", "rectification_claimed", END_MS + 5 * DAY_MS, True),
        ("failed is still under its deadline", "failed", END_MS, True),
        ("disputed is still under its deadline", "disputed", END_MS, True),
        ("passed is not", "passed", END_MS, False),
        ("closed is not", "closed", END_MS + DAY_MS, False),
        ("withdrawn is not", "withdrawn", END_MS, False),
        ("confirmed has no deadline yet", "confirmed", END_MS, False),
    ]
    return [
        {"name": name, "state": state, "deadline": "2026-12-01", "now_ms": now, "expect": {"overdue": late}}
        for name, state, now, late in moments
    ]  # fmt: skip
