"""Uploads that are not begun: another protocol, a bad announcement, too much."""

from collections.abc import Callable

import pytest

from server.storage.upload_tables import Upload
from tests.integration.web.tus import CHUNK, count, create
from tests.support.service import (
    Service,
    photo,
    tus_headers,
)


@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0"])
def test_another_version_of_tus_is_refused(
    service: Service, method: str, version: str | None
) -> None:
    place = create(service, photo())
    headers = {} if version is None else {"Tus-Resumable": version}
    path = "/uploads" if method == "POST" else place
    reply = service.ask("inspector", method, path, headers=headers)
    assert (reply.status_code, reply.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"Upload-Length": ""}, "Upload-Length"),
        ({"Upload-Length": "-1"}, "Upload-Length"),
        ({"Upload-Length": "0"}, "Upload-Length"),
        ({"Upload-Length": "1.5"}, "Upload-Length"),
        ({"Upload-Length": "9" * 30}, "Upload-Length"),
        ({"Upload-Defer-Length": "1"}, "Upload-Defer-Length"),
        ({"Upload-Concat": "partial"}, "Upload-Concat"),
        ({"Upload-Metadata": ""}, "Upload-Metadata.sha256"),
        ({"Upload-Metadata": "sha256 ???"}, "Upload-Metadata.sha256"),
        ({"Upload-Checksum": "md5 AAAA", "Content-Type": CHUNK}, "Upload-Checksum"),
        ({"Upload-Checksum": "sha256 AAAA", "Content-Type": CHUNK}, "Upload-Checksum"),
    ],
)
def test_a_malformed_announcement_is_refused_by_its_header(
    service: Service, change: dict[str, str], field: str
) -> None:
    headers = tus_headers(photo()) | change
    reply = service.ask("inspector", "POST", "/uploads", headers=headers)
    assert (reply.status_code, reply.json["field"]) == (422, field)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sha256": "A" * 64}, "Upload-Metadata.sha256"),
        ({"sha256": "0" * 63}, "Upload-Metadata.sha256"),
        ({"space": "5309"}, "Upload-Metadata.space"),
        ({"media_type": "image/gif"}, "Upload-Metadata.media_type"),
        ({"media_type": "IMAGE/JPEG"}, "Upload-Metadata.media_type"),
    ],
)
def test_a_malformed_metadata_member_is_named(
    service: Service, said: dict[str, str], field: str
) -> None:
    reply = service.ask("inspector", "POST", "/uploads", headers=tus_headers(photo(), **said))
    assert (reply.status_code, reply.json["field"]) == (422, field)
    assert count(service, Upload) == 0


def test_a_file_beyond_the_limit_is_refused_before_a_byte_is_taken(
    open_service: Callable[..., Service],
) -> None:
    service = open_service(LIUHEN_MAX_PHOTO_BYTES="1000").populate()
    reply = service.ask("inspector", "POST", "/uploads", headers=tus_headers(b"x" * 1001))
    assert (reply.status_code, reply.json["code"]) == (413, "too_large")


def test_a_full_disk_refuses_new_uploads_and_keeps_the_rest_working(
    open_service: Callable[..., Service],
) -> None:
    service = open_service(LIUHEN_RESERVE_DISK_BYTES=str(2**59)).populate()
    reply = service.upload("inspector", photo())
    assert (reply.status_code, reply.json["code"]) == (507, "storage_full")
    assert count(service, Upload) == 0


@pytest.mark.parametrize("media_type", ["audio/wav", "video/webm", "image/gif", "text/plain"])
def test_other_media_types_are_not_begun(service: Service, media_type: str) -> None:
    reply = service.upload("inspector", b"x", media_type=media_type)
    assert (reply.status_code, reply.json["code"]) == (422, "invalid_field")
    assert reply.json["field"] == "Upload-Metadata.media_type"


def test_a_recording_has_a_smaller_limit_than_a_photo(service: Service) -> None:
    reply = service.upload("inspector", b"x" * 8_388_609, media_type="audio/ogg")
    assert (reply.status_code, reply.json["code"]) == (413, "too_large")
