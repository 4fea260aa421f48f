"""The cast of a run: people, the phones in their hands, and the tabs open on each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.office import Person
from tests.support.service import COUNTY, OTHER_COUNTY, START_MS

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS
RIGHT = "right"
# A phone's clock minus the true time, by name. A battery that ran empty begins again at 1970.
CLOCKS = {
    RIGHT: 0,
    "an hour ahead": HOUR_MS,
    "an hour behind": -HOUR_MS,
    "a year ahead": YEAR_MS,
    "a year behind": -YEAR_MS,
    "1970": -START_MS,
}
WRONG = [name for name in CLOCKS if name != RIGHT]
TABS = (0, 1)


@dataclass
class Tab:
    """A tab that runs the app, as the schedule knows it; nothing in it while it is not `up`."""

    number: int
    up: bool = False
    call: int = 0
    asked: str = ""
    disk_faults: int = 0  # what its phone had met when it was asked
    becoming: Person | None = None
    said: Any = None
    status: dict[str, Any] = field(default_factory=dict)

    def closed(self) -> None:
        """Forget what was open in it."""
        self.up, self.call, self.status = False, 0, {}


@dataclass
class Hand:
    """A phone in somebody's hand, as the schedule knows it."""

    name: str
    people: list[Person]
    clock: str = RIGHT
    user: Person | None = None
    disk_faults: int = 0
    tabs: list[Tab] = field(default_factory=lambda: [Tab(number) for number in TABS])

    @property
    def up(self) -> bool:
        """Whether the app is open in any tab."""
        return any(tab.up for tab in self.tabs)

    @property
    def first(self) -> Tab:
        """The tab that is opened first."""
        return self.tabs[0]

    def told(self, what: str) -> list[Any]:
        """Return what the tabs' status says of something."""
        return [tab.status[what] for tab in self.tabs if what in tab.status]


def free(hands: Mapping[str, Hand]) -> list[tuple[Hand, Tab]]:
    """Return the open tabs in which nobody waits for anything, and whose phone each is on."""
    tabs = ((hand, tab) for hand in hands.values() for tab in hand.tabs)
    return [(hand, tab) for hand, tab in tabs if tab.up and not tab.call]


def in_use(hands: Mapping[str, Hand]) -> list[tuple[Hand, Tab]]:
    """Return those of them on which somebody is signed in."""
    return [(hand, tab) for hand, tab in free(hands) if hand.user]


def cast(phones: int) -> list[Person]:
    """Return the people: a supervisor first, at least two inspectors a county that has phones."""
    pattern = ("supervisor", "inspector", "inspector", "supervisor", "inspector", "inspector")
    people = []
    for number in range(max(6, phones + 3)):
        role = pattern[number % len(pattern)]
        bureau = OTHER_COUNTY if number % 12 in (7, 8, 9) else COUNTY
        people.append(Person(f"{role}-{number}", role, bureau))
    return people
