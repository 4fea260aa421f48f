"""Base64url without padding, accepted only in its canonical form (SPEC section 2)."""

import base64
import re
from functools import cache

# The characters that can come last, by size modulo 3: those whose spare bits are zero.
_LAST = ("", "(?<=[AQgw])", "(?<=[AEIMQUYcgkosw048])")


def b64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@cache
def _form(size_bytes: int) -> re.Pattern[str]:
    characters = -(-size_bytes * 4 // 3)
    return re.compile(f"[A-Za-z0-9_-]{{{characters}}}{_LAST[size_bytes % 3]}", re.ASCII)


def from_b64url(text: str, size_bytes: int) -> bytes | None:
    """Return exactly `size_bytes` bytes, or None: wrong alphabet, length, padding or spare bits."""
    if _form(size_bytes).fullmatch(text) is None:
        return None
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
