"""What decisions are made of: a logged op, an arrival, and the reader a decision reads through.

Invariants: nothing here changes after it is made; a `Reader` answers only for keys its holder has
locked, and raises `NotLockedError` for any other, so that no decision rests on a moving state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync_protocol import upcast
from sync_protocol.rules import EFFECTIVE_OUTCOMES

Row = dict[str, Any]
SYSTEM = "system"


class NotLockedError(LookupError):
    """A decision needs a key that is not in its lock set; `key` names it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is not locked")
        self.key = key


@dataclass(frozen=True)
class LoggedOp:
    """An op of the log with the ruling in force."""

    op_id: str
    index: int
    chain: str
    seq: int
    kind: str
    space: str
    mends: str
    received_at_ms: int
    ruling_index: int
    outcome: str
    code: str
    flags: tuple[str, ...]
    cause: str
    header_text: str
    body_text: str

    @property
    def in_effect(self) -> bool:
        """Whether its effects are in the rows."""
        return self.outcome in EFFECTIVE_OUTCOMES

    @property
    def body(self) -> Mapping[str, Any]:
        """What it said, in today's shape."""
        return upcast.read_body(self.kind, self.header_text, self.body_text)


@dataclass(frozen=True)
class Before:
    """What is proven of the leaf an op had in an earlier epoch: its place and its ruling."""

    index: int
    origin: str
    outcome: str = ""  # leaves of the first restores do not say

    @property
    def in_effect(self) -> bool:
        """Whether it was valid then and took effect at once."""
        return self.outcome in EFFECTIVE_OUTCOMES


@dataclass(frozen=True)
class Arrival:
    """When and how an op came: server time, and the session that carried it.

    `index` is its leaf's index when it is decided again, `None` at its first ruling; `accepted`
    when a supervisor accepted it out of quarantine; `before` what is proven of the leaf it had
    before a restore.
    """

    at_ms: int
    carrier: str
    index: int | None = None
    accepted: bool = False
    before: "Before | None" = None


@dataclass(frozen=True)
class Decision:
    """A ruling to be logged, and the rows it changes (none unless it takes effect)."""

    outcome: str
    code: str = ""
    flags: tuple[str, ...] = ()
    changes: Mapping[str, Row] = field(default_factory=dict)


class Reader(Protocol):
    """The state as of the locks held."""

    def is_empty(self) -> bool:
        """Say whether the log has no leaf yet."""

    def row(self, entity: str) -> Row | None:
        """Return a row."""

    def row_index(self, entity: str) -> int:
        """Return the leaf index that last touched an existing row."""

    def op(self, op_id: str) -> LoggedOp | None:
        """Return a logged op."""

    def author(self, chain: str) -> str:
        """Return the person of a chain; it never changes."""

    def menders(self, op_id: str) -> Sequence[LoggedOp]:
        """Return the logged ops that mend this one."""

    def twins(self, chain: str, seq: int, op_id: str) -> list[LoggedOp]:
        """Return the other logged ops at the same place of a chain."""

    def assignments(self, person: str) -> Sequence[tuple[int, str]]:
        """Return (leaf index, role) of each assignment of a person in effect, in log order."""

    def seen_before(self, chain: str, seq: int) -> Mapping[str, Any] | None:
        """Return the checkpoint (`seen`) named by the op before this place, if that is here."""

    def signed_root(self, size: int) -> str | None:
        """Return the root (hex) of the checkpoint signed at a size."""

    def origin(self) -> str:
        """Return the log's origin line."""
