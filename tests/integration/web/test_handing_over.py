"""A hazard handed over to another bureau, through HTTP: who may, what each bureau then reads, and
what becomes of records that were made on a phone without signal meanwhile.
"""

import pytest

from server.services import departures
from tests.integration.web.county import (
    ORIGINAL,
    County,
    handed_over,
    head_of,
    lines_of,
    rows_of,
    take_photo,
)
from tests.support.service import CITY, COUNTY, OTHER_COUNTY, digest, photo

DAYS_180 = 180


def test_the_hazard_and_its_material_are_the_receivers_and_the_giver_is_told_they_left(
    county: County,
) -> None:
    before = head_of(county.service, "inspector", COUNTY)
    handed_over(county)
    left = {line["left"] for line in lines_of(county.service, "inspector", COUNTY, before)
            if "left" in line}  # fmt: skip
    assert left == {"finding/hazard", "photo/picture"}
    here = rows_of(county.service, "inspector", COUNTY)
    assert left & here.keys() == set()
    assert "inspection/insp" in here, "the inspection and its record stay where they were made"
    there = rows_of(county.service, "stranger", OTHER_COUNTY)
    sha256 = digest(ORIGINAL)
    assert left | {f"blob/{OTHER_COUNTY}-{sha256}"} <= there.keys()
    assert there["finding/hazard"]["fields"]["enterprise_name"]["v"] == "示例厂"
    reply = county.service.ask("stranger", "GET", f"/spaces/{OTHER_COUNTY}/blobs/{sha256}")
    assert reply.data == ORIGINAL
    story = county.service.ask("stranger", "GET", "/entities/finding/hazard/timeline").json
    kinds = [entry["kind"] for entry in sorted(story["entries"], key=lambda one: int(one["index"]))]
    assert kinds == ["photo.add", "finding.create", "finding.confirm", "finding.hand_over",
                     "finding.material_follows"]  # fmt: skip


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ("inspector", "role_forbidden"),
        ("administrator", "role_forbidden"),
        ("foreign-supervisor", "space_forbidden"),
        ("stranger", "role_forbidden"),
    ],
)
def test_nobody_but_a_supervisor_of_the_bureau_hands_over(
    county: County, login: str, code: str
) -> None:
    phone = county.officer if login == "inspector" else county.service.confirmed_phone(login)
    assert county.told(phone, county.hand_over(phone))[:2] == ("refused", code)
    assert "finding/hazard" in rows_of(county.service, "inspector", COUNTY)


@pytest.mark.parametrize(("to", "code"), [("999999", "entity_unknown"), (COUNTY, "illegal_step")])
def test_it_goes_to_another_bureau_that_exists(county: County, to: str, code: str) -> None:
    assert county.told(county.boss, county.hand_over(county.boss, to))[:2] == ("refused", code)


def test_a_draft_is_not_handed_over(county: County) -> None:
    hazard = {"finding": "draft", "inspection": "insp", "enterprise": "works", "number": "A2",
              "grade": "general", "photos": []}  # fmt: skip
    county.officer.capture("finding.create", COUNTY, hazard, ())
    county.officer.push()
    county.finding = "draft"
    assert county.told(county.boss, county.hand_over(county.boss))[:2] == (
        "refused", "illegal_step",
    )  # fmt: skip


def test_the_receiver_does_not_hand_it_back_the_city_does(county: County) -> None:
    handed_over(county)
    receiver = county.service.confirmed_phone("foreign-supervisor")
    back = county.hand_over(receiver, COUNTY, OTHER_COUNTY)
    assert county.told(receiver, back)[:2] == ("refused", "handed_over_before")
    city = county.service.confirmed_phone("city-supervisor")
    decided = county.hand_over(city, COUNTY, OTHER_COUNTY)
    assert county.told(city, decided) == ("applied", "", [])
    here = rows_of(county.service, "inspector", COUNTY)
    assert {"finding/hazard", "photo/picture"} <= here.keys()


def test_of_two_supervisors_the_first_in_the_log_decides(county: County) -> None:
    city = county.service.confirmed_phone("city-supervisor")
    late = county.hand_over(city, CITY)
    handed_over(county)
    assert county.told(city, late)[:2] == ("refused", "entity_elsewhere")


def test_what_a_phone_recorded_before_it_knew_takes_effect_and_says_so(county: County) -> None:
    late = county.step(county.officer, "finding.take_measures", measures="停产")
    handed_over(county)
    assert county.told(county.officer, late) == ("applied", "", ["moved_meanwhile"])
    row = county.row("stranger")
    assert (row["space"], row["states"]["finding"]["s"]) == (OTHER_COUNTY, "measures_taken")


def test_who_knew_of_the_hand_over_has_no_say_any_more(county: County) -> None:
    handed_over(county)
    county.officer.push()
    works = {"enterprise": "w2", "name": "厂", "trade": "mine", "address": "x"}
    county.officer.capture("enterprise.add", COUNTY, works, ())
    county.officer.push()  # and learns the newest checkpoint
    late = county.step(county.officer, "finding.take_measures", measures="停产")
    assert county.told(county.officer, late)[:2] == ("refused", "entity_elsewhere")


