"""What goes otherwise on site: the head refuses to sign, the camera is refused."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.supervisor import Supervisor

WITNESS = "王在场（虚构）"


def test_a_refusal_is_recorded_with_its_reason_and_a_witness(
    enrolled: Callable[[str], Inspector], supervisor: Supervisor
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.leave_coverage()
    phone.arrive()
    assert phone.record(Hazard((), phrase="psj", place="一号破碎机")) == "A1"
    inspection = phone.inspection
    phone.hand.tap("sign")
    phone.hand.wait("sign-page")
    phone.hand.draw_signature("sign-officer-1")
    phone.hand.tap("refuse")
    expect(phone.hand.see("sign-finish")).to_be_disabled()  # a refusal needs its reason
    phone.hand.tap("refusal-disagrees")
    phone.hand.write("witness", WITNESS)
    phone.hand.draw_signature("sign-witness")
    phone.hand.photo_of_screen("refusal")
    phone.hand.tap("sign-finish")
    phone.hand.wait("inspection", state="signature_refused")

    phone.return_to_coverage()
    phone.wait_until_all_done()
    supervisor.look_anew(f"/field/inspections/{inspection}")
    page = supervisor.hand.wait("inspection-page", seconds=45)
    expect(supervisor.hand.see("inspection-head")).to_have_attribute(
        "data-state", "signature_refused", timeout=45_000
    )
    expect(page).to_contain_text("对检查结果有异议")
    expect(page).to_contain_text(WITNESS)
    supervisor.hand.photo_of_screen("refusal-at-the-desk")


def test_where_the_camera_is_refused_the_systems_camera_takes_over(
    enrolled: Callable[[str], Inspector], photo_files: list[Path]
) -> None:
    phone = enrolled("jcy1")
    phone.open_todays_inspection()
    phone.leave_coverage()
    phone.arrive()
    phone.close()
    phone.camera_allowed = False
    phone.start_browser()
    phone.reopen()
    phone.hand.tap(phone.hand.wait("burst"))
    phone.hand.wait("camera-refused")
    phone.hand.photograph("take-photo", photo_files[0])
    expect(phone.hand.see("burst-page")).to_have_attribute("data-saved", "1")
    phone.hand.photo_of_screen("camera-refused")
    phone.hand.tap("burst-done")
    phone.hand.wait("tray", count="1")
