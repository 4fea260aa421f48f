"""Fixtures of the browser tests: the demo city as a running service, people with phones and desks.

The demo is loaded once for the session and copied for each test, so that every test begins with
the same city and none waits for two months of fictional work to be played again.
"""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import expect

from tests.e2e import pictures
from tests.e2e.inspector import Inspector
from tests.e2e.people import Person
from tests.e2e.supervisor import Supervisor
from tests.support.http_client import HttpClient
from tests.support.live_server import COMMAND, LiveServer

DEMO_SECONDS = 400
UNSEEN_IMAGES = """SELECT count(*) FROM stored_blobs WHERE media_type LIKE 'image/%'
    AND sha256 NOT IN (SELECT sha256 FROM seen_images)"""
Somebody = TypeVar("Somebody", bound=Person)
PATIENCE_MS = 20_000  # of an expectation; how fast a screen must be is measured where it is asked
PRESENT: list[Person] = []  # whoever has a browser open; a failed test shows their screens


expect.set_options(timeout=PATIENCE_MS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Say what stood on everybody's screen when a test failed."""
    report = yield
    if report.when == "call" and report.failed:
        for person in PRESENT:
            report.sections.append((f"screen of {person.login}", person.screen()))
    return report


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo loaded; copy it, never serve from it.

    `LIUHEN_TEST_DEMO` names one that is loaded already, for trying a test again and again.
    """
    if loaded := os.environ.get("LIUHEN_TEST_DEMO"):
        return Path(loaded)
    folder = tmp_path_factory.mktemp("demo") / "data"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("LIUHEN_")}
    settings = {"LIUHEN_DEMO": "1", "LIUHEN_DATA_DIR": str(folder)}
    subprocess.run([COMMAND, "demo"], env=inherited | settings, check=True, timeout=DEMO_SECONDS)
    look_at_every_image(folder)
    return folder


def look_at_every_image(folder: Path) -> None:
    """Serve until the small copies are made: else each test's copy of the city makes them anew."""
    server = LiveServer(folder, arguments=("--demo",)).start()
    deadline = time.monotonic() + DEMO_SECONDS
    with contextlib.closing(
        sqlite3.connect(f"file:{folder}/liuhen.sqlite3?mode=ro", uri=True)
    ) as db:
        while db.execute(UNSEEN_IMAGES).fetchone()[0]:
            assert time.monotonic() < deadline, "the images of the demo are not looked at"
            time.sleep(0.5)
    server.stop()


@contextmanager
def serving(demo_folder: Path, folder: Path) -> Iterator[LiveServer]:
    """`liuhen serve --demo` on a fresh copy of the demo city."""
    shutil.copytree(demo_folder, folder / "city")
    server = LiveServer(folder / "city", arguments=("--demo",)).start()
    yield server
    server.stop()


@pytest.fixture
def city(demo_folder: Path, tmp_path: Path) -> Iterator[LiveServer]:
    """The demo city as a running service."""
    with serving(demo_folder, tmp_path) as server:
        yield server


@pytest.fixture
def over_http(city: LiveServer) -> Iterator[HttpClient]:
    """A way to the service past the screens."""
    with contextlib.closing(HttpClient(city.port)) as client:
        yield client


def ticket_of(server: LiveServer, login: str) -> str:
    """The one-time ticket that the last start printed for this account."""
    printed = re.findall(rf"^\s+{login}\s.*ticket: (\S+)$", server.output(), re.MULTILINE)
    assert printed, server.output()
    return str(printed[-1])


@pytest.fixture(scope="session")
def camera_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every fake camera films."""
    return pictures.camera_video(tmp_path_factory.mktemp("camera") / "camera.y4m")


@pytest.fixture(scope="session")
def photo_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Thirty photos of about 3 MB, no two alike."""
    return pictures.photos(tmp_path_factory.mktemp("photos"), 30)


@contextmanager
def company(
    playwright: Any, server: LiveServer, folder: Path, video: Path
) -> Iterator[Callable[..., Any]]:
    """People who come when they are called, each with a browser of their own; see `someone`."""
    people: list[Person] = []

    def come(who: type[Somebody], login: str) -> Somebody:
        profile = folder / f"profile-{login}-{len(people)}"
        person = who(playwright, profile, login, server.port, video=video)
        people.append(person)
        PRESENT.append(person)
        person.open()
        return person

    yield come
    for person in people:
        PRESENT.remove(person)
        person.close()
        person.network.lose()
    assert [fault for person in people for fault in person.faults] == []


@pytest.fixture
def someone(
    playwright: Any, city: LiveServer, tmp_path: Path, camera_video: Path
) -> Iterator[Callable[..., Any]]:
    """`someone(Inspector, "jcy1") -> Inspector`: a person at a new browser, closed at the end.

    A fault that a page threw and nobody caught fails the test.
    """
    with company(playwright, city, tmp_path, camera_video) as come:
        yield come


def enrolled_desk(come: Callable[..., Any], server: LiveServer) -> Supervisor:
    """The county's supervisor at an enrolled desk."""
    desk: Supervisor = come(Supervisor, "zhuguan")
    desk.enrol(ticket_of(server, "zhuguan"))
    return desk


@pytest.fixture
def supervisor(someone: Callable[..., Any], city: LiveServer) -> Supervisor:
    """The county's supervisor at an enrolled desk."""
    return enrolled_desk(someone, city)


@pytest.fixture
def enrolled(someone: Callable[..., Any], supervisor: Supervisor) -> Callable[[str], Inspector]:
    """`enrolled("jcy1") -> Inspector` with a confirmed phone that is ready to leave."""

    def inspector(login: str) -> Inspector:
        phone: Inspector = someone(Inspector, login)
        supervisor.confirm_phone(phone.name, phone.enrol())
        phone.is_ready_to_leave()
        return phone

    return inspector
