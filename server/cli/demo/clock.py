"""A clock for loading the demo: it stands where the story is, and becomes the system's clock.

The demo tells two months of work, and the service stamps what it takes in with its own clock. So
the application that loads the demo is created with this clock. It never goes back, and once handed
over it is the system clock for good.
"""

import time


class DemoClock:
    """Milliseconds since 1970: where it was set, then, after `hand_over`, the real time."""

    def __init__(self, start_ms: int) -> None:
        self._now_ms: int | None = start_ms

    def now_ms(self) -> int:
        """Return the time."""
        return real_now_ms() if self._now_ms is None else self._now_ms

    def set(self, now_ms: int) -> None:
        """Move forward to a moment; raise `ValueError` for one that is past."""
        if now_ms < self.now_ms():
            raise ValueError(f"the demo's clock would go back by {self.now_ms() - now_ms} ms")
        self._now_ms = now_ms

    def hand_over(self) -> None:
        """Become the system's clock."""
        self._now_ms = None


def real_now_ms() -> int:
    """Return the system's time."""
    return time.time_ns() // 1_000_000
