"""Admission: bytes in, an authentic Op or a Rejection out (SPEC section 4).

The checks run in the order of the SPEC and the first failure is the answer. An Op that comes out
has exact, canonical, committed and signed bytes that fit its kind; nothing is said about whether
its author may do it. Sessions and quotas are the server's checks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync_protocol import canonical, kinds, upcast
from sync_protocol.encoding import from_b64url
from sync_protocol.header import header_of, header_problem
from sync_protocol.keys import SIGNATURE_BYTES, PublicKeyInfo, verify
from sync_protocol.ops import Op, commitment, op_id, pae
from sync_protocol.rules import FOUNDING_KINDS, KINDS, LIMITS

SALT_BYTES = 32
MEMBERS = ("header", "body", "salt", "sig")

KeyOfChain = Callable[[str], PublicKeyInfo | None]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why an item is not admitted: a code of the problems table, and the member it is about.

    `op_id` is the id the op would have, empty when the item has no header text.
    """

    code: str
    field: str = ""
    op_id: str = ""


class _Rejected(Exception):
    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field


def admit(
    item: object,
    deployment: str,
    chain_key: KeyOfChain,
    limits: Mapping[str, int] = LIMITS,
) -> Op | Rejection:
    """Check one push item. `chain_key` finds the key of an enrolled chain by its id."""
    header_text = item.get("header") if isinstance(item, dict) else None
    identity = ""
    if isinstance(header_text, str) and (header_raw := _utf8(header_text)) is not None:
        identity = op_id(header_raw)
    try:
        op = _read(item, identity, deployment, limits)
        _check_signature(op, chain_key)
    except _Rejected as rejected:
        return Rejection(rejected.code, rejected.field, identity)
    return op


def _read(item: object, identity: str, deployment: str, limits: Mapping[str, int]) -> Op:
    header_raw, body_raw, salt, sig = _parts(item)
    if len(header_raw) > limits["header_bytes"]:
        raise _Rejected("op_too_large", "header")
    if len(body_raw) > limits["body_bytes"]:
        raise _Rejected("op_too_large", "body")
    header = _read_header(header_raw, deployment)
    promised = header["body"]
    if promised["size"] != len(body_raw) or promised["commitment"] != commitment(salt, body_raw):
        raise _Rejected("commitment_mismatch", "body")
    body = _read_body(header, body_raw)
    return Op(identity, header, body, header_raw, body_raw, salt, sig)


def _parts(item: object) -> tuple[bytes, bytes, bytes, bytes]:
    if not isinstance(item, dict):
        raise _Rejected("op_malformed")
    if item.keys() != set(MEMBERS):
        raise _Rejected("op_malformed", str(min(item.keys() ^ set(MEMBERS), key=str)))
    header_raw, body_raw = (_bytes_of(item, name) for name in ("header", "body"))
    for name in ("salt", "sig"):
        if not isinstance(item[name], str) or not item[name].isascii():
            _bytes_of(item, name)
    salt = from_b64url(item["salt"], SALT_BYTES)
    sig = from_b64url(item["sig"], SIGNATURE_BYTES)
    if salt is None or sig is None:
        raise _Rejected("op_malformed", "salt" if salt is None else "sig")
    return header_raw, body_raw, salt, sig


def _bytes_of(item: Mapping[str, Any], name: str) -> bytes:
    text = item[name]
    raw = _utf8(text) if isinstance(text, str) else None
    if raw is None:
        raise _Rejected("op_malformed", name)
    return raw


def _utf8(text: str) -> bytes | None:
    """Return the bytes of a text, None when it holds half of a surrogate pair."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return None


def _decode(raw: bytes, name: str) -> Any:
    try:
        return canonical.decode(raw)
    except canonical.NotJson as error:
        raise _Rejected("op_malformed", name) from error
    except canonical.NotCanonical as error:
        raise _Rejected("op_not_canonical", name) from error


def _read_header(raw: bytes, deployment: str) -> dict[str, Any]:
    header = header_of(raw)
    if header is None:
        header = _examined_header(raw)
    if header["v"] not in upcast.ACCEPTED:
        raise _Rejected("version_unsupported", "header.v")
    if header["deployment"] != deployment:
        raise _Rejected("deployment_mismatch", "header.deployment")
    if header["kind"] not in KINDS:
        raise _Rejected("kind_unknown", "header.kind")
    if (header["chain"] == "") != (header["kind"] in FOUNDING_KINDS):
        raise _Rejected("op_malformed", "header.chain")
    return header


def _examined_header(raw: bytes) -> dict[str, Any]:
    header: Any = _decode(raw, "header")
    if not isinstance(header, dict) or type(header.get("v")) is not int:
        raise _Rejected("op_malformed", "header.v" if isinstance(header, dict) else "header")
    if header["v"] not in upcast.ACCEPTED:
        raise _Rejected("version_unsupported", "header.v")
    problem = header_problem(header)
    if problem is not None:
        raise _Rejected("op_malformed", f"header.{problem}")
    return header


def _read_body(header: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
    body = None if upcast.is_reshaped(header["kind"]) else kinds.body_of(header["kind"], raw)
    if body is None:
        body = _examined_body(header, raw)
    if kinds.entities_of(header["kind"], body) != header["entities"]:
        raise _Rejected("entities_mismatch", "header.entities")
    return body


def _examined_body(header: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
    body: Any = upcast.current(header, _decode(raw, "body"))
    problem = kinds.body_problem(header["kind"], body)
    if problem is not None:
        raise _Rejected("body_invalid", problem)
    fitting: dict[str, Any] = body
    return fitting


def _check_signature(op: Op, chain_key: KeyOfChain) -> None:
    key = PublicKeyInfo(**op.body["public_key"]) if op.founds_chain else chain_key(op.chain)
    if key is None:
        raise _Rejected("chain_unknown", "header.chain")
    if not verify(key, op.sig, pae(op.header_raw)):
        raise _Rejected("signature_invalid", "sig")
