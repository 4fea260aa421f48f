"""The phone's screens when almost nothing is free, by what the browser says of it."""

from tests.e2e.hand import Hand
from tests.e2e.screens_touch import closed, leave_and_return
from tests.e2e.screens_walk import Screen


def screens(inspection: str) -> list[Screen]:
    """The storage page, today's page, and a camera that does not open."""
    return [
        Screen("storage-full", "/storage", "storage", _full_storage, _room_again),
        Screen("today-full", "/storage", "storage", _full_today, _room_again),
        Screen("no-room", inspection, "inspection", _refused, _room_again),
    ]


def _fill(hand: Hand) -> None:
    """The browser says that almost nothing is free."""
    hand.page.evaluate(
        "() => { navigator.storage.estimate = async () => ({ usage: 9e8, quota: 9e8 + 1e6 }); }"
    )


def _full_storage(hand: Hand) -> None:
    _fill(hand)
    leave_and_return(hand)
    hand.wait("storage", level="full")


def _full_today(hand: Hand) -> None:
    _fill(hand)
    hand.page.evaluate("location.hash = '#/today'")
    hand.wait("room-full")


def _refused(hand: Hand) -> None:
    _fill(hand)
    hand.tap("take-photo")
    hand.wait("no-room-rescue")


def _room_again(hand: Hand) -> None:
    hand.page.evaluate("delete navigator.storage.estimate")
    if hand.see("no-room").count():
        closed(hand)
