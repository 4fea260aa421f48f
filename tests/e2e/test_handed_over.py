"""A hazard goes to another county while a phone without signal holds unsent work on it."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ticket_of
from tests.e2e.inspector import NAMES, Inspector
from tests.e2e.supervisor import Supervisor
from tests.support.live_server import LiveServer

RECEIVER, RECEIVER_NAME = "990122", "望岭县应急管理局（虚构）"
pytestmark = pytest.mark.timeout(300)


def test_what_was_recorded_without_signal_arrives_where_the_hazard_is_now(
    enrolled: Callable[[str], Inspector],
    supervisor: Supervisor,
    someone: Callable[..., Supervisor],
    city: LiveServer,
    photo_files: list[Path],
) -> None:
    phone = enrolled("jcy1")
    supervisor.go("/board")
    supervisor.hand.wait("board-line")
    supervisor.hand.see("filter-state").select_option("rectification_claimed")
    line = supervisor.hand.wait("board-line", state="rectification_claimed")
    finding = str(line.get_attribute("data-finding"))
    phone.leave_coverage()
    phone.go(f"/findings/{finding}/reinspect")
    phone.hand.wait("reinspect")
    partner = phone.hand.see("partner-choice").filter(has_text=NAMES["jcy2"])
    if partner.count():
        phone.hand.tap(partner)
    phone.hand.tap("result-fail")
    phone.hand.write("opinion", "护栏仍未修复")
    phone.reinspect(finding, photo_files[0], result="fail")

    hand_over(supervisor, finding)
    phone.go("/outbox")
    kept = phone.hand.see("outbox-item", kind="reinspection.record")
    expect(kept).to_have_count(1)
    phone.return_to_coverage()
    phone.wait_until_all_done()
    phone.hand.tap("show-all")
    expect(
        phone.hand.see("outbox-item", kind="reinspection.record", status="verified")
    ).to_have_count(1)
    phone.go(f"/findings/{finding}")
    expect(phone.hand.see("finding-page")).to_have_count(0, timeout=45_000)
    phone.hand.photo_of_screen("handed-over-phone")
    phone.go("/hazards")
    phone.hand.wait("hazards")
    assert finding not in {one.get_attribute("href") for one in phone.hand.see("finding").all()}

    supervisor.open_inspection(inspection_of(city, finding))
    went = supervisor.hand.wait("timeline-entry", kind="finding.hand_over", seconds=30)
    expect(went).to_contain_text(f"移交至 {RECEIVER_NAME}")
    supervisor.hand.photo_of_screen("handed-over-inspection")

    receiver = someone(Supervisor, "shizhuguan")  # reads the receiving county's hazards
    receiver.enrol(ticket_of(city, "shizhuguan"))
    receiver.look_anew(f"/board/findings/{finding}")
    receiver.hand.wait("finding-head", state="failed", seconds=60)
    assert ("reinspection.record", "applied") in receiver.timeline()
    receiver.hand.photo_of_screen("handed-over-receiver")


def inspection_of(server: LiveServer, finding: str) -> str:
    """The inspection that found a hazard, which stays where it was made."""
    with closing(sqlite3.connect(f"file:{server.data_dir}/liuhen.sqlite3?mode=ro", uri=True)) as db:
        query = "SELECT wire FROM entities WHERE entity = ?"
        (wire,) = db.execute(query, (f"finding/{finding}",)).fetchone()
    return str(json.loads(wire)["fields"]["inspection"]["v"])


def hand_over(desk: Supervisor, finding: str) -> None:
    """Three taps and a reason."""
    desk.open_finding(finding)
    desk.hand.tap("act-finding.hand_over")
    dialog = desk.hand.wait("action-dialog")
    expect(dialog).to_contain_text("接收机构")
    desk.hand.see("action-receiver").select_option(RECEIVER)
    desk.hand.write("action-reason", "该企业厂区位于望岭县境内")
    desk.hand.photo_of_screen("hand-over-dialog")
    desk.hand.tap("action-submit")
    expect(desk.hand.see("action-dialog")).to_have_count(0)
    desk.synchronise()
    desk.wait_until_all_done()
