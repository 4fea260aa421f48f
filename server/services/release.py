"""Let waiting ops go on when what they waited for has come: new rulings, each a leaf of its own.

Invariants: what is to be released is a query (`waiting`), so a crash between a commit and its
release loses nothing: `release_all` at start-up finds it. Each op is decided under its own locks,
with others when several wait for one thing. It ends: an op is ruled again only when its ruling
changes or somebody asked for one.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from server.domain.records import Before
from server.services.commit import commit
from server.services.locked_state import Work
from server.services.runtime import Runtime
from server.storage import log_store, waiting_store
from server.storage.database import reading
from server.storage.log_tables import Leaf
from server.storage.log_tables import Op as OpRow
from sync_protocol import canonical, leaves, upcast
from sync_protocol.encoding import from_b64url
from sync_protocol.ops import Op

AT_ONCE = 100
SALT_BYTES, SIGNATURE_BYTES = 32, 64


def release(runtime: Runtime, woken: Mapping[str, str]) -> None:
    """Decide again what waited for the keys of `woken` (each with the op that brought it)."""
    while woken:
        with reading(runtime.engine) as connection:
            waiting = waiting_store.waiting_for(connection, woken)
        causes = {op_id: woken[dep] for op_id, dep in reversed(waiting)}
        order = list(dict.fromkeys(op_id for op_id, _ in waiting))
        following: dict[str, str] = {}
        for start in range(0, len(order), AT_ONCE):
            works = _works(runtime, order[start : start + AT_ONCE], causes)
            following |= commit(runtime, works).woken
        woken = following


def release_all(runtime: Runtime) -> None:
    """Decide again whatever waits: once, at start-up."""
    with reading(runtime.engine) as connection:
        deps = waiting_store.all_deps_waited_for(connection)
        logged = log_store.logged_ops(connection, deps)
    release(runtime, {dep: dep for dep in sorted(deps) if dep in logged})


def _works(runtime: Runtime, op_ids: Sequence[str], causes: Mapping[str, str]) -> list[Work]:
    columns = (OpRow.header, OpRow.body, OpRow.salt, OpRow.sig, OpRow.carrier, OpRow.op_id)
    query = select(*columns, Leaf.record).join(Leaf, Leaf.index == OpRow.index)
    query = query.where(OpRow.op_id.in_(op_ids)).order_by(OpRow.index)
    with reading(runtime.engine) as connection:
        rows = connection.execute(query).all()
    now_ms = runtime.clock.now_ms()
    works = []
    for row in rows:
        op = stored_op(row.op_id, row.header, row.body, row.salt, row.sig)
        chain = runtime.chains.get(op.chain)
        if chain is None:
            raise RuntimeError(f"chain {op.chain}: has ops but no enrolment")
        was = leaves.parse_leaf(row.record).get("was")
        before = Before(**was) if was else None
        works.append(Work(op, chain.person, row.carrier, now_ms, True, causes[op.id], before))
    return works


def stored_op(op_id: str, header: str, body: str, salt: str, sig: str) -> Op:
    """Return a logged op from its texts."""
    header_raw, body_raw = header.encode("utf-8"), body.encode("utf-8")
    said = canonical.decode(header_raw)
    return Op(
        op_id,
        said,
        upcast.current(said, canonical.decode(body_raw)),
        header_raw,
        body_raw,
        from_b64url(salt, SALT_BYTES) or b"",
        from_b64url(sig, SIGNATURE_BYTES) or b"",
    )
