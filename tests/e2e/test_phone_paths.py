"""The less ordinary paths of the phone, in one inspection: what is signed is what was shown, a
refused signature, duplicates, withdrawals, a supplementary record, a hazard ordered again, a login
that ran out. Each ends with everything uploaded and nothing lost."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector


def act(phone: Inspector, action: str, reason: str) -> None:
    """One of the hazard's actions that asks for its reason."""
    phone.hand.tap(f"action-{action}")
    phone.hand.write("reason", reason)
    phone.hand.tap("action-confirm")
    expect(phone.hand.see("action-confirm")).to_have_count(0)


def open_finding(phone: Inspector, number: str, state: str) -> str:
    """Open a hazard of the inspection on the screen; return its id."""
    phone.hand.tap(phone.hand.wait("finding", number=number))
    phone.hand.wait("finding-page", state=state)
    return phone.page.url.split("/findings/")[1]


def back_to(phone: Inspector, inspection: str, state: str) -> None:
    """Open the inspection."""
    phone.go(f"/inspections/{inspection}")
    phone.hand.wait("inspection", state=state, seconds=45)


def test_nobodys_signature_goes_under_a_text_that_changed(
    enrolled: Callable[[str], Inspector],
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.arrive()
    inspection = phone.inspection
    phone.record(Hazard((), phrase="psj", place="一号破碎机"))
    phone.hand.tap("sign")
    shown = phone.hand.wait("rendering").get_attribute("data-sha256")
    phone.hand.draw_signature("sign-officer-1")
    phone.hand.draw_signature("sign-site_head")
    expect(phone.hand.see("sign-finish")).to_be_enabled()

    beside = phone.context.new_page()  # the same phone, another tab
    beside.goto(f"{phone.network.url}/#/inspections/{inspection}/hazard")
    beside.locator('[data-test="hazard-description"]').fill("二号皮带机无护罩")
    beside.locator('[data-test="hazard-place"]').fill("二号皮带机")
    beside.locator('[data-test="hazard-requirement"]').fill("加装护罩")
    beside.locator('[data-test="basis-open"]').tap()
    beside.locator('[data-test="basis-law"]').fill("虚构标准")
    beside.locator('[data-test="basis-article"]').fill("第一条")
    beside.locator('[data-test="basis-version"]').fill("2024")
    beside.locator('[data-test="save-hazard"]').tap()
    expect(beside.locator('[data-test="inspection"]')).to_be_visible()
    beside.close()

    expect(phone.hand.see("rendering")).not_to_have_attribute("data-sha256", str(shown))
    expect(phone.hand.see("sign-finish")).to_be_disabled()
    phone.hand.wait("toast-failed")
    phone.hand.photo_of_screen("sign-asked-again")

    phone.hand.draw_signature("sign-officer-1")
    phone.hand.tap("refuse")
    phone.hand.tap("refusal-disagrees")
    phone.hand.write("witness", "证明人甲")
    phone.hand.draw_signature("sign-witness")
    phone.hand.photo_of_screen("sign-refused")
    phone.hand.tap("sign-finish")
    phone.hand.wait("inspection", state="signature_refused")
    expect(phone.hand.see("recorder")).to_have_attribute("data-on", "true")
    phone.hand.tap("recorder-flip")
    expect(phone.hand.see("recorder")).to_have_count(0)

    phone.hand.tap("order")
    phone.hand.wait("order-items")
    phone.hand.tap("days-15-all")
    phone.hand.tap("order-preview")
    phone.hand.draw_signature("sign-officer-1")
    expect(phone.hand.see("order-issue")).to_be_enabled()
    phone.hand.tap("order-change")
    dates_are_doubted(phone)
    phone.hand.tap("days-7-A1")
    phone.hand.tap("order-preview")
    phone.hand.wait("order-sign")
    expect(phone.hand.see("order-issue")).to_be_disabled()  # the drawn one was under another text
    phone.hand.draw_signature("sign-officer-1")
    phone.hand.tap("order-issue")
    phone.hand.wait("inspection")
    phone.wait_until_all_done()


def dates_are_doubted(phone: Inspector) -> None:
    """A past date orders nothing; one in a far year is asked about."""
    phone.hand.wait("deadline").fill("2026-01-01")
    phone.hand.wait("deadline-past")
    expect(phone.hand.see("order-preview")).to_be_disabled()
    phone.hand.wait("deadline").fill("2206-01-01")
    phone.hand.wait("deadline-far")
    phone.hand.tap("order-preview")
    phone.hand.wait("order-far")
    phone.hand.tap("far-change")


def test_what_was_not_done_at_arrival_is_asked_about_before_it_is_recorded(
    enrolled: Callable[[str], Inspector],
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.hand.tap("begin")
    asked = phone.hand.wait("unticked")
    for line in ("已出示执法证件：否", "已告知权利义务及回避：否", "执法记录仪到场时已开启：否"):
        expect(asked).to_contain_text(line)
    phone.hand.tap("begin-not")
    phone.hand.tap("id-shown")
    phone.hand.tap("begin")
    expect(phone.hand.wait("unticked")).not_to_contain_text("已出示执法证件")
    phone.hand.tap("begin-anyway")
    phone.hand.wait("inspection", state="in_progress")

    phone.hand.tap("recorder-flip")
    phone.hand.write("recorder-camera", "DSJ0007")
    phone.hand.tap("recorder-start")
    expect(phone.hand.see("recorder")).to_have_attribute("data-on", "true")
    phone.go(f"/inspections/{phone.inspection}/sign")
    record = phone.hand.wait("rendering")
    expect(record).to_contain_text("执法记录仪到场时已开启否")
    expect(record).to_contain_text("DSJ0007：")


def test_duplicate_withdrawn_supplement_reinspected_twice_and_concluded(
    enrolled: Callable[[str], Inspector], photo_files: list[Path]
) -> None:
    phone, other = enrolled("jcy1"), enrolled("jcy2")
    phone.open_todays_inspection()
    phone.arrive()
    inspection = phone.inspection
    for place in ("一号破碎机", "二号破碎机", "三号破碎机"):
        phone.record(Hazard((), phrase="psj", place=place))
    phone.hand.tap("more")
    phone.hand.tap("pause")
    phone.hand.tap("pause-weather")
    phone.hand.wait("inspection", state="paused")
    phone.hand.tap("resume")
    phone.hand.wait("inspection", state="in_progress")

    open_finding(phone, "A2", "draft")
    act(phone, "duplicate", "与第一条相同")
    phone.hand.wait("finding-page", state="duplicate")
    back_to(phone, inspection, "in_progress")
    phone.sign_record()
    open_finding(phone, "A3", "confirmed")
    act(phone, "withdraw", "现场复核后不成立")
    phone.hand.wait("finding-page", state="withdrawn")
    back_to(phone, inspection, "signed")
    phone.record(Hazard((), phrase="aq", place="成品料仓"))
    expect(
        phone.hand.see("finding", number="A4").locator('[data-test="late-badge"]')
    ).to_be_visible()
    phone.sign_record(page="supplement")
    phone.order({}, others=7)
    phone.wait_until_all_done()
    the_signed_texts_open_again(phone, inspection)

    other.synchronise()
    back_to(other, inspection, "signed")
    other.hand.tap("go-attest")
    other.hand.tap(other.hand.wait("document").filter(has_text="现场检查记录"))
    expect(other.hand.wait("rendering")).to_contain_text("三号破碎机")  # fetched by its hash
    other.hand.tap("back")
    other.hand.wait("attest")
    other.hand.tap("attest-object")
    other.hand.write("objection", "第四条部位有误")
    other.hand.tap("attest-object-confirm")
    other.hand.wait("today")
    other.wait_until_all_done()

    fails_and_is_ordered_again(phone, other, inspection, photo_files[0])


def the_signed_texts_open_again(phone: Inspector, inspection: str) -> None:
    """Record, supplement and order from the inspection; from a hazard, those that name it."""
    back_to(phone, inspection, "signed")
    expect(phone.hand.see("awaits-second")).to_contain_text("林见石")
    documents = phone.hand.see("document")
    expect(documents).to_have_count(3)
    for at, words in enumerate(("现场检查记录", "现场检查记录（补充）", "责令限期整改指令书")):
        phone.hand.tap(documents.nth(at))
        expect(phone.hand.wait("rendering").locator("h1")).to_have_text(words)
        phone.hand.wait("document-same")
        expect(phone.hand.see("signed-by").locator("img").first).to_be_visible()
        phone.hand.tap("back")
        phone.hand.wait("inspection")
    open_finding(phone, "A4", "ordered")
    expect(documents).to_have_count(2)
    phone.hand.tap(documents.first)
    phone.hand.wait("document-page")
    phone.hand.tap("back")
    phone.hand.wait("finding-page")
    phone.hand.tap("back")
    phone.hand.wait("inspection")
    assert phone.inspection == inspection


def fails_and_is_ordered_again(
    phone: Inspector, other: Inspector, inspection: str, photo: Path
) -> None:
    """Reinspect A1, attest that it failed, order it again, conclude."""
    back_to(phone, inspection, "signed")
    finding = open_finding(phone, "A1", "ordered")
    phone.hand.tap("reinspect")
    phone.reinspect("A1", photo, result="fail")
    phone.hand.wait("finding-page", state="failed")
    phone.wait_until_all_done()
    other.synchronise()
    other.go(f"/findings/{finding}")
    other.hand.tap(other.hand.wait("attest-reinspection", seconds=45))
    other.wait_until_all_done()
    phone.synchronise()
    phone.go(f"/findings/{finding}")
    phone.hand.wait("order-again")
    phone.hand.tap("order-again")
    phone.hand.wait("order-items")
    expect(phone.hand.see("order-item")).to_have_count(1)
    phone.hand.tap("days-7-A1")
    phone.hand.tap("order-preview")
    phone.hand.draw_signature("sign-officer-1")
    phone.hand.tap("order-issue")
    phone.hand.wait("inspection")
    open_finding(phone, "A1", "ordered")
    back_to(phone, inspection, "signed")
    phone.hand.tap("conclude")
    expect(phone.hand.see("conclude-no_problem")).to_have_count(0)
    phone.hand.tap("conclude-order")
    phone.hand.wait("inspection", state="signed")  # one tap concludes nothing
    phone.hand.tap("conclude-confirm")
    phone.hand.wait("inspection", state="concluded")
    phone.go("/today")
    phone.hand.tap(phone.hand.wait("recent", state="concluded").first)
    phone.hand.wait("inspection", state="concluded")
    phone.wait_until_all_done()


def test_a_login_that_ran_out_keeps_everything(
    enrolled: Callable[[str], Inspector],
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.arrive()
    phone.wait_until_all_done()
    phone.context.route(
        "**/api/v1/session/refresh",
        lambda route: route.fulfill(
            status=401,
            content_type="application/problem+json",
            body=json.dumps({"code": "session_expired", "status": 401}),
        ),
    )
    phone.context.route(
        "**/api/v1/ops",
        lambda route: route.fulfill(
            status=401,
            content_type="application/problem+json",
            body=json.dumps({"code": "session_expired", "status": 401}),
        ),
    )
    phone.go("/today")
    phone.hand.tap("continue")
    phone.record(Hazard((), phrase="psj", place="一号破碎机"))
    expect(phone.hand.see("sync-chip")).to_contain_text("需重新登录", timeout=30_000)
    phone.record(Hazard((), phrase="aq", place="二号破碎机"))
    phone.hand.photo_of_screen("login-ran-out")
    phone.go("/outbox")
    phone.hand.tap("show-all")
    expect(phone.hand.see("outbox-item", kind="finding.create", status="saved")).to_have_count(2)
    phone.hand.tap("carry-open")
    assert phone.hand.wait("carry-give").get_attribute("data-ops") == "2"
    phone.hand.tap("carry-to-file")
    phone.hand.tap(phone.hand.wait("carry-make"))
    phone.hand.wait("carry-made", seconds=30, ops="2")
    with phone.page.expect_download() as saved:
        phone.hand.tap("carry-keep")
    assert Path(saved.value.path()).read_bytes().startswith(b'{"check":')

    phone.context.unroute("**/api/v1/session/refresh")
    phone.context.unroute("**/api/v1/ops")
    phone.go("/today")
    phone.hand.tap("login-again")
    phone.sign_in()
    phone.hand.wait("today")
    phone.wait_until_all_done()
    phone.hand.tap("show-all")
    expect(phone.hand.see("outbox-item", kind="finding.create", status="verified")).to_have_count(2)


def test_another_tab_changes_who_uses_the_phone(enrolled: Callable[[str], Inspector]) -> None:
    phone = enrolled("jcy1")
    phone.go("/settings")
    phone.hand.wait("settings-page")
    beside = phone.context.new_page()
    beside.goto(f"{phone.network.url}/#/login")
    beside.locator('[data-test="login-name"]').fill("jcy2")
    beside.locator('[data-test="login-password"]').fill("liuhen-demo")
    beside.locator('[data-test="login-submit"]').tap()
    expect(beside.locator('[data-test="pairing-code"]')).to_be_visible(timeout=30_000)
    expect(phone.hand.see("settings-page")).to_contain_text("林见石")
    expect(phone.hand.see("person-here")).to_have_count(2)
    phone.hand.photo_of_screen("people-here")
