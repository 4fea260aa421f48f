"""Which footage belongs to which reference: order, repetition, decisions, a day's size."""

import time
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.footage import Footage, Judged, Reference, covering, reconcile

MINUTE = 60_000
NINE = 1_714_525_200_000


def footage(name: str, start: int = 0, end: int = 30, **members: object) -> Footage:
    """A file of the first camera, from and to in minutes after nine."""
    times = (NINE + start * MINUTE, NINE + end * MINUTE)
    one = Footage(name, "一号采集站", "DSJ0001", f"{name}.mp4", *times, 1000)
    return replace(one, **members)  # type: ignore[arg-type]


def reference(name: str, start: int = 0, end: int = 30, **members: object) -> Reference:
    times = (NINE + start * MINUTE, NINE + end * MINUTE)
    return replace(Reference(name, f"of-{name}", "DSJ0001", *times), **members)  # type: ignore[arg-type]


def judged(asked: Reference, *files: Footage) -> Judged:
    return reconcile([asked], files).references[asked.id]


def test_camera_and_time_match_whatever_the_spelling_of_the_number() -> None:
    found = judged(reference("r", camera=" dsj 0001"), footage("a"))
    assert found == Judged("matched", "time", ("a",))


def test_a_recording_in_several_files_is_matched_by_all_of_them() -> None:
    files = (footage("b", 10, 20), footage("a", 0, 10), footage("c", 20, 30))
    assert judged(reference("r"), *files) == Judged("matched", "time", ("a", "b", "c"))


def test_the_declared_offset_moves_the_cameras_clock() -> None:
    late = footage("a", 60, 90)
    assert judged(reference("r"), late).outcome == "missing"
    assert judged(reference("r", offset_ms=60 * MINUTE), late).outcome == "matched"


def test_a_stretch_without_footage_is_a_gap_by_the_phones_clock() -> None:
    files = (footage("a", 60, 70), footage("b", 75, 90))
    found = judged(reference("r", offset_ms=60 * MINUTE), *files)
    assert found.outcome == "gap"
    assert found.gaps == ((NINE + 10 * MINUTE, NINE + 15 * MINUTE),)


def test_two_different_files_of_the_same_minutes_are_ambiguous() -> None:
    found = judged(reference("r"), footage("a"), footage("b"))
    assert found == Judged("ambiguous", suggested=("a", "b"))


def test_a_copy_at_a_second_station_is_no_contradiction() -> None:
    copies = (footage("a", sha256="ab" * 32), footage("b", sha256="ab" * 32))
    assert judged(reference("r"), *copies) == Judged("matched", "time", ("a", "b"))


def test_the_officers_number_chooses_between_files() -> None:
    files = (footage("a", officer="530901"), footage("b", officer="530902"))
    found = judged(reference("r", officer="530902"), *files)
    assert found == Judged("matched", "time", ("b",))


def test_a_known_hash_finds_the_file_wherever_it_lies() -> None:
    found = judged(reference("r", sha256="ab" * 32), footage("a", camera="X", sha256="ab" * 32))
    assert found == Judged("matched", "hash", ("a",))


def test_another_hash_at_the_same_time_is_a_mismatch() -> None:
    found = judged(reference("r", sha256="ab" * 32), footage("a", sha256="cd" * 32))
    assert found == Judged("hash_mismatch", "time", ("a",))


def test_a_named_file_is_that_file_and_no_other() -> None:
    asked = reference("r", file_name="A.MP4")
    assert judged(asked, footage("a"), footage("b")) == Judged("matched", "name", ("a",))
    assert judged(asked, footage("b")) == Judged("missing", suggested=("b",))


def test_what_a_person_decided_goes_first_and_can_be_decided_again() -> None:
    files = (footage("a"), footage("b"))
    confirmed = reference("r", confirmed=frozenset({"b"}))
    assert judged(confirmed, *files) == Judged("matched", "person", ("b",))
    rejected = reference("r", rejected=frozenset({"a"}))
    assert judged(rejected, *files) == Judged("matched", "time", ("b",))
    assert judged(reference("r", rejected=frozenset("ab")), *files) == Judged("missing")
    assert judged(reference("r"), *files).outcome == "ambiguous"


def test_one_file_for_the_same_minutes_of_two_inspections_is_ambiguous_for_both() -> None:
    found = reconcile([reference("r"), reference("s", 10, 20)], [footage("a")])
    assert {one.outcome for one in found.references.values()} == {"ambiguous"}
    assert found.unclaimed == ()


def test_one_long_file_serves_two_visits_one_after_the_other() -> None:
    found = reconcile([reference("r", 0, 10), reference("s", 20, 30)], [footage("a")])
    assert {one.outcome for one in found.references.values()} == {"matched"}


def test_two_officers_of_one_inspection_may_name_the_same_minutes() -> None:
    asked = [reference("r", inspection="i"), reference("s", inspection="i")]
    found = reconcile(asked, [footage("a")])
    assert {one.outcome for one in found.references.values()} == {"matched"}


def test_footage_without_a_reference_is_unclaimed_in_order_of_time() -> None:
    found = reconcile([reference("r")], [footage("c", 200, 210), footage("b", 100, 110)])
    assert found.unclaimed == ("b", "c")
    assert found.counts()["unclaimed"] == 2


