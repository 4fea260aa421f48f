"""What is known of recordings: the log's references beside the stations' footage, judged anew.

Nothing here is stored: `domain.footage` judges again whenever somebody asks, over what the log says
now, so that references, manifests and decisions may come in any order. A city's answer covers its
counties; a county's footage may lie at the city's station, whose other rows it is not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Text, func, or_, select

from server.domain.authority import SPAN_OF_BUREAUS, field
from server.domain.footage import (
    Footage,
    Judged,
    Reconciliation,
    Reference,
    camera_key,
    covering,
    reconcile,
)
from server.domain.guards import day_of
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.bulk import one_of
from server.storage.database import reading
from server.storage.footage_tables import FootageRow
from server.storage.log_tables import Entity
from sync_protocol.cameras import CAMERAS
from sync_protocol.rules import LIMITS

SLACK_MS: int = CAMERAS["slack_ms"]
OPEN_MS: int = CAMERAS["open_reference_ms"]
LONGEST_MS: int = CAMERAS["longest_file_ms"]
PAGE = LIMITS["footage_rows"]
RowJson = dict[str, Any]


def page(
    runtime: Runtime, space: str, from_ms: int, until_ms: int, outcome: str, skip: int, limit: int
) -> dict[str, Any]:
    """Return the references and the unclaimed footage of a time, and how many of each outcome."""
    with reading(runtime.engine) as connection:
        size = log_store.head(connection).size
        seen = Seen(connection, space, from_ms, until_ms, unclaimed=True)
    entries = seen.entries()
    wanted = [one for one in entries if outcome in ("", one["outcome"])]
    shown = wanted[skip : skip + min(limit, PAGE)]
    more = skip + len(shown) < len(wanted)
    return {
        "complete_through": size,
        "counts": seen.found.counts(),
        "total": len(wanted),
        "entries": shown,
        "footage": seen.shown(shown),
    } | ({"next": skip + len(shown)} if more else {})


def of_inspection(runtime: Runtime, inspection: str) -> dict[str, Any]:
    """Return what is known of one inspection's recordings, and which cover each of its findings."""
    with reading(runtime.engine) as connection:
        wire = log_store.rows(connection, [f"inspection/{inspection}"]).get(
            f"inspection/{inspection}"
        )
        if wire is None:
            raise Problem("not_found")
        row = _decoded(wire[1])
        clips = rows_named(connection, _members(row, "clips", "clip"))
        spans = [_range(clip) for clip in clips]
        start = min((span[0] for span in spans), default=row["created"]["at_ms"])
        end = max((span[1] for span in spans), default=start)
        seen = Seen(connection, row["space"], start, end + 1, unclaimed=False)
        findings = rows_named(connection, _members(row, "findings", "finding"))
    entries = [one for one in seen.entries() if one.get("inspection") == inspection]
    return {
        "entries": entries,
        "footage": seen.shown(entries),
        "covering": seen.covering(entries, findings),
    }


