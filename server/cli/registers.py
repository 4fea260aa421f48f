"""`liuhen import`: a bureau's registers become operations of the system's chain.

A file is a JSON list of `{"kind", "space", "body"}` as in `sync_protocol/tables/kinds.json`.
Invariants: everything is checked before anything is written; what the log holds already is left
alone, so a file can be imported again. A row that is there with other content is refused and
named: correcting it is a person's operation.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from server.cli.opened import application
from server.cli.refusals import CommandError
from server.config import Settings
from server.services import queries, system
from server.services.runtime import current_runtime
from sync_protocol import kinds
from sync_protocol.rules import KINDS as KINDS_TABLE
from sync_protocol.rules import LIMITS

KINDS = (
    *("bureau.add", "person.add", "licence.grant", "item.add", "enterprise.add", "phrase.add"),
    "retention.adopt",
)
BATCH = LIMITS["batch_ops"]
MEMBERS = {"kind", "space", "body"}


def add_command(importing: argparse.ArgumentParser) -> None:
    """Add the file to import."""
    importing.add_argument("file", type=Path, help="JSON list of kind, space and body")
    importing.set_defaults(run=run)


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Import a file; exit 1 when a row was refused."""
    rows = list(enumerate(_checked(asked.file)))
    done, refused = 0, []
    with application(settings):
        for start in range(0, len(rows), BATCH):
            added, wrong = _import(rows[start : start + BATCH])
            done += added
            refused += wrong
    known = len(rows) - done - len(refused)
    for line in refused:
        print(line)
    print(f"{done} imported, {known} there already, {len(refused)} refused")
    return 1 if refused else 0


def _import(rows: Sequence[tuple[int, dict[str, Any]]]) -> tuple[int, list[str]]:
    """Append what is not there in one transaction; return how many rows, and what was refused."""
    missing = [(number, row) for number, row in rows if not _is_there(row)]
    wanted = [(row["kind"], row["body"], row["space"]) for _, row in missing]
    done, refused = 0, []
    for (number, row), item in zip(missing, _appended(wanted), strict=True):
        if item["ruling"]["outcome"] != "refused":
            done += 1
        elif not _is_there(row):  # else the file holds it twice
            refused.append(f"row {number}: {item['ruling']['code']}")
    return done, refused


def _appended(wanted: Sequence[tuple[str, dict[str, Any], str]]) -> list[dict[str, Any]]:
    return system.append_all(current_runtime(), wanted) if wanted else []


def _is_there(row: dict[str, Any]) -> bool:
    """Say whether the log holds exactly this already."""
    effect = KINDS_TABLE[row["kind"]]["effects"][0]
    body = row["body"]
    present = queries.row(current_runtime(), f"{effect['entity']}/{body[effect['id']]}")
    if present is None:
        return False
    fields = present["fields"]
    return all(
        name in fields and fields[name]["v"] == body[name]
        for name in effect["fields"]
        if name in body
    )


def _checked(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from None
    if not isinstance(rows, list):
        raise CommandError(f"{path}: not a list")
    for number, row in enumerate(rows):
        problem = _problem_of(row)
        if problem:
            raise CommandError(f"{path}: row {number}: {problem}; nothing was imported")
    return rows


def _problem_of(row: object) -> str:
    if not isinstance(row, dict) or row.keys() != MEMBERS:
        return "needs exactly kind, space and body"
    if row["kind"] not in KINDS:
        return f"kind must be one of {', '.join(KINDS)}"
    if not isinstance(row["space"], str):
        return "space must be text"
    try:
        kinds.validate_body(row["kind"], row["body"])
    except kinds.BodyInvalid as error:
        return f"body: {error.field}"
    return ""
