"""The real `liuhen serve` as a process of its own, on a free port, with its own data folder."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.processes import dies_with_parent, free_port

COMMAND = Path(sys.executable).with_name("liuhen")
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass
class LiveServer:
    """A running service. `stop` asks politely, `kill` does not; `start` brings it back.

    The port and the data folder stay the same over a restart. `settings` are environment
    variables by name (`{"LIUHEN_WORKERS": "2"}`), `arguments` come after `liuhen serve`.
    """

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process that was started; its workers are below it."""
        assert self._process is not None
        return self._process.pid

    @property
    def _output_file(self) -> Path:
        return self.data_dir / "server.log"

    def environment(self) -> dict[str, str]:
        """Return the environment of the process: ours without `LIUHEN_…`, plus the settings."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LIUHEN_")}
        own = {"LIUHEN_PORT": str(self.port), "LIUHEN_DATA_DIR": str(self.data_dir)}
        return inherited | own | self.settings

    def output(self) -> str:
        """Return everything the process has printed so far."""
        if not self._output_file.exists():
            return ""
        return self._output_file.read_text(encoding="utf-8", errors="replace")

    def start(self) -> "LiveServer":
        """Start and wait for /readyz; raise with the process's own output when it does not come."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._output_file.open("ab") as output:
            self._process = subprocess.Popen(
                [COMMAND, "serve", *self.arguments],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the server did not come up:\n{self.output()}")
            time.sleep(0.05)
        return self

    def stop(self) -> int:
        """Send SIGTERM, wait, and return the exit code; what does not end is killed."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        self.kill()
        return code

    def kill(self) -> None:
        """End the process and its workers at once (`kill -9`)."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def is_ready(self) -> bool:
        """Say whether /readyz answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as response:
                return response.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
