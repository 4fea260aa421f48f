"""What each bureau reads around a hazard that was handed over: recordings, cases, pictures."""

from typing import Any

import pytest

from server.cli.demo.phone import Phone
from server.services import derivatives
from sync_protocol.ops import Op
from tests.integration.web.county import ORIGINAL, TOLD, County, handed_over
from tests.support.service import COUNTY, OTHER_COUNTY

CASE = {"case": "ca", "inspection": "insp", "cause": "未批先建", "footage": [], "without": []}


def inspected_there(county: County) -> Phone:
    """The other county finds a hazard and takes the same picture of it."""
    phone = county.service.confirmed_phone("stranger")
    yes = dict.fromkeys(("id_shown", "rights_told", "recorder_on", "code_scanned"), True)
    works = {"enterprise": "there", "name": "厂", "trade": "industry", "address": "x"}
    begun = {
        "inspection": "other", "enterprise": "there", "date": "2026-09-21", "content": "检查",
        "officers": ["stranger", "colleague"], "arrived_at_ms": 1, "reason": "举报", **yes,
    }  # fmt: skip
    taken = {
        "photo": "same", "inspection": "other", "purpose": "finding", "source": "camera",
        "captured_at_ms": 1, "blob": phone.attach(OTHER_COUNTY, ORIGINAL, "image/jpeg"),
    }  # fmt: skip
    found = {"finding": "own", "inspection": "other", "enterprise": "there", "number": "B1",
             "grade": "general", "photos": ["same"]}  # fmt: skip
    for kind, body in (
        ("enterprise.add", works),
        ("inspection.begin_on_site", begun),
        ("photo.add", taken),
        ("finding.create", found),
    ):
        phone.capture(kind, OTHER_COUNTY, body, ())
    assert {item["ruling"]["outcome"] for item in phone.push()} == {"applied"}
    phone.upload(set())
    while derivatives.make_next(county.service.runtime):
        pass
    return phone


def alike(county: County, login: str, space: str, finding: str) -> list[str]:
    path = f"/spaces/{space}/findings/{finding}/images"
    reply = county.service.ask(login, "GET", path)
    assert reply.status_code == 200, reply.text
    return [one["finding"] for image in reply.json["images"] for one in image["alike"]]


def kinds(county: County, login: str, entity: str) -> list[str]:
    reply = county.service.ask(login, "GET", f"/entities/{entity}/timeline")
    assert reply.status_code == 200, reply.text
    return [entry["kind"] for entry in reply.json["entries"]]


def test_the_receiver_is_shown_that_a_picture_came_with_the_hazard_and_the_giver_no_more(
    county: County,
) -> None:
    inspected_there(county)
    assert alike(county, "stranger", OTHER_COUNTY, "own") == []
    assert alike(county, "administrator", OTHER_COUNTY, "own") == ["hazard"]
    handed_over(county)
    assert alike(county, "stranger", OTHER_COUNTY, "own") == ["hazard"]
    assert alike(county, "stranger", OTHER_COUNTY, "hazard") == ["own"]
    gone = county.service.ask("supervisor", "GET", f"/spaces/{COUNTY}/findings/hazard/images")
    assert gone.status_code == 404
    there = county.service.ask("supervisor", "GET", f"/spaces/{OTHER_COUNTY}/findings/own/images")
    assert there.status_code == 403


def refer(county: County) -> Op:
    """The officer refers to a recording of the inspection."""
    body = {
        "clip": "c1", "inspection": "insp", "camera": "DSJ0001", "officer": "inspector",
        "started_at_ms": 1, "stopped_at_ms": 60_000, "source": "range",
    }  # fmt: skip
    return county.officer.capture("clip.refer", COUNTY, body, ())


def test_recordings_and_cases_stay_with_the_inspection(county: County) -> None:
    refer(county)
    handed_over(county)
    county.officer.push()
    path = "/inspections/insp/recordings"
    here = county.service.ask("supervisor", "GET", path)
    assert [one["clip"] for one in here.json["entries"]] == ["c1"]
    assert list(here.json["covering"]) == ["hazard"]
    for login in ("stranger", "foreign-supervisor"):
        reply = county.service.ask(login, "GET", path)
        assert (reply.status_code, reply.json["code"]) == (403, "space_forbidden")
        assert county.service.ask(login, "GET", "/entities/clip/c1/timeline").status_code == 403
    case = CASE | {"without": [{"clip": "c1", "reason": "not_kept"}]}
    county.boss.push()
    opened = county.boss.capture("case.open", COUNTY, case, ())
    assert county.told(county.boss, opened)[:2] == ("applied", "")


@pytest.mark.parametrize("space", [COUNTY, OTHER_COUNTY])
def test_the_receiver_opens_no_case_on_an_inspection_it_does_not_read(
    county: County, space: str
) -> None:
    refer(county)
    handed_over(county)
    county.officer.push()
    receiver = county.service.confirmed_phone("foreign-supervisor")
    opened = receiver.capture("case.open", space, CASE, ())
    ruling = county.rule(receiver, opened)
    assert ruling["outcome"] == "refused"
    assert "c1" not in str(ruling), "what it may not read is not told by a refusal"


def test_the_receiver_can_check_who_recorded_what_came_with_the_hazard(county: County) -> None:
    handed_over(county)
    story: Any = county.service.ask("stranger", "GET", "/entities/finding/hazard/timeline").json
    assert {entry["by"] for entry in story["entries"]} == {"inspector", "supervisor", "system"}
    path = f"/chains/{county.officer.chain}/vouchers"
    reply = county.service.ask("stranger", "GET", path)
    assert [op["kind"] for op in reply.json["ops"]] == ["chain.enrol", "chain.countersign"]
    others = county.service.ask("stranger", "GET", f"/chains/{county.officer.chain}/rulings")
    assert others.status_code == 403


def test_the_giver_reads_at_its_inspection_where_the_hazard_went(county: County) -> None:
    assert "finding.hand_over" not in kinds(county, "inspector", "inspection/insp")
    handed_over(county)
    reply = county.service.ask("inspector", "GET", "/entities/inspection/insp/timeline").json
    went = [one["body"] for one in reply["entries"] if one["kind"] == "finding.hand_over"]
    assert len(went) == 1
    assert f'"to":"{OTHER_COUNTY}"' in went[0]
    assert TOLD["reason"] in went[0]
    assert (
        county.service.ask("stranger", "GET", "/entities/inspection/insp/timeline").status_code
        == 403
    )
    own = county.service.ask("inspector", "GET", "/entities/finding/hazard/timeline")
    assert (own.status_code, own.json["code"]) == (403, "space_forbidden")


def test_what_another_bureau_decided_is_no_part_of_the_inspections_story(county: County) -> None:
    handed_over(county)
    city = county.service.confirmed_phone("city-supervisor")
    back = county.hand_over(city, COUNTY, OTHER_COUNTY)
    assert county.told(city, back)[:2] == ("applied", "")
    assert kinds(county, "inspector", "inspection/insp").count("finding.hand_over") == 1
    assert kinds(county, "inspector", "finding/hazard").count("finding.hand_over") == 2
