"""One JSON line for each request: route and result, never a token, a body or a query."""

import logging
import time

import msgspec
from flask import Flask, Response, g, request

log = logging.getLogger("liuhen.request")


def register(app: Flask) -> None:
    """Write a line after every request and give every reply the headers all of them have."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    """Start with nothing of another request: an application context may outlive one."""
    for name in ("person", "op_count", "problem_code"):
        g.pop(name, None)
    g.began = time.perf_counter()


def _end(reply: Response) -> Response:
    reply.headers.setdefault("X-Content-Type-Options", "nosniff")
    reply.headers.setdefault("Cache-Control", "no-store")
    line = {
        "event": "request",
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else "",
        "status": reply.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1),
        "person": g.person.id if "person" in g else "",
        "ops": g.get("op_count", 0),
        "problem": g.get("problem_code", ""),
    }
    log.info("%s", msgspec.json.encode(line).decode())
    return reply
