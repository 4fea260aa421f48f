"""What the service needs to be sent requests, and what a phone needs to know before it signs in."""

import os
import shutil
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from server.services import rewind
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.database import reading
from server.storage.log_tables import LogHead, Op
from server.storage.migrate import MIGRATIONS
from sync_protocol import canonical
from sync_protocol.note import parse_checkpoint
from sync_protocol.rules import VERSIONS


def checks(runtime: Runtime) -> dict[str, bool]:
    """Return what is needed and whether it is there; never raises, it is asked when things fail."""
    found = {"database": False, "migrations": False, "checkpoint": False}
    try:
        with reading(runtime.engine) as connection:
            found["migrations"] = _migrated(connection)
            found["database"] = True
        notes = rewind.outside(runtime)  # before the head: other workers go on meanwhile
        for note in notes:
            parse_checkpoint(note)
        with reading(runtime.engine) as connection:
            rewind.refuse_writes(runtime, notes, log_store.head(connection))
        found["checkpoint"] = True
    except (SQLAlchemyError, OSError, ValueError, rewind.RewoundError):
        pass  # what could not be asked stays False, which is the answer
    return found | {"disk": _has_room(runtime)}


def _migrated(connection: Connection) -> bool:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def _has_room(runtime: Runtime) -> bool:
    folder = runtime.settings.data_dir
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    return shutil.disk_usage(folder).free >= runtime.settings.reserve_disk_bytes


def deployment(runtime: Runtime) -> dict[str, Any]:
    """Return the public facts of a deployment, from its genesis; `unavailable` before that."""
    with reading(runtime.engine) as connection:
        head = connection.execute(select(LogHead.epoch, LogHead.rules)).first()
        body = connection.execute(select(Op.body).where(Op.kind == "deployment.genesis")).scalar()
    if head is None or body is None:
        raise Problem("unavailable", "The log has no genesis yet.", retry_after_s=5)
    genesis = canonical.decode(body.encode())
    settings = runtime.settings
    return {
        "deployment": settings.deployment,
        "name": genesis["name"],
        "origin": runtime.origin(head.epoch),
        "log_key": genesis["log_key"],
        "protocol": dict(VERSIONS["accepted"]),
        "now_ms": runtime.clock.now_ms(),
        "demo": settings.demo,
        "rules": head.rules,
    }
