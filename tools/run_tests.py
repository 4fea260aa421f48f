"""Run what a make target asks for, step by step, and say at the end what passed and how long.

`all` and `check` go on after a failed step, so that one run shows every failure; the exit code is
1 when anything failed. Counts come from the reports of pytest (JUnit) and vitest (JSON), never
from printed text. `all` also holds each suite against the committed minimum (tests/minimum.json),
because a suite that silently collects nothing looks exactly like one that passes.
"""

import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from set_up import CLIENT, ROOT, node_folder

BIN = Path(sys.executable).parent
OUTPUT = ROOT / "tests" / "output"
MINIMUM = ROOT / "tests" / "minimum.json"
SUITE = ("tests/unit", "tests/contract", "tests/integration", "tests/tidy")
QUICK = ("tests/unit", "tests/contract", "tests/tidy")
BROWSER = ("tests/e2e",)
SIMULATION = "tests/simulation"
MUTANTS = ("tests/mutants",)
BENCHMARK = ROOT / "benchmarks" / "run.py"
NOTHING_COLLECTED = 5
SLOWEST = 15
SOAKED_EXAMPLES = "200"  # of each operation of the API, each way


@dataclass
class Result:
    """How one step ended; counts are `None` for a step that is not a test suite."""

    name: str
    seconds: float
    ok: bool
    passed: int | None = None
    failed: int = 0

    @property
    def suite(self) -> str:
        """What it is counted as: `browser alone` is a part of `browser`."""
        return self.name.split()[0]


def passed_by_suite(results: list[Result]) -> dict[str, int]:
    """Return how many tests of each suite passed."""
    passed: dict[str, int] = {}
    for result in results:
        if result.passed is not None:
            passed[result.suite] = passed.get(result.suite, 0) + result.passed
    return passed


def run(command: list[object], *, cwd: Path = ROOT, **environment: str) -> int:
    """Run a command with its output shown; return its exit code.

    Bytecode is kept whatever the caller's environment says: the suites start the service and the
    commands hundreds of times, and compiling takes longer than what most of them do.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
    ).returncode


def announce(name: str) -> float:
    """Print a heading and return the time it was printed."""
    print(f"\n── {name}", flush=True)
    return time.monotonic()


def step(name: str, *command: object, cwd: Path = ROOT) -> Result:
    """Run one check."""
    started = announce(name)
    code = run(list(command), cwd=cwd)
    return Result(name, time.monotonic() - started, code == 0)


def junit_counts(report: Path) -> tuple[int, int]:
    """Return (passed, failed) of a JUnit report; skipped and expected failures count as neither."""
    if not report.exists():
        return 0, 0
    total = failed = skipped = 0
    for suite in ET.parse(report).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return total - failed - skipped, failed


def pytest(name: str, folders: tuple[str, ...], *options: str, database: str) -> Result:
    """Run a suite; folders that do not exist yet are left out, no folder at all counts as 0."""
    started = announce(name)
    present = [folder for folder in folders if (ROOT / folder).is_dir()]
    report = OUTPUT / f"{name}.xml"
    report.unlink(missing_ok=True)
    code = NOTHING_COLLECTED
    if present:
        command = [BIN / "python", "-m", "pytest", *present, "-q", f"--junitxml={report}", *options]
        code = run(list(command), LIUHEN_TEST_DATABASE=database)
    passed, failed = junit_counts(report)
    ok = code == 0 or (code == NOTHING_COLLECTED and failed == 0)
    return Result(name, time.monotonic() - started, ok, passed, failed)


def vitest() -> Result:
    """Run the client's unit tests."""
    started = announce("vitest")
    report = OUTPUT / "vitest.json"
    report.unlink(missing_ok=True)
    reporters = ("--reporter=default", "--reporter=json", f"--outputFile.json={report}")
    script = CLIENT / "node_modules" / "vitest" / "vitest.mjs"
    code = run([node_folder() / "bin" / "node", script, "run", *reporters], cwd=CLIENT)
    counts = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    passed, failed = counts.get("numPassedTests", 0), counts.get("numFailedTests", 0)
    return Result("vitest", time.monotonic() - started, code == 0, passed, failed)


def junit_times(report: Path) -> list[tuple[float, str]]:
    """Return (seconds, test) of a JUnit report, with what a test's fixtures took."""
    cases = ET.parse(report).getroot().iter("testcase") if report.exists() else ()
    return [
        (float(case.get("time", 0)), f"{case.get('classname')}::{case.get('name')}")
        for case in cases
    ]


def vitest_times(report: Path) -> list[tuple[float, str]]:
    """Return (seconds, test) of vitest's report."""
    found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    return [
        ((one.get("duration") or 0) / 1000, f"{Path(file['name']).name}: {one['fullName']}")
        for file in found.get("testResults", ())
        for one in file["assertionResults"]
    ]


def slowest(results: list[Result], count: int = SLOWEST) -> list[str]:
    """Return a line for each of the slowest tests of all suites."""
    times: list[tuple[float, str, str]] = []
    for result in (one for one in results if one.passed is not None):
        is_vitest = result.name == "vitest"
        report = OUTPUT / f"{result.name}.{'json' if is_vitest else 'xml'}"
        found = vitest_times(report) if is_vitest else junit_times(report)
        times += [(seconds, result.name, test) for seconds, test in found]
    longest = sorted(times, reverse=True)[:count]
    return [f"{seconds:7.1f} s  {suite:10}  {test[:110]}" for seconds, suite, test in longest]


