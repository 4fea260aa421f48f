"""Checkpoints of several workers: a worker that is overtaken while it signs sees no rewind."""

import pytest
from sqlalchemy import event

from server.config import Settings
from server.jobs.background import sweep
from server.services import ingest, log, verify
from server.services.commit import commit
from server.services.ingest import Carrier
from server.services.runtime import Runtime, open_runtime
from server.storage.blob_store import blob_store
from server.storage.database import SecondWriterError, is_sqlite
from sync_protocol.ops import Op
from tests.support.authors import FakeClock, Office, finding_body, inspection_begun


def committed_unsigned(runtime: Runtime, op: Op) -> None:
    """Append an op as a worker does that is killed before it signs."""
    carrier = Carrier("wang")
    commit(runtime, ingest.works_of(runtime, ingest.admit(runtime, [op.wire()], carrier), carrier))


def test_a_worker_overtaken_while_it_signs_does_not_take_it_for_a_rewind(
    office: Office, runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    if is_sqlite(settings.database_url):
        with pytest.raises(SecondWriterError):  # nobody to be overtaken by
            open_runtime(settings, clock, blob_store(settings.blob_store))
        return
    wang = office.person("wang")
    inspection = inspection_begun(office, wang, office.person("li"))
    overtaken, overtaking = [
        wang.op("finding.create", finding_body(wang, inspection)) for _ in range(2)
    ]
    slow = open_runtime(settings, clock, blob_store(settings.blob_store))
    committed_unsigned(runtime, overtaken)
    passed: list[str] = []

    def overtake(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM log_head" in statement and not passed:
            passed.append(statement)
            office.apply(overtaking)

    event.listen(slow.engine, "after_cursor_execute", overtake)
    log.publish(slow)
    event.remove(slow.engine, "after_cursor_execute", overtake)
    slow.close()
    assert passed
    assert verify.verify(runtime) == []


def test_what_a_worker_committed_before_it_died_goes_on_without_a_restart(
    office: Office, runtime: Runtime
) -> None:
    wang = office.person("wang")
    create = wang.op(
        "finding.create", finding_body(wang, inspection_begun(office, wang, office.person("li")))
    )
    confirm = {"finding": create.body["finding"], "base": create.id, "from": "draft"}
    waiting = wang.op("finding.confirm", confirm)
    assert office.rule(waiting) == ("waiting", "dep_missing")
    committed_unsigned(runtime, create)
    sweep(runtime)
    assert office.ruling(waiting) == ("applied", "")
    assert verify.verify(runtime) == []
