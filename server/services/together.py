"""What threads bring at the same time, one of them does for all.

A thread that comes while another is at work waits; when that one is done, the first of those who
wait does what has gathered. So a hundred phones that send one operation each cost a few
transactions and a few syncs of the disk, and a lone one waits for nobody.

Invariants: in the order of arrival; each gets the result of its own part; when doing it together
fails, each part is done again alone, so that one sender's trouble never becomes another's. What is
done must therefore be harmless to do twice. Not here: what is done.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

MOST_TOGETHER = 16


class AbandonedError(RuntimeError):
    """The thread that worked for this one was ended in the middle."""


class _Part:
    """What one thread brought, and what came of it; `ready` also says that it is its turn."""

    def __init__(self, asked: Any) -> None:
        self.asked = asked
        self.ready = threading.Event()
        self.done = False
        self.result: Any = None
        self.error: Exception | None = None

    def settle(self, result: Any, error: Exception | None = None) -> None:
        self.result, self.error, self.done = result, error, True


class Together:
    """One kind of work of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[_Part] = deque()
        self._led = False

    def join(self, asked: Any, work: Callable[[list[Any]], list[Any]]) -> Any:
        """Return what `work` makes of `asked`; it is given what others brought as well."""
        mine = _Part(asked)
        with self._lock:
            self._queue.append(mine)
            leads, self._led = not self._led, True
        if not leads:
            mine.ready.wait()
        if not mine.done:
            self._lead(work)
        if mine.error is not None:
            raise mine.error
        return mine.result

    def _lead(self, work: Callable[[list[Any]], list[Any]]) -> None:
        with self._lock:
            parts = [self._queue[place] for place in range(min(len(self._queue), MOST_TOGETHER))]
        try:
            _do(parts, work)
        finally:
            self._hand_over(parts)

    def _hand_over(self, parts: list[_Part]) -> None:
        for part in parts:
            if not part.done:
                part.settle(None, AbandonedError("not done"))
        with self._lock:
            for _ in parts:
                self._queue.popleft()
            if self._queue:
                self._queue[0].ready.set()  # its thread goes on with what has gathered
            else:
                self._led = False
        for part in parts:
            part.ready.set()


def _do(parts: list[_Part], work: Callable[[list[Any]], list[Any]]) -> None:
    try:
        results = work([part.asked for part in parts])
    except Exception as error:  # noqa: BLE001 - raised in the thread that it belongs to
        if len(parts) == 1:
            parts[0].settle(None, error)
            return
        for part in parts:
            _do([part], work)
        return
    for part, result in zip(parts, results, strict=True):
        part.settle(result)
