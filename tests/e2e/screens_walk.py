"""Going through screens: each one opened by its address, measured, and photographed.

A `Screen` says how to reach a state of a page; a `Walk` shows it in each language and size, lets
`layout.js` measure it, and keeps what it found. It changes nothing by itself: whatever a screen
needs (an inspection begun, a hazard recorded) somebody did before, through the screens too.
"""

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, ViewportSize, expect

from tests.e2e.hand import SCREENS, Hand
from tests.e2e.people import Person
from tests.support.browser import PHONE, WIDE

LAYOUT = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")
# Chinese comes last, so that whoever goes on after a walk reads Chinese again.
LANGUAGES = ("en", "zh")
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": PHONE["width"], "height": PHONE["height"]},
    "wide": {"width": WIDE["width"], "height": WIDE["height"]},
}
TALLEST_PX = 2400
# What Chinese screens may say in Latin letters: words of the trade that have no other name, and
# anything with a digit in it (numbers, licences, codes, digests). A device is called what it calls
# itself, and a language by its own name.
LATIN_ALLOWED = (
    r"PIN",
    r"GPS",
    r"[kMG]?B",
    r"JPEG",
    r"\S*\d\S*",
    r"([0-9A-Z]{4}-)+[0-9A-Z]{4}",  # codes to compare or copy may do without a digit
    r"Linux|Android|Chrome",
    r"English",
)
# Asked for in the hope that it is there; the browser writes each 404 down all the same.
MAY_BE_ABSENT = re.compile(r"/spaces/[^/]+/snapshot$")
MEASURES: dict[str, Any] = {
    "textPx": 16,
    "targetPx": 44,
    "capturePx": 60,
    "ratio": 7,
    "latinAllowed": LATIN_ALLOWED,
}


@dataclass(frozen=True)
class Screen:
    """A state of a page: its address, what must be there, and what is touched to bring it about.

    `path` empty stays where one is. `leave` puts back what `touch` changed.
    """

    name: str
    path: str
    wait: str
    touch: Callable[[Hand], None] | None = None
    leave: Callable[[Hand], None] | None = None
    sizes: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    readme: bool = False


@dataclass
class Found:
    """What broke the rules, and which screens were looked at."""

    violations: list[dict[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    screens: list[str] = field(default_factory=list)

    def of(self, *rules: str) -> list[str]:
        """One line for each different violation, with the screens that have it."""
        where: dict[str, list[str]] = {}
        for one in self.violations:
            if one["rule"] in rules:
                line = f"{one['rule']}: {one['where']} “{one['what']}” {one['measured']}"
                where.setdefault(line, []).append(one["screen"])
        return [f"{line}  @ {', '.join(screens)}" for line, screens in where.items()]


def measure(page: Page, language: str) -> list[dict[str, str]]:
    """Wait until the page is still, and return what breaks the rules on it."""
    found: list[dict[str, str]] = page.evaluate(LAYOUT, MEASURES | {"language": language})
    return found


class Walk:
    """Takes a person through screens; `found` collects."""

    _number = itertools.count(1)

    def __init__(self, person: Person, found: Found, sizes: tuple[str, ...], readme: Path) -> None:
        self.person = person
        self.found = found
        self.sizes = sizes
        self.readme = readme
        self.expected: tuple[str, ...] = ()
        person.page.on("console", self._hear)

    @property
    def hand(self) -> Hand:
        """The person's hand."""
        return self.person.hand

    def _hear(self, message: ConsoleMessage) -> None:
        text, asked = message.text, message.location["url"]
        if message.type != "error" or any(known in text for known in self.expected):
            return
        if "404" in text and MAY_BE_ABSENT.search(asked):
            return
        self.found.errors.append(f"{self.person.page.url.partition('#')[2]}: {text} {asked}")

    def through(self, screens: Iterable[Screen]) -> None:
        """Show every screen in every language; ends in Chinese."""
        listed = list(screens)
        expect(self.hand.see("toast")).to_have_count(0, timeout=15_000)
        for language in LANGUAGES:
            self.speak(language)
            for screen in listed:
                self.show(screen, language)

    def speak(self, language: str) -> None:
        """Choose the language in the settings, as a person does."""
        self.person.go("/settings")
        self.hand.tap(self.hand.wait(f"language-{language}"))
        self.person.page.wait_for_function(
            "tag => document.documentElement.lang.startsWith(tag)", arg=language
        )

    def show(self, screen: Screen, language: str) -> None:
        """Open a screen, bring it into its state, look at it in each size, put it back."""
        if screen.path:
            self._open(screen.path)
        self.hand.wait(screen.wait, seconds=30, **screen.attributes)
        sizes = screen.sizes or self.sizes
        self._resize(sizes[0])
        if screen.touch:
            screen.touch(self.hand)
        for size in sizes:
            self._resize(size)
            self.look(screen.name, language, size, readme=screen.readme)
        if screen.leave:
            screen.leave(self.hand)
        self._resize(self.sizes[0])

    def _open(self, path: str) -> None:
        """Go to a page anew, also when it is the one already shown."""
        if self.person.page.url.endswith(f"#{path}"):
            self.person.go("/settings")
            self.hand.wait("settings-page")
        self.person.go(path)

    def _resize(self, size: str) -> None:
        if self.person.page.viewport_size != SIZES[size]:
            self.person.page.set_viewport_size(SIZES[size])

    def look(self, name: str, language: str, size: str, *, readme: bool = False) -> None:
        """Measure what is on the screen now, and keep a picture of it."""
        page = self.person.page
        label = f"{name}.{language}.{size}"
        for violation in measure(page, language):
            self.found.violations.append(violation | {"screen": label})
        self.found.screens.append(label)
        self._picture(page, label)
        if readme:
            self.readme.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self.readme / f"{label}.png", animations="disabled")

    def _picture(self, page: Page, label: str) -> None:
        """Keep the page as far down as it goes; under a sheet or dialog only what is seen."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        path = SCREENS / f"s{next(self._number):03}-{label}.png"
        if page.locator('dialog[open], [aria-modal="true"]').count():
            page.screenshot(path=path, scale="css", animations="disabled")
            return
        page.evaluate("scrollTo(0, 0)")
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST_PX)
        width = page.evaluate("innerWidth")
        page.screenshot(
            path=path,
            full_page=True,
            clip={"x": 0, "y": 0, "width": width, "height": height},
            scale="css",
            animations="disabled",
        )
