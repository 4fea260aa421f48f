"""Uploads over tus 1.0.0: resumed, proven, each alone."""

import io
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import insert

from server.services import evidence, uploads
from server.storage.upload_tables import StoredBlob, Upload
from sync_protocol.rules import LIMITS
from tests.integration.web.tus import CHUNK, checksum, count, create, files, offset, original, patch
from tests.support.service import (
    API,
    COUNTY,
    OTHER_COUNTY,
    Service,
    digest,
    photo,
    tus_headers,
)


def test_the_server_says_what_it_can_do(service: Service) -> None:
    reply = service.ask(None, "OPTIONS", "/uploads")
    assert reply.status_code == 204
    assert reply.headers["Tus-Version"] == "1.0.0"
    assert reply.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,termination"
    assert reply.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(reply.headers["Tus-Max-Size"]) == LIMITS["blob_bytes"]


def test_an_original_sent_whole_comes_back_byte_for_byte(service: Service) -> None:
    content = photo()
    reply = service.upload("inspector", content)
    assert (reply.status_code, reply.headers["Upload-Offset"]) == (201, str(len(content)))
    back = original(service, content)
    assert (back.status_code, back.data) == (200, content)
    assert back.headers["Content-Type"] == "image/jpeg"
    assert back.headers["Content-Length"] == str(len(content))
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in back.headers["Content-Security-Policy"]
    assert files(service, "uploads") == []


def test_an_upload_is_resumed_in_the_middle_after_a_restart(service: Service) -> None:
    content = photo((1200, 900))
    place, half = create(service, content), len(content) // 2
    assert patch(service, place, 0, content[:half]).headers["Upload-Offset"] == str(half)
    service.reopen()
    assert offset(service, place) == half
    reply = patch(service, place, half, content[half:])
    assert (reply.status_code, reply.headers["Upload-Offset"]) == (204, str(len(content)))
    assert original(service, content).data == content


def test_a_finished_upload_still_tells_a_phone_that_lost_the_reply(service: Service) -> None:
    content = photo()
    place = create(service, content)
    patch(service, place, 0, content)
    assert offset(service, place) == len(content)
    assert patch(service, place, len(content), b"").status_code == 204


def test_a_crash_between_the_last_byte_and_the_end_is_made_good_by_asking(
    service: Service,
) -> None:
    content = photo()
    place = create(service, content)
    upload_id = place.rsplit("/", 1)[1]
    uploads.part_files(service.runtime).append(upload_id, 0, content, len(content))
    assert original(service, content).status_code == 404
    assert offset(service, place) == len(content)
    assert original(service, content).data == content


def test_a_wrong_offset_writes_nothing(service: Service) -> None:
    content = photo()
    place = create(service, content)
    patch(service, place, 0, content[:100])
    for at in (0, 99, 101, len(content)):
        reply = patch(service, place, at, b"x" * 10)
        assert reply.status_code == 409
        assert reply.json["code"] == "upload_offset"
    assert offset(service, place) == 100


def test_a_checksummed_chunk_counts_only_when_it_is_proven(service: Service) -> None:
    content = photo()
    place = create(service, content)
    bad = patch(service, place, 0, content[:500], **checksum(b"something else"))
    assert bad.status_code == 460
    assert bad.json["code"] == "upload_checksum"
    assert offset(service, place) == 0
    assert patch(service, place, 0, content[:500], **checksum(content[:500])).status_code == 204
    assert offset(service, place) == 500
    rest = content[500:]
    assert patch(service, place, 500, rest, **checksum(rest)).status_code == 204
    assert original(service, content).data == content
    assert files(service, "uploads") == []


def test_bytes_that_are_not_the_announced_ones_are_given_up(service: Service) -> None:
    content = photo()
    place = create(service, content, sha256="0" * 64)
    reply = patch(service, place, 0, content)
    assert reply.status_code == 422
    assert reply.json["code"] == "upload_digest"
    assert count(service, Upload) == count(service, StoredBlob) == 0
    assert files(service, "uploads") == files(service, "blobs") == []
    headers = {"Tus-Resumable": "1.0.0"}
    assert service.ask("inspector", "HEAD", place, headers=headers).status_code == 404


