"""Which footage of the docking stations belongs to which reference: a proposal, made from scratch.

Pure and re-runnable: the answer depends on what is known, never on the order in which it came.
References and footage of a camera are swept together once by time, so that a day of 20,000 files
and 2,000 references takes a fraction of a second; a reference that more than `candidates_kept`
files could belong to is ambiguous, whatever they are. What a person decided goes before anything
that is proposed here, and may be decided again. Nothing is written. Times of a reference are the
phone's, times of footage the camera's; `offset_ms` is how far the camera's clock is ahead.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sync_protocol.cameras import CAMERAS, Span, uncovered

T = TypeVar("T")

SLACK_MS: int = CAMERAS["slack_ms"]
GAP_MS: int = CAMERAS["gap_ms"]
KEPT: int = CAMERAS["candidates_kept"]
OUTCOMES = tuple(CAMERAS["outcomes"])


@dataclass(frozen=True, slots=True)
class Footage:
    """One file at a station, as its manifest reports it; texts are empty where it says nothing."""

    id: str
    station: str
    camera: str
    file_name: str
    started_at_ms: int
    ended_at_ms: int
    size_bytes: int
    sha256: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """What an officer recorded about a recording, and what people decided about its footage."""

    id: str
    inspection: str
    camera: str
    started_at_ms: int
    ended_at_ms: int
    offset_ms: int = 0
    officer: str = ""
    file_name: str = ""
    sha256: str = ""
    confirmed: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()

    @property
    def by_camera(self) -> Span:
        """Return the range as the camera's clock shows it."""
        return self.started_at_ms + self.offset_ms, self.ended_at_ms + self.offset_ms


@dataclass(frozen=True, slots=True)
class Judged:
    """What is proposed for a reference.

    `by` says what it rests on: person, hash, name, time, or nothing. `suggested` are files that
    could be meant where none is proposed. `gaps` are stretches without footage, by the phone.
    """

    outcome: str
    by: str = ""
    footage: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    gaps: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What is proposed for each reference, and the footage no reference claims, by time."""

    references: Mapping[str, Judged]
    unclaimed: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return how many there are of each outcome."""
        found = Counter(one.outcome for one in self.references.values())
        return {name: found[name] for name in OUTCOMES} | {"unclaimed": len(self.unclaimed)}


def camera_key(camera: str) -> str:
    """Return a camera's number as it is compared: people write it with spaces and in any case."""
    return "".join(camera.split()).upper()


def reconcile(references: Iterable[Reference], footage: Iterable[Footage]) -> Reconciliation:
    """Judge every reference against all footage."""
    asked = {one.id: one for one in references}
    known = _Known({one.id: one for one in footage})
    at_the_time = _candidates(asked.values(), known.by_id.values())
    judged = {one: known.judge(asked[one], at_the_time.get(one, ())) for one in sorted(asked)}
    for contested in _contested(asked, judged):
        one = judged[contested]
        judged[contested] = Judged("ambiguous", suggested=one.footage)
    claimed = {one for each in judged.values() for one in (*each.footage, *_disputed(each))}
    left = sorted(
        (one for one in known.by_id.values() if one.id not in claimed),
        key=lambda one: (one.started_at_ms, one.id),
    )
    return Reconciliation(judged, tuple(one.id for one in left))


def _disputed(judged: Judged) -> tuple[str, ...]:
    """An ambiguous reference may well claim what it could mean; a missing one claims nothing."""
    return judged.suggested if judged.outcome == "ambiguous" else ()


