"""The type language of `tables/kinds.json` (SPEC section 2, Body), compiled once into functions.

A type becomes a `Type`: `check` returns the path of the first member that does not fit (the empty
text is the value itself, None means that all fits), `visits` makes a walk over a value that fits
which hands the places looked for to a visitor and goes nowhere else. Order of checking: unknown
members by name, then the members as the table lists them, depth first; a list's length comes before
its members.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sync_protocol.encoding import from_b64url
from sync_protocol.rules import LIMITS, TYPES

MAGNITUDE = LIMITS["integer_magnitude"]

# What ECMAScript's \s matches: text made of these alone is blank.
BLANK = frozenset("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff") | {
    chr(code) for code in range(0x2000, 0x200B)
}
_control = re.compile(r"[\x00-\x1f\x7f-\x9f]").search
_control_but_newline = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]").search
_is_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII).fullmatch

ID_PATTERNS = {"bureau": r"[0-9]{6}", "chain": r"[0-9a-f]{64}"}
ID_PATTERN = r"[0-9a-z-]{1,80}"

Check = Callable[[Any], str | None]
# Called as visitor(type text, value) for every place of a body that is looked for.
Visitor = Callable[[str, Any], None]
Visit = Callable[[Any, Visitor], None]
# Says of a place, by its type text and member name, whether it is looked for.
Wanted = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Type:
    """A compiled type. `visits` is `None` when a value of it has no place that is wanted."""

    check: Check
    visits: Callable[[Wanted], Visit | None]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object type."""

    name: str
    required: bool
    type: Type


def _leaf(text: str, name: str, fits: Callable[[Any], Any]) -> Type:
    def check(value: Any) -> str | None:
        return None if fits(value) else ""

    def visits(wanted: Wanted) -> Visit | None:
        return (lambda value, visitor: visitor(text, value)) if wanted(text, name) else None

    return Type(check, visits)


def _pattern(expression: str) -> Callable[[Any], Any]:
    matches = re.compile(expression, re.ASCII).fullmatch
    return lambda value: type(value) is str and matches(value) is not None


def _text(limit: int, forbidden: Callable[[str], Any]) -> Callable[[Any], Any]:
    def fits(value: Any) -> bool:
        if type(value) is not str or not 0 < len(value) <= limit or forbidden(value):
            return False
        return value[0] not in BLANK or not BLANK.issuperset(value)

    return fits


def _integer(low: int, high: int) -> Callable[[Any], Any]:
    return lambda value: type(value) is int and low <= value <= high


def _is_real_day(value: Any) -> bool:
    if type(value) is not str or _is_date(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _enum(choices: str) -> Callable[[Any], Any]:
    allowed = frozenset(choices.split("|"))
    return lambda value: type(value) is str and value in allowed


def _base64(size_bytes: int) -> Callable[[Any], Any]:
    return lambda value: type(value) is str and from_b64url(value, size_bytes) is not None


def _range(rest: str) -> Callable[[Any], Any]:
    low, high = rest.split(":")
    return _integer(int(low), int(high))


# First word of a type string → what makes its test from the rest of the string.
_LEAVES: Mapping[str, Callable[[str], Callable[[Any], Any]]] = {
    "text": lambda rest: _text(int(rest), _control_but_newline),
    "line": lambda rest: _text(int(rest), _control),
    "int": _range,
    "bool": lambda _: lambda value: type(value) is bool,
    "enum": _enum,
    "date": lambda _: _is_real_day,
    "time_ms": lambda _: _integer(0, MAGNITUDE),
    "id": lambda kind: _pattern(ID_PATTERNS.get(kind, ID_PATTERN)),
    "op": lambda _: _pattern(r"[0-9a-f]{64}"),
    "sha256": lambda _: _pattern(r"[0-9a-f]{64}"),
    "hex": lambda digits: _pattern(rf"[0-9a-f]{{{int(digits)}}}"),
    "name": lambda _: _pattern(r"[a-z0-9_]{1,40}"),
    "b64": lambda size: _base64(int(size)),
}


def compile_type(text: str, name: str) -> Type:
    """Return the type of a type string for the member `name`; KeyError for an unknown one."""
    head, _, rest = text.partition(":")
    if head == "list":
        return _list(rest, name)
    if head in _LEAVES:
        return _leaf(text, name, _LEAVES[head](rest))
    return compile_object(TYPES[text], text, name)


def _list(rest: str, name: str) -> Type:
    *member, last = rest.split(":")
    low, high = 0, int(last)
    if member[-1].isdecimal():  # two numbers: the most, then the fewest
        low, high = high, int(member.pop())
    item = compile_type(":".join(member), name)

    def check(value: Any) -> str | None:
        if type(value) is not list or not low <= len(value) <= high:
            return ""
        for position, part in enumerate(value):
            problem = item.check(part)
            if problem is not None:
                return _join(str(position), problem)
        return None

    def visits(wanted: Wanted) -> Visit | None:
        visit_item = item.visits(wanted)
        if visit_item is None:
            return None

        def visit(value: Any, visitor: Visitor) -> None:
            for part in value:
                visit_item(part, visitor)

        return visit

    return Type(check, visits)


def _join(name: str, problem: str) -> str:
    return f"{name}.{problem}" if problem else name


def compile_object(shape: Mapping[str, str], text: str, name: str) -> Type:
    """Return the type of an object with these members and no others."""
    members = tuple(
        Member(key.rstrip("?"), not key.endswith("?"), compile_type(kind, key.rstrip("?")))
        for key, kind in shape.items()
    )
    known = frozenset(member.name for member in members)

    def visits(wanted: Wanted) -> Visit | None:
        found = [(member.name, member.type.visits(wanted)) for member in members]
        inner = [(name, visit) for name, visit in found if visit is not None]
        is_wanted = wanted(text, name)
        if not is_wanted and not inner:
            return None

        def visit(value: Any, visitor: Visitor) -> None:
            if is_wanted:
                visitor(text, value)
            for member, visit_member in inner:
                if member in value:
                    visit_member(value[member], visitor)

        return visit

    return Type(_object_check(members, known), visits)


def _object_check(members: tuple[Member, ...], known: frozenset[str]) -> Check:
    checks = tuple((member.name, member.required, member.type.check) for member in members)

    def check(value: Any) -> str | None:
        if type(value) is not dict:
            return ""
        if not known.issuperset(value):
            return str(min(value.keys() - known))
        for name, required, fits in checks:
            if name not in value:
                if required:
                    return name
                continue
            problem = fits(value[name])
            if problem is not None:
                return _join(name, problem)
        return None

    return check
