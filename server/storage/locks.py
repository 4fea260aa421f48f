"""Locks on keys that need not exist, held until the transaction ends.

PostgreSQL: advisory locks on 64 bits of a hash, `chain/…` keys first, sorted within each group, so
that two transactions never wait for each other in a circle. Two keys with one hash are one lock,
exclusive if either is. SQLite: the write transaction is the lock.

PostgreSQL keeps all locks in one table (`max_locks_per_transaction`); callers stay below
`keys_at_once` by splitting a batch.
"""

from collections.abc import Mapping
from hashlib import sha256

from sqlalchemy import Connection, Engine, text

KEYS_AT_ONCE = 1000
NO_LIMIT = 1 << 30

_TAKE = text(
    "SELECT CASE WHEN exclusive THEN pg_advisory_xact_lock(key)::text "
    "ELSE pg_advisory_xact_lock_shared(key)::text END "
    "FROM unnest(CAST(:keys AS bigint[]), CAST(:modes AS boolean[])) AS wanted(key, exclusive)"
)


def keys_at_once(engine: Engine) -> int:
    """Return how many keys one transaction may hold."""
    return KEYS_AT_ONCE if engine.dialect.name == "postgresql" else NO_LIMIT


def take(connection: Connection, keys: Mapping[str, bool]) -> None:
    """Lock keys (true: exclusively); waits as long as it takes."""
    if connection.dialect.name != "postgresql":
        return
    chains = {key: mode for key, mode in keys.items() if key.startswith("chain/")}
    others = {key: mode for key, mode in keys.items() if not key.startswith("chain/")}
    order = [*_numbers(chains), *_numbers(others)]
    numbers = [number for number, _ in order]
    connection.execute(_TAKE, {"keys": numbers, "modes": [mode for _, mode in order]})


def _numbers(keys: Mapping[str, bool]) -> list[tuple[int, bool]]:
    found: dict[int, bool] = {}
    for key, exclusive in keys.items():
        digest = sha256(key.encode("utf-8")).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        found[number] = found.get(number, False) or exclusive
    return sorted(found.items())
