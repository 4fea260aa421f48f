"""Which bytes are taken for what they are announced as, and what is served of them."""

import gzip
import io

import pytest
from PIL import Image

from server.services import derivatives
from tests.integration.web.tus import files, original
from tests.support.service import (
    COUNTY,
    Service,
    digest,
    photo,
)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"GIF89a not a photo at all", "image/jpeg"),
        (b"<html><script>alert(1)</script>", "image/png"),
        (photo(), "image/png"),
        (b"\x00" * 100, "image/heic"),
        (b"x", "image/webp"),
    ],
)
def test_what_is_no_photo_of_its_type_is_refused(
    service: Service, content: bytes, media_type: str
) -> None:
    reply = service.upload("inspector", content, media_type=media_type)
    assert (reply.status_code, reply.json["code"]) == (422, "not_an_image")
    assert files(service, "uploads") == files(service, "blobs") == []


SOUNDS = {
    "audio/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04"
    b"\x42\xf3\x81\x08\x42\x82\x84webm" + b"\x00" * 90,
    "audio/ogg": b"OggS\x00\x02" + b"\x00" * 90,
    "audio/mp4": b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00isomM4A " + b"\x00" * 90,
}


@pytest.mark.parametrize("media_type", SOUNDS)
def test_a_recording_is_taken_in_as_its_own_type_only(service: Service, media_type: str) -> None:
    content = SOUNDS[media_type]
    for other in (*SOUNDS, "image/jpeg", "image/heic"):
        if other != media_type:
            assert service.upload("inspector", content, media_type=other).status_code == 422
    assert service.upload("inspector", content, media_type=media_type).status_code == 201
    back = original(service, content)
    assert (back.data, back.mimetype) == (content, media_type)
    assert back.headers["Content-Disposition"] == "attachment"
    assert not derivatives.make_next(service.runtime)


def test_a_photo_broken_inside_is_kept_as_evidence_without_a_small_copy(service: Service) -> None:
    content = photo()[:2000]
    assert service.upload("inspector", content).status_code == 201
    assert original(service, content).data == content
    assert derivatives.make_next(service.runtime)
    assert not derivatives.make_next(service.runtime)
    reply = service.ask("inspector", "GET", f"/spaces/{COUNTY}/blobs/{digest(content)}/thumbnail")
    assert reply.status_code == 404
    assert "damaged" in reply.json["detail"]


def test_a_small_copy_is_made_once_and_served(service: Service) -> None:
    content = photo((1600, 1200))
    service.upload("inspector", content)
    path = f"/spaces/{COUNTY}/blobs/{digest(content)}/thumbnail"
    assert service.ask("inspector", "GET", path).status_code == 404
    assert derivatives.make_next(service.runtime)
    assert not derivatives.make_next(service.runtime)
    reply = service.ask("inspector", "GET", path)
    image = Image.open(io.BytesIO(reply.data))
    assert (image.format, image.size) == ("WEBP", (320, 240))
    assert reply.headers["Content-Type"] == "image/webp"


def test_a_rendering_is_text_and_is_never_shown_in_place(service: Service) -> None:
    page = "<!doctype html><h1>现场检查记录</h1>".encode()
    assert service.upload("inspector", page, media_type="text/html").status_code == 201
    back = original(service, page)
    assert back.headers["Content-Disposition"] == "attachment"
    assert back.data == page
    broken = service.upload("inspector", gzip.compress(page), media_type="text/html")
    assert (broken.status_code, broken.json["field"]) == (422, "Upload-Metadata.media_type")
    assert not derivatives.make_next(service.runtime)


def test_an_original_that_vanished_from_the_store_is_an_error_not_a_404(service: Service) -> None:
    content = photo()
    service.upload("inspector", content)
    next((service.folder / "blobs").rglob(digest(content))).unlink()
    reply = original(service, content)
    assert (reply.status_code, reply.json["code"]) == (503, "unavailable")
