"""The service killed under load (`kill -9`): all of it, and one worker of it."""

import os
import signal
import time
from collections.abc import Callable

from tests.integration.outages.county import County
from tests.integration.outages.judgement import audit, judge, until
from tests.integration.outages.shift import ROUNDS, Shift, at_work

CRASH_LOOP_S = 6  # a worker that dies again sooner ends the service


def test_a_service_killed_under_load_loses_nothing(open_county: Callable[..., County]) -> None:
    county = open_county()
    with at_work(county, "killed") as shift:
        for number in range(ROUNDS):
            shift.work_on()
            county.server.kill()
            county.server.start()
            shift.work_on()
            if number % 2 == 0:
                kill_a_worker(county, shift)
        shift.work_on()
    judge(county, shift.officers, shift.copy)
    audit(county)


def kill_a_worker(county: County, shift: Shift) -> None:
    """Kill one worker; the service replaces it by itself."""
    workers = county.server.workers()
    killed = shift.random.choice(workers)
    os.kill(killed, signal.SIGKILL)
    at = time.monotonic()

    def is_replaced() -> bool:
        present = county.server.workers()
        return killed not in present and len(present) == len(workers)

    until(is_replaced, "nobody takes the killed worker's place")
    until(county.server.is_ready, "the service is not ready again")
    if ROUNDS > 2:
        time.sleep(max(0.0, at + CRASH_LOOP_S - time.monotonic()))
