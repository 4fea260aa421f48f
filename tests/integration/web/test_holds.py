"""What stations must hold: open cases, longer periods, and the alarms about them, through HTTP."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from server.services import rebuild, system, verify
from tests.support.recordings import Scene
from tests.support.service import COUNTY, Service


@pytest.fixture
def scene(service: Service) -> Iterator[Scene]:
    """An inspection with one recording whose footage is at the station."""
    one = Scene(service)
    one.refer("c1")
    one.bring([one.row("a.mp4", sha256="ab" * 32)])
    yield one
    with service.app.app_context():
        assert verify.verify(service.runtime) + rebuild.check(service.runtime) == []


def later(scene: Scene, **much: int) -> None:
    """Let time pass; people sign in anew."""
    scene.service.clock.move(**much)
    scene.service.tokens.clear()


def holds(scene: Scene) -> dict[str, Any]:
    reply = scene.service.ask("supervisor", "GET", f"/spaces/{COUNTY}/holds")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def open_case(scene: Scene, case: str = "ca1") -> str:
    footage = scene.footage_named("a.mp4")
    item = {"clip": "c1", "footage": footage, "sha256": "ab" * 32}
    body = {"case": case, "inspection": "i1", "number": "临应急立〔2026〕1号", "cause": "未批先建"}
    ruling = scene.apply("case.open", body | {"footage": [item], "without": []}, scene.boss)
    assert ruling["code"] == ""
    return footage


def adopt(scene: Scene, applies_to: str, days: int, **members: str) -> None:
    body = {"retention": f"r{applies_to}{days}", "applies_to": applies_to, "days": days}
    said = body | {"valid_from": "2026-01-01", "basis": "局党组会议纪要"} | members
    with scene.service.app.app_context():
        item = system.append(scene.service.runtime, "retention.adopt", said)
    assert item["ruling"]["outcome"] == "applied"


def test_footage_no_case_needs_is_left_to_the_station(scene: Scene) -> None:
    assert holds(scene)["holds"] == []


def test_footage_of_an_open_case_is_held_until_it_is_closed(scene: Scene) -> None:
    footage = open_case(scene)
    found = holds(scene)["holds"]
    assert [one["id"] for one in found] == [footage]
    one = found[0]
    assert (one["file_name"], one["keep_until"]) == ("a.mp4", "")
    assert one["cases"] == [{"case": "ca1", "number": "临应急立〔2026〕1号"}]
    assert (one["confirmed"], one["unconfirmed"], one["near"]) == (False, False, False)
    row = scene.service.ask("supervisor", "GET", f"/spaces/{COUNTY}/rows").json["rows"]
    case = next(each["row"] for each in row if each["row"]["entity"] == "case/ca1")
    close = {"case": "ca1", "base": case["states"]["case"]["op"], "from": "open", "reason": "结案"}
    scene.apply("case.close", close, scene.boss)
    assert holds(scene)["holds"] == []


def test_an_unconfirmed_hold_alarms_after_a_day_until_the_station_confirms(scene: Scene) -> None:
    footage = open_case(scene)
    later(scene, hours=24)
    assert holds(scene)["unconfirmed"] == 0
    later(scene, seconds=1)
    found = holds(scene)
    assert (found["unconfirmed"], found["holds"][0]["unconfirmed"]) == (1, True)
    said = {"case": "ca1", "footage": [footage], "station": "一号采集站", "confirmed_by": "站长"}
    scene.apply("hold.confirm", said)
    found = holds(scene)
    assert (found["unconfirmed"], found["holds"][0]["confirmed"]) == (0, True)


def test_needed_footage_about_to_be_deleted_is_a_warning(scene: Scene) -> None:
    open_case(scene)
    later(scene, days=80)
    found = holds(scene)
    assert (found["near"], found["holds"][0]["near"]) == (1, True)
    assert found["holds"][0]["delete_on"] == "2026-12-20"


def test_the_longest_period_wins_and_is_asked_for_before_the_station_deletes(scene: Scene) -> None:
    adopt(scene, "any", 120)
    adopt(scene, "any", 100)
    later(scene, days=70)
    assert holds(scene)["holds"] == []
    later(scene, days=10)
    (one,) = holds(scene)["holds"]
    assert (one["keep_until"], one["delete_on"], one["near"]) == ("2027-01-19", "2026-12-20", True)
    assert (one["classes"], one["cases"]) == (["any"], [])


def test_a_rule_counts_only_between_its_days(scene: Scene) -> None:
    adopt(scene, "any", 120, valid_until="2026-09-20")
    later(scene, days=80)
    assert holds(scene)["holds"] == []


def test_the_stations_own_date_of_deletion_counts(scene: Scene) -> None:
    open_case(scene)
    head = "产品序号,文件名,开始时间,结束时间,文件大小,校验值,采集站,删除日期\n"
    row = scene.row("a.mp4", sha256="ab" * 32).rstrip("\n") + ",2026-09-25\n"
    report = scene.bring((head + row).encode())
    assert (report["accepted"], report["new"]) == (1, 0)
    found = holds(scene)
    assert (found["near"], found["holds"][0]["delete_on"]) == (1, "2026-09-25")


def test_a_case_whose_footage_no_station_reports_is_named(scene: Scene) -> None:
    item = {"clip": "c1", "footage": "cd" * 32, "sha256": "ef" * 32}
    body = {"case": "ca1", "inspection": "i1", "cause": "未批先建", "footage": [item]}
    scene.apply("case.open", body | {"without": []}, scene.boss)
    (unknown,) = holds(scene)["unknown"]
    assert (unknown["case"], unknown["footage"]) == ("ca1", "cd" * 32)


def test_the_list_for_the_station_opens_in_a_table_program_and_runs_no_formula(
    scene: Scene,
) -> None:
    open_case(scene)
    scene.refer("c2", 100, 110, file_name="=cmd.mp4", source="name")
    scene.bring([scene.row("=cmd.mp4", 100, 110)])
    adopt(scene, "any", 120)
    later(scene, days=80)
    reply = scene.service.ask("supervisor", "GET", f"/spaces/{COUNTY}/holds.csv")
    assert (reply.status_code, reply.mimetype) == (200, "text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))
    assert [row["file_name"] for row in rows] == ["'=cmd.mp4", "a.mp4"]
    assert rows[1]["cases"] == "临应急立〔2026〕1号"


def test_a_case_without_every_recording_or_with_anothers_is_refused(scene: Scene) -> None:
    def ruled(body: dict[str, Any]) -> str:
        said = {"case": "ca1", "inspection": "i1", "cause": "x", "footage": [], "without": []}
        scene.boss.capture("case.open", COUNTY, said | body, ())
        code: str = scene.boss.push()[-1]["ruling"]["code"]
        return code

    assert ruled({}) == "recording_missing"
    none = {"clip": "c1", "reason": "设备损坏"}
    assert ruled({"without": [none, none | {"clip": "c9"}]}) == "entity_unknown"
    assert ruled({"without": [none]}) == ""
