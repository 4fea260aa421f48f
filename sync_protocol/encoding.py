"""Base64url without padding, accepted only in its canonical form (SPEC section 2)."""

import base64
import binascii
import re

_is_base64url = re.compile(r"[A-Za-z0-9_-]*", re.ASCII).fullmatch


def b64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_b64url(text: str, size_bytes: int) -> bytes | None:
    """Return exactly `size_bytes` bytes, or None: wrong alphabet, length, padding or spare bits."""
    if len(text) != -(-size_bytes * 4 // 3) or _is_base64url(text) is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return raw if b64url(raw) == text else None
