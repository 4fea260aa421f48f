"""Several writers at once: no silent winner, no lost row, one leaf for one op.

Threads stand for workers: each has its own connection. On PostgreSQL they are also two runtimes, as
two processes would have; SQLite has one writing process, so there they share one.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from server.config import Settings
from server.services import ingest, queries, rebuild, system, verify
from server.services.ingest import Carrier
from server.services.runtime import Runtime, open_runtime
from server.storage import locks
from server.storage.blob_store import blob_store
from server.storage.database import SecondWriterError, is_sqlite, writing
from server.storage.log_tables import Leaf
from sync_protocol.ops import Op
from tests.support.authors import (
    COUNTY,
    Author,
    FakeClock,
    Office,
    finding_body,
    inspection_begun,
    signing_body,
)
from tests.support.databases import wait_until

ROUNDS = 6


@pytest.fixture
def workers(runtime: Runtime, settings: Settings, clock: FakeClock) -> Iterator[list[Runtime]]:
    """Two workers of one deployment."""
    if is_sqlite(settings.database_url):
        yield [runtime, runtime]
        return
    second = open_runtime(settings, clock, blob_store(settings.blob_store))
    yield [runtime, second]
    second.close()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls in threads that start together; return their results, raise what they raise."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def pushing(runtime: Runtime, author: Author, *batch: Op) -> Callable[[], Any]:
    items = [op.wire() for op in batch]
    return lambda: ingest.push(runtime, items, Carrier(author.person))["items"]


def ordered_finding(office: Office, author: Author, inspection: str) -> dict[str, str]:
    """Return the id of a finding under measures, and the state it is in."""
    create = author.op("finding.create", finding_body(author, inspection))
    drafted = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    confirm = author.op("finding.confirm", drafted)
    confirmed = drafted | {"base": confirm.id, "from": "confirmed"}
    measures = author.op("finding.take_measures", confirmed | {"measures": "停产"})
    office.apply(create, confirm, measures)
    return confirmed | {"base": measures.id, "from": "measures_taken"}


def reinspection(author: Author, taken: dict[str, str], result: str, officers: list[str]) -> Op:
    body = taken | {
        "reinspection": author.new_id(),
        "officers": officers,
        "result": result,
        "photos": ["photo-1"],
    }
    return author.op("reinspection.record", body)


def test_pass_and_fail_at_once_end_in_a_dispute_never_in_a_silent_winner(
    office: Office, workers: list[Runtime]
) -> None:
    wang, li = office.person("wang"), office.person("li")
    inspection = inspection_begun(office, wang, li)
    for _ in range(ROUNDS):
        taken = ordered_finding(office, wang, inspection)
        passes = reinspection(wang, taken, "pass", ["wang", "li"])
        fails = reinspection(li, taken, "fail", ["wang", "li"])
        replies = at_once(pushing(workers[0], wang, passes), pushing(workers[1], li, fails))
        outcomes = sorted(reply[0]["ruling"]["outcome"] for reply in replies)
        assert outcomes == ["applied", "conflict"]
        row = office.row(f"finding/{taken['finding']}")
        assert row["states"]["finding"]["s"] == "disputed"
        claims = row["disputes"]["finding"]["claims"]
        assert {claim["op"] for claim in claims} == {passes.id, fails.id}
    assert rebuild.check(office.runtime) == []


def test_one_op_pushed_by_two_workers_at_once_gives_one_leaf_and_one_receipt(
    office: Office, workers: list[Runtime]
) -> None:
    wang = office.person("wang")
    inspection = inspection_begun(office, wang, office.person("li"))
    for _ in range(ROUNDS):
        batch = [wang.op("finding.create", finding_body(wang, inspection)) for _ in range(5)]
        replies = at_once(*[pushing(worker, wang, *batch) for worker in workers])
        receipts = {json.dumps([item["receipt"] for item in reply]) for reply in replies}
        assert len(receipts) == 1
        duplicates = sorted(all(item["duplicate"] for item in reply) for reply in replies)
        assert duplicates == [False, True]
    assert verify.verify(office.runtime) == []


def test_workers_that_lock_the_same_things_in_other_orders_do_not_stop_each_other(
    office: Office, workers: list[Runtime]
) -> None:
    authors = [office.person("wang"), office.person("li")]
    inspections = [inspection_begun(office, *authors) for _ in range(4)]
    batches = []
    for author, order in zip(authors, (inspections, inspections[::-1]), strict=True):
        ops = [author.op("finding.create", finding_body(author, one)) for one in order * 3]
        batches.append((author, ops))
    for start in range(0, 12, 4):
        calls = [
            pushing(worker, author, *ops[start : start + 4])
            for worker, (author, ops) in zip(workers, batches, strict=True)
        ]
        replies = at_once(*calls)
        assert {one["ruling"]["outcome"] for reply in replies for one in reply} == {"applied"}
    for inspection in inspections:
        assert len(office.row(f"inspection/{inspection}")["sets"]["findings"]) == 6
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []


def test_two_who_wait_for_one_thing_with_others_in_hand_both_go_on(
    office: Office, workers: list[Runtime]
) -> None:
    authors = [office.person("wang"), office.person("li")]
    inspections = [inspection_begun(office, *authors) for _ in range(3)]
    batches = [
        [author.op("finding.create", finding_body(author, one)) for one in order]
        for author, order in zip(authors, (inspections, inspections[::-1]), strict=True)
    ]
    with ThreadPoolExecutor(2) as pool:
        with writing(office.runtime.engine) as held:
            locks.take(held, {f"inspection/{inspections[1]}": True})
            futures = [
                pool.submit(pushing(worker, author, *batch))
                for worker, author, batch in zip(workers, authors, batches, strict=True)
            ]
            wait_until_both_wait(held)
        assert [future.exception() for future in futures] == [None, None]
    for inspection in inspections:
        assert len(office.row(f"inspection/{inspection}")["sets"]["findings"]) == 2


def wait_until_both_wait(connection: Connection) -> None:
    """Wait until two transactions wait for a lock; SQLite has one lock and no view of it."""
    if connection.dialect.name == "sqlite":
        return
    query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    wait_until(lambda: connection.execute(query).scalar_one() == 2, 20, "two do not wait")


def test_a_dep_and_its_dependant_that_arrive_at_once_both_take_effect(
    office: Office, workers: list[Runtime]
) -> None:
    wang, li = office.person("wang"), office.person("li")
    inspection = inspection_begun(office, wang, li)
    for _ in range(ROUNDS):
        create = wang.op("finding.create", finding_body(wang, inspection))
        step = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
        confirm = li.op("finding.confirm", step)
        at_once(pushing(workers[0], wang, create), pushing(workers[1], li, confirm))
        assert office.ruling(create) == office.ruling(confirm) == ("applied", "")


def test_the_systems_chain_never_forks(office: Office, workers: list[Runtime]) -> None:
    def add(worker: Runtime, name: str) -> Callable[[], Any]:
        body = {"item": name, "name": name, "type": "inspection"}
        return lambda: [
            system.append(worker, "item.add", body | {"item": f"{name}-{n}"}) for n in range(5)
        ]

    for reply in at_once(add(workers[0], "a"), add(workers[1], "b")):
        assert all(item["ruling"]["flags"] == [] for item in reply)
    assert verify.verify(office.runtime) == []


def pulled(runtime: Runtime, limit: int, cursor: tuple[int, str]) -> tuple[dict[str, Any], int]:
    """Follow a space's pages to their end; return the rows by entity and `complete_through`."""
    rows: dict[str, Any] = {}
    while True:
        page = json.loads(queries.rows_page(runtime, COUNTY, *cursor, limit))
        rows |= {one["row"]["entity"]: one["row"] for one in page["rows"]}
        if "next" not in page:
            return rows, page["complete_through"]
        cursor = (page["next"]["after_index"], page["next"]["after_entity"])


