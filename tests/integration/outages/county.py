"""A county at work on a real service: inspectors who record and send without pause, a supervisor
who confirms phones and keeps a copy, and what must hold of all of it afterwards.

Everybody is an enrolment of their own and speaks HTTP like any phone: what was not acknowledged is
sent again, the same bytes, until it is. A refusal must be a documented one for a service that is
full or away; anything else ends the thread, and the test with it.
"""

import io
import json
import os
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

from server.cli.demo.phone import API, Phone, UnexpectedAnswerError
from server.cli.main import main
from server.services.runtime import SystemClock
from sync_protocol import keys
from tests.support.http_client import LOST, HttpClient
from tests.support.live_server import LiveServer

COUNTY = "990001"
DEPLOYMENT = "demo-city"
PASSWORD = "correct-horse"
ENTERPRISE = "works"
INSPECTORS = ("wang", "li", "zhao", "chen")
AWAY = {"unavailable", "storage_full"}
PAUSE_S = 0.05
LONGEST_OUTAGE_S = 40
FIRST = (-1, "")
PAGE_ROWS = 500


def registers() -> list[dict[str, Any]]:
    """Return the county's registers, as `liuhen import` takes them."""
    people = [("chief", "administrator"), ("boss", "supervisor")]
    people += [(name, "inspector") for name in INSPECTORS]
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("bureau.add", "common", {"bureau": COUNTY, "name": "示例县", "parent": "990000"})
    ]
    for name, role in people:
        person = {"person": name, "name": name, "bureau": COUNTY, "role": role}
        rows.append(("person.add", COUNTY, person))
    for name in INSPECTORS:
        licence = {"person": name, "licence_number": f"L-{name}"}
        until = {"licence_from": "2020-01-01", "licence_until": "2099-12-31"}
        rows.append(("licence.grant", COUNTY, licence | until))
    works = {"enterprise": ENTERPRISE, "name": "示例厂", "trade": "mine", "address": "示例路1号"}
    rows.append(("enterprise.add", COUNTY, works))
    return [{"kind": kind, "space": space, "body": body} for kind, space, body in rows]


@dataclass
class County:
    """A service with accounts for everybody; `open` starts it and confirms the supervisor."""

    server: LiveServer
    clients: list[HttpClient] = field(default_factory=list)
    boss: Phone = field(init=False)

    def command(self, *arguments: str, text: str = "") -> str:
        """Run `liuhen …` on this service's data; return what it printed. It must succeed."""
        printed = io.StringIO()
        with (
            patch.dict(os.environ, self.server.environment(), clear=True),
            patch("sys.stdin", io.StringIO(text)),
            redirect_stdout(printed),
        ):
            code = main(arguments)
        assert code == 0, f"{arguments}: {printed.getvalue()}"
        return printed.getvalue()

    def open(self) -> "County":
        """Bring in the registers, start, make the accounts, confirm the supervisor's phone."""
        self.server.data_dir.mkdir(parents=True, exist_ok=True)
        file = self.server.data_dir / "registers.json"
        file.write_text(json.dumps(registers(), ensure_ascii=False), encoding="utf-8")
        self.command("import", str(file))
        for name in ("chief", "boss"):
            self.command("user", "add", name, name, text=PASSWORD)
        ticket = self.command("user", "ticket", "boss").strip()
        self.server.start()
        chief = self.phone("chief", "administrator")
        for name in INSPECTORS:
            account = {"login": name, "person": name, "password": PASSWORD}
            chief.request("POST", "/accounts", account, expect=201)
        self.boss = self.phone("boss", "supervisor")
        self.boss.enrolment()
        self.boss.push()
        said = {"chain": self.boss.chain, "ticket": ticket}
        assert self.boss.request("POST", "/enrolments/ticket", said, expect=200)
        return self

    def close(self) -> None:
        """Stop the service, hang up."""
        self.server.stop()
        for client in self.clients:
            client.close()

    def client(self) -> HttpClient:
        """Return a connection of its own."""
        self.clients.append(HttpClient(self.server.port))
        return self.clients[-1]

    def phone(self, login: str, role: str = "inspector") -> Phone:
        """Return a new phone of a person, not enrolled yet."""
        person = {"id": login, "login": login, "role": role, "bureau": COUNTY}
        return Phone(person, PASSWORD, self.client(), SystemClock(), DEPLOYMENT)  # type: ignore[arg-type]

    def confirm(self, phone: Phone) -> None:
        """Let the supervisor confirm an enrolled phone."""
        code = keys.pairing_code(phone.chain, phone.public_key)
        body = {"target": phone.chain, "compared_code": code}
        step = {"base": phone.chain, "from": "pending"}
        self.boss.capture("chain.countersign", COUNTY, body | step, [phone.chain])
        persist(self.boss.push, self.boss.client)

    def get(self, path: str) -> Any:
        """GET as the supervisor."""
        ask = partial(self.boss.request, "GET", path, expect=200)
        return persist(ask, self.boss.client)

    def bytes_of(self, path: str) -> bytes:
        """GET bytes as the supervisor."""
        headers = {"Authorization": f"Bearer {self.boss._session['access_token']}"}
        answer = persist(partial(self.boss.client.open, API + path, headers=headers), None)
        assert answer.status_code == 200, (path, answer.data)
        return bytes(answer.data)

    def pulled(self) -> dict[str, Any]:
        """Return the county's rows by entity, as a new phone gets them."""
        rows: dict[str, Any] = {}
        cursor = FIRST
        while True:
            page = self.get(rows_path(cursor, PAGE_ROWS))
            rows |= {one["row"]["entity"]: one["row"] for one in page["rows"]}
            if "next" not in page:
                return rows
            cursor = (page["next"]["after_index"], page["next"]["after_entity"])


def rows_path(cursor: tuple[int, str], limit: int) -> str:
    """Return the address of one page of the county's rows."""
    after = f"&after_index={cursor[0]}&after_entity={cursor[1]}" if cursor != FIRST else ""
    return f"/spaces/{COUNTY}/rows?limit={limit}{after}"


def persist(send: Callable[[], Any], client: Any) -> Any:
    """Call until it is answered; only a lost connection and a service that is away are borne."""
    deadline = time.monotonic() + LONGEST_OUTAGE_S
    while time.monotonic() < deadline:
        try:
            return send()
        except LOST:
            pass
        except UnexpectedAnswerError:
            if client.codes[-1] not in AWAY:
                raise
        time.sleep(PAUSE_S)
    raise TimeoutError("the service does not come back")
