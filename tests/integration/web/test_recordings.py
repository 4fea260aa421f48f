"""References and footage through HTTP: any order, nothing twice, people's word first."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, update

from server.services import manifests, rebuild, verify
from server.storage.database import reading, writing
from server.storage.footage_tables import FootageRow, ManifestRead
from server.storage.log_tables import Leaf
from sync_protocol.rules import LIMITS
from tests.support.recordings import HEAD, MINUTE, Scene, bring
from tests.support.service import CITY, COUNTY, OTHER_COUNTY, Service


@pytest.fixture
def scene(service: Service) -> Iterator[Scene]:
    """An inspection; at the end log, rows and footage still agree."""
    one = Scene(service)
    yield one
    with service.app.app_context():
        assert verify.verify(service.runtime) + rebuild.check(service.runtime) == []


def size(service: Service) -> tuple[int, int, int]:
    """How much is written: leaves, rows of footage, manifests read."""
    with service.app.app_context(), reading(service.runtime.engine) as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Leaf, FootageRow, ManifestRead)
        ]
    return counts[0], counts[1], counts[2]


def test_each_row_is_accepted_or_refused_by_its_line(scene: Scene) -> None:
    bad = scene.row("b.mp4", end=-5)
    report = scene.bring([scene.row("a.mp4"), bad, scene.row("c.mp4")])
    assert (report["accepted"], report["new"], report["refused"]) == (2, 2, 1)
    assert report["refusals"] == [{"line": 3, "code": "range_backwards"}]
    assert report["duplicate"] is False


def test_the_same_manifest_again_writes_nothing(scene: Scene) -> None:
    rows = [scene.row("a.mp4"), scene.row("b.mp4", 40, 50), "bad\n"]
    first = scene.bring(rows)
    before = size(scene.service)
    again = scene.bring(rows)
    assert size(scene.service) == before
    assert again == first | {"duplicate": True}


def test_a_later_manifest_brings_only_what_is_new(scene: Scene) -> None:
    scene.bring([scene.row("a.mp4")])
    report = scene.bring([scene.row("a.mp4"), scene.row("b.mp4", 40, 50)])
    assert (report["accepted"], report["new"]) == (2, 1)


def test_manifest_and_reference_come_in_any_order(scene: Scene) -> None:
    scene.bring([scene.row("a.mp4")])
    assert scene.outcomes() == {"a.mp4": "unclaimed"}
    scene.refer("c1")
    assert scene.outcomes() == {"c1": "matched"}
    scene.refer("c2", 100, 110)
    assert scene.outcomes() == {"c1": "matched", "c2": "missing"}
    scene.bring([scene.row("b.mp4", 100, 105), scene.row("z.mp4", 300, 310)])
    assert scene.outcomes() == {"c1": "matched", "c2": "gap", "z.mp4": "unclaimed"}


def test_every_outcome_is_counted_and_can_be_asked_for_alone(scene: Scene) -> None:
    scene.refer("match")
    scene.refer("gap", 100, 120)
    scene.refer("none", 200, 210)
    scene.refer("hash", 300, 310, sha256="ab" * 32)
    scene.refer("two", 400, 410)
    scene.bring(
        [
            scene.row("a.mp4"),
            scene.row("b.mp4", 100, 110),
            scene.row("c.mp4", 300, 310, sha256="cd" * 32),
            scene.row("d.mp4", 400, 410),
            scene.row("e.mp4", 400, 410, size="2000"),
            scene.row("f.mp4", 500, 510),
        ]
    )
    page = scene.of_space()
    assert set(page["counts"].values()) == {1}
    for outcome in page["counts"]:
        (only,) = scene.of_space(outcome=outcome)["entries"]
        assert only["outcome"] == outcome
    first = scene.of_space(limit=4)
    rest = scene.of_space(limit=4, skip=first["next"])
    assert first["entries"] + rest["entries"] == page["entries"]
    assert "next" not in rest


def test_a_persons_word_goes_first_and_is_taken_back_by_another(scene: Scene) -> None:
    scene.refer("c1")
    scene.bring([scene.row("a.mp4"), scene.row("b.mp4", size="2000")])
    assert scene.outcomes() == {"c1": "ambiguous"}
    chosen = {"clip": "c1", "footage": scene.footage_named("b.mp4"), "reason": "看过录像"}
    scene.apply("clip.confirm_footage", chosen, scene.boss)
    entry = scene.of_space(outcome="matched")["entries"][0]
    assert (entry["by"], entry["footage"]) == ("person", [chosen["footage"]])
    scene.apply("clip.reject_footage", chosen | {"reason": "看错了"})
    assert scene.of_space(outcome="matched")["entries"][0]["footage"] == [
        scene.footage_named("a.mp4")
    ]


def test_a_declared_clock_moves_the_footage(scene: Scene) -> None:
    scene.refer("c1")
    scene.bring([scene.row("a.mp4", 60, 90)])
    assert scene.outcomes()["c1"] == "missing"
    said = {"clock": "k0", "inspection": "i1", "camera": "dsj 0001", "nonce": "0a1b2c3d"}
    scene.apply("camera.show_clock", said | {"shown_at_ms": scene.began_ms, "shown_for_ms": 3000})
    clock = {"clock": "k1", "inspection": "i1", "camera": "dsj 0001", "date": "2026-09-21"}
    scene.apply("camera.declare_clock", clock | {"offset_ms": 60 * MINUTE, "shown": "k0"})
    assert scene.outcomes() == {"c1": "matched"}


def test_the_inspections_footage_covers_its_finding(scene: Scene) -> None:
    scene.refer("c1", 0, 30)
    scene.bring([scene.row("a.mp4"), scene.row("z.mp4", 300, 310)])
    scene.service.clock.move(seconds=600)
    finding = {
        "finding": "f1", "inspection": "i1", "enterprise": "e-i1", "number": "A1",
        "grade": "general", "photos": [],
    }  # fmt: skip
    scene.apply("finding.create", finding)
    found = scene.service.ask("colleague", "GET", "/inspections/i1/recordings").json
    assert [one["clip"] for one in found["entries"]] == ["c1"]
    assert [one["file_name"] for one in found["footage"].values()] == ["a.mp4"]
    assert list(found["covering"]) == ["f1"]
    assert found["covering"]["f1"] == list(found["footage"])
    assert scene.service.ask("stranger", "GET", "/inspections/i1/recordings").status_code == 403
    assert scene.service.ask("colleague", "GET", "/inspections/none/recordings").status_code == 404


def test_an_inspection_finds_its_footage_by_hash_and_name_on_another_camera_too(
    scene: Scene,
) -> None:
    scene.refer("hash", sha256="ab" * 32)
    scene.refer("name", 60, 90, file_name="B.mp4", source="name")
    scene.bring(
        [
            scene.row("a.mp4", camera="X1", sha256="ab" * 32),
            scene.row("b.MP4", 60, 90, camera="X2"),
            scene.row("c.mp4", camera="X3"),
        ]
    )
    found = scene.service.ask("inspector", "GET", "/inspections/i1/recordings").json
    assert {one["clip"]: (one["outcome"], one["by"]) for one in found["entries"]} == {
        "hash": ("matched", "hash"),
        "name": ("matched", "name"),
    }
    assert {one["file_name"] for one in found["footage"].values()} == {"a.mp4", "b.MP4"}


def test_a_countys_footage_may_lie_at_the_citys_station(scene: Scene) -> None:
    scene.refer("c1")
    with scene.service.app.app_context():
        raw = (HEAD + scene.row("a.mp4") + scene.row("z.mp4", 300, 310)).encode()
        manifests.bring(scene.service.runtime, CITY, raw, name="市.csv")
    assert scene.outcomes() == {"c1": "matched"}, "what else lies there is the city's to see"


@pytest.mark.parametrize(
    ("login", "space", "status"),
    [
        ("inspector", COUNTY, 403),
        ("administrator", COUNTY, 403),
        ("foreign-supervisor", COUNTY, 403),
        ("supervisor", OTHER_COUNTY, 403),
        ("supervisor", "common", 403),
        ("supervisor", COUNTY, 200),
    ],
)
def test_a_supervisor_brings_manifests_of_their_own_bureau(
    scene: Scene, login: str, space: str, status: int
) -> None:
    raw = (HEAD + scene.row("a.mp4")).encode()
    assert bring(scene.service, raw, login, space).status_code == status


@pytest.mark.parametrize(
    ("raw", "query", "status", "field"),
    [
        (b"no table", {}, 422, None),
        (b"", {}, 422, None),
        (b"\xff", {}, 422, None),
        (b"file_name\n" + b"x\n" * (LIMITS["manifest_rows"] + 1), {}, 413, None),
        (b" " * (LIMITS["manifest_bytes"] + 1), {}, 413, "Content-Length"),
        (b"file_name\nx\n", {"name": ""}, 422, "name"),
        (b"file_name\nx\n", {"name": "a\n"}, 422, "name"),
        (b"file_name\nx\n", {"station": "x" * 61}, 422, "station"),
        (b"file_name\nx\n", {"more": "x"}, 422, "more"),
    ],
)
def test_a_file_that_is_none_is_refused_and_leaves_nothing(
    scene: Scene, raw: bytes, query: dict[str, str], status: int, field: str | None
) -> None:
    before = size(scene.service)
    reply = bring(scene.service, raw, **query)
    assert (reply.status_code, reply.json.get("field")) == (status, field), reply.text
    assert size(scene.service) == before


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"until_ms": "5"}, "from_ms"),
        ({"from_ms": "5", "until_ms": "5"}, "until_ms"),
        ({"from_ms": "0", "until_ms": str(32 * 86_400_000)}, "until_ms"),
        ({"from_ms": "x", "until_ms": "5"}, "from_ms"),
        ({"from_ms": "0", "until_ms": "5", "outcome": "lost"}, "outcome"),
        ({"from_ms": "0", "until_ms": "5", "limit": "0"}, "limit"),
        ({"from_ms": "0", "until_ms": "5", "skip": "-1"}, "skip"),
    ],
)
def test_a_wrong_question_names_its_parameter(
    service: Service, query: dict[str, str], field: str
) -> None:
    path = f"/spaces/{COUNTY}/recordings"
    reply = service.ask("supervisor", "GET", path, query_string=query)
    assert (reply.status_code, reply.json["field"]) == (422, field), reply.text


def test_rows_a_crash_left_out_are_read_by_the_next_sweep(scene: Scene) -> None:
    scene.bring([scene.row("a.mp4"), scene.row("b.mp4", 40, 50)])
    whole = size(scene.service)
    with scene.service.app.app_context():
        runtime = scene.service.runtime
        with writing(runtime.engine) as connection:
            manifests.forget(connection)
        assert size(scene.service) == (whole[0], 0, 0)
        assert manifests.project(runtime) == 1
        assert size(scene.service) == whole
        assert manifests.project(runtime) == 0


def test_a_changed_row_is_noticed_and_a_rebuild_mends_it(scene: Scene) -> None:
    scene.bring([scene.row("a.mp4"), scene.row("b.mp4", 40, 50)])
    scene.bring([scene.row("a.mp4"), scene.row("c.mp4", 60, 70)])
    with scene.service.app.app_context():
        runtime = scene.service.runtime
        with writing(runtime.engine) as connection:
            changed = update(FootageRow).where(FootageRow.file_name == "a.mp4")
            connection.execute(changed.values(sha256="ab" * 32))
        (problem,) = rebuild.check(runtime)
        assert problem.startswith("footage ") and problem.endswith("sha256 differs from the log")
        rebuild.run(runtime)
        assert rebuild.check(runtime) == []


def a_day(scene: Scene, cameras: int = 500, files: int = 40, visits: int = 4) -> bytes:
    """A city's day as JSON: each camera's files of ten minutes; the references are recorded too."""
    rows = [
        {
            "camera": f"DSJ{camera:04}", "file_name": f"DSJ{camera:04}-{number}.mp4",
            "started_at": scene.began_ms + number * 10 * MINUTE, "length": 600,
            "size_bytes": 60_000_000, "station": "一号采集站",
            "sha256": f"{camera:032x}{number:032x}",
        }
        for camera in range(cameras)
        for number in range(files)
    ]  # fmt: skip
    for camera in range(cameras):
        for visit in range(visits):
            start = scene.began_ms + visit * 90 * MINUTE
            body: dict[str, Any] = {
                "clip": f"c{camera}-{visit}", "inspection": "i1", "camera": f"DSJ{camera:04}",
                "officer": "inspector", "started_at_ms": start, "source": "range",
                "stopped_at_ms": start + 60 * MINUTE,
            }  # fmt: skip
            scene.phone.capture("clip.refer", COUNTY, body, ())
    assert {item["ruling"]["outcome"] for item in scene.phone.push()} == {"applied"}
    return json.dumps(rows).encode()


def test_a_day_of_20000_files_and_2000_references_reconciles_within_five_seconds(
    service: Service,
) -> None:
    scene = Scene(service)
    raw = a_day(scene)
    report = scene.bring(raw)
    assert (report["accepted"], report["new"], report["refused"]) == (20_000, 20_000, 0)
    started = time.perf_counter()
    page = scene.of_space()
    took = time.perf_counter() - started
    assert page["counts"]["matched"] == 2000
    assert took <= 5
    before = size(service)
    again = scene.bring(raw)
    assert scene.of_space() == page
    assert (again["duplicate"], size(service)) == (True, before)
