"""What phones hold and the service does not have yet; the drain certificate.

A phone announces what it holds before the bytes go; the service compares that with the log. Every
answer is derived when it is asked, so that it is false as soon as it is not true. A report is a
status and no evidence: it is kept outside the log, and nothing is ruled by it (ADR 0015).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from server.domain import drain
from server.domain.drain import Blob, Logged, Report
from server.domain.fields import field
from server.domain.records import SYSTEM
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage.bulk import upsert_rows
from server.storage.database import reading, writing
from server.storage.inventory_tables import Inventory
from server.storage.log_tables import BlobRef, Entity, Op
from server.storage.upload_tables import StoredBlob

CHAINS_SHOWN = 2000


def report(runtime: Runtime, chain: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a phone says of its chain; return the entry as a supervisor sees it."""
    with writing(runtime.engine) as connection:
        row = _chain_row(connection, chain)
        before = _inventory(connection, chain)
        values = _values(said) | {
            "chain": chain,
            "reported_at_ms": runtime.clock.now_ms(),
            "settled_seq": before.settled_seq if before else -1,
            "drained_at_ms": None,
        }
        _replace(connection, values)
        entry, settled_seq = _entry(connection, chain, row, _inventory(connection, chain))
        kept = {"settled_seq": settled_seq, "drained_at_ms": None}
        if entry["drained"]:
            same = before is not None and before.head_op == values["head_op"]
            since = before.drained_at_ms if before and same else None
            kept["drained_at_ms"] = since or values["reported_at_ms"]
        _replace(connection, values | kept)
        entry["drained_at_ms"] = kept["drained_at_ms"] or 0
    return entry


def _values(said: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("head_seq", "head_op", "unsent_ops", "originals_more", "originals_bytes", "device_ms")
    lists = {name: json.dumps(said[name]) for name in ("given_up", "originals")}
    return {name: said[name] for name in plain} | lists


def _replace(connection: Connection, values: dict[str, Any]) -> None:
    upsert_rows(connection, Inventory, [values], ("chain",), sorted(values.keys() - {"chain"}))


def _inventory(connection: Connection, chain: str) -> Any:
    query = select(Inventory.__table__).where(Inventory.chain == chain)
    return connection.execute(query).first()


def _chain_row(connection: Connection, chain: str) -> dict[str, Any]:
    query = select(Entity.wire).where(Entity.entity == f"chain/{chain}")
    wire = connection.execute(query).scalar()
    if wire is None:
        raise Problem("not_found")
    row: dict[str, Any] = msgspec.json.decode(wire)
    return row


def of_space(runtime: Runtime, space: str) -> dict[str, Any]:
    """Return, for each phone enrolled in a space, what of its work is here and what is not."""
    query = (
        select(Entity.entity, Entity.wire)
        .where(Entity.space == space, Entity.entity > "chain/", Entity.entity < "chain/~")
        .order_by(Entity.index.desc())
        .limit(CHAINS_SHOWN)
    )
    devices = []
    with reading(runtime.engine) as connection:
        for entity, wire in connection.execute(query).all():
            row = msgspec.json.decode(wire)
            chain = entity.removeprefix("chain/")
            if field(row, "person") != SYSTEM:
                found = _inventory(connection, chain)
                devices.append(_entry(connection, chain, row, found)[0])
    return {"devices": devices, "now_ms": runtime.clock.now_ms()}


def _entry(
    connection: Connection, chain: str, row: Mapping[str, Any], said: Any
) -> tuple[dict[str, Any], int]:
    """Return what is shown of a chain, and up to where it is settled."""
    settled_seq = said.settled_seq if said else -1
    found = drain.holding(
        _logged(connection, chain, settled_seq),
        settled_seq,
        _report_of(connection, said) if said else None,
    )
    entry = {
        "chain": chain,
        "person": field(row, "person"),
        "device": field(row, "device"),
        "state": row["states"]["chain"]["s"],
        "head_seq": found.head_seq,
        "head_op": found.head_op,
        "gaps": [list(one) for one in found.gaps],
        "originals_out": found.originals_out,
        "last_op_at_ms": _last_at(connection, chain),
        "drained": found.drained,
        "drained_at_ms": (said.drained_at_ms or 0) if said and found.drained else 0,
    }
    if said:
        names = ("head_seq", "head_op", "unsent_ops", "originals_bytes", "device_ms")
        reported = {name: getattr(said, name) for name in (*names, "reported_at_ms")}
        held = len(json.loads(said.originals)) + said.originals_more
        entry["report"] = reported | {"originals": held}
    return entry, found.settled_seq


def _logged(connection: Connection, chain: str, settled_seq: int) -> Sequence[Logged]:
    """Return the chain's ops from the settled one on, with the originals they name."""
    query = (
        select(Op.seq, Op.op_id, BlobRef.space, BlobRef.sha256, StoredBlob.settled)
        .outerjoin(BlobRef, BlobRef.op_id == Op.op_id)
        .outerjoin(
            StoredBlob,
            (StoredBlob.sha256 == BlobRef.sha256) & (StoredBlob.space == BlobRef.space),
        )
        .where(Op.chain == chain, Op.seq >= max(0, settled_seq))
        .order_by(Op.seq)
    )
    found: dict[str, Logged] = {}
    for one in connection.execute(query):
        logged = found.setdefault(one.op_id, Logged(one.seq, one.op_id))
        if one.sha256 is not None:
            logged.blobs[(one.space, one.sha256)] = bool(one.settled)
    return list(found.values())


def _report_of(connection: Connection, said: Any) -> Report:
    listed = [(one["space"], one["sha256"]) for one in json.loads(said.originals)]
    verified = _verified(connection, listed)
    return Report(
        head_seq=said.head_seq,
        head_op=said.head_op,
        unsent_ops=said.unsent_ops,
        given_up=json.loads(said.given_up),
        originals={blob: blob in verified for blob in listed},
        originals_more=said.originals_more,
    )


def _verified(connection: Connection, listed: Sequence[Blob]) -> set[Blob]:
    query = select(StoredBlob.space, StoredBlob.sha256).where(
        StoredBlob.sha256.in_([sha256 for _, sha256 in listed]), StoredBlob.settled.is_(True)
    )
    return {(one.space, one.sha256) for one in connection.execute(query)} if listed else set()


def _last_at(connection: Connection, chain: str) -> int:
    query = select(Op.received_at_ms).where(Op.chain == chain).order_by(Op.seq.desc()).limit(1)
    return int(connection.execute(query).scalar_one())
