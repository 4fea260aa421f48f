"""An op that names a refused one means the op that mended it (SPEC section 6, dependants follow).

Invariants: pure; a live decision and a replay read the same menders at the same index, so they
follow to the same op; what is in effect is never followed away from. Bounded: a mend of a mend is
followed `mends_followed` levels deep, and on each level the first so many without effect.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, Protocol

from sync_protocol import kinds
from sync_protocol.ops import Op
from sync_protocol.rules import LIMITS

BOUND = LIMITS["mends_followed"]


class Mender(Protocol):
    """A logged op that mends another."""

    @property
    def op_id(self) -> str:
        """Its id."""

    @property
    def index(self) -> int:
        """The index of its op leaf."""

    @property
    def in_effect(self) -> bool:
        """Whether its effects are in the rows."""


MendersOf = Callable[[str], Sequence[Mender]]


def mended_by(op_id: str, menders_of: MendersOf) -> str:
    """Return the op in effect that mends this one, or the empty text.

    The nearest level of mends that has one decides, and in it the op that was logged first.
    `menders_of` returns the logged ops whose `mends` is the op it is given.
    """
    level = [op_id]
    for _ in range(BOUND):
        menders = sorted(
            (one for named in level for one in menders_of(named)), key=attrgetter("index")
        )
        for one in menders:
            if one.in_effect:
                return one.op_id
        level = [one.op_id for one in menders[:BOUND]]
    return ""


def followed(op: Op, stands_for: Callable[[str], str]) -> Op:
    """Return the op with each reference to a mended op turned to the mending one.

    `stands_for` returns the mending op of a refused one, the empty text for any other.
    """
    named = {ref: stands_for(ref) for ref in kinds.op_refs(op.kind, op.body)}
    named = {ref: mender for ref, mender in named.items() if mender}
    return replace(op, body=_renamed(op.body, named)) if named else op


def _renamed(value: Any, named: Mapping[str, str], member: str = "") -> Any:
    """Return a body with the op ids under its reference members replaced."""
    if isinstance(value, Mapping):
        return {name: _renamed(part, named, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, named, member) for part in value]
    return named.get(value, value) if member in kinds.OP_REFERENCES else value
