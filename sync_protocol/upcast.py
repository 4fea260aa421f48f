"""A body as its author wrote it, read in today's shape (SPEC section 2, Versions).

Every reader of a stored or received body comes through here, so decide and fold know one shape.
Bytes, ids and commitments are those of the text and never change. Where a shape cannot say what
was meant, the table's value claims the least.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sync_protocol import canonical
from sync_protocol.rules import VERSIONS, Table

WALL = "@wall_ms"
ACCEPTED = range(VERSIONS["accepted"]["min"], VERSIONS["accepted"]["max"] + 1)


def _by_kind() -> Mapping[str, list[Table]]:
    found: dict[str, list[Table]] = defaultdict(list)
    for shape in VERSIONS["shapes"]:
        for kind in shape["kinds"]:
            found[kind].append(shape)
    return dict(found)


_SHAPES = _by_kind()


def is_reshaped(kind: str) -> bool:
    """Say whether bodies of a kind ever had another shape."""
    return kind in _SHAPES


def current(header: Mapping[str, Any], body: Any) -> Any:
    """Return a body in today's shape; what is no object, or has it already, comes out as it is."""
    if not isinstance(body, dict):
        return body
    for shape in _SHAPES.get(header["kind"], ()):
        if header["v"] <= shape["until"]:
            body = {name: _value(value, header) for name, value in shape["add"].items()} | body
    return body


def _value(value: Any, header: Mapping[str, Any]) -> Any:
    if value == WALL:
        return max(0, header["time"]["wall_ms"])
    return list(value) if isinstance(value, tuple) else value


def read_body(kind: str, header: str, body: str) -> dict[str, Any]:
    """Return the body of a stored op of a kind from its two texts."""
    value: dict[str, Any] = canonical.decode(body.encode("utf-8"))
    if is_reshaped(kind):  # other headers need not be read again
        value = current(canonical.decode(header.encode("utf-8")), value)
    return value
