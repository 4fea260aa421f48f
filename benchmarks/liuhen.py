"""The product itself: `liuhen serve` as a process of its own on a fresh database, with inspectors.

People and phones are brought in before it serves; every operation measured goes over HTTP to the
process that serves.
"""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import captured, meter
from benchmarks.captured import Inspector
from benchmarks.clients import CLIENTS, Client, Outcome, Request, drive, follow
from server.services import accounts, system
from server.storage import migrate
from server.storage.database import reading
from server.storage.log_store import head
from sync_protocol.ops import Op
from tests.support.live_server import LiveServer
from tests.support.service import API, COUNTY, PASSWORD, Service, SetClock

PAGE_ROWS = 500
PHONE_OPS = 15_000  # below a chain's daily limit
SNAPSHOT_S = 60
ROWS = f"{API}/spaces/{COUNTY}/rows"
SNAPSHOT = f"{API}/spaces/{COUNTY}/snapshot"


class Liuhen:
    """A deployment of the product under measurement, with phones for so many operations."""

    def __init__(self, database_url: str | None, most_ops: int, workers: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="liuhen-bench-"))
        url = database_url or f"sqlite:///{self._folder / 'liuhen.sqlite3'}"
        self._service = Service(self._folder / "data", url, clock=SetClock(_now_ms()))
        settings = {"LIUHEN_DATABASE_URL": url, "LIUHEN_WORKERS": str(workers)}
        self.server = LiveServer(self._folder / "data", settings | {"LIUHEN_CITY": "530900"})
        self._fill(CLIENTS * -(-most_ops // (CLIENTS * (PHONE_OPS - captured.BATCH))))
        self.server.start()
        self._sign_in()

    def _fill(self, phones: int) -> None:
        service = self._service
        migrate.upgrade(service.database_url)
        service.open().populate()
        self.inspectors = [self._inspector(number) for number in range(phones)]
        service.close()

    def _inspector(self, number: int) -> Inspector:
        from server.cli.demo.phone import Phone
        from server.services import enrolments

        service, login = self._service, f"bench-{number}"
        person = {"id": login, "login": login, "role": "inspector", "bureau": COUNTY}
        with service.app.app_context():
            body = {"person": login, "name": login, "bureau": COUNTY, "role": "inspector"}
            system.append(service.runtime, "person.add", body)
            accounts.create_account(service.runtime, login, PASSWORD, login)
            deployment = service.runtime.settings.deployment
            phone = Phone(person, PASSWORD, service.client, service.clock, deployment)  # type: ignore[arg-type]
            phone.enrolment()
            phone.push()
            ticket = enrolments.issue_ticket(service.runtime, login)
            said = {"chain": phone.chain, "ticket": ticket}
            phone.request("POST", "/enrolments/ticket", said, expect=200)
            enterprise = f"works-{number}"
            works = {"enterprise": enterprise, "name": "示例", "trade": "mine", "address": "示例"}
            phone.capture("enterprise.add", COUNTY, works, ())
            phone.push()
        return Inspector(number, phone, enterprise)

    def _sign_in(self) -> None:
        client = Client(self.server.url)
        for inspector in self.inspectors:
            login = {"login": inspector.phone.person["login"], "password": PASSWORD}
            asked = Request(
                "POST", f"{API}/session", msgspec.json.encode(login),
                {"Content-Type": "application/json"},
            )  # fmt: skip
            inspector.token = msgspec.json.decode(client.send(asked))["access_token"]
        client.close()

    def captured(self, count: int) -> list[list[list[Op]]]:
        """Return ops to be pushed in batches: for each client, its batches.

        A client goes on with its next phone when one has made what a day allows.
        """
        each = -(-count // CLIENTS)
        sizes = [min(captured.BATCH, each - at) for at in range(0, each, captured.BATCH)]
        return [[self._free(lane).capture(size) for size in sizes] for lane in range(CLIENTS)]

    def _free(self, lane: int) -> Inspector:
        phones = self.inspectors[lane::CLIENTS]
        return next(one for one in phones if one.made + captured.BATCH <= PHONE_OPS)

    def push(self, lanes: list[list[list[Op]]], most_s: float = 300) -> tuple[Outcome, set[str]]:
        """Push by eight clients at once; return the outcome and the ids acknowledged."""
        tokens = {one.phone.chain: one.headers for one in self.inspectors}
        requests = [
            [Request("POST", f"{API}/ops", captured.body_of(part), tokens[part[0].chain])
             for part in lane]
            for lane in lanes
        ]  # fmt: skip
        outcome = drive(self.server.url, [lane for lane in requests if lane], most_s)
        return outcome, _acknowledged(outcome)

    def pull(self, *, compressed: bool) -> tuple[Outcome, int]:
        """Pull the county from nothing on one connection; return the outcome and the rows."""
        outcome = follow(self.server.url, self._page("", compressed=compressed), self._next)
        return outcome, sum(len(_rows(body)) for _, body in outcome.replies)

    def pull_at_once(self) -> tuple[float, int]:
        """Pull the county by eight clients at once; return seconds and rows of all."""
        pages = [request for request, _ in self.pull(compressed=False)[0].replies]
        outcome = drive(self.server.url, [pages] * CLIENTS)
        return outcome.seconds, sum(len(_rows(body)) for _, body in outcome.replies)

    def pull_snapshot(self, least: int) -> tuple[Outcome, int]:
        """Read the parts of a snapshot of so many rows on one connection; outcome and rows."""
        client, manifest = Client(self.server.url), Request("GET", SNAPSHOT, None, self._headers)
        deadline = time.monotonic() + SNAPSHOT_S
        parts: list[dict[str, Any]] = []
        while (rows := sum(one["rows"] for one in parts)) < least:
            if time.monotonic() > deadline:
                raise RuntimeError(f"a snapshot of {rows} rows, not {least}, after {SNAPSHOT_S} s")
            time.sleep(0.5)
            parts = _parts_of(client, manifest)
        client.close()
        packed = self._headers | {"Accept-Encoding": "gzip"}
        paths = [f"{SNAPSHOT}/parts/{one['sha256']}" for one in parts]
        wanted = [Request("GET", path, None, packed) for path in paths]
        return drive(self.server.url, [wanted]), rows

    @property
    def _headers(self) -> dict[str, str]:
        return self.inspectors[0].headers

    def _page(self, query: str, *, compressed: bool = False) -> Request:
        accepted = {"Accept-Encoding": "gzip" if compressed else "identity"}
        path = f"{ROWS}?limit={PAGE_ROWS}{query}"
        return Request("GET", path, None, self._headers | accepted)

    def _next(self, body: bytes) -> Request | None:
        page = _page_of(body)
        if "next" not in page:
            return None
        at = page["next"]
        query = f"&after_index={at['after_index']}&after_entity={at['after_entity']}"
        return self._page(query, compressed=_is_compressed(body))

    def ask_last(self, rows: int, times: int) -> Outcome:
        """Ask for the newest rows, again and again on one connection; 0 asks for none."""
        with self._reading() as connection:
            size = head(connection).size
        request = self._page(f"&after_index={size - rows - 1}&after_entity=~")
        if rows:
            found = len(_rows(Client(self.server.url).send(request)))
            assert found >= min(rows, 50), found
        return drive(self.server.url, [[request] * times])

    def _reading(self) -> Any:
        from sqlalchemy import create_engine

        return reading(create_engine(self._service.database_url))

    def lost(self, acknowledged: set[str]) -> int:
        """Return how many of the acknowledged ops are not in the log (asked at the database)."""
        from sqlalchemy import select

        from server.storage.log_tables import Op as OpRow

        with self._reading() as connection:
            stored = set(connection.execute(select(OpRow.op_id)).scalars())
        return len(acknowledged - stored)

    def pids(self) -> list[int]:
        """Return the processes of the service."""
        return meter.family(self.server.pid)

    def close(self) -> None:
        """Stop the service and remove its folder."""
        self.server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _acknowledged(outcome: Outcome) -> set[str]:
    found = set()
    for _, body in outcome.replies:
        for item in msgspec.json.decode(body)["items"]:
            if item["status"] != "admitted" or item["ruling"]["outcome"] != "applied":
                raise RuntimeError(f"not applied: {item}")
            found.add(item["op"])
    return found


def _parts_of(client: Client, manifest: Request) -> list[dict[str, Any]]:
    reply = client.send(manifest, expect=(200, 404))
    found: list[dict[str, Any]] = msgspec.json.decode(reply).get("parts", [])
    return found


def _is_compressed(body: bytes) -> bool:
    return body[:2] == b"\x1f\x8b"


def _page_of(body: bytes) -> dict[str, Any]:
    import gzip

    plain = gzip.decompress(body) if _is_compressed(body) else body
    page: dict[str, Any] = msgspec.json.decode(plain)
    return page


def _rows(body: bytes) -> list[Any]:
    rows: list[Any] = _page_of(body)["rows"]
    return rows
