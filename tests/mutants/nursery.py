"""Run tests against a copy of the tree, each time in a fresh process, and say how they ended.

Importing the frameworks takes longer than most tests. So one process imports everything once,
drops what is ours, and forks for each run: the child imports our modules anew, from the copy as it
is then. `Nursery` starts it and talks to it over pipes: a line for a job, a line for its outcome.
"""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("server", "sync_protocol", "tests", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("output", ".screens", "*.png")
OURS = ("server", "sync_protocol", "tests")
LOADED = ("tests.conftest", "tests.support.service", "tests.support.authors", "server.cli.main")
TEMPLATE = "LIUHEN_TEST_TEMPLATE"


@dataclass
class Outcome:
    """How a run ended: how many tests passed, and [test, phase, type of error] of the others."""

    passed: int = 0
    failures: list[list[str]] = field(default_factory=list)
    text: str = ""

    def failed_by(self, error: str) -> bool:
        """Whether a test itself, not its set-up, ended with this error.

        `Failed` is pytest's word for an exception that was expected and did not come.
        """
        wanted = {error, "Failed"} if error == "AssertionError" else {error}
        return any(phase == "call" and found in wanted for _, phase, found in self.failures)


class Nursery:
    """A copy of the tree and the process that runs tests in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in COPIED:
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            more = {"ignore": LEFT_OUT} if source.is_dir() else {}
            copy(source, folder / name, **more)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.nursery"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, tests: Sequence[str], *, database: str, seconds: float) -> Outcome:
        """Run tests by their node ids in a fresh process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {"tests": list(tests), "database": database, "seconds": seconds}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))

    def run_broken(
        self, file: str, text: str, tests: Sequence[str], *, database: str, seconds: float
    ) -> Outcome:
        """Do what `run` does while a file of the copy has another text."""
        path = self.folder / file
        sound, stat = path.read_bytes(), path.stat()
        path.write_text(text, encoding="utf-8")
        try:
            return self.run(tests, database=database, seconds=seconds)
        finally:
            path.write_bytes(sound)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # its byte code fits again

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


class Watch:
    """A pytest plugin that notes how each test ended."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        if call.excinfo is not None:
            name = type(call.excinfo.value).__name__
            self.outcome.failures.append([item.nodeid, call.when, name])
        elif call.when == "call":
            self.outcome.passed += 1

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.outcome.failures.append([report.nodeid, "collect", str(report.longrepr)[-300:]])


def load() -> None:
    """Import everything, make the migrated database tests copy, forget our own modules."""
    for name in LOADED:
        importlib.import_module(name)
    template = Path.cwd() / "template.sqlite3"
    importlib.import_module("tests.support.databases").migrate(f"sqlite:///{template}")
    os.environ[TEMPLATE] = str(template)
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        if name != "tests":
            del sys.modules[name]
    sys.modules.pop("tests", None)


def bear(job: dict[str, Any], log: Path, reply: int) -> None:
    """In the child: run the tests, write the outcome."""
    import pytest

    os.setpgid(0, 0)
    os.environ["LIUHEN_TEST_DATABASE"] = job["database"]
    with log.open("wb") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    watch = Watch()
    imported = "ignore::pytest.PytestAssertRewriteWarning"  # plugins were imported before
    options = ("-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", imported)
    pytest.main([*options, *job["tests"]], plugins=[watch])
    os.write(reply, json.dumps(asdict(watch.outcome)).encode())


def attend(job: dict[str, Any], log: Path) -> Outcome:
    """Fork, wait no longer than the job allows, return what the child says."""
    ready, reply = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        try:
            bear(job, log, reply)
        finally:
            os._exit(0)
    os.close(reply)
    ended = wait(child, job["seconds"])
    with os.fdopen(ready, "rb") as said:
        text = said.read().decode()
    outcome = Outcome(**json.loads(text)) if text else Outcome()
    if not ended:
        outcome.failures.append(["", "run", f"not done after {job['seconds']} s"])
    outcome.text = log.read_text(encoding="utf-8", errors="replace")[-2500:]
    return outcome


def wait(child: int, seconds: float) -> bool:
    """Wait for a child; kill it and all it started when it takes too long."""
    deadline = time.monotonic() + seconds
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return False
        time.sleep(0.01)
    return True


def main() -> None:
    """Answer jobs, a line each, until there are no more."""
    sys.dont_write_bytecode = True  # a broken file's byte code must not outlive it
    answers = os.dup(1)
    os.dup2(2, 1)
    load()
    for line in sys.stdin:
        outcome = attend(json.loads(line), Path.cwd() / "run.log")
        os.write(answers, (json.dumps(asdict(outcome)) + "\n").encode())


if __name__ == "__main__":
    main()
