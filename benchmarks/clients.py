"""HTTP clients over loopback: eight at once, each sending its own requests one after another.

Replies are kept as bytes and looked at after the clock has stopped. A client stops at the first
status that is not the expected one, when its requests are done, or when the time is over.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

CLIENTS = 8
TIMEOUT_S = 60


@dataclass(frozen=True)
class Request:
    """One request; `body` is ready to be sent."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What a run came to: seconds of each request, the replies in the order of each client."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    replies: list[tuple[Request, bytes]] = field(default_factory=list)

    def percentile_ms(self, percent: float) -> float:
        """Return the time below which so many percent of the requests stayed, in ms."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] * 1000


class Unexpected(RuntimeError):
    """A reply that the benchmark does not foresee."""


class Client:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(str(parts.hostname), parts.port, timeout=TIMEOUT_S)

    def send(self, request: Request, expect: tuple[int, ...] = (200, 201)) -> bytes:
        """Return the body of the reply; raise `Unexpected` for another status."""
        self._connection.request(request.method, request.path, request.body, request.headers)
        reply = self._connection.getresponse()
        body = reply.read()
        if reply.status not in expect:
            raise Unexpected(f"{request.method} {request.path}: {reply.status} {body[:300]!r}")
        return body

    def close(self) -> None:
        self._connection.close()


def drive(url: str, lists: Sequence[Sequence[Request]], most_s: float = 300) -> Outcome:
    """Send each list by a client of its own, all at once; return what it came to."""
    lanes = [Outcome() for _ in lists]
    failures: list[BaseException] = []
    barrier = threading.Barrier(len(lists) + 1)

    def work(requests: Sequence[Request], mine: Outcome) -> None:
        client = Client(url)
        barrier.wait()
        try:
            for request in requests:
                began = time.perf_counter()
                if began - started[0] > most_s:
                    return
                reply = client.send(request)
                mine.took.append(time.perf_counter() - began)
                mine.replies.append((request, reply))
        except Exception as error:  # noqa: BLE001 - raised by the caller's thread
            failures.append(error)
        finally:
            client.close()

    started = [float("inf")]
    threads = [
        threading.Thread(target=work, args=(requests, mine), daemon=True)
        for requests, mine in zip(lists, lanes, strict=True)
    ]
    for thread in threads:
        thread.start()
    started[0] = time.perf_counter()
    barrier.wait()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started[0]
    if failures:
        raise failures[0]
    return Outcome(
        seconds,
        [one for lane in lanes for one in lane.took],
        [one for lane in lanes for one in lane.replies],
    )


def follow(url: str, first: Request, following: Callable[[bytes], Request | None]) -> Outcome:
    """Send a request and whatever its reply leads to, on one connection."""
    outcome, client, request = Outcome(), Client(url), first
    began = time.perf_counter()
    next_one: Request | None = request
    while next_one is not None:
        sent = time.perf_counter()
        reply = client.send(next_one)
        outcome.took.append(time.perf_counter() - sent)
        outcome.replies.append((next_one, reply))
        next_one = following(reply)
    outcome.seconds = time.perf_counter() - began
    client.close()
    return outcome
