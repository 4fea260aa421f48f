"""What `tables/kinds.json` says of a body: whether it fits, and what it names.

Bodies are compiled when the module loads, so a mistake in the table stops the program at its
start. The functions that read a body expect one that fits.
"""

from collections.abc import Mapping
from typing import Any

from sync_protocol import canonical
from sync_protocol.rules import KINDS, Table
from sync_protocol.types import Type, Visit, Visitor, Wanted, compile_object

# Members whose op must be in effect before this one (SPEC section 2, deps).
OP_REFERENCES = frozenset({"base", "chosen", "signing", "replaces"})
# Types that announce bytes which travel beside the op.
BLOB_TYPES = frozenset({"blob_ref", "image_ref", "audio_ref", "manifest_ref"})


class BodyInvalid(ValueError):
    """A body that does not fit its kind; `field` is a path like `items.0.deadline`."""

    def __init__(self, field: str) -> None:
        super().__init__(f"invalid at {field!r}")
        self.field = field


class UnknownKind(KeyError):
    """A kind that is not in the table."""


_BODIES: Mapping[str, Type] = {
    kind: compile_object(table["body"], kind, "") for kind, table in KINDS.items()
}


def _nothing(_body: Any, _visitor: Visitor) -> None:
    """Visit a kind that has no such place."""


def _visits(wanted: Wanted) -> Mapping[str, Visit]:
    return {kind: body.visits(wanted) or _nothing for kind, body in _BODIES.items()}


_NAMED_IDS = _visits(lambda text, _: text.startswith("id:"))
_BLOB_REFS = _visits(lambda text, _: text in BLOB_TYPES)
_OP_REFS = _visits(lambda text, name: text == "op" and name in OP_REFERENCES)


def kind_named(kind: str) -> Table:
    """Return a kind's table; raise UnknownKind."""
    table: Table | None = KINDS.get(kind)
    if table is None:
        raise UnknownKind(kind)
    return table


def body_of(kind: str, raw: bytes) -> dict[str, Any] | None:
    """Return the body of a canonical text that fits its kind, None for any other text.

    What fits lies within the JSON profile: the table bounds names, whole numbers and levels.
    """
    check = _BODIES[kind].check
    body: dict[str, Any] | None = canonical.decode_if(raw, lambda value: check(value) is None)
    return body


def body_problem(kind: str, body: Any) -> str | None:
    """Return the path of the first member that does not fit, None when all fits."""
    return _BODIES[kind].check(body)


def validate_body(kind: str, body: Any) -> None:
    """Raise UnknownKind or BodyInvalid."""
    kind_named(kind)
    problem = body_problem(kind, body)
    if problem is not None:
        raise BodyInvalid(problem)


def entities_of(kind: str, body: Mapping[str, Any]) -> list[str]:
    """Return `kind/id` for every id in the body, sorted, without repeats."""
    found: set[str] = set()
    _NAMED_IDS[kind](body, lambda text, value: found.add(f"{text[3:]}/{value}"))
    return sorted(found)


def blob_refs(kind: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every blob the body announces, in the table's order."""
    found: list[dict[str, Any]] = []
    _BLOB_REFS[kind](body, lambda _, value: found.append(value))
    return found


def op_refs(kind: str, body: Mapping[str, Any]) -> list[str]:
    """Return the op ids named by base, chosen, signing and replaces, sorted, without repeats."""
    found: set[str] = set()
    _OP_REFS[kind](body, lambda _, value: found.add(value))
    return sorted(found)
