"""A populated service per test, and its phones."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.web import county as counties
from tests.support.service import Service


@pytest.fixture
def open_service(
    tmp_path: Path, make_database: Callable[..., str]
) -> Iterator[Callable[..., Service]]:
    """`open_service(**settings) -> Service` by the settings' variables; closed at the end."""
    opened: list[Service] = []

    def open_one(**settings: str) -> Service:
        folder = tmp_path / f"service-{len(opened)}"
        opened.append(Service(folder, make_database(), dict(settings)).open())
        return opened[-1]

    yield open_one
    for service in opened:
        service.close()


@pytest.fixture
def service(open_service: Callable[..., Service]) -> Service:
    """A service with a person of each role, in two counties."""
    return open_service().populate()


@pytest.fixture
def county(service: Service) -> counties.County:
    """Two counties, a hazard of the first that was confirmed, and its photo."""
    return counties.begin(service)
