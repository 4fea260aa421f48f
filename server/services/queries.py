"""Reading the state and the log: what pull, the feeds and the timelines are made of.

Invariants: each answer comes from one snapshot; wire forms are handed on as they were stored, never
decoded and encoded again. Not here: who may ask (`web.access`).
"""

import json
from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select
from sqlalchemy.orm import aliased

from server.domain.authority import COMMON
from server.domain.fields import field
from server.services import departures, sightings
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.bulk import LISTED, beyond_cursor, listed, listed_in, one_of, utf8_of
from server.storage.database import reading
from server.storage.log_tables import Entity, EntityOp, Leaf, Op
from sync_protocol import epochs, leaves
from sync_protocol.rules import LIMITS

TOLD_WITH = {"photos": "photo", "after_photos": "photo", "voices": "voice", "clips": "clip"}
HAND_OVER = "finding.hand_over"
VOUCHERS_MOST = 16
NOTHING_YET = -1  # the cursor of a phone that holds no row
_RulingLeaf = aliased(Leaf)
_RULING = (
    Op.ruling_index, Op.op_id, Op.index, Op.outcome, Op.code, Op.flags, Op.cause,
    _RulingLeaf.record.label("ruling_record"),
)  # fmt: skip
_OWN_LEAF = _RulingLeaf.index == Op.ruling_index


def row(runtime: Runtime, entity: str) -> dict[str, Any] | None:
    """Return a row of the state."""
    with reading(runtime.engine) as connection:
        found = log_store.rows(connection, [entity]).get(entity)
    return msgspec.json.decode(found[1], type=dict[str, Any]) if found else None


def rows_page(
    runtime: Runtime, space: str, after_index: int, after_entity: str, limit: int
) -> bytes:
    """Return the page of a space's rows after the cursor, as SPEC section 8 has it.

    Raises `cursor_gone` for one that lies before a departure which is forgotten.
    """
    limit = min(limit, LIMITS["pull_rows"])
    with reading(runtime.engine) as connection:
        size = log_store.head(connection).size
        if NOTHING_YET < after_index < departures.forgotten(connection, space):
            raise Problem("cursor_gone", field="after_index")
        found = changes_after(connection, space, (after_index, after_entity), limit + 1)
    shown = found[:limit]
    following = b""
    if len(found) > limit:
        last = shown[-1]
        cursor = {"after_index": last.index, "after_entity": last.entity}
        following = b'"next":%b,' % msgspec.json.encode(cursor)
    return b'{"complete_through":%d,%b"rows":[%b]}' % (size, following, rows_json(shown))


@cache
def _rows_after(dialect: str) -> Select[Any]:
    wire = utf8_of(dialect, Entity.wire).label("wire")
    return beyond_cursor(select(Entity.index, Entity.entity, wire), Entity)


def rows_after(
    connection: Connection, space: str, after_index: int, after_entity: str, most: int
) -> Sequence[Any]:
    """Return (index, entity, wire in UTF-8) of a space's rows beyond a cursor, in pull order."""
    cursor = {"space": space, "after_index": after_index, "after_entity": after_entity}
    query = _rows_after(connection.dialect.name)
    return connection.execute(query, cursor | {"most": most}).all()


def changes_after(
    connection: Connection, space: str, cursor: tuple[int, str], most: int
) -> Sequence[Any]:
    """Return a space's rows beyond a cursor and those that left it, in pull order.

    One that left has no wire form. A phone that holds nothing yet is not told of them.
    """
    rows = rows_after(connection, space, *cursor, most)
    if cursor[0] == NOTHING_YET:
        return rows
    left = departures.after(connection, space, *cursor, most)
    return sorted([*left, *rows], key=itemgetter(0, 1))[:most] if left else rows


def rows_json(rows: Sequence[Any]) -> bytes:
    """Return what `changes_after` returned as it travels, separated by commas."""
    return b",".join([_line(*row) for row in rows])


def _line(index: int, entity: str, wire: bytes | None) -> bytes:
    if wire is None:
        return b'{"index":%d,"left":"%b"}' % (index, entity.encode())
    return b'{"index":%d,"row":%b}' % (index, wire)


