"""Authors for tests: people with their own key, chain and clock, whose ops are really signed.

`Author` builds ops (`sync_protocol.ops.build_op`) without sending them; `Office` is a service with
a city, counties and enrolled people, all brought in by ops. Everything is made from a seed, so
a failing test repeats. Nothing here reaches into the product.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.services import ingest, log, queries, system
from server.services.ingest import Carrier
from server.services.runtime import Runtime
from sync_protocol import ids, keys, ops
from sync_protocol.encoding import from_b64url
from sync_protocol.note import parse_checkpoint
from sync_protocol.ops import Op

CITY, COUNTY, OTHER_COUNTY = "990000", "990001", "990002"
START_MS = 1_781_568_000_000  # 2026-06-16 08:00 in Beijing: after the quiet period
DAY_MS = 86_400_000
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class FakeClock:
    """A clock that only a test moves."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        """Return the time set."""
        return self.ms

    def advance(self, ms: int) -> None:
        """Move the clock."""
        self.ms += ms


@dataclass
class Author:
    """One person on one installation. `enrol` first; every op after it is one of its chain."""

    person: str
    clock: FakeClock
    deployment: str = "demo-city"
    space: str = COUNTY
    seed: int = 0
    chain: str = ""
    seq: int = 0
    prev: str = ""
    seen: Mapping[str, Any] = field(default_factory=lambda: dict(ops.NOTHING_SEEN))
    built: list[Op] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.person}/{self.seed}")
        self.key = ec.derive_private_key(self.random.randrange(1, P256_ORDER), ec.SECP256R1())

    def new_id(self) -> str:
        """Return a fresh id for an entity."""
        return ids.new_id(self.clock.now_ms(), self.random.randbytes(ids.RANDOM_BYTES))

    def enrol(self) -> Op:
        """Return the op that begins the chain."""
        body = {
            "person": self.person,
            "public_key": keys.public_key_of(self.key),
            "installation": self.random.randbytes(16).hex(),
            "device": "test phone",
        }
        op = self.op("chain.enrol", body)
        self.chain = op.id
        return op

    def op(self, kind: str, body: Mapping[str, Any], **header: Any) -> Op:
        """Return the chain's next op; `header` replaces members, `deps` among them."""
        members = {
            "app": "test-1",
            "deployment": self.deployment,
            "kind": kind,
            "chain": self.chain,
            "seq": self.seq,
            "prev": self.prev,
            "space": self.space,
            "seen": dict(self.seen),
            "time": {
                "boot": "00" * 8,
                "mono_ms": self.seq * 1000,
                "wall_ms": self.clock.now_ms(),
            },
        } | header
        salt = self.random.randbytes(32)
        op = ops.build_op(members, body, salt, lambda pae: keys.sign(self.key, pae))
        self.built.append(op)
        if "seq" not in header:
            self.seq, self.prev = self.seq + 1, op.id
        return op

    def pairing_code(self) -> str:
        """Return what the phone shows while it waits for its confirmation."""
        point = from_b64url(keys.public_key_of(self.key)["key"], keys.POINT_BYTES)
        assert point is not None
        return keys.pairing_code(self.chain, point)


