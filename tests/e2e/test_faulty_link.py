"""A phone behind a link that spoils everything: each fault in turn, then a seeded mix of them.

The phone is the real one, the service too; only the way between them is bad. What the screen says
is kept for every moment: it may never say that all is uploaded before the service has it all, nor
ask for a login or a decision that nobody's answer called for. When the link is good again the phone
goes on by itself.
"""

import contextlib
import hashlib
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.inspector import Hazard, Inspector
from tests.e2e.people import PASSWORD
from tests.e2e.supervisor import Supervisor
from tests.support.faulty_proxy import FAULTS, FaultyProxy, always, mixed, nothing
from tests.support.http_client import HttpClient
from tests.support.live_server import LiveServer

API = "/api/v1"
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**31))
MIX_SHARE = 0.15
MIX_SECONDS = 8
ALONE_SECONDS = 30
WORKING = re.compile(r"仅存本机 \d+ 项|上传中 · 余 \d+ 项|照片待传 .+|待核对存证")
ALL_DONE = "全部上传完成"
DONE = {ALL_DONE, f"{ALL_DONE} · 无信号"}
KEEP_WHAT_IS_SAID = """
    window.__said = [];
    let last = "";
    const read = () => {
        const chip = document.querySelector('[data-test="sync-chip"]');
        const text = chip && chip.innerText.trim();
        if (text && text !== last) window.__said.push(text);
        last = text || last;
    };
    const told = { subtree: true, childList: true, characterData: true };
    new MutationObserver(read).observe(document.body, told);
    read();
"""


@pytest.fixture
def proxy(city: LiveServer) -> Iterator[FaultyProxy]:
    """A way to the service that a test may spoil."""
    way = FaultyProxy(city.port)
    yield way
    way.stop()


@pytest.fixture
def phone(
    playwright: Any,
    city: LiveServer,
    proxy: FaultyProxy,
    supervisor: Supervisor,
    tmp_path: Path,
) -> Iterator[Inspector]:
    """A confirmed phone behind the proxy."""
    person = Inspector(playwright, tmp_path / "behind-proxy", "jcy1", proxy.port)
    person.open()
    supervisor.confirm_phone(person.name, person.enrol())
    yield person
    person.close()
    person.network.lose()
    assert person.faults == []


@pytest.fixture
def small_photos(tmp_path: Path) -> list[Path]:
    """Photos of a few hundred kilobytes, no two alike."""
    made = []
    for number in range(8):
        made.append(tmp_path / f"small-{number}.jpg")
        picture = Image.effect_noise((800, 600), 40 + number).convert("RGB")
        picture.save(made[-1], quality=90)
    return made


def said(phone: Inspector) -> list[str]:
    """What the chip has said since the last call."""
    texts: list[str] = phone.page.evaluate("window.__said.splice(0)")
    return texts


def under(phone: Inspector, proxy: FaultyProxy, fault: str, *scopes: str) -> None:
    """Let the phone meet a fault; whatever it says then is true."""
    said(phone)
    before = proxy.hits(fault, scopes)
    proxy.choose = always(fault, *scopes)
    phone.hand.tap("sync-now")
    for _ in range(150):
        if proxy.hits(fault, scopes) > before:
            break
        phone.page.wait_for_timeout(100)
    else:
        raise AssertionError(f"{fault} {scopes} was not met: {proxy.done[-5:]}")
    phone.page.wait_for_timeout(500)
    assert [text for text in said(phone) if not WORKING.fullmatch(text)] == [], fault


def record(phone: Inspector, inspection: str, photos: list[Path], start: int) -> None:
    """Record a hazard with each photo, without a signal; ends in the outbox."""
    phone.leave_coverage()
    phone.go(f"/inspections/{inspection}")
    phone.hand.wait("inspection")
    for number, photo in enumerate(photos, start):
        phone.record(Hazard((photo,), phrase="psj", place=f"{number}号破碎机"))
    phone.go("/outbox")
    phone.hand.wait("outbox-head", all_done="false")
    phone.page.evaluate("window.__said?.splice(0)")


