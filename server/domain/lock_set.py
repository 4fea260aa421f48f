"""The keys an op's decision is made under, and which of them it may change.

Invariants: the set is computed from header, body and author alone, so it is known before anything
is read; two decisions that could change each other share a key that one of them holds exclusively.
`chain/…` keys come first, then all others; within each group `storage.locks` sorts.
"""

from server.domain import originals
from sync_protocol import locks
from sync_protocol.ops import Op

BUREAU_TREE = "bureau"  # one key for the whole tree: it is read by all and hardly ever written
RESOLVING_KINDS = frozenset({"ruling.accept", "ruling.decline", "op.withdraw"})


def key_of(entity: str) -> str:
    """Return the lock key of an entity."""
    return BUREAU_TREE if entity.startswith("bureau/") else entity


def lock_set(op: Op, author: str) -> dict[str, bool]:
    """Return every key with whether it is held exclusively."""
    exclusive = {key_of(entity) for entity in locks.written_entities(op.kind, op.body, op.id)}
    exclusive |= {f"chain/{op.chain}", f"op/{op.id}"}
    if op.founds_chain:
        exclusive.add(f"enrolments/{author}")  # they are counted
    if op.mends:
        exclusive.add(f"op/{op.mends}")
    if op.kind in RESOLVING_KINDS:
        exclusive.add(f"op/{op.body['op']}")
    shared = {key_of(key) for key in locks.lock_keys(op)} | {BUREAU_TREE, f"person/{author}"}
    shared.update(originals.keys(op))
    return dict.fromkeys(shared, False) | dict.fromkeys(exclusive, True)
