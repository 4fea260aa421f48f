"""New seeds, one after the other, for as long as asked: `make soak MINUTES=60 STEPS=1500`.

Every seed is a process of its own, two at a time. The result (commit, seeds, steps, counts, and the
reports of seeds that failed) is `tests/output/soak.json`; the line for `docs/reliability.md` is
printed.
"""

import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict
from multiprocessing import get_context
from typing import Any

from tests.simulation.phones import ROOT
from tests.simulation.run import Failed, Result, asked, commit, simulate

MINUTES, STEPS, AT_ONCE = 60, 1500, 2
OUTPUT = ROOT / "tests" / "output" / "soak.json"


def one(seed: int, steps: int) -> Result | str:
    """Run a seed; return its result, or the report of its failure."""
    try:
        return simulate(seed, steps)
    except Failed as failure:
        return str(failure)


def soak(minutes: int, steps: int) -> int:
    """Run seeds until the time is over; return how many failed."""
    until = time.monotonic() + 60 * minutes
    results: list[Result] = []
    failures: list[str] = []
    running: dict[Future[Result | str], int] = {}
    with ProcessPoolExecutor(AT_ONCE, get_context("spawn")) as pool:
        while running or time.monotonic() < until:
            while len(running) < AT_ONCE and time.monotonic() < until:
                seed = random.SystemRandom().randrange(2**31)
                running[pool.submit(one, seed, steps)] = seed
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                seed, came = running.pop(future), future.result()
                if isinstance(came, str):
                    failures.append(came)
                    print(came, flush=True)
                else:
                    results.append(came)
                    print(f"seed {seed}: {came.leaves} leaves, {came.seconds:.0f} s", flush=True)
                keep(minutes, steps, results, failures)
    print(line(minutes, steps, results, failures))
    return len(failures)


def keep(minutes: int, steps: int, results: list[Result], failures: list[str]) -> None:
    """Write down what has come so far."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.counts)
    said: dict[str, Any] = {"commit": commit(), "minutes": minutes, "steps": steps}
    said |= {"runs": [{**asdict(result), "counts": {}} for result in results]}
    said |= {"counts": dict(sorted(counts.items())), "failures": failures}
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")


def line(minutes: int, steps: int, results: list[Result], failures: list[str]) -> str:
    """Return the row of the table in docs/reliability.md."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    seeds = len(results) + len(failures)
    leaves = sum(result.leaves for result in results)
    phones = sum(result.phones for result in results)
    return (
        f"| {day} | {commit()} | {minutes} min | {seeds} × {steps} steps | {phones} phones, "
        f"{leaves} leaves | {len(failures)} failed |"
    )


if __name__ == "__main__":
    sys.exit(min(1, soak(asked(sys.argv, 1, MINUTES), asked(sys.argv, 2, STEPS))))
