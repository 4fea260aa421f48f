"""PostgreSQL killed under load and back again, while the service stays up and comes back alone."""

import os
import signal
from collections.abc import Callable

from tests.integration.outages.county import County
from tests.integration.outages.judgement import audit, judge, until
from tests.integration.outages.shift import ROUNDS, Shift, at_work
from tests.support.databases import PostgresServer

WAYS = (signal.SIGQUIT, signal.SIGKILL)


def test_a_database_gone_and_back_loses_nothing(
    own_postgres: PostgresServer, open_county: Callable[..., County]
) -> None:
    url = own_postgres.url(own_postgres.create(migrated=False))
    county = open_county(LIUHEN_DATABASE_URL=url)
    workers = county.server.workers()
    with at_work(county, "database") as shift:
        for number in range(ROUNDS):
            shift.work_on()
            gone_and_back(county, own_postgres, shift, WAYS[number % 2])
        shift.work_on()
        kill_a_connection(own_postgres, shift)
        shift.work_on()
    assert shift.refusals == {"unavailable"}
    assert county.server.workers() == workers, "the service did not stay up"
    judge(county, shift.officers, shift.copy)
    audit(county)


def gone_and_back(
    county: County, postgres: PostgresServer, shift: Shift, way: signal.Signals
) -> None:
    """Kill the database; the service says so, stays up, and needs nobody when it is back."""
    postgres.kill(way)
    client = county.client()
    assert client.open("/healthz").status_code == 200
    refused = client.open("/readyz")
    assert refused.code == "unavailable"
    assert "database" in refused.get_json()["detail"]
    before = shift.acknowledged
    postgres.resume()
    until(county.server.is_ready, "the service is not ready again")
    until(lambda: shift.acknowledged > before, "nothing is acknowledged after the outage")


def kill_a_connection(postgres: PostgresServer, shift: Shift) -> None:
    """Kill one process of the database; PostgreSQL ends all connections and recovers."""
    os.kill(shift.random.choice(postgres.backends()[-4:]), signal.SIGKILL)