class _Known:
    """The footage, found by hash and by name."""

    def __init__(self, by_id: dict[str, Footage]) -> None:
        self.by_id = by_id
        self._by_hash: defaultdict[str, list[Footage]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Footage]] = defaultdict(list)
        for one in sorted(by_id.values(), key=_in_time):
            self._by_name[one.file_name.casefold()].append(one)
            if one.sha256:
                self._by_hash[one.sha256].append(one)

    def judge(self, asked: Reference, at_the_time: Sequence[Footage]) -> Judged:
        """Judge one reference: by person, else by hash, else by name, else by camera and time."""
        confirmed = [self.by_id[one] for one in sorted(asked.confirmed) if one in self.by_id]
        if confirmed:
            return _covering(asked, confirmed, "person")
        if len(at_the_time) > KEPT:
            at_the_time = at_the_time[:KEPT]
            crowded = True
        else:
            crowded = False
        near = [one for one in at_the_time if one.id not in asked.rejected]
        if asked.sha256:
            same = [one for one in self._by_hash[asked.sha256] if one.id not in asked.rejected]
            if same:
                return _covering(asked, same[:KEPT], "hash")
        if asked.file_name:
            return self._named(asked, near)
        chosen = _overlapping(asked, near) or near
        if not chosen:
            return Judged("missing")
        if crowded or _contradicting(chosen):
            narrowed = [one for one in chosen if asked.officer and one.officer == asked.officer]
            if crowded or not narrowed or _contradicting(narrowed):
                return Judged("ambiguous", suggested=_ids(chosen))
            chosen = narrowed
        return _covering(asked, chosen, "time")

    def _named(self, asked: Reference, near: Sequence[Footage]) -> Judged:
        same = [
            one for one in self._by_name[asked.file_name.casefold()] if one.id not in asked.rejected
        ]
        if not same:
            return Judged("missing", suggested=_ids(near))
        if len({_copy_of(one) for one in same}) > 1:
            return Judged("ambiguous", suggested=_ids(same[:KEPT]))
        return _covering(asked, same[:KEPT], "name")


def _covering(asked: Reference, chosen: Sequence[Footage], by: str) -> Judged:
    """Return matched, or what is wrong with it: another hash, or stretches without footage."""
    ids = _ids(chosen)
    hashes = {one.sha256 for one in chosen if one.sha256}
    if asked.sha256 and hashes and asked.sha256 not in hashes:
        return Judged("hash_mismatch", by, ids)
    spans = [(one.started_at_ms, one.ended_at_ms) for one in chosen]
    missing = uncovered(asked.by_camera, spans, GAP_MS)
    gaps = tuple((first - asked.offset_ms, last - asked.offset_ms) for first, last in missing)
    return Judged("gap" if gaps else "matched", by, ids, gaps=gaps)


def _ids(footage: Iterable[Footage]) -> tuple[str, ...]:
    return tuple(one.id for one in sorted(footage, key=_in_time))


def _in_time(one: Footage) -> tuple[int, int, str]:
    return one.started_at_ms, one.ended_at_ms, one.id


def _copy_of(one: Footage) -> tuple[object, ...]:
    """Return what copies of one file share: two stations may report the same recording."""
    return (one.sha256,) if one.sha256 else (one.file_name, one.started_at_ms, one.size_bytes)


def _overlapping(asked: Reference, near: Iterable[Footage]) -> list[Footage]:
    """Return the footage that runs during the reference, not merely within the slack beside it."""
    start, end = asked.by_camera
    return [one for one in near if one.started_at_ms < end and one.ended_at_ms > start]


def _contradicting(chosen: Sequence[Footage]) -> bool:
    """Say whether two different files of one camera claim the same minutes."""
    latest, owner = -1, None
    for one in sorted(chosen, key=_in_time):
        if owner is not None and latest - one.started_at_ms > SLACK_MS and owner != _copy_of(one):
            return True
        if one.ended_at_ms > latest:
            latest, owner = one.ended_at_ms, _copy_of(one)
    return False


def _candidates(
    references: Iterable[Reference], footage: Iterable[Footage]
) -> dict[str, list[Footage]]:
    """Return, per reference, the files of its camera within its time and the slack, by time.

    At most one more than `KEPT` each: then it is crowded, and the sweep goes on without it.
    """
    cameras: defaultdict[str, tuple[list[Reference], list[Footage]]]
    cameras = defaultdict(lambda: ([], []))
    for reference in references:
        cameras[camera_key(reference.camera)][0].append(reference)
    for file in footage:
        if (key := camera_key(file.camera)) in cameras:
            cameras[key][1].append(file)
    found: dict[str, list[Footage]] = {}
    for asked, files in cameras.values():
        _sweep(asked, files, found)
    for near in found.values():
        near.sort(key=_in_time)
    return found


