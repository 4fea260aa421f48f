"""What must hold at any time, and what must hold once the faults have stopped.

Nothing here asks the engine under test: phones' disks are read past it, the log is read from the
service's tables and its public tiles, and the projection at a size is `liuhen rebuild`'s replay.
A phone that has not met a new epoch yet is held against the one it knows, as that was at its end.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from server.domain.replay import Replay
from server.services import rebuild, verify
from sync_protocol import epochs, leaves, merkle
from sync_protocol.note import Checkpoint, open_checkpoint
from sync_protocol.rules import MACHINES
from sync_protocol.tlog import TILE_WIDTH, decode_entries, entries_path
from tests.simulation.hands import Hand
from tests.simulation.peace import is_home, originals_away
from tests.simulation.restores import Log, holds, read_log
from tests.simulation.world import Violation, World

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
    """What was seen and may not change: receipts by op and origin, roots by origin and size."""

    receipts: dict[tuple[str, str], str] = field(default_factory=dict)
    roots: dict[tuple[str, int], bytes] = field(default_factory=dict)


def check(world: World, memory: Memory) -> dict[str, Dump]:
    """Check everything that must hold at any time; return what the phones hold."""
    world.office.settle()
    world.count("checked everything")
    for hand in world.hands.values():
        alarms = ALARMS.intersection(hand.told("lastError"))
        require(not alarms, f"{hand.name} says {alarms}")
    dumps = {name: world.order("dump", device=name).value for name in world.hands}
    log = read_log(world.office.runtime)
    _log_only_extends(world, memory, log)
    for hand in world.hands.values():
        _phone_keeps_what_it_saved(world, hand, dumps[hand.name])
    _acknowledged_is_in_the_log(world, memory, log, dumps.values())
    _old_receipts_are_provable(world, dumps)
    _service_is_consistent(world, log, dumps)
    for hand in world.hands.values():
        claims_only_what_is_so(world, hand, dumps[hand.name])
    return dumps


def _known_log(world: World, log: Log, dump: Dump) -> Log:
    """Return the log that a phone knows: the present one, or one whose end it has not heard of."""
    origin = dump["meta"].get("checkpoint", {}).get("origin", log.origin)
    return world.ended[origin].log if origin in world.ended else log


def _phone_keeps_what_it_saved(world: World, hand: Hand, dump: Dump) -> None:
    wires = {op["op"]: json.dumps(op["wire"], sort_keys=True) for op in dump["ops"]}
    for op in world.saved[hand.name]:
        require(op in wires, f"{hand.name} said {op} was saved and has it no more")
    for op, wire in world.held.get(hand.name, {}).items():
        require(wires.get(op) == wire, f"{hand.name} lost or changed {op}")
    world.held[hand.name] = wires
    places = [(op["chain"], op["seq"]) for op in dump["ops"]]
    require(len(places) == len(set(places)), f"{hand.name} forked a chain of its own")


def _acknowledged_is_in_the_log(
    world: World, memory: Memory, log: Log, dumps: Iterable[Dump]
) -> None:
    for dump in dumps:
        for op in [*dump["ops"], *dump["carriedops"]]:
            if "receipt" not in op:
                continue
            text = json.dumps(op["receipt"], sort_keys=True)
            known = memory.receipts.setdefault((op["op"], op["receipt"]["origin"]), text)
            require(known == text, f"a second receipt for {op['op']}: {text}, before {known}")
    entries, openings = published_entries(world), openings_of(world)
    require(entries == log.entries, "the published entries are not those of the leaves")
    for (op, origin), text in memory.receipts.items():
        receipt = json.loads(text)
        held = holds(receipt, log, openings)
        told = entries if held else world.ended[origin].log.entries
        require(receipt["index"] < len(told), f"the receipt of {op} lies beyond {origin}")
        same = told[receipt["index"]] == leaves.entry(receipt["leaf"])
        require(same, f"the leaf at {receipt['index']} is not that of the receipt of {op}")


def _old_receipts_are_provable(world: World, dumps: dict[str, Dump]) -> None:
    """What a phone kept of an op that a restore lost proves that it was in the log of then."""
    for name, dump in dumps.items():
        for op in [*dump["ops"], *dump["carriedops"]]:
            for past in op.get("past", ()):
                if "proof" not in past:
                    continue
                origin = past["proof"]["note"].split("\n")[0]
                key = world.office.runtime.log_key(epochs.epoch_of(origin) or 0)
                checkpoint = open_checkpoint(past["proof"]["note"], key)
                hashes = [bytes.fromhex(one) for one in past["proof"]["hashes"]]
                proves = leaves.receipt_proves(past["receipt"], op["op"], hashes, checkpoint)
                require(proves, f"{name} cannot prove the old receipt of {op['op']} any more")


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
    return opened(world, note)


def opened(world: World, note: str) -> Checkpoint:
    """Return the checkpoint of a note that the log of some epoch signed."""
    epoch = epochs.epoch_of(note.split("\n")[0])
    require(epoch, f"no epoch of ours: {note}")
    return open_checkpoint(note, world.office.runtime.log_key(epoch or 0))


def openings_of(world: World) -> dict[int, int]:
    """Return how many leaves each later epoch kept, as the service tells everybody."""
    listed = world.office.client.get("/api/v1/log/epochs").get_json()["epochs"]
    said = [json.loads(one["body"]) for one in listed]
    return {int(one["epoch"]): int(one["size"]) for one in said}


def _log_only_extends(world: World, memory: Memory, log: Log) -> None:
    head, openings = newest(world), openings_of(world)
    require(head.origin == log.origin, f"{head.origin} is given out, the log is {log.origin}")
    for origin, over in world.ended.items():
        kept = epochs.kept(openings, epochs.epoch_of(origin) or 0)
        require(kept is not None, f"nobody opened an epoch after {origin}")
        same = log.entries[:kept] == over.log.entries[:kept]
        require(same, f"{log.origin} does not keep the first {kept} leaves of {origin}")
    for note in dict.fromkeys(world.notes):
        seen = opened(world, note)
        root = memory.roots.setdefault((seen.origin, seen.size), seen.root)
        require(root == seen.root, f"two roots were signed for size {seen.size}")
        if seen.origin in world.ended:
            then = world.ended[seen.origin].roots
            require(seen.size < len(then), f"{seen.size} was signed, {seen.origin} had less")
            require(then[seen.size] == seen.root, f"{seen.origin} was not this at {seen.size}")
            continue
        require(seen.size <= head.size, f"{seen.size} was signed, the log has {head.size}")
        if not 0 < seen.size < head.size:
            continue
        path = f"/log/consistency?from={seen.size}&size={head.size}"
        proof = world.registrar_asks(path)["hashes"]
        hashes = [bytes.fromhex(one) for one in proof]
        holds = merkle.verify_consistency(seen.size, head.size, seen.root, head.root, hashes)
        require(holds, f"the log of {head.size} does not extend that of {seen.size}")
    world.notes.clear()


def _service_is_consistent(world: World, log: Log, dumps: dict[str, Dump]) -> None:
    runtime = world.office.runtime
    with world.office.app.app_context():
        problems = verify.verify(runtime)
        require(not problems, f"verify: {problems[:5]}")
        problems = rebuild.check(runtime)
        require(not problems, f"rebuild --check: {problems[:5]}")
    known = {name: _known_log(world, log, dump) for name, dump in dumps.items()}
    for one in ({log.origin: log} | {each.origin: each for each in known.values()}).values():
        who = {name: dump for name, dump in dumps.items() if known[name] is one}
        _phones_equal_the_replay(one, who)


def _phones_equal_the_replay(log: Log, dumps: dict[str, Dump]) -> None:
    wanted: dict[int, list[tuple[str, str]]] = {}
    for name, dump in dumps.items():
        for cursor in dump["cursors"]:
            if cursor["afterEntity"] == "~" and cursor["completeThrough"] > 0:
                size = cursor["completeThrough"]
                require(size <= len(log.leaves), f"{name} has rows of a size {log.origin} lacks")
                wanted.setdefault(size, []).append((name, cursor["space"]))
    replay, states = Replay(), {}
    for leaf in log.leaves:
        assert leaf.leaf is not None
        if leaf.leaf["t"] == "ruling":
            replay.feed_ruling(leaf.index, leaf.leaf)
        else:
            replay.feed_op(leaf.index, leaf.leaf, log.ops[leaf.leaf["op"]])
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
    if True not in hand.told("allDone") or "author" not in dump["meta"]:
        return
    author = dump["meta"]["author"]["person"]
    now = read_log(world.office.runtime)
    log = _known_log(world, now, dump)
    for op in dump["ops"]:
        if op["person"] != author or (op["sending"] == "rejected" and "replacedBy" in op):
            continue
        require(op["op"] in log.ops, f"{hand.name} says all is uploaded, but not {op['op']}")
        for sha256 in op["blobs"] if log is now else ():
            held = world.office.runtime.blobs.exists(sha256)
            require(held, f"{hand.name} says all is uploaded, but not the original {sha256}")


def owed(op: dict[str, Any], vouched: set[str]) -> bool:
    """Say whether a carried record waits for its author, who alone may bring the enrolment.

    Not if what makes its chain valid was handed over with it: then its carrier brings that, too.
    """
    waits = op.get("rejection", {}).get("code") in ("enrolment_person", "chain_unknown")
    return waits and op["chain"] not in vouched


def check_end(world: World, memory: Memory, dumps: dict[str, Dump]) -> None:
    """Check what must hold once nothing goes wrong any more: every queue is empty."""
    log = read_log(world.office.runtime)
    for name, dump in dumps.items():
        require(_known_log(world, log, dump) is log, f"{name} has not met {log.origin}")
        stuck = [op for op in dump["ops"] if not is_home(op)]
        require(not stuck, f"{name} still holds {stuck[:2]}")
        vouched = world.vouched.get(name, set())
        unsent = [op for op in dump["carriedops"] if op["sending"] == "unsent"]
        stuck = [op for op in unsent if not owed(op, vouched)]
        require(not stuck, f"{name} still carries {stuck[:2]}")
        away = originals_away(world, dump)
        require(not away, f"{name} still holds originals: {away[:2]}")
        carried = [op for op in dump["carriedops"] if op not in unsent or not owed(op, vouched)]
        held = {op["op"] for op in [*dump["ops"], *carried]}
        lost = [op for op, _ in memory.receipts if op in held and op not in log.ops]
        require(not lost, f"{name} holds what was acknowledged and is lost: {lost[:2]}")
