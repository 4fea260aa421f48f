"""The rehearsal with real phones: backup, more work, disaster, restore, all of it there again."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.carrying import WORDS, make_file, open_file
from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.people import Person
from tests.e2e.supervisor import Supervisor
from tests.support.live_server import COMMAND, LiveServer

OUTSIDE = "checkpoint"  # on another disk in production: a disaster does not reach it


def liuhen(city: LiveServer, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command beside the stopped service."""
    environment = city.environment() | {"LIUHEN_DEMO": "1"}
    return subprocess.run(
        [COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=120
    )


def back_up(city: LiveServer, place: Path) -> None:
    """Copy the whole data folder, as an operator does at night."""
    assert city.stop() == 0
    shutil.copytree(city.data_dir, place)
    city.start()


def meet_disaster(city: LiveServer, backup: Path) -> None:
    """Lose the disk with database and originals; put the backup back; restore."""
    city.kill()
    outside = backup.with_name("outside")
    shutil.copytree(city.data_dir / OUTSIDE, outside)
    shutil.rmtree(city.data_dir)
    shutil.copytree(backup, city.data_dir)
    shutil.rmtree(city.data_dir / OUTSIDE)
    shutil.copytree(outside, city.data_dir / OUTSIDE)
    refused = liuhen(city, "user", "list")
    assert (refused.returncode, "liuhen restore" in refused.stderr) == (2, True)
    restored = liuhen(city, "restore", "--reason", "磁盘损坏")
    assert (restored.returncode, restored.stderr) == (0, ""), restored.stdout
    verified(city)
    city.start()


def verified(city: LiveServer) -> None:
    """The log verifies, and the state equals it."""
    for command in (("verify",), ("rebuild", "--check")):
        ended = liuhen(city, *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr


def sign_in_again(person: Person, page: str) -> None:
    """Every session has ended; nothing that was recorded has."""
    person.go("/login")
    person.sign_in()
    person.hand.wait(page)


def test_after_a_disaster_the_phones_bring_everything_back(
    enrolled: Callable[[str], Inspector],
    supervisor: Supervisor,
    city: LiveServer,
    photo_files: list[Path],
    tmp_path: Path,
) -> None:
    back_up(city, tmp_path / "backup")
    phone = enrolled("jcy1")  # this phone, its confirmation and all of its work the backup lacks
    phone.open_todays_inspection()
    phone.arrive()
    inspection = phone.inspection
    phone.record(Hazard((photo_files[0],), phrase="psj", place="一号破碎机"))
    phone.wait_until_all_done()
    phone.leave_coverage()
    phone.go(f"/inspections/{inspection}")
    phone.hand.wait("inspection")
    phone.record(Hazard((), phrase="aq", same_place=True))  # and this nobody has but the phone

    meet_disaster(city, tmp_path / "backup")
    phone.return_to_coverage()
    sign_in_again(phone, "today")
    phone.wait_until_all_done()
    phone.hand.photo_of_screen("jcy1-after-the-restore")
    sign_in_again(supervisor, "board")
    supervisor.look_anew(f"/field/inspections/{inspection}")
    expect(supervisor.hand.see("inspection-finding")).to_have_count(2, timeout=60_000)
    expect(supervisor.hand.see("photo", verified="true")).to_have_count(1, timeout=60_000)
    assert len(supervisor.originals()) == 1
    supervisor.open_finding(supervisor.findings_of(inspection)["A1"])
    entries = supervisor.timeline()
    assert {outcome for _, outcome in entries} == {"applied"}
    again = supervisor.hand.see("entry-again")
    expect(again).to_have_count(len(entries))
    expect(again.first).to_contain_text("系统恢复后重新录入，原为第 1 期日志")
    supervisor.hand.photo_of_screen("desk-after-the-restore")
    assert city.stop() == 0
    verified(city)


def test_what_was_handed_over_arrives_although_its_phone_and_its_enrolment_are_lost(
    enrolled: Callable[[str], Inspector],
    supervisor: Supervisor,
    city: LiveServer,
    photo_files: list[Path],
    tmp_path: Path,
) -> None:
    """The carrier meets no signal between taking the records over and the restore."""
    colleague = enrolled("jcy2")
    back_up(city, tmp_path / "backup")
    author = enrolled("jcy1")  # the backup knows neither this phone nor its confirmation
    author.open_todays_inspection()
    author.wait_until_all_done()
    for phone in (author, colleague):
        phone.leave_coverage()
    author.go("/today")
    author.open_todays_inspection()
    author.arrive()
    inspection = author.inspection
    author.record(Hazard((photo_files[0],), phrase="psj", place="一号破碎机"))
    author.record(Hazard((), phrase="aq", same_place=True))
    file = make_file(author, tmp_path)
    author.close()  # it falls into the river
    open_file(colleague, file, WORDS)
    taken = colleague.hand.wait("carry-taken", seconds=30)
    assert taken.get_attribute("data-blobs") == "1"

    meet_disaster(city, tmp_path / "backup")
    colleague.return_to_coverage()
    sign_in_again(colleague, "today")
    colleague.go("/carry")
    colleague.hand.wait("carried-for", seconds=60, ops_left="0", blobs_left="0")
    colleague.hand.photo_of_screen("jcy2-carried-over-a-restore")
    sign_in_again(supervisor, "board")
    supervisor.look_anew(f"/field/inspections/{inspection}")
    expect(supervisor.hand.see("inspection-finding")).to_have_count(2, timeout=60_000)
    expect(supervisor.hand.see("photo", verified="true")).to_have_count(1, timeout=60_000)
    supervisor.open_finding(supervisor.findings_of(inspection)["A1"])
    assert {outcome for _, outcome in supervisor.timeline()} == {"applied"}
    assert city.stop() == 0
    verified(city)
