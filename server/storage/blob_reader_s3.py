"""An object of a bucket as a file that can be read and jumped in, never held in memory.

A reply that fails or ends early is `StoreUnavailableError`: never an `OSError`, never the end.
"""

import io
from collections.abc import Callable
from typing import Any

from server.storage.blob_rules import StoreUnavailableError
from server.storage.s3_client import asked


class ObjectReader(io.RawIOBase):
    """An object as a file: read in order over one reply, asked for again after a jump."""

    def __init__(self, body_from: Callable[[int], Any], body: Any, size_bytes: int) -> None:
        """Take the reply at hand, and a function that asks for the object from a byte on."""
        self._body_from = body_from
        self._body = body
        self._size_bytes = size_bytes
        self._at = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes: decoders of images jump."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; the next read asks for the object from there."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence]
        if base + offset < 0:
            raise ValueError("a negative position")
        if base + offset != self._at:
            self._leave()
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; a reply that ends too early is an outage, never the end of the bytes."""
        wanted = min(len(buffer), self._size_bytes - self._at)
        if wanted <= 0:
            return 0
        with asked("reading"):
            if self._body is None:
                self._body = self._body_from(self._at)
            piece = self._body.read(wanted)
        if not piece:
            raise StoreUnavailableError("the reply ended before the bytes did")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Leave the reply at hand, read or not."""
        self._leave()
        super().close()

    def _leave(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
