"""Who is in the demo: bureaus, people, their accounts and phones, the tables they work with.

The administrator is the only one the system itself adds, as `liuhen user` does; everything else
comes from the administrator's phone, and every other phone is countersigned by a person.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Flask

from server.cli.demo.phone import Phone
from server.cli.demo.stage import DAY_MS, Stage, date_text
from server.cli.demo.tables import (
    ADMINISTRATOR,
    basis,
    has_phone,
    people,
    supervisor_of,
    table,
)
from server.services import accounts, enrolments, system
from server.services.runtime import Runtime
from sync_protocol.keys import pairing_code

LICENCE_MEMBERS = ("licence", "licence_from_days", "licence_until_days")


def bring_in(app: Flask, runtime: Runtime, stage: Stage, passwords: Mapping[str, str]) -> None:
    """Bring everybody on the stage, each with an enrolled phone, and all tables into the log."""
    everybody = {row["id"]: row for row in people()}
    administrator = everybody.pop(ADMINISTRATOR)
    system.append(runtime, "person.add", _person_body(administrator))
    _open_account(app, runtime, stage, administrator, passwords)
    _enrol_by_ticket(runtime, stage)
    _tell_people(stage, everybody)
    stage.synchronise()
    users = [person for person in everybody.values() if has_phone(person)]
    for person in sorted(users, key=lambda row: row["role"], reverse=True):
        _open_account(app, runtime, stage, person, passwords)
        _enrol(stage, person)
    stage.synchronise()
    _tell_tables(stage)
    stage.synchronise()


def _person_body(person: Mapping[str, Any]) -> dict[str, Any]:
    members = {name: person[name] for name in ("name", "bureau", "role")}
    return members | {"person": person["id"]}


def _open_account(
    app: Flask,
    runtime: Runtime,
    stage: Stage,
    person: Mapping[str, Any],
    passwords: Mapping[str, str],
) -> None:
    password = passwords.get(person["login"]) or secrets.token_urlsafe(24)
    accounts.create_account(runtime, person["login"], password, person["id"])
    deployment = runtime.settings.deployment
    stage.phones[person["id"]] = Phone(person, password, app.test_client(), stage.clock, deployment)


def _enrol_by_ticket(runtime: Runtime, stage: Stage) -> None:
    phone = stage.phones[ADMINISTRATOR]
    stage.note(phone, phone.enrolment())
    stage.synchronise()
    ticket = enrolments.issue_ticket(runtime, phone.person["login"])
    document = {"chain": phone.chain, "ticket": ticket}
    phone.request("POST", "/enrolments/ticket", document, expect=200)


def _enrol(stage: Stage, person: Mapping[str, Any]) -> None:
    """Enrol a phone; the bureau's supervisor confirms it, the administrator the supervisor's."""
    phone = stage.phones[person["id"]]
    stage.note(phone, phone.enrolment())
    supervisor = person["role"] == "supervisor"
    confirmer = ADMINISTRATOR if supervisor else supervisor_of(person["bureau"])
    stage.capture(
        confirmer,
        "chain.countersign",
        person["bureau"],
        target=phone.chain,
        compared_code=pairing_code(phone.chain, phone.public_key),
        **stage.standing(f"chain/{phone.chain}", "chain"),
    )


def _tell_people(stage: Stage, everybody: Mapping[str, Mapping[str, Any]]) -> None:
    for row in table("people")["bureaus"]:
        members = {"bureau": row["code"], "name": row["name"], "parent": row["parent"]}
        stage.capture(ADMINISTRATOR, "bureau.add", "common", **members)
    for person in everybody.values():
        stage.capture(ADMINISTRATOR, "person.add", "common", **_person_body(person))
        if "licence" in person:
            number, begins, ends = (person[name] for name in LICENCE_MEMBERS)
            stage.capture(
                ADMINISTRATOR,
                "licence.grant",
                "common",
                person=person["id"],
                licence_number=number,
                licence_from=date_text(stage.loaded_at_ms + begins * DAY_MS),
                licence_until=date_text(stage.loaded_at_ms + ends * DAY_MS),
            )


def _tell_tables(stage: Stage) -> None:
    for row in table("people")["items"]:
        members = {"item": row["id"], "name": row["name"], "type": row["type"]}
        stage.capture(ADMINISTRATOR, "item.add", "common", **members)
    for phrase in table("phrases")["phrases"]:
        members = {name: phrase[name] for name in ("trade", "text", "requirement", "initials")}
        members |= {"phrase": phrase["id"], "basis": basis(phrase)}
        stage.capture(ADMINISTRATOR, "phrase.add", "common", **members)
    for row in table("enterprises")["enterprises"]:
        members = {name: value for name, value in row.items() if name not in ("id", "space")}
        members["enterprise"] = row["id"]
        stage.capture(ADMINISTRATOR, "enterprise.add", row["space"], **members)
