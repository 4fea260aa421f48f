"""The stage of the demo: who is on it, what they see, and in which order things happen.

A story is a generator that yields the moment it wants to go on at, and then acts. The stage plays
all stories together in the order of time, moves the clock, lets every phone synchronise every
other day or when somebody builds on its work, and checks each ruling: whatever was not announced
with `expect` must be applied.
"""

import heapq
import itertools
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from server.cli.demo.clock import DemoClock
from server.cli.demo.phone import Phone, UnexpectedAnswerError
from sync_protocol import rules
from sync_protocol.fold import FoldOp, fold
from sync_protocol.ids import RANDOM_BYTES, new_id
from sync_protocol.ops import Op

DAY_MS = 86_400_000
MINUTE_MS = 60_000
BEIJING_MS = 8 * 3_600_000
OFFLINE_DAYS = 2  # how long a phone keeps its work when nobody builds on it
NAMED_OPS = ("base", "chosen", "signing")

Body = dict[str, Any]
Story = Iterator[int]


class Stage:
    """Phones by person, the rows as everybody would see them, and the agenda."""

    def __init__(self, clock: DemoClock, loaded_at_ms: int) -> None:
        self.clock = clock
        self.loaded_at_ms = loaded_at_ms
        self.midnight_ms = (loaded_at_ms + BEIJING_MS) // DAY_MS * DAY_MS - BEIJING_MS
        self.phones: dict[str, Phone] = {}
        self.rows: dict[str, Any] = {}
        self._expected: dict[str, tuple[str, str]] = {}
        self._unsent: dict[str, Phone] = {}
        self._known_blobs: set[tuple[str, str]] = set()
        self._agenda: list[tuple[int, int, Story]] = []
        self._serial = itertools.count()
        self._next_sync_ms = 0

    def at(self, day: int, hour: int, minute: int = 0) -> int:
        """Return a moment by Beijing's clock, `day` days from the day of loading."""
        return self.midnight_ms + day * DAY_MS + (hour * 60 + minute) * MINUTE_MS

    def date(self, day: int) -> str:
        """Return the calendar date `day` days from the day of loading."""
        return date_text(self.at(day, 12))

    def add(self, story: Story) -> None:
        """Put a story on the agenda; what it wants to do after the moment of loading is left."""
        moment = next(story, None)
        if moment is not None and moment <= self.loaded_at_ms:
            heapq.heappush(self._agenda, (moment, next(self._serial), story))

    def play(self) -> None:
        """Play every story up to the moment of loading, then let every phone synchronise."""
        while self._agenda:
            moment, _, story = heapq.heappop(self._agenda)
            if moment >= self._next_sync_ms:
                self.synchronise()
                self._next_sync_ms = moment + OFFLINE_DAYS * DAY_MS
            self.clock.set(max(moment, self.clock.now_ms()))
            self.add(story)
        self.clock.set(max(self.loaded_at_ms, self.clock.now_ms()))
        self.synchronise()

    def new_id(self) -> str:
        """Return a fresh id of the present moment."""
        return new_id(self.clock.now_ms(), secrets.token_bytes(RANDOM_BYTES))

    def standing(self, entity: str, machine: str) -> Body:
        """Return `base` and `from` of a step taken from what is seen now."""
        state = self.rows[entity]["states"][machine]
        return {"base": state["op"], "from": state["s"]}

    def state(self, entity: str, machine: str) -> str:
        """Return the state of a machine as it is seen now."""
        return str(self.rows[entity]["states"][machine]["s"])

    def capture(self, phone_of: str, kind: str, space: str, /, **body: Any) -> str:
        """Capture an op on a person's phone; return its id. Members that are None are left out."""
        phone = self.phones[phone_of]
        members = {name: value for name, value in body.items() if value is not None}
        deps = self._deps(kind, members)
        needed = set(deps)
        if phone.person["role"] != "inspector":  # a desk sees what has arrived, nothing else
            needed |= self._unsent_about(set(_written(kind, members)))
        for other in {id(p): p for op in needed if (p := self._unsent.get(op))}.values():
            if other is not phone and not other.held:
                self.synchronise_phone(other)
        op = phone.capture(kind, space, members, deps)
        self.note(phone, op)
        return op.id

    def note(self, phone: Phone, op: Op) -> None:
        """Fold a captured op into what is seen, as every phone does with its own pending work."""
        self._unsent[op.id] = phone
        if phone.held:
            return
        changed, outcome, code = fold(self.rows, FoldOp.of(op, phone.person["id"]))
        if outcome == "refused":
            raise UnexpectedAnswerError(f"{op.kind} would be refused: {code}")
        self.rows |= changed

    def expect(self, op_id: str, outcome: str, code: str) -> None:
        """Announce that an op will not simply be applied."""
        self._expected[op_id] = outcome, code

    def synchronise(self) -> None:
        """Let every phone that is not held back send its work, oldest first."""
        phones = {id(phone): phone for phone in self._unsent.values() if not phone.held}
        for phone in phones.values():
            self.synchronise_phone(phone)

    def synchronise_phone(self, phone: Phone) -> None:
        """Upload one phone's originals, push its outbox and check the rulings."""
        if not phone.keeps_originals:
            phone.upload(self._known_blobs)
        for item in phone.push():
            self._unsent.pop(item["op"], None)
            ruling = item["ruling"]["outcome"], item["ruling"]["code"]
            if ruling != self._expected.pop(item["op"], ("applied", "")):
                raise UnexpectedAnswerError(f"ruled {ruling}: {item}")

    def _unsent_about(self, entities: set[str]) -> set[str]:
        """Return the unsent ops that name one of these entities."""
        return {
            op.id
            for phone in {id(each): each for each in self._unsent.values()}.values()
            for op in phone.outbox
            if not entities.isdisjoint(op.entities)
        }

    def _deps(self, kind: str, body: Body) -> list[str]:
        """Return what an op builds on: the ops it names, and unsent ones that made its rows."""
        named: set[str] = set()
        for scope in _scopes(body):
            named |= {scope[name] for name in NAMED_OPS if name in scope}
            named |= set(scope.get("replaces", []))
        for entity in _written(kind, body):
            row = self.rows.get(entity)
            if row is not None and row["created"]["op"] in self._unsent:
                named.add(row["created"]["op"])
        return sorted(named)


def date_text(moment_ms: int) -> str:
    """Return the date of a moment in Beijing."""
    return datetime.fromtimestamp((moment_ms + BEIJING_MS) / 1000, UTC).date().isoformat()


def _scopes(body: Body) -> Iterator[Body]:
    yield body
    for value in body.values():
        if isinstance(value, list):
            yield from (each for each in value if isinstance(each, dict))


def _written(kind: str, body: Body) -> Iterator[str]:
    for effect in rules.KINDS[kind]["effects"]:
        scopes = body[effect["each"]] if "each" in effect else [body]
        for scope in scopes:
            name = scope.get(effect["id"], body.get(effect["id"]))
            if name is not None:
                yield f"{effect['entity']}/{name}"
