"""What stations must hold: footage of open cases, and what they would delete too early.

Derived on request from the log and the manifests. A case is an alarm once its footage is not
confirmed as held `hold_confirm_hours` after the log had the case; footage that is needed and about
to be deleted is a warning before that. Not here: the periods (`domain.retention`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from server.domain import retention
from server.domain.authority import COMMON, field
from server.domain.guards import day_of
from server.domain.retention import Rule
from server.services.recordings import RowJson, Seen, footage_json, rows_named, rows_of_spaces
from server.services.runtime import Runtime
from server.storage.bulk import one_of
from server.storage.database import reading
from server.storage.footage_tables import FootageRow
from server.storage.log_tables import Op

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Case:
    """An open case: its footage, what of it is confirmed, and when the log had it."""

    id: str
    inspection: str
    number: str
    footage: frozenset[str]
    held: frozenset[str]
    logged_at_ms: int


def of_space(runtime: Runtime, space: str) -> dict[str, Any]:
    """Return holds, and what is alarming about them, of a space and those below it."""
    now_ms = runtime.clock.now_ms()
    with reading(runtime.engine) as connection:
        around = (now_ms - (retention.STATION_DAYS + 1) * DAY_MS, now_ms)
        seen = Seen(connection, space, *around, unclaimed=False)
        cases = _open_cases(connection, seen.own)
        needs = _Needs(connection, seen, cases)
        rows = needs.rows()
    today = day_of(now_ms)
    holds = [hold for row in rows if (hold := needs.hold(row, today, now_ms)) is not None]
    holds.sort(key=lambda one: (one["delete_on"], one["station"], one["file_name"], one["id"]))
    missing = [
        {"case": case.id, "number": case.number, "inspection": case.inspection, "footage": name}
        for case in cases
        for name in sorted(case.footage - {row.footage for row in rows})
    ]
    return {
        "holds": holds,
        "unknown": missing,
        "unconfirmed": sum(one["unconfirmed"] for one in holds),
        "near": sum(one["near"] for one in holds),
        "now_ms": now_ms,
    }


class _Needs:
    """Why footage is needed: by the inspection it belongs to, and the open cases that name it."""

    def __init__(self, connection: Connection, seen: Seen, cases: list[Case]) -> None:
        self._cases: dict[str, list[Case]] = {}
        for case in cases:
            for name in case.footage:
                self._cases.setdefault(name, []).append(case)
        self._inspections: dict[str, set[str]] = {}
        for asked, judged in seen.judged():
            for name in judged.footage:
                self._inspections.setdefault(name, set()).add(asked.inspection)
        self._classes = _classes(connection, set().union(*self._inspections.values(), set()))
        self._rules = _rules(connection)
        found = {name: seen.row(name) for name in self._inspections}
        self._rows = found | _named_footage(connection, self._cases.keys(), seen.visible)

    def rows(self) -> list[Any]:
        """Return the footage that belongs to an inspection or a case."""
        return list(self._rows.values())

    def hold(self, row: Any, today: str, now_ms: int) -> dict[str, Any] | None:
        """Return why a row must be held and what is alarming about it, None when it need not be."""
        inspections = sorted(self._inspections.get(row.footage, ()))
        cases = self._cases.get(row.footage, [])
        classes = {one for name in inspections for one in self._classes.get(name, ())}
        day = day_of(row.started_at_ms)
        keep_until = retention.day_after(day, retention.period_days(classes, day, self._rules))
        delete_on = retention.deleted_on(day, row.delete_on)
        if not retention.is_needed(keep_until, delete_on, cases):
            return None
        unheld = [case for case in cases if row.footage not in case.held]
        near = retention.is_near(delete_on, today)
        if not cases and not near:
            return None
        return footage_json(row) | {
            "id": row.footage,
            "delete_on": delete_on,
            "keep_until": "" if cases else keep_until,
            "classes": sorted({"any", *classes}),
            "inspections": inspections,
            "cases": [{"case": case.id, "number": case.number} for case in cases],
            "confirmed": bool(cases) and not unheld,
            "unconfirmed": any(retention.is_late(case.logged_at_ms, now_ms) for case in unheld),
            "near": near and (bool(unheld) or not cases),
        }


def _open_cases(connection: Connection, spaces: set[str]) -> list[Case]:
    rows = [
        row
        for row in rows_of_spaces(connection, "case", spaces)
        if row["states"]["case"]["s"] == "open"
    ]
    logged = _logged_at(connection, [row["created"]["op"] for row in rows])
    return [_case(row, logged) for row in rows]


def _case(row: RowJson, logged: Mapping[str, int]) -> Case:
    listed = field(row, "footage")
    items = listed if isinstance(listed, list) else []
    return Case(
        id=row["entity"].partition("/")[2],
        inspection=str(field(row, "inspection")),
        number=str(field(row, "number") or ""),
        footage=frozenset(item["footage"] for item in items),
        held=frozenset(one["id"] for one in row["sets"].get("held", ())),
        logged_at_ms=logged[row["created"]["op"]],
    )


def _logged_at(connection: Connection, ops: Iterable[str]) -> dict[str, int]:
    query = select(Op.op_id, Op.received_at_ms).where(one_of(connection, Op.op_id, list(ops)))
    return {one.op_id: one.received_at_ms for one in connection.execute(query)}


def _classes(connection: Connection, inspections: set[str]) -> dict[str, set[str]]:
    """Return the classes of retention of each inspection."""
    found: dict[str, set[str]] = {}
    for row in rows_named(connection, (f"inspection/{one}" for one in sorted(inspections))):
        sets = row["sets"]
        held = {"finding": "findings", "order": "orders", "case": "cases"}
        classes = {name for name, members in held.items() if sets.get(members)}
        if field(row, "refusal_reason") is not None:
            classes.add("refused")
        found[row["entity"].partition("/")[2]] = classes
    return found


def _rules(connection: Connection) -> list[Rule]:
    return [
        Rule(
            applies_to=str(field(row, "applies_to")),
            days=int(str(field(row, "days"))),
            valid_from=str(field(row, "valid_from")),
            valid_until=str(field(row, "valid_until") or ""),
        )
        for row in rows_of_spaces(connection, "retention", {COMMON})
    ]


def _named_footage(
    connection: Connection, names: Iterable[str], spaces: set[str]
) -> dict[str, Any]:
    query = select(FootageRow.__table__).where(
        one_of(connection, FootageRow.space, sorted(spaces)),
        one_of(connection, FootageRow.footage, sorted(names)),
    )
    return {row.footage: row for row in connection.execute(query)}
