"""The JSON profile of SPEC section 1: one text for one value.

`decode` accepts a text only when re-encoding gives the same bytes, which catches what fast JSON
decoders let through: duplicate keys, `-0`, `1.0`, white space, other escapes, unsorted keys.
Values are dict, list, str, bool and int. Nothing here knows what a value means.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Never

import msgspec

from sync_protocol.rules import LIMITS

MAGNITUDE = LIMITS["integer_magnitude"]
DEPTH = LIMITS["json_depth"]

_is_key = re.compile(r"[a-z0-9_]{1,40}", re.ASCII).fullmatch
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


class Malformed(ValueError):
    """A text that is not accepted."""


class NotJson(Malformed):
    """Not UTF-8, or not RFC 8259 at all: most likely damaged on the way."""


class NotCanonical(Malformed):
    """JSON, but outside the profile or not in its one canonical text."""


def encode(value: Any) -> bytes:
    """Return the canonical text of a value; raise NotCanonical when it is outside the profile."""
    check(value)
    try:
        return _encode(value)
    except UnicodeEncodeError as error:
        raise NotCanonical("a string holds a lone surrogate") from error


def text_of(value: Any) -> str:
    """Return the canonical text of a value that is known to lie within the profile."""
    return _encode(value).decode("utf-8")


def decode(raw: bytes) -> Any:
    """Return the value of a canonical text; raise NotJson or NotCanonical."""
    try:
        value = _decode(raw)
    except (ValueError, RecursionError):
        explain(raw)
    check(value)
    if _encode(value) != raw:
        raise NotCanonical("re-encoding gives another text")
    return value


def decode_if(raw: bytes, fits: Callable[[Any], bool]) -> Any:
    """Return the value of a canonical text that `fits`, None for any other text.

    For values whose shape lies within the profile: member by member they are looked at once.
    """
    try:
        value = _decode(raw)
    except (ValueError, RecursionError):
        return None
    return value if fits(value) and _encode(value) == raw else None


def check(value: Any, depth: int = DEPTH) -> None:
    """Raise NotCanonical when a value is outside the profile. Strings are left to the encoder."""
    kind = type(value)
    if kind is str or kind is bool:
        return
    if kind is int:
        if not -MAGNITUDE <= value <= MAGNITUDE:
            raise NotCanonical("an integer beyond 2^53 - 1")
        return
    if kind is not dict and kind is not list:
        raise NotCanonical(f"a value of type {kind.__name__}")
    if depth == 0:
        raise NotCanonical(f"more than {DEPTH} levels")
    _check_members(value, depth - 1)


def _check_members(value: Any, depth: int) -> None:
    if type(value) is list:
        for item in value:
            check(item, depth)
        return
    for key, item in value.items():
        if type(key) is not str or _is_key(key) is None:
            raise NotCanonical(f"the key {key!r}")
        if type(item) is not str:
            check(item, depth)


def explain(raw: bytes) -> Never:
    """Raise the right error for a text the fast decoder refused: not JSON, or not our profile."""
    try:
        json.loads(raw.decode("utf-8"), parse_int=len, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise NotCanonical(f"more than {DEPTH} levels") from error
    except ValueError as error:
        raise NotJson(str(error)) from error
    raise NotCanonical("outside the profile")


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")
