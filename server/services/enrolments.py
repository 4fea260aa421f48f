"""One-time tickets: how the first phone of a deployment is confirmed when nobody else can do it.

`liuhen user ticket LOGIN` prints a ticket; the phone sends it with its pending chain; the system
countersigns. A ticket is good for one chain of one person, for an hour, and is stored as SHA-256.
Sending it again for the same chain does nothing more, so a lost reply is harmless.
"""

import secrets
from typing import Any

from sqlalchemy import delete, insert, select, update

from server.services import accounts, queries, system
from server.services.accounts import Person
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage.account_tables import EnrolmentTicket
from server.storage.database import writing

TICKET_MS = 3_600_000
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
GROUPS, GROUP_CHARACTERS = 4, 5
BY_TICKET = "ticket"  # what stands in place of a compared code


def issue_ticket(runtime: Runtime, login: str) -> str:
    """Return a new ticket for the person of an account; older ones of theirs end."""
    person_id = accounts.person_of_login(runtime, login)
    count = GROUPS * GROUP_CHARACTERS
    text = "".join(secrets.choice(ALPHABET) for _ in range(count))
    now = runtime.clock.now_ms()
    with writing(runtime.engine) as connection:
        unused = EnrolmentTicket.used_for_chain.is_(None)
        connection.execute(
            delete(EnrolmentTicket).where(EnrolmentTicket.person_id == person_id, unused)
        )
        connection.execute(
            insert(EnrolmentTicket).values(
                ticket_sha256=accounts.sha256_of(text),
                person_id=person_id,
                expires_at_ms=now + TICKET_MS,
            )
        )
    return "-".join(text[at : at + GROUP_CHARACTERS] for at in range(0, count, GROUP_CHARACTERS))


def use_ticket(runtime: Runtime, person: Person, chain: str, ticket: str) -> dict[str, Any]:
    """Countersign the person's own pending chain; raise `ticket_invalid` or `not_found`."""
    row = queries.row(runtime, f"chain/{chain}")
    if row is None or row["fields"]["person"]["v"] != person.id:
        raise Problem("not_found", "You have no such phone waiting.", field="chain")
    _claim(runtime, person.id, chain, _normal(ticket))
    state = row["states"]["chain"]
    if state["s"] != "pending":
        return {"chain": chain, "state": state["s"]}
    body = {"target": chain, "base": state["op"], "from": "pending", "compared_code": BY_TICKET}
    system.append(runtime, "chain.countersign", body, space=row["space"])
    signed = queries.row(runtime, f"chain/{chain}")
    return {"chain": chain, "state": signed["states"]["chain"]["s"] if signed else "unknown"}


def _normal(ticket: str) -> str:
    """Return the characters as they were drawn: Crockford reads O as 0, I and L as 1."""
    plain = ticket.upper().replace("-", "").replace(" ", "")
    return plain.translate(str.maketrans("OIL", "011"))


def _claim(runtime: Runtime, person_id: str, chain: str, text: str) -> None:
    """Bind a ticket to a chain in one statement, so that of two who race only one gets it."""
    digest = accounts.sha256_of(text)
    with writing(runtime.engine) as connection:
        connection.execute(
            update(EnrolmentTicket)
            .where(
                EnrolmentTicket.ticket_sha256 == digest,
                EnrolmentTicket.person_id == person_id,
                EnrolmentTicket.used_for_chain.is_(None),
                EnrolmentTicket.expires_at_ms > runtime.clock.now_ms(),
            )
            .values(used_for_chain=chain)
        )
        bound = connection.execute(
            select(EnrolmentTicket.used_for_chain).where(
                EnrolmentTicket.ticket_sha256 == digest, EnrolmentTicket.person_id == person_id
            )
        ).scalar()
    if bound != chain:
        raise Problem("ticket_invalid", field="ticket")
