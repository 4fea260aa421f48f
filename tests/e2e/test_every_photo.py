"""Every kind of photo, from one phone's album to the archive: the original stays byte for byte.

Captured without a signal, saved to a file, taken in by another profile, uploaded from there, looked
at by the service, copied to another store: at each station the bytes are those of the album.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.carrying import WORDS, make_file, open_file
from tests.e2e.inspector import Inspector
from tests.e2e.people import PASSWORD
from tests.e2e.supervisor import Supervisor
from tests.support import phone_photos
from tests.support.http_client import HttpClient
from tests.support.live_server import COMMAND, LiveServer
from tests.support.service import digest

pytestmark = pytest.mark.timeout(400)
PATIENCE_S = 90


class Office:
    """What the service answers to a supervisor past the screens."""

    def __init__(self, client: HttpClient) -> None:
        self.client = client
        asked = json.dumps({"login": "zhuguan", "password": PASSWORD}).encode()
        reply = client.open(
            "/api/v1/session", method="POST", data=asked, content_type="application/json"
        )
        session = reply.get_json()
        self.space = session["person"]["bureau"]
        self.headers = {"Authorization": f"Bearer {session['access_token']}"}

    def original(self, sha256: str) -> bytes:
        """Return the bytes of an original."""
        path = f"/api/v1/spaces/{self.space}/blobs/{sha256}"
        reply = self.client.open(path, method="GET", headers=self.headers)
        assert reply.status_code == 200, reply.get_data(as_text=True)
        return reply.data

    def looked_at(self, sha256: str) -> str:
        """Wait until the service has looked at an image; return `made`, or why it has no copies."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            path = f"/api/v1/spaces/{self.space}/blobs/{sha256}/thumbnail"
            reply = self.client.open(path, method="GET", headers=self.headers)
            if reply.status_code == 200:
                assert reply.data[8:12] == b"WEBP"
                return "made"
            if "not made yet" not in (detail := str(reply.get_json()["detail"])):
                return detail
            assert time.monotonic() < deadline, detail
            time.sleep(0.5)


def capture(phone: Inspector, files: list[Path]) -> None:
    """One hazard with all of them, from the album, without a signal."""
    phone.open_todays_inspection()
    phone.leave_coverage()
    phone.arrive()
    phone.hand.tap("new-hazard")
    phone.hand.wait("hazard-form")
    phone.hand.photograph("from-album", *files)
    photos = phone.hand.see("photos")
    expect(photos).to_have_attribute("data-count", str(len(files)), timeout=PATIENCE_S * 1000)
    phone.hand.photo_of_screen("every-photo")
    phone.save_hazard(0)


def archived(city: LiveServer, target: Path) -> None:
    """Stop the service, prove its record, and copy its originals to another store."""
    city.stop()
    for command in (["verify"], ["blobs", "copy", f"file:{target}"]):
        subprocess.run([COMMAND, *command], env=city.environment(), check=True, timeout=300)


def all_the_way(
    phones: tuple[Inspector, Inspector],
    city: LiveServer,
    office: Office,
    photos: dict[str, bytes],
    folder: Path,
) -> dict[str, str]:
    """Take photos all the way; return the state in which the service saw each."""
    author, colleague = phones
    files = [folder / name for name in photos]
    for file in files:
        file.write_bytes(photos[file.name])
    capture(author, files)
    colleague.leave_coverage()
    open_file(colleague, make_file(author, folder, PATIENCE_S), WORDS)
    taken = colleague.hand.wait("carry-taken", seconds=PATIENCE_S)
    assert taken.get_attribute("data-blobs") == str(len(files))
    colleague.return_to_coverage()
    colleague.synchronise()
    colleague.go("/carry")
    colleague.hand.wait("carried-for", seconds=PATIENCE_S, ops_left="0", blobs_left="0")
    states = {}
    for name, raw in photos.items():
        assert office.original(digest(raw)) == raw, name
        states[name] = office.looked_at(digest(raw))
        assert office.original(digest(raw)) == raw, name
    author.return_to_coverage()
    author.wait_until_all_done()
    archived(city, folder / "archive")
    for name, raw in photos.items():
        [kept] = [path for path in (folder / "archive").rglob(digest(raw)) if path.is_file()]
        assert kept.read_bytes() == raw, name
    return states


@pytest.fixture
def phones(
    someone: Callable[..., Inspector], supervisor: Supervisor
) -> tuple[Inspector, Inspector]:
    """Two confirmed phones."""
    colleague, author = (someone(Inspector, login) for login in ("jcy2", "jcy1"))
    for phone in (colleague, author):
        supervisor.confirm_phone(phone.name, phone.enrol())
    author.is_ready_to_leave()
    return author, colleague


def named(photos: Iterator[tuple[str, bytes]], folder: Path) -> tuple[dict[str, bytes], Path]:
    folder.mkdir()
    return dict(photos), folder


def test_photos_as_phones_make_them_stay_byte_for_byte(
    phones: tuple[Inspector, Inspector], city: LiveServer, over_http: HttpClient, tmp_path: Path
) -> None:
    photos, folder = named(phone_photos.generated(), tmp_path / "album")
    states = all_the_way(phones, city, Office(over_http), photos, folder)
    assert "damaged" in states.pop("cut.jpg")
    assert set(states.values()) == {"made"}


@pytest.mark.skipif(not phone_photos.FOLDER.is_dir(), reason=phone_photos.NO_FOLDER)
def test_real_photos_stay_byte_for_byte(
    phones: tuple[Inspector, Inspector], city: LiveServer, over_http: HttpClient, tmp_path: Path
) -> None:
    photos, folder = named(phone_photos.of_folder(), tmp_path / "album")
    states = all_the_way(phones, city, Office(over_http), photos, folder)
    print(f"\n{len(states)} photos: {states}")
    assert all(state == "made" or "damaged" in state for state in states.values())
