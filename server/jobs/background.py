"""The thread that does derived work: small copies, snapshots, what a dead worker left undone.

Each round asks what is missing and does it; a failure is logged and tried again after a pause, so
one broken round never ends the thread. What a push left undone, because the database failed between
its commit and its end, is gone on with in the next round. Stopping waits for the work at hand.
"""

import logging
import threading

from server.services import (
    departures,
    derivatives,
    evidence,
    following,
    log,
    manifests,
    previews,
    release,
    snapshots,
    uploads,
)
from server.services.runtime import Runtime

PAUSE_S = 0.5
PAUSE_AFTER_FAILURE_S = 5.0
SWEEP_EVERY_ROUNDS = 600
SNAPSHOTS_EVERY_ROUNDS = 20
LOST_EVERY_ROUNDS = 7200  # an hour without work; also at the start

logger = logging.getLogger("liuhen.jobs")


def sweep(runtime: Runtime) -> None:
    """Finish what another worker committed and died before going on with."""
    release.release_all(runtime)
    log.publish(runtime)
    evidence.settle(runtime)
    manifests.project(runtime)
    following.settle(runtime)
    departures.forget_old(runtime)
    uploads.forget_old(runtime)
    previews.forget(runtime)


class Background(threading.Thread):
    """Derived work of one process."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(name="liuhen-background", daemon=True)
        self._runtime = runtime
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until stopped."""
        rounds = 0
        while not self._stopping.is_set():
            pause = PAUSE_S
            try:
                if rounds % SWEEP_EVERY_ROUNDS == 0 or self._runtime.unfinished.is_set():
                    self._sweep()
                if rounds % LOST_EVERY_ROUNDS == 0:
                    derivatives.look_again_at_missing(self._runtime)
                if rounds % SNAPSHOTS_EVERY_ROUNDS == 0:
                    snapshots.make_next(self._runtime)
                pause = 0.0 if derivatives.make_next(self._runtime) else PAUSE_S
            except Exception:  # the thread outlives whatever one round meets
                logger.exception("a round of background work failed")
                pause = PAUSE_AFTER_FAILURE_S
            rounds += 1
            self._stopping.wait(pause)

    def _sweep(self) -> None:
        self._runtime.unfinished.clear()
        try:
            sweep(self._runtime)
        except Exception:
            self._runtime.unfinished.set()
            raise

    def stop(self) -> None:
        """End after the piece of work at hand."""
        self._stopping.set()
        self.join()
