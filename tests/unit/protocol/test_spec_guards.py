"""SPEC section 6 says of every guard what it refuses with, and names no guard or code in vain."""

import re
from pathlib import Path

from server.domain.guards import OF_EVERY_KIND, UNNAMED
from sync_protocol.rules import CODES, FLAGS, KINDS

SPEC = Path(__file__).resolve().parents[3] / "sync_protocol" / "SPEC.md"
ROW = re.compile(r"^\| (`[^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)
NAME = re.compile(r"`([a-z0-9_]+)`")


def guards_told() -> dict[str, set[str]]:
    """Guard → the codes and flags that its line of the table names."""
    text = SPEC.read_text("utf-8")
    section = text[text.index("### Guards") : text.index("## 7. Log")]
    return {
        guard: set(NAME.findall(codes))
        for guards, codes, _ in ROW.findall(section)
        for guard in NAME.findall(guards)
        if guard != "guard"
    }


def test_every_guard_of_the_table_of_kinds_has_its_line() -> None:
    in_kinds = {guard for kind in KINDS.values() for guard in kind.get("guards", ())}
    assert guards_told().keys() == in_kinds
    rest = {OF_EVERY_KIND, *(guard for named in UNNAMED.values() for guard in named)}
    assert rest.isdisjoint(in_kinds), "those are told in words"


def test_the_codes_told_are_those_that_exist() -> None:
    told = set().union(*guards_told().values())
    assert told <= CODES.keys() | FLAGS.keys()
    assert {"officer_not_listed", "finding_incomplete", "licence_unproven"} <= told
