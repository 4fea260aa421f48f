"""What every use-case is given: settings, clock, database, keys, blob store.

Invariants: made once per process; a runtime that writes SQLite is the only one that does. The clock
is whatever has `now_ms()`. Not here: migrations and the genesis, which come before serving.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import IO, Protocol

from flask import current_app
from sqlalchemy import Engine

from server.config import Settings
from server.services.chains import Chains
from server.services.slots import Slots
from server.services.together import Together
from server.storage import database
from server.storage.blob_store import BlobStore, ViewLinks, blob_store, bucket_links
from server.storage.checkpoint_file import CheckpointFile, OutsideCheckpoint
from server.storage.key_files import Keys, open_keys
from sync_protocol.note import VerifierKey

EXTENSION = "liuhen"


class Clock(Protocol):
    """The time, as the service believes it."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Runtime:
    """The parts a service works with."""

    settings: Settings
    clock: Clock
    engine: Engine
    keys: Keys
    blobs: BlobStore
    outside: OutsideCheckpoint
    snapshots: BlobStore
    chains: Chains
    writer_lock: IO[str] | None
    links: ViewLinks | None = None
    committing: Together = field(default_factory=Together)
    publishing: Together = field(default_factory=Together)
    receiving: Slots = field(default_factory=Slots)  # originals
    reading: Slots = field(default_factory=Slots)  # other bodies
    giving: Slots = field(default_factory=Slots)  # originals, outwards
    system_writing: threading.Lock = field(default_factory=threading.Lock)
    unfinished: threading.Event = field(default_factory=threading.Event)  # a sweep is due at once

    def origin(self, epoch: int) -> str:
        """Return the log's origin line, which is also the name of its note key."""
        return f"liuhen/{self.settings.deployment}/{epoch}"

    def log_key(self, epoch: int) -> VerifierKey:
        """Return the public key that checkpoints verify with."""
        return VerifierKey(self.origin(epoch), self.keys.log_public_key())

    def close(self) -> None:
        """Close the stores and the database, and let another process write."""
        self.blobs.close()
        self.snapshots.close()
        if self.links is not None:
            self.links.close()
        self.engine.dispose()
        if self.writer_lock is not None:
            self.writer_lock.close()


def open_runtime(
    settings: Settings,
    clock: Clock,
    blobs: BlobStore,
    engine: Engine | None = None,
    outside: OutsideCheckpoint | None = None,
) -> Runtime:
    """Return a runtime that may write; raise `SecondWriterError` when SQLite has a writer already.

    `engine` is one that is already open for these settings (Flask-SQLAlchemy's); it is prepared
    here, so hand it in before its first use. `outside` is the file of the settings unless given.
    """
    writer_lock = database.claim_single_writer(settings.database_url)
    if engine is None:
        opened = database.open_engine(settings.database_url)
    else:
        opened = database.prepare(engine)
    keys = open_keys(settings.data_dir / "keys")
    checkpoint = outside or CheckpointFile(settings.checkpoint_file)
    snapshots = blob_store(settings.snapshot_store, settings.s3_endpoint, settings.s3_region)
    links = bucket_links(settings.blob_store, settings.s3_view_endpoint, settings.s3_region)
    return Runtime(
        settings, clock, opened, keys, blobs, checkpoint, snapshots, Chains(opened), writer_lock,
        links,
    )  # fmt: skip


def current_runtime() -> Runtime:
    """Return the runtime of the Flask application at work."""
    runtime: Runtime = current_app.extensions[EXTENSION]
    return runtime
