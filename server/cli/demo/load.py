"""Demo data: a fictional city with two months of work, loaded once into an empty deployment.

Everything is made as in the field: people enrol phones, capture signed operations at their hour,
and synchronise over the HTTP interface of the application given; no table is written. The keys
are forgotten afterwards. All names, places and numbers are fictitious (虚构).

The demo passwords are public, so `load` refuses a deployment that is not a demo.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from server.cli.demo import cast, extras, tables
from server.cli.demo.clock import DemoClock, real_now_ms
from server.cli.demo.stage import DAY_MS, Stage
from server.cli.demo.visit import Visit, visit
from server.cli.refusals import CommandError
from server.services import accounts, enrolments, queries
from server.services.problem import Problem
from server.services.runtime import Runtime

STORY_DAYS = 63
KEEP_SESSIONS_DAYS = 12
PASSWORD = "liuhen-demo"  # noqa: S105 - public on purpose, for demo deployments only
SHOWN = {
    "jcy1": ("检查人员一", False),
    "jcy2": ("检查人员二", False),
    "zhuguan": ("县级主管", True),
    "shizhuguan": ("市级主管", True),
    "guanliyuan": ("管理员", True),
}


class DemoRefusedError(CommandError):
    """The demo can't be loaded here; the message says why."""


@dataclass(frozen=True)
class DemoAccount:
    """An account to print; `ticket` confirms one phone of this person, "" where nobody needs it."""

    login: str
    password: str
    title: str
    name: str
    bureau: str
    ticket: str


def printed(shown: list[DemoAccount]) -> list[str]:
    """Return the lines that name the accounts, for the terminal."""
    lines = ["演示数据均为虚构 (everything is fictitious). Accounts, password: " + PASSWORD]
    for account in shown:
        ticket = f"  一次性登记码 one-time ticket: {account.ticket}" if account.ticket else ""
        lines.append(
            f"  {account.login:<11} {account.title} {account.name} {account.bureau}{ticket}"
        )
    return lines


def begin_clock() -> DemoClock:
    """Return the clock to create the application with: it stands where the story begins."""
    return DemoClock(real_now_ms() - STORY_DAYS * DAY_MS)


def load(app: Flask) -> list[DemoAccount]:
    """Load the demo unless it is there; return the accounts to print, with fresh tickets.

    Raises `DemoRefusedError` where this is no demo, other data is there, or a load was broken off.
    """
    runtime: Runtime = app.extensions["liuhen"]
    if not runtime.settings.demo:
        raise DemoRefusedError("demo accounts have public passwords: not without LIUHEN_DEMO=1")
    if not _is_complete(runtime):
        print("演示数据准备中,约半分钟 (loading demo data; half a minute) …", flush=True)
        _play(app, runtime)
    if isinstance(runtime.clock, DemoClock):
        runtime.clock.hand_over()
    return _shown_accounts(runtime)


def refuse_public_passwords(app: Flask) -> None:
    """Raise `DemoRefusedError` where demo accounts would be served outside demo mode."""
    runtime: Runtime = app.extensions["liuhen"]
    if _has(runtime, f"person/{tables.ADMINISTRATOR}"):
        raise DemoRefusedError(
            "this data is a demo with public passwords: start with --demo, or with another "
            "LIUHEN_DATA_DIR"
        )


def _is_complete(runtime: Runtime) -> bool:
    """Say whether the demo is loaded; raise when there is something else or only a part of it."""
    people = {row["id"]: row for row in tables.people()}
    try:
        return accounts.person_of_login(runtime, people[tables.OBSERVER]["login"]) in people
    except Problem as problem:
        if problem.code != "not_found":
            raise
    if accounts.list_accounts(runtime) or _has(runtime, f"person/{tables.ADMINISTRATOR}"):
        raise DemoRefusedError(
            "this deployment is in use, or loading the demo was broken off: start with an empty "
            "data folder (and database)"
        )
    return False


def _has(runtime: Runtime, entity: str) -> bool:
    return queries.row(runtime, entity) is not None


def _play(app: Flask, runtime: Runtime) -> None:
    clock = runtime.clock
    if not isinstance(clock, DemoClock):
        raise DemoRefusedError("create the application with demo.begin_clock() to load the demo")
    stage = Stage(clock, real_now_ms())
    passwords = dict.fromkeys(SHOWN, PASSWORD)
    cast.bring_in(app, runtime, stage, passwords)
    for number, spec in enumerate(tables.table("inspections")["inspections"], 1):
        stage.add(visit(_visit(stage, number, spec)))
    for story in extras.stories(stage):
        stage.add(story)
    stage.add(_keep_sessions(stage))
    stage.play()
    for phone in stage.phones.values():
        phone.sign_out()
    observer = next(row for row in tables.people() if row["id"] == tables.OBSERVER)
    accounts.create_account(runtime, observer["login"], PASSWORD, observer["id"])


def _visit(stage: Stage, number: int, spec: Mapping[str, Any]) -> Visit:
    phrases = tables.table("phrases")
    enterprise = tables.enterprises()[spec["enterprise"]]
    return Visit(
        stage,
        spec,
        enterprise,
        spec["officers"],
        tables.supervisor_of(enterprise["space"]),
        tables.CITY_APPROVER,
        {phrase["id"]: phrase for phrase in phrases["phrases"]},
        tables.table("inspections")["fates"],
        number,
        {"law": phrases["law"], "version": phrases["version"]},
    )


def _keep_sessions(stage: Stage) -> Any:
    """Everybody opens the page every few days, so that nobody has to sign in again."""
    for day in range(-STORY_DAYS + 2, 0, KEEP_SESSIONS_DAYS):
        yield stage.at(day, 7)
        for phone in list(stage.phones.values()):
            phone.keep_session()


def _shown_accounts(runtime: Runtime) -> list[DemoAccount]:
    people = {row["login"]: row for row in tables.people()}
    bureaus = {row["code"]: row["name"] for row in tables.table("people")["bureaus"]}
    shown = []
    for login, (title, with_ticket) in SHOWN.items():
        bureau = bureaus.get(people[login]["bureau"], tables.table("people")["city"]["name"])
        ticket = enrolments.issue_ticket(runtime, login) if with_ticket else ""
        shown.append(DemoAccount(login, PASSWORD, title, people[login]["name"], bureau, ticket))
    return shown
