"""Which ops wait, and for what. Every function belongs to its caller's transaction.

Not here: what lets an op go on (`services.release`).
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Delete, Select, delete, func, select

from server.storage.bulk import Values, for_listed, listed_in, upsert_rows
from server.storage.log_tables import Leaf, Op, Waiting
from sync_protocol.leaves import parse_leaf


@cache
def _waiting_counts(dialect: str) -> Select[Any]:
    waiting = (listed_in(dialect, Op.chain), Op.outcome == "waiting")
    return select(Op.chain, func.count()).where(*waiting).group_by(Op.chain)


def waiting_counts(connection: Connection, chains: Iterable[str]) -> dict[str, int]:
    """Return how many ops of each chain wait."""
    return dict(for_listed(connection, _waiting_counts, chains).all())


@cache
def _waiting_for(dialect: str) -> Select[Any]:
    return (
        select(Waiting.op_id, Waiting.dep)
        .join(Op, Op.op_id == Waiting.op_id)
        .where(listed_in(dialect, Waiting.dep))
        .order_by(Op.index)
    )


def waiting_for(connection: Connection, deps: Iterable[str]) -> list[tuple[str, str]]:
    """Return (op id, dep) of every op that waits for one of these, oldest op first."""
    return [(op_id, dep) for op_id, dep in for_listed(connection, _waiting_for, deps)]


@cache
def _waits_of(dialect: str) -> Select[Any]:
    return select(Waiting.op_id, Waiting.dep).where(listed_in(dialect, Waiting.op_id))


def waits_of(connection: Connection, op_ids: Iterable[str]) -> dict[str, set[str]]:
    """Return what each of these ops waits for."""
    found: dict[str, set[str]] = {}
    for op_id, dep in for_listed(connection, _waits_of, op_ids):
        found.setdefault(op_id, set()).add(dep)
    return found


@cache
def _causes(dialect: str) -> Select[Any]:
    later = (listed_in(dialect, Leaf.op_id), Leaf.type == "ruling")
    return select(Leaf.op_id, Leaf.record).where(*later).order_by(Leaf.index)


@cache
def _accepting(dialect: str) -> Select[Any]:
    return select(Op.op_id).where(listed_in(dialect, Op.op_id), Op.kind == "ruling.accept")


def acceptances(connection: Connection, op_ids: Iterable[str]) -> dict[str, str]:
    """Return the op id of the acceptance that each of these was once ruled by, if any."""
    later = for_listed(connection, _causes, op_ids)
    caused = [(op_id, parse_leaf(record)["cause"]) for op_id, record in later]
    causes = {cause for _, cause in caused if cause}
    accepting = set(for_listed(connection, _accepting, causes).scalars()) if causes else set()
    return {op_id: cause for op_id, cause in caused if cause in accepting}


def all_deps_waited_for(connection: Connection) -> set[str]:
    """Return everything that some op waits for."""
    return set(connection.execute(select(Waiting.dep).distinct()).scalars())


@cache
def _end_waiting(dialect: str) -> Delete:
    return delete(Waiting).where(listed_in(dialect, Waiting.op_id))


def replace_waiting(connection: Connection, ended: Iterable[str], values: Values) -> None:
    """End the waiting of some ops, then add new waits."""
    gone = list(ended)
    if gone:
        for_listed(connection, _end_waiting, gone)
    upsert_rows(connection, Waiting, values, ("op_id", "dep"), ())
