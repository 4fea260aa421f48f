"""Two people on one phone: each has a chain and an outbox, and neither touches the other's work."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector


def unsent(phone: Inspector) -> int:
    """How many own records the outbox lists as not yet verified."""
    phone.go("/outbox")
    phone.hand.wait("outbox")
    return phone.hand.see("outbox-item").count()


def test_two_users_of_one_phone_have_two_outboxes(enrolled: Callable[[str], Inspector]) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.network.lose()
    phone.arrive()
    phone.record(Hazard((), phrase="psj", place="一号破碎机"))
    first = unsent(phone)
    assert first >= 3
    phone.hand.photo_of_screen("outbox-of-the-first")

    phone.go("/settings")
    phone.hand.tap("logout")
    phone.hand.tap("logout-confirm")
    phone.network.hang()
    phone.network.find()
    phone.login = "jcy2"
    phone.sign_in()
    phone.pairing_code()
    phone.hand.tap("enrol-continue")
    phone.hand.tap("pin-later")
    phone.hand.wait("today")
    assert unsent(phone) <= 1  # nothing but the second person's own enrolment
    phone.hand.photo_of_screen("outbox-of-the-second")

    phone.go("/settings")
    phone.hand.tap("logout")
    phone.hand.tap("logout-confirm")
    phone.login = "jcy1"
    phone.sign_in()
    phone.hand.wait("today")
    phone.wait_until_all_done()
    phone.hand.tap("show-all")
    expect(phone.hand.see("outbox-item", kind="finding.create", status="verified")).to_have_count(1)
