"""Phones an hour, a year and a negative year off: nothing is lost or ordered by them."""

from collections.abc import Callable
from typing import Any

import pytest

from server.services import queries
from tests.support.authors import DAY_MS, Author, Office, finding_body, inspection_begun

HOUR_MS = 3_600_000
YEAR_MS = 365 * DAY_MS
OFF = {
    "right": 0,
    "an hour ahead": HOUR_MS,
    "an hour behind": -HOUR_MS,
    "a year ahead": YEAR_MS,
    "a year behind": -YEAR_MS,
    "before 1970": -70 * YEAR_MS,
}
Write = Callable[[str, dict[str, Any]], Any]


def wrong(author: Author, off_ms: int) -> Write:
    """Return `author.op` on a phone whose wall clock is off; its running clock runs as ever."""

    def write(kind: str, body: dict[str, Any]) -> Any:
        wall_ms = author.clock.now_ms() + off_ms
        time = {"boot": "0a" * 8, "mono_ms": author.seq * 1000, "wall_ms": wall_ms}
        return author.op(kind, body, time=time)

    return write


@pytest.fixture
def officers(office: Office) -> tuple[Author, Author]:
    return office.person("ann"), office.person("ben")


@pytest.mark.parametrize("off_ms", OFF.values(), ids=OFF)
def test_a_day_of_work_takes_effect_whatever_the_clock_says(
    office: Office, officers: tuple[Author, Author], off_ms: int
) -> None:
    ann, _ = officers
    inspection = inspection_begun(office, *officers)
    write = wrong(ann, off_ms)
    finding = finding_body(ann, inspection)
    office.apply(create := write("finding.create", finding))
    change = {"field": "place", "value": "二号车间", "replaces": [create.id]}
    office.apply(write("finding.edit", {"finding": finding["finding"], "changes": [change]}))
    entries = queries.timeline(office.runtime, f"finding/{finding['finding']}")["entries"][::-1]
    assert [entry["ruling"]["outcome"] for entry in entries] == ["applied", "applied"]
    flags = {flag for entry in entries for flag in entry["ruling"]["flags"]}
    assert flags == ({"clock_off"} if off_ms > 0 else set())
    assert [entry["server_at_ms"] for entry in entries] == [office.clock.now_ms()] * 2


@pytest.mark.parametrize("off_ms", [YEAR_MS, -YEAR_MS], ids=["first ahead", "first behind"])
def test_which_of_two_concurrent_texts_is_shown_follows_the_log_and_no_clock(
    office: Office, officers: tuple[Author, Author], off_ms: int
) -> None:
    ann, ben = officers
    inspection = inspection_begun(office, *officers)
    create = ann.op("finding.create", finding_body(ann, inspection))
    office.apply(create)
    finding = str(create.body["finding"])

    def edit(write: Write, value: str) -> Any:
        change = {"field": "place", "value": value, "replaces": [create.id]}
        return write("finding.edit", {"finding": finding, "changes": [change]})

    first = edit(wrong(ann, off_ms), "东侧")
    second = edit(wrong(ben, -off_ms), "西侧")
    assert office.rule(first) == ("applied", "")
    assert office.rule(second) == ("conflict", "field_contested")
    row = queries.row(office.runtime, f"finding/{finding}")
    assert row is not None
    place = row["fields"]["place"]
    assert (place["v"], [other["v"] for other in place["others"]]) == ("西侧", ["东侧"])
    entries = queries.timeline(office.runtime, f"finding/{finding}")["entries"][::-1]
    assert [entry["op"] for entry in entries] == [create.id, first.id, second.id]


def test_the_checkpoint_a_phone_had_seen_bounds_its_ops_from_below(
    office: Office, officers: tuple[Author, Author]
) -> None:
    ann, _ = officers
    inspection = inspection_begun(office, *officers)
    logged_ms = office.clock.now_ms()
    office.see(ann)
    office.clock.advance(HOUR_MS)
    office.apply(wrong(ann, -YEAR_MS)("finding.create", finding := finding_body(ann, inspection)))
    (entry,) = queries.timeline(office.runtime, f"finding/{finding['finding']}")["entries"]
    assert (entry["seen_at_ms"], entry["server_at_ms"]) == (logged_ms, logged_ms + HOUR_MS)


def test_a_checkpoint_this_log_never_signed_bounds_nothing(
    office: Office, officers: tuple[Author, Author]
) -> None:
    ann, _ = officers
    inspection = inspection_begun(office, *officers)
    office.see(ann)
    true = dict(ann.seen)
    finding = finding_body(ann, inspection)
    office.apply(create := ann.op("finding.create", finding))
    change = {"field": "place", "value": "二号车间", "replaces": [create.id]}
    edit = {"finding": finding["finding"], "changes": [change]}
    for forged in ({"root": "e" * 64}, {"size": 10**9}, {"origin": f"{true['origin']}7"}):
        ann.seen = true | forged
        office.push(ann.op("finding.edit", edit))
    entries = queries.timeline(office.runtime, f"finding/{finding['finding']}")["entries"][::-1]
    assert [("seen_at_ms" in entry) for entry in entries] == [True, False, False, False]
