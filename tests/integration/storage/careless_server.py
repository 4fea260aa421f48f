"""A server that speaks just enough S3 to be asked and keeps one promise less than it should."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

BEGUN = b"<R xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><UploadId>1</UploadId></R>"
LOCK = b"<R xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><ObjectLockEnabled>Enabled</ObjectLockEnabled></R>"
DONE = b"<R xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><ETag>1</ETag></R>"


class _Careless(BaseHTTPRequestHandler):
    """Knows only which keys are taken."""

    protocol_version = "HTTP/1.1"
    forgets = ""
    taken: set[str]
    lock: Lock

    def do_HEAD(self) -> None:
        is_there = self.path.count("/") == 1 or self.path in self.taken
        self._answer(200 if is_there else 404)

    def do_GET(self) -> None:
        if self.forgets == "lock configuration":
            self._answer(404)
        else:
            self._answer(200, LOCK)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if "wrong-checksum" in self.path and self.forgets != "checksum":
            self._answer(400)
        elif "partNumber" in self.path:
            self._answer(200)
        else:
            self._answer(412 if self._is_taken() and self.forgets != "condition" else 200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "uploads" in urlsplit(self.path).query:
            self._answer(200, BEGUN)
        elif self.forgets == "condition of parts":
            self._answer(200, DONE)
        else:
            self._answer(412)

    def do_DELETE(self) -> None:
        self._answer(204)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _is_taken(self) -> bool:
        with self.lock:
            was_taken = self.path in self.taken
            self.taken.add(self.path)
            return was_taken

    def _answer(self, status: int, body: bytes = b"") -> None:
        if status == 412:
            body = b"<Error><Code>PreconditionFailed</Code></Error>"
        self.send_response(status)
        self.send_header("ETag", '"1"')
        if "/probe/locked-" in self.path and self.forgets != "lock":
            self.send_header("x-amz-object-lock-mode", "COMPLIANCE")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def careless_server(forgets: str) -> Iterator[str]:
    """Yield the address of a server that forgets one thing, or with "" nothing."""
    handler = type("Handler", (_Careless,), {"forgets": forgets, "taken": set(), "lock": Lock()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
