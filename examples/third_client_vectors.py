"""Runs the vectors a client needs against the third client: python examples/third_client_vectors.py

The strict types of SPEC 2 stand here: a client does not need them to talk to the service.
"""

import json
import re
import sys
import time
from pathlib import Path

import third_client_proofs as c

VECTORS = Path(__file__).resolve().parents[1] / "sync_protocol" / "vectors"


def root_by_definition(entries):
    """RFC 9162 §2.1.1: the root of all entries (the client itself only follows proofs)."""
    if len(entries) < 2:
        return c.leaf_hash(entries[0]) if entries else c.sha(b"")
    k = c.half(len(entries))
    return c.node(root_by_definition(entries[:k]), root_by_definition(entries[k:]))


def run_canonical(v):
    try:
        if v["do"] != "decode":
            return {"text": c.canonical(v["value"])}
        if "hex" in v:
            return {"value": c.decode_canonical(bytes.fromhex(v["hex"]))}
        return {"value": c.decode_canonical(v["text"].encode("utf-8", "surrogatepass"))}
    except c.NotJson:
        return {"error": "not_json"}
    except c.NotCanonical:
        return {"error": "not_canonical"}


def run_ids(v):
    if v["do"] == "new_id":
        return {"id": c.new_id(v["now_ms"], bytes.fromhex(v["random_hex"]))}
    return {"code": c.pairing_code(v["chain"], c.unb64u(v["key"]))}


def run_ops(v):
    if v["do"] == "pae":
        return {"hex": c.pae(v["type"], v["payload"].encode()).hex()}
    if v["do"] == "op_id":
        return {"op": c.op_id(v["header"])}
    if v["do"] == "commitment":
        return {"commitment": c.commitment(c.unb64u(v["salt"]), v["body"])}
    if v["do"] == "verify":
        return {"ok": c.verify_op(v["public_key"], v["header"], bytes.fromhex(v["sig_hex"]))}
    built = c.build(v["parts"], v["body"], c.unb64u(v["salt"]))
    return dict(zip(("op", "header", "body"), built, strict=True))


def run_kinds(v):
    try:
        check_members(c.KINDS["kinds"][v["kind"]]["body"], v["body"], "")
    except Misfit as misfit:
        return {"field": str(misfit)}
    return c.names_of(v["kind"], v["body"])


def run_types(v):
    try:
        check(v["type"], v["value"], "")
    except Misfit as misfit:
        return {"field": str(misfit)}
    return {"fits": True}


def run_leaves(v):
    if v["do"] == "entry":
        entry = c.entry_of(v["leaf"])
        return {"entry": entry.hex(), "leaf_hash": c.leaf_hash(entry).hex()}
    head = {"origin": v["origin"], "size": v["size"], "root": v["root"]}
    proof, openings = c.unhex(v["proof"]), v.get("openings")
    return {"ok": c.receipt_holds(v["receipt"], v["op"], head, proof, openings)}


def run_merkle(v):
    to_bytes = bytes.fromhex
    if v["do"] == "root":
        return {"root": root_by_definition(c.unhex(v["entries_hex"])).hex()}
    proof, root = c.unhex(v["proof"]), to_bytes(v["root"])
    if v["do"] == "inclusion":
        return {"ok": c.included(to_bytes(v["entry"]), v["index"], v["size"], proof, root)}
    return {"ok": c.consistent(v["from"], v["size"], to_bytes(v["old_root"]), root, proof)}


def run_note(v):
    try:
        if v["do"] == "open":
            return c.open_note(v["key"], v["note"])
        name, _, key = c.read_key(v["key"])
    except c.Stop:
        return {"error": True}
    return {"name": name, "public_key": key.hex()}


# ---- strict types (§2 Body)


class Misfit(Exception):
    """str() is the path of the first member that does not fit."""


def is_b64(value, size):
    try:
        return len(c.unb64u(value)) == size
    except ValueError:
        return False


def is_date(value):
    """YYYY-MM-DD, a real day of the years 0001–9999."""
    try:
        has_form = re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
        return bool(has_form and time.strptime(value, "%Y-%m-%d"))
    except ValueError:
        return False


def is_text(value, size, controls):
    """text:N and line:N."""
    is_blank = re.fullmatch("[\\s\ufeff]*", value)
    return len(value) <= size and not re.search(controls, value) and not is_blank


def is_hex(value, size):
    return re.fullmatch(f"[0-9a-f]{{{size}}}", value)


IDS = {"bureau": "[0-9]{6}", "chain": "[0-9a-f]{64}"}
TEXTS = {
    "text": lambda rest, v: is_text(v, int(rest), "[\0-\x09\x0b-\x1f\x7f-\x9f]"),
    "line": lambda rest, v: is_text(v, int(rest), "[\0-\x1f\x7f-\x9f]"),
    "enum": lambda rest, v: v in rest.split("|"),
    "date": lambda _, v: is_date(v),
    "op": lambda _, v: is_hex(v, 64),
    "sha256": lambda _, v: is_hex(v, 64),
    "hex": lambda rest, v: is_hex(v, int(rest)),
    "name": lambda _, v: re.fullmatch("[a-z0-9_]{1,40}", v),
    "b64": lambda rest, v: is_b64(v, int(rest)),
    "id": lambda rest, v: re.fullmatch(IDS.get(rest, "[0-9a-z-]{1,80}"), v),
}


def fits(name, rest, value):
    """Does a value fit a scalar type?"""
    if name == "bool":
        return isinstance(value, bool)
    if name in ("int", "time_ms"):
        low, high = map(int, rest.split(":")) if rest else (0, c.LIMITS["integer_magnitude"])
        return type(value) is int and low <= value <= high
    return isinstance(value, str) and bool(TEXTS[name](rest, value))


def check(of_type, value, path):
    """One value against a type string."""
    name, _, rest = of_type.partition(":")
    if name == "list":
        item, most, least = re.fullmatch(r"(.+?):(\d+)(?::(\d+))?", rest).groups()
        if not isinstance(value, list) or not int(least or 0) <= len(value) <= int(most):
            raise Misfit(path)
        for place, inner in enumerate(value):
            check(item, inner, f"{path}.{place}" if path else str(place))
    elif name in c.KINDS["types"]:
        check_members(c.KINDS["types"][name], value, path)
    elif not fits(name, rest, value):
        raise Misfit(path)


def check_members(shape, value, path):
    """An object: unknown members first, by name, then the members as the table lists them."""

    def at(key):
        return f"{path}.{key}" if path else key

    if not isinstance(value, dict):
        raise Misfit(path)
    for unknown in sorted(value.keys() - {member.rstrip("?") for member in shape}):
        raise Misfit(at(unknown))
    for member, of_type in shape.items():
        name = member.rstrip("?")
        if name in value:
            check(of_type, value[name], at(name))
        elif name == member:
            raise Misfit(at(name))


RUNS = {
    "canonical": run_canonical,
    "ids": run_ids,
    "ops": run_ops,
    "kinds": run_kinds,
    "types": run_types,
    "leaves": run_leaves,
    "merkle": run_merkle,
    "note": run_note,
}


def failures(name):
    """How many cases of one file of vectors there are, and those that do not hold."""
    cases = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["cases"]
    bad = []
    for case in cases:
        got = RUNS[name](case)
        if json.dumps(got, sort_keys=True) != json.dumps(case["expect"], sort_keys=True):
            bad.append((case["name"], got, case["expect"]))
    return len(cases), bad


def main():
    failed = 0
    for name in RUNS:
        count, bad = failures(name)
        print(f"{name}: {count - len(bad)} of {count} hold", *bad, sep="\n    ")
        failed += len(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
