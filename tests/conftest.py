"""Fixtures of every suite: a fresh database per test, the live service, a real browser.

`LIUHEN_TEST_DATABASE=sqlite|postgresql` chooses the database; the tests are the same.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import databases
from tests.support.databases import PostgresServer
from tests.support.live_server import LiveServer
from tests.support.object_store import ObjectStore


def pytest_configure() -> None:
    """How long an example takes on a busy machine says nothing about the code."""
    from hypothesis import settings  # not before pytest has its hold on the plugin's modules

    settings.register_profile("unhurried", deadline=None)
    settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def database_kind() -> str:
    """`sqlite` or `postgresql`: what this run is about."""
    return databases.selected_kind()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this pytest process, started when first asked for."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if migrated := os.environ.get("LIUHEN_TEST_TEMPLATE"):
        return Path(migrated)
    path = tmp_path_factory.mktemp("template") / "liuhen.sqlite3"
    databases.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def make_database(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., str]]:
    """`make_database(migrated=True) -> url`: as many fresh databases as a test wants."""
    made: list[str] = []

    def sqlite(*, migrated: bool = True) -> str:
        made.append("")
        path = tmp_path / f"liuhen-{len(made)}.sqlite3"
        if migrated:
            databases.copy_sqlite(request.getfixturevalue("_sqlite_template"), path)
        return f"sqlite:///{path}"

    def postgresql(*, migrated: bool = True) -> str:
        server = request.getfixturevalue("postgres_server")
        made.append(server.create(migrated=migrated))
        return str(server.url(made[-1]))

    if database_kind == "sqlite":
        yield sqlite
        return
    yield postgresql
    for name in made:
        request.getfixturevalue("postgres_server").drop(name)


@pytest.fixture
def copy_database(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], str]]:
    """`copy_database(url) -> url`: a backup of a database, or a backup put back."""
    made: list[str] = []

    def copy(url: str) -> str:
        if database_kind == "sqlite":
            made.append(str(tmp_path / f"copy-{len(made)}.sqlite3"))
            databases.copy_sqlite(Path(url.removeprefix("sqlite:///")), Path(made[-1]))
            return f"sqlite:///{made[-1]}"
        server = request.getfixturevalue("postgres_server")
        made.append(server.copy(url.partition("@/")[2].partition("?")[0]))
        return str(server.url(made[-1]))

    yield copy
    if database_kind == "postgresql":
        for name in made:
            request.getfixturevalue("postgres_server").drop(name)


@pytest.fixture
def database_url(make_database: Callable[..., str]) -> str:
    """Address of a fresh, migrated database."""
    return make_database()


@pytest.fixture
def empty_database_url(make_database: Callable[..., str]) -> str:
    """Address of a fresh database without any table."""
    return make_database(migrated=False)


@pytest.fixture
def start_server(
    tmp_path: Path, database_kind: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., LiveServer]]:
    """`start_server(*arguments, **settings) -> LiveServer`: real services, stopped at the end.

    Settings go by their variable: `start_server("--demo", LIUHEN_WORKERS="2")`. On PostgreSQL each
    service gets an empty database unless LIUHEN_DATABASE_URL is given.
    """
    started: list[LiveServer] = []

    def start(*arguments: str, **settings: str) -> LiveServer:
        folder = tmp_path / f"service-{len(started) + 1}"
        if database_kind == "postgresql" and "LIUHEN_DATABASE_URL" not in settings:
            make = request.getfixturevalue("make_database")
            settings["LIUHEN_DATABASE_URL"] = make(migrated=False)
        started.append(LiveServer(folder, settings, arguments))
        return started[-1].start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """The S3 server of this pytest process; a test that breaks it starts its own."""
    server = ObjectStore()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def s3_keys(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """The server, and its keys where boto3 looks for them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    return object_store


@pytest.fixture
def live_server(start_server: Callable[..., LiveServer]) -> LiveServer:
    """A running `liuhen serve --demo`."""
    return start_server("--demo")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """Playwright's synchronous driver; also opens profiles (`tests.support.browser`)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    """One browser for the session; contexts come from `phone_context` and `wide_context`."""
    from tests.support import browser

    running = browser.launch(playwright)
    yield running
    running.close()


@pytest.fixture
def phone_context(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`phone_context(language="zh-CN", **options) -> BrowserContext` of 360 × 740."""
    from tests.support.browser import phone_options

    yield from _contexts(chromium, phone_options)


@pytest.fixture
def wide_context(chromium: Any) -> Iterator[Callable[..., Any]]:
    """`wide_context(language="zh-CN", **options) -> BrowserContext` of 1440 × 900."""
    from tests.support.browser import wide_options

    yield from _contexts(chromium, wide_options)


def _contexts(
    chromium: Any, options: Callable[..., dict[str, Any]]
) -> Iterator[Callable[..., Any]]:
    opened: list[Any] = []

    def open_context(language: str = "zh-CN", **more: Any) -> Any:
        opened.append(chromium.new_context(**options(language, **more)))
        return opened[-1]

    yield open_context
    for context in opened:
        context.close()
