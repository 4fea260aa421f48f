"""Keys of chains: ECDSA P-256 over SHA-256 in WebCrypto's form, and the pairing code.

A signature is r‖s, 64 bytes (IEEE P1363); both (r, s) and (r, n-s) verify, which is why signature
bytes are never an identity. Ed25519 keys of the log are `note`'s.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync_protocol.encoding import b64url, from_b64url
from sync_protocol.ids import base32

POINT_BYTES = 65
SIGNATURE_BYTES = 64
PAIR_TAG = b"liuhen.pair.v1\x00"
PAIR_BYTES = 5

_ES256 = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class PublicKeyInfo:
    """A chain's key as its enrolment names it: the algorithm and the base64url point."""

    alg: str
    key: str


@lru_cache(maxsize=4096)
def _load(key: str) -> ec.EllipticCurvePublicKey | None:
    point = from_b64url(key, POINT_BYTES)
    if point is None:
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None


def verify(info: PublicKeyInfo, signature: bytes, message: bytes) -> bool:
    """Say whether 64 bytes r‖s sign the message. A key that is no point verifies nothing."""
    key = _load(info.key) if info.alg == "ES256" else None
    if key is None or len(signature) != SIGNATURE_BYTES:
        return False
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), message, _ES256)
    except InvalidSignature:
        return False
    return True


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Sign with a P-256 private key; return r‖s."""
    r, s = decode_dss_signature(key.sign(message, _ES256))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def public_key_of(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """Return the `public_key` member of an enrolment for this private key."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"alg": "ES256", "key": b64url(point)}


def pairing_code(chain: str, public_key: bytes) -> str:
    """Return `XXXX-XXXX` for a chain id (hex) and its 65-byte key: two people compare it by eye."""
    digest = sha256(PAIR_TAG + chain.encode("ascii") + public_key).digest()
    code = base32(int.from_bytes(digest[:PAIR_BYTES], "big"), 8).upper()
    return f"{code[:4]}-{code[4:]}"
