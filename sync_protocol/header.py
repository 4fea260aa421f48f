"""The shape of an op's header (SPEC section 2): every member, no other, each of its form."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from sync_protocol.rules import LIMITS
from sync_protocol.types import compile_type

MAGNITUDE = LIMITS["integer_magnitude"]
Fits = Callable[[Any], bool]


def _pattern(expression: str) -> Fits:
    matches = re.compile(expression, re.ASCII).fullmatch
    return lambda value: type(value) is str and matches(value) is not None


def _at_least(low: int) -> Fits:
    return lambda value: type(value) is int and value >= low


def _line(limit: int) -> Fits:
    check = compile_type(f"line:{limit}", "").check
    return lambda value: check(value) is None


def _sorted_texts(limit: int, fits: Fits) -> Fits:
    def check(value: Any) -> bool:
        if type(value) is not list or len(value) > limit or not all(map(fits, value)):
            return False
        return all(left < right for left, right in pairwise(value))

    return check


def _object(members: Mapping[str, Fits]) -> Fits:
    def check(value: Any) -> bool:
        if type(value) is not dict or value.keys() != members.keys():
            return False
        return all(fits(value[name]) for name, fits in members.items())

    return check


_is_op = _pattern(r"[0-9a-f]{64}")
_is_op_or_none = _pattern(r"[0-9a-f]{64}|")
_is_time = _object(
    {"boot": _pattern(r"[0-9a-f]{16}"), "mono_ms": _at_least(0), "wall_ms": _at_least(-MAGNITUDE)}
)
_is_commitment = _object({"commitment": _is_op, "size": _at_least(0)})
_is_checkpoint = _object({"origin": _line(200), "root": _is_op, "size": _at_least(0)})
_NOTHING = {"origin": "", "root": "", "size": 0}

_MEMBERS: Mapping[str, Fits] = {
    "v": _at_least(1),
    "app": _line(20),
    "deployment": _pattern(r"[a-z0-9-]{1,40}"),
    "kind": _pattern(r"[a-z0-9_.]{1,40}"),
    "chain": _is_op_or_none,
    "seq": _at_least(0),
    "prev": _is_op_or_none,
    "space": _pattern(r"[0-9]{6}|common"),
    "entities": _sorted_texts(LIMITS["entities"], _pattern(r"[a-z0-9_]{1,40}/[0-9a-z-]{1,80}")),
    "deps": _sorted_texts(LIMITS["deps"], _is_op),
    "mends": _is_op_or_none,
    "time": _is_time,
    "seen": lambda value: value == _NOTHING or _is_checkpoint(value),
    "body": _is_commitment,
}


def header_problem(header: Mapping[str, Any]) -> str | None:
    """Return the member that is wrong, missing or unknown; None when all fit together."""
    if header.keys() != _MEMBERS.keys():
        return min(header.keys() ^ _MEMBERS.keys())
    for name, fits in _MEMBERS.items():
        if not fits(header[name]):
            return name
    founds = header["chain"] == ""
    if founds != (header["seq"] == 0):
        return "seq"
    if founds != (header["prev"] == ""):
        return "prev"
    return "deps" if header["mends"] in header["deps"] else None
