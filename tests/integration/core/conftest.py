"""A real service without HTTP: a database of the kind under test, a folder, a clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Settings, from_env
from server.services.runtime import Runtime, open_runtime
from server.storage.blob_store import blob_store
from tests.support.authors import Author, FakeClock, Office, open_office


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return from_env(
        {"LIUHEN_DATABASE_URL": database_url, "LIUHEN_DATA_DIR": str(tmp_path / "data")}
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def runtime(settings: Settings, clock: FakeClock) -> Iterator[Runtime]:
    opened = open_runtime(settings, clock, blob_store(settings.blob_store))
    yield opened
    opened.close()


@pytest.fixture
def office(runtime: Runtime, clock: FakeClock) -> Office:
    return open_office(runtime, clock)


@pytest.fixture
def cast(office: Office) -> tuple[Office, Author, Author, Author]:
    """Return the service, two inspectors of one county, and their supervisor."""
    return office, office.person("wang"), office.person("li"), office.person("boss", "supervisor")
