"""A working day in the middle of faults: everybody at work in threads, until the block ends."""

import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.integration.outages.copy import Copy
from tests.integration.outages.county import INSPECTORS, County
from tests.integration.outages.judgement import until
from tests.integration.outages.officers import Officer

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**31))
# How often each fault comes; `make soak` asks for more.
ROUNDS = int(os.environ.get("LIUHEN_TEST_OUTAGES") or 2)


@dataclass
class Shift:
    """Who is at work; `random` chooses the moments."""

    officers: list[Officer]
    copy: Copy
    random: random.Random

    def work_on(self, seconds: float = 0.6) -> None:
        """Let everybody work for about that long, and see that something was acknowledged."""
        before = self.acknowledged
        time.sleep(seconds * (0.5 + self.random.random()))
        until(lambda: self.acknowledged > before, "nothing is acknowledged any more")

    @property
    def refusals(self) -> set[str]:
        """The codes of the problems that the officers were answered with so far."""
        phones = [phone for officer in self.officers for phone in officer.phones]
        return {code for phone in phones for code in phone.client.codes} - {""}  # type: ignore[attr-defined]

    @property
    def acknowledged(self) -> int:
        """How many ops have a receipt so far."""
        return sum(len(officer.receipts) for officer in self.officers)


@contextmanager
def at_work(county: County, seed: str) -> Iterator[Shift]:
    """Yield while inspectors record and send; afterwards nothing is left to send.

    What went wrong in anybody's thread is raised here.
    """
    print(f"SEED={SEED}")
    confirming = threading.Lock()
    officers = [
        Officer(county, name, random.Random(f"{SEED}/{seed}/{name}"), confirming)
        for name in INSPECTORS
    ]
    for officer in officers:
        officer.begin()
    shift = Shift(officers, Copy(county), random.Random(f"{SEED}/{seed}"))
    stop = threading.Event()
    with ThreadPoolExecutor(len(officers) + 1) as pool:
        at = [pool.submit(officer.work, officers, stop) for officer in officers]
        at.append(pool.submit(shift.copy.follow, stop))
        try:
            yield shift
        finally:
            stop.set()
            print(f"acknowledged: {shift.acknowledged}")
        for one in at:
            one.result()