def test_a_link_that_spoils_everything_loses_and_doubles_nothing(
    phone: Inspector, proxy: FaultyProxy, city: LiveServer, small_photos: list[Path]
) -> None:
    print(f"SEED={SEED}")
    phone.open_todays_inspection()
    phone.leave_coverage()
    phone.arrive()
    inspection = phone.inspection
    record(phone, inspection, small_photos[:1], 1)
    phone.page.evaluate(KEEP_WHAT_IS_SAID)
    proxy.choose = always("portal")
    phone.return_to_coverage()
    phone.page.wait_for_timeout(1500)
    assert proxy.hits("portal") > 0
    proxy.choose = nothing
    goes_on_alone(phone, city, inspection, small_photos[:1])

    record(phone, inspection, small_photos[1:3], 2)
    proxy.choose = always("cut")
    phone.return_to_coverage()
    for fault in ("cut", "portal_login", "gateway"):
        under(phone, proxy, fault)
    for fault in ("reply_dropped", "portal_login"):
        under(phone, proxy, fault, "POST /uploads")
    for fault in ("request_flipped", "request_truncated", "portal_login", "gateway"):
        under(phone, proxy, fault, "PATCH /uploads")
    record(phone, inspection, small_photos[3:4], 4)
    proxy.choose = always("cut")
    phone.return_to_coverage()
    for fault in FAULTS:
        under(phone, proxy, fault, "POST /ops")
    phone.leave_coverage()
    proxy.choose = nothing
    phone.return_to_coverage()
    goes_on_alone(phone, city, inspection, small_photos[:4])

    record(phone, inspection, small_photos[4:6], 5)
    proxy.choose = mixed(SEED, MIX_SHARE)
    phone.return_to_coverage()
    for _ in range(MIX_SECONDS):
        phone.hand.tap("sync-now")
        phone.page.wait_for_timeout(1000)
    phone.leave_coverage()
    proxy.choose = nothing
    phone.return_to_coverage()
    goes_on_alone(phone, city, inspection, small_photos[:6])


def goes_on_alone(phone: Inspector, city: LiveServer, inspection: str, photos: list[Path]) -> None:
    """Nobody touches the phone: it ends with everything uploaded, and that is so."""
    head = phone.hand.wait("outbox-head", seconds=ALONE_SECONDS, all_done="true")
    with contextlib.closing(HttpClient(city.port)) as client:
        it_is_so(client, inspection, photos)
    assert ALL_DONE in head.inner_text()
    texts = said(phone)
    assert texts[-1] == ALL_DONE
    done = next(place for place, text in enumerate(texts) if text in DONE)
    assert [text for text in texts[:done] if not WORKING.fullmatch(text)] == []
    assert set(texts[done:]) <= DONE  # what is done stays done
    phone.hand.tap("show-all")
    assert phone.hand.see("outbox-item", status="verified").count() > len(photos)
    assert phone.hand.see("outbox-item").count() == (
        phone.hand.see("outbox-item", status="verified").count()
    )


def it_is_so(client: HttpClient, inspection: str, photos: list[Path]) -> None:
    """Ask the service itself, past the proxy: every record once, every photo to the byte."""
    login = b'{"login":"zhuguan","password":"%s"}' % PASSWORD.encode()
    answer = client.open(
        f"{API}/session", method="POST", data=login, content_type="application/json"
    )
    person = answer.get_json()
    headers = {"Authorization": f"Bearer {person['access_token']}"}
    space = person["person"]["bureau"]
    timeline = client.open(f"{API}/entities/inspection/{inspection}/timeline", headers=headers)
    entries = timeline.get_json()["entries"]
    assert len({entry["op"] for entry in entries}) == len(entries)
    kinds = Counter(entry["kind"] for entry in entries)
    assert (kinds["finding.create"], kinds["photo.add"]) == (len(photos), len(photos))
    assert {entry["ruling"]["outcome"] for entry in entries} <= {"applied", "merged"}
    for photo in photos:
        sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
        kept = client.open(f"{API}/spaces/{space}/blobs/{sha256}", headers=headers)
        assert kept.data == photo.read_bytes()
        row = client.open(f"{API}/entities/blob/{space}-{sha256}/timeline", headers=headers)
        assert [one["kind"] for one in row.get_json()["entries"]] == ["blob.verified"]
    client.close()