def test_pages_smaller_than_one_ops_fan_out_lose_no_row(office: Office) -> None:
    wang = office.person("wang")
    inspection = inspection_begun(office, wang, office.person("li"))
    creates = [wang.op("finding.create", finding_body(wang, inspection)) for _ in range(20)]
    office.apply(*creates)
    confirmations = [
        {"finding": op.body["finding"], "base": op.id, "from": "draft"} for op in creates
    ]
    recorded = [one["finding"] for one in confirmations]
    state = office.state(f"inspection/{inspection}", "inspection")
    sign = wang.op("inspection.sign", signing_body(inspection, confirmations, recorded) | state)
    office.apply(sign)
    everything, size = pulled(office.runtime, 500, (-1, ""))
    steps = [row["states"].get("finding", {}).get("op") for row in everything.values()]
    assert steps.count(sign.id) == 20
    for limit in (1, 2, 7):
        assert pulled(office.runtime, limit, (-1, "")) == (everything, size)


def test_no_reader_skips_a_row_while_writers_run(office: Office, workers: list[Runtime]) -> None:
    authors = [office.person(f"officer-{n}") for n in range(4)]
    inspections = [inspection_begun(office, one, authors[0], authors[1]) for one in authors]
    batches = [
        [[one.op("finding.create", finding_body(one, inspection)) for _ in range(3)]
         for _ in range(6)]
        for one, inspection in zip(authors, inspections, strict=True)
    ]  # fmt: skip
    finished = threading.Event()

    def write(number: int) -> Callable[[], None]:
        def run() -> None:
            for batch in batches[number]:
                pushing(workers[number % 2], authors[number], *batch)()

        return run

    def read() -> dict[str, Any]:
        """Keep a copy as a phone does, from its own cursor, to the end of the writing."""
        copy: dict[str, Any] = {}
        cursor, is_last = (-1, ""), False
        while not is_last:
            is_last = finished.is_set()
            rows, size = pulled(office.runtime, 2, cursor)
            copy |= rows
            cursor = (size - 1, "~")
        return copy

    with ThreadPoolExecutor(1) as pool:
        copy = pool.submit(read)
        try:
            at_once(*[write(number) for number in range(len(authors))])
        finally:
            finished.set()
        assert copy.result() == pulled(office.runtime, 500, (-1, ""))[0]


def test_leaf_indexes_have_no_gap(office: Office, workers: list[Runtime]) -> None:
    wang, li = office.person("wang"), office.person("li")
    inspection = inspection_begun(office, wang, li)
    calls = [
        pushing(worker, author, author.op("finding.create", finding_body(author, inspection)))
        for worker, author in zip(workers, (wang, li), strict=True)
    ]
    at_once(*calls)
    with office.runtime.engine.connect() as connection:
        count, last = connection.execute(select(func.count(), func.max(Leaf.index))).one()
    assert last == count - 1


def test_a_second_writer_of_a_sqlite_database_refuses_to_start(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    def second() -> Runtime:
        return open_runtime(settings, clock, blob_store(settings.blob_store))

    if is_sqlite(settings.database_url):
        with pytest.raises(SecondWriterError, match="another process writes"):
            second()
        runtime.close()
    second().close()
