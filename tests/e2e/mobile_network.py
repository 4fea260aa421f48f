"""A phone's way to the service: a port of its own that forwards bytes, and can be taken away.

Playwright's offline switch reaches pages; a service worker and a beacon would slip through it. The
port does not let anything through. `lose` refuses connections, as with no signal or a stopped
server; `hang` accepts and never answers, as a captive portal or a dying link does; `narrow` makes
it slow. The port stays the same, because it is part of the origin that owns the phone's storage.
"""

import socket
import threading
import time
from typing import Literal

from tests.support.wire import end, listener_on

State = Literal["good", "lost", "hanging"]
PIECE = 16 * 1024


class MobileNetwork:
    """Forwards 127.0.0.1:`port` to the service's port while the state is `good`."""

    def __init__(self, service_port: int) -> None:
        self.service_port = service_port
        self.state: State = "lost"
        self.bytes_per_second: float | None = None
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        """Address the phone opens."""
        return f"http://127.0.0.1:{self.port}"

    def find(self) -> None:
        """Full signal again."""
        self.bytes_per_second = None
        self._become("good")

    def narrow(self, bytes_per_second: float) -> None:
        """Pass bytes on, but no more than this."""
        self.bytes_per_second = bytes_per_second
        self._become("good")

    def lose(self) -> None:
        """Refuse everything, also what is under way."""
        self._become("lost")

    def hang(self) -> None:
        """Accept, and never answer."""
        self._become("hanging")

    def _become(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        self._drop_all()
        if state == "lost":
            self._stop_listening()
        elif self._listener is None:
            self._listen()

    def _listen(self) -> None:
        self._listener = listener_on(self.port, 2 * PIECE)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _stop_listening(self) -> None:
        if self._listener is not None:
            # shutdown wakes the thread in accept; close alone would leave the port open.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _drop_all(self) -> None:
        with self._lock:
            dropped, self._open = self._open, set()
        for connection in dropped:
            end(connection)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                phone, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(phone)
            if self.state == "good":
                self._connect(phone)

    def _connect(self, phone: socket.socket) -> None:
        try:
            service = socket.create_connection(("127.0.0.1", self.service_port), 5)
        except OSError:
            end(phone)
            return
        service.settimeout(None)
        with self._lock:
            self._open.add(service)
        for source, target in ((phone, service), (service, phone)):
            threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(PIECE):
                target.sendall(piece)
                if self.bytes_per_second:
                    time.sleep(len(piece) / self.bytes_per_second)
        except OSError:
            pass  # one side is gone; the other one is told below
        end(source)
        end(target)
        with self._lock:
            self._open -= {source, target}
