"""Quotas and the disk as somebody tries them who means harm, and what a killed process leaves."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert

from server.services import upload_room, uploads
from server.storage.upload_tables import Upload
from sync_protocol.rules import LIMITS
from tests.integration.web.tus import count, create, offset, patch
from tests.support.service import API, COUNTY, Service, photo, tus_headers

DAY_S = 86_400
PART = "0" * 32


def used_up_but(service: Service, left_bytes: int) -> None:
    """Let the inspector have announced all of a day's bytes but some."""
    row = {
        "id": "f" * 32,
        "person_id": "inspector",
        "space": COUNTY,
        "sha256": "0" * 64,
        "media_type": "image/jpeg",
        "length_bytes": LIMITS["person_upload_bytes_per_day"] - left_bytes,
        "completed_at_ms": service.clock.now_ms(),
        "created_at_ms": service.clock.now_ms(),
    }
    with service.runtime.engine.begin() as connection:
        connection.execute(insert(Upload), [row])


def test_of_many_announcements_at_once_only_a_days_bytes_get_through(service: Service) -> None:
    content = photo()
    used_up_but(service, 3 * len(content) + 1)
    service.token("inspector")

    def announce(number: int) -> int:
        headers = tus_headers(content, sha256=f"{number:064x}")
        return service.ask("inspector", "POST", "/uploads", headers=headers).status_code

    with ThreadPoolExecutor(12) as pool:
        assert Counter(pool.map(announce, range(12))) == {201: 3, 429: 9}
    assert len(list((service.folder / "uploads").iterdir())) == 3


def test_who_ends_a_finished_upload_gets_none_of_the_days_bytes_back(service: Service) -> None:
    content = photo()
    used_up_but(service, len(content))
    place = service.upload("inspector", content).headers["Location"].removeprefix(API)
    headers = {"Tus-Resumable": "1.0.0"}
    assert service.ask("inspector", "DELETE", place, headers=headers).status_code == 204
    assert service.ask("inspector", "HEAD", place, headers=headers).status_code == 404
    reply = service.upload("inspector", photo(colour="another"))
    assert reply.status_code == 429, reply.text
    assert reply.json["code"] == "too_many"


def test_who_ends_an_unfinished_upload_gets_its_bytes_back(service: Service) -> None:
    content = photo()
    used_up_but(service, len(content))
    place = create(service, content)
    headers = {"Tus-Resumable": "1.0.0"}
    assert service.ask("inspector", "DELETE", place, headers=headers).status_code == 204
    assert service.upload("inspector", content).status_code == 201


def test_who_announces_what_is_here_again_and_again_fills_no_table(service: Service) -> None:
    content = photo()
    service.upload("colleague", content)
    places = {service.upload("inspector", content).headers["Location"] for _ in range(3)}
    assert len(places) == 1
    assert count(service, Upload) == 2
    assert offset(service, places.pop().removeprefix(API)) == len(content)


def test_the_reserve_of_the_disk_holds_within_one_body(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a body of three pieces the disk has room for the first; the phone keeps the rest."""
    content = photo() + bytes(3 << 20)
    place = create(service, content)
    before = service.folder.joinpath("uploads")
    usage = upload_room.shutil.disk_usage(service.folder)

    def filling(_folder: Path) -> object:
        written = sum(path.stat().st_size for path in before.iterdir())
        return usage._replace(free=(3 << 19) - written)

    monkeypatch.setattr(upload_room.shutil, "disk_usage", filling)
    reply = patch(service, place, 0, content)
    assert reply.status_code == 507, reply.text
    assert reply.json["code"] == "storage_full"
    monkeypatch.undo()
    assert offset(service, place) == 1 << 20
    assert patch(service, place, 1 << 20, content[1 << 20 :]).status_code == 204


def test_what_a_killed_process_left_is_cleared_away_and_nothing_else(service: Service) -> None:
    known = create(service, photo()).rpartition("/")[2]
    folder = service.folder / "uploads"
    names = {
        f"{known}.part": True,
        f"{known}.0123456789abcdef.chunk": False,
        f"{PART}.part": False,
        f"{PART}.fedcba9876543210.chunk": False,
    }
    old_s = service.clock.now_ms() / 1000 - DAY_S - 1
    for name in names:
        (folder / name).touch()
        os.utime(folder / name, (old_s, old_s))
    (folder / "1.part").touch()  # an upload that begins in this moment
    assert uploads.forget_old(service.runtime) == 0
    left = {path.name for path in folder.iterdir()}
    assert left == {name for name, stays in names.items() if stays} | {"1.part"}
