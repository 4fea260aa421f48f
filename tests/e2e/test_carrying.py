"""Two phones without a signal: what one holds crosses to the other, which delivers it, once."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.carrying import WORDS, make_file, open_file
from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.light import film
from tests.e2e.supervisor import Supervisor

pytestmark = pytest.mark.timeout(300)  # forty seconds on two quiet cores
HAZARDS = 12
CROSSING_SECONDS = 60


def record_hazards(phone: Inspector, photo: Path) -> str:
    """Twelve hazards with a photo each, without a signal; return the inspection's id."""
    phone.open_todays_inspection()
    phone.leave_coverage()
    phone.arrive()
    inspection = phone.inspection
    places = [f"{number}号破碎机东侧" for number in range(1, HAZARDS + 1)]
    for before, place in enumerate(places):
        phone.record(Hazard((photo,), phrase="psj" if before % 2 else "aq", place=place))
    return inspection


def cross_by_light(giving: Inspector, taking: Inspector, video: Path) -> float:
    """Film one screen, start the other phone with that camera; return the seconds it read."""
    giving.go("/carry")
    giving.hand.tap(giving.hand.wait("carry-to-code"))
    code = giving.hand.wait("carry-code")
    giving.hand.photo_of_screen("carry-show")
    needed = int(str(code.get_attribute("data-round")))
    size = code.get_attribute("data-bytes")
    pace = film(giving.page, "carry-code", needed + 20, video)
    giving.hand.tap("carry-shown")
    taking.close()
    taking.video = video
    taking.start_browser()
    taking.leave_coverage()
    taking.reopen()
    taking.hand.wait("sync-chip")
    taking.go("/carry/scan")
    began = time.monotonic()
    taking.hand.wait("carry-scan")
    taking.hand.photo_of_screen("carry-scan")
    taking.hand.wait("carry-taken", seconds=CROSSING_SECONDS)
    took = time.monotonic() - began
    print(f"{HAZARDS} hazards: {size} bytes, {needed} codes at {pace:.1f}/s, read in {took:.1f} s")
    return took


def nothing_shows(sealed: bytes, original: bytes) -> None:
    """Neither a record's words nor any stretch of the photo stands in the file as it was."""
    assert b"finding.create" not in sealed
    assert b"image/jpeg" not in sealed
    assert not any(original[at : at + 32] in sealed for at in range(0, len(original), 65_536))


@pytest.mark.alone
def test_records_cross_by_light_and_originals_by_file_and_arrive_once(
    someone: Callable[..., Inspector],
    supervisor: Supervisor,
    photo_files: list[Path],
    tmp_path: Path,
) -> None:
    author, colleague = (someone(Inspector, login) for login in ("jcy1", "jcy2"))
    for phone in (colleague, author):
        supervisor.confirm_phone(phone.name, phone.enrol())
    inspection = record_hazards(author, photo_files[0])
    colleague.leave_coverage()
    assert cross_by_light(author, colleague, tmp_path / "screen.y4m") <= CROSSING_SECONDS
    colleague.go("/carry")
    waiting = colleague.hand.wait("carried-for")
    expect(waiting).to_contain_text("周青禾")
    colleague.hand.photo_of_screen("carry-held")
    colleague.return_to_coverage()
    colleague.synchronise()
    colleague.go("/carry")
    colleague.hand.wait("carried-for", seconds=30, ops_left="0")
    supervisor.look_anew(f"/field/inspections/{inspection}")
    expect(supervisor.hand.see("inspection-finding")).to_have_count(HAZARDS, timeout=30_000)

    file = make_file(author, tmp_path)
    nothing_shows(file.read_bytes(), photo_files[0].read_bytes())
    open_file(colleague, file, "not the words")
    expect(colleague.hand.wait("carry-failure")).to_contain_text("口令不正确")
    open_file(colleague, file, WORDS)
    taken = colleague.hand.wait("carry-taken", seconds=30)
    assert (taken.get_attribute("data-ops"), taken.get_attribute("data-blobs")) == ("0", "1")
    colleague.go("/carry")
    colleague.hand.wait("carried-for", seconds=60, ops_left="0", blobs_left="0")
    colleague.hand.photo_of_screen("carry-delivered")

    supervisor.go("/field")
    device = supervisor.hand.wait("device", seconds=30, person="demo-qs-i1")
    expect(device.locator('[data-test="device-originals"]')).to_have_count(0, timeout=30_000)
    assert device.get_attribute("data-drained") == "false"  # the phone has not said so yet
    head = str(device.get_attribute("data-head"))
    supervisor.hand.photo_of_screen("devices")
    author.return_to_coverage()
    author.wait_until_all_done()
    author.hand.wait("drained", seconds=30, head_seq=head)
    author.hand.photo_of_screen("drained")
    drained = supervisor.hand.see("device", person="demo-qs-i1", drained="true", head=head)
    expect(drained).to_have_count(1, timeout=45_000)
    found = supervisor.findings_of(inspection)
    assert len(found) == HAZARDS
    supervisor.open_finding(next(iter(found.values())))
    entry = supervisor.hand.wait("timeline-entry", seconds=30, kind="finding.create")
    expect(entry).to_contain_text("由 林见石（虚构） 代传")
