"""One run from a seed: faults and people first, then peace, then everything has to be in order.

`make sim SEED=… STEPS=…` replays it; a failure says what happened last.
"""

import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.simulation import invariants
from tests.simulation.happenings import step
from tests.simulation.invariants import Memory
from tests.simulation.office import Copy
from tests.simulation.peace import drain
from tests.simulation.phones import ROOT, Phones
from tests.simulation.world import Violation, World
from tests.support import databases

STEPS = 600
CHECK_EVERY = 150


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    seed: int
    steps: int
    phones: int
    leaves: int
    seconds: float
    counts: dict[str, int]


class Failed(AssertionError):
    """A run that broke an invariant; the text is the report."""


def simulate(
    seed: int, steps: int = STEPS, database_url: str = "", copy: Copy | None = None
) -> Result:
    """Run one seed; raise `Failed` with a report when something does not hold.

    `copy` copies a database of the kind of `database_url`; both for another one than SQLite.
    """
    began = time.monotonic()
    logging.disable(logging.CRITICAL)  # faults fill the service's log; the events say what they are
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        if not database_url:
            database_url = f"sqlite:///{folder}/liuhen.sqlite3"
            databases.migrate(database_url)
        copying = copy or sqlite_copies(Path(folder))
        world = World(seed, Path(folder) / "data", database_url, copying, Phones())
        try:
            leaves = _run(world, steps)
        except Exception as error:
            raise Failed(report(world, steps, error)) from error
        finally:
            world.close()
    seconds = time.monotonic() - began
    counts = dict(sorted(world.all_counts().items()))
    return Result(seed, steps, len(world.hands), leaves, seconds, counts)


def _run(world: World, steps: int) -> int:
    memory = Memory()
    world.begin()
    for number in range(steps):
        step(world, number)
        _check_claims(world)
        if number % CHECK_EVERY == CHECK_EVERY - 1:
            invariants.check(world, memory)
    drain(world)
    world.now = "the end"
    dumps = invariants.check(world, memory)
    invariants.check_end(world, memory, dumps)
    return invariants.newest(world).size


def _check_claims(world: World) -> None:
    for name in sorted(world.claiming):
        world.count("checked a claim")
        dump = world.order("dump", device=name).value
        invariants.claims_only_what_is_so(world, world.hands[name], dump)
    world.claiming.clear()


def sqlite_copies(folder: Path) -> Copy:
    """Return what copies SQLite databases into a folder."""
    numbers = count()

    def copy(url: str) -> str:
        path = folder / f"copy-{next(numbers)}.sqlite3"
        databases.copy_sqlite(Path(url.removeprefix("sqlite:///")), path)
        return f"sqlite:///{path}"

    return copy


def fast_folder() -> str | None:
    """Return a folder in memory where there is one: a simulated disk need not be a slow one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def commit() -> str:
    """Return the commit of the sources, marked when they were changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def report(world: World, steps: int, error: Exception) -> str:
    """Return what a person needs to see what went wrong, and to see it again."""
    text = [f"seed {world.seed}, {steps} steps, commit {commit()}", *world.events, "", world.now]
    name = "" if isinstance(error, Violation) else f"{type(error).__name__}: "
    text += [f"{name}{error}", f"again: make sim SEED={world.seed} STEPS={steps}"]
    return "\n".join(text)


def asked(arguments: list[str], place: int, otherwise: int) -> int:
    """Return a number of the command line; an empty one counts as not given."""
    return int(arguments[place]) if len(arguments) > place and arguments[place] else otherwise


if __name__ == "__main__":
    chosen = asked(sys.argv, 1, random.SystemRandom().randrange(2**31))
    try:
        print(simulate(chosen, asked(sys.argv, 2, STEPS)))
    except Failed as failure:
        sys.exit(str(failure))
