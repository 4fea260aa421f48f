"""Photos over a narrow link that is cut again and again, and records that must not wait for them.

The phone captures without a signal, comes back into a bad one, and goes on recording while its
photos flow; the service is restarted meanwhile. Body bytes are counted on the link. The long form
(`LIUHEN_TEST_UPLOAD_SOAK=1`, part of `make soak`) takes about an hour.

Originals' bytes are every body byte below `/uploads`; previews go to `/spaces/…/preview` and are
counted apart, with what else goes there.
"""

import hashlib
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.people import PASSWORD
from tests.support.http_client import HttpClient
from tests.support.live_server import LiveServer
from tests.support.narrow_link import NarrowLink

API = "/api/v1"
MOST_SENT = 1.05
MEDIAN_DELAY_S = 2.0


@dataclass(frozen=True)
class Case:
    """How many photos of which size, over what link, how long that may take."""

    photos: int
    pixels: tuple[int, int]
    least_bytes: int
    bits_per_second: int
    cut_every_s: float
    restart_at_s: tuple[float, ...]
    seconds: float
    records_every_s: float


SHORT = Case(5, (1260, 945), 580_000, 2_000_000, 2, (6,), 150, 1)
LONG = Case(50, (3000, 2250), 2_900_000, 400_000, 20, (600, 1800), 2 * 3600, 30)
CASE = LONG if os.environ.get("LIUHEN_TEST_UPLOAD_SOAK") else SHORT


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The photos of this case, no two alike."""
    folder = tmp_path_factory.mktemp("narrow")
    made = []
    for number in range(CASE.photos):
        made.append(folder / f"{number:02}.jpg")
        Image.effect_noise(CASE.pixels, 26 + number / 10).convert("RGB").save(made[-1], quality=88)
        assert made[-1].stat().st_size >= CASE.least_bytes, made[-1].stat().st_size
    return made


@pytest.fixture
def phone(enrolled: Callable[[str], Inspector]) -> Inspector:
    """A phone without a signal, arrived at an enterprise."""
    person = enrolled("jcy1")
    person.open_todays_inspection()
    person.leave_coverage()
    person.arrive()
    return person


@pytest.fixture
def link(phone: Inspector, city: LiveServer) -> Iterator[NarrowLink]:
    """The narrow way, at the phone's own port; there is no other one any more."""
    narrow = NarrowLink(city.port, CASE.bits_per_second, phone.network.port)
    yield narrow
    narrow.stop()


def office(city: LiveServer) -> tuple[HttpClient, dict[str, str], str]:
    """A supervisor who asks the service itself, past the link: client, headers, space."""
    client = HttpClient(city.port)
    login = b'{"login":"zhuguan","password":"%s"}' % PASSWORD.encode()
    reply = client.open(
        f"{API}/session", method="POST", data=login, content_type="application/json"
    )
    person = reply.get_json()
    headers = {"Authorization": f"Bearer {person['access_token']}"}
    return client, headers, person["person"]["bureau"]


def delays_s(city: LiveServer, inspection: str, since_ms: int) -> list[float]:
    """From the phone's clock at capture to the log, of each record captured since then."""
    client, headers, _ = office(city)
    timeline = client.open(f"{API}/entities/inspection/{inspection}/timeline", headers=headers)
    client.close()
    entries: list[dict[str, Any]] = timeline.get_json()["entries"]
    captured = [(json.loads(entry["header"])["time"]["wall_ms"], entry) for entry in entries]
    return [
        (entry["server_at_ms"] - wall_ms) / 1000 for wall_ms, entry in captured
        if wall_ms >= since_ms
    ]  # fmt: skip


def are_kept(city: LiveServer, photos: list[Path]) -> None:
    """Every photo is at the service to the byte, and the log says that it was verified."""
    client, headers, space = office(city)
    for photo in photos:
        sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
        kept = client.open(f"{API}/spaces/{space}/blobs/{sha256}", headers=headers)
        assert kept.data == photo.read_bytes()
        row = client.open(f"{API}/entities/blob/{space}-{sha256}/timeline", headers=headers)
        assert [one["kind"] for one in row.get_json()["entries"]] == ["blob.verified"]
    client.close()


@pytest.mark.alone
def test_photos_and_records_share_a_narrow_link(
    phone: Inspector, link: NarrowLink, city: LiveServer, photos: list[Path]
) -> None:
    for number, photo in enumerate(photos, 1):
        phone.record(Hazard((photo,), phrase="psj", place=f"{number}号破碎机"))
    inspection = phone.inspection
    link.cut_every(CASE.cut_every_s)
    began, since_ms = time.monotonic(), time.time_ns() // 1_000_000
    phone.context.set_offline(False)
    recorded = restarts = 0
    head = phone.hand.see("sync-chip", all_done="true")
    while not head.count():
        passed = time.monotonic() - began
        assert passed < CASE.seconds, phone.hand.see("sync-chip").inner_text()
        if restarts < len(CASE.restart_at_s) and passed > CASE.restart_at_s[restarts]:
            restarts += 1
            city.stop()
            city.start()  # in this thread: the service ends with the thread that started it
        recorded += 1
        phone.record(Hazard((), phrase="psj", place=f"{recorded}号皮带"))
        phone.page.wait_for_timeout(1000 * CASE.records_every_s)
    took = time.monotonic() - began
    phone.wait_until_all_done()
    are_kept(city, photos)
    delays = delays_s(city, inspection, since_ms)
    size = sum(photo.stat().st_size for photo in photos)
    print(
        f"{len(photos)} photos, {size:,} bytes in {took:.0f} s; {link.cuts} cuts;"
        f" originals' bytes {link.sent['uploads'] / size:.3f} of the files,"
        f" all bodies {link.sent.total() / size:.3f} ({dict(link.sent)});"
        f" {recorded} hazards recorded meanwhile, delay median"
        f" {statistics.median(delays):.2f} s, most {max(delays):.2f} s"
    )
    assert link.sent["uploads"] <= MOST_SENT * size
    assert statistics.median(delays) < MEDIAN_DELAY_S
    assert (recorded >= 2, restarts) == (True, len(CASE.restart_at_s))
