"""One transaction: lock, read, decide, append, project. Ingest and release both end here.

Invariants:
- A decision is made after all its locks are held and on what was read after that.
- The log's head is the last lock; indexes are allotted under it, so no reader skips one.
- Leaf, op, tiles, head and every row they change commit together or not at all.
- An op that is logged already is left as it is.
- A log that is behind what was signed takes nothing in but the op that opens its next epoch.
- Batches that come at the same time are ruled on together, each op as if it had come alone.

Locks of one transaction are bounded; a large batch is several transactions, each complete.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from server.domain import lock_set, mends, projection
from server.domain.decide import decide, resolve
from server.domain.records import SYSTEM, Arrival, LoggedOp, NotLockedError
from server.services import revocations, rewind
from server.services.append import append
from server.services.locked_state import LockedState, NewLeaf, Work
from server.services.quotas import Quotas
from server.services.revocations import REVOKING_KINDS
from server.services.runtime import Runtime
from server.storage import locks, log_store
from server.storage.database import writing
from sync_protocol.admission import Rejection

RESOLUTION_ORDER = ("op.withdraw", "ruling.decline", "ruling.accept")


class _MoreLocksError(LookupError):
    def __init__(self, keys: set[str]) -> None:
        super().__init__(", ".join(sorted(keys)))
        self.keys = keys


@dataclass
class Committed:
    """What a batch came to; `woken` maps what others may wait for to the op that brought it."""

    duplicates: set[str] = field(default_factory=set)
    rejected: dict[str, Rejection] = field(default_factory=dict)
    woken: dict[str, str] = field(default_factory=dict)

    def take(self, more: "Committed") -> None:
        """Add what another part came to."""
        self.duplicates |= more.duplicates
        self.rejected |= more.rejected
        self.woken |= more.woken


Owned = tuple[Work, Committed]  # a work, and the result of the batch that it came in


def commit(runtime: Runtime, works: Sequence[Work]) -> Committed:
    """Rule on ops in order, together with what other threads bring meanwhile."""
    done: Committed = runtime.committing.join(works, partial(_commit_all, runtime))
    return done


def _commit_all(runtime: Runtime, batches: Sequence[Sequence[Work]]) -> list[Committed]:
    """Rule on batches in order, in as few transactions as the bound on locks allows."""
    done = [Committed() for _ in batches]
    owned = [(work, mine) for batch, mine in zip(batches, done, strict=True) for work in batch]
    for part, keys in _parts(owned, locks.keys_at_once(runtime.engine)):
        while True:
            try:
                _transact(runtime, part, keys)
                break
            except _MoreLocksError as needed:  # found only while deciding: start again with them
                keys |= dict.fromkeys(needed.keys, False)
    return done


def _parts(
    owned: Sequence[Owned], keys_at_once: int
) -> Iterator[tuple[list[Owned], dict[str, bool]]]:
    """Split batches so that no transaction holds more locks than it may."""
    part: list[Owned] = []
    held: dict[str, bool] = {}
    for work, done in owned:
        wanted = _keys(work)
        if part and len(held) + len(wanted.keys() - held.keys()) > keys_at_once:
            yield part, held
            part, held = [], {}
        part.append((work, done))
        for key, exclusive in wanted.items():
            held[key] = held.get(key, False) or exclusive
    if part:
        yield part, held


def _keys(work: Work) -> dict[str, bool]:
    wanted = lock_set.lock_set(work.op, work.author)
    if not work.again:
        return wanted
    return {f"op/{work.op.chain}": False, f"op/{work.cause}": False} | wanted  # what it waited for


def _transact(runtime: Runtime, part: Sequence[Owned], keys: dict[str, bool]) -> None:
    works = [work for work, _ in part]
    revoked: list[str] = []
    outside = rewind.outside(runtime)
    with writing(runtime.engine) as connection:
        locks.take(connection, keys)
        head = log_store.head(connection)
        if not _opens_epoch(works):
            rewind.refuse_writes(runtime, outside, head)
        origin = runtime.origin(head.epoch)
        state = LockedState(connection, keys, works, runtime.chains, head, origin)
        quotas = Quotas(connection, works)
        missing: set[str] = set()
        spans: list[slice] = []  # the leaves of each work
        fresh = [Committed() for _ in part]  # an attempt that has to start again leaves nothing
        for work, ruled in zip(works, fresh, strict=True):
            try:
                begin = len(state.leaves)
                _rule(state, work, quotas, ruled)
                spans.append(slice(begin, len(state.leaves)))
            except NotLockedError as error:
                missing.add(error.key)
        if missing:
            raise _MoreLocksError(missing)
        if state.leaves:
            quotas.store()
            append(connection, state, works, runtime.clock.now_ms())
            for span, ruled in zip(spans, fresh, strict=True):
                ruled.woken = _woken(connection, state, state.leaves[span])
        revoked = _revoked(state, works)
    revocations.export(runtime, revoked)
    for (_, done), ruled in zip(part, fresh, strict=True):
        done.take(ruled)


def _opens_epoch(works: Sequence[Work]) -> bool:
    """Say whether this is the one op that a log behind its checkpoint may take: a new epoch's."""
    return [(work.op.kind, work.carrier) for work in works] == [("epoch.open", SYSTEM)]


