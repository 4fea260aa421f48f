"""Push through the real application, beside a peer that only checks signatures and stores bytes.

`python benchmarks/push.py [ops]`: batches of 100 through the WSGI application in this process, on a
fresh SQLite database in a temporary folder. The peer verifies the same P-256 signatures and inserts
the same texts, one durable transaction a batch: no admission, authority, merge, log or receipt.
Both are told by the clock on the wall in the same run; quote the ratio, not the absolutes.
"""

import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from server.cli.demo.phone import Phone
from server.storage import migrate
from sync_protocol import keys, ops
from sync_protocol.encoding import b64url
from sync_protocol.ops import Op
from tests.support.service import COUNTY, Service

BATCH = 100
INSPECTION = 20
BEGIN = {
    "date": "2026-09-21", "officers": ["inspector", "colleague"], "content": "例行检查",
    "arrived_at_ms": 1_790_000_000_000, "id_shown": True, "rights_told": True,
    "recorder_on": True, "code_scanned": True,
    "reason": "群众举报",
}  # fmt: skip
FINDING = {
    "grade": "general", "place": "3号井口变电所", "photos": [],
    "description": "灭火器压力不足，未按期检验。" * 4,
}  # fmt: skip


def captured(phone: Phone, enterprise: str, count: int) -> list[Op]:
    """Return that many signed ops: inspections begun on site, each with 19 hazards."""
    done: list[Op] = []
    for number in range(count):
        inspection = f"{number // INSPECTION:026d}"
        if number % INSPECTION == 0:
            begin = BEGIN | {"inspection": inspection, "enterprise": enterprise}
            begun = phone.capture("inspection.begin_on_site", COUNTY, begin, ())
            done.append(begun)
            continue
        names = {"finding": f"{number:026d}", "inspection": inspection, "enterprise": enterprise}
        body = FINDING | names | {"number": f"A{number % INSPECTION}"}
        done.append(phone.capture("finding.create", COUNTY, body, [begun.id]))
    phone.outbox.clear()
    return done


def batches(done: list[Op]) -> list[bytes]:
    """Return the bodies of the requests."""
    parts = [done[at : at + BATCH] for at in range(0, len(done), BATCH)]
    return [json.dumps([op.wire() for op in part]).encode() for part in parts]


def push(service: Service, token: str, requests: list[bytes]) -> list[float]:
    """Send every batch; return seconds each. Fails unless every op was applied."""
    took = []
    for body in requests:
        began = perf_counter()
        reply = service.client.post(
            "/api/v1/ops", data=body, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        took.append(perf_counter() - began)
        outcomes = {item["ruling"]["outcome"] for item in reply.get_json()["items"]}
        if outcomes != {"applied"}:
            raise RuntimeError(f"not applied: {outcomes}")
    return took


def store(folder: Path, info: keys.PublicKeyInfo, done: list[Op]) -> list[float]:
    """Verify and insert the same ops with nothing else; return seconds a batch."""
    database = sqlite3.connect(folder / "peer.sqlite3", isolation_level=None)
    for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                 "CREATE TABLE ops (id TEXT PRIMARY KEY, header TEXT, body TEXT)"):  # fmt: skip
        database.execute(line)
    took = []
    for at in range(0, len(done), BATCH):
        began = perf_counter()
        part = done[at : at + BATCH]
        if not all(keys.verify(info, op.sig, ops.pae(op.header_raw)) for op in part):
            raise RuntimeError("a signature does not verify")
        database.execute("BEGIN IMMEDIATE")
        rows = [(op.id, op.header_raw.decode(), op.body_raw.decode()) for op in part]
        database.executemany("INSERT INTO ops VALUES (?, ?, ?)", rows)
        database.execute("COMMIT")
        took.append(perf_counter() - began)
    return took


def line(name: str, took: list[float], count: int) -> float:
    """Print one row; return ops/s."""
    rate = count / sum(took)
    print(f"{name:24}{rate:10,.0f} ops/s   median batch {median(took) * 1000:7.1f} ms")
    return rate


def main() -> None:
    """Measure both and print their ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder / "data", f"sqlite:///{folder / 'liuhen.sqlite3'}")
        measure(service, folder, count)


def measure(service: Service, folder: Path, count: int) -> None:
    """Set a county up, then push and store the same ops."""
    (folder / "data").mkdir()
    migrate.upgrade(service.database_url)
    service.open().populate()
    phone, enterprise = ready_phone(service)
    done = captured(phone, enterprise, count)
    info = keys.PublicKeyInfo("ES256", b64url(phone.public_key))
    pushed = line("push", push(service, service.token("inspector"), batches(done)), count)
    stored = line("verify and store only", store(folder, info, done), count)
    print(f"{'ratio':24}{pushed / stored:10.2f}")
    service.close()


def ready_phone(service: Service) -> tuple[Phone, str]:
    """Return a confirmed phone of the inspector and the id of an enterprise in the log."""
    phone: Any = service.confirmed_phone("inspector")
    body = {"enterprise": "works", "name": "示例", "trade": "mine", "address": "示例"}
    phone.capture("enterprise.add", COUNTY, body, ())
    phone.push()
    return phone, "works"


if __name__ == "__main__":
    main()
