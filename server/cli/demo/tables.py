"""The tables of `data`, and who plays which part. Everything in them is fictitious (虚构)."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
ADMINISTRATOR, CITY_APPROVER, CITY_REVIEWER = "demo-admin", "demo-cs2", "demo-cs3"
OBSERVER = "demo-cs1"
WITH_OWN_PHONES = ("990102", "990121", "990124")  # elsewhere the city's officers inspect


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return a table of `data`."""
    content: Mapping[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def people() -> list[dict[str, Any]]:
    """Return everybody, each with a number of their own (it chooses their handwriting)."""
    return [dict(row) | {"number": at} for at, row in enumerate(table("people")["people"], 1)]


def enterprises() -> dict[str, dict[str, Any]]:
    """Return the enterprises by id, each with a number of its own."""
    rows = table("enterprises")["enterprises"]
    return {row["id"]: dict(row) | {"number": at} for at, row in enumerate(rows, 1)}


def supervisor_of(bureau: str) -> str:
    """Return who supervises a bureau in the demo: its own supervisor, or one of the city's."""
    if bureau not in WITH_OWN_PHONES:
        return CITY_REVIEWER
    return next(
        str(row["id"])
        for row in table("people")["people"]
        if row["bureau"] == bureau and row["role"] == "supervisor"
    )


def has_phone(person: Mapping[str, Any]) -> bool:
    """Say whether a person takes part with a phone of their own."""
    city = table("people")["city"]["code"]
    return person["id"] != OBSERVER and person["bureau"] in (city, *WITH_OWN_PHONES)


def basis(phrase: Mapping[str, Any]) -> dict[str, str]:
    """Return the legal basis of a phrase."""
    law = table("phrases")
    return {"law": law["law"], "article": phrase["article"], "version": law["version"]}
