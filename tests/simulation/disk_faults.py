"""Durable steps of the service, and the four ways one can go wrong.

The faults lie below the product: in the database driver's connection, and behind the two ports the
composition root takes (blob store, outside checkpoint). `fail`: an error, nothing is stored.
`fail_persisted`: an error, and yet it is stored. `crash` and `crash_persisted`: the process ends
there, before or after the step; `PowerCut` stands for that, and whoever gets it drops the
application without closing it.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from sqlalchemy import Engine, event

from server.storage.blob_rules import StoreUnavailableError
from server.storage.blob_store import BlobStore
from server.storage.checkpoint_file import CheckpointFile

FORMS = ("fail", "fail_persisted", "crash", "crash_persisted")
STEPS = ("commit", "commit", "commit", "checkpoint", "blob")


class PowerCut(BaseException):
    """The process is gone: not an `Exception`, so that nothing handles it."""


@dataclass
class DiskFaults:
    """What goes wrong next; nothing unless armed."""

    step: str = ""
    form: str = ""
    after: int = 0
    gone: bool = False
    happened: list[str] = field(default_factory=list)

    def arm(self, step: str, form: str, after: int) -> None:
        """Let the step after the next `after` ones of its kind go wrong."""
        self.step, self.form, self.after = step, form, after

    def disarm(self) -> None:
        """Let everything go well."""
        self.step, self.gone = "", False

    def around(self, step: str, work: Callable[[], None], error: Exception) -> None:
        """Do one durable step, or let it go wrong."""
        if self.gone:
            raise PowerCut
        if step != self.step or self.after > 0:
            self.after -= step == self.step
            work()
            return
        form, self.step = self.form, ""
        self.happened.append(f"service: {form} at {step}")
        if form.endswith("_persisted"):
            work()
        if form.startswith("crash"):
            self.gone = True
            raise PowerCut
        raise error


def watch_commits(engine: Engine, faults: DiskFaults) -> None:
    """Let the engine's connections meet faults at their commits; call before the first one."""

    class SqliteConnection(sqlite3.Connection):
        def commit(self) -> None:
            faults.around("commit", super().commit, sqlite3.OperationalError("disk I/O error"))

    class PostgresConnection(psycopg.Connection[Any]):
        def commit(self) -> None:
            faults.around("commit", super().commit, psycopg.OperationalError("connection lost"))

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
        if dialect.name == "sqlite":
            return sqlite3.connect(*arguments, **named, factory=SqliteConnection)
        return PostgresConnection.connect(*arguments, **named)


@dataclass
class FaultyBlobs:
    """A blob store whose `put_file` can go wrong."""

    store: BlobStore
    faults: DiskFaults

    def put_file(self, path: Path, sha256: str) -> None:
        error = StoreUnavailableError("the store does not answer")
        self.faults.around("blob", lambda: self.store.put_file(path, sha256), error)

    def open(self, sha256: str) -> BinaryIO:
        return self.store.open(sha256)

    def exists(self, sha256: str) -> bool:
        return self.store.exists(sha256)

    def size(self, sha256: str) -> int:
        return self.store.size(sha256)

    def close(self) -> None:
        self.store.close()


@dataclass
class FaultyCheckpoint:
    """The checkpoint file, whose `advance` can go wrong."""

    file: CheckpointFile
    faults: DiskFaults

    def read(self) -> str | None:
        return self.file.read()

    def advance(self, note: str) -> None:
        error = OSError("input/output error")
        self.faults.around("checkpoint", lambda: self.file.advance(note), error)
