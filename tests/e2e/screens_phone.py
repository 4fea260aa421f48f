"""The inspector's way through every screen of the phone: one day, stopping to look at each.

Each function is a stretch of the day: first what the inspector does, then the screens that can be
seen at that moment. A screen that shows a sheet opens it again in each language.
"""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import screens_full
from tests.e2e.hand import Hand
from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.screens_before_leaving import before_leaving, entrance
from tests.e2e.screens_signing import ordering, signing
from tests.e2e.screens_touch import Touch, address, closed, leave_and_return, opened, tap, written
from tests.e2e.screens_walk import Screen, Walk
from tests.e2e.supervisor import Supervisor

OFFLINE = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_REFUSED", "net::ERR_FAILED")


def arrived(phone: Inspector, walk: Walk, inspection: str) -> None:
    """No signal; the inspection has begun and is still empty."""
    walk.expected = OFFLINE
    phone.leave_coverage()
    phone.open_todays_inspection()
    phone.hand.tap("begin")  # what the card asks was answered before leaving
    phone.hand.wait("inspection", state="in_progress")
    walk.through(
        [
            Screen("inspection-empty", inspection, "inspection"),
            Screen("inspection-more", inspection, "inspection", opened("more", "pause"), closed),
            Screen("inspection-pause", inspection, "inspection", tap("more", "pause"), closed),
            Screen("hazard-empty", f"{inspection}/hazard", "hazard-form"),
            Screen(
                "phrases",
                f"{inspection}/hazard",
                "hazard-form",
                opened("phrases", "phrase"),
                closed,
            ),
            Screen("phrases-found", f"{inspection}/hazard", "hazard-form", _find_phrase, closed),
            Screen("sign-empty", f"{inspection}/sign", "back"),
        ]
    )


def _find_phrase(hand: Hand) -> None:
    hand.tap("phrases")
    hand.write(hand.wait("phrase-search"), "psj")
    hand.wait("phrase")


def capture(phone: Inspector, walk: Walk, inspection: str, photos: list[Path]) -> None:
    """Hazards recorded, one with gaps, one being written; photos not yet given to any."""
    phone.go(inspection)
    phone.hand.wait("inspection")
    phone.record(Hazard(tuple(photos[:2]), phrase="psj", place="破碎车间一号皮带机尾部"))
    phone.record(Hazard((photos[2],)))
    phone.hand.photograph("take-photo", photos[3])
    phone.hand.wait("hazard-form")
    phone.describe(Hazard((), phrase="dj", place="成品料仓北侧配电柜"))
    _say(phone)
    phone.go(f"{inspection}/burst")
    shoot(phone.hand)
    own = _own_findings(phone, inspection)
    walk.through(_capture_screens(inspection, own["A1"], own["A2"]))


def _capture_screens(inspection: str, whole: str, gaps: str) -> list[Screen]:
    """What can be seen while hazards are recorded; `whole` and `gaps` are two of them."""
    return [
        Screen("inspection", inspection, "gap-badge", readme=True),
        Screen("hazard", f"{inspection}/hazard", "photos", readme=True),
        Screen(
            "hazard-major",
            f"{inspection}/hazard",
            "photos",
            opened("grade-major", "hazard-criterion"),
            tap("grade-general"),
        ),
        Screen("finding-own", f"/findings/{whole}", "finding-page"),
        Screen(
            "photo-viewer",
            f"/findings/{whole}",
            "open-photo",
            opened("open-photo", "kept-image"),
            closed,
        ),
        Screen("annotator", f"/findings/{whole}", "open-photo", _annotate, _annotated),
        Screen(
            "voice-refused", f"{inspection}/hazard", "photos", _microphone_refused, _camera_back
        ),
        *_voice_screens(inspection),
        Screen("finding-gaps", f"/findings/{gaps}", "finding-page"),
        Screen("finding-edit", f"/findings/{gaps}/edit", "hazard-form"),
        Screen(
            "finding-withdraw",
            f"/findings/{whole}",
            "finding-page",
            opened("action-withdraw", "action-sheet"),
            closed,
        ),
        Screen(
            "finding-duplicate",
            f"/findings/{whole}",
            "finding-page",
            opened("action-duplicate", "action-sheet"),
            closed,
        ),
        Screen("burst", f"{inspection}/burst", "burst-page", shoot),
        Screen("burst-refused", f"{inspection}/burst", "burst-page", _camera_refused, _camera_back),
        Screen("tray", f"{inspection}/tray", "loose-photo", tap("choose-all")),
        *_recording_screens(inspection),
        Screen("sign-gaps", f"{inspection}/sign", "sign-gaps"),
        Screen("today-under-way", "/today", "continue", readme=True),
        Screen("outbox-offline", "/outbox", "outbox-item", readme=True),
        Screen("carry", "/carry", "carry-to-code"),
        Screen("carry-save", "/carry/save", "carry-make"),
        Screen("carry-made", "/carry/save", "carry-save", opened("carry-make", "carry-made")),
        Screen("carry-open", "/carry/open", "carry-choose"),
        Screen("carry-foreign", "/carry/open", "carry-choose", _foreign_file),
        Screen("carry-show", "/carry/show", "carry-code"),
        Screen("carry-scan", "/carry/scan", "carry-scan"),
        Screen("storage-offline", "/storage", "storage"),
        *screens_full.screens(inspection),
        Screen("upload-offline", "/upload", "upload"),
        Screen("settings-offline", "/settings", "settings-page"),
    ]


