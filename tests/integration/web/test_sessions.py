"""Signing in, staying signed in, being locked out."""

import pytest
from sqlalchemy import func, select

from server.storage.account_tables import AccountSession, LoginFailures
from sync_protocol.rules import LIMITS
from tests.support.service import API, COUNTY, OTHER_COUNTY, PASSWORD, Service

LOCK_MINUTES = LIMITS["login_lock_minutes"]
FAILURES = LIMITS["login_failures"]


def sign_in(service: Service, login: str, password: str = PASSWORD) -> dict[str, object]:
    reply = service.client.post(f"{API}/session", json={"login": login, "password": password})
    return {"status": reply.status_code} | (reply.json or {})


def refresh(service: Service, token: object) -> dict[str, object]:
    reply = service.client.post(f"{API}/session/refresh", json={"refresh_token": token})
    return {"status": reply.status_code} | (reply.json or {})


def show(service: Service, token: object) -> tuple[int, object]:
    headers = {"Authorization": f"Bearer {token}"}
    reply = service.client.get(f"{API}/session", headers=headers)
    return reply.status_code, reply.json.get("code")


def count(service: Service, table: type) -> int:
    with service.runtime.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_session_says_who_it_is_and_when_it_ends(service: Service) -> None:
    session = sign_in(service, "inspector")
    assert session["status"] == 201
    assert session["person"] == {
        "id": "inspector",
        "name": "inspector",
        "role": "inspector",
        "bureau": COUNTY,
        "active": True,
        "spaces": session["person"]["spaces"],
    }
    assert set(session["person"]["spaces"]) == {COUNTY, "common"}
    assert session["access_expires_ms"] - session["now_ms"] == 12 * 3_600_000
    assert session["refresh_expires_ms"] - session["now_ms"] == 14 * 24 * 3_600_000


def test_a_city_reads_its_counties(service: Service) -> None:
    spaces = sign_in(service, "administrator")["person"]["spaces"]
    assert {COUNTY, OTHER_COUNTY, "common"} <= set(spaces)


def test_tokens_and_passwords_are_never_stored_as_they_are(service: Service) -> None:
    session = sign_in(service, "inspector")
    secrets = {PASSWORD, session["access_token"], session["refresh_token"]}
    with service.runtime.engine.connect() as connection:
        for table in ("accounts", "sessions"):
            from server.storage.database import db

            rows = connection.execute(select(db.metadata.tables[table])).all()
            assert rows
            assert not secrets & {value for row in rows for value in row}


def test_signing_out_ends_the_session_and_every_pair_of_its_family(service: Service) -> None:
    first = sign_in(service, "inspector")
    second = refresh(service, first["refresh_token"])
    headers = {"Authorization": f"Bearer {second['access_token']}"}
    assert service.client.delete(f"{API}/session", headers=headers).status_code == 204
    assert show(service, first["access_token"]) == (401, "unauthenticated")
    assert refresh(service, second["refresh_token"])["code"] == "unauthenticated"
    assert count(service, AccountSession) == 0


def test_an_access_token_ends_with_its_time(service: Service) -> None:
    token = sign_in(service, "inspector")["access_token"]
    service.clock.move(hours=12, ms=-1)
    assert show(service, token) == (200, None)
    service.clock.move(ms=1)
    assert show(service, token) == (401, "session_expired")


def test_a_refresh_gives_new_tokens_and_the_old_ones_end_soon(service: Service) -> None:
    old = sign_in(service, "inspector")
    new = refresh(service, old["refresh_token"])
    assert new["status"] == 200
    assert {old["access_token"], old["refresh_token"]}.isdisjoint(
        {new["access_token"], new["refresh_token"]}
    )
    assert show(service, old["access_token"]) == (200, None)
    service.clock.move(seconds=61)
    assert show(service, old["access_token"]) == (401, "session_expired")
    assert show(service, new["access_token"]) == (200, None)


def test_a_lost_reply_is_made_good_within_a_minute(service: Service) -> None:
    old = sign_in(service, "inspector")
    refresh(service, old["refresh_token"])
    service.clock.move(seconds=60)
    again = refresh(service, old["refresh_token"])
    assert again["status"] == 200
    assert show(service, again["access_token"]) == (200, None)