@dataclass
class Office:
    """A running service with people in it."""

    runtime: Runtime
    clock: FakeClock

    def push(self, *batch: Op, carrier: str | None = None) -> dict[str, Any]:
        """Push ops over the session of `carrier`; by default each batch is its first author's."""
        items = [op.wire() for op in batch]
        return ingest.push(self.runtime, items, Carrier(carrier or self._person_of(batch[0])))

    def _person_of(self, op: Op) -> str:
        if op.founds_chain:
            return str(op.body["person"])
        chain = self.runtime.chains.get(op.chain)
        return chain.person if chain else "nobody"

    def rule(self, *batch: Op, carrier: str | None = None) -> tuple[str, str]:
        """Push ops; return (outcome, code) of the last one's ruling."""
        item = self.push(*batch, carrier=carrier)["items"][-1]
        assert item["status"] == "admitted", item
        return item["ruling"]["outcome"], item["ruling"]["code"]

    def apply(self, *batch: Op) -> None:
        """Push ops that must all take effect."""
        for item in self.push(*batch)["items"]:
            assert item["status"] == "admitted", item
            assert item["ruling"]["outcome"] == "applied", item

    def tell(self, kind: str, body: Mapping[str, Any], space: str = "common") -> str:
        """Append an op of the system that must take effect; return its id."""
        item = system.append(self.runtime, kind, body, space=space)
        assert item["ruling"]["outcome"] == "applied", item
        return str(item["op"])

    def row(self, entity: str) -> dict[str, Any]:
        """Return a row that must exist."""
        found = queries.row(self.runtime, entity)
        assert found is not None, entity
        return found

    def state(self, entity: str, machine: str) -> dict[str, str]:
        """Return `base` and `from` of a step on a row as it stands."""
        state = self.row(entity)["states"][machine]
        return {"base": state["op"], "from": state["s"]}

    def ruling(self, op: Op) -> tuple[str, str]:
        """Return (outcome, code) of an op's present ruling."""
        entry = queries.op_entry(self.runtime, op.id)
        assert entry is not None, op.id
        return entry["ruling"]["outcome"], entry["ruling"]["code"]

    def flags(self, op: Op) -> list[str]:
        """Return the flags of an op's present ruling."""
        entry = queries.op_entry(self.runtime, op.id)
        assert entry is not None, op.id
        return list(entry["ruling"]["flags"])

    def person(
        self, person: str, role: str = "inspector", bureau: str = COUNTY, licensed: bool = True
    ) -> Author:
        """Add a person with a licence of this year and a confirmed phone."""
        body = {"person": person, "name": person, "bureau": bureau, "role": role}
        self.tell("person.add", body)
        if licensed:
            self.licence(person)
        return self.phone(person, bureau)

    def licence(self, person: str, first: str = "2026-01-01", last: str = "2026-12-31") -> None:
        """Record a licence."""
        body = {"person": person, "licence_number": f"L-{person}"}
        self.tell("licence.grant", body | {"licence_from": first, "licence_until": last})

    def phone(self, person: str, space: str = COUNTY, seed: int = 0) -> Author:
        """Return a person's new phone, enrolled and confirmed."""
        author = self.unconfirmed_phone(person, space, seed)
        self.confirm(author)
        return author

    def unconfirmed_phone(self, person: str, space: str = COUNTY, seed: int = 0) -> Author:
        """Return a person's new phone, enrolled but not confirmed."""
        deployment = self.runtime.settings.deployment
        author = Author(person, self.clock, deployment, space, seed)
        self.apply(author.enrol())
        return author

    def confirm(self, author: Author) -> str:
        """Countersign a phone's chain."""
        body = {"target": author.chain, "compared_code": author.pairing_code()}
        state = self.state(f"chain/{author.chain}", "chain")
        return self.tell("chain.countersign", body | state, space=author.space)

    def revoke(self, author: Author, cause: str = "for_cause") -> str:
        """Revoke a phone's chain."""
        body = {"target": author.chain, "cause": cause, "reason": "test"}
        state = self.state(f"chain/{author.chain}", "chain")
        return self.tell("chain.revoke", body | state, space=author.space)

    def see(self, author: Author) -> None:
        """Let a phone see the newest checkpoint."""
        note = parse_checkpoint(log.checkpoint(self.runtime))
        author.seen = {"origin": note.origin, "root": note.root.hex(), "size": note.size}


def open_office(runtime: Runtime, clock: FakeClock) -> Office:
    """Begin the log: a genesis, two counties below the city, an enterprise."""
    system.start(runtime)
    office = Office(runtime, clock)
    for county in (COUNTY, OTHER_COUNTY):
        office.tell("bureau.add", {"bureau": county, "name": county, "parent": CITY})
    office.tell(
        "enterprise.add",
        {"enterprise": "works", "name": "示例厂", "trade": "industry", "address": "示例路1号"},
    )
    return office


Bodies = Sequence[Mapping[str, Any]]


def inspection_begun(office: Office, *officers: Author) -> str:
    """Let officers begin an inspection on site; return its id."""
    first = officers[0]
    inspection = first.new_id()
    body = {
        "inspection": inspection,
        "enterprise": "works",
        "date": "2026-06-16",
        "officers": [officer.person for officer in officers],
        "content": "例行检查",
        "arrived_at_ms": first.clock.now_ms(),
        "id_shown": True,
        "rights_told": True,
        "recorder_on": True,
        "code_scanned": False,
        "reason": "群众举报",
    }
    office.apply(first.op("inspection.begin_on_site", body))
    return inspection


def finding_body(author: Author, inspection: str, **members: Any) -> dict[str, Any]:
    """Return the body of a complete finding."""
    return {
        "finding": author.new_id(),
        "inspection": inspection,
        "enterprise": "works",
        "number": "A1",
        "grade": "general",
        "place": "一号车间",
        "description": "安全出口被堵塞",
        "basis": {"law": "示例法", "article": "第一条", "version": "2021"},
        "photos": [],
    } | members


def clip_body(author: Author, inspection: str, **members: Any) -> dict[str, Any]:
    """Return the body of a reference to the last half hour of one's own camera."""
    now_ms = author.clock.now_ms()
    return {
        "clip": author.new_id(),
        "inspection": inspection,
        "camera": "DSJ0001",
        "officer": "wang",
        "started_at_ms": now_ms - 1_800_000,
        "stopped_at_ms": now_ms,
        "source": "range",
    } | members


def blob_ref(sha256: str = "ab" * 32) -> dict[str, Any]:
    """Return a reference to bytes."""
    return {"sha256": sha256, "size_bytes": 4, "media_type": "text/html"}


def signing_body(inspection: str, findings: Bodies = (), recorded: Sequence[str] = ()) -> Any:
    """Return the members that signing, refusing and supplementing share."""
    drawn = {"signer": "site_head", "name": "某某", "image": blob_ref("cd" * 32)}
    return {
        "inspection": inspection,
        "rendering": blob_ref(),
        "recorded": list(recorded),
        "findings": [dict(one) for one in findings],
        "signatures": [drawn],
    }
