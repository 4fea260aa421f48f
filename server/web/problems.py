"""Every error as a problem document (RFC 9457): the one table from codes to HTTP.

Codes, statuses and texts come from `sync_protocol/tables/problems.json`. Nothing else in the web
room knows a status of an error, and no error leaves as HTML. What a client is told about an
unexpected failure is only that there was one; the log has the rest.
"""

import logging
from http import HTTPStatus

import msgspec
from flask import Flask, Response, g
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RoutingException

from server.services import rewind
from server.services.problem import Problem
from server.storage.blob_rules import StoreUnavailableError
from server.storage.database import is_full
from sync_protocol.rules import PROBLEMS

MEDIA_TYPE = "application/problem+json"
REWOUND_RETRY_S = 60
NO_SPACE = 28  # errno ENOSPC
CODES_OF_STATUS = {
    400: "malformed_json",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_field",
    429: "too_many",
    503: "unavailable",
}

log = logging.getLogger("liuhen.web")


def response(problem: Problem) -> Response:
    """Return the problem document of a refusal."""
    entry = PROBLEMS[problem.code]
    document = {
        "type": f"/problems/{problem.code}",
        "title": entry["en"],
        "status": entry["status"],
        "code": problem.code,
        "zh": entry["zh"],
        "en": entry["en"],
    }
    document |= {"detail": problem.detail} if problem.detail else {}
    document |= {"field": problem.field} if problem.field else {}
    g.problem_code = problem.code
    shown = Response(msgspec.json.encode(document), entry["status"], mimetype=MEDIA_TYPE)
    shown.headers["Cache-Control"] = "no-store"
    if entry["status"] == HTTPStatus.UNAUTHORIZED:
        shown.headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after_s is not None:
        shown.headers["Retry-After"] = str(problem.retry_after_s)
    return shown


def register(app: Flask) -> None:
    """Install the handlers of everything that can be raised."""
    app.register_error_handler(Problem, response)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(rewind.RewoundError, _rewound)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InterfaceError, _database)
    app.register_error_handler(PoolTimeoutError, _database)
    app.register_error_handler(DBAPIError, _database_maybe)
    app.register_error_handler(StoreUnavailableError, _blob_store)
    app.register_error_handler(OSError, _disk_maybe)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    if isinstance(error, RoutingException):
        return error.get_response()  # type: ignore[return-value]
    fallback = "malformed_json" if (error.code or 500) < 500 else "internal"
    shown = response(Problem(CODES_OF_STATUS.get(error.code or 500, fallback)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        shown.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return shown


def _rewound(error: rewind.RewoundError) -> Response:
    log.error("nothing is taken in: %s", error)
    return response(Problem("log_rewound", retry_after_s=REWOUND_RETRY_S))


def _database(error: Exception) -> Response:
    if isinstance(error, DBAPIError) and is_full(error):
        log.error("the database's disk is full", exc_info=error)
        return response(Problem("storage_full"))
    log.error("the database is not available", exc_info=error)
    return response(Problem("unavailable", retry_after_s=5))


def _database_maybe(error: DBAPIError) -> Response:
    return _database(error) if error.connection_invalidated else _unexpected(error)


def _blob_store(error: StoreUnavailableError) -> Response:
    log.error("the blob store is not available", exc_info=error)
    return response(Problem("unavailable", retry_after_s=5))


def _disk_maybe(error: OSError) -> Response:
    if error.errno == NO_SPACE:
        log.error("the disk is full", exc_info=error)
        return response(Problem("storage_full"))
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    log.error("unexpected failure", exc_info=error)
    return response(Problem("internal"))
