"""A proxy on the loopback address that spoils HTTP exchanges, by script or by seed.

It stands between a phone's port and the service. Without a fault it passes requests and replies on
unchanged. A fault is chosen for each request by `choose`; each one that was done is noted in
`done`. Heads are never spoiled, only what a middlebox or a bad link really does: connections,
whole replies, and bodies.
"""

import contextlib
import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API = "/api/v1"
SERVICE_TIMEOUT_S = 60
STALL_S = 1.5
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server"}
PORTAL = "<!doctype html><title>Wi-Fi 认证</title><h1>请输入手机号登录上网</h1>".encode()
GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

FAULTS = (
    "cut",  # the request never arrives
    "stalled",  # nothing for a while, then the connection breaks
    "reply_dropped",  # the service did it, and nobody hears so
    "gateway",  # a proxy's 502 page instead of the service
    "gateway_after",  # the same after the service did it
    "portal",  # a captive portal's page with status 200
    "portal_login",  # a captive portal's page with status 401
    "request_truncated",  # half of the request's body arrives
    "reply_truncated",  # half of the reply's body arrives
    "request_flipped",  # a bit of the request's body is another one
    "reply_flipped",  # a bit of the reply's body is another one
)


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One reply; `sent` is less than the body when it breaks off."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    breaks_off: bool = False


class Broken(Exception):
    """The connection ends without a reply."""


Choose = Callable[[Asked], str]


def nothing(_asked: Asked) -> str:
    """Choose no fault."""
    return ""


def always(fault: str, *scopes: str) -> Choose:
    """Choose this fault for the requests whose `METHOD path` begins with one of the scopes."""

    def choose(asked: Asked) -> str:
        named = f"{asked.method} {asked.path.removeprefix('/api/v1')}"
        return fault if not scopes or named.startswith(scopes) else ""

    return choose


def mixed(seed: int, share: float) -> Choose:
    """Choose any fault for this share of the requests; the same again for the same seed."""
    chance, lock = random.Random(seed), threading.Lock()

    def choose(_asked: Asked) -> str:
        with lock:
            return chance.choice(FAULTS) if chance.random() < share else ""

    return choose


@dataclass
class FaultyProxy:
    """Listens on `port`; `choose` may be changed at any time."""

    service_port: int
    choose: Choose = nothing
    done: list[tuple[str, str, str]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with contextlib.suppress(ConnectionError, Broken):
                    super().handle_one_request()
                    return
                self.close_connection = True

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                asked = Asked(self.command, self.path, list(self.headers.items()), body)
                self.show(proxy.reply(asked))

            do_GET = do_HEAD = do_OPTIONS = answer  # noqa: N815
            do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

            def show(self, reply: Reply) -> None:
                self.send_response_only(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
                if reply.breaks_off:
                    raise Broken

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def hits(self, fault: str, scopes: tuple[str, ...] = ("",)) -> int:
        """How often this fault was done to requests of these scopes."""
        named = [
            f"{method} {path.removeprefix(API)}" for one, method, path in self.done if one == fault
        ]
        return sum(1 for one in named if one.startswith(scopes or ("",)))

    def reply(self, asked: Asked) -> Reply:
        """Return what the phone gets; raise `Broken` when it gets nothing."""
        fault = self.choose(asked)
        if fault.endswith(("_flipped", "_truncated")):
            spoils_request = fault.startswith("request")
            fault = fault if asked.body or not spoils_request else ""
        if fault:
            self.done.append((fault, asked.method, asked.path))
        return self._spoiled(asked, fault)

    def _spoiled(self, asked: Asked, fault: str) -> Reply:
        if fault == "stalled":
            time.sleep(STALL_S)
        if fault in ("cut", "stalled"):
            raise Broken
        if fault in ("portal", "portal_login"):
            return _page(200 if fault == "portal" else 401, PORTAL, asked)
        if fault == "gateway":
            return _page(502, GATEWAY, asked)
        if fault == "request_truncated":
            self._pass_on(asked, asked.body[: len(asked.body) // 2])
            raise Broken
        reply = self._pass_on(asked, self._flipped(asked.body, fault == "request_flipped"))
        if fault == "reply_dropped":
            raise Broken
        if fault == "gateway_after":
            return _page(502, GATEWAY, asked)
        if fault == "reply_truncated" and reply.body:
            half = reply.body[: len(reply.body) // 2]
            return Reply(reply.status, reply.headers, half, breaks_off=True)
        body = self._flipped(reply.body, fault == "reply_flipped")
        return Reply(reply.status, reply.headers, body)

    def _flipped(self, body: bytes, wanted: bool) -> bytes:
        if not wanted or not body:
            return body
        spoiled = bytearray(body)
        spoiled[self.chance.randrange(len(body))] ^= 1 << self.chance.randrange(8)
        return bytes(spoiled)

    def _pass_on(self, asked: Asked, body: bytes) -> Reply:
        """Ask the service; a body shorter than announced ends with the connection."""
        service = http.client.HTTPConnection(
            "127.0.0.1", self.service_port, timeout=SERVICE_TIMEOUT_S
        )
        try:
            service.putrequest(asked.method, asked.path, skip_host=True, skip_accept_encoding=True)
            for name, value in asked.headers:
                if name.lower() not in HOP_BY_HOP:
                    service.putheader(name, value)
            service.endheaders(body or None)
            if len(body) < len(asked.body):
                raise Broken
            with service.getresponse() as answer:
                content = answer.read()
                shown = [(n, v) for n, v in answer.getheaders() if n.lower() not in HOP_BY_HOP]
                named = {name.lower() for name, _ in shown}
                if "content-length" not in named and answer.status not in (204, 304):
                    shown.append(("Content-Length", str(len(content))))
                return Reply(answer.status, shown, content)
        except OSError as error:
            raise Broken from error
        finally:
            service.close()


def _page(status: int, body: bytes, asked: Asked) -> Reply:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    return Reply(status, headers, b"" if asked.method == "HEAD" else body)
