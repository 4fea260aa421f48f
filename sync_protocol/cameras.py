"""Body cameras: what a file's name tells, and which stretches of time no recording covers.

Both are read by the service and by the phone, so they are tables and pure functions with vectors
(`vectors/cameras.json`). A name that fits no pattern tells nothing; it is never an error. Times in
names are what the camera's own clock showed, taken as Beijing's. Not here: whose footage it is
(`server/domain/footage.py`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sync_protocol.rules import load

CAMERAS = load("cameras")
BEIJING_MS = 8 * 3_600_000
_PATTERNS = tuple(
    re.compile(one["pattern"].replace("(?<", "(?P<"), re.ASCII) for one in CAMERAS["patterns"]
)
_TIME = ("year", "month", "day", "hour", "minute", "second")

Span = tuple[int, int]


@dataclass(frozen=True)
class NamedFile:
    """What a name says: the camera, `officer` (empty where the maker leaves it out), the start."""

    camera: str
    officer: str
    started_at_ms: int


def file_named(name: str) -> NamedFile | None:
    """Return what a file name tells by the first pattern that fits, None for an unknown name."""
    for pattern in _PATTERNS:
        found = pattern.fullmatch(name)
        started = local_ms(*(int(found[part]) for part in _TIME)) if found else None
        if found and started is not None:
            return NamedFile(found["camera"], found.groupdict().get("officer") or "", started)
    return None


def local_ms(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    """Return the milliseconds since 1970 of a moment in Beijing, None when there is no such."""
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    elapsed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    ms = elapsed // timedelta(milliseconds=1) - BEIJING_MS
    return ms if ms >= 0 else None


def uncovered(whole: Span, spans: Iterable[Span], tolerance_ms: int) -> list[Span]:
    """Return the stretches of `whole` longer than the tolerance that none of the spans covers."""
    start, end = whole
    found = []
    for first, last in sorted(spans):
        if min(first, end) - start > tolerance_ms:
            found.append((start, min(first, end)))
        start = max(start, last)
    if end - start > tolerance_ms:
        found.append((start, end))
    return found
