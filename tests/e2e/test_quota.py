"""A full phone: the person is told that nothing was saved, and what was saved before stays."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector

ROOM_BYTES = 1_000_000  # for notes, not for a photo


def test_a_full_phone_says_so_and_loses_nothing(
    enrolled: Callable[[str], Inspector], photo_files: list[Path]
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.leave_coverage()
    phone.arrive()
    assert phone.record(Hazard((photo_files[0],), phrase="psj", place="一号破碎机")) == "A1"

    used = phone.page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    phone.close()  # the browser remembers for a while how much room there was
    phone.start_browser()
    storage = phone.context.new_cdp_session(phone.page)
    full = {"origin": phone.network.url, "quotaSize": used + ROOM_BYTES}
    storage.send("Storage.overrideQuotaForOrigin", full)
    phone.leave_coverage()
    phone.reopen()
    phone.hand.wait("inspection")
    phone.hand.photograph("take-photo", photo_files[1])
    expect(phone.hand.see("toast-failed")).to_contain_text("空间不足")
    phone.hand.photo_of_screen("quota")
    expect(phone.hand.see("finding")).to_have_count(1)

    storage.send("Storage.overrideQuotaForOrigin", {"origin": phone.network.url})
    assert phone.record(Hazard((photo_files[1],), phrase="aq", same_place=True)) == "A2"
    phone.return_to_coverage()
    phone.wait_until_all_done()
    phone.hand.tap("show-all")
    expect(phone.hand.see("outbox-item", kind="photo.add", status="verified")).to_have_count(2)
