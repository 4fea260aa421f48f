"""A narrow link on the loopback address: one bandwidth for everything, cut again and again.

It stands between a phone's port and the service, and counts the body bytes of requests by the
first part of their path (`uploads`, `spaces`, `ops` …): those of `uploads` are the originals'.
Each direction has its own budget, shared by all connections in turns of a packet, so that a photo
and a record compete as they do on a mobile network. `cut` breaks what is open; new connections
are taken at once.
"""

import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.support.wire import PACKET, end, listener_on

PACKETS_AT_ONCE = 4
HEAD_END = b"\r\n\r\n"
PREFIX = "/api/v1/"


class Budget:
    """So many bytes a second, whoever asks first."""

    def __init__(self, bytes_per_second: float) -> None:
        self._rate = bytes_per_second
        self._free_at = time.monotonic()
        self._lock = threading.Lock()

    def spend(self, count: int) -> None:
        """Wait until so many bytes have passed."""
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + count / self._rate
            wait = self._free_at - now
        time.sleep(wait)


@dataclass
class Requests:
    """Reads the requests of one connection as they pass, and counts their bodies."""

    counts: Counter[str]
    _head: bytes = b""
    _left: int = 0
    _part: str = ""

    def pass_on(self, piece: bytes) -> None:
        """Look at the next bytes."""
        while piece:
            if self._left:
                body = piece[: self._left]
                self.counts[self._part] += len(body)
                self._left -= len(body)
                piece = piece[len(body) :]
                continue
            self._head += piece
            end = self._head.find(HEAD_END)
            if end < 0:
                return
            piece = self._head[end + len(HEAD_END) :]
            self._begin(self._head[:end].decode("latin-1"))
            self._head = b""

    def _begin(self, head: str) -> None:
        line, *fields = head.split("\r\n")
        path = line.split(" ")[1]
        self._part = path.removeprefix(PREFIX).split("/")[0].split("?")[0]
        named = {name.lower(): value for name, _, value in (one.partition(":") for one in fields)}
        assert "transfer-encoding" not in named, "only bodies of a known length are counted"
        self._left = int(named.get("content-length", "0"))


@dataclass
class NarrowLink:
    """Forwards 127.0.0.1:`port` to the service's port."""

    service_port: int
    bits_per_second: int
    port: int = 0
    cuts: int = 0
    sent: Counter[str] = field(default_factory=Counter)
    _open: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._up, self._down = (Budget(self.bits_per_second / 8) for _ in range(2))
        self._listener = listener_on(self.port, 8 * PACKET)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_every(self, seconds: float) -> None:
        """Begin to break everything that is open, again and again."""

        def cutting() -> None:
            while not self._ended.wait(seconds):
                self.cut()

        threading.Thread(target=cutting, daemon=True).start()

    def cut(self) -> None:
        """Break every open connection."""
        self.cuts += 1
        with self._lock:
            broken, self._open = self._open, set()
        for connection in broken:
            end(connection)

    def stop(self) -> None:
        """Stop listening and break everything."""
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            try:
                service = socket.create_connection(("127.0.0.1", self.service_port), 5)
            except OSError:
                end(phone)
                continue
            service.settimeout(None)
            with self._lock:
                self._open |= {phone, service}
            seen = Requests(self.sent)
            for way in ((phone, service, self._up, seen), (service, phone, self._down, None)):
                threading.Thread(target=self._forward, args=way, daemon=True).start()

    def _forward(
        self, source: socket.socket, target: socket.socket, budget: Budget, seen: Requests | None
    ) -> None:
        try:
            while piece := source.recv(PACKETS_AT_ONCE * PACKET):
                budget.spend(len(piece))
                target.sendall(piece)
                if seen:
                    seen.pass_on(piece)
        except OSError:
            pass  # one side is gone; the other one is told below
        end(source)
        end(target)
        with self._lock:
            self._open -= {source, target}
