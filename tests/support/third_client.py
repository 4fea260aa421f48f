"""The third client of `examples/`, run as its reader would: a process of its own, over HTTP."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
VISIT_SECONDS = 90


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application of this process; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Visitor:
    """A person with the third client, and the folder in which it keeps its chain."""

    address: str
    login: str
    password: str
    ticket: str
    folder: Path

    def visit(self) -> subprocess.CompletedProcess[str]:
        """Run the client once."""
        said = (self.address, self.login, self.password, self.ticket, str(self.folder))
        command = [sys.executable, str(EXAMPLES / "third_client.py"), *said]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=VISIT_SECONDS, cwd="/"
        )

    @property
    def state(self) -> dict[str, Any]:
        """What the client keeps."""
        kept: dict[str, Any] = json.loads((self.folder / "state.json").read_text("utf-8"))
        return kept

    def alter(self, state: dict[str, Any]) -> None:
        """Put something else in the place of what it keeps."""
        (self.folder / "state.json").write_text(json.dumps(state), "utf-8")