class Seen:
    """References and footage of a space and a time, judged.

    Unless `unclaimed` is wanted only footage is read that a reference could mean.
    """

    def __init__(
        self, connection: Connection, space: str, from_ms: int, until_ms: int, *, unclaimed: bool
    ) -> None:
        tree = _tree(connection)
        self.own = {one for one in tree if space in _upwards(tree, one)} | {space}
        around = (from_ms - LONGEST_MS, until_ms + LONGEST_MS)
        offsets = _offsets(connection, self.own)
        officers = _officer_numbers(connection)
        self._asked = {
            one.id: one
            for one in (
                _reference(row, offsets, officers)
                for row in rows_of_spaces(connection, "clip", self.own)
            )
            if one.ended_at_ms >= around[0] and one.started_at_ms <= around[1]
        }
        self.visible = self.own | set(_upwards(tree, space))
        wanted = None if unclaimed else list(self._asked.values())
        self._rows = _footage(connection, self.visible, *around, wanted)
        self.found = _within(
            reconcile(self._asked.values(), (one for one, _ in self._rows.values())),
            self._asked, self._rows, self.own, from_ms, until_ms,
        )  # fmt: skip

    def judged(self) -> Iterable[tuple[Reference, Judged]]:
        """Return each reference within the time with what is proposed for it."""
        return ((self._asked[name], one) for name, one in self.found.references.items())

    def row(self, footage: str) -> Any:
        """Return the table's row of a footage id, None when it is not in this time."""
        found = self._rows.get(footage)
        return found[1] if found else None

    def entries(self) -> list[dict[str, Any]]:
        """Return references and unclaimed footage by time, as they travel."""
        entries = [_entry(asked, one) for asked, one in self.judged()]
        for name in self.found.unclaimed:
            one = self._rows[name][0]
            entries.append(
                {
                    "outcome": "unclaimed",
                    "camera": one.camera,
                    "started_at_ms": one.started_at_ms,
                    "ended_at_ms": one.ended_at_ms,
                    "footage": [name],
                }
            )
        return sorted(
            entries, key=lambda one: (one["started_at_ms"], one.get("clip", ""), one["footage"])
        )

    def shown(self, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the footage that entries name, by id."""
        named = {name for one in entries for name in (*one["footage"], *one.get("suggested", ()))}
        there = sorted(named & self._rows.keys())
        return {name: footage_json(self._rows[name][1]) for name in there}

    def covering(
        self, entries: Sequence[Mapping[str, Any]], findings: Sequence[RowJson]
    ) -> dict[str, list[str]]:
        """Return, per finding, the footage that ran when it was recorded, by the phone's clock."""
        spans = []
        for entry in entries:
            for name in (*entry["footage"], *entry["suggested"]):
                if name in self._rows:
                    one, shift = self._rows[name][0], entry["offset_ms"]
                    spans.append((name, one.started_at_ms - shift, one.ended_at_ms - shift))
        moments = [(one["entity"].partition("/")[2], one["created"]["at_ms"]) for one in findings]
        return {name: sorted(set(found)) for name, found in covering(moments, spans).items()}


def footage_json(row: Any) -> dict[str, Any]:
    """Return a row of `footage` as it travels."""
    names = (
        *("station", "camera", "file_name", "started_at_ms", "ended_at_ms", "size_bytes"),
        *("sha256", "officer", "delete_on", "manifest", "line"),
    )
    return {name: getattr(row, name) for name in names}


def _entry(asked: Reference, one: Judged) -> dict[str, Any]:
    return {
        "outcome": one.outcome,
        "by": one.by,
        "clip": asked.id,
        "inspection": asked.inspection,
        "camera": asked.camera,
        "started_at_ms": asked.started_at_ms,
        "ended_at_ms": asked.ended_at_ms,
        "offset_ms": asked.offset_ms,
        "footage": list(one.footage),
        "suggested": list(one.suggested),
        "gaps": [list(span) for span in one.gaps],
    }


def _within(
    found: Reconciliation, asked: Mapping[str, Reference], rows: Mapping[str, tuple[Footage, Any]],
    own: set[str], from_ms: int, until_ms: int,
) -> Reconciliation:  # fmt: skip
    """Keep what overlaps the time asked for; what lies around it was only there to judge with."""
    references = {
        name: one
        for name, one in found.references.items()
        if asked[name].ended_at_ms >= from_ms and asked[name].started_at_ms < until_ms
    }
    left = tuple(
        name
        for name in found.unclaimed
        if rows[name][1].space in own
        and rows[name][0].ended_at_ms >= from_ms
        and rows[name][0].started_at_ms < until_ms
    )
    return Reconciliation(references, left)


def _decoded(wire: str) -> RowJson:
    row: RowJson = msgspec.json.decode(wire)
    return row


def _members(row: RowJson, name: str, kind: str) -> list[str]:
    return [f"{kind}/{one['id']}" for one in row["sets"].get(name, ())]


def rows_named(connection: Connection, entities: Iterable[str]) -> list[RowJson]:
    """Return those of the rows that exist."""
    found = log_store.rows(connection, list(entities))
    return [_decoded(wire) for _, wire in found.values()]


def rows_of_spaces(connection: Connection, kind: str, spaces: Iterable[str]) -> list[RowJson]:
    """Return the rows of a kind in spaces, in log order."""
    query = (
        select(Entity.wire)
        .where(
            Entity.entity > f"{kind}/",
            Entity.entity < f"{kind}/~",
            one_of(connection, Entity.space, sorted(spaces)),
        )
        .order_by(Entity.index, Entity.entity)
    )
    return [_decoded(wire) for wire in connection.execute(query).scalars()]


def _range(row: RowJson) -> tuple[int, int]:
    start = _number(row, "started_at_ms")
    end = _number(row, "stopped_at_ms") or start + OPEN_MS
    return start, max(start, end)


def _number(row: RowJson, name: str) -> int:
    value = field(row, name)
    return value if isinstance(value, int) else 0


def _text(row: RowJson | None, name: str) -> str:
    return str(field(row, name) or "")


def _reference(
    row: RowJson, offsets: Mapping[tuple[str, str], int], officers: Mapping[str, str]
) -> Reference:
    start, end = _range(row)
    camera = _text(row, "camera")
    members = {
        name: frozenset(one["id"] for one in row["sets"].get(name, ()))
        for name in ("footage", "not_footage")
    }
    return Reference(
        id=row["entity"].partition("/")[2],
        inspection=_text(row, "inspection"),
        camera=camera,
        started_at_ms=start,
        ended_at_ms=end,
        offset_ms=offsets.get((camera_key(camera), day_of(start)), 0),
        officer=officers.get(_text(row, "officer"), ""),
        file_name=_text(row, "file_name"),
        sha256=_text(row, "sha256"),
        confirmed=members["footage"],
        rejected=members["not_footage"],
    )


def _offsets(connection: Connection, spaces: set[str]) -> dict[tuple[str, str], int]:
    """Return the clock's offset by camera and day in Beijing; the newest declaration counts."""
    return {
        (camera_key(_text(row, "camera")), _text(row, "date")): _number(row, "offset_ms")
        for row in rows_of_spaces(connection, "clock", spaces)
        if field(row, "date") is not None
    }


def _officer_numbers(connection: Connection) -> dict[str, str]:
    """Return the licence number by person: what makers write into names where a bureau agreed."""
    people = log_store.rows_of_kind(connection, "person")
    found = {name.partition("/")[2]: _decoded(wire) for name, (_, wire) in people.items()}
    return {name: _text(row, "licence_number") for name, row in found.items()}


def _footage(
    connection: Connection,
    spaces: set[str],
    from_ms: int,
    until_ms: int,
    wanted: Sequence[Reference] | None,
) -> dict[str, tuple[Footage, Any]]:
    """Return the footage of a time; with `wanted` only what one of these could mean."""
    query = select(FootageRow.__table__).where(
        one_of(connection, FootageRow.space, sorted(spaces)),
        FootageRow.ended_at_ms >= from_ms,
        FootageRow.started_at_ms <= until_ms,
    )
    if wanted is not None:
        query = query.where(_could_mean(connection, wanted))
    return {row.footage: (_file(row), row) for row in connection.execute(query)}


def _could_mean(connection: Connection, wanted: Sequence[Reference]) -> ColumnElement[bool]:
    cameras = {camera_key(one.camera) for one in wanted}
    names = {one.file_name.lower() for one in wanted if one.file_name}
    hashes = {one.sha256 for one in wanted if one.sha256}
    decided = {footage for one in wanted for footage in one.confirmed}
    return or_(
        one_of(connection, FootageRow.camera, sorted(cameras)),
        one_of(connection, func.lower(FootageRow.file_name, type_=Text), sorted(names)),
        one_of(connection, FootageRow.sha256, sorted(hashes)),
        one_of(connection, FootageRow.footage, sorted(decided)),
    )


def _file(row: Any) -> Footage:
    return Footage(
        row.footage, row.station, row.camera, row.file_name, row.started_at_ms, row.ended_at_ms,
        row.size_bytes, row.sha256, row.officer,
    )  # fmt: skip


def _tree(connection: Connection) -> dict[str, str]:
    """Return the bureau above each bureau."""
    found = log_store.rows_of_kind(connection, "bureau")
    return {
        name.partition("/")[2]: _text(_decoded(wire), "parent") for name, (_, wire) in found.items()
    }


def _upwards(tree: Mapping[str, str], space: str) -> list[str]:
    """Return a bureau and those above it."""
    found: list[str] = []
    while space in tree and space not in found and len(found) < SPAN_OF_BUREAUS:
        found.append(space)
        space = tree[space]
    return found
