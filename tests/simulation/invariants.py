"""What must hold at any time, and what must hold once the faults have stopped.

Nothing here asks the engine under test: phones' disks are read past it, the log is read from the
service's tables and its public tiles, and the projection at a size is `liuhen rebuild`'s replay.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from server.domain.replay import Replay
from server.services import log_reader, rebuild, verify
from server.storage.database import reading
from sync_protocol import leaves, merkle
from sync_protocol.note import Checkpoint, open_checkpoint
from sync_protocol.rules import MACHINES
from sync_protocol.tlog import TILE_WIDTH, decode_entries, entries_path
from tests.simulation.peace import is_home, originals_away
from tests.simulation.world import Hand, Violation, World

ALARMS = {
    "log_rewound",
    "proof_invalid",
    "checkpoint_invalid",
    "deployment_changed",
    "log_key_changed",
}
Dump = dict[str, Any]


def require(holds: object, text: str) -> None:
    """Raise `Violation` with the text unless it holds."""
    if not holds:
        raise Violation(text)


@dataclass
class Memory:
    """What was seen before and may not change."""

    receipts: dict[str, str] = field(default_factory=dict)
    roots: dict[tuple[str, int], bytes] = field(default_factory=dict)


def check(world: World, memory: Memory) -> dict[str, Dump]:
    """Check everything that must hold at any time; return what the phones hold."""
    world.office.settle()
    for hand in world.hands.values():
        alarm = hand.status.get("lastError", "")
        require(alarm not in ALARMS, f"{hand.name} says {alarm}")
    dumps = {name: world.order("dump", device=name).value for name in world.hands}
    _log_only_extends(world, memory)
    for hand in world.hands.values():
        _phone_keeps_what_it_saved(world, hand, dumps[hand.name])
    _acknowledged_is_in_the_log(world, memory, dumps.values())
    _service_is_consistent(world, dumps)
    for hand in world.hands.values():
        claims_only_what_is_so(world, hand, dumps[hand.name])
    return dumps


def _phone_keeps_what_it_saved(world: World, hand: Hand, dump: Dump) -> None:
    wires = {op["op"]: json.dumps(op["wire"], sort_keys=True) for op in dump["ops"]}
    for op in world.saved[hand.name]:
        require(op in wires, f"{hand.name} said {op} was saved and has it no more")
    for op, wire in world.held.get(hand.name, {}).items():
        require(wires.get(op) == wire, f"{hand.name} lost or changed {op}")
    world.held[hand.name] = wires
    places = [(op["chain"], op["seq"]) for op in dump["ops"]]
    require(len(places) == len(set(places)), f"{hand.name} forked a chain of its own")


def _acknowledged_is_in_the_log(world: World, memory: Memory, dumps: Iterable[Dump]) -> None:
    entries = published_entries(world)
    for dump in dumps:
        for op in [*dump["ops"], *dump["carriedops"]]:
            if "receipt" not in op:
                continue
            text = json.dumps(op["receipt"], sort_keys=True)
            known = memory.receipts.setdefault(op["op"], text)
            require(known == text, f"a second receipt for {op['op']}: {text}, before {known}")
    for op, text in memory.receipts.items():
        receipt = json.loads(text)
        require(receipt["index"] < len(entries), f"the receipt of {op} lies beyond the log")
        same = entries[receipt["index"]] == leaves.entry(receipt["leaf"])
        require(same, f"the leaf at {receipt['index']} is not that of the receipt of {op}")


def published_entries(world: World) -> list[bytes]:
    """Return the log's entries as anybody can fetch them."""
    size = newest(world).size
    entries: list[bytes] = []
    while len(entries) < size:
        width = min(TILE_WIDTH, size - len(entries))
        path = entries_path(len(entries) // TILE_WIDTH, width)
        reply = world.office.client.get(f"/api/v1/log/{path}")
        require(reply.status_code == 200, f"{path}: {reply.status}")
        entries += decode_entries(reply.get_data())
    return entries


def newest(world: World) -> Checkpoint:
    """Return the checkpoint that the service gives out now."""
    note = world.office.client.get("/api/v1/log/checkpoint").get_data(as_text=True)
    return open_checkpoint(note, world.office.runtime.log_key(1))


def _log_only_extends(world: World, memory: Memory) -> None:
    head = newest(world)
    key = world.office.runtime.log_key(1)
    for note in dict.fromkeys(world.notes):
        seen = open_checkpoint(note, key)
        root = memory.roots.setdefault((seen.origin, seen.size), seen.root)
        require(root == seen.root, f"two roots were signed for size {seen.size}")
        require(seen.size <= head.size, f"{seen.size} was signed, the log has {head.size}")
        if not 0 < seen.size < head.size:
            continue
        path = f"/log/consistency?from={seen.size}&size={head.size}"
        proof = world.registrar_asks(path)["hashes"]
        hashes = [bytes.fromhex(one) for one in proof]
        holds = merkle.verify_consistency(seen.size, head.size, seen.root, head.root, hashes)
        require(holds, f"the log of {head.size} does not extend that of {seen.size}")
    world.notes.clear()


def _service_is_consistent(world: World, dumps: dict[str, Dump]) -> None:
    runtime = world.office.runtime
    with world.office.app.app_context():
        problems = verify.verify(runtime)
        require(not problems, f"verify: {problems[:5]}")
        problems = rebuild.check(runtime)
        require(not problems, f"rebuild --check: {problems[:5]}")
    with reading(runtime.engine) as connection:
        stored = list(log_reader.stored_leaves(connection))
        rows = list(log_reader.stored_ops(connection))
    ops = {row.op_id: log_reader.authentic(row)[0] for row in rows}
    wanted: dict[int, list[tuple[str, str]]] = {}
    for name, dump in dumps.items():
        for cursor in dump["cursors"]:
            if cursor["afterEntity"] == "~" and cursor["completeThrough"] > 0:
                wanted.setdefault(cursor["completeThrough"], []).append((name, cursor["space"]))
    replay, states = Replay(), {}
    for leaf in stored:
        assert leaf.leaf is not None
        if leaf.leaf["t"] == "ruling":
            replay.feed_ruling(leaf.index, leaf.leaf)
        else:
            op = ops[leaf.leaf["op"]]
            assert op is not None
            replay.feed_op(leaf.index, leaf.leaf, op)
        _steps_are_legal(replay, leaf.index, states)
        for name, space in wanted.get(leaf.index + 1, ()):
            _rows_are_the_projection(name, space, leaf.index + 1, dumps[name], replay)
    require(not replay.problems, f"replay: {replay.problems[:5]}")


def _steps_are_legal(replay: Replay, index: int, states: dict[tuple[str, str], str]) -> None:
    for entity in [one for one, at in replay.row_index.items() if at == index]:
        for machine, state in replay.rows[entity]["states"].items():
            before = states.get((entity, machine))
            states[entity, machine] = state["s"]
            if before is None or before == state["s"]:
                continue
            table = MACHINES[machine]
            edges = [table["steps"][step].get(before) for step in table["steps"]]
            disputed = table.get("disputed")
            legal = state["s"] in edges or disputed in (before, state["s"])
            require(legal, f"{entity}: {machine} went from {before} to {state['s']} at {index}")


def _rows_are_the_projection(name: str, space: str, size: int, dump: Dump, replay: Replay) -> None:
    has = {
        row["entity"]: (row["index"], row["row"]) for row in dump["rows"] if row["space"] == space
    }
    must = {
        entity: (replay.row_index[entity], row)
        for entity, row in replay.rows.items()
        if row["space"] == space
    }
    if has != must:
        differing = sorted(one for one in has.keys() | must.keys() if has.get(one) != must.get(one))
        shown = [(one, has.get(one), must.get(one)) for one in differing[:2]]
        raise Violation(f"{name} differs from the projection of {space} at {size}: {shown}")


def claims_only_what_is_so(world: World, hand: Hand, dump: Dump) -> None:
    """全部上传完成 only when every record and original of the person is on the service."""
    if not hand.status.get("allDone") or "author" not in dump["meta"]:
        return
    author = dump["meta"]["author"]["person"]
    with reading(world.office.runtime.engine) as connection:
        verified = {row.op_id for row in log_reader.stored_ops(connection)}
    for op in dump["ops"]:
        if op["person"] != author or (op["sending"] == "rejected" and "replacedBy" in op):
            continue
        require(op["op"] in verified, f"{hand.name} says all is uploaded, but not {op['op']}")
        for sha256 in op["blobs"]:
            held = world.office.runtime.blobs.exists(sha256)
            require(held, f"{hand.name} says all is uploaded, but not the original {sha256}")


def owed(op: dict[str, Any]) -> bool:
    """Say whether a carried record waits for its author, who alone may bring the enrolment."""
    return op.get("rejection", {}).get("code") in ("enrolment_person", "chain_unknown")


def check_end(world: World, dumps: dict[str, Dump]) -> None:
    """Check what must hold once nothing goes wrong any more: every queue is empty."""
    for name, dump in dumps.items():
        stuck = [op for op in dump["ops"] if not is_home(op)]
        require(not stuck, f"{name} still holds {stuck[:2]}")
        stuck = [op for op in dump["carriedops"] if op["sending"] == "unsent" and not owed(op)]
        require(not stuck, f"{name} still carries {stuck[:2]}")
        away = originals_away(world, dump)
        require(not away, f"{name} still holds originals: {away[:2]}")
