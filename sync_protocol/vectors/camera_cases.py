"""Cases of body cameras: names of files, and stretches that nothing covers."""

from typing import Any

Case = dict[str, Any]

NINE = 1714525200000  # 2024-05-01 09:00:00 in Beijing
MINUTE = 60_000

# (name, file name, what it tells or None)
NAMES: list[tuple[str, str, tuple[str, str, int] | None]] = [
    ("serial, officer, time", "DSJ0001_530902_20240501090000.mp4", ("DSJ0001", "530902", NINE)),
    ("serial, date, time, number", "DSJ0001_20240501_090000_0001.MP4", ("DSJ0001", "", NINE)),
    ("the same with hyphens", "DSJ0001-20240501-090000-1.avi", ("DSJ0001", "", NINE)),
    ("serial at officer", "HIK000123@530902_20240501_090000.mp4", ("HIK000123", "530902", NINE)),
    ("a serial of eight for the first maker", "DSJ00012_530902_20240501090000.mp4", None),
    ("no ending", "DSJ0001_530902_20240501090000", None),
    ("a day that is not", "DSJ0001_530902_20240230090000.mp4", None),
    ("an hour that is not", "DSJ0001_530902_20240501240000.mp4", None),
    ("before 1970", "DSJ0001_530902_19691231235959.mp4", None),
    ("a leap day", "DSJ0001_530902_20240229000000.mp4", ("DSJ0001", "530902", 1709136000000)),
    ("full-width digits", "DSJ0001_530902_２０２４0501090000.mp4", None),
    ("something before", "x/DSJ0001_530902_20240501090000.mp4", None),
    ("a newline behind", "DSJ0001_530902_20240501090000.mp4\n", None),
    ("an unknown maker", "录像一.mp4", None),
    ("nothing", "", None),
]

Span = list[int]
# (name, whole, spans, tolerance, expected) in minutes
SPANS: list[tuple[str, Span, list[Span], int, list[Span]]] = [
    ("nothing recorded", [0, 60], [], 1, [[0, 60]]),
    ("all of it", [0, 60], [[0, 60]], 1, []),
    ("more than all of it", [10, 60], [[0, 90]], 1, []),
    ("a hole in the middle", [0, 60], [[0, 20], [30, 60]], 1, [[20, 30]]),
    ("any order", [0, 60], [[30, 60], [0, 20]], 1, [[20, 30]]),
    ("a hole as long as the tolerance is none", [0, 60], [[0, 20], [21, 60]], 1, []),
    ("overlapping", [0, 60], [[0, 40], [20, 50]], 1, [[50, 60]]),
    ("one within another", [0, 60], [[0, 40], [10, 20]], 1, [[40, 60]]),
    ("before and behind", [10, 50], [[0, 5], [55, 70]], 1, [[10, 50]]),
    ("late on, early off", [0, 60], [[5, 50]], 1, [[0, 5], [50, 60]]),
    ("no time at all", [10, 10], [], 0, []),
    ("backwards", [20, 10], [], 0, []),
    ("touching", [0, 60], [[0, 30], [30, 60]], 0, []),
]


def _ms(span: Span) -> Span:
    return [part * MINUTE for part in span]


def cases() -> list[Case]:
    """Return every case of cameras.json."""
    names = [
        {
            "name": name,
            "do": "file_named",
            "file_name": text,
            "expect": dict(zip(("camera", "officer", "started_at_ms"), told, strict=True))
            if told
            else {},
        }
        for name, text, told in NAMES
    ]
    spans = [
        {
            "name": name,
            "do": "uncovered",
            "whole": _ms(whole),
            "spans": [_ms(one) for one in covered],
            "tolerance_ms": tolerance * MINUTE,
            "expect": {"spans": [_ms(one) for one in expected]},
        }
        for name, whole, covered, tolerance, expected in SPANS
    ]
    return names + spans
