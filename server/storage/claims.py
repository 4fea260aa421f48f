"""Take pieces of derived work so that nobody else does them at the same time.

PostgreSQL: the rows are locked (`SKIP LOCKED`) by a transaction that lasts as long as the work.
SQLite: one process writes, so a lock of this process is enough, and no transaction is held open.
A crash frees everything; nothing is written down about a claim. The work may be found again by
whoever asks next, so it must be harmless to do twice. Not here: what the work is.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Executable, Row, Select, func, select

from server.storage.database import reading, writing

ADVISORY_CLASS = 0x6C696875  # "lihu": keeps these locks apart from the advisory locks of `locks`
Write = Callable[[Executable], None]

_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def claimed(
    engine: Engine, name: str, wanted: Select[Any]
) -> Iterator[tuple[Sequence[Row[Any]], Write]]:
    """Yield the rows of `wanted` that nobody else works on, and a function that writes beside them.

    What is written is durable when the block ends. `name` is one word for the kind of work.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            rows = connection.execute(wanted.with_for_update(skip_locked=True)).all()
            yield rows, lambda statement: _discard(connection.execute(statement))
        return
    with _locks[name]:
        with reading(engine) as connection:
            rows = connection.execute(wanted).all()
        yield rows, lambda statement: _write(engine, statement)


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[bool]:
    """Yield whether this is the only one at this kind of work; nobody waits, a crash frees it."""
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection, connection.begin():
            lock = func.pg_try_advisory_xact_lock(ADVISORY_CLASS, func.hashtext(name))
            yield bool(connection.execute(select(lock)).scalar())
        return
    is_free = _locks[name].acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _locks[name].release()


def _discard(_result: object) -> None:
    """Ignore a result: writers of derived work need none."""


def _write(engine: Engine, statement: Executable) -> None:
    with writing(engine) as connection:
        connection.execute(statement)
