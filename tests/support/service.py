"""The application in this process, with people and phones, for tests through HTTP.

The clock is set by hand. Phones are the demo's: they sign and send as a real one does. People get
their accounts straight from the service; everything else goes through the client.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import close_app, create_app, start_deployment
from server.cli.demo.phone import Phone
from server.config import from_env
from server.services import accounts, queries, system
from server.services.runtime import Runtime

API = "/api/v1"
CITY, COUNTY, OTHER_COUNTY = "530900", "530902", "530921"
PASSWORD = "correct-horse"
START_MS = 1_790_000_000_000
PEOPLE = {
    "inspector": ("inspector", COUNTY),
    "colleague": ("inspector", COUNTY),
    "stranger": ("inspector", OTHER_COUNTY),
    "supervisor": ("supervisor", COUNTY),
    "foreign-supervisor": ("supervisor", OTHER_COUNTY),
    "city-supervisor": ("supervisor", CITY),
    "administrator": ("administrator", CITY),
}


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def move(self, *, ms: int = 0, seconds: int = 0, hours: int = 0, days: int = 0) -> None:
        self._now_ms += ms + 1000 * (seconds + 3600 * (hours + 24 * days))


class ReadingClient(FlaskClient):
    """A client that reads every reply to its end and closes it, as a browser does."""

    def open(self, *arguments: Any, **more: Any) -> TestResponse:
        return super().open(*arguments, **({"buffered": True} | more))


@dataclass
class Service:
    """An application on a folder and a database; `reopen` is a restart."""

    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    clock: SetClock = field(default_factory=SetClock)
    app: Flask = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)

    def open(self) -> "Service":
        environment = {
            "LIUHEN_DATA_DIR": str(self.folder),
            "LIUHEN_DATABASE_URL": self.database_url,
            "LIUHEN_PWA_DIR": str(self.folder / "pages"),
            "LIUHEN_RESERVE_DISK_BYTES": "0",
            "LIUHEN_CITY": CITY,
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self.app = create_app(from_env(environment | self.settings), self.clock)
        self.app.config["PROPAGATE_EXCEPTIONS"] = False
        with self.app.app_context():
            start_deployment(self.app)
        return self

    def close(self) -> None:
        close_app(self.app)

    def reopen(self, **settings: str) -> "Service":
        self.close()
        self.settings |= settings
        return self.open()

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.extensions["liuhen"]
        return runtime

    @property
    def client(self) -> FlaskClient:
        self.app.test_client_class = ReadingClient
        return self.app.test_client()

    def populate(self, *logins: str) -> "Service":
        """Add bureaus and one person of each kind (or only some), each with an account."""
        with self.app.app_context():
            for bureau in (COUNTY, OTHER_COUNTY):
                body = {"bureau": bureau, "name": f"县{bureau}", "parent": CITY}
                system.append(self.runtime, "bureau.add", body)
            for login in logins or PEOPLE:
                role, bureau = PEOPLE[login]
                body = {"person": login, "name": login, "bureau": bureau, "role": role}
                system.append(self.runtime, "person.add", body)
                accounts.create_account(self.runtime, login, PASSWORD, login)
        return self

    def token(self, login: str) -> str:
        """Return an access token of a person, signing in when there is none yet."""
        if login not in self.tokens:
            said = {"login": login, "password": PASSWORD}
            reply = self.client.post(f"{API}/session", json=said)
            assert reply.status_code == 201, reply.text
            self.tokens[login] = reply.json["access_token"]
        return self.tokens[login]

    def ask(self, login: str | None, method: str, path: str, **more: Any) -> TestResponse:
        """Send one request as somebody, or as nobody."""
        headers = dict(more.pop("headers", {}))
        if login is not None:
            headers["Authorization"] = f"Bearer {self.token(login)}"
        place = path if path.startswith(("/healthz", "/readyz")) else API + path
        return self.client.open(place, method=method, headers=headers, **more)

    def phone(self, login: str) -> Phone:
        """Return a phone of a person, not enrolled yet."""
        role, bureau = PEOPLE[login]
        person = {"id": login, "login": login, "role": role, "bureau": bureau}
        deployment = self.runtime.settings.deployment
        return Phone(person, PASSWORD, self.client, self.clock, deployment)

    def confirmed_phone(self, login: str) -> Phone:
        """Return an enrolled phone that the system has confirmed over a ticket."""
        from server.services import enrolments

        phone = self.phone(login)
        phone.enrolment()
        phone.push()
        with self.app.app_context():
            ticket = enrolments.issue_ticket(self.runtime, login)
        said = {"chain": phone.chain, "ticket": ticket}
        reply = self.ask(login, "POST", "/enrolments/ticket", json=said)
        assert (reply.status_code, reply.json["state"]) == (200, "active"), reply.text
        return phone

    def deactivate(self, login: str) -> None:
        """Deactivate a person."""
        with self.app.app_context():
            row = queries.row(self.runtime, f"person/{login}")
            assert row is not None, login
            state = row["states"]["person"]
            body = {"person": login, "base": state["op"], "from": state["s"], "reason": "离职"}
            system.append(self.runtime, "person.deactivate", body)

    def upload(self, login: str, content: bytes, **more: Any) -> TestResponse:
        """Create an upload and send all of it in one request."""
        headers = tus_headers(content, **more) | {"Content-Type": "application/offset+octet-stream"}
        return self.ask(login, "POST", "/uploads", data=content, headers=headers)


def tus_headers(
    content: bytes,
    *,
    space: str = COUNTY,
    media_type: str = "image/jpeg",
    sha256: str | None = None,
) -> dict[str, str]:
    """Return the headers that announce an original."""
    said = {"sha256": sha256 or digest(content), "space": space, "media_type": media_type}
    metadata = ",".join(f"{name} {base64_of(value.encode())}" for name, value in said.items())
    return {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": metadata,
    }


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def photo(size: tuple[int, int] = (640, 480), colour: str = "red") -> bytes:
    """Return a JPEG."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, "JPEG", comment=colour.encode())
    return out.getvalue()
