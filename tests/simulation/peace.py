"""After the faults: a network and disks that work, people who come back, time that goes on.

Everybody signs in once more on every phone they used, supervisors confirm the phones that wait, and
then nobody does anything but wait: the engine's own timers have to bring everything home.
"""

import random
from typing import Any

from server.services import queries
from tests.simulation.world import Hand, Person, Violation, World

ROUNDS = 2
LONGEST_MS = 45 * 60_000
POLL_MS = 10_000
IDLE_MS = 70_000  # two polls of the engine


def drain(world: World) -> None:
    """Bring everything to rest; raise `Violation` when it does not come to it."""
    world.now = "peace"
    world.office.settle()
    for hand in world.hands.values():
        world.order("disarm", device=hand.name)
    while world.network.late:
        world.note(f"late {world.network.late_arrival(random.Random(0))}")
    turns = max(len(hand.people) for hand in world.hands.values())
    for _ in range(ROUNDS):
        for turn in range(turns):
            for hand in world.hands.values():
                _take_in_hand(world, hand, hand.people[turn % len(hand.people)])
            rest(world)
            for hand in world.hands.values():
                world.confirm_phones(hand)
            rest(world)
            world.office.settle()
    world.pass_time(IDLE_MS)
    rest(world)


def _take_in_hand(world: World, hand: Hand, person: Person) -> None:
    if not hand.first.up:
        world.boot(hand, 1)
    world.carry_all()
    world.sign_in(hand, person)
    world.until_answered(hand)


def rest(world: World) -> None:
    """Wait until whoever is signed in has nothing left to send, on every phone."""
    waited = 0
    while True:
        world.carry_all()
        left = {name: what for name in world.hands if (what := left_on(world, name))}
        if not left:
            return
        if waited > LONGEST_MS:
            raise Violation(f"not everything came home: {left}")
        world.pass_time(POLL_MS)
        waited += POLL_MS


def left_on(world: World, name: str) -> str:
    """Return what the person at a phone has not brought home, empty when nothing."""
    dump = world.order("dump", device=name).value
    author = dump["meta"].get("author", {}).get("person")
    ops = [op for op in dump["ops"] if op["person"] == author and not is_home(op)]
    away = [one for one in originals_away(world, dump) if one["person"] == author]
    first = [f"{op['kind']} {op['sending']} {op.get('rejection', '')}" for op in ops[:2]]
    first += [f"original {one['state']} {one.get('problem', '')}" for one in away[:2]]
    return f"{first}, {world.hands[name].first.status}" if first else ""


def is_home(op: dict[str, Any]) -> bool:
    """Say whether a record is proved, or was turned down and given up by its author."""
    return op["sending"] == "proved" or (op["sending"] == "rejected" and "replacedBy" in op)


def originals_away(world: World, dump: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the originals that are not home.

    Who may no longer read a space (dismissed, transferred) sends everything and is never told that
    it was verified: their phone goes on saying so, which is true. The service must have them.
    """
    read = {space["space"]: space["pulledAtMs"] for space in dump["cursors"]}
    open_ones = [blob for blob in dump["blobs"] if blob["state"] != "verified"]
    untold = [
        blob
        for blob in open_ones
        if blob["state"] == "sent" and blob.get("sentAtMs", 0) > read.get(blob["space"], -1)
    ]
    with world.office.app.app_context():
        known = [b for b in untold if queries.row(world.office.runtime, f"blob/{b['blob']}")]
    return [blob for blob in open_ones if blob not in known]
