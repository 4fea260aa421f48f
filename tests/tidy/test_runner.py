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
    assert set(minimum) == {"sqlite", "postgresql", "simulation", "mutants", "browser"}


def test_the_slowest_tests_of_all_suites_are_named(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runner, "OUTPUT", tmp_path)
    cases = "".join(f'<testcase classname="t" name="n{n}" time="{n}.5"/>' for n in range(4))
    (tmp_path / "sqlite.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    tests = [{"fullName": "a title", "duration": 2900.0}, {"fullName": "skipped"}]
    report = {"testResults": [{"name": "/somewhere/a.test.ts", "assertionResults": tests}]}
    (tmp_path / "vitest.json").write_text(json.dumps(report))
    results = [
        runner.Result("ruff", 99.0, ok=True),
        runner.Result("sqlite", 9.0, ok=True, passed=4),
        runner.Result("vitest", 9.0, ok=True, passed=1),
        runner.Result("browser", 9.0, ok=False, passed=0),  # left no report
    ]
    lines = [line.split() for line in runner.slowest(results, 3)]
    assert [line[0] for line in lines] == ["3.5", "2.9", "2.5"]
    assert [line[3] for line in lines] == ["t::n3", "a.test.ts:", "t::n2"]
