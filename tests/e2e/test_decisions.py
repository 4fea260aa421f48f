"""A phone is ended while it has work of its own: nothing is lost, a supervisor decides on each.

The author sees on the phone what was decided and why, takes note of what was declined, and goes on
with a new chain on the same phone.
"""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.supervisor import Supervisor

REASON = "当日该同志不在现场，无法核对"


def test_a_revoked_phones_work_is_decided_on_record_by_record(
    enrolled: Callable[[str], Inspector], supervisor: Supervisor
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.arrive()
    phone.wait_until_all_done()
    phone.leave_coverage()
    phone.go("/today")
    phone.hand.tap("continue")
    phone.record(Hazard((), phrase="psj", place="一号破碎机"))
    phone.hand.tap("recorder-flip")
    expect(phone.hand.see("recorder")).to_have_attribute("data-on", "false")

    supervisor.revoke_phone(phone.name, "lost", "本人报告遗失")
    supervisor.wait_until_all_done()

    phone.return_to_coverage()
    phone.synchronise()
    quarantined = phone.hand.see("outbox-item", status="attention")
    expect(quarantined).to_have_count(2, timeout=45_000)
    assert "等待主管确认" in quarantined.first.inner_text()
    phone.hand.photo_of_screen("outbox-quarantined")

    supervisor.go("/board")
    supervisor.hand.wait("held-note", seconds=45)
    supervisor.hand.tap("held-note-open")
    hazard = supervisor.hand.wait("held-entry", kind="finding.create", seconds=45)
    for told in (phone.name, "一号破碎机", "遗失或被盗", "本人报告遗失", "瑞禾"):
        expect(hazard).to_contain_text(told)
    supervisor.decide("finding.create", "accept", "照片与检查相符")
    supervisor.decide("clip.stop", "decline", REASON)
    expect(supervisor.hand.wait("decided", accepts="true", outcome="applied")).to_contain_text(
        "已受理"
    )
    supervisor.hand.photo_of_screen("held-decided")

    phone.synchronise()
    left = phone.hand.see("outbox-item", status="attention")
    expect(left).to_have_count(1, timeout=45_000)
    expect(left.locator('[data-test="decision"]')).to_contain_text(REASON)
    phone.hand.photo_of_screen("outbox-declined")
    phone.hand.tap(left.locator('[data-test="withdraw"]'))
    phone.hand.write("reason", "知悉")
    phone.hand.tap("withdraw-confirm")
    expect(left).to_have_count(0)

    phone.go("/today")
    phone.hand.tap("see-code")
    supervisor.confirm_phone(phone.name, phone.pairing_code())
    phone.wait_until_all_done()
    phone.go("/today")
    phone.hand.tap("continue")
    expect(phone.hand.see("finding")).to_have_count(1)

    supervisor.go("/held")
    supervisor.hand.tap("held-refused")
    settled = supervisor.hand.wait("held-entry", kind="clip.stop", seconds=45)
    expect(settled.locator('[data-test="held-settled"]')).to_be_visible()