def existing(*names: str) -> list[str]:
    """Return those of the names that exist in the tree."""
    return [name for name in names if (ROOT / name).exists()]


def static_checks() -> list[Result]:
    """Linters, types and arrows of both languages."""
    node = node_folder() / "bin" / "node"
    compiler = CLIENT / "node_modules" / "typescript" / "bin" / "tsc"
    projects = ("tsconfig.json", "tsconfig.sw.json", "tsconfig.build.json")
    results = [
        step("ruff", BIN / "ruff", "check", "--quiet", "."),
        step("format", BIN / "ruff", "format", "--check", "--quiet", "."),
        step("mypy", BIN / "mypy"),
        step("import arrows", BIN / "lint-imports", "--no-cache"),
        step("client arrows", node, "build/arrows.ts", cwd=CLIENT),
    ]
    types = (node, compiler, "-p")
    return results + [step(f"types {name}", *types, name, cwd=CLIENT) for name in projects]


def two_at_once() -> tuple[str, ...]:
    """Return the pytest options for all suites but the browser's."""
    return ("-n", "2", "--dist", "worksteal")


def check() -> list[Result]:
    """Return the results of the two-minute part."""
    results = [*static_checks(), vitest()]
    return [*results, pytest("sqlite", QUICK, *two_at_once(), database="sqlite")]


def everything() -> list[Result]:
    """Return the results of all of it."""
    results = static_checks()
    code = existing("server", "sync_protocol")
    results.append(step("bandit", BIN / "bandit", "-q", "-ll", "-r", *code))
    results.append(vitest())
    results.append(pytest("sqlite", SUITE, *two_at_once(), database="sqlite"))
    results.append(pytest("postgresql", SUITE, *two_at_once(), database="postgresql"))
    many = ("--timeout=600", *two_at_once())
    results.append(pytest("simulation", (SIMULATION,), *many, database="sqlite"))
    shared = ("-n", "2", "--dist", "loadgroup")  # all of vitest's mutants are one process
    results.append(pytest("mutants", MUTANTS, *shared, "--timeout=300", database="sqlite"))
    return [*results, *browser()]


def browser() -> list[Result]:
    """Return the results of the browser's tests: two at once, then those that measure time."""
    marked = ("--timeout=600", "-m")
    return [
        pytest("browser", BROWSER, *two_at_once(), *marked, "not alone", database="sqlite"),
        pytest("browser alone", BROWSER, *marked, "alone", database="sqlite"),
    ]


def shortfalls(results: list[Result]) -> list[str]:
    """Return one line for each suite that passed fewer tests than committed."""
    minimum = json.loads(MINIMUM.read_text(encoding="utf-8"))
    passed = passed_by_suite(results)
    return [
        f"{name}: {passed.get(name, 0)} passed, tests/minimum.json asks for {least}"
        for name, least in minimum.items()
        if passed.get(name, 0) < least
    ]


def report(results: list[Result], complaints: list[str]) -> int:
    """Print the table and the totals; return the exit code."""
    print("\n── summary")
    for result in results:
        state = "ok" if result.ok else "FAILED"
        print(f"{result.name:26} {state:8} {result.seconds:7.1f} s")
    print(f"{'together':26} {'':8} {sum(result.seconds for result in results):7.1f} s\n")
    if slow := slowest(results):
        print("the slowest tests", *slow, "", sep="\n")
    for complaint in complaints:
        print(complaint)
    passed = passed_by_suite(results)
    for suite, count in passed.items():
        print(f"{suite}: {count} passed")
    failed = len(complaints) + sum(max(result.failed, 0 if result.ok else 1) for result in results)
    print(f"{sum(passed.values())} passed, {failed} failed")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """Run the benchmarks, when there are any."""
    if not BENCHMARK.exists():
        print("nothing to measure yet: benchmarks/run.py does not exist", file=sys.stderr)
        return 2
    return run([BIN / "python", BENCHMARK, *arguments])


def simulate(arguments: list[str]) -> int:
    """Run one seed of the simulation, a new one unless it is named."""
    return run([BIN / "python", "-m", "tests.simulation.run", *arguments])


def soak(arguments: list[str]) -> int:
    """Ask the service's own document at length, then run new seeds of the simulation for a while;
    the result is a file and a line to record.
    """
    test = "tests/contract/test_served_document.py"
    asked = [BIN / "python", "-m", "pytest", "-q", "--timeout=1200", test]
    failed = run(list(asked), LIUHEN_TEST_FUZZ_EXAMPLES=SOAKED_EXAMPLES)
    code = run([BIN / "python", "-m", "tests.simulation.soak", *arguments])
    return upload_soak() or code or failed


def upload_soak() -> int:
    """Send fifty photos of 3 MB over a narrow link that is cut again and again (an hour)."""
    announce("photos over a narrow link")
    test = "tests/e2e/test_narrow_link.py"
    command = [BIN / "python", "-m", "pytest", test, "-q", "-s", "--timeout=9000"]
    return run([*command], LIUHEN_TEST_UPLOAD_SOAK="1", LIUHEN_TEST_DATABASE="sqlite")


def main(target: str, arguments: list[str]) -> int:
    """Dispatch one make target; return its exit code."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    if target == "all":
        results = everything()
        return report(results, shortfalls(results))
    if target == "check":
        return report(check(), [])
    single = {"bench": bench, "sim": simulate, "soak": soak}
    return single[target](arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except KeyboardInterrupt:
        sys.exit(130)
