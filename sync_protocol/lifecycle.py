"""Reading the state machines of `tables/lifecycle.json`. What a step does to a row is `fold`'s."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sync_protocol.rules import MACHINES, Table

CHOSEN = "@chosen"
BEIJING = timedelta(hours=8)  # Asia/Shanghai has had no summer time since 1991
FINDING = "finding"


def machine(name: str) -> Table:
    """Return a machine's table; KeyError for one that does not exist."""
    table: Table = MACHINES[name]
    return table


def initial(name: str) -> str:
    """Return the state of a row that has none yet: the machine's `initial`, or `none`."""
    state: str = MACHINES[name].get("initial", "none")
    return state


def target(name: str, step: str, state: str) -> str | None:
    """Return where a step leads from a state (`@chosen`: the body says), None when illegal."""
    found: str | None = MACHINES[name]["steps"][step].get(state)
    return found


def steps_from(name: str, state: str) -> tuple[str, ...]:
    """Return every step that is legal from a state, in the table's order."""
    return tuple(step for step, moves in MACHINES[name]["steps"].items() if state in moves)


def state_of(row: Mapping[str, Any], name: str) -> str:
    """Return the state a row's machine is in."""
    present = row["states"].get(name)
    return present["s"] if present else initial(name)


def is_open(row: Mapping[str, Any]) -> bool:
    """Whether a finding still needs somebody to do something."""
    return state_of(row, FINDING) in MACHINES[FINDING]["open"]


def awaits_reinspection(row: Mapping[str, Any]) -> bool:
    """Whether a finding can be reinspected."""
    return state_of(row, FINDING) in MACHINES[FINDING]["awaiting_reinspection"]


def deadline_ends_ms(deadline: str) -> int:
    """Return the moment a deadline has passed: 24:00 Beijing time of its date, in ms since 1970."""
    midnight = datetime.fromisoformat(deadline).replace(tzinfo=UTC) + timedelta(days=1)
    return round((midnight - BEIJING).timestamp() * 1000)


def overdue(row: Mapping[str, Any], now_ms: int) -> bool:
    """Whether a finding's deadline has passed while it runs. Derived, never stored (DOMAIN 3)."""
    deadline = row["fields"].get("deadline")
    if deadline is None or state_of(row, FINDING) not in MACHINES[FINDING]["under_deadline"]:
        return False
    return now_ms >= deadline_ends_ms(deadline["v"])
