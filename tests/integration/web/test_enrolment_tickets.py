"""A one-time ticket confirms one phone of one person."""

from typing import Any

import pytest

from server.cli.demo.phone import Phone
from server.services import enrolments, queries
from server.services.problem import Problem
from tests.support.service import Service


@pytest.fixture
def phone(service: Service) -> Phone:
    made = service.phone("supervisor")
    made.enrolment()
    made.push()
    return made


def issue(service: Service, login: str = "supervisor") -> str:
    with service.app.app_context():
        return enrolments.issue_ticket(service.runtime, login)


def use(service: Service, phone: Phone, ticket: str, login: str = "supervisor") -> Any:
    said = {"chain": phone.chain, "ticket": ticket}
    return service.ask(login, "POST", "/enrolments/ticket", json=said)


def state(service: Service, phone: Phone) -> str:
    row = queries.row(service.runtime, f"chain/{phone.chain}")
    assert row is not None
    return str(row["states"]["chain"]["s"])


def test_a_ticket_makes_the_system_confirm_the_phone(service: Service, phone: Phone) -> None:
    assert state(service, phone) == "pending"
    reply = use(service, phone, issue(service))
    assert (reply.status_code, reply.json["state"]) == (200, "active")
    assert state(service, phone) == "active"


def test_a_lost_reply_may_be_asked_for_again(service: Service, phone: Phone) -> None:
    ticket = issue(service)
    use(service, phone, ticket)
    again = use(service, phone, ticket)
    assert (again.status_code, again.json["state"]) == (200, "active")


def test_a_ticket_confirms_one_phone_only(service: Service, phone: Phone) -> None:
    ticket = issue(service)
    use(service, phone, ticket)
    other = service.phone("supervisor")
    other.enrolment()
    other.push()
    assert use(service, other, ticket).json["code"] == "ticket_invalid"
    assert state(service, other) == "pending"


def test_a_ticket_is_read_as_people_write_it(service: Service, phone: Phone) -> None:
    ticket = issue(service).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert use(service, phone, ticket).status_code == 200


def test_a_ticket_ends_after_an_hour(service: Service, phone: Phone) -> None:
    ticket = issue(service)
    service.clock.move(hours=1)
    assert use(service, phone, ticket).json["code"] == "ticket_invalid"


def test_a_new_ticket_ends_the_one_before(service: Service, phone: Phone) -> None:
    old = issue(service)
    issue(service)
    assert use(service, phone, old).json["code"] == "ticket_invalid"


def test_nobody_uses_anothers_ticket_or_phone(service: Service, phone: Phone) -> None:
    mine = issue(service, "inspector")
    assert use(service, phone, mine).json["code"] == "ticket_invalid"
    assert use(service, phone, mine, "inspector").json["code"] == "not_found"
    assert state(service, phone) == "pending"


def test_a_ticket_needs_an_account(service: Service) -> None:
    with pytest.raises(Problem) as refused:
        issue(service, "nobody")
    assert refused.value.code == "not_found"