def test_more_bytes_than_announced_are_refused(service: Service) -> None:
    content = photo()
    place = create(service, content)
    reply = patch(service, place, 0, content + b"tail")
    assert (reply.status_code, reply.json["code"]) == (413, "too_large")
    assert offset(service, place) <= len(content)


def test_a_body_that_breaks_off_keeps_what_came_and_says_so(service: Service) -> None:
    content = photo()
    place = create(service, content)
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": CHUNK,
    }
    reply = service.ask(
        "inspector",
        "PATCH",
        place,
        input_stream=io.BytesIO(content[:1000]),
        headers=headers,
        environ_overrides={"CONTENT_LENGTH": str(len(content))},
    )
    assert (reply.status_code, reply.json["field"]) == (460, "Content-Length")
    assert offset(service, place) in (0, 1000)


def test_the_same_bytes_are_never_sent_twice_within_a_space(service: Service) -> None:
    content = photo()
    service.upload("inspector", content)
    reply = service.ask("colleague", "POST", "/uploads", headers=tus_headers(content))
    assert (reply.status_code, reply.headers["Upload-Offset"]) == (201, str(len(content)))
    assert offset(service, reply.headers["Location"].removeprefix(API), "colleague") == len(content)


def test_another_space_has_to_send_the_bytes_itself(service: Service) -> None:
    content = photo()
    service.upload("inspector", content)
    place = create(service, content, "stranger", space=OTHER_COUNTY)
    path = f"/spaces/{OTHER_COUNTY}/blobs/{digest(content)}"
    assert service.ask("stranger", "GET", path).status_code == 404
    patch(service, place, 0, content, "stranger")
    assert service.ask("stranger", "GET", path).data == content


def test_parallel_uploads_of_the_same_bytes_meet_in_one_original(service: Service) -> None:
    content = photo((1600, 1200))
    service.token("inspector")
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: service.upload("inspector", content), range(6)))
    assert [reply.status_code for reply in replies] == [201] * 6
    assert count(service, StoredBlob) == 1
    assert files(service, "blobs") == [digest(content)]
    assert original(service, content).data == content


def test_two_who_write_one_upload_at_once_never_mix_bytes(service: Service) -> None:
    content = photo((1600, 1200))
    place = create(service, content)
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: patch(service, place, 0, content), range(4)))
    assert {reply.status_code for reply in replies} <= {204, 409, 404}
    assert offset(service, place) == len(content)
    assert original(service, content).data == content


def test_an_upload_that_is_ended_is_gone(service: Service) -> None:
    place = create(service, photo())
    headers = {"Tus-Resumable": "1.0.0"}
    assert service.ask("inspector", "DELETE", place, headers=headers).status_code == 204
    assert service.ask("inspector", "HEAD", place, headers=headers).status_code == 404
    assert files(service, "uploads") == []


def test_ending_an_upload_keeps_the_original_it_brought(service: Service) -> None:
    content = photo()
    place = service.upload("inspector", content).headers["Location"].removeprefix(API)
    service.ask("inspector", "DELETE", place, headers={"Tus-Resumable": "1.0.0"})
    assert original(service, content).data == content


def test_an_upload_is_its_own_persons(service: Service) -> None:
    content = photo()
    place = create(service, content)
    assert patch(service, place, 0, content, "colleague").status_code == 404
    headers = {"Tus-Resumable": "1.0.0"}
    for method in ("HEAD", "DELETE"):
        assert service.ask("colleague", method, place, headers=headers).status_code == 404
    assert offset(service, place) == 0


def test_a_person_has_a_bounded_number_of_open_uploads(service: Service) -> None:
    row = {
        "person_id": "inspector",
        "space": COUNTY,
        "sha256": "0" * 64,
        "media_type": "image/jpeg",
        "length_bytes": 1,
        "created_at_ms": service.clock.now_ms(),
    }
    most = LIMITS["uploads_open_per_person"]
    with service.runtime.engine.begin() as connection:
        connection.execute(insert(Upload), [row | {"id": f"{n:032x}"} for n in range(most)])
    reply = service.upload("inspector", photo())
    assert (reply.status_code, reply.json["code"]) == (429, "too_many")
    assert service.upload("colleague", photo()).status_code == 201


