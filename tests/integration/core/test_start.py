"""Starting: begun once, with its own keys, never behind what was signed."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, func, select, update

from server.app import TABLES
from server.config import Settings
from server.services import log, system, verify
from server.services.rewind import RewoundError
from server.services.runtime import Runtime, open_runtime
from server.services.system import ForeignLogError
from server.storage import checkpoint_file, migrate
from server.storage.blob_store import blob_store
from server.storage.database import db, open_engine
from server.storage.log_tables import Checkpoint, Leaf, LogHead, Op
from sync_protocol.note import open_checkpoint, parse_checkpoint
from tests.support.authors import FakeClock, Office

MODELS = TABLES  # imported, so that the metadata is whole


def leaf_count(runtime: Runtime) -> int:
    with runtime.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Leaf)).scalar_one()


def test_a_second_start_begins_nothing_again(runtime: Runtime) -> None:
    system.start(runtime)
    system.start(runtime)
    assert leaf_count(runtime) == 1


def test_keys_are_made_once_and_only_their_owner_reads_them(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    folder = settings.data_dir / "keys"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"system.pem": 0o600, "log.pem": 0o600}
    before = runtime.keys.log_public_key()
    runtime.close()
    again = open_runtime(settings, clock, blob_store(settings.blob_store))
    assert again.keys.log_public_key() == before
    again.close()


def test_a_log_begun_with_other_keys_is_refused(
    runtime: Runtime, settings: Settings, clock: FakeClock
) -> None:
    system.start(runtime)
    runtime.close()
    settings.checkpoint_file.unlink()
    (settings.data_dir / "keys" / "system.pem").unlink()
    other = open_runtime(settings, clock, blob_store(settings.blob_store))
    with pytest.raises(ForeignLogError, match="other keys"):
        system.start(other)
    other.close()


def test_a_log_behind_its_checkpoint_is_neither_started_nor_signed(office: Office) -> None:
    runtime = office.runtime
    with runtime.engine.begin() as connection:
        size = connection.execute(select(LogHead.size)).scalar_one()
        connection.execute(delete(Leaf).where(Leaf.index == size - 1))
        connection.execute(delete(Op).where(Op.index == size - 1))
        connection.execute(delete(Checkpoint).where(Checkpoint.size >= size - 1))
        connection.execute(update(LogHead).values(size=size - 1))
    with pytest.raises(RewoundError, match="a checkpoint we signed"):
        system.start(runtime)
    with pytest.raises(RewoundError, match="a checkpoint we signed"):
        log.publish(runtime)


def test_a_commit_whose_checkpoint_was_lost_in_a_crash_is_signed_at_the_next_start(
    office: Office,
) -> None:
    runtime = office.runtime
    with runtime.engine.begin() as connection:
        newest = connection.execute(select(func.max(Checkpoint.size))).scalar_one()
        connection.execute(delete(Checkpoint).where(Checkpoint.size == newest))
    system.start(runtime)
    assert open_checkpoint(log.checkpoint(runtime), runtime.log_key(1)).size == newest
    assert verify.verify(runtime) == []


class FullDisk:
    """A checkpoint's place that takes nothing more."""

    def read(self) -> str | None:
        return None

    def advance(self, note: str) -> None:
        raise OSError("no space left on device")


def test_nobody_sees_a_checkpoint_that_does_not_lie_outside_yet(office: Office) -> None:
    runtime = office.runtime
    before = log.checkpoint(runtime)
    full = replace(runtime, outside=FullDisk())
    with pytest.raises(OSError, match="no space"):
        system.append(full, "bureau.add", {"bureau": "530999", "name": "某县", "parent": "530900"})
    assert log.checkpoint(runtime) == before
    log.publish(runtime)
    assert parse_checkpoint(log.checkpoint(runtime)).size > parse_checkpoint(before).size
    assert verify.verify(runtime) == []


def test_the_checkpoint_file_never_goes_backwards(office: Office, tmp_path: Path) -> None:
    with office.runtime.engine.connect() as connection:
        notes = connection.execute(select(Checkpoint.note).order_by(Checkpoint.size)).scalars()
        older, newer = notes.all()[-2:]
    path = tmp_path / "outside" / "latest.txt"
    for note in (newer, older):
        checkpoint_file.advance(path, note)
        assert checkpoint_file.read(path) == newer
    assert checkpoint_file.place_at(path) == (1, parse_checkpoint(newer).size)
    assert [one.name for one in path.parent.iterdir() if one.name.endswith(".new")] == []


def test_the_migrations_make_exactly_the_tables_of_the_models(
    empty_database_url: str,
) -> None:
    migrate.upgrade(empty_database_url)
    migrate.upgrade(empty_database_url)
    engine = open_engine(empty_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    engine.dispose()
    assert differences == []
