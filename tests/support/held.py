"""A phone that remembers: every op it sent, its receipt, and the proof it verified then.

It is the demo's phone, so it signs and sends as a real one does; what it hands back after a restore
is what it kept, nothing else.
"""

from dataclasses import dataclass, field
from typing import Any

from sync_protocol import leaves
from sync_protocol.keys import pairing_code
from sync_protocol.note import (
    Checkpoint,
    VerifierKey,
    open_checkpoint,
    parse_checkpoint,
    parse_verifier_key,
)
from sync_protocol.ops import Op
from tests.support.service import COUNTY, Service

Item = dict[str, Any]


@dataclass
class Kept:
    """One op and what proves that it was in the log."""

    op: Op
    receipt: Item
    checkpoint: str
    hashes: list[str]
    ruling: Item

    def wire(self) -> Item:
        """Return it as `POST /handbacks` takes it."""
        return {
            "op": self.op.wire(),
            "receipt": self.receipt,
            "checkpoint": self.checkpoint,
            "hashes": self.hashes,
        }

    def proves(self, key: VerifierKey) -> bool:
        """Say whether the old receipt still verifies against the old checkpoint."""
        checkpoint = open_checkpoint(self.checkpoint, key)
        hashes = [bytes.fromhex(one) for one in self.hashes]
        return leaves.receipt_proves(self.receipt, self.op.id, hashes, checkpoint)


@dataclass
class Holder:
    """A person's phone over HTTP; `send` keeps what it will have to hand back."""

    service: Service
    login: str
    kept: list[Kept] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.phone = self.service.phone(self.login)

    def enrol(self) -> None:
        """Begin the chain; it waits for a confirmation."""
        self.phone.enrolment()
        self.send()

    def pairing_code(self) -> str:
        """Return what this phone shows while it waits for its confirmation."""
        return pairing_code(self.phone.chain, self.phone.public_key)

    def confirmed(self) -> "Holder":
        """Enrol, and be confirmed by the system over a ticket."""
        from server.services import enrolments

        self.enrol()
        with self.service.app.app_context():
            ticket = enrolments.issue_ticket(self.service.runtime, self.login)
        said = {"chain": self.phone.chain, "ticket": ticket}
        reply = self.service.ask(self.login, "POST", "/enrolments/ticket", json=said)
        assert reply.status_code == 200, reply.text
        return self

    def write(self, kind: str, body: Item, space: str = COUNTY, deps: tuple[str, ...] = ()) -> Op:
        """Capture one op."""
        return self.phone.capture(kind, space, body, deps)

    def send(self) -> list[Item]:
        """Push the outbox, and keep receipts and proofs of what was taken in."""
        self.phone.client = self.service.client
        sent = list(self.phone.outbox)
        items = self.phone.push()
        checkpoint = self.head()
        for op, item in zip(sent, items, strict=True):
            self._keep(op, item, checkpoint)
        return items

    def head(self) -> str:
        """Return the newest checkpoint, verified."""
        note = self.service.ask(None, "GET", "/log/checkpoint").text
        log_key(self.service, note)
        return note

    def _keep(self, op: Op, item: Item, note: str) -> None:
        size = parse_checkpoint(note).size
        index = item["receipt"]["index"]
        reply = self.service.ask(self.login, "GET", f"/log/proof/{index}?size={size}")
        kept = Kept(op, item["receipt"], note, reply.json["hashes"], item["ruling"])
        assert kept.proves(log_key(self.service, note).key)
        self.kept.append(kept)

    def vouchers(self, chain: str = "") -> list[Kept]:
        """Fetch and keep what made a chain valid, this phone's unless another is named."""
        note, found = self.head(), []
        for entry in self.service.ask(
            self.login, "GET", f"/chains/{chain or self.phone.chain}/vouchers"
        ).json["ops"]:
            index, size = entry["receipt"]["index"], parse_checkpoint(note).size
            hashes = self.service.ask(self.login, "GET", f"/log/proof/{index}?size={size}").json
            found.append(
                Kept(op_of(entry), entry["receipt"], note, hashes["hashes"], entry["ruling"])
            )
        return found

    def lost(self, kept_size: int) -> list[Kept]:
        """Return what it holds beyond the restored size, in the old index order."""
        beyond = [one for one in self.kept if one.receipt["index"] >= kept_size]
        return sorted(beyond, key=lambda one: int(one.receipt["index"]))

    def hand_back(self, kept: list[Kept]) -> list[Item]:
        """Hand back; return the items of the reply."""
        self.phone.client = self.service.client
        self.phone._session = {}
        reply = self.phone.request("POST", "/handbacks", [one.wire() for one in kept], expect=200)
        items: list[Item] = reply["items"]
        return items

    def meet_the_new_epoch(self) -> None:
        """Take the newest checkpoint as the one seen, after a restore."""
        self.phone.client = self.service.client
        self.phone._session = {}
        note = parse_checkpoint(self.head())
        self.phone._seen = {"origin": note.origin, "root": note.root.hex(), "size": note.size}


@dataclass(frozen=True)
class LogKey:
    """The log's key under the name of an epoch, and the checkpoint it opened."""

    key: VerifierKey
    checkpoint: Checkpoint


def log_key(service: Service, note: str) -> LogKey:
    """Return the deployment's pinned key under the origin of a note, which it must have signed."""
    pinned = parse_verifier_key(service.ask(None, "GET", "/deployment").json["log_key"])
    key = VerifierKey(parse_checkpoint(note).origin, pinned.public_key)
    return LogKey(key, open_checkpoint(note, key))


def op_of(entry: Item) -> Op:
    """Return the op of an entry of the API."""
    from server.services.release import stored_op

    return stored_op(entry["op"], *(entry[part] for part in ("header", "body", "salt", "sig")))
