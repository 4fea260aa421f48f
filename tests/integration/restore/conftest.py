"""A service that can be backed up and can meet a disaster, and phones that remember what they held.

The service is the real application, asked through HTTP; commands are the real `liuhen`.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.live_server import COMMAND
from tests.support.service import CITY, Service

Copy = Callable[[str], str]


class Site:
    """A service with its backup and its commands."""

    def __init__(self, service: Service, copy: Copy) -> None:
        self.service, self._copy, self._backup = service, copy, ""

    def back_up(self) -> None:
        """Keep a copy of the database as it is."""
        self.service.runtime.engine.dispose()
        self._backup = self._copy(self.service.database_url)

    def lose(self) -> None:
        """Let the database be lost and the backup put back; the service is stopped."""
        self.service.close()
        self.service.database_url = self._copy(self._backup)
        self.service.tokens.clear()

    def liuhen(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command with the service's environment."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LIUHEN_")}
        own = {
            "LIUHEN_DATA_DIR": str(self.service.folder),
            "LIUHEN_DATABASE_URL": self.service.database_url,
            "LIUHEN_CITY": CITY,
        }
        return subprocess.run(
            [str(COMMAND), *arguments],
            env=inherited | own,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def well(self, *arguments: str) -> list[str]:
        """Run a command that must succeed; return its lines."""
        done = self.liuhen(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), (arguments, done.stdout, done.stderr)
        return done.stdout.splitlines()

    def restore(self) -> None:
        """Put the backup back, open a new epoch, serve again."""
        self.lose()
        self.well("restore")
        self.service.open()


@pytest.fixture
def site(
    tmp_path: Path, make_database: Callable[..., str], copy_database: Copy
) -> Iterator[Site]:
    service = Service(tmp_path / "service", make_database()).open().populate()
    yield Site(service, copy_database)
    service.close()
