"""A login that ends in the field pauses sending, keeps everything, never stops the recording."""

import subprocess
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector
from tests.support.live_server import COMMAND, LiveServer

NEW_PASSWORD = "another-one-for-the-demo"


def end_every_session(city: LiveServer, login: str) -> None:
    """What an administrator does when a phone may be lost: a new password ends all sessions."""
    city.stop()
    subprocess.run(
        [COMMAND, "user", "password", login], env=city.environment() | {"LIUHEN_DEMO": "1"},
        input=NEW_PASSWORD, text=True, check=True, timeout=60,
    )  # fmt: skip
    city.start()


def test_an_expired_login_pauses_sending_and_loses_nothing(
    enrolled: Callable[[str], Inspector], city: LiveServer
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.leave_coverage()
    phone.arrive()
    assert phone.record(Hazard((), phrase="psj", place="一号破碎机")) == "A1"

    end_every_session(city, "jcy1")
    phone.return_to_coverage()
    expect(phone.hand.see("sync-chip")).to_contain_text("需重新登录", timeout=45_000)
    assert phone.record(Hazard((), phrase="aq", same_place=True)) == "A2"
    phone.hand.photo_of_screen("login-expired")
    phone.go("/outbox")
    expect(phone.hand.see("outbox-item", kind="finding.create", status="saved")).to_have_count(2)

    phone.go("/today")
    phone.hand.tap("login-again")
    phone.sign_in(NEW_PASSWORD)
    phone.hand.wait("today")
    phone.wait_until_all_done()
    phone.hand.tap("show-all")
    sent = phone.hand.see("outbox-item", kind="finding.create", status="verified")
    expect(sent).to_have_count(2)
