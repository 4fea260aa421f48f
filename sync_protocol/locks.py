"""The lock set of an op: every key its decision may read or write, keys that don't exist yet too.

Keys are taken in the order given: the chain first, then the rest sorted. `written` tells which of
the entities an op may change, so that authority which is only read can be shared.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sync_protocol import kinds
from sync_protocol.ops import Op


def lock_keys(op: Op) -> tuple[str, ...]:
    """Return `chain/<id>`, then entities, `op/<id>` of itself, its deps, mends and named ops."""
    body = op.body
    named = {op.id, *op.deps, *kinds.op_refs(op.kind, body)}
    if op.mends:
        named.add(op.mends)
    if isinstance(body.get("op"), str):
        named.add(body["op"])
    keys = {f"op/{one}" for one in named} | set(op.entities)
    chain = f"chain/{op.chain}"
    return (chain, *sorted(keys - {chain}))


def written_entities(kind: str, body: Mapping[str, Any], op_id: str) -> frozenset[str]:
    """Return the keys of the rows that the kind's effects may change."""
    return frozenset(
        f"{entity}/{op_id if member == '@op' else scope[member]}"
        for entity, member, each in _writes(kind)
        for scope in _scopes(each, body)
        if member == "@op" or member in scope
    )


@cache
def _writes(kind: str) -> tuple[tuple[str, str, str], ...]:
    """Return (entity, member with its id, list of items it is in) of the kind's effects."""
    effects = kinds.kind_named(kind)["effects"]
    return tuple({(one["entity"], one["id"], one.get("each", "")): None for one in effects})


def _scopes(each: str, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [{**body, **item} for item in body[each]] if each else [body]
