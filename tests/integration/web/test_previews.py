"""Small pictures sent ahead of originals: taken, shown while they are needed, never evidence."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from server.services import derivatives, evidence, previews
from server.storage.upload_tables import Preview
from sync_protocol.rules import LIMITS
from tests.support.service import COUNTY, OTHER_COUNTY, Service, digest, photo


def small(colour: str = "red", form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, form)
    return out.getvalue()


def send(service: Service, sha256: str, picture: bytes, login: str = "inspector", **more: str):  # type: ignore[no-untyped-def]
    space, media_type = more.get("space", COUNTY), more.get("media_type", "image/jpeg")
    path = f"/spaces/{space}/blobs/{sha256}/preview"
    return service.ask(login, "PUT", path, data=picture, headers={"Content-Type": media_type})


def shown(service: Service, sha256: str, login: str = "supervisor"):  # type: ignore[no-untyped-def]
    return service.ask(login, "GET", f"/spaces/{COUNTY}/blobs/{sha256}/preview")


def count(service: Service) -> int:
    with service.runtime.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Preview)).scalar_one()


def test_a_supervisor_sees_it_before_the_original_is_here(service: Service) -> None:
    sha256 = digest(photo())
    assert send(service, sha256, small()).status_code == 204
    reply = shown(service, sha256)
    assert (reply.status_code, reply.data) == (200, small())
    assert reply.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert not evidence.holds(service.runtime, COUNTY, sha256)


def test_the_first_one_stays(service: Service) -> None:
    sha256 = digest(photo())
    for picture in (small("red"), small("blue")):
        assert send(service, sha256, picture).status_code == 204
    assert shown(service, sha256).data == small("red")


def test_it_is_forgotten_once_the_original_was_looked_at(service: Service) -> None:
    content = photo()
    send(service, digest(content), small())
    service.upload("inspector", content)
    assert previews.forget(service.runtime) == 0
    assert derivatives.make_next(service.runtime)
    assert previews.forget(service.runtime) == 1
    assert shown(service, digest(content)).status_code == 404
    assert send(service, digest(content), small()).status_code == 204
    assert count(service) == 0


def test_one_that_nothing_followed_is_forgotten_after_ninety_days(service: Service) -> None:
    send(service, digest(photo()), small())
    service.clock.move(days=89)
    assert previews.forget(service.runtime) == 0
    service.clock.move(days=2)
    assert previews.forget(service.runtime) == 1


@pytest.mark.parametrize(
    ("picture", "media_type", "status", "code"),
    [
        (b"<script>alert(1)</script>", "image/jpeg", 422, "not_an_image"),
        (small(form="PNG"), "image/jpeg", 422, "not_an_image"),
        (b"", "image/jpeg", 422, "not_an_image"),
        (small(form="PNG"), "image/png", 415, "unsupported_media_type"),
        (small() + bytes(LIMITS["preview_bytes"]), "image/jpeg", 413, "too_large"),
    ],
)
def test_what_is_no_small_picture_is_refused(
    service: Service, picture: bytes, media_type: str, status: int, code: str
) -> None:
    reply = send(service, digest(photo()), picture, media_type=media_type)
    assert (reply.status_code, reply.json["code"]) == (status, code)
    assert count(service) == 0


def test_another_county_neither_sends_nor_sees_it(service: Service) -> None:
    sha256 = digest(photo())
    reply = send(service, sha256, small(), space=OTHER_COUNTY)
    assert (reply.status_code, reply.json["code"]) == (403, "space_forbidden")
    send(service, sha256, small())
    assert shown(service, sha256, "stranger").status_code == 403


def test_a_person_keeps_a_bounded_number(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "LIMITS", LIMITS | {"uploads_open_per_person": 2})
    for name in ("a", "b"):
        assert send(service, digest(name.encode()), small()).status_code == 204
    reply = send(service, digest(b"c"), small())
    assert (reply.status_code, reply.json["code"]) == (429, "too_many")
