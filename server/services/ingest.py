"""THE pipeline: bytes → admit → lock → decide → append → project → receipt.

Invariants: signatures are checked outside any lock; an item that is not admitted leaves no leaf and
nothing that could shadow its good resend; a receipt is given only after its leaf is committed and
covered by a signed checkpoint; sending an item again changes nothing and gives the same receipt.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.records import Before
from server.services import log, release
from server.services.chains import Chain, chain_of
from server.services.commit import Committed, commit
from server.services.locked_state import Work
from server.services.queries import push_entries
from server.services.runtime import Runtime
from server.storage import log_store
from server.storage.database import writing
from sync_protocol import admission
from sync_protocol.admission import Rejection
from sync_protocol.keys import PublicKeyInfo
from sync_protocol.ops import Op
from sync_protocol.rules import LIMITS

DAY_MS = 86_400_000
Cited = Mapping[str, Before]
NOTHING_CITED: Cited = {}


@dataclass(frozen=True)
class Carrier:
    """Whose session brings a batch; `system` when the service brings its own."""

    person_id: str
    system: bool = False


def push(
    runtime: Runtime, items: Sequence[object], carrier: Carrier, cited: Cited = NOTHING_CITED
) -> dict[str, Any]:
    """Take in a batch; return SPEC section 8's reply, an item for each in the order sent.

    `cited` holds, by op id, what is proven of the leaf that an op had before a restore.
    """
    admitted = admit(runtime, items, carrier, cited)
    works = works_of(runtime, admitted, carrier, cited)
    try:
        done, checkpoint = _taken(runtime, works)
    except Exception:
        runtime.unfinished.set()  # what was committed before that may have let others go on
        raise
    entries = push_entries(runtime, [work.op.id for work in works])
    seen = set(done.duplicates)
    replies = [_reply(one, done.rejected, entries, seen) for one in admitted]
    _keep_rejections(runtime, [*_rejections(admitted), *done.rejected.values()], carrier)
    return {"checkpoint": checkpoint, "items": replies}


def _taken(runtime: Runtime, works: Sequence[Work]) -> tuple[Committed, str]:
    """Commit works, let go on what waited for them, and sign the log."""
    done = Committed()
    for part in _up_to_confirmations(works):
        one = commit(runtime, part)
        done.duplicates |= one.duplicates
        done.rejected |= one.rejected
        release.release(runtime, one.woken)
    return done, log.publish(runtime)


def _up_to_confirmations(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Split a batch after each confirmation of a phone: a revocation that waited for it comes
    into effect before anything that follows is ruled on.
    """
    part: list[Work] = []
    for work in works:
        part.append(work)
        if work.op.kind == "chain.countersign":
            yield part
            part = []
    if part:
        yield part


def admit(
    runtime: Runtime, items: Sequence[object], carrier: Carrier, cited: Cited = NOTHING_CITED
) -> list[tuple[Op, Chain] | Rejection]:
    """Check every item by itself; an enrolment's key counts for the items after it."""
    begun: dict[str, Chain] = {}

    def chain_named(chain: str) -> Chain | None:
        return begun.get(chain) or runtime.chains.get(chain)

    def key_of(chain: str) -> PublicKeyInfo | None:
        known = chain_named(chain)
        return known.key if known else None

    results: list[tuple[Op, Chain] | Rejection] = []
    for item in items:
        op = admission.admit(item, runtime.settings.deployment, key_of)
        if isinstance(op, Op) and op.founds_chain:
            begins = chain_of(op.kind, op.body)
            op = (
                op
                if op.id in cited or _may_enrol(begins, carrier)
                else Rejection("enrolment_person", "", op.id)
            )
            begun |= {op.id: begins} if isinstance(op, Op) else {}
        if isinstance(op, Rejection):
            results.append(op)
            continue
        chain = chain_named(op.chain)
        if chain is None:
            raise RuntimeError(f"chain {op.chain}: admitted without a key")
        results.append((op, chain))
    return results


def _may_enrol(begins: Chain, carrier: Carrier) -> bool:
    return carrier.system or begins.person == carrier.person_id


def works_of(
    runtime: Runtime,
    admitted: Sequence[tuple[Op, Chain] | Rejection],
    carrier: Carrier,
    cited: Cited = NOTHING_CITED,
) -> list[Work]:
    """Return what is to be ruled on: each admitted op once, in the order sent."""
    now_ms = runtime.clock.now_ms()
    found: dict[str, Work] = {}
    for one in admitted:
        if not isinstance(one, Rejection):
            op, chain = one
            work = Work(op, chain.person, carrier.person_id, now_ms, before=cited.get(op.id))
            found.setdefault(op.id, work)
    return list(found.values())


def _reply(
    one: tuple[Op, Chain] | Rejection,
    rejected: dict[str, Rejection],
    entries: dict[str, dict[str, Any]],
    seen: set[str],
) -> dict[str, Any]:
    if not isinstance(one, Rejection):
        op_id = one[0].id
        if op_id not in rejected:
            duplicate = op_id in seen
            seen.add(op_id)
            return {"op": op_id, "status": "admitted", "duplicate": duplicate, **entries[op_id]}
        one = rejected[op_id]
    reply = {"status": "rejected", "code": one.code}
    reply |= {"op": one.op_id} if one.op_id else {}
    return reply | ({"field": one.field} if one.field else {})


def _rejections(admitted: Sequence[tuple[Op, Chain] | Rejection]) -> list[Rejection]:
    return [one for one in admitted if isinstance(one, Rejection)]


def _keep_rejections(runtime: Runtime, rejected: Sequence[Rejection], carrier: Carrier) -> None:
    """Remember what was rejected, for support: bounded, expiring, read by nothing else."""
    if not rejected:
        return
    now_ms = runtime.clock.now_ms()
    values = [
        {
            "at_ms": now_ms,
            "carrier": carrier.person_id,
            "op_id": one.op_id,
            "code": one.code,
            "field": one.field.replace("\0", "")[:200],  # PostgreSQL's texts hold no NUL
        }
        for one in rejected
    ]
    oldest_ms = now_ms - LIMITS["rejections_days"] * DAY_MS
    with writing(runtime.engine) as connection:
        log_store.add_rejections(connection, values, LIMITS["rejections_kept"], oldest_ms)