def rulings_page(runtime: Runtime, chain: str, after_index: int, limit: int) -> bytes:
    """Return the present rulings of a chain's ops that were made after an index."""
    limit = min(limit, LIMITS["pull_rows"])
    query = (
        select(*_RULING)
        .join(_RulingLeaf, _OWN_LEAF)
        .where(Op.chain == chain, Op.ruling_index > after_index)
        .order_by(Op.ruling_index)
        .limit(limit + 1)
    )
    with reading(runtime.engine) as connection:
        size = log_store.head(connection).size
        openings = log_store.openings(connection)
        found = connection.execute(query).all()
    page: dict[str, Any] = {"complete_through": size}
    if len(found) > limit:
        page["next"] = found[limit - 1].ruling_index
    page["rulings"] = [
        {**_ruling(runtime, openings, one), "op": one.op_id} for one in found[:limit]
    ]
    return msgspec.json.encode(page)


def _ruling(runtime: Runtime, openings: dict[int, int], one: Any) -> dict[str, Any]:
    """Return the present ruling; one with a leaf of its own bears that leaf, as a receipt does."""
    said = {
        "index": one.ruling_index,
        "outcome": one.outcome,
        "code": one.code,
        "flags": msgspec.json.decode(one.flags),
        "cause": one.cause,
    }
    if one.ruling_index == one.index:
        return said
    origin = runtime.origin(epochs.epoch_at(openings, one.ruling_index))
    return said | leaves.receipt(one.ruling_index, one.ruling_record, origin)


@cache
def _push_entries(dialect: str) -> Select[Any]:
    query = select(Leaf.record, *_RULING).join(Leaf, Leaf.index == Op.index)
    return query.join(_RulingLeaf, _OWN_LEAF).where(listed_in(dialect, Op.op_id))


