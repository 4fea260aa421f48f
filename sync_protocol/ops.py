"""An operation: the exact bytes that were signed, and the values read from them (SPEC section 2).

The bytes come first: ids, commitments and signatures are over them, never over the values.
Nothing here decides whether an op is admitted (`admission`) or what it does (`fold`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sync_protocol import canonical, kinds
from sync_protocol.encoding import b64url
from sync_protocol.version import PROTOCOL_VERSION

OP_TYPE = "application/vnd.liuhen.op.v1+json"
BODY_TAG = b"liuhen.body.v1\x00"
NOTHING_SEEN: Mapping[str, Any] = {"origin": "", "root": "", "size": 0}


def pae(payload: bytes, payload_type: str = OP_TYPE) -> bytes:
    """Return DSSE's pre-authentication encoding of a payload (lengths in decimal bytes)."""
    name = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def op_id(header: bytes) -> str:
    """Return the id of the op whose header has these bytes."""
    return sha256(pae(header)).hexdigest()


def commitment(salt: bytes, body: bytes) -> str:
    """Return what a header says of its body: SHA-256(tag, 32 bytes of salt, body), in hex."""
    return sha256(BODY_TAG + salt + body).hexdigest()


@dataclass(frozen=True, slots=True)
class Op:
    """One op. `header` is the value of `header_raw`, `body` that of `body_raw` in today's shape
    (`upcast`); do not mutate.
    """

    id: str
    header: Mapping[str, Any]
    body: Mapping[str, Any]
    header_raw: bytes
    body_raw: bytes
    salt: bytes
    sig: bytes

    @property
    def kind(self) -> str:
        """A key of the kinds table."""
        kind: str = self.header["kind"]
        return kind

    @property
    def chain(self) -> str:
        """Id of the chain; an enrolment begins the chain of its own id."""
        return self.header["chain"] or self.id

    @property
    def founds_chain(self) -> bool:
        """Whether this op is the seq 0 that begins a chain."""
        return not self.header["chain"]

    @property
    def seq(self) -> int:
        """Position in the chain."""
        seq: int = self.header["seq"]
        return seq

    @property
    def prev(self) -> str:
        """Op id of seq - 1, or the empty text."""
        prev: str = self.header["prev"]
        return prev

    @property
    def space(self) -> str:
        """Jurisdiction code, or `common`."""
        space: str = self.header["space"]
        return space

    @property
    def entities(self) -> tuple[str, ...]:
        """Keys of every entity its body names, sorted."""
        return tuple(self.header["entities"])

    @property
    def deps(self) -> tuple[str, ...]:
        """Op ids that must be in effect first, sorted."""
        return tuple(self.header["deps"])

    @property
    def mends(self) -> str:
        """Op id this one replaces after a refusal, or the empty text."""
        mends: str = self.header["mends"]
        return mends

    @property
    def wall_ms(self) -> int:
        """The phone's wall clock when it was captured, in milliseconds since 1970."""
        wall_ms: int = self.header["time"]["wall_ms"]
        return wall_ms

    @property
    def sig_sha256(self) -> str:
        """Hex SHA-256 of the 64 signature bytes, as a leaf names them."""
        return sha256(self.sig).hexdigest()

    def wire(self) -> dict[str, str]:
        """Return the op as it travels."""
        return {
            "header": self.header_raw.decode("utf-8"),
            "body": self.body_raw.decode("utf-8"),
            "salt": b64url(self.salt),
            "sig": b64url(self.sig),
        }


def build(
    header_fields: Mapping[str, Any],
    body: Mapping[str, Any],
    salt: bytes,
    sign: Callable[[bytes], bytes],
) -> dict[str, str]:
    """Return a signed op in its wire form.

    `header_fields` needs app, deployment, kind, chain, seq, prev, space and time; deps default to
    the ops the body names, mends to none, seen to nothing. `sign` gets the PAE bytes and returns
    64 bytes r‖s. Raises `kinds.BodyInvalid` for a body that does not fit its kind.
    """
    return build_op(header_fields, body, salt, sign).wire()


def build_op(
    header_fields: Mapping[str, Any],
    body: Mapping[str, Any],
    salt: bytes,
    sign: Callable[[bytes], bytes],
) -> Op:
    """Do what `build` does, and return the Op."""
    kind = header_fields["kind"]
    kinds.validate_body(kind, body)
    body_raw = canonical.encode(body)
    header = {
        "v": PROTOCOL_VERSION,
        "deps": sorted(set(kinds.op_refs(kind, body))),
        "mends": "",
        "seen": dict(NOTHING_SEEN),
        **header_fields,
        "entities": kinds.entities_of(kind, body),
        "body": {"commitment": commitment(salt, body_raw), "size": len(body_raw)},
    }
    header_raw = canonical.encode(header)
    signature = sign(pae(header_raw))
    return Op(op_id(header_raw), header, dict(body), header_raw, body_raw, salt, signature)
