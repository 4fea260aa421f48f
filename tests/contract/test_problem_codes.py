"""Every code of problems.json is provoked through HTTP, and is what the table says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from werkzeug.test import TestResponse

from server.storage.log_tables import Entity
from server.storage.upload_tables import Upload
from sync_protocol.note import Checkpoint, sign_checkpoint
from sync_protocol.rules import LIMITS, PROBLEMS
from tests.support.service import API, COUNTY, OTHER_COUNTY, PASSWORD, Service, photo
from tests.support.service import tus_headers as announce

Provoke = Callable[[Service], TestResponse]


def post(service: Service, path: str, data: Any, login: str | None = "inspector") -> TestResponse:
    return service.ask(login, "POST", path, data=data, content_type="application/json")


def malformed_json(service: Service) -> TestResponse:
    return post(service, "/session", "{", None)


def invalid_field(service: Service) -> TestResponse:
    return post(service, "/session", '{"login": 7, "password": "x"}', None)


def unauthenticated(service: Service) -> TestResponse:
    return service.ask(None, "GET", "/session")


def session_expired(service: Service) -> TestResponse:
    service.token("inspector")
    service.clock.move(hours=12)
    return service.ask("inspector", "GET", "/session")


def wrong_credentials(service: Service) -> TestResponse:
    return post(service, "/session", '{"login": "inspector", "password": "no"}', None)


def account_locked(service: Service) -> TestResponse:
    for _ in range(LIMITS["login_failures"]):
        wrong_credentials(service)
    return wrong_credentials(service)


def forbidden(service: Service) -> TestResponse:
    said = {"login": "fresh", "password": PASSWORD, "person": "inspector"}
    return post(service, "/accounts", json.dumps(said))


def space_forbidden(service: Service) -> TestResponse:
    return service.ask("inspector", "GET", f"/spaces/{OTHER_COUNTY}/rows")


def not_found(service: Service) -> TestResponse:
    return service.ask(None, "GET", "/no-such-thing")


def method_not_allowed(service: Service) -> TestResponse:
    reply = service.ask("inspector", "PUT", "/session")
    assert set(reply.headers["Allow"].split(", ")) >= {"GET", "POST", "DELETE"}
    return reply


def unsupported_media_type(service: Service) -> TestResponse:
    return service.ask("inspector", "POST", "/ops", data="[]", content_type="text/plain")


def too_large(service: Service) -> TestResponse:
    return post(service, "/ops", b" " * (LIMITS["batch_bytes"] + 1))


def manifest_unreadable(service: Service) -> TestResponse:
    path = f"/spaces/{COUNTY}/manifests?name=x"
    content_type = "application/octet-stream"
    return service.ask("supervisor", "POST", path, data=b"x", content_type=content_type)


def too_many(service: Service) -> TestResponse:
    row = {
        "person_id": "inspector",
        "space": COUNTY,
        "sha256": "0" * 64,
        "media_type": "image/jpeg",
        "length_bytes": 1,
        "created_at_ms": 0,
    }
    rows = [row | {"id": f"{n:032x}"} for n in range(LIMITS["uploads_open_per_person"])]
    with service.runtime.engine.begin() as connection:
        connection.execute(insert(Upload), rows)
    return service.upload("inspector", photo())


def conflict(service: Service) -> TestResponse:
    said = {"login": "inspector", "password": PASSWORD, "person": "inspector"}
    return post(service, "/accounts", json.dumps(said), "administrator")


def cursor_gone(service: Service) -> TestResponse:
    return service.ask("inspector", "GET", f"/spaces/{COUNTY}/rows?after_index=1000000")


def upload(service: Service, content: bytes, **said: str) -> tuple[str, dict[str, str]]:
    headers = announce(content, **said)
    reply = service.ask("inspector", "POST", "/uploads", headers=headers)
    place = reply.headers["Location"].removeprefix(API)
    return place, {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def upload_offset(service: Service) -> TestResponse:
    place, headers = upload(service, photo())
    headers["Upload-Offset"] = "5"
    return service.ask("inspector", "PATCH", place, data=b"x", headers=headers)


def upload_checksum(service: Service) -> TestResponse:
    place, headers = upload(service, photo())
    headers |= {"Upload-Offset": "0", "Upload-Checksum": "sha256 " + "A" * 43 + "="}
    return service.ask("inspector", "PATCH", place, data=b"x", headers=headers)


def upload_digest(service: Service) -> TestResponse:
    return service.upload("inspector", photo(), sha256="0" * 64)


def tus_version(service: Service) -> TestResponse:
    return service.ask("inspector", "POST", "/uploads", headers={"Tus-Resumable": "0.1"})


def not_an_image(service: Service) -> TestResponse:
    return service.upload("inspector", b"no photo")


def not_a_recording(service: Service) -> TestResponse:
    return service.upload("inspector", b"no sound", media_type="audio/webm")


def ticket_invalid(service: Service) -> TestResponse:
    phone = service.phone("inspector")
    phone.enrolment()
    phone.push()
    return post(service, "/enrolments/ticket", json.dumps({"chain": phone.chain, "ticket": "AAAA"}))


def storage_full(service: Service) -> TestResponse:
    service.reopen(LIUHEN_RESERVE_DISK_BYTES=str(2**59))
    return service.upload("inspector", photo())


def unavailable(service: Service) -> TestResponse:
    service.runtime.settings.checkpoint_file.parent.mkdir(parents=True, exist_ok=True)
    service.reopen(LIUHEN_RESERVE_DISK_BYTES=str(2**59))
    return service.ask(None, "GET", "/readyz")


def log_rewound(service: Service) -> TestResponse:
    runtime = service.runtime
    signed = Checkpoint(runtime.origin(1), 10_000, b"\x01" * 32)  # more leaves than there are
    note = sign_checkpoint(signed, runtime.log_key(1), runtime.keys.sign_note)
    return post(service, "/log/checkpoint", json.dumps({"checkpoint": note}))


def internal(service: Service) -> TestResponse:
    """A row that somebody damaged in the database."""
    damaged = update(Entity).where(Entity.entity == "person/inspector").values(wire="{")
    token = service.token("inspector")
    with service.runtime.engine.begin() as connection:
        assert connection.execute(damaged).rowcount == 1
    headers = {"Authorization": f"Bearer {token}"}
    return service.client.get(f"{API}/entities/person/inspector/timeline", headers=headers)


PROVOKED: dict[str, Provoke] = {
    provoke.__name__: provoke
    for provoke in (
        *(malformed_json, invalid_field, unauthenticated, session_expired, wrong_credentials),
        *(account_locked, forbidden, space_forbidden, not_found, method_not_allowed),
        *(unsupported_media_type, too_large, too_many, conflict, cursor_gone, upload_offset),
        *(
            upload_checksum,
            upload_digest,
            tus_version,
            not_an_image,
            manifest_unreadable,
            not_a_recording,
            ticket_invalid,
        ),
        *(storage_full, unavailable, log_rewound, internal),
    )
}


def test_every_code_has_something_that_provokes_it() -> None:
    assert set(PROVOKED) == set(PROBLEMS)


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_code_is_answered_as_the_table_says(service: Service, code: str) -> None:
    reply = PROVOKED[code](service)
    expected = PROBLEMS[code]
    assert reply.content_type == "application/problem+json"
    assert reply.status_code == expected["status"]
    document = reply.json
    optional = {"detail", "field"} & set(document)
    assert {name: document[name] for name in document if name not in optional} == {
        "type": f"/problems/{code}",
        "title": expected["en"],
        "status": expected["status"],
        "code": code,
        "zh": expected["zh"],
        "en": expected["en"],
    }
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_a_database_that_is_gone_is_unavailable_and_comes_back(
    service: Service, tmp_path: Path, database_kind: str
) -> None:
    token = service.token("inspector")
    headers = {"Authorization": f"Bearer {token}"}
    engine = service.runtime.engine
    engine.dispose()
    if database_kind == "sqlite":
        path = Path(str(engine.url.database))
        hidden = path.with_suffix(".hidden")
        path.rename(hidden)
        path.mkdir()
        reply = service.client.get(f"{API}/session", headers=headers)
        path.rmdir()
        hidden.rename(path)
    else:
        with engine.connect() as connection:
            name = connection.exec_driver_sql("SELECT current_database()").scalar()
        engine.dispose()
        other = engine.url.set(database="postgres")
        reply = _without_connections(service, str(name), other, headers)
    assert (reply.status_code, reply.json["code"]) == (503, "unavailable")
    assert reply.headers["Retry-After"] == "5"
    engine.dispose()
    assert service.client.get(f"{API}/session", headers=headers).status_code == 200


def _without_connections(
    service: Service, name: str, other: Any, headers: dict[str, str]
) -> TestResponse:
    from sqlalchemy import create_engine

    admin = create_engine(other, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            return service.client.get(f"{API}/session", headers=headers)
        finally:
            connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            connection.close()
            admin.dispose()
