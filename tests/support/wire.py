"""What the tests' links share: a listener that swallows no photo, and how a line is ended."""

import contextlib
import socket

PACKET = 1400


def listener_on(port: int, window_bytes: int) -> socket.socket:
    """Listen on 127.0.0.1 with a mobile network's packets and a small window.

    Else the loopback's buffers take a whole photo at once, and the phone believes it is on its way.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, PACKET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window_bytes)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def end(connection: socket.socket) -> None:
    """End a connection for both sides; it may be gone already."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
