"""Uploads as tests send and look at them."""

import hashlib

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.service import (
    API,
    COUNTY,
    Service,
    base64_of,
    digest,
    tus_headers,
)

CHUNK = "application/offset+octet-stream"


def create(service: Service, content: bytes, login: str = "inspector", **more: str) -> str:
    headers = tus_headers(content, **more)
    reply = service.ask(login, "POST", "/uploads", headers=headers)
    assert reply.status_code == 201, reply.text
    assert reply.headers["Upload-Offset"] == "0"
    return reply.headers["Location"].removeprefix(API)


def patch(
    service: Service, place: str, at: int, chunk: bytes, login: str = "inspector", **more: str
) -> TestResponse:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(at), "Content-Type": CHUNK} | more
    return service.ask(login, "PATCH", place, data=chunk, headers=headers)


def offset(service: Service, place: str, login: str = "inspector") -> int:
    reply = service.ask(login, "HEAD", place, headers={"Tus-Resumable": "1.0.0"})
    assert reply.status_code == 200
    return int(reply.headers["Upload-Offset"])


def checksum(chunk: bytes) -> dict[str, str]:
    return {"Upload-Checksum": f"sha256 {base64_of(hashlib.sha256(chunk).digest())}"}


def original(service: Service, content: bytes, login: str = "inspector") -> TestResponse:
    return service.ask(login, "GET", f"/spaces/{COUNTY}/blobs/{digest(content)}")


def count(service: Service, table: type) -> int:
    with service.runtime.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def files(service: Service, folder: str) -> list[str]:
    return sorted(p.name for p in (service.folder / folder).rglob("*") if p.is_file())
