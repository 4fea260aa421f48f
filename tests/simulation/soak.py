"""New seeds, one after the other, for as long as asked: `make soak MINUTES=60 STEPS=1500`.

Every seed is a process of its own, two at a time; one while the long form of the outages
(`tests/integration/outages`) runs on both databases. The result (commit, seeds, steps, counts, and
the reports of what failed) is `tests/output/soak.json`, written after each seed; `record.py` puts
it on `docs/reliability.md`.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from tests.simulation.phones import ROOT
from tests.simulation.run import Failed, Result, asked, commit, simulate
from tests.support.databases import KINDS

MINUTES, STEPS, AT_ONCE = 60, 1500, 2
OUTPUT = ROOT / "tests" / "output" / "soak.json"
OUTAGES = "tests/integration/outages"
ROUNDS = 10
PATIENCE_S = 120  # the simulator takes what the machine has
LOOK_S = 5
HOWS = ("passed", "(?:failed|error)")


def one(seed: int, steps: int) -> Result | str:
    """Run a seed; return its result, or the report of its failure."""
    try:
        return simulate(seed, steps)
    except Failed as failure:
        return str(failure)


@dataclass
class Soak:
    """What has come so far."""

    steps: int
    began: float = field(default_factory=time.monotonic)
    commit: str = field(default_factory=commit)
    seeds: list[int] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    outages: dict[str, dict[str, int]] = field(default_factory=dict)

    def take(self, seed: int, came: Result | str) -> None:
        """Take in what a seed came to."""
        self.seeds.append(seed)
        if isinstance(came, str):
            self.failures.append(came)
            print(came, flush=True)
        else:
            self.results.append(came)
            print(f"seed {seed}: {came.leaves} leaves, {came.seconds:.0f} s", flush=True)
        self.keep()

    def run_outages(self) -> None:
        """Run the outages, many of each, on every database."""
        for database in KINDS:
            asked_for = {
                "LIUHEN_TEST_DATABASE": database,
                "LIUHEN_TEST_OUTAGES": str(ROUNDS),
                "LIUHEN_TEST_PATIENCE_S": str(PATIENCE_S),
            }
            command = [sys.executable, "-m", "pytest", OUTAGES, "-q", "-s", "--timeout=0"]
            done = subprocess.run(
                command, cwd=ROOT, env=os.environ | asked_for, capture_output=True, text=True
            )
            self.outages[database] = {"rounds": ROUNDS} | told_by(done.stdout)
            if done.returncode:
                self.failures.append(f"outages on {database}\n{done.stdout[-20_000:]}")
                print(self.failures[-1], flush=True)
            print(f"outages on {database}: {self.outages[database]}", flush=True)
            self.keep()

    def keep(self) -> None:
        """Write it down."""
        counts: Counter[str] = Counter()
        for result in self.results:
            counts.update(result.counts)
        said: dict[str, Any] = {
            "commit": self.commit,
            "day": time.strftime("%Y-%m-%d", time.gmtime()),
            "minutes": round((time.monotonic() - self.began) / 60),
            "steps": self.steps,
            "seeds": self.seeds,
            "phones": sum(result.phones for result in self.results),
            "leaves": sum(result.leaves for result in self.results),
            "counts": dict(sorted(counts.items())),
            "outages": dict(self.outages),
            "failures": list(self.failures),
        }
        OUTPUT.parent.mkdir(parents=True, exist_ok=True)
        OUTPUT.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")


def told_by(output: str) -> dict[str, int]:
    """Return the figures in what pytest printed."""
    passed, failed = (sum(map(int, re.findall(rf"(\d+) {how}", output))) for how in HOWS)
    acknowledged = sum(map(int, re.findall(r"acknowledged: (\d+)", output)))
    return {"acknowledged": acknowledged, "passed": passed, "failed": failed}


def soak(minutes: int, steps: int) -> int:
    """Run seeds until the time is over; return how many runs failed."""
    until = time.monotonic() + 60 * minutes
    soaked = Soak(steps)
    running: dict[Future[Result | str], int] = {}
    with (
        ThreadPoolExecutor(1) as beside,
        ProcessPoolExecutor(AT_ONCE, get_context("spawn")) as pool,
    ):
        outages = beside.submit(soaked.run_outages)
        while running or time.monotonic() < until:
            room = AT_ONCE if outages.done() else 1
            while len(running) < room and time.monotonic() < until:
                seed = random.SystemRandom().randrange(2**31)
                running[pool.submit(one, seed, steps)] = seed
            for future in [future for future in running if future.done()]:
                soaked.take(running.pop(future), future.result())
            wait(running, LOOK_S, FIRST_COMPLETED)
        outages.result()
    print(f"{len(soaked.seeds)} seeds, {len(soaked.failures)} failed: {OUTPUT}")
    return len(soaked.failures)


if __name__ == "__main__":
    sys.exit(min(1, soak(asked(sys.argv, 1, MINUTES), asked(sys.argv, 2, STEPS))))
