"""A new phone's first download: parts of a snapshot beside computed pages, through the application.

`python benchmarks/bootstrap.py [rows]`: a county of that many rows on a fresh SQLite database in a
temporary folder, read to its end both ways by one client in this process, three times; medians.
Bytes are those of the compressed replies, seconds those until each reply's last byte: unpacking is
the phone's. Rows are the ordinary rows of `benchmarks/push.py`.
"""

import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.push import batches, captured, push, ready_phone
from server.services import snapshots
from server.storage import migrate
from tests.support.service import COUNTY, Service

ROWS = 20_000
TIMES = 3
GZIP = {"Accept-Encoding": "gzip"}
Reading = Callable[[Service], Iterator[tuple[int, int, float]]]


def pages(service: Service) -> Iterator[tuple[int, int, float]]:
    """Yield (rows, bytes, seconds) of each page of a cold pull."""
    cursor: dict[str, Any] | None = {}
    while cursor is not None:
        reply, took = timed(service, f"/spaces/{COUNTY}/rows", cursor)
        body = unpacked(reply)
        yield len(body["rows"]), len(reply.data), took
        cursor = body.get("next")


def parts(service: Service) -> Iterator[tuple[int, int, float]]:
    """Yield (rows, bytes, seconds) of each part of the snapshot."""
    path = f"/spaces/{COUNTY}/snapshot"
    for one in service.ask("inspector", "GET", path).json["parts"]:
        reply, took = timed(service, f"{path}/parts/{one['sha256']}", {})
        yield one["rows"], len(reply.data), took


def timed(service: Service, path: str, query: dict[str, Any]) -> tuple[Any, float]:
    """Return a reply and the seconds until its last byte."""
    began = perf_counter()
    reply = service.ask("inspector", "GET", path, headers=GZIP, query_string=query)
    return reply, perf_counter() - began


def unpacked(reply: Any) -> dict[str, Any]:
    """Return the document of a compressed reply (for its cursor)."""
    packed = reply.headers.get("Content-Encoding") == "gzip"
    found: dict[str, Any] = json.loads(gzip.decompress(reply.data) if packed else reply.data)
    return found


def measured(name: str, service: Service, read: Reading) -> float:
    """Read everything `TIMES` times; print and return the median rows/s."""
    rates, count, size = [], 0, 0
    for _ in range(TIMES):
        got = list(read(service))
        count, size = sum(rows for rows, _, _ in got), sum(length for _, length, _ in got)
        rates.append(count / sum(took for _, _, took in got))
    print(f"{name:24}{median(rates):10,.0f} rows/s{size / count:8.0f} bytes a row, {count} rows")
    return median(rates)


def measure(service: Service, count: int) -> None:
    """Fill a county, make its snapshot, read both ways."""
    phone, enterprise = ready_phone(service)
    push(service, service.token("inspector"), batches(captured(phone, enterprise, count)))
    began = perf_counter()
    with service.app.app_context():
        if not snapshots.make_next(service.runtime):
            raise RuntimeError("no snapshot was made")
    print(f"{'making it':24}{count / (perf_counter() - began):10,.0f} rows/s")
    pulled = measured("computed pages", service, pages)
    print(f"{'ratio':24}{measured('snapshot parts', service, parts) / pulled:10.2f}")


def main() -> None:
    """Measure both and print their ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder / "data", f"sqlite:///{folder / 'liuhen.sqlite3'}")
        (folder / "data").mkdir()
        migrate.upgrade(service.database_url)
        service.open().populate()
        measure(service, count)
        service.close()


if __name__ == "__main__":
    main()
