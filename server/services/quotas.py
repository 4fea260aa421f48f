"""Limits on what a chain brings: ops and bytes a day (UTC), ops that wait; chains a person begins.

Invariants: counted under the chain's (and the person's enrolments') lock, so exact; excess leaves
no trace in the log and the phone keeps it. Something a waiting op waits for is never held back by
the waiting ones.
"""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection

from server.services.locked_state import Work
from server.storage import log_store, waiting_store
from sync_protocol.rules import LIMITS

DAY_MS = 86_400_000


def enrolments_of(person: str) -> str:
    """Return the account on which a person's enrolments are counted, beside those of chains."""
    return sha256(f"enrolments/{person}".encode()).hexdigest()


class Quotas:
    """The counters of the chains of one batch."""

    def __init__(self, connection: Connection, works: Sequence[Work]) -> None:
        self._connection = connection
        fresh = [work for work in works if not work.again]
        chains = {work.op.chain for work in fresh}
        accounts = chains | {enrolments_of(work.author) for work in fresh if work.op.founds_chain}
        self._day = max((work.at_ms for work in fresh), default=0) // DAY_MS
        self._arrived = log_store.arrived(connection, accounts, self._day) if chains else {}
        self._waiting = waiting_store.waiting_counts(connection, chains) if chains else {}
        self._changed: set[str] = set()

    def exceeded(self, work: Work, outcome: str) -> bool:
        """Say whether taking this op in would pass a limit."""
        ops, size_bytes = self._with(work)
        if ops > LIMITS["chain_ops_per_day"] or size_bytes > LIMITS["chain_bytes_per_day"]:
            return True
        begun, _ = self._arrived.get(enrolments_of(work.author), (0, 0))
        if work.op.founds_chain and begun >= LIMITS["person_enrolments_per_day"]:
            return True
        full = self._waiting.get(work.op.chain, 0) >= LIMITS["chain_waiting_ops"]
        return outcome == "waiting" and full

    def count(self, work: Work, outcome: str) -> None:
        """Count an op that is taken in."""
        chain = work.op.chain
        self._arrived[chain] = self._with(work)
        self._changed.add(chain)
        if work.op.founds_chain:
            account = enrolments_of(work.author)
            self._arrived[account] = (self._arrived.get(account, (0, 0))[0] + 1, 0)
            self._changed.add(account)
        if outcome == "waiting":
            self._waiting[chain] = self._waiting.get(chain, 0) + 1

    def store(self) -> None:
        """Write the counters."""
        if self._changed:
            changed = {chain: self._arrived[chain] for chain in sorted(self._changed)}
            log_store.set_arrived(self._connection, self._day, changed)

    def _with(self, work: Work) -> tuple[int, int]:
        ops, size_bytes = self._arrived.get(work.op.chain, (0, 0))
        return ops + 1, size_bytes + len(work.op.header_raw) + len(work.op.body_raw)