def test_a_finding_is_shown_what_ran_at_its_moment() -> None:
    spans = [("a", 0, 10), ("b", 5, 15), ("c", 11, 12)]
    moments = [("late", 20), ("edge", 10), ("first", 0)]
    found = covering(moments, spans)
    assert found == {"late": (), "edge": ("a", "b"), "first": ("a",)}


minutes = st.integers(0, 120)
hashes = st.sampled_from(["", "ab" * 32, "cd" * 32])
cameras = st.sampled_from(["DSJ0001", "dsj0002"])


@st.composite
def files(draw: st.DrawFn) -> Footage:
    start = draw(minutes)
    name = draw(st.sampled_from("abcdefgh"))
    return footage(
        f"{name}{start}{draw(st.integers(0, 3))}", start, start + draw(st.integers(0, 60)),
        camera=draw(cameras), sha256=draw(hashes), file_name=f"{name}.mp4",
        officer=draw(st.sampled_from(["", "1", "2"])),
    )  # fmt: skip


@st.composite
def references(draw: st.DrawFn) -> Reference:
    start = draw(minutes)
    ids = st.frozensets(st.sampled_from(["a00", "b10", "c20", "a51"]), max_size=1)
    return reference(
        f"r{draw(st.integers(0, 9))}", start, start + draw(st.integers(0, 60)),
        camera=draw(cameras), inspection=draw(st.sampled_from("xyz")), sha256=draw(hashes),
        file_name=draw(st.sampled_from(["", "a.mp4", "B.MP4", "z.mp4"])),
        officer=draw(st.sampled_from(["", "1"])), offset_ms=draw(st.integers(-5, 5)) * MINUTE,
        confirmed=draw(ids), rejected=draw(ids),
    )  # fmt: skip


def unique(things: Sequence[Footage | Reference]) -> list[Footage | Reference]:
    return list({one.id: one for one in things}.values())


@settings(max_examples=150, deadline=None)
@given(st.lists(references(), max_size=12), st.lists(files(), max_size=25), st.randoms())
def test_the_order_of_arrival_changes_nothing(
    asked: list[Reference], known: list[Footage], chance: object
) -> None:
    asked, known = unique(asked), unique(known)  # type: ignore[arg-type, assignment]
    first = reconcile(asked, known)
    chance.shuffle(asked)  # type: ignore[attr-defined]
    chance.shuffle(known)  # type: ignore[attr-defined]
    assert reconcile(asked, known) == first
    assert reconcile([*asked, *asked], [*known, *known]) == first


@settings(max_examples=150, deadline=None)
@given(st.lists(references(), max_size=12), st.lists(files(), max_size=25))
def test_confirming_what_was_proposed_keeps_it(
    asked: list[Reference], known: list[Footage]
) -> None:
    asked, known = unique(asked), unique(known)  # type: ignore[arg-type, assignment]
    first = reconcile(asked, known)
    confirmed = [
        replace(one, confirmed=frozenset(first.references[one.id].footage) or one.confirmed)
        for one in asked
    ]
    again = reconcile(confirmed, known)
    for name, one in first.references.items():
        assert again.references[name].footage == one.footage
    assert again.unclaimed == first.unclaimed


@settings(max_examples=100, deadline=None)
@given(st.lists(references(), max_size=8), st.lists(files(), max_size=15))
def test_the_sweep_finds_what_comparing_all_with_all_finds(
    asked: list[Reference], known: list[Footage]
) -> None:
    asked, known = unique(asked), unique(known)  # type: ignore[arg-type, assignment]
    plain = [
        replace(one, file_name="", sha256="", confirmed=frozenset(), rejected=frozenset())
        for one in asked
    ]
    found = reconcile(plain, known)
    for one in plain:
        start, end = one.by_camera
        during = {
            file.id
            for file in known
            if file.camera.upper() == one.camera.upper()  # type: ignore[union-attr]
            and file.started_at_ms < end
            and file.ended_at_ms > start
        }
        judged_as = found.references[one.id]
        shown = {*judged_as.footage, *judged_as.suggested}
        assert (
            shown <= during
            if during
            else judged_as.outcome in {"missing", "gap", "matched", "ambiguous"}
        )
        assert judged_as.outcome != "missing" or not during


def a_day(references_wanted: int, files_wanted: int) -> tuple[list[Reference], list[Footage]]:
    """A city's day: cameras that run ten minutes a file, visits of some of them."""
    known = [
        footage(f"f{n}", (n // 500) * 10, (n // 500) * 10 + 10, camera=f"DSJ{n % 500:04}")
        for n in range(files_wanted)
    ]
    asked = [
        reference(f"r{n}", (n // 500) * 40, (n // 500) * 40 + 35, camera=f"dsj{n % 500:04}")
        for n in range(references_wanted)
    ]
    return asked, known


def test_a_day_of_20000_files_and_2000_references_takes_two_seconds_at_most() -> None:
    asked, known = a_day(2000, 20000)
    started = time.process_time()
    found = reconcile(asked, known)
    took = time.process_time() - started
    assert {one.outcome for one in found.references.values()} == {"matched"}
    assert took < 2


def test_a_hostile_day_of_one_camera_and_one_minute_stays_bounded() -> None:
    known = [footage(f"f{n}", 0, 1) for n in range(20000)]
    asked = [reference(f"r{n}", 0, 1) for n in range(2000)]
    started = time.process_time()
    found = reconcile(asked, known)
    assert {one.outcome for one in found.references.values()} == {"ambiguous"}
    assert time.process_time() - started < 5
