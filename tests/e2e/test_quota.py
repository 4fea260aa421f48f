"""A full phone: told before anything is lost; what was taken waits; what is safe may go."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector

LEFT_BYTES = 1_000_000  # beyond what the application has set aside


def fill(phone: Inspector, left: int) -> None:
    """Let so much be left on the phone, without a signal; the application is opened anew."""
    used = phone.page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    phone.close()  # the browser remembers for a while how much room there was
    phone.start_browser()
    full = {"origin": phone.network.url, "quotaSize": used + left}
    phone.context.new_cdp_session(phone.page).send("Storage.overrideQuotaForOrigin", full)
    phone.leave_coverage()
    phone.reopen()
    phone.hand.wait("inspection")


@pytest.fixture
def phone(enrolled: Callable[[str], Inspector], photo_files: list[Path]) -> Inspector:
    """A phone without a signal in an inspection, with one hazard and its photo on it."""
    one = enrolled("jcy1")
    one.open_todays_inspection()
    one.leave_coverage()
    one.arrive()
    assert one.record(Hazard((photo_files[0],), phrase="psj", place="一号破碎机")) == "A1"
    return one


def refused(phone: Inspector, name: str) -> None:
    """Tap what would capture something: the phone says that it is full, and nothing opens."""
    phone.hand.tap(phone.hand.wait(name))
    sheet = phone.hand.wait("no-room")
    expect(sheet).to_contain_text("本机空间不足")
    expect(sheet.locator('[data-test="no-room-rescue"]')).to_be_visible()  # no signal, not sent
    phone.hand.photo_of_screen(f"full-{name}")
    phone.hand.tap("sheet-close")


def test_a_full_phone_opens_no_camera_and_still_takes_words(
    phone: Inspector, photo_files: list[Path]
) -> None:
    inspection = phone.inspection
    fill(phone, LEFT_BYTES)
    assert phone.record(Hazard((photo_files[1],), phrase="aq")) == "A2"  # there was room for it
    refused(phone, "take-photo")
    phone.hand.tap("burst")
    phone.hand.wait("no-room")
    phone.hand.tap("sheet-close")
    phone.hand.wait("burst-full")
    phone.hand.photo_of_screen("full-burst")
    phone.go("/today")
    expect(phone.hand.wait("room-full")).to_contain_text("已暂停拍照和录音")
    phone.hand.photo_of_screen("full-today")
    phone.hand.tap("room-line")
    phone.hand.wait("storage", level="full", waiting="2")
    phone.hand.photo_of_screen("storage-full")
    phone.go(f"/inspections/{inspection}/hazard")
    phone.hand.wait("hazard-form")
    for name in ("from-album", "voice-flip"):
        refused(phone, name)
    phone.hand.write("hazard-description", "皮带机无护罩")
    assert phone.save_hazard(2) == "A3"
    phone.hand.tap("take-photo")
    phone.hand.tap(phone.hand.wait("no-room-rescue"))
    phone.hand.wait("carry-save")


def test_what_was_taken_and_does_not_fit_waits_until_there_is_room(
    phone: Inspector, photo_files: list[Path]
) -> None:
    fill(phone, LEFT_BYTES)
    phone.hand.tap("new-hazard")
    phone.hand.wait("hazard-form")
    phone.hand.photograph("from-album", *photo_files[1:13])
    sheet = phone.hand.wait("no-room", seconds=30)
    told = re.search(r"(\d+) 件拍摄内容尚未保存", sheet.inner_text())
    assert told and 0 < int(told[1]) < 12
    phone.hand.photo_of_screen("not-kept")
    phone.hand.tap("keep-again")
    expect(sheet).to_contain_text(told[0])
    phone.hand.tap("sheet-close")
    phone.hand.wait("not-kept", count=told[1])
    expect(phone.hand.see("photos")).to_have_attribute("data-count", str(12 - int(told[1])))
    phone.hand.photo_of_screen("not-kept-line")
    address = phone.page.evaluate("location.hash.slice(1)")
    phone.return_to_coverage()
    phone.wait_until_all_done()
    phone.go("/storage")
    phone.hand.tap(phone.hand.wait("free-0"))
    phone.hand.tap(phone.hand.wait("free-confirm"))
    phone.hand.wait("storage", verified="0", waiting="0")
    phone.hand.tap("not-kept-open")
    phone.hand.tap(phone.hand.wait("keep-again"))
    expect(phone.hand.see("no-room")).to_have_count(0, timeout=20_000)
    expect(phone.hand.see("not-kept")).to_have_count(0)
    phone.go(address)
    expect(phone.hand.see("photos")).to_have_attribute("data-count", "12")
    phone.save_hazard(1)
    phone.wait_until_all_done()
    phone.hand.tap("show-all")
    expect(phone.hand.see("outbox-item", kind="photo.add", status="verified")).to_have_count(13)


def test_only_what_the_server_verified_may_go(phone: Inspector) -> None:
    phone.go("/storage")
    phone.hand.wait("storage", waiting="1", verified="0", level="roomy")
    expect(phone.hand.see("free-0")).to_have_count(0)
    phone.hand.photo_of_screen("storage-waiting")
    phone.return_to_coverage()
    phone.wait_until_all_done()
    phone.go("/settings")
    phone.hand.tap(phone.hand.wait("storage-open"))
    phone.hand.wait("storage", waiting="0", verified="1")
    phone.hand.photo_of_screen("storage-verified")
    phone.hand.tap("free-0")
    phone.hand.photo_of_screen("storage-sure")
    phone.hand.tap(phone.hand.wait("free-confirm"))
    expect(phone.hand.wait("toast")).to_contain_text("已删除 1 件")
    phone.hand.wait("storage", waiting="0", verified="0")
    phone.go("/today")
    phone.hand.tap("continue")
    phone.hand.tap(phone.hand.wait("finding", number="A1"))
    phone.hand.tap(phone.hand.wait("open-photo"))
    expect(phone.hand.wait("kept-image")).to_be_visible()  # from the server, checked by its hash
