"""Work that threads bring at the same time is done by one of them for all."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from server.services.together import MOST_TOGETHER, Together

SECONDS = 10


class Held:
    """Work that notes what it was given together, and can be held at its first call."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.entered, self.go_on = threading.Event(), threading.Event()

    def __call__(self, asked: list[int]) -> list[int]:
        self.calls.append(list(asked))
        self.entered.set()
        assert self.go_on.wait(SECONDS)
        return [one * 10 for one in asked]


def gathered(together: Together, work: Callable[[list[Any]], list[Any]], *asked: int) -> list[Any]:
    """Let threads come one after the other while the first is held at work; return their ends."""
    with ThreadPoolExecutor(len(asked)) as pool:
        futures: list[Future[Any]] = []
        for count, one in enumerate(asked, start=1):
            futures.append(pool.submit(together.join, one, work))
            while len(together._queue) < count:  # it has come, in this order
                pass
            assert work.entered.wait(SECONDS)  # type: ignore[attr-defined]
        work.go_on.set()  # type: ignore[attr-defined]
        return [future.exception(SECONDS) or future.result() for future in futures]


def test_a_lone_thread_works_at_once() -> None:
    assert Together().join(1, lambda asked: [one + 1 for one in asked]) == 2


def test_who_comes_meanwhile_is_done_together_in_order_and_gets_its_own_result() -> None:
    together, work = Together(), Held()
    assert gathered(together, work, 1, 2, 3, 4) == [10, 20, 30, 40]
    assert work.calls == [[1], [2, 3, 4]]
    assert together.join(5, work) == 50


def test_what_is_done_together_is_bounded() -> None:
    together, work = Together(), Held()
    asked = range(MOST_TOGETHER + 3)
    assert gathered(together, work, *asked) == [one * 10 for one in asked]
    assert [len(call) for call in work.calls] == [1, MOST_TOGETHER, 2]


def test_when_together_fails_each_is_done_alone_and_only_the_culprit_fails() -> None:
    class Choosy(Held):
        def __call__(self, asked: list[int]) -> list[int]:
            done = super().__call__(asked)
            if 3 in asked:
                raise ValueError("three")
            return done

    together, work = Together(), Choosy()
    results = gathered(together, work, 1, 2, 3, 4)
    assert results[:2] + results[3:] == [10, 20, 40]
    assert isinstance(results[2], ValueError)
    assert work.calls == [[1], [2, 3, 4], [2], [3], [4]]
    with pytest.raises(ValueError, match="three"):
        together.join(3, work)
    assert together.join(6, work) == 60


def test_a_thread_that_is_ended_while_it_works_leaves_nobody_waiting() -> None:
    class Ended(Held):
        def __call__(self, asked: list[int]) -> list[int]:
            done = super().__call__(asked)
            if 2 in asked:
                raise SystemExit
            return done

    together, work = Together(), Ended()
    results = gathered(together, work, 1, 2, 3)
    assert results[0] == 10
    assert isinstance(results[1], SystemExit)
    assert type(results[2]).__name__ == "AbandonedError"
    assert together.join(4, work) == 40
