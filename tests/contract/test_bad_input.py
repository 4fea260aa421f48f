"""A bad request gets a problem that names what is wrong, and leaves nothing behind."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from server.storage.database import db
from server.web.replies import DIGEST, digest_of
from sync_protocol.rules import LIMITS
from tests.support.service import COUNTY, PASSWORD, Service

COUNTED_BY_DESIGN = {"login_failures", "rejections"}
LOGIN = {"login": "inspector", "password": PASSWORD}
TICKET = {"chain": "0" * 64, "ticket": "AAAA-BBBB"}
ACCOUNT = {"login": "fresh", "password": PASSWORD, "person": "inspector"}
CHANGE = {"password": PASSWORD, "new_password": "another-horse"}
REFRESH = {"refresh_token": "x"}
ENDPOINTS: dict[str, tuple[str | None, dict[str, str]]] = {
    "/session": (None, LOGIN),
    "/session/refresh": (None, REFRESH),
    "/accounts": ("administrator", ACCOUNT),
    "/accounts/password": ("inspector", CHANGE),
    "/enrolments/ticket": ("inspector", TICKET),
}
BROKEN = {
    "nothing": b"",
    "half": b'{"login": "a"',
    "not utf-8": b'{"login": "\xff"}',
    "two values": b"{} {}",
    "a trailing comma": b'{"login": "a",}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "NaN": b'{"login": NaN}',
    "a float": b'{"login": 1.0}',
    "a duplicate key": b'{"login": "a", "login": "b"}',
    "a lone surrogate": b'{"login": "\\ud800"}',
    "deep nesting": b"[" * 20_000 + b"]" * 20_000,
    "a huge integer": b'{"login": ' + b"9" * 10_000 + b"}",
}
WRONG_VALUES: list[Any] = [None, 7, True, [], {}, "", "x" * 1001, 10**400]


def counts(service: Service) -> dict[str, int]:
    with service.runtime.engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in db.metadata.tables.items()
            if name not in COUNTED_BY_DESIGN
        }


@pytest.fixture
def nothing_left_behind(service: Service) -> Iterator[None]:
    for login in ("inspector", "administrator"):
        service.token(login)
    before = counts(service)
    yield
    assert counts(service) == before


def post(service: Service, path: str, raw: bytes, media_type: str = "application/json") -> Any:
    login = ENDPOINTS[path][0]
    return service.ask(login, "POST", path, data=raw, content_type=media_type)


@pytest.mark.parametrize("path", sorted(ENDPOINTS))
@pytest.mark.usefixtures("nothing_left_behind")
def test_what_is_no_json_is_refused(service: Service, path: str) -> None:
    for name, raw in BROKEN.items():
        reply = post(service, path, raw)
        assert (reply.status_code, reply.json["code"]) == (400, "malformed_json"), name


@pytest.mark.parametrize("path", sorted(ENDPOINTS))
@pytest.mark.usefixtures("nothing_left_behind")
def test_a_wrong_type_or_length_is_named_by_its_field(service: Service, path: str) -> None:
    right = ENDPOINTS[path][1]
    for field in right:
        for value in WRONG_VALUES:
            if value == 10**400:
                raw = json.dumps(right | {field: 0}).replace(": 0", ": " + "9" * 400).encode()
            else:
                raw = json.dumps(right | {field: value}).encode()
            reply = post(service, path, raw)
            assert (reply.status_code, reply.json["code"]) == (422, "invalid_field"), (field, value)
            assert reply.json["field"] == field
        missing = {name: value for name, value in right.items() if name != field}
        reply = post(service, path, json.dumps(missing).encode())
        assert (reply.status_code, reply.json["field"]) == (422, field)


@pytest.mark.parametrize("path", sorted(ENDPOINTS))
@pytest.mark.usefixtures("nothing_left_behind")
def test_what_is_unknown_too_much_or_of_another_type_is_refused(
    service: Service, path: str
) -> None:
    right = ENDPOINTS[path][1]
    reply = post(service, path, json.dumps(right | {"extra": 1}).encode())
    assert (reply.status_code, reply.json["field"]) == (422, "extra")
    for other in (b"[]", b"null", b'"text"', b"7"):
        assert post(service, path, other).status_code == 422, other
    reply = post(service, path, b'{"a": "' + b"x" * 70_000 + b'"}')
    assert (reply.status_code, reply.json["code"]) == (413, "too_large")
    for media_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        reply = post(service, path, json.dumps(right).encode(), media_type)
        assert (reply.status_code, reply.json["field"]) == (415, "Content-Type")


@pytest.mark.usefixtures("nothing_left_behind")
def test_a_batch_that_is_no_array_of_operations_is_refused(service: Service) -> None:
    cases = {
        b"": (400, None),
        b"[": (400, None),
        b"[" * 50_000: (400, None),
        b"{}": (422, "body"),
        b"null": (422, "body"),
        b"[" + b",".join([b"{}"] * (LIMITS["batch_ops"] + 1)) + b"]": (413, "body"),
        b" " * (LIMITS["batch_bytes"] + 1): (413, "Content-Length"),
    }
    for raw, (status, field) in cases.items():
        reply = service.ask("inspector", "POST", "/ops", data=raw, content_type="application/json")
        assert (reply.status_code, reply.json.get("field")) == (status, field), raw[:20]
        assert reply.content_type == "application/problem+json"


@pytest.mark.usefixtures("nothing_left_behind")
def test_a_batch_without_a_length_is_read_no_further_than_the_limit(service: Service) -> None:
    import io

    stream = io.BytesIO(b" " * (LIMITS["batch_bytes"] * 3))
    reply = service.ask(
        "inspector",
        "POST",
        "/ops",
        input_stream=stream,
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert (reply.status_code, reply.json["code"]) == (413, "too_large")
    assert stream.tell() <= LIMITS["batch_bytes"] + 2**20


@pytest.mark.usefixtures("nothing_left_behind")
def test_items_that_are_no_operations_are_rejected_one_by_one(service: Service) -> None:
    items = [None, 7, "x", [], {}, {"header": 1}, {"header": "{}", "body": "{}"}, {"a": {"b": []}}]
    reply = service.ask("inspector", "POST", "/ops", json=items)
    assert reply.status_code == 200
    assert [item["status"] for item in reply.json["items"]] == ["rejected"] * len(items)
    assert {item["code"] for item in reply.json["items"]} == {"op_malformed"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after_index=x", "after_index"),
        ("after_index=1.0", "after_index"),
        ("after_index=-2", "after_index"),
        ("after_index=" + "9" * 40, "after_index"),
        ("after_index=", "after_index"),
        ("after_index=%C2%B2", "after_index"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("after_entity=%00", "after_entity"),
        ("after_entity=A", "after_entity"),
        ("unknown=1", "unknown"),
    ],
)
def test_a_malformed_cursor_is_named(service: Service, query: str, field: str) -> None:
    reply = service.ask("inspector", "GET", f"/spaces/{COUNTY}/rows?{query}")
    assert (reply.status_code, reply.json["field"]) == (422, field)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "outcome"),
        ("outcome=applied", "outcome"),
        ("outcome=refused&limit=101", "limit"),
        ("outcome=refused&before_index=-1", "before_index"),
        ("outcome=refused&after_index=1", "after_index"),
    ],
)
def test_a_malformed_question_for_what_is_held_is_named(
    service: Service, query: str, field: str
) -> None:
    reply = service.ask("supervisor", "GET", f"/spaces/{COUNTY}/held?{query}")
    assert (reply.status_code, reply.json["field"]) == (422, field)


@pytest.mark.parametrize(
    "path",
    [
        "/spaces/53090/rows",
        "/spaces/53090/held",
        "/spaces/../rows",
        "/ops/xyz",
        "/ops/" + "A" * 64,
        "/entities/Finding/x/timeline",
        "/entities/finding/a%00b/timeline",
        "/chains/1/rulings",
        "/log/tile/10/000",
        "/log/tile/0/0",
        "/log/tile/0/x000/001",
        "/log/tile/0/000.p/256",
        "/log/tile/0/000.p/0",
        "/log/tile/entries/abc",
        "/log/proof/-1?size=1",
        "/spaces/530902/blobs/" + "g" * 64,
    ],
)
def test_a_place_that_can_not_exist_is_not_found(service: Service, path: str) -> None:
    reply = service.ask("inspector", "GET", path)
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "query", ["", "size=0", "size=x", "size=99999999999", "size=1&size=2&more=1"]
)
def test_a_proof_for_a_size_the_log_has_not_is_refused(service: Service, query: str) -> None:
    reply = service.ask("inspector", "GET", f"/log/proof/0?{query}")
    assert reply.status_code in (404, 422)
    assert reply.json["code"] in ("invalid_field", "not_found")


def test_a_reply_names_the_digest_of_what_it_says(service: Service) -> None:
    for path in ("/session", "/spaces/common/rows", "/log/checkpoint", "/nothing"):
        reply = service.ask("inspector", "GET", path)
        assert reply.headers[DIGEST] == digest_of(reply.get_data()), path
    packed = service.ask(None, "GET", "/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers[DIGEST] == digest_of(gzip.decompress(packed.get_data()))


@pytest.mark.usefixtures("nothing_left_behind")
def test_a_request_damaged_on_the_way_is_refused_whole(service: Service) -> None:
    damaged = json.dumps([]).encode(), json.dumps(LOGIN).encode()
    for path, body in zip(("/ops", "/session"), damaged, strict=True):
        headers = {DIGEST: digest_of(body)}
        sent = {"headers": headers, "content_type": "application/json"}
        reply = service.ask("inspector", "POST", path, data=b" " + body, **sent)
        assert (reply.status_code, reply.json["code"]) == (400, "malformed_json")
        assert reply.json["field"] == DIGEST
