"""Originals going up: the product, the tus project's own server, and a plain write beside them.

Four clients send 200 files of 3 MB in one run: `python benchmarks/uploads.py [FILES]`. The product
checks who sends, recomputes each digest, syncs each file and notes it in its database; the tus
server does none of it. The plain one is four threads that hash, write, fsync and rename, without
HTTP. The files are random bytes with the head of a JPEG, so that no time goes into decoding.
Memory is asked for after 20 files and at the end.
"""

import base64
import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import meter
from benchmarks.clients import Request
from benchmarks.peers import NotInstalled, Running, node_package
from server.storage import migrate
from tests.support.live_server import LiveServer
from tests.support.service import API, COUNTY, PASSWORD, Service, SetClock

FILES, CLIENTS, SIZE, WARM, ROUNDS = 200, 4, 3_000_000, 20, 3
PIECE = 1 << 20
TUS = {"Tus-Resumable": "1.0.0"}
PACKAGES = ("@tus/server@2.4.5", "@tus/file-store@2.1.1")
File = tuple[bytes, str]  # with its digest
Send = Callable[[http.client.HTTPConnection, File], None]


class Files:
    """Files that are told apart by a few bytes, so that making them costs nothing."""

    def __init__(self) -> None:
        self._noise = b"\xff\xd8\xff\xe0" + os.urandom(SIZE - 4)

    def one(self, number: int) -> File:
        """Return a file, which no other number gives."""
        content = self._noise[:4] + number.to_bytes(8, "big") + self._noise[12:]
        return content, hashlib.sha256(content).hexdigest()

    def shares(self, count: int, first: int) -> list[list[File]]:
        """Return what each client sends."""
        lanes = range(CLIENTS)
        return [[self.one(first + n) for n in range(lane, count, CLIENTS)] for lane in lanes]


def at_once(count: int, first: int, work: Callable[[int, list[File]], None]) -> float:
    """Let each client work through its share of files made beforehand; return the seconds."""
    shares = Files().shares(count, first)
    failures: list[BaseException] = []

    def guarded(lane: int) -> None:
        try:
            work(lane, shares[lane])
        except BaseException as failure:  # noqa: BLE001 - raised by the caller's thread
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(lane,)) for lane in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - began


def over_http(port: int, send: Send) -> Callable[[int, list[File]], None]:
    """Return the work of a client with one connection."""

    def work(_lane: int, share: list[File]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for file in share:
            send(connection, file)
        connection.close()

    return work


def _asked(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    expect: int,
) -> str:
    """Return the address a reply names."""
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    said = reply.read()
    if reply.status != expect:
        raise RuntimeError(f"{method} {path}: {reply.status} {said[:300]!r}")
    return reply.headers.get("Location", "")


def tus_send(path: str, headers: dict[str, str], metadata: Callable[[str], str]) -> Send:
    """Return how a tus client sends a whole file: a creation and one PATCH."""

    def send(connection: http.client.HTTPConnection, file: File) -> None:
        content, sha256 = file
        told = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata(sha256)}
        place = _asked(connection, "POST", path, b"", headers | TUS | told, 201)
        body = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        place = place.partition("127.0.0.1")[2].partition("/")[2] or place.lstrip("/")
        _asked(connection, "PATCH", f"/{place}", content, headers | TUS | body, 204)

    return send


def _metadata(sha256: str) -> str:
    said = {"sha256": sha256, "space": COUNTY, "media_type": "image/jpeg"}
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())


class Liuhen:
    """The product on SQLite and a folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="liuhen-uploads-"))
        service = Service(
            self.folder / "data", f"sqlite:///{self.folder / 'liuhen.sqlite3'}",
            clock=SetClock(time.time_ns() // 1_000_000),
        )  # fmt: skip
        migrate.upgrade(service.database_url)
        service.open().populate("inspector")
        service.close()
        settings = {"LIUHEN_DATABASE_URL": service.database_url, "LIUHEN_CITY": "530900"}
        self.server = LiveServer(self.folder / "data", settings).start()
        self.send = tus_send(f"{API}/uploads", self._headers(), _metadata)
        self.port = self.server.port

    def _headers(self) -> dict[str, str]:
        import json

        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        login = json.dumps({"login": "inspector", "password": PASSWORD})
        connection.request("POST", f"{API}/session", login, {"Content-Type": "application/json"})
        token = json.loads(connection.getresponse().read())["access_token"]
        connection.close()
        return {"Authorization": f"Bearer {token}"}

    def pids(self) -> list[int]:
        return meter.family(self.server.pid)

    def close(self) -> None:
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class TusServer(Running):
    """`@tus/server` with its file store."""

    name = "@tus/server"

    def __init__(self) -> None:
        super().__init__()
        node, place = node_package("tus", PACKAGES)
        script = ROOT / "benchmarks" / "tus_server.mjs"
        self.start(
            [node, script, place / "node_modules", self.folder / "files", self.port],
            Request("OPTIONS", "/files", None, TUS),
        )
        self.send = tus_send("/files", {}, lambda _: "filename eA==")

    def _answers(self, _ready: Request) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def pids(self) -> list[int]:
        assert self.process is not None
        return meter.family(self.process.pid)


def plain(folder: Path) -> Callable[[int, list[File]], None]:
    """Return the work of a thread that hashes, writes, syncs and renames."""

    def work(lane: int, share: list[File]) -> None:
        for number, (content, _) in enumerate(share):
            part = folder / f"{lane}-{number}.part"
            digest = hashlib.sha256()
            with part.open("xb", buffering=0) as file:
                for at in range(0, len(content), PIECE):
                    piece = content[at : at + PIECE]
                    digest.update(piece)
                    file.write(piece)
                os.fsync(file.fileno())
            part.rename(folder / digest.hexdigest())

    return work


def rate(count: int, seconds: float) -> float:
    """Return MB/s."""
    return count * SIZE / seconds / 1e6


def measured(name: str, party: Liuhen | TusServer, files: int) -> list[float]:
    """Send the files, memory looked at after the first ones and at the end; return MB/s."""
    work = over_http(party.port, party.send)
    at_once(WARM, 0, work)
    before = meter.resident_mib(party.pids())
    rates = [rate(files, at_once(files, WARM + files * turn, work)) for turn in range(ROUNDS)]
    after = meter.resident_mib(party.pids())
    shown = ", ".join(f"{one:.0f}" for one in rates)
    print(
        f"{name:16}{statistics.median(rates):8.0f} MB/s ({shown});"
        f" resident after {WARM} files {before:.0f} MiB, after {ROUNDS * files} {after:.0f} MiB",
        flush=True,
    )
    return rates


def main() -> None:
    """Measure the three and print the ratios."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory(prefix="liuhen-plain-") as name:
        rates = []
        for turn in range(ROUNDS):
            folder = Path(name) / str(turn)
            folder.mkdir()
            rates.append(rate(files, at_once(files, 0, plain(folder))))
    beside = statistics.median(rates)
    print(
        f"{'plain':16}{beside:8.0f} MB/s ({', '.join(f'{one:.0f}' for one in rates)})", flush=True
    )
    product = Liuhen()
    own = statistics.median(measured("Liuhen", product, files))
    product.close()
    print(f"{'':16}{own / beside:8.2f} × plain", flush=True)
    try:
        peer = TusServer()
    except NotInstalled as reason:
        print(f"@tus/server: not measured: {reason}")
        return
    other = statistics.median(measured("@tus/server", peer, files))
    peer.close()
    print(f"{'':16}{own / other:8.2f} × @tus/server", flush=True)


if __name__ == "__main__":
    main()
