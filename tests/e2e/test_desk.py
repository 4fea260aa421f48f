"""A supervisor's way around the desk: ways back, filters that are seen, documents, the keyboard."""

import re

from playwright.sync_api import expect

from tests.e2e.people import PIN
from tests.e2e.supervisor import Supervisor

PRINTS = """() => {
    window.printed = [];
    window.print = () => {
        const paper = document.querySelector('.print-sheet .sup-paper');
        window.printed.push(paper.shadowRoot.textContent);
        window.onPaper?.();
        window.dispatchEvent(new Event('afterprint'));
    };
}"""


def count_of(desk: Supervisor, name: str) -> int:
    return int(str(desk.hand.wait(name).get_attribute("data-count")))


def at(desk: Supervisor, path: str) -> None:
    """Stand on a page that has the navigation."""
    expect(desk.page).to_have_url(f"{desk.network.url}/#{path}")
    expect(desk.hand.see("nav/board")).to_be_visible()


def test_every_page_of_the_desk_leads_back_to_where_one_came_from(supervisor: Supervisor) -> None:
    desk = supervisor
    settings_and_uploads_lead_back(desk)
    the_phones_pages_are_no_dead_end(desk)
    a_hazard_leads_back_to_its_inspection(desk)
    the_keyboard_types_the_pin(desk)


def settings_and_uploads_lead_back(desk: Supervisor) -> None:
    for page in ("field", "held"):
        for there, shown in (("settings", "settings-page"), ("sync-chip", "outbox")):
            desk.hand.tap(f"nav/{page}")
            desk.hand.wait(page)
            desk.hand.tap(there)
            desk.hand.wait(shown)
            expect(desk.hand.see("nav/board")).to_be_visible()
            desk.hand.tap("back")
            desk.hand.wait(page)
            at(desk, f"/{page}")


def the_phones_pages_are_no_dead_end(desk: Supervisor) -> None:
    desk.hand.tap("nav/board")
    desk.hand.wait("board")
    for path, shown in (
        ("/settings", "settings-page"),
        ("/today", "today"),
        ("/hazards", "hazards"),
        ("/ready", "ready"),
    ):
        desk.go(path)
        desk.hand.wait(shown)
        desk.page.reload()
        desk.hand.wait(shown)
        at(desk, path)
        desk.hand.tap("back")
        at(desk, "/board")


def a_hazard_leads_back_to_its_inspection(desk: Supervisor) -> None:
    desk.hand.tap("nav/field")
    desk.hand.wait("inspection")
    some = re.compile("隐患 [1-9]")
    ended = desk.hand.see("group-ended").locator('[data-test="inspection"]', has_text=some)
    desk.hand.tap(ended.first.locator('[data-test="inspection-open"]'))
    inspection = desk.hand.wait("inspection-page").get_attribute("data-inspection")
    desk.hand.tap(desk.hand.see("inspection-finding").first)
    finding = desk.hand.wait("finding-page").get_attribute("data-finding")
    desk.hand.tap("back")
    at(desk, f"/field/inspections/{inspection}")
    desk.hand.tap(desk.hand.see("inspection-finding").first)
    desk.hand.wait("finding-page")
    desk.hand.tap("finding-inspection")  # the other way to the same page
    at(desk, f"/field/inspections/{inspection}")
    desk.hand.tap("back")
    at(desk, "/field")
    desk.go(f"/board/findings/{finding}")
    desk.page.reload()
    desk.hand.wait("finding-page")
    desk.hand.tap("back")
    at(desk, "/field")


def the_keyboard_types_the_pin(desk: Supervisor) -> None:
    desk.hand.tap("settings")
    desk.hand.tap("lock")
    desk.hand.wait("unlock")
    desk.page.keyboard.type("000000")
    desk.hand.wait("unlock-failure")
    desk.page.keyboard.type("9")
    desk.page.keyboard.press("Backspace")
    desk.page.keyboard.type(PIN)
    desk.hand.wait("settings-page")


def test_a_pass_waits_to_be_closed_and_a_filter_is_seen(supervisor: Supervisor) -> None:
    desk = supervisor
    desk.hand.wait("board-line", seconds=60)
    desk.hand.see("filter-state").select_option("passed")
    passed = count_of(desk, "figure-to_close")
    assert passed == count_of(desk, "board-count") > 0
    assert count_of(desk, "figure-done") == 0
    note = desk.hand.wait("filter-on")
    expect(note).to_contain_text("复查合格")
    attested = desk.hand.see("board-line").first
    desk.hand.tap(attested)
    desk.hand.wait("finding-page")
    desk.hand.tap("back")
    expect(desk.hand.wait("filter-on")).to_contain_text("复查合格")
    assert count_of(desk, "board-count") == passed
    desk.hand.tap("filter-clear")
    expect(desk.hand.see("filter-on")).to_have_count(0)
    waits = desk.hand.see("nav/board").locator('[data-test="waits"]')
    expect(waits).to_have_attribute("data-count", str(count_of(desk, "figure-to_close")))
    soon = count_of(desk, "figure-soon")
    assert soon == count_of(desk, "due-bar-today") + count_of(desk, "due-bar-in7")
    desk.hand.tap("figure-to_close")
    lines = desk.hand.see("board-line")
    expect(lines).not_to_have_count(0)
    states = {str(line.get_attribute("data-state")) for line in lines.all()}
    assert states <= {"passed", "fixed_on_spot", "closure_proposed"}


def test_signed_documents_are_read_checked_and_printed(supervisor: Supervisor) -> None:
    desk = supervisor
    desk.hand.wait("board-line", seconds=60)
    desk.hand.see("filter-state").select_option("ordered")
    desk.hand.tap(desk.hand.see("board-line", state="ordered").first)
    desk.hand.wait("finding-page")
    for title, words in (("sup.doc.record", "现场检查记录"), ("sup.doc.order", "限期整改指令书")):
        document = desk.hand.see("document", title=title).first
        desk.hand.tap(document.locator('[data-test="document-open"]'))
        expect(document.locator('[data-test="record-check"]')).to_have_text(
            "原文与签字时的校验值一致"
        )
        expect(document.locator(".sup-paper")).to_contain_text(words)
        pictures = document.locator('[data-test="signature"] img')
        expect(pictures).not_to_have_count(0)
        desk.page.evaluate(PRINTS)
        desk.page.emulate_media(media="print")
        desk.page.evaluate(
            """() => { window.onPaper = () => { window.shown = ['.print-sheet', '#app'].map(
                (one) => document.querySelector(one).getClientRects().length > 0); }; }"""
        )
        desk.hand.tap(document.locator('[data-test="document-print"]').locator("visible=true"))
        desk.page.wait_for_function("() => window.printed.length === 1")
        assert words in desk.page.evaluate("() => window.printed[0]")
        assert desk.page.evaluate("() => window.shown") == [True, False]
        desk.page.emulate_media(media="screen")
        expect(desk.hand.see("print-sheet")).to_have_count(0)
