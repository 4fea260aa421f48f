"""One simulated deployment: phones, people, network and service, and what is known of them.

The schedule comes from the seed alone: every step draws from numbers of its own, made from (seed,
step), so that a run that differs in one reply goes on drawing the same.
"""

import random
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from server.cli.demo.phone import Phone as Client
from tests.simulation.network import FATES, Network, Request
from tests.simulation.office import Office, Person
from tests.simulation.phones import Phones, Told
from tests.support.service import CITY, COUNTY, OTHER_COUNTY, PASSWORD, SetClock

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS
SKEWS = (0, 0, 0, HOUR_MS, -HOUR_MS, YEAR_MS, -YEAR_MS)
SIZES = (2, 2, 3, 3, 4, 5, 7, 12)
REMEMBERED = 400
ENTERPRISES = 2
MOST_REQUESTS = 20_000
MOST_CONFIRMED = 40
ENROLLED_BEFORE = 0.75  # phones that were made ready in the office; the others enrol in the storm


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass
class Hand:
    """A phone in somebody's hand, as the schedule knows it."""

    name: str
    people: list[Person]
    skew_ms: int
    up: bool = False
    user: Person | None = None
    call: int = 0
    asked: str = ""
    becoming: Person | None = None
    said: Any = None
    status: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Everything of one run; `close` ends it."""

    seed: int
    folder: Path
    database_url: str
    phones: Phones
    office: Office = field(init=False)
    network: Network = field(init=False)
    hands: dict[str, Hand] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    pending: dict[int, Request] = field(default_factory=dict)
    events: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    saved: dict[str, set[str]] = field(default_factory=dict)
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    claiming: set[str] = field(default_factory=set)
    registrar: Client = field(init=False)
    now: str = "set-up"
    version: str = "0.1.0"
    updates: int = 0
    calls: int = 0
    faults_met: int = 0

    def begin(self) -> "World":
        """Open the service, fill its registers and switch the phones on."""
        rng = random.Random(f"{self.seed}/cast")
        self.office = Office(self.folder, self.database_url, clock=SetClock()).open()
        self.network = Network(self.office, self._heard)
        count = rng.choice(SIZES)
        self.people = cast(count)
        registrar = Person("registrar", "administrator", CITY)
        self.office.register([*self.people, registrar], ENTERPRISES)
        self.registrar = self.office.confirmed(registrar)
        for number in range(count):
            users = self.people[number::count] + rng.sample(self.people, rng.randrange(2))
            hand = Hand(f"phone-{number}", list(dict.fromkeys(users)), rng.choice(SKEWS))
            self.hands[hand.name] = hand
            self.saved[hand.name] = set()
            self.order("device", device=hand.name)
        first = next(iter(self.hands.values()))
        self._first_supervisor(first)
        self._make_ready(
            first, [hand for hand in self.hands.values() if rng.random() < ENROLLED_BEFORE]
        )
        return self

    def _make_ready(self, first: Hand, hands: list[Hand]) -> None:
        """Enrol the first user of some phones and let the supervisor confirm them."""
        for hand in hands:
            if hand is not first:
                self.boot(hand, 1)
                self.sign_in(hand, hand.people[0])
        self.carry_all()
        for hand in (first, *hands):
            self.call(hand, "sync")
            self.until_answered(hand)
            if hand is first:
                self.confirm_phones(first)
                self.call(first, "sync")
                self.until_answered(first)

    def _first_supervisor(self, hand: Hand) -> None:
        """Nobody is there yet to confirm the first supervisor's phone: the ticket does."""
        self.boot(hand, 1)
        person = self.people[0]
        self.sign_in(hand, person)
        self.until_answered(hand)
        for name, given in (
            ("sync", {}),
            ("ticket", {"ticket": self.office.ticket(person.id)}),
            ("sync", {}),
        ):
            self.call(hand, name, **given)
            self.until_answered(hand)

    def confirm_phones(self, hand: Hand) -> None:
        """Let a supervisor confirm every phone that waits for it."""
        if hand.user is None or hand.user.role != "supervisor":
            return
        for number in range(MOST_CONFIRMED):
            before = self.counts.get("countersign", 0)
            asked = f"countersign by {hand.user.id}"
            self.call(hand, "act", asked, deed="countersign", seed=number)
            self.until_answered(hand)
            if self.counts.get("countersign", 0) == before:
                return

    def close(self) -> None:
        """End the processes."""
        self.phones.close()
        self.office.close()

    def note(self, text: str) -> None:
        """Write down what happened."""
        self.events.append(f"{self.now:>7} {text}")

    def count(self, what: str) -> None:
        """Count something for the result."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def order(self, do: str, **more: Any) -> Told:
        """Give the phones an order and take in what came of it."""
        told = self.phones.order(do, **more)
        for one in told.faults:
            self.note(f"fault {one}")
            self.count(f"phone fault {one.split()[1]}")
        for one in told.said:
            self.note(f"{one['device']} said {one['text'][:300]}")
        for one in told.requests:
            self.pending[one["request"]] = one
        for one in told.gone:
            self._gone(one)
        for one in told.done:
            self._done(one)
        for name, status in told.status.items():
            self.hands[name].status = status
            if status["claims"] and status["allDone"]:
                self.claiming.add(name)
        return told

    def _gone(self, one: dict[str, Any]) -> None:
        hand = self.hands[one["device"]]
        hand.up, hand.call = False, 0
        hand.status = {}
        for request in one["requests"]:
            self.pending.pop(request, None)
        self.note(f"{hand.name} died: {one['why']}")

    def _done(self, one: dict[str, Any]) -> None:
        hand = next((hand for hand in self.hands.values() if hand.call == one["call"]), None)
        if hand is None:
            return
        hand.call, hand.said = 0, one.get("value")
        if "error" in one:
            error = one["error"]
            self.note(f"{hand.name} {hand.asked}: {error['name']} {error['code'] or error['text']}")
            self.count(f"error {error['code'] or error['name']}")
            if not error["code"]:
                raise Violation(f"{hand.name} {hand.asked} threw {error['text']}")
            return
        self.note(f"{hand.name} {hand.asked}: {str(one['value'])[:160]}")
        if hand.asked.startswith("log"):
            hand.user = hand.becoming
        if isinstance(one["value"], dict) and "op" in one["value"]:
            self.saved[hand.name].add(one["value"]["op"])
            self.count(hand.asked.split()[0])

    def call(self, hand: Hand, name: str, asked: str = "", **given: Any) -> None:
        """Let the person tap something; the answer comes later."""
        self.calls += 1
        hand.call, hand.asked = self.calls, asked or name
        self.order("call", device=hand.name, call=self.calls, name=name, given=given)

    def sign_in(self, hand: Hand, person: Person | None) -> None:
        """Let somebody sign in, or whoever is there sign out."""
        hand.becoming = person
        if person is None:
            self.call(hand, "logout")
        else:
            asked = f"login of {person.id}"
            self.call(hand, "login", asked, login=person.id, password=PASSWORD)

    def until_answered(self, hand: Hand) -> None:
        """Let a network that works carry everything until the person has their answer."""
        while hand.call:
            if not self.pending:
                raise Violation(f"{hand.name} never answers: {hand.asked}")
            self.deliver(next(iter(self.pending)), "well", random.Random(0))

    def carry_all(self) -> None:
        """Carry requests, all of them well, until none is under way."""
        for _ in range(MOST_REQUESTS):
            if not self.pending:
                return
            self.deliver(next(iter(self.pending)), "well", random.Random(0))
        raise Violation("the phones ask without end")

    def boot(self, hand: Hand, seed: int) -> None:
        """Switch a phone on, or load its page anew."""
        hand.up, hand.call = True, 0
        self.order("boot", device=hand.name, seed=seed, skewMs=hand.skew_ms, version=self.version)
        self.order("time", nowMs=self.office.clock.now_ms())

    def evict(self, hand: Hand) -> None:
        """Empty a phone's disk. What it had not sent is lost, and only that."""
        self.order("evict", device=hand.name)
        self.saved[hand.name].clear()
        self.held.pop(hand.name, None)
        hand.user = None

    def deliver(self, number: int, fate: str, rng: random.Random) -> None:
        """Carry one request and give the phone its answer."""
        request = self.pending.pop(number)
        answer = self.network.carry(request, fate, rng)
        said = answer.get("status", "no answer")
        self.note(f"{request['device']} {request['method']} {request['path']}: {fate}, {said}")
        self.order("answer", request=number, answer=answer)

    def pass_time(self, ms: int) -> None:
        """Let time go on, on the service and on every phone."""
        self.office.clock.move(ms=ms)
        self.order("time", nowMs=self.office.clock.now_ms())

    def registrar_asks(self, path: str) -> Any:
        """Ask the service something as the registrar, over a network and a disk that work."""
        self.office.faults.disarm()
        self.registrar.client = self.office.client
        return self.registrar.request("GET", path, expect=200)

    def _heard(self, request: Request, reply: TestResponse) -> None:
        """Look at every reply the service really gave."""
        met = len(self.office.faults.happened)
        isolated, self.faults_met = met == self.faults_met, met
        if reply.status_code >= 500 and isolated:
            text = reply.get_data(as_text=True)[:500]
            raise Violation(f"{request['method']} {request['path']}: {reply.status} {text}")
        if reply.status_code != 200:
            return
        if request["path"].endswith("/log/checkpoint"):
            self.notes.append(reply.get_data(as_text=True))
        elif request["method"] == "POST" and request["path"].endswith("/ops"):
            self.notes.append(reply.get_json()["checkpoint"])


def cast(phones: int) -> list[Person]:
    """Return the people: a supervisor first, at least two inspectors a county that has phones."""
    pattern = ("supervisor", "inspector", "inspector", "supervisor", "inspector", "inspector")
    people = []
    for number in range(max(6, phones + 3)):
        role = pattern[number % len(pattern)]
        bureau = OTHER_COUNTY if number % 12 in (7, 8, 9) else COUNTY
        people.append(Person(f"{role}-{number}", role, bureau))
    return people


def drawn_fate(rng: random.Random) -> str:
    """Draw what becomes of a request."""
    names = list(FATES)
    return rng.choices(names, [FATES[name][0] for name in names])[0]
