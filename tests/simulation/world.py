"""One simulated deployment: phones, people, network and service, and what is known of them.

The schedule comes from the seed alone: every step draws from numbers of its own, made from (seed,
step), so that a run that differs in one reply goes on drawing the same.
"""

import random
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from server.cli.demo.phone import Phone as Client
from server.cli.demo.phone import UnexpectedAnswerError
from sync_protocol.ops import Op
from tests.simulation.hands import CLOCKS, RIGHT, WRONG, Hand, Tab, cast
from tests.simulation.network import FATES, Network, Request
from tests.simulation.office import Copy, Office, Person
from tests.simulation.phones import Phones, Told
from tests.simulation.restores import Backup, Ended, read_log
from tests.support.service import CITY, PASSWORD, SetClock

SIZES = (2, 2, 3, 3, 4, 5, 7, 12)
REMEMBERED = 400
ENTERPRISES = 2
MOST_REQUESTS = 20_000
MOST_CONFIRMED = 40
DISK_ERRORS = {"failed", "quota", "readback"}
WRONG_CLOCKS = 0.6
BEGUN_OLDER = 0.4  # with the app before the present one, which lacks some kinds
ENROLLED_BEFORE = 0.75  # phones that were made ready in the office; the others enrol in the storm
CONFIRMED_BEFORE = (
    0.3  # runs in which these were confirmed there, too; else it happens in the storm
)


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass
class World:
    """Everything of one run; `close` ends it."""

    seed: int
    folder: Path
    database_url: str
    copy: Copy
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
    roles: dict[str, str] = field(default_factory=dict)
    registrar: Client = field(init=False)
    registered: list[Op] = field(default_factory=list)
    backups: list[Backup] = field(default_factory=list)
    first_backup: Backup = field(init=False)
    vouched: dict[str, set[str]] = field(default_factory=dict)
    ended: dict[str, Ended] = field(default_factory=dict)
    now: str = "set-up"
    version: str = "0.1.0"
    is_older: bool = False
    updates: int = 0
    calls: int = 0
    faults_met: int = 0

    def begin(self) -> "World":
        """Open the service, fill its registers and switch the phones on."""
        rng = random.Random(f"{self.seed}/cast")
        self.office = Office(
            self.folder, self.database_url, clock=SetClock(), copy=self.copy
        ).open()
        self.network = Network(self.office, self._heard)
        count = rng.choice(SIZES)
        self.is_older = rng.random() < BEGUN_OLDER
        self.people = cast(count)
        self.roles = {person.id: person.role for person in self.people}
        registrar = Person("registrar", "administrator", CITY)
        self.office.register([*self.people, registrar], ENTERPRISES)
        self.registrar = self.office.confirmed(registrar)
        leaves = len(read_log(self.office.runtime).leaves)
        self.first_backup = Backup(self.office.back_up(), leaves, frozenset())
        for number in range(count):
            users = self.people[number::count] + rng.sample(self.people, rng.randrange(2))
            hand = Hand(f"phone-{number}", list(dict.fromkeys(users)))
            self.hands[hand.name] = hand
            self.saved[hand.name] = set()
            self.order("device", device=hand.name)
            if rng.random() < WRONG_CLOCKS:
                self.set_clock(hand, rng.choice(WRONG))
        first = next(iter(self.hands.values()))
        self._first_supervisor(first)
        self._make_ready(
            first, [hand for hand in self.hands.values() if rng.random() < ENROLLED_BEFORE]
        )
        return self

    def _make_ready(self, first: Hand, hands: list[Hand]) -> None:
        """Enrol the first user of some phones; in some runs the supervisor confirms them, too."""
        for hand in hands:
            if hand is not first:
                self.boot(hand, 1)
                self.sign_in(hand, hand.people[0])
        self.carry_all()
        self._synchronise([first, *hands])
        if random.Random(f"{self.seed}/morning").random() < CONFIRMED_BEFORE:
            self._synchronise([first])
            self.confirm_phones(first)
            self._synchronise([first, *hands])

    def _synchronise(self, hands: list[Hand]) -> None:
        for hand in hands:
            self.call(hand, "sync")
            self.until_answered(hand)

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
            self.hands[one.split(":")[0]].disk_faults += 1
            self.count(f"phone fault {one.split()[1]}")
        for one in told.said:
            self.note(f"{one['device']} said {one['text'][:300]}")
        for one in told.requests:
            self.pending[one["request"]] = one
        for one in told.gone:
            self._gone(one)
        for one in told.done:
            self._done(one)
        for name, tabs in told.status.items():
            for number, status in tabs.items():
                self.hands[name].tabs[int(number)].status = status
                if status["claims"] and status["allDone"]:
                    self.claiming.add(name)
        return told

    def _gone(self, one: dict[str, Any]) -> None:
        self.hands[one["device"]].tabs[one["tab"]].closed()
        for request in one["requests"]:
            self.pending.pop(request, None)
        self.note(f"{one['device']} tab {one['tab']} died: {one['why']}")

    def _done(self, one: dict[str, Any]) -> None:
        asking = ((hand, tab) for hand in self.hands.values() for tab in hand.tabs)
        found = next(((hand, tab) for hand, tab in asking if tab.call == one["call"]), None)
        if found is None:
            return
        hand, tab = found
        tab.call, tab.said = 0, one.get("value")
        if "error" in one:
            error = one["error"]
            self.note(f"{hand.name} {tab.asked}: {error['name']} {error['code'] or error['text']}")
            self.count(f"error {error['code'] or error['name']}")
            if not error["code"]:
                raise Violation(f"{hand.name} {tab.asked} threw {error['text']}")
            if error["code"] in DISK_ERRORS and hand.disk_faults == tab.disk_faults:
                raise Violation(f"{hand.name} {tab.asked} failed on a disk that works: {error}")
            return
        self.note(f"{hand.name} {tab.asked}: {str(one['value'])[:160]}")
        if tab.asked.startswith("log"):
            hand.user = tab.becoming
        if isinstance(one["value"], dict) and "op" in one["value"]:
            self.saved[hand.name].add(one["value"]["op"])
            self.count(tab.asked.split()[0])

    def all_counts(self) -> dict[str, int]:
        """Return how often each thing happened, what network and disks did included."""
        fates = {f"fate {name}": number for name, number in self.network.counts.items()}
        return fates | self.counts | Counter(self.office.faults.happened)

    def call(
        self, hand: Hand, name: str, asked: str = "", at: Tab | None = None, **given: Any
    ) -> None:
        """Let the person tap something in a tab; the answer comes later."""
        self.order(**self.tapped(hand, name, asked, at or hand.first, **given))

    def tapped(self, hand: Hand, name: str, asked: str, tab: Tab, **given: Any) -> dict[str, Any]:
        """Return the order by which somebody taps something in a tab."""
        self.calls += 1
        tab.call, tab.asked, tab.disk_faults = self.calls, asked or name, hand.disk_faults
        call = {"tab": tab.number, "call": self.calls, "name": name, "given": given}
        return {"do": "call", "device": hand.name} | call

    def sign_in(self, hand: Hand, person: Person | None, at: Tab | None = None) -> None:
        """Let somebody sign in, or whoever is there sign out."""
        (at or hand.first).becoming = person
        if person is None:
            self.call(hand, "logout", at=at)
        else:
            asked = f"login of {person.id}"
            self.call(hand, "login", asked, at, login=person.id, password=PASSWORD)

    def until_answered(self, hand: Hand) -> None:
        """Let a network that works carry everything until the person has their answer."""
        while hand.first.call:
            if not self.pending:
                raise Violation(f"{hand.name} never answers: {hand.first.asked}")
            self.deliver(next(iter(self.pending)), "well", random.Random(0))

    def carry_all(self) -> None:
        """Carry requests, all of them well, until none is under way."""
        for _ in range(MOST_REQUESTS):
            if not self.pending:
                return
            self.deliver(next(iter(self.pending)), "well", random.Random(0))
        raise Violation("the phones ask without end")

    def boot(self, hand: Hand, seed: int, at: Tab | None = None) -> None:
        """Open the app in a tab, or load its page anew."""
        tab = at or hand.first
        tab.closed()
        tab.up = True
        app = {"version": self.version, "older": self.is_older}
        self.order("boot", device=hand.name, tab=tab.number, seed=seed, **app)
        self.order("time", nowMs=self.office.clock.now_ms())

    def set_clock(self, hand: Hand, clock: str) -> None:
        """Set a phone's clock, while it is in use or not."""
        hand.clock = clock
        self.order("clock", device=hand.name, skewMs=CLOCKS[clock])
        if clock != RIGHT:
            self.count(f"clock {clock}")

    def evict(self, hand: Hand) -> None:
        """Empty a phone's disk. What it had not sent is lost, and only that."""
        self.order("evict", device=hand.name)
        self.saved[hand.name].clear()
        self.held.pop(hand.name, None)
        self.vouched.pop(hand.name, None)
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

    def registrar_sends(self) -> str:
        """Let the registrar's device send what it has; what fails goes next time."""
        self.registrar.client = self.office.client
        try:
            items = self.office.restarted(self.registrar.push)
        except UnexpectedAnswerError as error:
            return str(error)[:80]
        return str([item["ruling"]["outcome"] for item in items or []])

    def registrar_again(self) -> None:
        """After a restore the registrar signs in anew and sends again whatever was recorded."""
        self.registrar._session = {}
        self.registrar.outbox[:] = self.registered
        self.registrar_sends()

    def _heard(self, request: Request, reply: TestResponse) -> None:
        """Look at every reply the service really gave."""
        met = len(self.office.faults.happened)
        isolated, self.faults_met = met == self.faults_met, met
        if reply.status_code >= 500 and isolated:
            text = reply.get_data(as_text=True)[:500]
            raise Violation(f"{request['method']} {request['path']}: {reply.status} {text}")
        if reply.status_code != 200:
            return
        if request["method"] == "GET" and request["path"].endswith("/log/checkpoint"):
            self.notes.append(reply.get_data(as_text=True))
        elif request["method"] == "POST" and request["path"].endswith("/ops"):
            self.notes.append(reply.get_json()["checkpoint"])


def drawn_fate(rng: random.Random) -> str:
    """Draw what becomes of a request."""
    names = list(FATES)
    return rng.choices(names, [FATES[name][0] for name in names])[0]
