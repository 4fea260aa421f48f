"""The lock set of an op: every key its decision may read or write, keys that don't exist yet too.

Keys are taken in the order given: the chain first, then the rest sorted. `written` tells which of
the entities an op may change, so that authority which is only read can be shared.
"""

from collections.abc import Mapping
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
        f"{effect['entity']}/{op_id if effect['id'] == '@op' else scope[effect['id']]}"
        for effect in kinds.kind_named(kind)["effects"]
        for scope in _scopes(effect, body)
        if effect["id"] == "@op" or effect["id"] in scope
    )


def _scopes(effect: Mapping[str, Any], body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "each" not in effect:
        return [body]
    return [{**body, **item} for item in body[effect["each"]]]
