"""How much may be on its way at once: who sends or reads slowly holds a thread for that long.

A process gives half of its threads to originals that arrive, a quarter to other bodies, three
sixteenths to originals that are fetched: one thread at least answers everything else. A person gets
only a part of each, so that one stalled phone does not shut the others out; all who have not signed
in share one.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from server.services.problem import Problem

RETRY_S = 5
NOBODY = ""  # who has not signed in


def for_originals(threads: int) -> int:
    """Return how many originals may be arriving in a process of so many threads."""
    return max(1, threads // 2)


def for_bodies(threads: int) -> int:
    """Return how many other bodies may be arriving."""
    return max(1, threads // 4)


def for_bodies_of(person_id: str, threads: int) -> int:
    """Return how many of these one person may be sending, or all who have not signed in."""
    return max(1, threads // (16 if person_id == NOBODY else 8))


def for_fetches(threads: int) -> int:
    """Return how many originals may be fetched at once."""
    return max(1, threads * 3 // 16)


def for_fetches_of_one(threads: int) -> int:
    """Return how many of these by one person."""
    return max(1, threads // 8)


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
                raise Problem("too_many", "Too much is on its way at once.", retry_after_s=RETRY_S)
            self._taken[person_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[person_id] -= 1
                self._taken += Counter()  # forget who has none
