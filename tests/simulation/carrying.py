"""Phones that hand each other what they could not deliver, and the loss of a database around it."""

import base64
import random
from typing import Any

from tests.simulation.hands import Hand, Tab, in_use
from tests.simulation.restores import Backup, ended, originals, read_log
from tests.simulation.world import Violation, World

DAMAGED_FILES = 0.2
ORIGINALS_LOST = 0.5
ALWAYS_POSSIBLE = "add_enterprise"
TOLD_MOST = 16  # of a longer line of confirmations the service leaves out the beginning


def a_handover(world: World, rng: random.Random) -> str:
    """Without a signal, one phone hands another what it has not delivered, as a file."""
    found = in_use(world.hands)
    if len({hand.name for hand, _ in found}) < 2:
        return ""
    giver, at = rng.choice(found)
    taker, to = rng.choice([(hand, tab) for hand, tab in found if hand is not giver])
    return handed_over(world, (giver, at), (taker, to), rng)


def handed_over(
    world: World,
    giving: tuple[Hand, Tab],
    taking: tuple[Hand, Tab],
    rng: random.Random,
    damaged: float = DAMAGED_FILES,
) -> str:
    """Let a phone pack what it has not delivered and another one take it; say what came of it."""
    (giver, at), (taker, to) = giving, taking
    vouched = vouched_by(world.order("dump", device=giver.name).value)
    world.call(giver, "pack", at=at)
    if not isinstance(at.said, dict) or at.call:
        return f"{giver.name} could not pack"
    file = bytearray(base64.b64decode(at.said["file"]))
    if rng.random() < damaged:
        file[rng.randrange(len(file))] ^= 1 << rng.randrange(8)
    world.call(taker, "take", at=to, file=base64.b64encode(file).decode())
    if isinstance(to.said, dict) and not to.call:
        world.vouched.setdefault(taker.name, set()).update(vouched)
    return f"{giver.name} hands {at.said['ops']} records to {taker.name}"


def vouched_by(dump: dict[str, Any]) -> set[str]:
    """Return the chains of which a phone can show what makes them valid."""
    kept = {key: value for key, value in dump["meta"].items() if key.startswith("vouchers:")}
    whole = [key for key, value in kept.items() if len(value) < TOLD_MOST]
    return {key.removeprefix("vouchers:") for key in whole if "genesis" in dump["meta"]}


def is_confirmed(world: World, hand: Hand) -> bool:
    """Say whether a phone can show that whoever is signed in may write on it."""
    dump = world.order("dump", device=hand.name).value
    return dump["meta"].get("author", {}).get("chain") in vouched_by(dump)


def a_phone_lost_with_its_enrolment(world: World, rng: random.Random) -> str:
    """Records change hands without a signal; then the phone that made them is lost, and the
    database, of which only the very first backup is left, from before any phone was enrolled.
    """
    found = in_use(world.hands)
    first = next(iter(world.hands.values()))  # somebody has to confirm phones when all is over
    givers = [(hand, tab) for hand, tab in found if hand is not first and is_confirmed(world, hand)]
    if not givers:
        return ""
    giver, at = rng.choice(givers)
    takers = [(hand, tab) for hand, tab in found if hand is not giver]
    if not takers:
        return ""
    asked = f"{ALWAYS_POSSIBLE} by {giver.user.id if giver.user else ''}"
    world.call(giver, "act", asked, at, deed=ALWAYS_POSSIBLE, seed=rng.randrange(2**32))
    if at.call:
        return f"{giver.name} waits for its disk"
    said = handed_over(world, (giver, at), rng.choice(takers), rng, damaged=0)
    world.evict(giver)
    return f"{said}, and is lost; {restored(world, world.first_backup, rng)}"


def restored(world: World, backup: Backup, rng: random.Random) -> str:
    """Lose the database, perhaps with originals, and put a backup in its place, in a new epoch."""
    lost = read_log(world.office.runtime)
    gone = originals(world.folder) if rng.random() < ORIGINALS_LOST else {}
    files = [path for name, path in gone.items() if name not in backup.originals]
    is_taken = world.office.restore(backup.url, files)
    if is_taken == backup.is_left_behind:
        raise Violation(f"{backup.size} leaves of a branch that was left: taken {is_taken}")
    if not is_taken:
        world.count("backup refused")
        return f"{backup.size} leaves of a branch that was left are refused"
    world.registrar_again()
    now = read_log(world.office.runtime)
    if now.origin == lost.origin:
        return f"backup of {backup.size} leaves put back: nothing signed is missing"
    world.ended[lost.origin] = ended(lost)
    world.count("epoch opened")
    world.backups = [one.after(backup.size) for one in world.backups]
    return f"{lost.origin} ends with {len(lost.leaves)}; {now.origin} keeps {backup.size}"
