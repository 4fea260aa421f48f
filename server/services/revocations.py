"""Revocations leave the database with every commit, so that no restore brings a stolen phone back.

Invariants: before anybody is told that a revocation took effect it lies in the file beside the
checkpoint; what a crash kept from the file is written at the next start. Not here: applying them
again (`services.restore`).
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from server.services.runtime import Runtime
from server.storage import revocation_file
from server.storage.bulk import one_of
from server.storage.database import reading
from server.storage.log_tables import Op
from sync_protocol.rules import EFFECTIVE_OUTCOMES

REVOKING_KINDS = frozenset({"chain.revoke", "person.deactivate"})


def export(runtime: Runtime, op_ids: Iterable[str]) -> None:
    """Write committed revocations outside."""
    ids = list(op_ids)
    if ids:
        with reading(runtime.engine) as connection:
            _write(runtime, connection.execute(_lines().where(one_of(connection, Op.op_id, ids))))


def complete(runtime: Runtime) -> None:
    """Write outside whatever revocation in effect is not there yet."""
    with reading(runtime.engine) as connection:
        in_effect = Op.kind.in_(REVOKING_KINDS) & Op.outcome.in_(EFFECTIVE_OUTCOMES)
        _write(runtime, connection.execute(_lines().where(in_effect)))


def _lines() -> Any:
    return select(Op.op_id.label("op"), Op.header, Op.body, Op.salt, Op.sig).order_by(Op.index)


def _write(runtime: Runtime, rows: Iterable[Any]) -> None:
    lines = [dict(row._mapping) for row in rows]
    if lines:
        path = revocation_file.path_beside(runtime.settings.checkpoint_file)
        revocation_file.add(path, lines)
