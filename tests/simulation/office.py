"""The service of a run: the very application, on a folder, with a clock set by hand.

`crash` drops it as a killed process is dropped: nothing is closed in order, the next one finds what
was durable; `restore` loses the database and puts a backup in its place. Registers (bureaus,
people, enterprises) are imported as `liuhen import` does; each person gets an account. Everything
else comes through HTTP.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.app import create_app, start_deployment
from server.cli.demo.phone import Phone
from server.config import from_env
from server.jobs import background
from server.services import accounts, derivatives, enrolments, restore, system
from server.services.restore import NothingLostError, OtherBranchError
from server.storage.blob_store import blob_store
from server.storage.checkpoint_file import CheckpointFile
from tests.simulation.disk_faults import DiskFaults, FaultyBlobs, FaultyCheckpoint, PowerCut
from tests.simulation.disk_faults import watch_commits as watch
from tests.support.service import CITY, PASSWORD, Service

Copy = Callable[[str], str]  # address of a database → address of a copy


@dataclass(frozen=True)
class Person:
    """Somebody of the registers; the login is the id."""

    id: str
    role: str
    bureau: str


@dataclass
class Office(Service):
    """The application under test, and the administrator who keeps its registers."""

    faults: DiskFaults = field(default_factory=DiskFaults)
    copy: Copy = str  # set by the run

    def open(self) -> "Office":
        self._make()
        with self.app.app_context():
            start_deployment(self.app)
        return self

    def _make(self) -> None:
        """Make the application, as every command does; nothing is started."""
        environment = {
            "LIUHEN_DATA_DIR": str(self.folder),
            "LIUHEN_DATABASE_URL": self.database_url,
            "LIUHEN_PWA_DIR": str(self.folder / "pages"),
            "LIUHEN_RESERVE_DISK_BYTES": "0",
            "LIUHEN_CITY": CITY,
            "LIUHEN_LOG_LEVEL": "ERROR",
        }
        settings = from_env(environment | self.settings)
        blobs = FaultyBlobs(blob_store(settings.blob_store), self.faults)
        checkpoint = FaultyCheckpoint(CheckpointFile(settings.checkpoint_file), self.faults)
        self.app = create_app(settings, self.clock, blobs, checkpoint)
        self.app.config["PROPAGATE_EXCEPTIONS"] = False
        watch(self.runtime.engine, self.faults)

    def crash(self) -> None:
        """Lose the process and start another one."""
        self.drop()
        self.start()

    def start(self) -> None:
        """Start until it runs, as a supervising service does: a disk fault may end a start too."""
        self._until_done(self.open)

    def _until_done(self, work: Callable[[], object]) -> None:
        """Do again what a disk fault ended, and nothing else."""
        while True:
            met = len(self.faults.happened)
            try:
                work()
                return
            except (Exception, PowerCut):
                if len(self.faults.happened) == met:
                    raise
                self.drop()

    def back_up(self) -> str:
        """Copy the database as it is; return the copy's address."""
        self.runtime.engine.dispose()
        return self.copy(self.database_url)

    def restore(self, backup: str, lost: list[Path]) -> bool:
        """Lose the database and these originals; put the backup back and serve it.

        False, and nothing is lost yet, when `liuhen restore` refuses that backup.
        """
        self.drop()
        before, self.database_url = self.database_url, self.copy(backup)
        aside = {path: path.rename(path.with_suffix(".lost")) for path in lost}
        is_taken = True
        try:
            self._until_done(self._open_epoch)
        except OtherBranchError:
            self.drop()
            self.database_url, is_taken = before, False
            for path, other in aside.items():
                other.rename(path)
        self.start()
        return is_taken

    def _open_epoch(self) -> None:
        """Do what `liuhen restore` does: nothing when nothing was lost, or it was done before."""
        self._make()
        with self.app.app_context(), suppress(NothingLostError):
            restore.restore(self.runtime, [], "磁盘损坏")
        self.drop()

    def drop(self) -> None:
        """Take away what the kernel takes from a dead process: its connections and its locks."""
        self.faults.gone = False
        self.runtime.engine.dispose()
        if self.runtime.writer_lock is not None:
            self.runtime.writer_lock.close()

    def register(self, people: list[Person], enterprises: int) -> None:
        """Import the registers and make the accounts."""
        with self.app.app_context():
            for bureau in sorted({person.bureau for person in people} - {CITY}):
                body = {"bureau": bureau, "name": f"县{bureau}", "parent": CITY}
                system.append(self.runtime, "bureau.add", body)
                for number in range(enterprises):
                    self._enterprise(f"works-{bureau}-{number}", bureau)
            for person in people:
                self._person(person)

    def _enterprise(self, name: str, bureau: str) -> None:
        body = {
            "enterprise": name,
            "name": f"虚构企业{name}",
            "trade": "mine",
            "address": "某路1号",
        }
        system.append(self.runtime, "enterprise.add", body, bureau)

    def _person(self, person: Person) -> None:
        body = {"person": person.id, "name": person.id, "bureau": person.bureau}
        system.append(self.runtime, "person.add", body | {"role": person.role})
        licence = {"licence_number": f"YN-{person.id}", "licence_from": "2020-01-01"}
        body = {"person": person.id, "licence_until": "2040-01-01"} | licence
        system.append(self.runtime, "licence.grant", body)
        accounts.create_account(self.runtime, person.id, PASSWORD, person.id)

    def ticket(self, login: str) -> str:
        """Return what `liuhen user ticket` prints."""
        with self.app.app_context():
            return enrolments.issue_ticket(self.runtime, login)

    def confirmed(self, person: Person) -> Phone:
        """Return a well-behaved client of a person's own, enrolled and confirmed, over HTTP."""
        said = {"id": person.id, "login": person.id, "role": person.role, "bureau": person.bureau}
        deployment = self.runtime.settings.deployment
        phone = Phone(said, PASSWORD, self.client, self.clock, deployment)
        phone.enrolment()
        phone.push()
        said = {"chain": phone.chain, "ticket": self.ticket(person.id)}
        phone.request("POST", "/enrolments/ticket", said, expect=200)
        return phone

    def background(self) -> None:
        """One round of the background thread's work."""
        with self.app.app_context():
            background.sweep(self.runtime)
            derivatives.make_next(self.runtime)

    def settle(self) -> None:
        """Let what is left undone be done, with a disk that works."""
        self.faults.disarm()
        with self.app.app_context():
            background.sweep(self.runtime)

    def restarted(self, work: Any) -> Any:
        """Run `work`; a power cut in it brings a new process, and `None`."""
        try:
            return work()
        except PowerCut:
            self.crash()
            return None
