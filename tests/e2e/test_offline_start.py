"""The application starts with the server stopped, and with it hanging; neither is waited for."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector
from tests.support.live_server import LiveServer

START_SECONDS = 5


def cold_start(phone: Inspector) -> float:
    """Close the browser, start it again and open the application; return how long it took."""
    phone.close()
    phone.start_browser()
    opened = phone.reopen()
    expect(phone.hand.see("inspection")).to_be_visible()
    return time.monotonic() - opened


@pytest.mark.alone
def test_the_application_starts_with_the_server_stopped_or_hanging(
    enrolled: Callable[[str], Inspector], city: LiveServer
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.arrive()

    assert city.stop() == 0
    assert cold_start(phone) <= START_SECONDS
    assert phone.record(Hazard((), phrase="psj", place="一号破碎机")) == "A1"

    phone.network.hang()
    assert cold_start(phone) <= START_SECONDS
    assert phone.record(Hazard((), phrase="aq", same_place=True)) == "A2"

    city.start()
    phone.network.find()
    phone.wait_until_all_done()
