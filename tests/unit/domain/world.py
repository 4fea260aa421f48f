"""A state in memory for decisions: rows, ops and checkpoints that a test writes down.

It keeps the promise of the real one: it answers only for keys of the lock set it is given.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from server.domain.decide import decide
from server.domain.lock_set import key_of, lock_set
from server.domain.records import Arrival, Decision, LoggedOp, NotLockedError, Row
from sync_protocol.ops import Op
from tests.support.authors import CITY, COUNTY, OTHER_COUNTY, Author, FakeClock

AT_MS = FakeClock().now_ms()
ORIGIN = "00" * 32  # the op that every row here came from
CLASSIFY = {"finding": "f", "grade": "general", "replaces": []}


def row(entity: str, space: str = COUNTY, states: Any = None, sets: Any = None,
        by: str = "wang", **fields: Any) -> Row:  # fmt: skip
    """Return a row; states are given as machine → state."""
    origin = {"at_ms": 0, "by": by, "op": ORIGIN}
    return {
        "entity": entity,
        "space": space,
        "created": origin,
        "fields": {name: {"op": origin["op"], "v": value} for name, value in fields.items()},
        "sets": {
            name: [{"id": one, "op": origin["op"]} for one in members]
            for name, members in (sets or {}).items()
        },
        "states": {
            name: {**origin, "s": s, "step": "create"} for name, s in (states or {}).items()
        },
        "disputes": {},
    }


def person(name: str, role: str = "inspector", bureau: str = COUNTY, **fields: Any) -> Row:
    """Return the row of a person in office."""
    return row(f"person/{name}", "common", {"person": "active"}, role=role, bureau=bureau, **fields)


@dataclass
class World:
    """A `Reader` over what a test put there."""

    rows: dict[str, Row] = field(default_factory=dict)
    indexes: dict[str, int] = field(default_factory=dict)
    ops: dict[str, LoggedOp] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    roots: dict[int, str] = field(default_factory=dict)
    assigned: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    seen: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    keys: set[str] | None = None

    def put(self, *rows: Row, index: int = 1) -> None:
        """Add rows."""
        for one in rows:
            self.rows[one["entity"]] = one
            self.indexes[one["entity"]] = index

    def log(self, op: Op, outcome: str = "applied", index: int = 1, code: str = "") -> LoggedOp:
        """Add a logged op."""
        logged = LoggedOp(
            op.id, index, op.chain, op.seq, op.kind, op.space, op.mends, AT_MS, index,
            outcome, code, (), "", op.header_raw.decode(), op.body_raw.decode(),
        )  # fmt: skip
        self.ops[op.id] = logged
        return logged

    def decide(self, op: Op, author: str = "wang", **arrival: Any) -> Decision:
        """Decide an op under its own lock set, and again with each key it asks for meanwhile."""
        asked: set[str] = set()
        while True:
            try:
                return self.decide_once(op, author, asked, **arrival)
            except NotLockedError as error:
                asked.add(error.key)

    def decide_once(
        self, op: Op, author: str = "wang", asked: AbstractSet[str] = frozenset(), **arrival: Any
    ) -> Decision:
        """Decide an op under its own lock set and the keys asked for; raise for any other."""
        keys = set(lock_set(op, author)) | asked
        return replace(self, keys=keys).decide_unlocked(op, author, **arrival)

    def decide_unlocked(self, op: Op, author: str = "wang", **arrival: Any) -> Decision:
        """Decide an op as after every key it asked for was locked."""
        return decide(op, author, replace(Arrival(AT_MS, author), **arrival), self)

    def _assert_locked(self, key: str) -> None:
        if self.keys is not None and key not in self.keys:
            raise NotLockedError(key)

    def is_empty(self) -> bool:
        return not self.rows

    def row(self, entity: str) -> Row | None:
        self._assert_locked(key_of(entity))
        return self.rows.get(entity)

    def row_index(self, entity: str) -> int:
        self._assert_locked(key_of(entity))
        return self.indexes[entity]

    def op(self, op_id: str) -> LoggedOp | None:
        self._assert_locked(f"op/{op_id}")
        return self.ops.get(op_id)

    def author(self, chain: str) -> str:
        return self.authors.get(chain, "")

    def menders(self, op_id: str) -> list[LoggedOp]:
        self._assert_locked(f"op/{op_id}")
        return [one for one in self.ops.values() if one.mends == op_id]

    def twins(self, chain: str, seq: int, op_id: str) -> list[LoggedOp]:
        self._assert_locked(f"chain/{chain}")
        places = {one.op_id: (one.chain, one.seq) for one in self.ops.values()}
        return [self.ops[one] for one, place in places.items()
                if place == (chain, seq) and one != op_id]  # fmt: skip

    def assignments(self, person: str) -> list[tuple[int, str]]:
        self._assert_locked(f"person/{person}")
        return self.assigned.get(person, [])

    def seen_before(self, chain: str, seq: int) -> dict[str, Any] | None:
        self._assert_locked(f"chain/{chain}")
        return self.seen.get((chain, seq - 1))

    def signed_root(self, size: int) -> str | None:
        return self.roots.get(size)

    def origin(self) -> str:
        return "liuhen/demo-city/1"


def settled() -> tuple[World, Author]:
    """Return a world with a city, a county and wang at work in it, on a confirmed phone."""
    world, wang = World(), Author("wang", FakeClock())
    wang.enrol()
    world.put(
        row(f"bureau/{CITY}", "common", city_name="市"),
        row(f"bureau/{COUNTY}", "common", parent=CITY),
        row(f"bureau/{OTHER_COUNTY}", "common", parent=CITY),
        person("wang"),
        person("li"),
        row(f"chain/{wang.chain}", COUNTY, {"chain": "active"}, person="wang"),
        row("inspection/insp", COUNTY, {"inspection": "in_progress"}, officers=["wang", "li"]),
        row("finding/f", COUNTY, {"finding": "draft"}, inspection="insp",
            grade="general", place="车间", description="堵塞", phrase="p"),
    )  # fmt: skip
    world.authors[wang.chain] = "wang"
    world.log(replace(wang.op("finding.classify", CLASSIFY, chain="11" * 32), id=ORIGIN))
    return world, wang
