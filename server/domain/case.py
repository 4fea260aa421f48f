"""What a guard looks at: the op, its author, the rows that are locked, the flags it may add."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.records import Reader, Row
from sync_protocol.ops import Op


@dataclass(frozen=True)
class Case:
    """What a guard looks at."""

    op: Op
    author: str
    role: str  # the one they had when they recorded it
    reader: Reader
    flags: set[str]

    @property
    def body(self) -> Mapping[str, Any]:
        """The op's body."""
        return self.op.body

    def row(self, kind: str, identity: object) -> Row | None:
        """Return a row by kind and id."""
        return self.reader.row(f"{kind}/{identity}")


Guard = Callable[[Case], str]


def named_findings(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield every finding that a body acts on or records."""
    if "finding" in body:
        yield body["finding"]
    yield from body.get("recorded", ())
    for item in (*body.get("findings", ()), *body.get("items", ())):
        yield item["finding"]
