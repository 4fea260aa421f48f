"""Material follows its hazard to the bureau it was handed over to; phones follow their people.

Derived from state, like `evidence`: what should move is asked for, so a crash loses nothing and
what arrives late goes after the rest. Done twice it does no harm: the second op is refused.
Invariants: a photo that another hazard of its inspection shows stays where it is; originals are
verified where their photo goes, without being sent again. Not here: who may hand over (guards).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from server.domain.fields import field
from server.domain.moves import MOVED
from server.services import evidence, system
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.database import reading
from server.storage.log_tables import Departure

Row = dict[str, Any]
Wanted = tuple[str, Mapping[str, Any], str]  # (kind, body, space), as the system appends it
PHOTO_SETS = ("photos", "after_photos")
PARTS_AT_ONCE = 100
MOVING_KINDS = frozenset({"finding.hand_over", "person.assign"})
FINDINGS = "finding/"


def settle(runtime: Runtime) -> int:
    """Let everything follow that has not yet; return how many ops that took."""
    with reading(runtime.engine) as connection:
        left = select(Departure.entity).where(
            Departure.entity > FINDINGS, Departure.entity < "finding0"
        )
        findings = sorted(set(connection.execute(left).scalars()))
    return material(runtime, findings) + phones(runtime)


def after_push(
    runtime: Runtime, items: Sequence[Any], replies: Sequence[Mapping[str, Any]]
) -> None:
    """Settle what the ops of a batch may have set going; `items` as they were pushed."""
    findings: set[str] = set()
    assigned = False
    for item, reply in zip(items, replies, strict=True):
        if reply["status"] != "admitted":
            continue
        late = MOVED in reply["ruling"]["flags"]
        if not (late or any(kind in item["header"] for kind in MOVING_KINDS)):
            continue
        header = json.loads(item["header"])
        findings |= {entity for entity in header["entities"] if entity.startswith(FINDINGS)}
        assigned |= header["kind"] == "person.assign"
    if findings:
        material(runtime, sorted(findings))
    if assigned:
        phones(runtime)


def material(runtime: Runtime, findings: Sequence[str]) -> int:
    """Let photos and reinspections follow those of these hazards that were handed over."""
    with reading(runtime.engine) as connection:
        moved = [row for row in _rows(connection, findings).values() if "was" in row]
        wanted = [one for row in moved for one in _material_of(connection, row)]
    items = system.append_all(runtime, wanted) if wanted else []
    evidence.share_followed(runtime, [body for _, body, _ in wanted])
    return len(items)


def _material_of(connection: Connection, finding: Row) -> list[Wanted]:
    """Return what takes a hazard's parts from where it was to where it is."""
    was = {one["space"] for one in finding["was"]} - {finding["space"]}
    photos = _rows(connection, _named(finding, "photo", *PHOTO_SETS))
    kept = _shown_elsewhere(connection, finding, photos.values())
    shown = [row for entity, row in photos.items() if entity not in kept]
    latest = field(finding, "reinspection")
    parts = {
        "photos": shown,
        "copies": list(_rows(connection, _copies_of(shown)).values()),
        "voices": list(_rows(connection, _named(finding, "voice", "voices")).values()),
        "reinspections": list(
            _rows(connection, [f"reinspection/{latest}"] if latest else []).values()
        ),
    }
    said = {"finding": finding["entity"].removeprefix(FINDINGS), "to": finding["space"]}
    return [
        ("finding.material_follows", said | body, space)
        for space in sorted(was)
        for body in _bodies(parts, space)
    ]


def _named(row: Row, kind: str, *sets: str) -> list[str]:
    """Return the entities that some sets of a row hold."""
    found = {member["id"] for name in sets for member in row["sets"].get(name, ())}
    return [f"{kind}/{one}" for one in sorted(found)]


def _copies_of(photos: Iterable[Row]) -> list[str]:
    return [one for row in photos for one in _named(row, "derivation", "derivations")]


def _bodies(
    parts: Mapping[str, Sequence[Row]], space: str
) -> Iterable[dict[str, list[dict[str, Any]]]]:
    """Yield what still lies in a space, in lists that fit their kind."""
    said = {
        name: [_said(row) for row in rows if row["space"] == space] for name, rows in parts.items()
    }
    for start in range(0, max(map(len, said.values())), PARTS_AT_ONCE):
        yield {name: some[start : start + PARTS_AT_ONCE] for name, some in said.items()}


def _said(row: Row) -> dict[str, Any]:
    """Return how a body names a part, with the bytes that go with it."""
    kind, _, identity = row["entity"].partition("/")
    blob = field(row, "blob")
    return {kind: identity} | ({"blob": blob} if blob is not None else {})


def _shown_elsewhere(connection: Connection, finding: Row, photos: Iterable[Row]) -> set[str]:
    """Return the photos that a hazard which stays behind shows too."""
    inspections = {f"inspection/{field(row, 'inspection')}" for row in photos}
    found = _rows(connection, sorted(inspections)).values()
    members = {one["id"] for row in found for one in row["sets"].get("findings", ())}
    others = _rows(connection, [f"{FINDINGS}{one}" for one in sorted(members)])
    return {
        f"photo/{member['id']}"
        for entity, row in others.items()
        if entity != finding["entity"] and row["space"] != finding["space"]
        for name in PHOTO_SETS
        for member in row["sets"].get(name, ())
    }


def phones(runtime: Runtime) -> int:
    """Let the phones of people who were assigned to another bureau follow them."""
    with reading(runtime.engine) as connection:
        people = _decoded(log_store.rows_of_kind(connection, "person"))
        chains = _decoded(log_store.rows_of_kind(connection, "chain"))
    wanted: list[Wanted] = []
    for entity, row in sorted(chains.items()):
        person = people.get(f"person/{field(row, 'person')}")
        bureau = field(person, "bureau")
        if isinstance(bureau, str) and bureau != row["space"] and _was_assigned(person):
            body = {"target": entity.removeprefix("chain/"), "to": bureau}
            wanted.append(("chain.follow", body, row["space"]))
    return len(system.append_all(runtime, wanted)) if wanted else 0


def _was_assigned(person: Row | None) -> bool:
    return person is not None and person["fields"]["bureau"]["op"] != person["created"]["op"]


def _rows(connection: Connection, entities: Sequence[str]) -> dict[str, Row]:
    return _decoded(log_store.rows(connection, entities)) if entities else {}


def _decoded(wires: Mapping[str, tuple[int, str]]) -> dict[str, Row]:
    return {entity: msgspec.json.decode(wire) for entity, (_, wire) in wires.items()}
