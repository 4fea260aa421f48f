"""Each disk of a deployment full to the last byte under load, and emptied again.

A full disk refuses writes with a problem that says so and that a phone waits out; what is there can
be read; nobody restarts anything when there is room again.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.outages.county import COUNTY, County
from tests.integration.outages.judgement import audit, judge, until
from tests.integration.outages.shift import Shift, at_work
from tests.support.databases import PostgresServer
from tests.support.volumes import fill, free, small_volume

RESERVE_BYTES = 4 << 20


@pytest.fixture
def volumes(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """`volumes(name, folder, owner) -> Path`: small file systems, gone at the end."""
    with ExitStack() as stack:
        yield lambda folder, owner=None: stack.enter_context(small_volume(folder, 24, owner))


@pytest.fixture
def database(
    database_kind: str,
    tmp_path: Path,
    volumes: Callable[..., Path],
    request: pytest.FixtureRequest,
) -> tuple[str, Path]:
    """The address of an empty database, and the volume that holds it alone."""
    if database_kind == "sqlite":
        volume = volumes(tmp_path / "database")
        return f"sqlite:///{volume / 'liuhen.sqlite3'}", volume
    postgres: PostgresServer = request.getfixturevalue("own_postgres")
    volume = volumes(postgres.folder / "volume", postgres.account)
    return postgres.url(postgres.create(migrated=False, volume=volume)), volume


def test_full_disks_refuse_and_lose_nothing(
    open_county: Callable[..., County],
    volumes: Callable[..., Path],
    database: tuple[str, Path],
    tmp_path: Path,
) -> None:
    url, database_volume = database
    data, blobs = volumes(tmp_path / "data"), volumes(tmp_path / "blobs")
    county = open_county(
        data,
        LIUHEN_DATABASE_URL=url,
        LIUHEN_BLOB_STORE=f"file:{blobs}",
        LIUHEN_RESERVE_DISK_BYTES=str(RESERVE_BYTES),
    )
    workers = county.server.workers()
    with at_work(county, "full") as shift:
        for volume in (database_volume, blobs, data):
            shift.work_on()
            full_and_empty(county, shift, volume)
        shift.work_on()
    assert shift.refusals <= {"storage_full", "unavailable"}
    assert county.server.workers() == workers, "the service did not stay up"
    judge(county, shift.officers, shift.copy)
    audit(county)


def full_and_empty(county: County, shift: Shift, volume: Path) -> None:
    """Fill a volume until somebody is refused because of it; then make room."""
    for officer in shift.officers:
        officer.phone.client.codes.clear()  # type: ignore[attr-defined]
    fill(volume)
    until(lambda: "storage_full" in shift.refusals, f"nobody is told that {volume.name} is full")
    assert county.get(f"/spaces/{COUNTY}/rows?limit=1")["rows"], "what is there can be read"
    ready = county.client().open("/readyz")
    assert (ready.code == "unavailable") == (volume.name == "data")
    free(volume)
    before = shift.acknowledged
    until(county.server.is_ready, "the service is not ready again")
    until(lambda: shift.acknowledged > before, "nothing is acknowledged after there is room")
