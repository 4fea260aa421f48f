"""The service's two keys, in files that only its account can read.

`system.pem` (P-256) signs the operations of the system's own chain, `log.pem` (Ed25519) signs
checkpoints. Invariants: a key is made once and never replaced here; the file is complete or absent,
also when two processes start at once. Not here: rotation and backup (see the operations guide).
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sync_protocol import keys

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey


class WrongKeyError(ValueError):
    """A key file holds another kind of key than its name says."""


@dataclass(frozen=True)
class Keys:
    """The system's signing key and the log's."""

    system: EllipticCurvePrivateKey
    log: Ed25519PrivateKey

    def sign_op(self, pae: bytes) -> bytes:
        """Sign an op of the system's chain; 64 bytes r‖s."""
        return keys.sign(self.system, pae)

    def sign_note(self, text: bytes) -> bytes:
        """Sign the text of a checkpoint; 64 bytes."""
        return self.log.sign(text)

    def system_public_key(self) -> dict[str, str]:
        """Return the key as an enrolment holds it."""
        return keys.public_key_of(self.system)

    def log_public_key(self) -> bytes:
        """Return the 32 bytes of the log's public key."""
        return self.log.public_key().public_bytes_raw()


def open_keys(folder: Path) -> Keys:
    """Return the keys of a folder, made if they are not there. Raises `WrongKeyError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    system = _open(folder / "system.pem", lambda: generate_private_key(SECP256R1()))
    log = _open(folder / "log.pem", Ed25519PrivateKey.generate)
    if not isinstance(system, EllipticCurvePrivateKey) or not isinstance(log, Ed25519PrivateKey):
        raise WrongKeyError(f"{folder}: system.pem must be P-256 and log.pem Ed25519")
    return Keys(system, log)


def _open(path: Path, make: Callable[[], PrivateKey]) -> object:
    if not path.exists():
        _create(path, make())
    return load_pem_private_key(path.read_bytes(), password=None)


def _create(path: Path, key: PrivateKey) -> None:
    """Write a key file unless another process was first: `link` never replaces."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()
