"""The demo as it is loaded: by real operations, whole, once, and clean afterwards."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import close_app, create_app, start_deployment
from server.cli.demo import load as demo
from server.cli.demo import tables
from server.cli.demo.clock import DemoClock, real_now_ms
from server.cli.demo.stage import date_text
from server.config import Settings, from_env
from server.services import rebuild, verify
from sync_protocol.rules import MACHINES
from tests.support import databases, third_client

LOAD_CPU_SECONDS = 20
API = "/api/v1"
ENDED = 2000


@dataclass
class Loaded:
    settings: Settings
    app: Flask
    accounts: list[demo.DemoAccount]
    cpu_seconds: float  # what neighbours on the same cores do must not decide a test
    clock: DemoClock

    @property
    def runtime(self) -> Any:
        return self.app.extensions["liuhen"]


@pytest.fixture(scope="module")
def loaded(
    database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("demo")
    settings = from_env(demo_environment(folder, fresh_url(database_kind, folder, request)))
    clock = demo.begin_clock()
    app = create_app(settings, clock)
    start_deployment(app)
    began = time.process_time()
    accounts = demo.load(app)
    yield Loaded(settings, app, accounts, time.process_time() - began, clock)
    close_app(app)


def fresh_url(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    if kind == "postgresql":
        server = request.getfixturevalue("postgres_server")
        return str(server.url(server.create(migrated=True)))
    url = f"sqlite:///{folder / 'liuhen.sqlite3'}"
    databases.migrate(url)
    return url


def demo_environment(folder: Path, url: str, switch: str = "1") -> dict[str, str]:
    return {"LIUHEN_DATA_DIR": str(folder), "LIUHEN_DATABASE_URL": url, "LIUHEN_DEMO": switch}


class Reader:
    """What a signed-in person sees."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client: FlaskClient = app.test_client()
        document = {"login": login, "password": demo.PASSWORD}
        answer = self.client.post(f"{API}/session", json=document)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        self.person = answer.get_json()["person"]
        self.headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}

    def get(self, path: str) -> Any:
        answer = self.client.get(API + path, headers=self.headers, buffered=True)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer

    def rows(self, space: str) -> dict[str, Any]:
        found, cursor = {}, {"after_index": -1, "after_entity": ""}
        while cursor:
            query = "&".join(f"{name}={value}" for name, value in cursor.items())
            page = self.get(f"/spaces/{space}/rows?{query}&limit=500").get_json()
            found |= {row["row"]["entity"]: row["row"] for row in page["rows"]}
            cursor = page.get("next")
        return found

    def everything(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for space in (*self.person["spaces"], "common"):
            found |= self.rows(space)
        return found


@pytest.fixture(scope="module")
def city(loaded: Loaded) -> dict[str, Any]:
    return Reader(loaded.app, "shizhuguan").everything()


@pytest.fixture(scope="module")
def county(loaded: Loaded) -> dict[str, Any]:
    return Reader(loaded.app, "jcy1").everything()


def of(rows: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [row for key, row in rows.items() if key.startswith(f"{kind}/")]


def states(rows: dict[str, Any], kind: str, machine: str) -> Counter[str]:
    return Counter(
        row["states"][machine]["s"] for row in of(rows, kind) if machine in row["states"]
    )


def test_loading_takes_no_longer_than_it_may(loaded: Loaded):
    assert loaded.cpu_seconds <= LOAD_CPU_SECONDS


def test_findings_are_in_every_state_of_their_machine(city: dict[str, Any]):
    assert set(states(city, "finding", "finding")) == set(MACHINES["finding"]["states"])


def test_inspections_are_in_every_state_of_their_machines(city: dict[str, Any]):
    assert set(states(city, "inspection", "inspection")) == set(MACHINES["inspection"]["states"])
    assert set(states(city, "inspection", "approval")) == set(MACHINES["approval"]["states"])
    assert len(of(city, "inspection")) >= 36


def test_chains_are_in_every_state_and_one_phone_waits_for_confirmation(city: dict[str, Any]):
    found = states(city, "chain", "chain")
    assert set(found) == set(MACHINES["chain"]["states"])
    assert found["pending"] == found["revoked"] == 1


def test_listed_hazards_are_major_and_one_has_come_to_resumption(city: dict[str, Any]):
    listed = [row for row in of(city, "finding") if "listing" in row["states"]]
    assert {row["fields"]["grade"]["v"] for row in listed} == {"major"}
    assert {row["states"]["listing"]["s"] for row in listed} == {"listed", "resumption_approved"}


def test_the_station_of_the_county_has_something_of_every_kind_to_show(loaded: Loaded):
    desk, now = Reader(loaded.app, "zhuguan"), real_now_ms()
    space, day = desk.person["bureau"], 86_400_000
    asked = f"from_ms={now - 30 * day}&until_ms={now}"
    counts = desk.get(f"/spaces/{space}/recordings?{asked}").get_json()["counts"]
    assert counts["matched"] >= 5
    assert counts["gap"] == counts["unclaimed"] == 1
    assert counts["missing"] >= 1
    holds = desk.get(f"/spaces/{space}/holds").get_json()
    assert [sum(one[name] for one in holds["holds"]) for name in ("confirmed", "near")] == [3, 3]
    assert (holds["unconfirmed"], holds["unknown"]) == (3, [])


def test_photos_have_copies_and_hazards_voice_notes_whose_bytes_are_there(
    loaded: Loaded, county: dict[str, Any]
):
    copies, voices = of(county, "derivation"), of(county, "voice")
    purposes = Counter(row["fields"]["purpose"]["v"] for row in copies)
    assert purposes == {"annotation": 3, "redaction": 1}
    assert len(voices) == 6
    for row in (*copies, *voices):
        assert f"blob/{row['space']}-{row['fields']['blob']['v']['sha256']}" in county
    spoken = {voice["entity"].partition("/")[2] for voice in voices}
    heard = {one["id"] for row in of(county, "finding") for one in row["sets"].get("voices", ())}
    assert heard == spoken


def test_the_county_of_the_accounts_has_what_the_tour_shows(county: dict[str, Any]):
    findings = of(county, "finding")
    today = _today()
    under = MACHINES["finding"]["under_deadline"]
    dated = [
        row["fields"]["deadline"]["v"] for row in findings if row["states"]["finding"]["s"] in under
    ]
    assert len([date for date in dated if date < today]) >= 2
    assert today in dated
    assert len([row for row in findings if row["disputes"]]) >= 1
    assert len([row for row in findings if "others" in row["fields"]["description"]]) == 1
    waiting = MACHINES["finding"]["awaiting_reinspection"]
    assert len([row for row in findings if row["states"]["finding"]["s"] in waiting]) >= 5


def test_both_demo_inspectors_can_start_an_approved_inspection_today(county: dict[str, Any]):
    ready = [
        row
        for row in of(county, "inspection")
        if row["fields"]["date"]["v"] == _today()
        and row["states"]["inspection"]["s"] in ("approved", "notified")
    ]
    officers = {person for row in ready for person in row["fields"]["officers"]["v"]}
    assert len(ready) >= 2
    assert {"demo-qs-i1", "demo-qs-i2"} <= officers


def test_every_rejected_ruling_is_one_that_the_story_intends(loaded: Loaded, city: dict[str, Any]):
    reader = Reader(loaded.app, "shizhuguan")
    unusual: Counter[tuple[str, str]] = Counter()
    phones = [chain for chain in of(city, "chain") if "person" in chain["fields"]]
    for chain in phones:
        after, more = -1, True
        while more:
            path = f"/chains/{chain['entity'].removeprefix('chain/')}/rulings"
            page = reader.get(f"{path}?after_index={after}&limit=500").get_json()
            unusual.update((each["outcome"], each["code"]) for each in page["rulings"])
            more = "next" in page
            after = page.get("next", after)
    unusual.pop(("applied", ""), None)
    assert {code for _, code in unusual} == {
        "step_contradicts",
        "field_contested",
        "chain_not_countersigned",
        "chain_revoked_unseen",
    }
    assert "refused" not in {outcome for outcome, _ in unusual}


def test_originals_are_verified_but_for_one_phone_with_a_weak_signal(
    loaded: Loaded, city: dict[str, Any]
):
    photos = of(city, "photo")
    missing = [
        row
        for row in photos
        if f"blob/{row['space']}-{row['fields']['blob']['v']['sha256']}" not in city
    ]
    assert {row["created"]["by"] for row in missing} == {"demo-yq-i1"}
    assert len(photos) - len(missing) >= 120
    digest = photos[0]["fields"]["blob"]["v"]["sha256"]
    reader = Reader(loaded.app, "shizhuguan")
    body = reader.get(f"/spaces/{photos[0]['space']}/blobs/{digest}").data
    assert body[:3] == b"\xff\xd8\xff"


def test_the_story_lies_behind_us_and_spans_two_months(city: dict[str, Any]):
    moments = [row["created"]["at_ms"] for row in of(city, "inspection")]
    day_ms = 86_400_000
    assert max(moments) <= real_now_ms()
    assert 55 * day_ms <= real_now_ms() - min(moments) <= 65 * day_ms


def test_verify_and_rebuild_find_nothing(loaded: Loaded):
    assert verify.verify(loaded.runtime) == []
    assert rebuild.check(loaded.runtime) == []


def test_after_loading_the_clock_is_the_system_s(loaded: Loaded):
    assert abs(loaded.clock.now_ms() - real_now_ms()) < ENDED


def test_a_second_load_adds_nothing_and_gives_fresh_tickets(loaded: Loaded):
    reader = Reader(loaded.app, "shizhuguan")
    before = reader.client.get(f"{API}/log/checkpoint").data
    began = time.monotonic()
    again = demo.load(loaded.app)
    assert time.monotonic() - began < 1
    assert reader.client.get(f"{API}/log/checkpoint").data == before
    assert [a.login for a in again] == [a.login for a in loaded.accounts]
    assert {a.ticket for a in again if a.ticket}.isdisjoint(a.ticket for a in loaded.accounts)


def test_shown_accounts_are_five_and_the_supervisor_has_a_ticket(loaded: Loaded):
    shown = {account.login: account for account in loaded.accounts}
    assert list(shown) == ["jcy1", "jcy2", "zhuguan", "shizhuguan", "guanliyuan"]
    assert shown["zhuguan"].ticket
    assert not shown["jcy1"].ticket


def test_only_the_shown_accounts_have_the_public_password(loaded: Loaded):
    client = loaded.app.test_client()
    for person in tables.people()[::4]:
        document = {"login": person["login"], "password": demo.PASSWORD}
        status = client.post(f"{API}/session", json=document).status_code
        assert status == (201 if person["login"] in demo.SHOWN else 401)


def test_a_deployment_that_is_no_demo_refuses_the_demo(database_url: str, tmp_path: Path):
    settings = from_env(demo_environment(tmp_path, database_url, "0"))
    app = create_app(settings, demo.begin_clock())
    start_deployment(app)
    with pytest.raises(demo.DemoRefusedError, match="LIUHEN_DEMO"):
        demo.load(app)
    document = {"login": "zhuguan", "password": demo.PASSWORD}
    assert app.test_client().post(f"{API}/session", json=document).status_code == 401
    close_app(app)


def test_public_passwords_are_never_served_outside_a_demo(loaded: Loaded):
    with pytest.raises(demo.DemoRefusedError, match="public passwords"):
        demo.refuse_public_passwords(loaded.app)


def test_a_client_written_from_the_spec_alone_works_in_the_demo(loaded: Loaded, tmp_path: Path):
    tickets = {account.login: account.ticket for account in demo.load(loaded.app)}
    with third_client.serving(loaded.app) as address:
        who = third_client.Visitor(address, "zhuguan", demo.PASSWORD, tickets["zhuguan"], tmp_path)
        done = who.visit()
    assert done.returncode == 0, done.stderr
    assert "everything verifies" in done.stdout
    assert "waiting dep_missing" in done.stdout
    assert "interrupted on purpose" in done.stdout


def _today() -> str:
    return date_text(real_now_ms())
