"""docs/reliability.md names, for each complaint of docs/domain.md, tests that exist; and says of
the last soak what its record says.
"""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.simulation import record

ROOT = Path(__file__).resolve().parents[2]
COMPLAINTS = 16
IN_PYTHON = re.compile(r"^- `(tests/[\w/]+\.py)::(test_\w+)`")
IN_THE_CLIENT = re.compile(r"^- `(client_pwa/[\w/.-]+\.test\.ts)`: (.+)$")


def section(page: str, title: str) -> str:
    """The text under a heading of the second level."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def complaints() -> list[str]:
    """The list of the domain's page."""
    text = section("domain.md", "What users of such products complain about")
    return re.findall(r"^- (.+)$", text, re.MULTILINE)


def answers(text: str) -> dict[str, list[str]]:
    """Complaint → the lines that name its tests."""
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {title: re.findall(r"^- .+$", body, re.MULTILINE) for title, body in pairs}


def is_a_test(line: str) -> bool:
    """Whether the line names a test that exists."""
    if in_python := IN_PYTHON.match(line):
        return defines(ROOT / in_python[1], in_python[2])
    if in_the_client := IN_THE_CLIENT.match(line):
        return has_title(ROOT / in_the_client[1], in_the_client[2])
    return False


def defines(path: Path, name: str) -> bool:
    """Whether a Python file defines this function at its top level."""
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body)


def has_title(path: Path, title: str) -> bool:
    """Whether a test of a TypeScript file has this title, as it is written there."""
    if not path.is_file():
        return False
    calls = re.compile(rf"""\b(?:test|it)(?:\.each\([^\n]*\))?\(\s*["'`]{re.escape(title)}["'`],""")
    return calls.search(path.read_text(encoding="utf-8")) is not None


ANSWERS = answers(section("reliability.md", "Complaints"))


def test_every_complaint_is_answered_and_no_other() -> None:
    listed = complaints()
    assert len(listed) == len(set(listed)) == COMPLAINTS
    assert list(ANSWERS) == listed


@pytest.mark.parametrize("complaint", ANSWERS)
def test_an_answer_names_tests_that_exist(complaint: str) -> None:
    lines = ANSWERS[complaint]
    assert lines, "no test"
    assert [line for line in lines if not is_a_test(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "- `tests/unit/domain/test_decide.py::test_that_is_not_there`",
        "- `tests/unit/domain/test_not_there.py::test_a_decision_reads_only_what_is_locked`",
        "- `client_pwa/tests/engine/push.test.ts`: batches keep the order",
        "- some words",
    ],
)
def test_the_check_sees_what_does_not_exist(line: str) -> None:
    assert not is_a_test(line)


has_soaked = pytest.mark.skipif(not record.HOUR.exists(), reason="no soak is recorded yet")


def recorded() -> record.Record:
    found: record.Record = json.loads(record.HOUR.read_text(encoding="utf-8"))
    return found


def test_the_page_tells_of_a_soak_just_when_one_is_recorded_and_what_its_record_says() -> None:
    page = record.PAGE.read_text(encoding="utf-8")
    assert (record.HEADING in page) == record.HOUR.exists()
    if record.HOUR.exists():
        assert record.written(page, recorded()) == page


@has_soaked
def test_the_recorded_soak_ran_and_failed_nowhere() -> None:
    soak = recorded()
    assert soak["failures"] == []
    assert len(set(soak["seeds"])) == len(soak["seeds"]) > 0
    assert soak["counts"]["checked everything"] >= len(soak["seeds"])
    assert all(one["failed"] == 0 < one["acknowledged"] for one in soak["outages"].values())


@has_soaked
def test_the_recorded_soak_ran_on_a_commit_of_this_history() -> None:
    shallow = ["git", "rev-parse", "--is-shallow-repository"]
    if subprocess.run(shallow, cwd=ROOT, capture_output=True).stdout.strip() != b"false":
        pytest.skip("no history here to look into")
    has = ["git", "merge-base", "--is-ancestor", recorded()["commit"], "HEAD"]
    assert subprocess.run(has, cwd=ROOT, capture_output=True).returncode == 0


SOAK: record.Record = {
    "commit": "abc", "day": "2026-11-27", "minutes": 60, "steps": 1500, "seeds": [1, 2],
    "phones": 5, "leaves": 700, "failures": [], "outages": {},
    "counts": {"checked everything": 4, "checked a claim": 9, "fate well": 7},
}  # fmt: skip


def test_a_kind_that_a_soak_did_not_have_is_named() -> None:
    happened, _, missing = record.section(SOAK).partition("not in that time")
    assert "| network | well 7 |" in happened
    assert {"flip_reply", "1970", "epoch opened"} <= set(re.split(r"[|,] *| +\|", missing))


def test_the_section_is_put_before_the_next_one_and_replaced_the_next_time() -> None:
    once = record.written("# R\n\n## Searching\n\na\n" + record.BEFORE + "\nb\n", SOAK)
    assert once.endswith(record.section(SOAK) + record.BEFORE + "\nb\n")
    again = record.written(once, SOAK | {"commit": "def"})
    assert again == once.replace("`abc`", "`def`")
