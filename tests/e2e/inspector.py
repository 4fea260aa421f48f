"""What an inspector does on the phone, step by step as the screens offer it."""

import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.people import Person

ENTERPRISE = "瑞禾"
NAMES = {"jcy1": "周青禾", "jcy2": "林见石"}


@dataclass(frozen=True)
class Hazard:
    """What is recorded about one hazard: photo files, and the initials that find a phrase."""

    photos: tuple[Path, ...]
    phrase: str = ""
    place: str = ""
    same_place: bool = False
    album: tuple[Path, ...] = ()


class Inspector(Person):
    """An inspector with a phone."""

    @property
    def name(self) -> str:
        """The name of this account's person in the demo."""
        return NAMES[self.login]

    def enrol(self) -> str:
        """Sign in on a new phone and set a PIN; ends on 出发检查. Return the pairing code."""
        self.sign_in()
        code = self.pairing_code()
        self.hand.photo_of_screen(f"{self.login}-enrol")
        self.hand.tap("enrol-continue")
        self.set_pin()
        self.hand.wait("ready")
        return code

    def is_ready_to_leave(self, seconds: float = 90) -> None:
        """Wait for a green 出发检查, pressing what it offers when something is missing."""
        self.go("/ready")
        self.hand.wait("ready")
        deadline = time.monotonic() + seconds
        while self.hand.see("ready").get_attribute("data-ready") != "true":
            assert time.monotonic() < deadline, self.hand.see("check", ok="false").all_inner_texts()
            for check in ("inspections", "hazards"):
                button = self.hand.see(f"mend-{check}")
                if button.count() and button.is_enabled():
                    self.hand.tap(button)
                    break
            self.page.wait_for_timeout(500)

    def open_todays_inspection(self) -> None:
        """From 今日, open the planned inspection; ends on the arrival card."""
        self.go("/today")
        self.hand.wait("today")
        self.hand.tap(self.hand.see("planned").filter(has_text=ENTERPRISE))
        self.hand.wait("arrival")

    def arrive(self) -> None:
        """亮证 + 告知, recorder on, begin."""
        self.hand.tap("id-shown")
        self.hand.tap("recorder-on")
        self.hand.tap("begin")
        self.hand.wait("inspection", state="in_progress")

    @property
    def inspection(self) -> str:
        """The id of the inspection on the screen."""
        return self.page.url.split("/inspections/")[1].split("/")[0]

    def record(self, hazard: Hazard) -> str:
        """Record one hazard from the inspection's page; return the number it got."""
        self.hand.wait("inspection")
        before = self.hand.see("finding").count()
        if hazard.photos:
            self.hand.photograph("take-photo", hazard.photos[0])
        else:
            self.hand.tap("new-hazard")
        self.hand.wait("hazard-form")
        for photo in hazard.photos[1:]:
            self.hand.photograph("take-photo", photo)
        for photo in hazard.album:
            self.hand.photograph("from-album", photo)
        if count := len(hazard.photos) + len(hazard.album):
            expect(self.hand.see("photos")).to_have_attribute("data-count", str(count))
        self.describe(hazard)
        return self.save_hazard(before)

    def describe(self, hazard: Hazard) -> None:
        """Pick a phrase by its initials, and say where it is."""
        if hazard.phrase:
            self.hand.tap("phrases")
            self.hand.wait("phrase-sheet")
            self.hand.write("phrase-search", hazard.phrase)
            self.hand.tap("phrase")
            expect(self.hand.see("hazard-description")).not_to_have_value("")
        if hazard.same_place:
            self.hand.tap("same-as-before")
            expect(self.hand.see("hazard-place")).not_to_have_value("")
        elif hazard.place:
            self.hand.write("hazard-place", hazard.place)

    def save_hazard(self, before: int) -> str:
        """Save; wait until the phone says it is kept; return the number."""
        self.hand.tap("save-hazard")
        self.hand.wait("inspection")
        expect(self.hand.see("finding")).to_have_count(before + 1)
        said = self.hand.wait("toast").inner_text()
        assert "已存本机" in said
        return said.split()[0]

    def burst(self, count: int, before: int = 0) -> None:
        """Take photos in the page's own camera, one tap each; ends in the tray (with `before`)."""
        self.hand.tap("burst")
        page = self.hand.wait("burst-page")
        expect(self.hand.see("shutter")).to_be_enabled(timeout=15_000)
        for number in range(1, count + 1):
            self.hand.tap("shutter")
            expect(page).to_have_attribute("data-saved", str(number), timeout=15_000)
        self.hand.photo_of_screen(f"{self.login}-burst")
        self.hand.tap("burst-done")
        self.hand.wait("tray", count=str(before + count))

    def sign_record(self, *, other_officer: bool = False, page: str = "sign") -> str:
        """Read and sign with the site head; return the hash of what was shown."""
        self.hand.tap(page)
        self.hand.wait("sign-page")
        shown = self.hand.see("rendering").get_attribute("data-sha256")
        self.hand.draw_signature("sign-officer-1")
        if other_officer:
            self.hand.draw_signature("sign-officer-2")
        self.hand.draw_signature("sign-site_head")
        self.hand.photo_of_screen(f"{self.login}-{page}")
        self.hand.tap("sign-finish")
        self.hand.wait("inspection")
        assert shown
        return shown

    def order(self, days: dict[str, int], *, others: int) -> None:
        """Order rectification: the named hazards in so many days, `others` days for the rest."""
        self.hand.tap("order")
        self.hand.wait("order-items")
        for number, wanted in days.items():
            self.hand.tap(f"days-{wanted}-{number}")
        self.hand.tap(f"days-{others}-all")
        for item in self.hand.see("order-item").all():
            expect(item.locator('[data-test="deadline"]')).not_to_have_value("")
        self.hand.photo_of_screen(f"{self.login}-order-items")
        self.hand.tap("order-preview")
        self.hand.wait("order-sign")
        self.hand.draw_signature("sign-officer-1")
        self.hand.draw_signature("sign-recipient")
        self.hand.photo_of_screen(f"{self.login}-order-sign")
        self.hand.tap("order-issue")
        self.hand.wait("inspection")

    def reinspect(self, number: str, photo: Path, *, result: str = "pass") -> None:
        """From the hazard's reinspection page: photo, result, save."""
        self.hand.wait("reinspect")
        self.hand.photograph("take-photo", photo)
        expect(self.hand.see("after-photo").locator("img")).to_be_visible()
        self.hand.tap(f"result-{result}")
        self.hand.photo_of_screen(f"{self.login}-reinspect-{number}")
        self.hand.tap("save-reinspection")
        self.hand.wait("finding-page")