def _voice_screens(inspection: str) -> list[Screen]:
    """A voice note of the draft, and one that was taken back."""
    return [
        Screen("voice-notes", f"{inspection}/hazard", "voice-take-out"),
        Screen("voices-loose", inspection, "inspection", _unfold("loose-voices")),
    ]


def _recording_screens(inspection: str) -> list[Screen]:
    """References to recordings, and the clock a camera films."""
    return [
        Screen("recordings-phone", f"{inspection}/recordings", "rec-save"),
        Screen(
            "recordings-unknown",
            f"{inspection}/recordings",
            "rec-save",
            written("rec-file", "录像一.mp4", "rec-file-unknown"),
            written("rec-file", ""),
        ),
        Screen("recordings-list-empty", f"{inspection}/list", "recordings-list"),
        Screen("recordings-list", f"{inspection}/list", "recordings-list", _listed),
        Screen(
            "clock",
            f"{inspection}/clock",
            "clock-page",
            written("shown-camera", "DSJ0001", "clock-begin"),
        ),
        Screen("clock-shown", "", "clock-page", opened("clock-begin", "clock-shown")),
    ]


def _annotate(hand: Hand) -> None:
    hand.tap("open-photo")
    hand.tap(hand.wait("mark-circle"))
    canvas = hand.wait("annotator-canvas")
    expect(canvas).to_have_attribute("width", re.compile(r"^\d+$"))  # the picture is there
    hand.drag(canvas, (0.3, 0.3), (0.6, 0.6))
    expect(hand.see("annotator")).to_have_attribute("data-marks", "1")


def _annotated(hand: Hand) -> None:
    """Leave without keeping it."""
    hand.tap("annotator-close")
    expect(hand.see("annotator")).to_have_count(0)
    closed(hand)


def _unfold(name: str) -> Touch:
    def touch(hand: Hand) -> None:
        hand.tap(hand.wait(name).locator("summary"))

    return touch


def _listed(hand: Hand) -> None:
    """Choose a station's list with one line that is none."""
    names = [f"DSJ0001-20260501-09{minute}00-1.mp4,600" for minute in (10, 20)]
    raw = "\n".join([*names, "不是录像"]).encode()
    file = {"name": "清单.csv", "mimeType": "text/csv", "buffer": raw}
    hand.see("list-file").set_input_files([file])
    hand.tap(hand.wait("listed-file"))
    hand.wait("list-save")


def _say(phone: Inspector) -> None:
    """Two voice notes for the hazard being written; one of them is taken back."""
    for count in (1, 2):
        phone.hand.tap(phone.hand.wait("voice-flip", on="false"))
        phone.hand.wait("voice-flip", on="true")
        phone.page.wait_for_timeout(1200)
        phone.hand.tap("voice-flip")
        expect(phone.hand.see("voices")).to_have_attribute("data-count", str(count))
    phone.hand.tap(phone.hand.see("voice-take-out").last)
    expect(phone.hand.see("voices")).to_have_attribute("data-count", "1")


