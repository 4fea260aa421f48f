"""Two people, or one person in two tabs, say different things: nothing is lost, nothing is silent.

Every person has a browser profile of their own. Supervisor and inspectors are enrolled once for all
tests of this file; each test takes a hazard of its own, and leaves everything uploaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import company, enrolled_desk, serving
from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.supervisor import Supervisor

NOT_THERE = "当日该同志不在现场，无法核对"
pytestmark = pytest.mark.timeout(240)


@dataclass
class Team:
    """Two officers in one inspection, and their supervisor."""

    first: Inspector
    second: Inspector
    desk: Supervisor
    inspection: str

    def hazard(self, place: str) -> str:
        """Let the first officer record a hazard that the second one has too; return its id."""
        self.first.go(f"/inspections/{self.inspection}")
        self.first.hand.wait("inspection", state="in_progress")
        number = self.first.record(Hazard((), phrase="psj", place=place))
        self.first.wait_until_all_done()
        self.second.synchronise()
        self.second.go(f"/inspections/{self.inspection}")
        self.second.hand.tap(self.second.hand.wait("finding", number=number, seconds=45))
        self.second.hand.wait("finding-page", state="draft")
        return self.second.page.url.split("/findings/")[1]


@pytest.fixture(scope="module")
def team(
    demo_folder: Path, tmp_path_factory: pytest.TempPathFactory, playwright: Any, camera_video: Path
) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("disagreements")
    with (
        serving(demo_folder, folder) as server,
        company(playwright, server, folder, camera_video) as come,
    ):
        desk = enrolled_desk(come, server)
        phones = []
        for login in ("jcy1", "jcy2"):
            phone = come(Inspector, login)
            desk.confirm_phone(phone.name, phone.enrol())
            phone.is_ready_to_leave()
            phones.append(phone)
        phones[0].open_todays_inspection()
        phones[0].arrive()
        yield Team(phones[0], phones[1], desk, phones[0].inspection)


def rewrite(phone: Inspector, finding: str, place: str) -> None:
    """Edit where a hazard is."""
    phone.go(f"/findings/{finding}/edit")
    phone.hand.wait("hazard-form")
    phone.hand.write("hazard-place", place)
    phone.hand.tap("save-hazard")
    phone.hand.wait("finding-page")


def version(shown: Locator, text: str) -> Locator:
    return shown.locator('[data-test="version"]').filter(has_text=text)


def test_both_versions_of_a_text_stand_side_by_side_until_one_is_chosen(team: Team) -> None:
    finding = team.hazard("一号破碎机")
    wordings = {team.first: "一号破碎机东侧", team.second: "一号破碎机西侧"}
    for phone, place in wordings.items():
        phone.leave_coverage()
        rewrite(phone, finding, place)
    team.first.return_to_coverage()
    team.first.wait_until_all_done()
    team.second.return_to_coverage()
    team.second.synchronise()
    mend = team.second.hand.wait("outbox-item", status="attention", seconds=45)
    expect(team.second.hand.see("sync-chip")).to_contain_text("需处理 1 项")
    expect(mend).to_contain_text("西侧")
    team.second.hand.tap(mend.locator('[data-test="mend"]'))

    team.first.synchronise()
    team.first.go(f"/findings/{finding}")
    team.desk.synchronise()
    team.desk.open_finding(finding)
    for person in (team.first, team.second, team.desk):
        contested = person.hand.wait("contested-place", seconds=45)
        person.hand.photo_of_screen(f"{person.login}-contested")
        for author, place in wordings.items():
            shown = version(contested, place)
            expect(shown.locator('[data-test="told-by"]')).to_contain_text(author.name)
            expect(shown.locator('[data-test="told-device"]')).to_contain_text("Chrome")
            expect(shown.locator('[data-test="told-at"]')).to_contain_text(":")
            expect(shown.locator("mark")).to_have_text("东" if "东" in place else "西")
        left, right = (box_of(version(contested, place)) for place in wordings.values())
        assert left["y"] == right["y"], "one beside the other"

    chosen = version(team.second.hand.see("contested-place"), "东侧")
    team.second.hand.tap(chosen.locator('[data-test="choose-place"]'))
    expect(team.second.hand.see("version")).to_have_count(0)
    team.second.wait_until_all_done()
    team.desk.synchronise()
    team.desk.open_finding(finding)
    expect(team.desk.hand.see("value-place")).to_have_text("一号破碎机东侧", timeout=45_000)
    team.first.synchronise()
    team.first.go(f"/findings/{finding}")
    expect(team.first.hand.see("finding-page")).to_contain_text("一号破碎机东侧", timeout=45_000)
    expect(team.first.hand.see("version")).to_have_count(0)


def box_of(found: Locator) -> Any:
    return found.bounding_box()


def test_two_tabs_of_one_phone_show_what_each_of_them_wrote(team: Team) -> None:
    finding = team.hazard("二号破碎机")
    phone = team.second
    beside = phone.context.new_page()
    for page in (phone.page, beside):
        page.goto(f"{phone.network.url}/#/findings/{finding}/edit")
        expect(page.locator('[data-test="hazard-place"]')).to_have_value("二号破碎机")
    for page, place in ((beside, "二号破碎机南侧"), (phone.page, "二号破碎机北侧")):
        page.locator('[data-test="hazard-place"]').fill(place)
        page.locator('[data-test="save-hazard"]').tap()
        expect(page.locator('[data-test="finding-page"]')).to_be_visible()
    for page in (phone.page, beside):  # without loading anew
        expect(page.locator('[data-test="version"]')).to_have_count(2)
        expect(page.locator('[data-test="told-by"]')).to_have_text([phone.name + "（虚构）"] * 2)
    phone.hand.photo_of_screen("two-tabs-contested")
    south = beside.locator('[data-test="version"]').filter(has_text="南侧")
    south.locator('[data-test="choose-place"]').tap()
    for page in (phone.page, beside):
        expect(page.locator('[data-test="version"]')).to_have_count(0)
        expect(page.locator('[data-test="finding-page"]')).to_contain_text("二号破碎机南侧")
    beside.close()
    phone.wait_until_all_done()
    team.desk.synchronise()
    team.desk.open_finding(finding)
    expect(team.desk.hand.see("value-place")).to_have_text("二号破碎机南侧", timeout=45_000)


def test_results_that_contradict_are_decided_by_a_supervisor_with_a_reason(
    team: Team, photo_files: list[Path]
) -> None:
    team.desk.go("/board")
    team.desk.hand.wait("board-line")
    team.desk.hand.see("filter-state").select_option("rectification_claimed")
    line = team.desk.hand.wait("board-line", state="rectification_claimed")
    finding = str(line.get_attribute("data-finding"))
    team.desk.hand.tap("filter-clear")
    results = {team.first: "pass", team.second: "fail"}
    for (phone, result), partner, photo in zip(
        results.items(), (team.second, team.first), photo_files, strict=False
    ):
        phone.leave_coverage()
        phone.go(f"/findings/{finding}/reinspect")
        phone.hand.wait("reinspect")
        choice = phone.hand.see("partner-choice").filter(has_text=partner.name)
        if choice.count():
            phone.hand.tap(choice)
        if result == "fail":
            phone.hand.tap("result-fail")
            phone.hand.write("opinion", "防护罩仍有缺口")
        phone.reinspect(finding, photo, result=result)
    team.first.return_to_coverage()
    team.first.wait_until_all_done()
    team.second.return_to_coverage()
    team.second.synchronise()
    waits = team.second.hand.wait("outbox-item", status="attention", seconds=45)
    expect(waits).to_contain_text("等待主管裁定")
    team.first.synchronise()
    for phone in results:
        phone.go("/hazards")
        phone.hand.tap("only-disputed")
        phone.hand.tap(phone.page.locator(f'a[href$="/findings/{finding}"]'))
        dispute = phone.hand.wait("dispute", seconds=45)
        phone.hand.photo_of_screen(f"{phone.login}-dispute")
        for author, to in ((team.first, "passed"), (team.second, "failed")):
            claim = dispute.locator(f'[data-test="claim"][data-to="{to}"]')
            expect(claim.locator('[data-test="told-by"]')).to_contain_text(author.name)
            expect(claim.locator('[data-test="told-device"]')).to_contain_text("Chrome")

    team.desk.synchronise()
    team.desk.open_finding(finding)
    claim = team.desk.hand.wait("claim", to="failed", seconds=45)
    expect(claim).to_contain_text("防护罩仍有缺口")
    team.desk.hand.photo_of_screen("desk-dispute")
    team.desk.hand.tap(claim.locator('[data-test="claim-choose"]'))
    team.desk.hand.write("decide-reason", "照片可见缺口")
    team.desk.hand.tap("decide-submit")
    team.desk.hand.wait("finding-head", state="failed")
    team.desk.wait_until_all_done()
    for phone in results:
        phone.synchronise()
        expect(phone.hand.see("outbox-item", status="attention")).to_have_count(0, timeout=45_000)
        phone.go(f"/findings/{finding}")
        decided = phone.hand.wait("dispute-decided", seconds=45)
        expect(decided).to_contain_text("照片可见缺口")
        expect(decided.locator('[data-test="told-by"]')).to_contain_text("沈望山")


def test_a_revoked_phones_work_is_decided_on_record_by_record(team: Team) -> None:
    phone, desk = team.first, team.desk
    phone.wait_until_all_done()
    phone.go(f"/inspections/{team.inspection}")
    phone.hand.wait("inspection", state="in_progress")
    phone.leave_coverage()
    before = phone.hand.see("finding").count()
    phone.record(Hazard((), phrase="psj", place="三号破碎机"))
    phone.hand.tap("recorder-flip")
    expect(phone.hand.see("recorder")).to_have_attribute("data-on", "false")
    desk.revoke_phone(phone.name, "lost", "本人报告遗失")
    desk.wait_until_all_done()

    phone.return_to_coverage()
    phone.synchronise()
    quarantined = phone.hand.see("outbox-item", status="attention")
    expect(quarantined).to_have_count(2, timeout=45_000)
    expect(quarantined.first).to_contain_text("等待主管确认")
    phone.hand.photo_of_screen("outbox-quarantined")

    desk.go("/board")
    desk.hand.wait("held-note", seconds=45)
    desk.hand.tap("held-note-open")
    hazard = desk.hand.wait("held-entry", kind="finding.create", seconds=45)
    for told in (phone.name, "三号破碎机", "遗失或被盗", "本人报告遗失", "瑞禾"):
        expect(hazard).to_contain_text(told)
    desk.decide("finding.create", "accept", "照片与检查相符")
    desk.decide("clip.stop", "decline", NOT_THERE)
    accepted = desk.hand.wait("decided", accepts="true", outcome="applied")
    expect(accepted).to_contain_text("已受理")
    desk.hand.photo_of_screen("held-decided")

    phone.synchronise()
    left = phone.hand.see("outbox-item", status="attention")
    expect(left).to_have_count(1, timeout=45_000)
    expect(left.locator('[data-test="decision"]')).to_contain_text(NOT_THERE)
    phone.hand.photo_of_screen("outbox-declined")
    phone.hand.tap(left.locator('[data-test="withdraw"]'))
    phone.hand.write("reason", "知悉")
    phone.hand.tap("withdraw-confirm")
    expect(left).to_have_count(0)

    phone.go("/today")
    phone.hand.tap("see-code")
    desk.confirm_phone(phone.name, phone.pairing_code())
    phone.wait_until_all_done()
    phone.go(f"/inspections/{team.inspection}")
    expect(phone.hand.see("finding")).to_have_count(before + 1)

    desk.go("/held")
    desk.hand.tap("held-refused")
    settled = desk.hand.wait("held-entry", kind="clip.stop", seconds=45)
    expect(settled.locator('[data-test="held-settled"]')).to_be_visible()
