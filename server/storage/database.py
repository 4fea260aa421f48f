"""The database connection: SQLite or PostgreSQL, one engine per process, two ways to begin.

Invariants:
- `writing` is the only way the log is written. On SQLite it takes the write lock at once
  (`BEGIN IMMEDIATE`), after a lock of this process, so that threads queue without polling.
- `reading` gives one snapshot for as long as it lasts, on both databases.
- SQLite has one writing process: `claim_single_writer` holds a lock file beside the database.
- A commit is durable when it returns (SQLite: WAL with `synchronous=FULL`).

What it does not do: know any table.
"""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from weakref import WeakKeyDictionary

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase

BUSY_TIMEOUT_MS = 30_000
POOL_SIZE = 16
POOL_OVERFLOW = 64
CACHE = "cache_size=-4096"  # KiB of each connection; the system's own cache is behind it


class Base(DeclarativeBase):
    """Every table of the service."""


db = SQLAlchemy(model_class=Base)

_write_locks: "WeakKeyDictionary[Engine, threading.RLock]" = WeakKeyDictionary()


class SecondWriterError(RuntimeError):
    """Another process already writes this SQLite database."""


def engine_options(url: str) -> dict[str, Any]:
    """Return what `create_engine` (or Flask-SQLAlchemy's options) needs for an address."""
    # The connection used last comes first: its caches are warm, and a quiet service has few.
    options: dict[str, Any] = {
        "pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW, "pool_use_lifo": True
    }  # fmt: skip
    if is_sqlite(url):
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    else:
        options["pool_pre_ping"] = True
    return options


def is_sqlite(url: str) -> bool:
    """Say whether an address is SQLite's."""
    return url.startswith("sqlite")


def open_engine(url: str) -> Engine:
    """Return a prepared engine for an address."""
    return prepare(create_engine(url, **engine_options(url)))


def prepare(engine: Engine) -> Engine:
    """Give an engine the connection set-up and the way to begin that this module promises."""
    _write_locks.setdefault(engine, threading.RLock())
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions begin late; `writing` and `reading` begin them at once.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", CACHE):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a write transaction; commit at the end, roll back on any exception."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with _write_locks[engine], engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one snapshot."""
    with engine.connect() as plain:
        if engine.dialect.name == "sqlite":
            plain.exec_driver_sql("BEGIN")
            yield plain
            return
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        # It ends by a commit: at a rollback the driver forgets every statement that is prepared.
        with plain.execution_options(**snapshot).begin():
            yield plain


def is_full(error: DBAPIError) -> bool:
    """Say whether a statement failed because the disk below the database is full."""
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode == sqlite3.SQLITE_FULL
    return isinstance(error.orig, psycopg.errors.DiskFull)


def claim_single_writer(url: str) -> IO[str] | None:
    """Hold the lock file of a SQLite database until the returned file is closed.

    Raises `SecondWriterError` when another process (or another runtime of this one) holds it.
    PostgreSQL allows many writers: returns `None`.
    """
    if not is_sqlite(url):
        return None
    path = Path(url.removeprefix("sqlite:///") + ".writer")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise SecondWriterError(
            f"another process writes this SQLite database ({path} is locked): "
            "stop it first, or use PostgreSQL"
        ) from None
    return handle
