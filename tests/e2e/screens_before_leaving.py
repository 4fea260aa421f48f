"""The phone's screens before the inspector leaves: the entrance, and what was fetched."""

from tests.e2e.hand import Hand
from tests.e2e.inspector import Inspector
from tests.e2e.people import PIN
from tests.e2e.screens_touch import address, closed, opened, tap, written
from tests.e2e.screens_walk import Screen, Walk

WRONG_PASSWORD = ("status of 401",)


def entrance(phone: Inspector, walk: Walk) -> str:
    """Before and during enrolment; return the pairing code."""
    phone.hand.wait("login-name")
    walk.expected = WRONG_PASSWORD
    for language in ("zh", "en"):
        if language == "en":
            phone.hand.tap("language")
        walk.show(Screen("login", "", "login-name"), language)
        walk.show(Screen("wechat", "/wechat", "wechat"), language)
        phone.go("/login")
        phone.sign_in("no-such-password")
        walk.show(Screen("login-failure", "", "login-failure"), language)
    phone.hand.tap("language")
    walk.expected = ()
    code = phone.enrol()
    walk.through(
        [
            Screen("enrol", "/enrol", "enrol"),
            Screen("enrol-ticket", "/enrol", "enrol", opened("ticket-open", "ticket")),
            Screen("pin", "/pin", "set-pin"),
            Screen("pin-differs", "/pin", "set-pin", pin_differs),
            Screen("ready-not", "/ready", "ready", attributes={"ready": "false"}),
            Screen("today-unconfirmed", "/today", "see-code"),
            Screen(
                "logout", "/settings", "settings-page", opened("logout", "logout-confirm"), closed
            ),
        ]
    )
    return code


def pin_differs(hand: Hand) -> None:
    """Type two PINs that are not the same."""
    for digit in PIN + "222222":
        hand.tap(f"pin-{digit}")
    hand.wait("pin-differs")


def unlocked(hand: Hand) -> None:
    """Enter the PIN."""
    for digit in PIN:
        hand.tap(f"pin-{digit}")
    hand.wait("settings-page")


def before_leaving(phone: Inspector, walk: Walk) -> str:
    """Everything is on the phone, nothing has begun; return the address of today's inspection."""
    phone.go("/today")
    inspection = address(
        phone, "planned", phone.hand.see("planned").filter(has_text="瑞禾").get_attribute("href")
    )
    walk.through(
        [
            Screen("ready", "/ready", "ready", attributes={"ready": "true"}),
            Screen("today", "/today", "planned"),
            Screen("start", "/start", "enterprise", opened("reason-report")),
            Screen("start-none", "/start", "start", written("enterprise-search", "没有这家企业")),
            Screen("start-arrival", "/start", "enterprise", opened("enterprise", "arrival")),
            Screen("arrival", inspection, "arrival"),
            Screen(
                "arrival-unticked",
                inspection,
                "arrival",
                _begin_with_nothing,
                tap("begin-not"),
            ),
            Screen("arrival-filled", inspection, "arrival", _switch_all),
            Screen("hazards", "/hazards", "finding"),
            Screen("hazards-overdue", "/hazards", "finding", opened("only-overdue")),
            Screen("hazards-disputed", "/hazards", "finding", opened("only-disputed")),
            Screen("hazards-none", "/hazards", "hazards", written("hazard-search", "没有这个隐患")),
            *_findings(phone),
            Screen(
                "outbox-done",
                "/outbox",
                "outbox-head",
                opened("show-all", "outbox-item"),
                attributes={"all-done": "true"},
            ),
            Screen("upload-done", "/upload", "all-done"),
            Screen("settings", "/settings", "settings-page"),
            Screen("unlock", "/settings", "settings-page", opened("lock", "unlock"), unlocked),
            Screen("inspection-unknown", "/inspections/nothing", "back"),
            Screen("finding-unknown", "/findings/nothing", "back"),
        ]
    )
    return inspection.removesuffix("/arrive")


def _switch_all(hand: Hand, to: str = "true") -> None:
    for name in ("id-shown", "recorder-on", "code-scanned"):
        control = hand.wait(name)
        if control.get_attribute("aria-checked") != to:
            hand.tap(control)


def _begin_with_nothing(hand: Hand) -> None:
    _switch_all(hand, "false")
    hand.tap("begin")
    hand.wait("unticked")


def _findings(phone: Inspector) -> list[Screen]:
    """One page for each state among the open hazards, and their reinspection."""
    phone.go("/hazards")
    phone.hand.wait("finding")
    states: dict[str, str] = {}
    for card in phone.hand.see("finding").all():
        href = address(phone, "finding", card.get_attribute("href"))
        states.setdefault(str(card.get_attribute("data-state")), href.split("/")[2])
    assert len(states) >= 3, states
    pages = [
        Screen(f"finding-{state}", f"/findings/{id_}", "finding-page")
        for state, id_ in states.items()
    ]
    twice = phone.hand.see("finding").filter(has_text="两种写法").first.get_attribute("href")
    contested = address(phone, "contested", twice).split("/")[2]
    pages += [Screen("finding-contested", f"/findings/{contested}", "told-at")]
    claimed = states["rectification_claimed"]
    return [*pages, Screen("reinspect", f"/findings/{claimed}/reinspect", "reinspect")]