def push_entries(runtime: Runtime, op_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return receipt and present ruling of logged ops."""
    with reading(runtime.engine) as connection:
        openings = log_store.openings(connection)
        query = _push_entries(connection.dialect.name)
        found = connection.execute(query, {LISTED: listed(op_ids)}).all()
    return {
        one.op_id: {
            "receipt": _receipt(runtime, openings, one),
            "ruling": _ruling(runtime, openings, one),
        }
        for one in found
    }


def _receipt(runtime: Runtime, openings: dict[int, int], one: Any) -> dict[str, Any]:
    """Return a receipt: it names the epoch in which its leaf was appended, for ever."""
    origin = runtime.origin(epochs.epoch_at(openings, one.index))
    return leaves.receipt(one.index, one.record, origin)


def timeline(
    runtime: Runtime,
    entity_key: str,
    before_index: int = LIMITS["integer_magnitude"],
    limit: int = LIMITS["timeline_entries"],
) -> dict[str, Any]:
    """Return the ops of its spaces that act on an entity, whatever was ruled, the newest first.

    Its spaces are the one it is in and those it was in before it moved.

    `before_index` is the cursor: only ops before that leaf. The capture of a photo or a voice note
    is part of the story of each hazard that shows it, also when it was taken before anybody knew
    what it would show; that a recorder was switched off, of its inspection's. What another space
    tried on it was refused, and is its author's to read. Where an inspection's hazards were handed
    over to is part of its story: their own went along.
    """
    with reading(runtime.engine) as connection:
        present = _decoded_row(connection, entity_key)
        told = [entity_key, *_told_with(present)]
        acting = select(EntityOp.index).where(one_of(connection, EntityOp.entity, told))
        handed_over = (
            select(Op.index)
            .join(EntityOp, EntityOp.index == Op.index)
            .where(one_of(connection, EntityOp.entity, _findings_of(present)), Op.kind == HAND_OVER)
        )
        spaces = {present["space"], *(one["space"] for one in present.get("was", ()))}
        newest = select(Op.index).where(
            Op.index.in_(acting.union(handed_over)),
            Op.index < before_index,
            Op.space.in_(spaces),
        )
        newest = newest.order_by(Op.index.desc()).limit(limit + 1)
        indexes = list(connection.execute(newest).scalars())
        shown = one_of(connection, Op.index, indexes[:limit])
        found = entries(runtime, connection, shown)[::-1]
    for entry in found:
        del entry["sig"], entry["salt"]
    following = {"next": indexes[limit - 1]} if len(indexes) > limit else {}
    return following | {"entries": found}


def _decoded_row(connection: Connection, entity_key: str) -> dict[str, Any]:
    found = log_store.rows(connection, [entity_key]).get(entity_key)
    if found is None:
        raise Problem("not_found")
    return msgspec.json.decode(found[1], type=dict[str, Any])


def _told_with(row: dict[str, Any]) -> list[str]:
    """Return the photos, voice notes and clips that a row's sets hold now."""
    return [
        f"{kind}/{member['id']}"
        for name, kind in TOLD_WITH.items()
        for member in row["sets"].get(name, ())
    ]


def _findings_of(row: dict[str, Any]) -> list[str]:
    """Return the hazards that an inspection found, wherever they are now."""
    return [f"finding/{member['id']}" for member in row["sets"].get("findings", ())]


def op_entry(runtime: Runtime, op_id: str) -> dict[str, Any] | None:
    """Return one logged op with its signature, salt, receipt and ruling."""
    with reading(runtime.engine) as connection:
        found = entries(runtime, connection, Op.op_id == op_id)
    return found[0] if found else None


def genesis(runtime: Runtime) -> dict[str, Any] | None:
    """Return the op that began the log, as `op_entry` has it; `None` of a log not begun."""
    with reading(runtime.engine) as connection:
        found = entries(runtime, connection, Op.index == 0)
    return found[0] if found else None


def entries(runtime: Runtime, connection: Connection, condition: Any) -> list[dict[str, Any]]:
    """Return the logged ops under a condition, in log order, each as `op_entry` has it."""
    query = (
        select(
            Op.kind, Op.chain, Op.space, Op.header, Op.body, Op.salt, Op.sig,
            Op.carrier, Op.received_at_ms, Leaf.record, *_RULING,
        )
        .join(Leaf, Leaf.index == Op.index)
        .join(_RulingLeaf, _OWN_LEAF)
        .where(condition)
        .order_by(Op.index)
    )  # fmt: skip
    openings = log_store.openings(connection)
    found = connection.execute(query).all()
    authors = {chain: _author(runtime, chain) for chain in {one.chain for one in found}}
    shown = [
        {
            "index": one.index,
            "op": one.op_id,
            "kind": one.kind,
            "by": authors[one.chain],
            "space": one.space,
            "header": one.header,
            "body": one.body,
            "salt": one.salt,
            "sig": one.sig,
            "receipt": _receipt(runtime, openings, one),
            "ruling": _ruling(runtime, openings, one),
            "carrier": one.carrier,
            "server_at_ms": one.received_at_ms,
        }
        for one in found
    ]
    sightings.add_to(connection, shown)
    return shown


def opening_entries(runtime: Runtime) -> dict[str, Any]:
    """Return the ops that opened the later epochs, with their receipts, in log order."""
    with reading(runtime.engine) as connection:
        opened = list(log_store.openings(connection).values())
        found = entries(runtime, connection, Op.index.in_(opened)) if opened else []
    return {"epochs": found}


def vouchers(runtime: Runtime, chain: str) -> dict[str, Any]:
    """Return the ops that make a chain valid, up to one of the system's: its enrolment and its
    confirmation, then those of the chain that confirmed it, and so on.

    Raises `not_found` for a chain whose enrolment is not logged.
    """
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    while chain not in seen and len(found) < VOUCHERS_MOST:
        seen.add(chain)
        enrolment = op_entry(runtime, chain)
        if enrolment is None:
            raise Problem("not_found", field="chain")
        if enrolment["kind"] != "chain.enrol":
            break  # the system's own
        found.append(enrolment)
        confirmation = _confirmation(runtime, chain)
        if confirmation is None:
            break  # not in use
        found.append(confirmation)
        chain = json.loads(confirmation["header"])["chain"]
    return {"ops": sorted(found, key=lambda entry: int(entry["index"]))}


def _confirmation(runtime: Runtime, chain: str) -> dict[str, Any] | None:
    """Return what confirmed a chain, also one that was revoked since: it stays what it was."""
    present = row(runtime, f"chain/{chain}")
    state = present["states"]["chain"] if present else None
    if state is None:
        return None
    steps = [*state.get("past", ()), {"ops": [state["op"]], "step": state["step"]}]
    found = next((one["ops"][0] for one in steps if one["step"] == "countersign"), None)
    return op_entry(runtime, found) if found else None


def _author(runtime: Runtime, chain: str) -> str:
    known = runtime.chains.get(chain)
    return known.person if known else ""


def readable_spaces(connection: Connection, person_row: dict[str, Any]) -> list[str]:
    """Return the spaces a person reads: their bureau, those below it, and `common`."""
    wires = log_store.rows_of_kind(connection, "bureau")
    parents = {
        entity.removeprefix("bureau/"): field(msgspec.json.decode(wire), "parent")
        for entity, (_, wire) in wires.items()
    }
    own = field(person_row, "bureau")
    readable = {str(own)} & parents.keys()
    while below := {code for code, above in parents.items() if above in readable} - readable:
        readable |= below
    return [*sorted(readable), COMMON]
