"""Ids made by authors: ULIDs in lower-case Crockford base 32 (SPEC section 2).

The clock and the random bytes are given by the caller.
"""

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
RANDOM_BYTES = 10
TIME_LIMIT_MS = 1 << 48


def base32(number: int, digits: int) -> str:
    """Return the lowest `digits` x 5 bits of a number."""
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(digits)))


def new_id(now_ms: int, random: bytes) -> str:
    """Return 26 characters: 48 bits of milliseconds since 1970, then the 10 random bytes."""
    if len(random) != RANDOM_BYTES or not 0 <= now_ms < TIME_LIMIT_MS:
        raise ValueError("a ULID takes 48 bits of milliseconds and 10 random bytes")
    return base32(now_ms << 80 | int.from_bytes(random, "big"), 26)