def test_a_photo_that_came_late_follows_and_its_original_is_verified_there(county: County) -> None:
    other = photo(colour="late")
    late = take_photo(county, county.officer, "late", other, finding="hazard")
    handed_over(county)
    assert county.told(county.officer, late) == ("applied", "", ["moved_meanwhile"])
    county.officer.upload(set())
    there = rows_of(county.service, "stranger", OTHER_COUNTY)
    assert {"photo/late", f"blob/{OTHER_COUNTY}-{digest(other)}"} <= there.keys()
    assert f"blob/{COUNTY}-{digest(other)}" in rows_of(county.service, "inspector", COUNTY)


def test_officers_of_the_receiver_go_on_with_it(county: County) -> None:
    handed_over(county)
    stranger = county.service.confirmed_phone("stranger")
    measures = county.step(stranger, "finding.take_measures", OTHER_COUNTY, measures="停产")
    assert county.told(stranger, measures) == ("applied", "", [])
    state = county.row("stranger")["states"]["finding"]
    rendering = {"sha256": "ab" * 32, "size_bytes": 4, "media_type": "text/html"}
    item = {"finding": "hazard", "base": state["op"], "from": state["s"],
            "requirement": "清除", "deadline": "2026-12-01"}  # fmt: skip
    body = {"order": "order", "items": [item], "rendering": rendering, "signatures": []}
    order = stranger.capture("order.issue", OTHER_COUNTY, body, ())
    assert county.told(stranger, order) == ("applied", "", [])
    loose = {"photo": "again", "purpose": "reinspection", "source": "camera",
             "captured_at_ms": 1, "blob": rendering | {"media_type": "image/jpeg"}}  # fmt: skip
    stranger.capture("photo.add", OTHER_COUNTY, loose, ())
    passed = {"reinspection": "re", "finding": "hazard", "base": order.id, "from": "ordered",
              "officers": ["stranger", "colleague"], "result": "pass",
              "photos": ["again"]}  # fmt: skip
    assert county.told(stranger, stranger.capture("reinspection.record", OTHER_COUNTY, passed, ()))[
        :2
    ] == ("applied", "")


def test_orders_and_photos_of_ones_own_hazards_name_their_inspection(county: County) -> None:
    state = county.row("inspector")["states"]["finding"]
    rendering = {"sha256": "ab" * 32, "size_bytes": 4, "media_type": "text/html"}
    item = {"finding": "hazard", "base": state["op"], "from": state["s"],
            "requirement": "清除", "deadline": "2026-12-01"}  # fmt: skip
    body = {"order": "order", "items": [item], "rendering": rendering, "signatures": []}
    order = county.officer.capture("order.issue", COUNTY, body, ())
    assert county.told(county.officer, order)[:2] == ("refused", "other_inspection")


def test_a_photo_that_another_hazard_shows_stays_with_that(county: County) -> None:
    second = {"finding": "second", "inspection": "insp", "enterprise": "works", "number": "A2",
              "grade": "general", "photos": ["picture"]}  # fmt: skip
    county.officer.capture("finding.create", COUNTY, second, ())
    county.officer.push()
    handed_over(county)
    assert "photo/picture" in rows_of(county.service, "inspector", COUNTY)


def test_what_left_is_told_until_the_horizon_then_an_old_cursor_begins_anew(
    county: County,
) -> None:
    service, runtime = county.service, county.service.runtime
    before = head_of(service, "inspector", COUNTY)
    handed_over(county)
    knows = head_of(service, "inspector", COUNTY)
    service.clock.move(days=DAYS_180 - 1)
    service.tokens.clear()
    assert departures.forget_old(runtime) == 0
    assert any("left" in line for line in lines_of(service, "inspector", COUNTY, before))
    service.clock.move(days=2)
    service.tokens.clear()
    assert departures.forget_old(runtime) == 2
    old = service.ask("inspector", "GET", f"/spaces/{COUNTY}/rows?after_index={before}")
    assert (old.status_code, old.json["code"], old.json["field"]) == (
        410, "cursor_gone", "after_index",
    )  # fmt: skip
    assert lines_of(service, "inspector", COUNTY, knows) == []
    assert "finding/hazard" not in rows_of(service, "inspector", COUNTY)
    untouched = service.ask("stranger", "GET", f"/spaces/{OTHER_COUNTY}/rows?after_index=0")
    assert untouched.status_code == 200, "a space that nothing left serves cursors of any age"


def test_a_deactivated_officer_still_delivers_what_a_supervisor_decides_on(county: County) -> None:
    late = county.step(county.officer, "finding.take_measures", measures="停产")
    handed_over(county)
    county.service.deactivate("inspector")
    assert county.told(county.officer, late)[:2] == ("quarantined", "person_deactivated")
