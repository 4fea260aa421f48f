"""The simulator on the seeds that are kept, and on a fresh one.

`make sim SEED=… STEPS=…` runs one seed; `seeds.json` says why each kept one is kept.
"""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.run import STEPS, Result, simulate
from tests.support.databases import PostgresServer

KEPT = json.loads(Path(__file__).with_name("seeds.json").read_text(encoding="utf-8"))
ASKED = os.environ.get("SEED", "")
ASKED_STEPS = int(os.environ.get("STEPS") or STEPS)

pytestmark = pytest.mark.timeout(600)


def of_use(result: Result) -> Result:
    """A run in which nobody recorded anything or nothing went wrong proves nothing."""
    print(result)
    assert result.leaves > 30
    assert sum(result.counts.get(name, 0) for name in ("a_request", "a_deed")) > 0
    return result


@pytest.mark.skipif(bool(ASKED), reason="one seed was asked for")
@pytest.mark.parametrize("kept", KEPT["seeds"], ids=lambda kept: str(kept["seed"]))
def test_a_seed_that_was_kept_still_holds(kept: dict[str, Any]) -> None:
    of_use(simulate(kept["seed"], kept.get("steps", KEPT["steps"])))


@pytest.mark.skipif(bool(ASKED), reason="one seed was asked for")
def test_a_kept_seed_holds_on_postgresql(
    postgres_server: PostgresServer, request: pytest.FixtureRequest
) -> None:
    name = postgres_server.create(migrated=True)
    request.addfinalizer(lambda: postgres_server.drop(name))

    def copy(url: str) -> str:
        return postgres_server.url(postgres_server.copy(url.partition("@/")[2].partition("?")[0]))

    of_use(simulate(KEPT["seeds"][0]["seed"], KEPT["steps"], postgres_server.url(name), copy))


def test_a_fresh_seed_holds(record_property: Callable[[str, object], None]) -> None:
    seed = int(ASKED or random.SystemRandom().randrange(2**31))
    record_property("seed", seed)
    of_use(simulate(seed, ASKED_STEPS))
