"""`make bench`: the product on both databases and its peers, in one run, as one table with ratios.

Everything is a real process asked by HTTP clients over loopback on this machine; counts and times
are bounded. Absolutes drift with whatever else the machine does: compare within one run.
`BENCH="--ops 4000 --scales 1000,4000"` is a short one; `--million` goes on to a million entities.
"""

import argparse
import subprocess
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import meter, peers
from benchmarks.captured import BATCH
from benchmarks.clients import CLIENTS, Outcome
from benchmarks.liuhen import Liuhen
from benchmarks.peers import Kinto, NotInstalled, Peer, PouchDb
from benchmarks.table import Column, Table
from server.services.snapshots import LEAST_ROWS
from tests.support.databases import PostgresServer

SINGLES, LONE, ASKED = 1200, 200, 200
PEER_PUSH_S = 240
ALONE = ("admit", "stages", "bootstrap", "uploads")  # programs of their own, each prints its lines
SERVERS = ("sqlite", "postgresql", "kinto", "pouchdb")
AT_ONCE = 40_000  # ops that wait signed in memory
MILLION = 1_000_000
LEAST_TIMED, PULLED_MOST = 3000, 20_000
PUSH_P50 = "push batch p50 ms"


def measure(
    column: Column, database_url: str | None, scales: list[int], workers: int, postgres: int | None
) -> None:
    """Measure one database: push to each scale in turn, and ask at each."""
    most_ops = scales[-1] + len(scales) * CLIENTS * BATCH + 4 * SINGLES
    with closing(Liuhen(database_url, most_ops, workers)) as product:
        acknowledged: set[str] = set()
        for scale in scales:
            label = f"{scale:,}"
            acknowledged |= pushed(column, product, scale - len(acknowledged), label, postgres)
            column.set(f"last 100 of {label}: ms", product.ask_last(100, ASKED).percentile_ms(50))
            column.set(f"nothing new of {label}: ms", product.ask_last(0, ASKED).percentile_ms(50))
            if 2 * LEAST_ROWS <= scale <= PULLED_MOST:
                pulls(column, product, label)
        acknowledged |= singles(column, product)
        column.set("peak memory of a process, MiB", meter.peak_mib(product.pids()))
        column.set("acknowledged", len(acknowledged))
        column.set("acknowledged and lost", product.lost(acknowledged))


def pushed(
    column: Column, product: Liuhen, count: int, label: str, postgres: int | None
) -> set[str]:
    """Push so many ops in batches, signed beforehand a part at a time; return their ids."""
    whole, ids, service_s, postgres_s = Outcome(), set[str](), 0.0, 0.0
    while len(ids) < count:
        lanes = product.captured(min(AT_ONCE, count - len(ids)))
        cpu, postgres_cpu = _cpu(product.pids()), _cpu_of(postgres)
        outcome, more = product.push(lanes)
        service_s += _cpu(product.pids()) - cpu
        postgres_s += _cpu_of(postgres) - postgres_cpu
        ids |= more
        whole.seconds += outcome.seconds
        whole.took += outcome.took
        rate = len(more) / outcome.seconds
        print(f"{column.name}: {len(ids):,} of {count:,} pushed, {rate:,.0f} ops/s", flush=True)
    column.set(f"push to {label}, batches of 100: ops/s", len(ids) / whole.seconds)
    if count >= LEAST_TIMED and PUSH_P50 not in column.cells:
        column.set(PUSH_P50, whole.percentile_ms(50))
        column.set("push batch p99 ms", whole.percentile_ms(99))
        column.set("CPU of the service, µs an op", service_s / len(ids) * 1e6)
        if postgres:
            column.set("CPU of PostgreSQL, µs an op", postgres_s / len(ids) * 1e6)
    return ids


