"""Snapshots: made when they are worth it, whole or not at all, and the same as the pull's pages."""

import base64
import gzip
import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.services import queries, rebuild, snapshots, system
from server.services.snapshots import LEAST_ROWS, PART_ROWS, TAIL_DIVISOR
from server.storage.blob_rules import StoreUnavailableError
from server.storage.blob_store_files import FileBlobStore
from server.storage.claims import alone
from tests.support.service import COUNTY, OTHER_COUNTY, Service

BATCH = 200
MANIFEST = f"/spaces/{COUNTY}/snapshot"


def enterprises(service: Service, first: int, count: int) -> None:
    """Add rows to the county by the system's own ops."""
    body = {"name": "示例石料厂", "trade": "mine", "address": "示例镇示例路一号"}
    with service.app.app_context():
        for start in range(first, first + count, BATCH):
            numbers = range(start, min(start + BATCH, first + count))
            wanted = [("enterprise.add", body | {"enterprise": f"e{n}"}, COUNTY) for n in numbers]
            system.append_all(service.runtime, wanted)


def edit(service: Service, number: int, name: str) -> None:
    with service.app.app_context():
        row = queries.row(service.runtime, f"enterprise/e{number}")
        assert row is not None
        change = {"field": "name", "value": name, "replaces": [row["fields"]["name"]["op"]]}
        body = {"enterprise": f"e{number}", "changes": [change]}
        item = system.append(service.runtime, "enterprise.edit", body, space=COUNTY)
    assert item["ruling"]["outcome"] == "applied"


def made(service: Service) -> bool:
    with service.app.app_context():
        return snapshots.make_next(service.runtime)


def manifest(service: Service) -> dict[str, Any]:
    reply = service.ask("inspector", "GET", MANIFEST)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def part(service: Service, sha256: str, **headers: str) -> Any:
    return service.ask("inspector", "GET", f"{MANIFEST}/parts/{sha256}", headers=headers)


