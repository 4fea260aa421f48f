"""The shape of an op's header (SPEC section 2): every member, no other, each of its form."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import msgspec

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
    return _relation_problem(header)


def _relation_problem(header: Mapping[str, Any]) -> str | None:
    founds = header["chain"] == ""
    if founds != (header["seq"] == 0):
        return "seq"
    if founds != (header["prev"] == ""):
        return "prev"
    return "deps" if header["mends"] in header["deps"] else None


# The whole text of nearly every header, as one pattern: members in their canonical order, each of
# its form, texts in plain ASCII, numbers below 10^15. Made of the same forms as `_MEMBERS`.
_OP, _OP_OR_NONE = "[0-9a-f]{64}", "(?:[0-9a-f]{64})?"
_NUMBER = "(?:0|[1-9][0-9]{0,14})"
_SIGNED = "(?:0|-?[1-9][0-9]{0,14})"
_PLAIN = r"[!#-\[\]-~][ !#-\[\]-~]"  # no quote, no backslash, no space at the beginning


def _list_of(form: str) -> str:
    return rf'\[(?:"{form}"(?:,"{form}")*)?\]'


_is_usual = re.compile(
    "".join(
        (
            rf'{{"app":"{_PLAIN}{{0,19}}"',
            rf',"body":{{"commitment":"{_OP}","size":{_NUMBER}}}',
            rf',"chain":"{_OP_OR_NONE}"',
            r',"deployment":"[a-z0-9-]{1,40}"',
            rf',"deps":{_list_of(_OP)}',
            rf',"entities":{_list_of("[a-z0-9_]{1,40}/[0-9a-z-]{1,80}")}',
            r',"kind":"[a-z0-9_.]{1,40}"',
            rf',"mends":"{_OP_OR_NONE}"',
            rf',"prev":"{_OP_OR_NONE}"',
            rf',"seen":{{(?:"origin":"","root":"","size":0|"origin":"{_PLAIN}{{0,199}}"',
            rf',"root":"{_OP}","size":{_NUMBER})}}',
            rf',"seq":{_NUMBER}',
            r',"space":"(?:[0-9]{6}|common)"',
            rf',"time":{{"boot":"[0-9a-f]{{16}}","mono_ms":{_NUMBER},"wall_ms":{_SIGNED}}}',
            r',"v":[1-9][0-9]{0,8}}',
        )
    ).encode("ascii")
).fullmatch
_read = msgspec.json.Decoder(dict[str, Any]).decode


def header_of(raw: bytes) -> dict[str, Any] | None:
    """Return a header that is canonical and fits; None for one to be looked at by member."""
    if _is_usual(raw) is None:
        return None
    header = _read(raw)
    in_order = _MEMBERS["deps"](header["deps"]) and _MEMBERS["entities"](header["entities"])
    return header if in_order and _relation_problem(header) is None else None
