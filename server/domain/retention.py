"""How long footage is kept, and what a station must be asked to hold. Pure; days are Beijing's.

The longest period that applies wins; footage that an open case names is never released. A bureau's
rules replace the defaults of `tables/cameras.json` for the classes they speak of, between the days
for which they hold. Not here: whose footage it is (`footage`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sync_protocol.cameras import CAMERAS

DEFAULT_DAYS: dict[str, int] = dict(CAMERAS["retention_days"])
STATION_DAYS: int = CAMERAS["station_days"]
WARNING_DAYS: int = CAMERAS["deletion_warning_days"]
CONFIRM_MS: int = CAMERAS["hold_confirm_hours"] * 3_600_000
LAST_DAY = date.max.isoformat()


@dataclass(frozen=True, slots=True)
class Rule:
    """A bureau's period for a class of footage."""

    applies_to: str
    days: int
    valid_from: str
    valid_until: str = ""

    def holds_on(self, day: str) -> bool:
        """Say whether the rule is in force on a day."""
        return self.valid_from <= day <= (self.valid_until or LAST_DAY)


def period_days(classes: Collection[str], day: str, rules: Iterable[Rule]) -> int:
    """Return for how many days footage of a day is kept that belongs to these classes."""
    own: dict[str, int] = {}
    for rule in rules:
        if rule.holds_on(day):
            own[rule.applies_to] = max(rule.days, own.get(rule.applies_to, 0))
    periods = DEFAULT_DAYS | own
    return max(periods[one] for one in {"any", *classes})


def day_after(day: str, days: int) -> str:
    """Return the date so many days later, the last there is when the calendar ends before."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return LAST_DAY


def deleted_on(day: str, said: str) -> str:
    """Return when the station deletes footage of a day: as it said, else by its usual period."""
    return said or day_after(day, STATION_DAYS)


def is_needed(keep_until: str, delete_on: str, open_cases: Collection[str]) -> bool:
    """Say whether the station must be asked to hold: an open case, or a longer period than its."""
    return bool(open_cases) or keep_until > delete_on


def is_near(delete_on: str, today: str) -> bool:
    """Say whether footage is deleted within the days of warning."""
    return delete_on <= day_after(today, WARNING_DAYS)


def is_late(case_logged_at_ms: int, now_ms: int) -> bool:
    """Say whether a station has had its time to confirm the hold of a case's footage."""
    return now_ms - case_logged_at_ms > CONFIRM_MS
