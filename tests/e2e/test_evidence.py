"""Photos marked and redacted, and voice notes: on the phone without a signal, and at the desk."""

import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import expect

from tests.e2e.hand import Hand
from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.supervisor import Supervisor

FIELD = ((0.2, 0.2), (0.6, 0.6))


def begun_offline(enrolled: Callable[[str], Inspector]) -> Inspector:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.arrive()
    phone.leave_coverage()
    return phone


def open_finding(phone: Inspector, number: str) -> str:
    """Open a hazard of the inspection on the screen; return its id."""
    phone.hand.tap(phone.hand.wait("finding", number=number))
    phone.hand.wait("finding-page")
    return phone.page.url.split("/findings/")[1]


def mark(hand: Hand, shape: str) -> int:
    """Make one marked copy of the first photo on the page; return the taps it took."""
    before = hand.see("viewer-copy").count()
    with hand.counting() as count:
        if not hand.see("photo-viewer").count():
            hand.tap("open-photo")
        hand.tap(hand.wait(f"mark-{shape}"))
        canvas = hand.wait("annotator-canvas")
        expect(canvas).to_have_attribute("width", re.compile(r"^\d+$"))  # the picture is there
        hand.drag(canvas, *FIELD)
        expect(hand.see("annotator")).to_have_attribute("data-marks", "1")
        hand.photo_of_screen(f"annotator-{shape}")
        hand.tap("mark-keep")
        expect(hand.see("annotator")).to_have_count(0)
    expect(hand.see("viewer-copy")).to_have_count(before + 1)
    return count.taps


def roughness(image: Image.Image, box: tuple[float, float, float, float]) -> float:
    """Return how much neighbouring pixels differ in a part of a picture."""
    sides = (image.width, image.height, image.width, image.height)
    left, top, right, bottom = (int(part * side) for part, side in zip(box, sides, strict=True))
    part = image.convert("L").crop((left, top, right, bottom))
    return float(ImageStat.Stat(ImageChops.difference(part, ImageChops.offset(part, 1))).median[0])


def test_a_photo_is_marked_in_three_taps_and_redacted_at_the_desk(
    enrolled: Callable[[str], Inspector], supervisor: Supervisor, photo_files: list[Path]
) -> None:
    phone = begun_offline(enrolled)
    original = photo_files[0].read_bytes()
    number = phone.record(Hazard((photo_files[0],), phrase="psj", place="一号破碎机"))
    finding = open_finding(phone, number)
    for shape in ("arrow", "circle", "blur"):
        assert mark(phone.hand, shape) <= 3
    expect(phone.hand.see("viewer-original").locator("img")).to_be_visible()
    phone.hand.photo_of_screen("photo-viewer")
    phone.page.reload()  # what was kept is on the phone
    phone.hand.tap(phone.hand.wait("open-photo"))
    expect(phone.hand.see("viewer-copy")).to_have_count(3)
    expect(phone.hand.see("viewer-copy").last.locator("img")).to_be_visible()
    phone.hand.tap("sheet-close")
    phone.return_to_coverage()
    phone.wait_until_all_done()

    desk = supervisor
    desk.look_anew(f"/board/findings/{finding}")
    assert desk.originals() == [hashlib.sha256(original).hexdigest()]
    kinds = [kind for kind, outcome in desk.timeline() if outcome == "applied"]
    assert kinds.count("photo.derive") == 3
    desk.hand.tap("photo-open")
    dialog = desk.hand.wait("photo-dialog")
    expect(dialog.locator('[data-test="copies"]')).to_have_attribute("data-count", "3")
    expect(dialog.locator('[data-test="not-public"]')).to_be_visible()  # a marked one is not
    expect(dialog.locator('[data-test="image-state"]')).to_have_attribute("data-state", "made")
    desk.hand.tap(desk.hand.wait("redact"))
    canvas = desk.hand.wait("annotator-canvas")
    expect(canvas).to_have_attribute("width", re.compile(r"^\d+$"))  # the picture is there
    desk.hand.drag(canvas, *FIELD)
    desk.hand.photo_of_screen("desk-redact")
    desk.hand.tap("mark-keep")
    expect(desk.hand.see("copy", purpose="redaction")).to_have_count(1)
    desk.hand.photo_of_screen("desk-copies")
    with desk.page.expect_download() as saved:
        desk.hand.tap("public-copy")
    public = Image.open(io.BytesIO(Path(saved.value.path()).read_bytes()))
    assert public.size == (3000, 2250)
    assert roughness(public, (0.7, 0.7, 0.9, 0.9)) > 8
    assert roughness(public, (0.25, 0.25, 0.55, 0.55)) <= 2  # the photo's noise is gone
    desk.hand.tap(dialog.locator('[data-test="dialog-close"]'))
    desk.wait_until_all_done()
    desk.look_anew(f"/board/findings/{finding}")
    assert desk.originals() == [hashlib.sha256(original).hexdigest()]


