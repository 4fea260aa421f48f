"""The stretch of the day at the table: signing or its refusal, what came late, the order."""

from playwright.sync_api import expect

from tests.e2e.hand import Hand
from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.screens_touch import closed, opened, tap
from tests.e2e.screens_walk import Screen, Walk


def signing(phone: Inspector, walk: Walk, inspection: str) -> None:
    """Nothing is missing any more: read, sign, refuse."""
    phone.go(f"{inspection}/hazard")
    phone.hand.wait("photos")
    phone.save_hazard(2)
    phone.go(f"{inspection}/tray")
    phone.hand.tap(phone.hand.wait("choose-all"))
    phone.hand.tap("tray-target", number="A2")
    phone.hand.wait("tray", count="0")
    phone.go(f"{inspection}/sign")
    phone.hand.tap(phone.hand.wait("gap", gap="place"))
    phone.describe(Hazard((), phrase="gd", place="配电室门口"))
    phone.hand.tap("save-hazard")
    phone.hand.wait("sign-page")
    sign = f"{inspection}/sign"
    walk.through(
        [
            Screen("tray-empty", f"{inspection}/tray", "tray"),
            Screen("sign", sign, "sign-page", readme=True),
            Screen(
                "sign-pad",
                sign,
                "sign-page",
                opened("sign-officer-1", "sign-officer-1-canvas"),
                tap("sign-officer-1-done"),
            ),
            Screen("sign-refusal", sign, "sign-page", _refuse),
        ]
    )
    phone.go(inspection)
    phone.hand.wait("inspection")
    phone.sign_record()


def _refuse(hand: Hand) -> None:
    hand.tap("refuse")
    hand.write(hand.wait("witness"), "李证人（虚构）")
    hand.wait("sign-witness")


def ordering(phone: Inspector, walk: Walk, inspection: str) -> None:
    """Signed, a late hazard recorded; rectification is ordered."""
    phone.record(Hazard((), phrase="aq", place="振动筛二层平台西侧"))
    walk.through(
        [
            Screen("inspection-signed", inspection, "late-badge"),
            Screen(
                "inspection-conclude",
                inspection,
                "inspection",
                tap("more", "conclude", "conclude-case"),
                closed,
            ),
            Screen("supplement", f"{inspection}/supplement", "sign-page"),
            Screen("order-items", f"{inspection}/order", "order-items"),
            Screen("order-far", f"{inspection}/order", "order-items", _far_date, _undated),
            Screen("order-sign", f"{inspection}/order", "order-items", _preview),
        ]
    )
    phone.go(inspection)
    phone.hand.wait("inspection")
    phone.go(f"{inspection}/order")
    phone.hand.wait("order-items")
    _preview(phone.hand)
    phone.hand.draw_signature("sign-officer-1")
    phone.hand.draw_signature("sign-recipient")
    phone.hand.tap("order-issue")
    phone.hand.wait("inspection")


def _far_date(hand: Hand) -> None:
    """A year with a slip in it is said where it stands."""
    hand.wait("deadline").fill("2206-12-01")
    hand.wait("deadline-far")


def _undated(hand: Hand) -> None:
    hand.wait("deadline").fill("")


def _preview(hand: Hand) -> None:
    for chip in hand.page.locator('[data-test^="days-15-"]:not([data-test$="-all"])').all():
        hand.tap(chip)
    expect(hand.see("order-preview")).to_be_enabled()
    hand.tap("order-preview")
    hand.wait("order-sign")