def pulled(service: Service, after: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """All rows of the county beyond a cursor, by ordinary pages."""
    rows: list[dict[str, Any]] = []
    cursor = after
    while True:
        reply = service.ask("inspector", "GET", f"/spaces/{COUNTY}/rows", query_string=cursor)
        rows += reply.json["rows"]
        cursor = reply.json.get("next")
        if cursor is None:
            return rows


def files(service: Service) -> set[str]:
    return {path.name for path in (service.folder / "snapshots").rglob("*") if path.is_file()}


@pytest.fixture
def stocked(service: Service) -> Service:
    enterprises(service, 0, PART_ROWS + 10)
    return service


def test_parts_are_the_rows_of_a_pull_in_its_order_under_their_own_digest(stocked: Service) -> None:
    assert made(stocked)
    shown, rows = manifest(stocked), []
    for one in shown["parts"]:
        reply = part(stocked, one["sha256"], **{"Accept-Encoding": "gzip"})
        assert reply.headers["Content-Encoding"] == "gzip"
        assert reply.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert len(reply.data) == one["bytes"]
        text = gzip.decompress(reply.data)
        assert hashlib.sha256(text).hexdigest() == one["sha256"]
        for way in (reply, part(stocked, one["sha256"])):
            assert way.headers["Liuhen-Digest"] == f"sha-256={one['sha256']}"
        assert part(stocked, one["sha256"]).data == text
        page = part(stocked, one["sha256"]).json["rows"]
        assert len(page) == one["rows"] <= PART_ROWS
        last = {"after_index": page[-1]["index"], "after_entity": page[-1]["row"]["entity"]}
        assert one["last"] == last
        rows += page
    assert len(shown["parts"]) == 2
    assert shown["rows"] == len(rows)
    assert rows == pulled(stocked)


def test_the_manifest_names_the_log_it_belongs_to(stocked: Service) -> None:
    made(stocked)
    shown = manifest(stocked)
    assert shown["log"]["size"] == shown["complete_through"]
    note = stocked.ask(None, "GET", "/log/checkpoint").text.splitlines()
    assert note[:2] == [shown["log"]["origin"], str(shown["log"]["size"])]
    assert base64.b64decode(note[2]).hex() == shown["log"]["root"]


def test_parts_and_the_tail_after_them_are_the_whole_state(stocked: Service) -> None:
    made(stocked)
    enterprises(stocked, 10_000, 20)
    edit(stocked, 3, "改名石料厂")
    shown = manifest(stocked)
    rows = {}
    for one in shown["parts"]:
        rows |= {row["row"]["entity"]: row for row in part(stocked, one["sha256"]).json["rows"]}
    tail = pulled(stocked, {"after_index": shown["complete_through"] - 1, "after_entity": "~"})
    assert len(tail) == 21
    rows |= {row["row"]["entity"]: row for row in tail}
    assert rows == {row["row"]["entity"]: row for row in pulled(stocked)}


def test_a_small_space_and_a_short_tail_want_no_snapshot(service: Service) -> None:
    enterprises(service, 0, LEAST_ROWS - 1)
    assert not made(service)
    reply = service.ask("inspector", "GET", MANIFEST)
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")
    enterprises(service, LEAST_ROWS - 1, 1)
    assert made(service)
    assert not made(service)
    enterprises(service, LEAST_ROWS, LEAST_ROWS - 1)
    assert not made(service)
    enterprises(service, 2 * LEAST_ROWS - 1, 1)
    assert made(service)
    assert TAIL_DIVISOR * LEAST_ROWS > 2 * LEAST_ROWS  # the least tail decided here, not the share


def test_an_old_snapshot_is_made_anew_for_any_tail(stocked: Service) -> None:
    made(stocked)
    stocked.clock.move(days=31)
    assert not made(stocked)
    edit(stocked, 3, "改名石料厂")
    assert made(stocked)


def test_the_newest_two_are_kept_and_files_of_others_go(stocked: Service) -> None:
    seen = []
    for round_number in range(3):
        enterprises(stocked, 10_000 * (round_number + 1), LEAST_ROWS + 200)
        assert made(stocked)
        seen.append(manifest(stocked))
    made(stocked)
    known = [{one["sha256"] for one in shown["parts"]} for shown in seen]
    assert part(stocked, min(known[1])).status_code == 200
    gone = known[0] - known[1] - known[2]
    shared = known[0] & known[2]
    assert gone and shared  # the first parts did not change: one file for all
    assert {part(stocked, one).json["code"] for one in gone} == {"not_found"}
    assert {part(stocked, one).status_code for one in shared} == {200}
    assert len(files(stocked)) == len(known[1] | known[2])


class Dying(FileBlobStore):
    """A folder whose second file does not arrive."""

    puts = 0

    def put_file(self, path: Path, sha256: str) -> None:
        self.puts += 1
        if self.puts == 2:
            raise StoreUnavailableError("gone")
        super().put_file(path, sha256)


def test_a_maker_that_dies_leaves_no_snapshot_and_no_file_for_long(stocked: Service) -> None:
    store = Dying(stocked.folder / "snapshots")
    with stocked.app.app_context(), pytest.raises(StoreUnavailableError):
        snapshots.make_next(replace(stocked.runtime, snapshots=store))
    assert stocked.ask("inspector", "GET", MANIFEST).status_code == 404
    orphans = files(stocked)
    assert orphans
    enterprises(stocked, 50_000, 1)
    edit(stocked, 0, "改名石料厂")
    assert made(stocked)
    named = {one["sha256"] for one in manifest(stocked)["parts"]}
    assert len(files(stocked)) == len(named)
    assert not orphans & files(stocked)


def test_a_lost_file_is_not_found_and_the_pull_goes_on(stocked: Service) -> None:
    made(stocked)
    for path in (stocked.folder / "snapshots").rglob("*"):
        if path.is_file():
            path.unlink()
    shown = manifest(stocked)
    assert part(stocked, shown["parts"][0]["sha256"]).json["code"] == "not_found"
    assert len(pulled(stocked)) == shown["rows"]


def test_a_part_is_served_under_its_own_space_only(stocked: Service) -> None:
    made(stocked)
    sha256 = manifest(stocked)["parts"][0]["sha256"]
    for login in ("stranger", "foreign-supervisor"):
        reply = stocked.ask(login, "GET", f"{MANIFEST}/parts/{sha256}")
        assert (reply.status_code, reply.json["code"]) == (403, "space_forbidden")
    reply = stocked.ask("stranger", "GET", f"/spaces/{OTHER_COUNTY}/snapshot/parts/{sha256}")
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")


def test_one_maker_at_a_time(stocked: Service) -> None:
    with alone(stocked.runtime.engine, "snapshot") as first:
        answers: list[bool] = []
        other = threading.Thread(target=lambda: answers.append(made(stocked)))
        other.start()
        other.join()
    assert (first, answers) == (True, [False])
    assert made(stocked)


def test_a_rebuild_takes_snapshots_back(stocked: Service) -> None:
    made(stocked)
    with stocked.app.app_context():
        rebuild.run(stocked.runtime)
        assert rebuild.check(stocked.runtime) == []
    assert stocked.ask("inspector", "GET", MANIFEST).status_code == 404
    assert made(stocked)


def test_nothing_is_made_on_a_full_disk(open_service: Callable[..., Service]) -> None:
    service = open_service(LIUHEN_RESERVE_DISK_BYTES=str(2**59)).populate()
    enterprises(service, 0, LEAST_ROWS)
    assert not made(service)