def _rule(state: LockedState, work: Work, quotas: Quotas, done: Committed) -> None:
    if work.again:
        _rule_again(state, work)
    else:
        _rule_first(state, work, quotas, done)


def _rule_first(state: LockedState, work: Work, quotas: Quotas, done: Committed) -> None:
    if state.op(work.op.id) is not None:
        done.duplicates.add(work.op.id)
        return
    if not work.op.founds_chain and not state.author(work.op.chain):
        # Its enrolment came in the same batch, and was over a limit.
        done.rejected[work.op.id] = Rejection("chain_unknown", "header.chain", work.op.id)
        return
    ruling = decide(
        work.op,
        work.author,
        Arrival(work.at_ms, work.carrier, before=work.before),
        state,
    )
    if quotas.exceeded(work, ruling.outcome):
        done.rejected[work.op.id] = Rejection("quota_exceeded", "", work.op.id)
        return
    quotas.count(work, ruling.outcome)
    state.log_op(work, ruling)


def _rule_again(state: LockedState, work: Work) -> None:
    """Decide a logged op again, unless what it waited for was dealt with by somebody else."""
    logged = state.logged(work.op.id)
    resolution = _resolution(state, logged)
    if resolution is None and logged.outcome != "waiting":
        return
    accepted_by = _accepted_by(state, logged, resolution)
    arrival = Arrival(
        logged.received_at_ms, work.carrier, logged.index, bool(accepted_by), work.before
    )
    if resolution is not None:
        ruling = resolve(work.op, work.author, arrival, state, resolution)
        state.log_ruling(work, ruling, resolution.op_id)
        return
    ruling = decide(work.op, work.author, arrival, state)
    if (ruling.outcome, ruling.code) != (logged.outcome, logged.code):
        state.log_ruling(work, ruling, accepted_by or work.cause)


def _resolution(state: LockedState, logged: LoggedOp) -> LoggedOp | None:
    """Return the op by its author or a supervisor that asks for a new ruling, if any."""
    waits = [state.op(dep) for dep in sorted(state.waits.get(logged.op_id, ()))]
    asking = {
        one.kind: one
        for one in waits
        if one is not None
        and one.kind in RESOLUTION_ORDER
        and one.in_effect
        and one.body["op"] == logged.op_id
    }
    return next((asking[kind] for kind in RESOLUTION_ORDER if kind in asking), None)


def _accepted_by(state: LockedState, logged: LoggedOp, resolution: LoggedOp | None) -> str:
    """Return the acceptance in force: a new one, or the one that let the op wait for its deps."""
    if resolution is None:
        return state.accepted.get(logged.op_id, "")
    return resolution.op_id if resolution.kind == "ruling.accept" else ""


def _revoked(state: LockedState, works: Sequence[Work]) -> list[str]:
    """Return the revocations in effect among what came, sent again or not."""
    came = [state.op(work.op.id) for work in works if work.op.kind in REVOKING_KINDS]
    return [op.op_id for op in came if op is not None and op.in_effect]


def _woken(connection: Connection, state: LockedState, leaves: Sequence[NewLeaf]) -> dict[str, str]:
    woken: dict[str, str] = {}
    for leaf in leaves:
        logged = state.logged(leaf.op_id)
        for one in projection.wakes(logged):
            woken[one] = logged.op_id
        if logged.mends:
            mended = log_store.mended_above(connection, logged.op_id, mends.BOUND)
            woken |= dict.fromkeys(mended, logged.op_id)
    return woken
