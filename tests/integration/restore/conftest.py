"""A service that can be backed up and can meet a disaster, and phones that remember what they held.

The service is the real application, asked through HTTP; commands are the real `liuhen`.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from server.cli.main import main
from server.services import rebuild, verify
from tests.support.service import CITY, Service

PEOPLE = ("inspector", "colleague", "supervisor")
Copy = Callable[[str], str]


class Done(NamedTuple):
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


class Site:
    """A service with its backup and its commands."""

    def __init__(self, service: Service, copy: Copy) -> None:
        self.service, self._copy, self._backup = service, copy, ""

    def back_up(self) -> str:
        """Keep a copy of the database as it is; return its address."""
        self.service.runtime.engine.dispose()
        self._backup = self._copy(self.service.database_url)
        return self._backup

    def lose(self, backup: str = "") -> None:
        """Let the database be lost and a backup put back, the last one; the service is stopped."""
        self.service.close()
        self.service.database_url = self._copy(backup or self._backup)
        self.service.tokens.clear()

    def liuhen(self, *arguments: str) -> Done:
        """Run a command with the service's environment, without the cost of a process."""
        own = {
            "LIUHEN_DATA_DIR": str(self.service.folder),
            "LIUHEN_DATABASE_URL": self.service.database_url,
            "LIUHEN_CITY": CITY,
        }
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in own.items():
                patch.setenv(name, value)
            code = main(arguments)
        return Done(code, out.getvalue(), err.getvalue())

    def well(self, *arguments: str) -> list[str]:
        """Run a command that must succeed; return its lines."""
        done = self.liuhen(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), (arguments, done)
        return done.stdout.splitlines()

    def assert_clean(self) -> None:
        """Say that the log of the running service, and everything derived from it, verifies."""
        runtime = self.service.runtime
        with self.service.app.app_context():
            assert verify.verify(runtime) + rebuild.check(runtime) == []

    def restore(self) -> list[str]:
        """Put the backup back, open a new epoch, serve again; return what the command said."""
        self.lose()
        said = self.well("restore")
        self.service.open()
        return said


@pytest.fixture
def site(tmp_path: Path, make_database: Callable[..., str], copy_database: Copy) -> Iterator[Site]:
    service = Service(tmp_path / "service", make_database()).open()
    service.populate(*PEOPLE)
    yield Site(service, copy_database)
    service.close()
