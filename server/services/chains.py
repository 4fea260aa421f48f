"""Who a chain belongs to, and its key: both are in its first op and never change.

A cache in front of one query; what is not logged is never remembered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from server.domain.records import SYSTEM
from server.storage.database import reading
from server.storage.log_tables import Op
from sync_protocol import canonical
from sync_protocol.keys import PublicKeyInfo
from sync_protocol.rules import FOUNDING_KINDS

REMEMBERED = 20_000


@dataclass(frozen=True)
class Chain:
    """A chain's person (`system` for the system's own) and key."""

    person: str
    key: PublicKeyInfo


def chain_of(kind: str, body: Mapping[str, Any]) -> Chain:
    """Return the chain that a founding op begins."""
    person = SYSTEM if kind == "deployment.genesis" else body["person"]
    return Chain(person, PublicKeyInfo(**body["public_key"]))


class Chains:
    """The chains of the log."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, Chain] = {}

    def get(self, chain: str, connection: Connection | None = None) -> Chain | None:
        """Return a logged chain, asking the database at most once for each that exists."""
        if chain not in self._known:
            self._load([chain], connection)
        return self._known.get(chain)

    def _load(self, chains: Iterable[str], connection: Connection | None) -> None:
        query = select(Op.op_id, Op.kind, Op.body).where(
            Op.op_id.in_(list(chains)), Op.kind.in_(FOUNDING_KINDS)
        )
        if connection is None:
            with reading(self._engine) as opened:
                found = opened.execute(query).all()
        else:
            found = connection.execute(query).all()
        if len(self._known) > REMEMBERED:
            self._known.clear()
        for row in found:
            body = canonical.decode(row.body.encode("utf-8"))
            self._known[row.op_id] = chain_of(row.kind, body)
