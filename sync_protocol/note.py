"""C2SP signed notes with Ed25519, and the tlog checkpoint written in one (SPEC section 7).

A note is text that ends in a newline, an empty line, then signature lines. A verifier key is
`<name>+<key id>+<base64 of 0x01 and the public key>`; the log's key name is its origin line.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync_protocol.rules import LIMITS

ED25519 = b"\x01"
KEY_BYTES = 32
KEY_ID_BYTES = 4
SIGNATURE_BYTES = 64
DASH = "\u2014 "

_is_verifier_key = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)").fullmatch
_is_signature = re.compile(DASH + r"([^\s+]+) ([A-Za-z0-9+/=]+)").fullmatch
_is_size = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII).fullmatch
_control = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]").search


class BadNote(ValueError):
    """A note, key or checkpoint that is not accepted."""


def _from_base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:  # also for what is not even ASCII
        raise BadNote("not base64") from error
    if base64.b64encode(raw).decode("ascii") != text:
        raise BadNote("not the one base64 of its bytes")
    return raw


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the 4 bytes that a signature line names its key by."""
    digest = sha256(name.encode("utf-8") + b"\n" + ED25519 + public_key).digest()
    return digest[:KEY_ID_BYTES]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A note key: its name and the 32 bytes of the public key."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that a signature line names it by."""
        return key_id(self.name, self.public_key)

    def __str__(self) -> str:
        material = base64.b64encode(ED25519 + self.public_key).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{material}"


def parse_verifier_key(text: str) -> VerifierKey:
    """Read a verifier key. Raises BadNote."""
    parts = _is_verifier_key(text)
    if parts is None:
        raise BadNote("not a verifier key")
    material = _from_base64(parts[3])
    if material[:1] != ED25519 or len(material) != 1 + KEY_BYTES:
        raise BadNote("not an Ed25519 key")
    key = VerifierKey(parts[1], material[1:])
    if key.key_id.hex() != parts[2]:
        raise BadNote("the key id is another key's")
    return key


def sign_note(text: str, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
    """Return the signed note of a text; `sign` returns 64 bytes of Ed25519 over its UTF-8."""
    if not text.endswith("\n") or _control(text):
        raise BadNote("the text of a note ends in a newline and holds no control character")
    signature = base64.b64encode(key.key_id + sign(text.encode("utf-8"))).decode("ascii")
    return f"{text}\n{DASH}{key.name} {signature}\n"


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return a note's text, and its signatures as (key name, key id, signature). Raises BadNote."""
    at = note.rfind("\n\n")
    if at < 0 or not note.endswith("\n") or _control(note):
        raise BadNote("not a signed note")
    signatures = []
    for line in note[at + 2 : -1].split("\n"):
        parts = _is_signature(line)
        raw = _from_base64(parts[2]) if parts else b""
        if parts is None or len(raw) <= KEY_ID_BYTES:
            raise BadNote("not a signature line")
        signatures.append((parts[1], raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:]))
    return note[: at + 1], signatures


def open_note(note: str, key: VerifierKey) -> str:
    """Return the text of a note signed by this key.

    Raises BadNote when this key has not signed, or any signature that claims to be its is bad.
    Signatures of others are passed over.
    """
    text, signatures = split_note(note)
    ours = [sig for name, id_, sig in signatures if (name, id_) == (key.name, key.key_id)]
    if not ours:
        raise BadNote("not signed by this key")
    public_key = Ed25519PublicKey.from_public_bytes(key.public_key)
    for signature in ours:
        try:
            public_key.verify(signature, text.encode("utf-8"))
        except InvalidSignature as error:
            raise BadNote("the signature does not verify") from error
    return text


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: the log's origin line, the number of leaves, the 32 bytes of the root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def parse_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint from a note or its text, without verifying it. Raises BadNote."""
    lines = note.split("\n")
    if len(lines) < 4 or not lines[0] or _is_size(lines[1]) is None:
        raise BadNote("not a checkpoint")
    size, root = int(lines[1]), _from_base64(lines[2])
    if size > LIMITS["integer_magnitude"] or len(root) != KEY_BYTES:
        raise BadNote("not a tree head")
    return Checkpoint(lines[0], size, root)


def sign_checkpoint(
    checkpoint: Checkpoint, key: VerifierKey, sign: Callable[[bytes], bytes]
) -> str:
    """Return the signed note of a checkpoint of the log whose key this is."""
    if checkpoint.origin != key.name:
        raise BadNote("another log's key")
    return sign_note(checkpoint.text(), key, sign)


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint in a note signed by the log's key. Raises BadNote."""
    checkpoint = parse_checkpoint(open_note(note, key))
    if checkpoint.origin != key.name:
        raise BadNote("another log's origin")
    return checkpoint
