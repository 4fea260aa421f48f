"""The runner behind `make test`: its counts and its minimum can fail."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

REPORT = """<?xml version="1.0"?><testsuites>
<testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>"""


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import run_tests

    yield run_tests
    for name in ("run_tests", "set_up"):
        sys.modules.pop(name, None)


def test_skipped_tests_and_failures_are_not_counted_as_passed(
    runner: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "r.xml").write_text(REPORT)
    assert runner.junit_counts(tmp_path / "r.xml") == (5, 2)


def test_a_run_without_a_report_passed_nothing(runner: ModuleType, tmp_path: Path) -> None:
    assert runner.junit_counts(tmp_path / "none.xml") == (0, 0)


def test_fewer_tests_than_the_committed_minimum_fail_the_run(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    minimum = tmp_path / "minimum.json"
    minimum.write_text('{"sqlite": 3, "browser": 1}')
    monkeypatch.setattr(runner, "MINIMUM", minimum)
    result = runner.Result("sqlite", 1.0, ok=True, passed=2)
    complaints = runner.shortfalls([result])
    assert [line.split(":")[0] for line in complaints] == ["sqlite", "browser"]
    assert runner.report([result], complaints) == 1
    assert runner.report([result], []) == 0


def test_a_failed_check_fails_the_run(runner: ModuleType) -> None:
    assert runner.report([runner.Result("ruff", 0.1, ok=False)], []) == 1


def test_the_minimum_names_every_suite() -> None:
    minimum = json.loads((ROOT / "tests" / "minimum.json").read_text(encoding="utf-8"))
    assert set(minimum) == {"sqlite", "postgresql", "browser"}
