"""What the supervisor does at the wide screen."""

import hashlib
import re

from playwright.sync_api import Response, expect

from tests.e2e.people import Person


class Supervisor(Person):
    """A supervisor at a desk."""

    wide = True

    def enrol(self, ticket: str) -> None:
        """Sign in, redeem the printed ticket, set a PIN; ends on the board."""
        self.sign_in()
        self.pairing_code()
        self.hand.tap("ticket-open")
        self.hand.write("ticket", ticket)
        self.hand.tap("ticket-submit")
        self.set_pin()
        self.hand.wait("board")

    def confirm_phone(self, name: str, code: str) -> None:
        """Compare this screen's code with the one read out from the phone, type it, confirm."""
        self.hand.tap("nav/phones")
        phone = self.hand.see("phone").filter(has_text=name)
        expect(phone).to_be_visible(timeout=45_000)
        assert phone.locator('[data-test="pairing-code"]').inner_text() == code
        self.hand.write(phone.locator('[data-test="code-input"]'), code)
        self.hand.tap(phone.locator('[data-test="phone-confirm"]'))
        expect(phone).to_have_count(0, timeout=45_000)

    def revoke_phone(self, name: str, cause: str, reason: str) -> None:
        """End the newest phone in use of a person, having read what that means."""
        self.go("/phones")
        phones = self.hand.see("person-phones").filter(has_text=name)
        self.hand.tap(phones.locator('[data-test="phone-revoke"]').last)
        self.hand.wait("revoke-dialog")
        self.hand.tap(f"revoke-{cause}")
        self.hand.wait("revoke-means")
        self.hand.write("revoke-reason", reason)
        self.hand.tap("revoke-submit")
        expect(self.hand.see("revoke-dialog")).to_have_count(0)

    def decide(self, kind: str, way: str, reason: str) -> None:
        """Accept or decline the quarantined record of a kind; wait until the server has it."""
        self.go("/held")
        entry = self.hand.wait("held-entry", kind=kind, seconds=45)
        op = str(entry.get_attribute("data-op"))
        self.hand.tap(entry.locator(f'[data-test="held-{way}"]'))
        self.hand.write("decide-reason", reason)
        self.hand.tap("decide-submit")
        expect(self.hand.see("held-entry", op=op)).to_have_count(0, timeout=45_000)

    def look_anew(self, path: str) -> None:
        """Open a page and load it again, as somebody does who wants to see what is new."""
        self.go(path)
        self.page.reload()

    def open_inspection(self, inspection: str) -> None:
        """Open an inspection's page."""
        self.go(f"/field/inspections/{inspection}")
        self.hand.wait("inspection-page", inspection=inspection, seconds=45)

    def open_finding(self, finding: str) -> None:
        """Open a hazard's page."""
        self.go(f"/board/findings/{finding}")
        self.hand.wait("finding-page", finding=finding)

    def findings_of(self, inspection: str) -> dict[str, str]:
        """Return the hazards of the inspection's page: number → id."""
        self.open_inspection(inspection)
        found = {}
        for line in self.hand.see("inspection-finding").all():
            number = re.search(r"\b([A-Z]\d+)\b", line.inner_text())
            assert number, line.inner_text()
            found[number[1]] = str(line.get_attribute("data-finding"))
        return found

    def originals(self) -> list[str]:
        """Open each photo of this page; return the digests of the bytes that came, each ✔."""
        answers: list[Response] = []

        def note(answer: Response) -> None:
            answers.append(answer)

        self.page.on("response", note)
        digests = []
        self.hand.wait("photo", seconds=45)
        for photo in self.hand.see("photo").all():
            self.hand.tap(photo.locator('[data-test="photo-open"]'))
            dialog = self.hand.wait("photo-dialog")
            expect(dialog.locator('[data-test="original"]')).to_be_visible(timeout=20_000)
            expect(dialog.locator('[data-test="original-check"]')).to_contain_text("原件校验一致")
            shown = dialog.locator("code").inner_text()
            came = next(one for one in answers if one.url.endswith(f"/blobs/{shown}"))
            digests.append(hashlib.sha256(came.body()).hexdigest())
            assert shown == digests[-1]
            self.hand.tap(dialog.locator('[data-test="dialog-close"]'))
        self.page.remove_listener("response", note)
        return digests

    def timeline(self) -> list[tuple[str, str]]:
        """Open every receipt of the timeline, the newest first; see that each check holds.

        Return (kind, outcome) in the order things were done.
        """
        self.hand.wait("timeline", seconds=30)
        entries = []
        indices = []
        for entry in self.hand.see("timeline-entry").all():
            self.hand.tap(entry.locator('[data-test="receipt-open"]'))
            checks = entry.locator('[data-test^="check-"]')
            expect(checks).not_to_have_count(0)
            for check in checks.all():
                expect(check).to_have_attribute("data-held", "true", timeout=20_000)
                expect(check).to_contain_text("✔")
            index = entry.locator('[data-test="receipt-open"]').inner_text()
            indices.append(int(re.search(r"\d+", index)[0]))  # type: ignore[index]
            entries.append(
                (str(entry.get_attribute("data-kind")), str(entry.get_attribute("data-outcome")))
            )
        assert indices == sorted(indices, reverse=True)
        return entries[::-1]

    def close_finding(self) -> None:
        """Close the hazard on this page."""
        self.hand.tap("act-finding.close")
        self.hand.wait("action-dialog")
        self.hand.tap("action-submit")
        self.hand.wait("finding-head", state="closed")