def _sweep(
    asked: Sequence[Reference], files: Sequence[Footage], found: dict[str, list[Footage]]
) -> None:
    """Pair what overlaps: everything starts once, in order of time, and meets what still runs."""
    starts: list[tuple[int, int, str, Reference | Footage]] = []
    starts += [(one.by_camera[0] - SLACK_MS, 0, one.id, one) for one in asked]
    starts += [(one.started_at_ms, 1, one.id, one) for one in files]
    starts.sort(key=lambda start: start[:3])
    running_asked: list[tuple[int, str, Reference]] = []
    running_files: list[tuple[int, str, Footage]] = []
    for at_ms, _, _, one in starts:
        _ended(running_asked, at_ms)
        _ended(running_files, at_ms)
        if isinstance(one, Reference):
            near = found.setdefault(one.id, [])
            near += [file for _, _, file in running_files[: KEPT + 1]]
            if len(near) <= KEPT:
                heapq.heappush(running_asked, (one.by_camera[1] + SLACK_MS, one.id, one))
            continue
        heapq.heappush(running_files, (one.ended_at_ms + SLACK_MS, one.id, one))
        crowded = False
        for _, reference, _ in running_asked:
            found[reference].append(one)
            crowded = crowded or len(found[reference]) > KEPT
        if crowded:
            running_asked = [each for each in running_asked if len(found[each[1]]) <= KEPT]
            heapq.heapify(running_asked)


def _ended(running: list[tuple[int, str, T]], at_ms: int) -> None:
    while running and running[0][0] <= at_ms:
        heapq.heappop(running)


def _contested(asked: Mapping[str, Reference], judged: Mapping[str, Judged]) -> set[str]:
    """Return references that claim the same minutes of the same file for different inspections."""
    claims: defaultdict[str, list[Reference]] = defaultdict(list)
    for name, one in judged.items():
        for footage in one.footage:
            claims[footage].append(asked[name])
    found = set()
    for claimants in claims.values():
        if len({one.inspection for one in claimants}) > 1:
            found |= _meeting(claimants)
    return {one for one in found if judged[one].by != "person"}


def _meeting(claimants: Sequence[Reference]) -> set[str]:
    """Return those that overlap one of another inspection by more than the slack."""
    ordered = sorted(claimants, key=lambda one: (one.by_camera, one.id))
    met: set[str] = set()
    latest: dict[str, int] = {}  # of the two inspections that run longest
    for one in ordered:
        start, end = one.by_camera
        if any(until - SLACK_MS > start for of, until in latest.items() if of != one.inspection):
            met.add(one.id)
        latest[one.inspection] = max(end, latest.get(one.inspection, end))
        if len(latest) > 2:
            del latest[min(latest, key=lambda of: (latest[of], of))]
    following: dict[str, int] = {}  # the next start of the two inspections that begin next
    for one in reversed(ordered):
        start, end = one.by_camera
        if any(end - SLACK_MS > after for of, after in following.items() if of != one.inspection):
            met.add(one.id)
        following[one.inspection] = start
        if len(following) > 2:
            del following[max(following, key=lambda of: (following[of], of))]
    return met


def covering(
    moments: Iterable[tuple[str, int]], spans: Iterable[tuple[str, int, int]]
) -> dict[str, tuple[str, ...]]:
    """Return, per named moment, the named spans that it falls into; both ends count."""
    begins = sorted(spans, key=lambda span: (span[1], span[0]))
    running: list[tuple[int, str]] = []
    found, position = {}, 0
    for name, at_ms in sorted(moments, key=lambda moment: (moment[1], moment[0])):
        while position < len(begins) and begins[position][1] <= at_ms:
            span, _, end = begins[position]
            heapq.heappush(running, (end, span))
            position += 1
        while running and running[0][0] < at_ms:
            heapq.heappop(running)
        found[name] = tuple(sorted(span for _, span in running))
    return found