def speak(phone: Inspector, expected: int) -> int:
    """Say something for two seconds; return the taps it took."""
    with phone.hand.counting() as count:
        phone.hand.tap(phone.hand.wait("voice-flip"))
        phone.hand.wait("voice-flip", on="true")
        phone.page.wait_for_timeout(2000)
        phone.hand.photo_of_screen("voice-recording")
        phone.hand.tap("voice-flip")
    expect(phone.hand.see("voices")).to_have_attribute("data-count", str(expected))
    return count.taps


def listen(hand: Hand) -> None:
    """Play the first voice note; it must sound to its end or at least begin."""
    hand.tap(hand.wait("voice-play"))
    audio = hand.wait("voice-audio")
    hand.page.wait_for_function(
        "audio => audio.readyState >= 2 && audio.error === null", arg=audio.element_handle()
    )


def test_a_voice_note_takes_two_taps_and_is_heard_at_the_desk(
    enrolled: Callable[[str], Inspector], supervisor: Supervisor
) -> None:
    phone = begun_offline(enrolled)
    phone.hand.tap("new-hazard")
    phone.hand.wait("hazard-form")
    phone.hand.write("hazard-description", "皮带机无护罩")
    assert speak(phone, 1) <= 2
    phone.page.reload()  # the draft remembers it, and the bytes are kept
    expect(phone.hand.see("voices")).to_have_attribute("data-count", "1")
    number = phone.save_hazard(0)
    finding = open_finding(phone, number)
    assert speak(phone, 2) <= 2
    listen(phone.hand)
    phone.hand.photo_of_screen("voice-notes")
    phone.hand.tap("voice-flip")
    phone.hand.wait("voice-flip", on="true")
    phone.page.wait_for_timeout(1500)
    phone.go("/hazards")  # who leaves while speaking loses nothing
    phone.hand.wait("hazards")
    phone.go(f"/findings/{finding}")
    expect(phone.hand.see("voices")).to_have_attribute("data-count", "3", timeout=15_000)
    phone.return_to_coverage()
    phone.wait_until_all_done()

    supervisor.look_anew(f"/board/findings/{finding}")
    page = supervisor.hand.wait("finding-page", finding=finding, seconds=45)
    expect(page.locator(".sup-column").first.locator('[data-test="voice"]')).to_have_count(3)
    assert [kind for kind, _ in supervisor.timeline()].count("voice.add") == 3
    listen(supervisor.hand)
    supervisor.hand.photo_of_screen("desk-voice")


def test_a_voice_note_survives_a_killed_page_and_can_be_taken_back(
    enrolled: Callable[[str], Inspector], supervisor: Supervisor
) -> None:
    phone = begun_offline(enrolled)
    inspection = phone.inspection
    phone.hand.tap("new-hazard")
    phone.hand.wait("hazard-form")
    phone.hand.write("hazard-description", "皮带机无护罩")
    phone.hand.tap(phone.hand.wait("voice-flip"))
    phone.hand.wait("voice-flip", on="true")
    phone.page.wait_for_timeout(3500)
    phone.crash()
    phone.reopen()  # on the form that was open
    expect(phone.hand.wait("toast")).to_contain_text("上次录音中断")
    phone.hand.photo_of_screen("voice-rescued")
    expect(phone.hand.see("voices")).to_have_attribute("data-count", "1")
    length = phone.hand.see("voice").inner_text()
    assert re.search(r"0:0[2-4]", length), length
    listen(phone.hand)
    expect(phone.hand.see("hazard-description")).to_have_value("皮带机无护罩")
    speak(phone, 2)
    phone.hand.tap(phone.hand.see("voice-take-out").last)  # out of the draft
    expect(phone.hand.see("voices")).to_have_attribute("data-count", "1")
    number = phone.save_hazard(0)
    phone.hand.wait("loose-voices", count="1")
    finding = open_finding(phone, number)
    phone.hand.photo_of_screen("voice-take-out")
    phone.hand.tap(phone.hand.wait("voice-take-out"))  # out of the hazard
    expect(phone.hand.see("voices")).to_have_attribute("data-count", "0")
    phone.go(f"/inspections/{inspection}")
    phone.hand.tap(phone.hand.wait("loose-voices", count="2").locator("summary"))
    phone.hand.photo_of_screen("voices-loose")
    phone.return_to_coverage()
    phone.wait_until_all_done()

    supervisor.look_anew(f"/board/findings/{finding}")
    kinds = [kind for kind, outcome in supervisor.timeline() if outcome == "applied"]
    assert "voice.unassign" in kinds
    supervisor.open_inspection(inspection)
    expect(supervisor.hand.see("voice")).to_have_count(2, timeout=45_000)
    listen(supervisor.hand)


def test_a_refused_microphone_is_said_and_the_hazard_is_written_instead(
    enrolled: Callable[[str], Inspector],
) -> None:
    phone = begun_offline(enrolled)
    inspection = phone.inspection
    phone.close()
    phone.camera_allowed = False
    phone.start_browser()
    phone.reopen()
    phone.go(f"/inspections/{inspection}/hazard")
    phone.hand.tap(phone.hand.wait("voice-flip"))
    expect(phone.hand.wait("voice-problem")).to_contain_text("没有麦克风权限")
    phone.hand.photo_of_screen("microphone-refused")
    phone.hand.write("hazard-description", "皮带机无护罩")
    assert phone.save_hazard(0) == "A1"
