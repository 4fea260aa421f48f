"""What a hand does on a screen before it is looked at."""

from collections.abc import Callable

from tests.e2e.hand import Hand
from tests.e2e.inspector import Inspector

Touch = Callable[[Hand], None]


def tap(*names: str) -> Touch:
    """Tap these, one after the other, each when it is there."""

    def touch(hand: Hand) -> None:
        for name in names:
            hand.tap(hand.wait(name))

    return touch


def opened(name: str, *expected: str) -> Touch:
    """Tap `name`, then wait for what it opens."""

    def touch(hand: Hand) -> None:
        hand.tap(hand.wait(name))
        for one in expected:
            hand.wait(one)

    return touch


def written(name: str, text: str, then: str = "") -> Touch:
    """Write into a field; wait for what it brings."""

    def touch(hand: Hand) -> None:
        hand.write(hand.wait(name), text)
        if then:
            hand.wait(then)

    return touch


def closed(hand: Hand) -> None:
    """Close the sheet."""
    hand.tap("sheet-close")


def address(phone: Inspector, name: str, href: str | None) -> str:
    assert href, name
    return href.removeprefix("#").partition("?")[0]


def leave_and_return(hand: Hand) -> None:
    """Go to another page and back, so that this one is opened anew."""
    address = hand.page.evaluate("location.hash")
    hand.page.evaluate("location.hash = '#/today'")
    hand.wait("today")
    hand.page.evaluate("address => { location.hash = address; }", address)
