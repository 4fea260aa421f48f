"""Images through the service: originals stay byte for byte, copies are made, repetitions shown."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from sqlalchemy import func, select

from server.services import derivatives, previews
from server.storage import imaging
from server.storage.upload_tables import Derivative, SeenImage
from tests.support import phone_photos
from tests.support.hostile_images import HOSTILE, picture, saved, scene
from tests.support.service import COUNTY, OTHER_COUNTY, Service, digest


def original(service: Service, raw: bytes, login: str = "inspector") -> Any:
    return service.ask(login, "GET", f"/spaces/{COUNTY}/blobs/{digest(raw)}")


def look(service: Service) -> int:
    """Look at every image that waits; return how many."""
    count = 0
    while derivatives.make_next(service.runtime):
        count += 1
    return count


def state_of(service: Service, raw: bytes) -> str:
    query = select(SeenImage.state).where(SeenImage.sha256 == digest(raw))
    with service.app.app_context(), service.runtime.engine.connect() as connection:
        return str(connection.execute(query).scalar_one())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_original_is_kept_byte_for_byte_and_ends_in_its_state(
    service: Service, name: str
) -> None:
    media_type, make, state = HOSTILE[name]
    raw = make()
    assert service.upload("inspector", raw, media_type=media_type).status_code == 201
    assert (look(service), state_of(service, raw)) == (1, state)
    back = original(service, raw)
    assert (back.data, back.mimetype) == (raw, media_type)
    assert "sandbox" in back.headers["Content-Security-Policy"]
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    for copy in ("thumbnail", "screen"):
        reply = service.ask("inspector", "GET", f"/spaces/{COUNTY}/blobs/{digest(raw)}/{copy}")
        assert (reply.status_code == 200) == (state == "made"), reply.text
        if state != "made":
            assert (reply.json["code"], state in reply.json["detail"]) == ("not_found", True)


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (b"", "image/jpeg"),
        (b"\x00" * 4096, "image/jpeg"),
        (b"MZ\x90\x00 not a picture", "image/png"),
        (saved(scene().quantize(16), "GIF"), "image/jpeg"),
        (picture(form="PNG"), "image/jpeg"),
    ],
)
def test_what_is_not_what_it_claims_is_refused_with_a_code_and_leaves_nothing(
    service: Service, raw: bytes, media_type: str
) -> None:
    reply = service.upload("inspector", raw, media_type=media_type)
    assert reply.status_code == 422, reply.text
    assert reply.json["code"] in {"not_an_image", "invalid_field"}
    assert look(service) == 0
    assert original(service, raw).status_code == 404


def through(service: Service, photos: Iterator[tuple[str, bytes]]) -> dict[str, str]:
    """Send photos, look at them, fetch all back; return the state each ended in."""
    states = {}
    for name, raw in photos:
        media_type = phone_photos.TYPES[Path(name).suffix.lower()]
        assert service.upload("inspector", raw, media_type=media_type).status_code == 201, name
        assert look(service) == 1, name
        back = original(service, raw, "supervisor").data
        assert hashlib.sha256(back).hexdigest() == digest(raw), name
        assert back == raw, name
        states[name] = state_of(service, raw)
        for copy, edge in imaging.EDGES_PX.items():
            path = f"/spaces/{COUNTY}/blobs/{digest(raw)}/{copy}"
            reply = service.ask("supervisor", "GET", path)
            assert (reply.status_code == 200) == (states[name] == "made"), name
            if states[name] == "made":
                image = Image.open(io.BytesIO(reply.data))
                image.load()
                assert (image.format, max(image.size) <= edge) == ("WEBP", True), name
    return states


def test_photos_go_through_upload_copy_and_download_unchanged(service: Service) -> None:
    states = through(service, phone_photos.generated())
    assert states.pop("cut.jpg") == "damaged"
    assert set(states.values()) == {"made"}
    assert len(states) == 5


@pytest.mark.skipif(not phone_photos.FOLDER.is_dir(), reason=phone_photos.NO_FOLDER)
def test_a_folder_of_real_photos_goes_through_unchanged(service: Service) -> None:
    states = through(service, phone_photos.of_folder())
    assert len(states) > 0
    assert set(states.values()) <= {"made", "damaged"}
    print(f"\n{len(states)} photos: {states}")


def test_an_image_that_cannot_be_looked_at_is_not_tried_again_and_holds_up_no_other(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    killer, tries = tmp_path / "killer.py", tmp_path / "tries"
    killer.write_text(f"import os; open({str(tries)!r}, 'a').write('x'); os.kill(os.getpid(), 11)")
    bad, good = picture((300, 300)), picture((301, 300))
    service.upload("inspector", bad)
    with monkeypatch.context() as patched:
        patched.setattr(imaging, "CHILD", killer)
        assert look(service) == 1
    service.upload("inspector", good)
    assert look(service) == 1
    assert (state_of(service, bad), state_of(service, good)) == ("crashed", "made")
    assert tries.read_text() == "x"


def test_a_lost_original_holds_up_no_other(service: Service) -> None:
    lost, good = picture((300, 300)), picture((301, 300))
    service.upload("inspector", lost)
    next((service.folder / "blobs").rglob(digest(lost))).unlink()
    service.upload("inspector", good)
    assert look(service) == 2
    assert (state_of(service, lost), state_of(service, good)) == ("missing", "made")


def stored_file(service: Service, raw: bytes) -> Path:
    return service.folder / "blobs" / digest(raw)[:2] / digest(raw)


def lost(service: Service) -> bytes:
    """Return an original that was not in the store when it was looked at."""
    raw = picture((300, 300))
    service.upload("inspector", raw)
    stored_file(service, raw).unlink()
    assert (look(service), state_of(service, raw)) == (1, "missing")
    assert look(service) == 0
    return raw


def test_a_lost_original_that_was_put_back_is_looked_at(service: Service) -> None:
    raw = lost(service)
    reply = original(service, raw)
    assert (reply.status_code, reply.json["code"]) == (503, "unavailable")
    assert derivatives.look_again_at_missing(service.runtime) == 1
    assert (look(service), state_of(service, raw)) == (1, "missing")
    stored_file(service, raw).write_bytes(raw)
    assert original(service, raw).data == raw
    assert derivatives.look_again_at_missing(service.runtime) == 1
    assert (look(service), state_of(service, raw)) == (1, "made")
    assert derivatives.look_again_at_missing(service.runtime) == 0


def test_a_lost_original_is_taken_again_from_who_still_has_it_and_looked_at(
    service: Service,
) -> None:
    raw = lost(service)
    assert service.upload("inspector", raw).status_code == 201
    assert original(service, raw).data == raw
    assert (look(service), state_of(service, raw)) == (1, "made")


def test_a_preview_stays_while_the_original_it_announced_is_lost(service: Service) -> None:
    raw, small = picture((300, 300)), picture((64, 64))
    path = f"/spaces/{COUNTY}/blobs/{digest(raw)}/preview"
    kept = service.ask("inspector", "PUT", path, data=small, headers={"Content-Type": "image/jpeg"})
    assert kept.status_code == 204
    service.upload("inspector", raw)
    stored_file(service, raw).unlink()
    look(service)
    assert previews.forget(service.runtime) == 0
    assert service.ask("supervisor", "GET", path).data == small
    service.upload("inspector", raw)
    look(service)
    assert previews.forget(service.runtime) == 1


def test_small_copies_that_the_store_lost_are_made_again(service: Service) -> None:
    raw = picture()
    service.upload("inspector", raw)
    look(service)
    for path in (service.folder / "blobs").rglob("*"):
        if path.is_file() and path.name != digest(raw):
            path.unlink()
    thumbnail = f"/spaces/{COUNTY}/blobs/{digest(raw)}/thumbnail"
    reply = service.ask("supervisor", "GET", thumbnail)
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")
    assert reply.headers["Retry-After"] == "2"
    assert look(service) == 1
    assert service.ask("supervisor", "GET", thumbnail).status_code == 200


def test_the_limits_are_those_of_the_settings(open_service: Callable[..., Service]) -> None:
    service = open_service(LIUHEN_IMAGE_MEGAPIXELS="1", LIUHEN_IMAGE_JPEG_MEGAPIXELS="2")
    service.populate("inspector")
    files = {
        "image/png": (picture((1100, 1000), "PNG"), "too_large"),
        "image/jpeg": (picture((1100, 1000)), "made"),
    }
    for media_type, (raw, state) in files.items():
        service.upload("inspector", raw, media_type=media_type)
        assert (look(service), state_of(service, raw)) == (1, state)


def test_a_look_that_was_cut_short_is_repeated_whole(service: Service) -> None:
    raw = picture()
    service.upload("inspector", raw)
    look(service)
    with service.app.app_context(), service.runtime.engine.begin() as connection:
        connection.execute(SeenImage.__table__.delete())  # the mark is written last
    assert look(service) == 1
    with service.app.app_context(), service.runtime.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(Derivative)).scalar() == 2


class Visits:
    """Inspections of one county with hazards and their photos, by one phone."""

    def __init__(self, service: Service, login: str, county: str) -> None:
        self.service, self.login, self.county = service, login, county
        self.phone = service.confirmed_phone(login)
        self.count = 0

    def said(self, kind: str, body: dict[str, Any]) -> None:
        self.phone.capture(kind, self.county, body, ())
        ruling = self.phone.push()[-1]["ruling"]
        assert ruling["outcome"] == "applied", (kind, ruling)

    def inspection(self, *officers: str) -> str:
        self.count += 1
        works, visit = f"works-{self.login}-{self.count}", f"visit-{self.login}-{self.count}"
        told = {"enterprise": works, "name": "示例厂", "trade": "industry", "address": "示例路1号"}
        self.said("enterprise.add", told)
        told = dict.fromkeys(("id_shown", "rights_told", "recorder_on", "code_scanned"), True)
        told |= {"inspection": visit, "enterprise": works, "date": "2026-06-16"}
        told |= {
            "officers": list(officers),
            "content": "检查",
            "arrived_at_ms": 1,
            "reason": "举报",
        }
        self.said("inspection.begin_on_site", told)
        return visit

    def hazard(self, visit: str, raw: bytes) -> str:
        """Record a hazard with one photo; the number in its name counts over all visits."""
        self.count += 1
        photo, finding = f"photo-{self.login}-{self.count}", f"hazard-{self.login}-{self.count}"
        blob = {"sha256": digest(raw), "size_bytes": len(raw), "media_type": "image/jpeg"}
        taken = {"photo": photo, "inspection": visit, "purpose": "finding", "source": "camera"}
        self.said("photo.add", taken | {"captured_at_ms": 1, "blob": blob})
        works = visit.replace("visit", "works")
        told = {"finding": finding, "inspection": visit, "enterprise": works, "grade": "general"}
        self.said("finding.create", told | {"number": f"A{self.count}", "photos": [photo]})
        assert self.service.upload(self.login, raw, space=self.county).status_code == 201
        look(self.service)
        return finding


def images(service: Service, login: str, finding: str, space: str = COUNTY) -> Any:
    return service.ask(login, "GET", f"/spaces/{space}/findings/{finding}/images")


def alike(service: Service, login: str, finding: str, space: str = COUNTY) -> list[Any]:
    reply = images(service, login, finding, space)
    assert reply.status_code == 200, reply.text
    return [
        (other["finding"], other["same_bytes"])
        for image in reply.json["images"]
        for other in image["alike"]
    ]


def again(raw: bytes) -> bytes:
    """Return the picture as a messenger hands it on: smaller, saved again."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(raw)))
    return saved(image.resize((image.width * 2 // 3, image.height * 2 // 3)), "JPEG", quality=60)


def test_the_same_picture_at_two_hazards_is_pointed_out_at_both(service: Service) -> None:
    visits = Visits(service, "inspector", COUNTY)
    first, second = (visits.inspection("inspector", "colleague") for _ in range(2))
    used = picture((1600, 1200), quality=92)
    one = visits.hazard(first, used)
    assert alike(service, "supervisor", one) == []
    same, resent = visits.hazard(second, used), visits.hazard(second, again(used))
    other = visits.hazard(second, saved(scene((1600, 1200), 3), "JPEG"))
    assert set(alike(service, "supervisor", one)) == {(same, True), (resent, False)}
    assert set(alike(service, "inspector", resent)) == {(one, False), (same, False)}
    assert alike(service, "supervisor", other) == []


def test_pictures_too_plain_to_be_told_apart_are_never_alike(service: Service) -> None:
    visits = Visits(service, "inspector", COUNTY)
    visit = visits.inspection("inspector", "colleague")
    dark = [saved(Image.new("RGB", (640, 480), (level,) * 3), "JPEG") for level in (8, 9)]
    hazards = [visits.hazard(visit, raw) for raw in dark]
    assert [alike(service, "supervisor", one) for one in hazards] == [[], []]


def test_nobody_is_told_of_hazards_they_do_not_read(service: Service) -> None:
    here, there = (
        Visits(service, "inspector", COUNTY),
        Visits(service, "stranger", OTHER_COUNTY),
    )
    used = picture((1600, 1200))
    one = here.hazard(here.inspection("inspector", "colleague"), used)
    two = there.hazard(there.inspection("stranger", "other"), used)
    assert alike(service, "supervisor", one) == []
    assert alike(service, "foreign-supervisor", two, OTHER_COUNTY) == []
    assert alike(service, "administrator", one) == [(two, True)]
    assert images(service, "foreign-supervisor", one).status_code == 403
    assert images(service, "supervisor", two).status_code == 404
    assert images(service, "supervisor", "nothing").status_code == 404


def test_what_the_camera_claims_is_told_as_its_claim(service: Service) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Maker", "Model", "1999:01:01 00:00:00"
    visits = Visits(service, "inspector", COUNTY)
    raw = saved(scene(), "JPEG", exif=exif)
    finding = visits.hazard(visits.inspection("inspector", "colleague"), raw)
    (image,) = images(service, "supervisor", finding).json["images"]
    claim = {"maker": "Maker", "model": "Model", "taken_at": "1999:01:01 00:00:00"}
    assert (image["exif"], image["state"], image["width_px"]) == (claim, "made", 800)