def test_a_refresh_token_used_again_later_revokes_the_family(service: Service) -> None:
    old = sign_in(service, "inspector")
    new = refresh(service, old["refresh_token"])
    service.clock.move(seconds=61)
    assert refresh(service, old["refresh_token"])["code"] == "unauthenticated"
    assert show(service, new["access_token"]) == (401, "unauthenticated")
    assert refresh(service, new["refresh_token"])["code"] == "unauthenticated"


def test_a_reused_token_revokes_no_other_session_of_the_person(service: Service) -> None:
    other = sign_in(service, "inspector")
    old = sign_in(service, "inspector")
    refresh(service, old["refresh_token"])
    service.clock.move(seconds=61)
    refresh(service, old["refresh_token"])
    assert show(service, other["access_token"]) == (200, None)


def test_a_refresh_token_ends_with_its_time(service: Service) -> None:
    token = sign_in(service, "inspector")["refresh_token"]
    service.clock.move(days=14)
    assert refresh(service, token)["code"] == "session_expired"


@pytest.mark.parametrize("login", ["inspector", "nobody-at-all", "NOT A LOGIN", "\x00"])
def test_five_failures_lock_a_login_whether_or_not_it_exists(service: Service, login: str) -> None:
    answers = [sign_in(service, login, "wrong")["code"] for _ in range(FAILURES)]
    assert answers == ["wrong_credentials"] * FAILURES
    assert sign_in(service, login)["code"] == "account_locked"
    reply = service.client.post(f"{API}/session", json={"login": login, "password": PASSWORD})
    assert int(reply.headers["Retry-After"]) == LOCK_MINUTES * 60


def test_the_lock_ends_by_itself_and_trying_does_not_prolong_it(service: Service) -> None:
    for _ in range(FAILURES):
        sign_in(service, "inspector", "wrong")
    service.clock.move(seconds=LOCK_MINUTES * 60 - 1)
    assert sign_in(service, "inspector")["code"] == "account_locked"
    service.clock.move(seconds=1)
    assert sign_in(service, "inspector")["status"] == 201


def test_a_success_forgets_the_failures_before_it(service: Service) -> None:
    for _ in range(FAILURES - 1):
        sign_in(service, "inspector", "wrong")
    assert sign_in(service, "inspector")["status"] == 201
    assert count(service, LoginFailures) == 0
    assert sign_in(service, "inspector", "wrong")["code"] == "wrong_credentials"


def test_a_lock_of_one_login_does_not_touch_another(service: Service) -> None:
    for _ in range(FAILURES + 1):
        sign_in(service, "inspector", "wrong")
    assert sign_in(service, "colleague")["status"] == 201


def test_an_administrator_makes_an_account_and_its_person_signs_in(service: Service) -> None:
    from server.services import system

    body = {"person": "newcomer", "name": "新人", "bureau": COUNTY, "role": "inspector"}
    with service.app.app_context():
        system.append(service.runtime, "person.add", body)
    said = {"login": "newcomer", "password": "long-enough", "person": "newcomer"}
    reply = service.ask("administrator", "POST", "/accounts", json=said)
    assert (reply.status_code, reply.json) == (201, {"login": "newcomer", "person": "newcomer"})
    assert sign_in(service, "newcomer", "long-enough")["status"] == 201
    assert service.ask("administrator", "POST", "/accounts", json=said).status_code == 409


@pytest.mark.parametrize(
    ("member", "value", "field"),
    [
        ("login", "X", "login"),
        ("login", "has space", "login"),
        ("password", "short", "password"),
        ("person", "nobody", "person"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(
    service: Service, member: str, value: str, field: str
) -> None:
    said = {"login": "fresh", "password": "long-enough", "person": "inspector"} | {member: value}
    reply = service.ask("administrator", "POST", "/accounts", json=said)
    assert (reply.status_code, reply.json["field"]) == (422, field)


def test_a_new_password_ends_every_session_and_asks_for_the_old_one(service: Service) -> None:
    token = service.token("inspector")
    wrong = {"password": "not-it", "new_password": "another-horse"}
    reply = service.ask("inspector", "POST", "/accounts/password", json=wrong)
    assert reply.json["code"] == "wrong_credentials"
    right = {"password": PASSWORD, "new_password": "another-horse"}
    assert service.ask("inspector", "POST", "/accounts/password", json=right).status_code == 204
    assert show(service, token) == (401, "unauthenticated")
    assert sign_in(service, "inspector")["code"] == "wrong_credentials"
    assert sign_in(service, "inspector", "another-horse")["status"] == 201