def _microphone_refused(hand: Hand) -> None:
    hand.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia ="
        " () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    hand.tap("voice-flip")
    hand.wait("voice-problem")


def shoot(hand: Hand) -> None:
    """Take one photo in the page's own camera."""
    expect(hand.wait("shutter")).to_be_enabled(timeout=15_000)
    hand.tap("shutter")
    expect(hand.see("burst-page")).to_have_attribute("data-saved", "1", timeout=15_000)


def _own_findings(phone: Inspector, inspection: str) -> dict[str, str]:
    phone.go(inspection)
    phone.hand.wait("finding")
    cards = phone.hand.see("finding").all()
    return {
        str(card.get_attribute("data-number")): str(card.get_attribute("href")).split("/")[2]
        for card in cards
    }


def _camera_refused(hand: Hand) -> None:
    """The person refuses the camera: the browser's own answer, on a page opened after that."""
    hand.page.context.clear_permissions()
    hand.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia ="
        " () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    leave_and_return(hand)
    hand.wait("camera-refused")


def _camera_back(hand: Hand) -> None:
    hand.page.evaluate("delete navigator.mediaDevices.getUserMedia")
    hand.page.context.grant_permissions(["geolocation", "camera", "microphone"])


def _foreign_file(hand: Hand) -> None:
    """Choose a file that holds no records."""
    with hand.page.expect_file_chooser() as chosen:
        hand.tap("carry-choose")
    chosen.value.set_files({"name": "x.txt", "mimeType": "text/plain", "buffer": b"not ours"})
    hand.wait("carry-failure")


def afterwards(phone: Inspector, walk: Walk, inspection: str, photos: list[Path]) -> None:
    """Ordered; another hazard is reinspected; back online everything is sent."""
    phone.go("/hazards")
    cards = phone.hand.wait("hazards").locator('[data-state="rectification_claimed"]')
    again = address(phone, "finding", cards.first.get_attribute("href")).split("/")[2]
    phone.go(f"/findings/{again}/reinspect")
    phone.hand.wait("reinspect")
    phone.hand.photograph("take-photo", photos[4])
    expect(phone.hand.see("after-photo").locator("img")).to_be_visible()
    ordered = _own_findings(phone, inspection)["A1"]
    walk.through(
        [
            Screen("inspection-ordered", inspection, "inspection"),
            Screen("document", inspection, "document", opened("document", "document-page")),
            Screen("finding-ordered-own", f"/findings/{ordered}", "finding-page"),
            Screen(
                "reinspect-pass", f"/findings/{again}/reinspect", "after-photo", tap("result-pass")
            ),
            Screen(
                "reinspect-fail",
                f"/findings/{again}/reinspect",
                "after-photo",
                opened("result-fail", "opinion"),
            ),
        ]
    )
    phone.go(f"/findings/{again}/reinspect")
    phone.hand.tap(phone.hand.wait("result-pass"))
    phone.hand.tap("save-reinspection")
    phone.hand.wait("finding-page")
    phone.return_to_coverage()
    phone.wait_until_all_done()
    walk.expected = ()
    walk.through(
        [
            Screen("finding-reinspected", f"/findings/{again}", "finding-page"),
            Screen("inspection-done", inspection, "inspection"),
            Screen("outbox-all-done", "/outbox", "outbox-head", attributes={"all-done": "true"}),
            Screen("storage", "/storage", "free-0"),
            Screen("storage-sure", "/storage", "storage", opened("free-0", "free-confirm"), closed),
            Screen("upload-all-done", "/upload", "all-done"),
            Screen("today-done", "/today", "today"),
        ]
    )


def the_whole_day(
    phone: Inspector,
    desk: Supervisor,
    walk: Walk,
    photos: list[Path],
    at_the_desk: Callable[[], None],
) -> None:
    """Every screen of the phone; `at_the_desk` is called while the phone waits to be confirmed."""
    code = entrance(phone, walk)
    desk.synchronise()
    at_the_desk()
    desk.confirm_phone(phone.name, code)
    desk.synchronise()
    phone.synchronise()
    phone.is_ready_to_leave()
    inspection = before_leaving(phone, walk)
    arrived(phone, walk, inspection)
    capture(phone, walk, inspection, photos)
    signing(phone, walk, inspection)
    ordering(phone, walk, inspection)
    afterwards(phone, walk, inspection, photos)
