"""The service's own chain: its genesis, and the ops by which it tells the log what it did.

Invariants: one op at a time per deployment, so the chain never forks; every op of the system goes
through the same ingest as a phone's. The first leaf of a log is its genesis.
"""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from server.domain.authority import COMMON
from server.domain.records import SYSTEM
from server.services import ingest, log, release, revocations, rewind
from server.services.ingest import Carrier
from server.services.runtime import Runtime
from server.storage import locks, log_store
from server.storage.database import reading, writing
from server.storage.log_tables import Op
from sync_protocol import canonical, ops
from sync_protocol.note import parse_checkpoint

APP = "server-1"
FIRST_RULES = 1
SALT_BYTES = 32
_BOOT = secrets.token_hex(8)


class ForeignLogError(RuntimeError):
    """The database's log was begun with another system key or log key."""


def start(runtime: Runtime) -> None:
    """Make the log ready to serve: never behind its checkpoint, begun, nothing left waiting."""
    rewind.refuse_start(runtime)
    genesis(runtime)
    revocations.complete(runtime)
    release.release_all(runtime)
    log.publish(runtime)


def genesis(runtime: Runtime) -> None:
    """Begin the log, unless it has begun; raise `ForeignLogError` when that was with other keys."""
    settings = runtime.settings
    body = {
        "name": settings.name,
        "city": settings.city,
        "city_name": settings.city_name,
        "public_key": runtime.keys.system_public_key(),
        "log_key": str(runtime.log_key(1)),
        "rules": FIRST_RULES,
    }
    with _alone(runtime):
        first = _first_op(runtime)
        if first is None:
            header = _header(runtime, "deployment.genesis", COMMON, "", None)
            _push(runtime, [_built(runtime, header, body)])
            first = _first_op(runtime)
    if first is None or first[0] != "deployment.genesis":
        raise ForeignLogError("the log does not begin with a genesis")
    begun = canonical.decode(first[1].encode("utf-8"))
    if any(begun[name] != body[name] for name in ("public_key", "log_key")):
        raise ForeignLogError("the log was begun with other keys than those in the data folder")


def append(
    runtime: Runtime, kind: str, body: Mapping[str, Any], space: str = COMMON
) -> dict[str, Any]:
    """Build, sign and push one op of the system's chain; return its push item."""
    return append_all(runtime, [(kind, body, space)])[0]


def open_epoch(runtime: Runtime, body: Mapping[str, Any]) -> None:
    """Append the op that opens the next epoch; `RuntimeError` unless it is the first new leaf.

    Its place in the chain lies beyond any that a lost op can have had, so that lost ops of the
    system may come back without taking one place twice.
    """
    wanted = [("epoch.open", body, COMMON)]
    item = append_all(runtime, wanted, least_seq=body["old_size"])[0]
    if item["ruling"]["outcome"] != "applied" or item["receipt"]["index"] != body["size"]:
        raise RuntimeError(f"the epoch was not opened as it was said: {item}")


def append_all(
    runtime: Runtime,
    wanted: Sequence[tuple[str, Mapping[str, Any], str]],
    least_seq: int = 0,
) -> list[dict[str, Any]]:
    """Build, sign and push ops of the system's chain, each (kind, body, space), as one batch."""
    with _alone(runtime):
        with reading(runtime.engine) as connection:
            chain = connection.execute(select(Op.op_id).where(Op.index == 0)).scalar_one()
            newest = connection.execute(
                select(Op.seq, Op.op_id).where(Op.chain == chain).order_by(Op.seq.desc()).limit(1)
            ).one()
            note = log_store.newest_note(connection)
        seen = dict(ops.NOTHING_SEEN)
        if note is not None:
            head = parse_checkpoint(note)
            seen = {"origin": head.origin, "root": head.root.hex(), "size": head.size}
        last, built = (max(newest.seq, least_seq - 1), newest.op_id), []
        for kind, body, space in wanted:
            header = _header(runtime, kind, space, chain, last) | {"seen": seen}
            built.append(_built(runtime, header, body))
            last = (last[0] + 1, built[-1].id)
        return _push(runtime, built)


@contextmanager
def _alone(runtime: Runtime) -> Iterator[None]:
    """Hold the right to write the system's chain, among threads and among processes."""
    with runtime.system_writing:
        if runtime.engine.dialect.name == "sqlite":
            yield
            return
        with writing(runtime.engine) as connection:
            locks.take(connection, {"system": True})
            yield


def _header(
    runtime: Runtime, kind: str, space: str, chain: str, last: tuple[int, str] | None
) -> dict[str, Any]:
    return {
        "app": APP,
        "deployment": runtime.settings.deployment,
        "kind": kind,
        "chain": chain,
        "seq": last[0] + 1 if last else 0,
        "prev": last[1] if last else "",
        "space": space,
        "time": {
            "boot": _BOOT,
            "mono_ms": time.monotonic_ns() // 1_000_000,
            "wall_ms": runtime.clock.now_ms(),
        },
    }


def _built(runtime: Runtime, header: Mapping[str, Any], body: Mapping[str, Any]) -> ops.Op:
    return ops.build_op(header, body, secrets.token_bytes(SALT_BYTES), runtime.keys.sign_op)


def _push(runtime: Runtime, built: Sequence[ops.Op]) -> list[dict[str, Any]]:
    sent = [op.wire() for op in built]
    pushed: list[dict[str, Any]] = ingest.push(runtime, sent, Carrier(SYSTEM, system=True))["items"]
    for op, item in zip(built, pushed, strict=True):
        if item["status"] != "admitted":
            raise RuntimeError(f"the system's own {op.kind} was not admitted: {item}")
    return pushed


def _first_op(runtime: Runtime) -> tuple[str, str] | None:
    with reading(runtime.engine) as connection:
        row = connection.execute(select(Op.kind, Op.body).where(Op.index == 0)).first()
    return (row.kind, row.body) if row else None