def test_a_person_has_a_bounded_number_of_bytes_a_day(service: Service) -> None:
    row = {
        "person_id": "inspector",
        "space": COUNTY,
        "sha256": "0" * 64,
        "media_type": "image/jpeg",
        "completed_at_ms": service.clock.now_ms(),
        "created_at_ms": service.clock.now_ms(),
    }
    content = photo()
    used = LIMITS["person_upload_bytes_per_day"] - len(content) + 1
    with service.runtime.engine.begin() as connection:
        connection.execute(insert(Upload), [row | {"id": "f" * 32, "length_bytes": used}])
    reply = service.upload("inspector", content)
    assert (reply.status_code, reply.json["code"]) == (429, "too_many")
    assert int(reply.headers["Retry-After"]) > 0
    assert service.upload("colleague", photo()).status_code == 201
    service.clock.move(hours=25)
    service.tokens.clear()
    assert service.upload("inspector", content).status_code == 201


def test_a_disk_that_fills_up_meanwhile_takes_no_more_of_an_open_upload(
    service: Service,
) -> None:
    content = photo()
    place = create(service, content)
    assert patch(service, place, 0, content[:100]).status_code == 204
    service.reopen(LIUHEN_RESERVE_DISK_BYTES=str(2**59))
    reply = patch(service, place, 100, content[100:])
    assert (reply.status_code, reply.json["code"]) == (507, "storage_full")
    assert offset(service, place) == 100
    service.reopen(LIUHEN_RESERVE_DISK_BYTES="0")
    assert patch(service, place, 100, content[100:]).status_code == 204


class Dripping(io.BytesIO):
    """A body that stops in the middle until it may go on."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.may_go_on = threading.Event()

    def readinto(self, into: Any) -> int:
        assert self.may_go_on.wait(20)
        return super().readinto(into)

    def read(self, size: int | None = -1) -> bytes:
        assert self.may_go_on.wait(20)
        return super().read(size)


def test_slow_senders_hold_a_bounded_number_of_threads(
    open_service: Callable[..., Service],
) -> None:
    service = open_service(LIUHEN_THREADS="4").populate()
    content = photo()
    for login in ("inspector", "colleague", "supervisor"):
        service.token(login)
    places = [create(service, content, login) for login in ("inspector", "colleague")]
    bodies = [Dripping(content) for _ in places]
    with ThreadPoolExecutor(2) as pool:
        slow = [
            pool.submit(
                service.ask, login, "PATCH", place, input_stream=body,
                headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": CHUNK},
                environ_overrides={"CONTENT_LENGTH": str(len(content))},
            )
            for login, place, body in zip(("inspector", "colleague"), places, bodies, strict=True)
        ]  # fmt: skip
        deadline = time.monotonic() + 10
        while service.runtime.receiving.count() < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        reply = service.upload("supervisor", photo())
        assert (reply.status_code, reply.json["code"]) == (429, "too_many")
        assert int(reply.headers["Retry-After"]) > 0
        assert service.ask("supervisor", "GET", "/session").status_code == 200
        for body in bodies:
            body.may_go_on.set()
        assert [one.result().status_code for one in slow] == [204, 204]
    assert service.upload("supervisor", photo()).status_code == 201


def test_an_original_of_a_foreign_county_is_neither_taken_nor_given(service: Service) -> None:
    content = photo()
    reply = service.upload("inspector", content, space=OTHER_COUNTY)
    assert (reply.status_code, reply.json["code"]) == (403, "space_forbidden")
    service.upload("stranger", content, space=OTHER_COUNTY)
    path = f"/spaces/{OTHER_COUNTY}/blobs/{digest(content)}"
    assert service.ask("inspector", "GET", path).status_code == 403


def test_old_uploads_are_forgotten_and_their_originals_stay(service: Service) -> None:
    content = photo()
    service.upload("inspector", content)
    create(service, photo(colour="blue"))
    service.clock.move(days=89)
    assert uploads.forget_old(service.runtime) == 0
    service.clock.move(days=2)
    assert uploads.forget_old(service.runtime) == 2
    assert files(service, "uploads") == []
    assert evidence.holds(service.runtime, COUNTY, digest(content))
