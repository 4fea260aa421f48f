"""The tables of `tables/*.json`, loaded once and frozen.

Everything here is read-only: a caller that tries to write gets a TypeError. Lists are tuples.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent / "tables"

Table = Mapping[str, Any]


def freeze(value: Any) -> Any:
    """Return the same JSON value with read-only mappings and tuples."""
    if isinstance(value, dict):
        return MappingProxyType({name: freeze(item) for name, item in value.items()})
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    return value


def load(name: str) -> Table:
    """Read one table of the folder."""
    table: Table = freeze(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
    return table


_KINDS = load("kinds")
_REASONS = load("reasons")
_PROBLEMS = load("problems")

KINDS: Table = _KINDS["kinds"]
TYPES: Table = _KINDS["types"]
MACHINES: Table = load("lifecycle")["machines"]
VERSIONS: Table = load("versions")
LIMITS: Mapping[str, int] = MappingProxyType(
    {name: bound for name, bound in load("limits").items() if name != "about"}
)
OUTCOMES: Table = _REASONS["outcomes"]
CODES: Table = _REASONS["codes"]
FLAGS: Table = _REASONS["flags"]
PROBLEMS: Table = _PROBLEMS["problems"]
ITEM_PROBLEMS: Table = _PROBLEMS["item"]

# Kinds whose op begins a chain: their key is in their own body (SPEC section 3).
FOUNDING_KINDS = frozenset({"chain.enrol", "deployment.genesis"})
EFFECTIVE_OUTCOMES = frozenset({"applied", "merged", "conflict"})
HELD_OUTCOMES = tuple(sorted(OUTCOMES.keys() - EFFECTIVE_OUTCOMES))
