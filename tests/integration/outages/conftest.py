"""A county on a real service, ended with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.outages.county import County
from tests.support.databases import PostgresServer
from tests.support.live_server import LiveServer


@pytest.fixture
def open_county(
    tmp_path: Path, database_kind: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., County]]:
    """`open_county(**settings) -> County` at work; two workers where the database allows it."""
    opened: list[County] = []

    def open_one(data_dir: Path = tmp_path / "service", **settings: str) -> County:
        if database_kind == "postgresql":
            settings = {"LIUHEN_WORKERS": "2"} | settings
            if "LIUHEN_DATABASE_URL" not in settings:
                make = request.getfixturevalue("make_database")
                settings["LIUHEN_DATABASE_URL"] = make(migrated=False)
        settings = {"LIUHEN_RESERVE_DISK_BYTES": "0"} | settings
        opened.append(County(LiveServer(data_dir, settings)))
        return opened[-1].open()

    yield open_one
    for county in opened:
        county.close()


@pytest.fixture
def own_postgres(database_kind: str) -> Iterator[PostgresServer]:
    """A PostgreSQL server that a test may kill."""
    if database_kind != "postgresql":
        pytest.skip("SQLite is a file: it cannot be gone while its service is there")
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()
