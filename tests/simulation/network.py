"""The network between phones and service: what becomes of each request is drawn, then done.

A request reaches the application through WSGI, or it does not; the reply reaches the phone, or it
does not. Nothing is ever altered on the way that TLS or the protocol could not notice.
"""

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

from tests.simulation.disk_faults import PowerCut
from tests.simulation.office import Office

Request = dict[str, Any]
Answer = dict[str, Any]
BROKEN: Answer = {}
PORTAL = b"<!doctype html><html><title>WiFi</title><body>please sign in</body></html>"
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head></html>"
HOP = {"content-length", "transfer-encoding", "connection"}


@dataclass
class Network:
    """Carries requests; `heard` is called with every reply the service really gave."""

    office: Office
    heard: Callable[[Request, TestResponse], None]
    late: list[Request] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def carry(self, request: Request, fate: str, rng: random.Random) -> Answer:
        """Do with a request what its fate says; return what the phone gets."""
        self.counts[fate] = self.counts.get(fate, 0) + 1
        return FATES[fate][1](self, request, rng)

    def late_arrival(self, rng: random.Random) -> str:
        """Let one request arrive whose sender gave it up long ago."""
        if not self.late:
            return "nothing under way"
        request = self.late.pop(rng.randrange(len(self.late)))
        self._serve(request)
        return f"{request['method']} {request['path']}"

    def _serve(self, request: Request, **altered: Any) -> TestResponse | None:
        """Let the application answer; `None` when its process ended over it."""
        body = base64.b64decode(request["body"])
        sent = {"headers": dict(request["headers"]), "data": body} | altered
        if request["method"] in ("GET", "HEAD") and not body:
            sent.pop("data")
        try:
            reply = self.office.client.open(request["path"], method=request["method"], **sent)
        except PowerCut:
            self.office.crash()
            return None
        self.heard(request, reply)
        return reply

    def well(self, request: Request, _rng: random.Random) -> Answer:
        """There and back."""
        return told(self._serve(request))

    def cut_before(self, _request: Request, _rng: random.Random) -> Answer:
        """The link breaks before the service hears anything."""
        return BROKEN

    def cut_during(self, request: Request, rng: random.Random) -> Answer:
        """The link breaks while the body goes up."""
        body = base64.b64decode(request["body"])
        if not body:
            return BROKEN
        part = body[: rng.randrange(len(body))]
        lengths = {"CONTENT_LENGTH": str(len(body))}
        self._serve(request, data=part, environ_overrides=lengths)
        return BROKEN

    def drop_reply(self, request: Request, _rng: random.Random) -> Answer:
        """The service has done it; nobody hears of it."""
        self._serve(request)
        return BROKEN

    def twice(self, request: Request, _rng: random.Random) -> Answer:
        """Something on the way sends it again."""
        self._serve(request)
        return told(self._serve(request))

    def delay(self, request: Request, _rng: random.Random) -> Answer:
        """The phone gives up; the request arrives at some later time, after newer ones."""
        self.late.append(request)
        return BROKEN

    def bad_gateway(self, _request: Request, _rng: random.Random) -> Answer:
        """A proxy answers in the service's place."""
        return page(502, BAD_GATEWAY)

    def bad_gateway_after(self, request: Request, _rng: random.Random) -> Answer:
        """A proxy loses the reply and says so."""
        self._serve(request)
        return page(502, BAD_GATEWAY)

    def portal(self, _request: Request, _rng: random.Random) -> Answer:
        """A captive portal answers everything with 200."""
        return page(200, PORTAL)

    def truncate(self, request: Request, rng: random.Random) -> Answer:
        """The reply breaks off."""
        answer = told(self._serve(request))
        if not answer.get("body"):
            return BROKEN
        whole = base64.b64decode(answer["body"])
        part = whole[: rng.randrange(len(whole))]
        return answer | {"body": base64.b64encode(part).decode(), "cut": True}

    def flip_request(self, request: Request, rng: random.Random) -> Answer:
        """A bit of the body changes on the way up."""
        body = bytearray(base64.b64decode(request["body"]))
        if body:
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        return told(self._serve(request, data=bytes(body)))

    def flip_reply(self, request: Request, rng: random.Random) -> Answer:
        """A bit of the body changes on the way down."""
        answer = told(self._serve(request))
        body = bytearray(base64.b64decode(answer.get("body", "")))
        if body:
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        return answer | {"body": base64.b64encode(body).decode()} if body else answer


FATES: dict[str, tuple[int, Callable[[Network, Request, random.Random], Answer]]] = {
    "well": (60, Network.well),
    "cut_before": (4, Network.cut_before),
    "cut_during": (3, Network.cut_during),
    "drop_reply": (6, Network.drop_reply),
    "twice": (4, Network.twice),
    "delay": (4, Network.delay),
    "bad_gateway": (2, Network.bad_gateway),
    "bad_gateway_after": (2, Network.bad_gateway_after),
    "portal": (2, Network.portal),
    "truncate": (3, Network.truncate),
    "flip_request": (3, Network.flip_request),
    "flip_reply": (3, Network.flip_reply),
}


def told(reply: TestResponse | None) -> Answer:
    """Return a reply as the phones' process takes it."""
    if reply is None:
        return BROKEN
    headers = {name: value for name, value in reply.headers if name.lower() not in HOP}
    body = base64.b64encode(reply.get_data()).decode()
    return {"status": reply.status_code, "headers": headers, "body": body}


def page(status: int, text: bytes) -> Answer:
    """Return a web page that is not the service's."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return {"status": status, "headers": headers, "body": base64.b64encode(text).decode()}
