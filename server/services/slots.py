"""How many bodies may be arriving at once: a slow sender holds a thread as long as it likes.

A process gives at most half of its threads to originals, so that records always find one; and a
person gets only a few of these, so that one stalled phone does not shut the others out.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from server.services.problem import Problem

RETRY_S = 5


class Slots:
    """Counts what is arriving in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def count(self) -> int:
        """How many are arriving now."""
        with self._lock:
            return self._taken.total()

    @contextmanager
    def taken(self, person_id: str, most: int, most_each: int) -> Iterator[None]:
        """Hold a slot; raise `too_many` when there is none for this person now."""
        with self._lock:
            if self._taken.total() >= most or self._taken[person_id] >= most_each:
                raise Problem("too_many", "Too many originals arrive.", retry_after_s=RETRY_S)
            self._taken[person_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[person_id] -= 1
                self._taken += Counter()  # forget who has none