def pulls(column: Column, product: Liuhen, label: str) -> None:
    """Pull everything as a new phone does, plain, compressed, and by eight at once."""
    for compressed, name in ((False, "plain"), (True, "compressed")):
        outcome, rows = product.pull(compressed=compressed)
        size = sum(len(body) for _, body in outcome.replies)
        column.set(f"cold pull of {label}, one client, {name}: rows/s", rows / sum(outcome.took))
        column.set(f"bytes a row, {name}", size / rows)
    outcome, rows = product.pull_snapshot(min(rows // 2, LEAST_TIMED))
    rate = rows / sum(outcome.took)
    column.set(f"snapshot of {label}, one client, compressed: rows/s", rate)
    seconds, rows = product.pull_at_once()
    column.set(f"cold pull of {label}, 8 clients: rows/s", rows / seconds)


def singles(column: Column, product: Liuhen) -> set[str]:
    """Push one op a request: eight clients at once, then one alone."""
    lanes = [[[op] for part in lane for op in part] for lane in product.captured(SINGLES)]
    outcome, ids = product.push(lanes)
    column.set("single writes, 8 clients: ops/s", len(ids) / outcome.seconds)
    column.set("single writes, 8 clients: p50 ms", outcome.percentile_ms(50))
    column.set("single writes, 8 clients: p99 ms", outcome.percentile_ms(99))
    alone = [[op] for lane in product.captured(LONE) for part in lane for op in part]
    outcome, more = product.push([alone])
    column.set("single writes, one client: p50 ms", outcome.percentile_ms(50))
    return ids | more


def measure_peer(column: Column, peer: Peer, count: int) -> None:
    """Measure a peer at its one scale."""
    label = f"{count:,}"
    outcome, ids = peer.push(peers.documents(count), PEER_PUSH_S)
    column.set(f"push to {label}, batches of 100: ops/s", len(ids) / outcome.seconds)
    column.set(PUSH_P50, outcome.percentile_ms(50))
    column.set("push batch p99 ms", outcome.percentile_ms(99))
    pulled, found = peer.pull()
    size = sum(len(body) for _, body in pulled.replies)
    column.set(f"cold pull of {label}, one client, plain: rows/s", len(found) / sum(pulled.took))
    column.set("bytes a row, plain", size / max(len(found), 1))
    column.set(f"last 100 of {label}: ms", peer.ask_last(100, ASKED).percentile_ms(50))
    column.set(f"nothing new of {label}: ms", peer.ask_last(0, ASKED).percentile_ms(50))
    assert peer.process is not None
    column.set("peak memory of a process, MiB", meter.peak_mib(meter.family(peer.process.pid)))
    column.set("acknowledged", len(ids))
    column.set("acknowledged and lost", len(ids - found))


def _cpu(pids: list[int]) -> float:
    return meter.cpu_seconds(pids)


def _cpu_of(pid: int | None) -> float:
    return meter.cpu_seconds(meter.family(pid)) if pid else 0.0


def with_postgres(table: Table, asked: argparse.Namespace, scales: list[int]) -> None:
    """Measure what runs on PostgreSQL: the product with two workers, and Kinto."""
    server = PostgresServer(fsync="on", full_page_writes="on", shared_buffers="512MB")
    try:
        server.start()
        if "postgresql" in asked.only:
            url = server.url(server.create(migrated=False))
            measure(table.column("Liuhen, PostgreSQL"), url, scales, 2, server.pid)
        if "kinto" in asked.only:
            with_peer(table, "Kinto", lambda: Kinto(server), asked.ops)
    finally:
        server.stop()


def with_peer(table: Table, name: str, start: object, count: int) -> None:
    """Measure a peer, or say why it can't be."""
    assert callable(start)
    try:
        peer = start()
    except NotInstalled as reason:
        print(f"{name}: not measured: {reason}", flush=True)
        return
    with closing(peer):
        measure_peer(table.column(name), peer, count)


def main() -> None:
    """Measure what was asked for, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ops", type=int, default=20_000, help="ops pushed before the pulls")
    parser.add_argument("--scales", default="", help="entities at which the newest are asked for")
    parser.add_argument("--million", action="store_true", help="go on to a million entities")
    parser.add_argument("--only", default=",".join((*ALONE, *SERVERS)))
    asked = parser.parse_args()
    asked.only = asked.only.split(",")
    default = [1000, asked.ops, 200_000] + ([MILLION] if asked.million else [])
    scales = [int(one) for one in asked.scales.split(",")] if asked.scales else default
    for alone in ALONE:
        if alone in asked.only:
            script = ROOT / "benchmarks" / f"{alone}.py"
            subprocess.run([sys.executable, str(script)], check=True)
    table = Table(asked.ops)
    try:
        if "sqlite" in asked.only:
            measure(table.column("Liuhen, SQLite"), None, scales, 1, None)
        if {"postgresql", "kinto"} & set(asked.only):
            with_postgres(table, asked, scales)
        if "pouchdb" in asked.only:
            with_peer(table, "PouchDB server", PouchDb, asked.ops)
    finally:
        print(table.text())


if __name__ == "__main__":
    main()
