"""Where the CPU time of an operation goes on the service's side, stage by stage.

`python benchmarks/stages.py [ops]`: batches of 100 through the WSGI application in this process, on
a fresh SQLite database in a temporary folder; the clock counts this thread's CPU alone, so other
processes disturb it little and waiting for the disk not at all. Each figure is the median of the
batches. Stages that lie within another are taken off it.
"""

import gc
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.push import BATCH, batches, captured, push, ready_phone
from server.services import append, commit, ingest, log
from server.storage import migrate
from sync_protocol import admission
from tests.support.service import Service

WHOLE = "all else: Flask, session, JSON, transactions"
# What is called, and the stage it is; a stage's own time excludes stages it calls.
STAGES: tuple[tuple[Any, str, str], ...] = (
    (admission, "verify", "signatures"),
    (ingest, "admit", "admission without the signature"),
    (commit, "_keys", "which keys to lock"),
    (commit, "LockedState", "reading the locked state"),
    (commit, "_rule", "rulings (authority, guards, fold)"),
    (append.log_store, "put_rows", "writing: rows of the state"),
    (append.log_store, "append", "writing: leaves and operations"),
    (append.tree, "grow", "Merkle tree, tiles"),
    (commit, "append", "making the rows that are written"),
    (log, "publish", "checkpoint"),
    (ingest, "push_entries", "receipts"),
)


class Clock:
    """CPU seconds of each stage, without those of the stages inside it."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function, counted under a stage."""

        def run(*given: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            began = thread_time()
            try:
                return call(*given, **named)
            finally:
                took = thread_time() - began
                self.spent[stage] += took - self._inner.pop()
                self._inner[-1] += took

        return run


def measure(service: Service, count: int) -> dict[str, float]:
    """Return µs an operation of each stage."""
    phone, enterprise = ready_phone(service)
    requests = batches(captured(phone, enterprise, count + BATCH))
    token = service.token("inspector")
    push(service, token, requests[:1])
    found: defaultdict[str, list[float]] = defaultdict(list)
    with ExitStack() as patches:
        clock = Clock()
        for owner, name, stage in STAGES:
            timed = clock.timed(stage, getattr(owner, name))
            patches.enter_context(patch.object(owner, name, timed))
        whole = clock.timed(WHOLE, service.app.wsgi_app)
        patches.enter_context(patch.object(service.app, "wsgi_app", whole))
        for request in requests[1:]:
            clock.spent.clear()
            push(service, token, [request])
            for stage, seconds in clock.spent.items():
                found[stage].append(seconds / BATCH * 1e6)
    return {stage: median(values) for stage, values in found.items()}


def main() -> None:
    """Print a line for each stage."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder / "data", f"sqlite:///{folder / 'liuhen.sqlite3'}")
        (folder / "data").mkdir()
        migrate.upgrade(service.database_url)
        service.open().populate()
        gc.freeze()  # as a worker of `liuhen serve` does
        found = measure(service, count)
        service.close()
    total = sum(found.values())
    for stage, spent in sorted(found.items(), key=lambda one: -one[1]):
        print(f"{stage:46}{spent:8.1f} µs{spent / total:8.0%}")
    print(f"{'CPU of one operation':46}{total:8.1f} µs")


if __name__ == "__main__":
    main()
