"""Every written way to break the core is noticed by the test it names."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.mutants.conftest import CONTROL
from tests.mutants.listed import Mutant, mutants
from tests.mutants.nursery import Nursery

MUTANT_SECONDS = 120
CONTROL_SECONDS = 280
OF_THE_SERVICE = [one for one in mutants() if not one.is_of_the_client]
OF_THE_CLIENT = [one for one in mutants() if one.is_of_the_client]
DATABASES = sorted({one.database for one in OF_THE_SERVICE})


@pytest.mark.parametrize("database", DATABASES)
def test_the_services_tests_pass_on_what_is_not_broken(nursery: Nursery, database: str) -> None:
    tests = sorted({one.test for one in OF_THE_SERVICE if one.database == database})
    outcome = nursery.run(tests, database=database, seconds=CONTROL_SECONDS)
    assert outcome.failures == [], outcome.text
    assert outcome.passed >= len(tests)


@pytest.mark.parametrize("mutant", OF_THE_SERVICE, ids=lambda one: one.name)
def test_a_broken_service_is_noticed(nursery: Nursery, mutant: Mutant) -> None:
    outcome = nursery.run_broken(
        mutant.file,
        mutant.applied(),
        [mutant.test],
        database=mutant.database,
        seconds=MUTANT_SECONDS,
    )
    assert outcome.failed_by(mutant.error), f"{outcome.failures}\n{outcome.text}"


@pytest.mark.parametrize("text", ["", "def", "raise RuntimeError"])
def test_what_does_not_even_start_is_not_taken_for_noticed(nursery: Nursery, text: str) -> None:
    test = "tests/unit/domain/test_lock_set.py::test_two_ops_on_one_row_share_an_exclusive_key"
    outcome = nursery.run_broken(
        "server/domain/lock_set.py", text, [test], database="sqlite", seconds=MUTANT_SECONDS
    )
    assert outcome.failures
    assert not outcome.failed_by("AssertionError")


@pytest.mark.xdist_group("client")
def test_the_clients_tests_pass_on_what_is_not_broken(
    client_verdicts: Mapping[str, Mapping[str, Any]],
) -> None:
    control = client_verdicts[CONTROL]
    assert control["failures"] == []
    assert control["passed"] >= len({one.test for one in OF_THE_CLIENT})


@pytest.mark.xdist_group("client")
@pytest.mark.parametrize("mutant", OF_THE_CLIENT, ids=lambda one: one.name)
def test_a_broken_client_is_noticed(
    client_verdicts: Mapping[str, Mapping[str, Any]], mutant: Mutant
) -> None:
    verdict = client_verdicts[mutant.name]
    assert mutant.error in {error for _, error, _ in verdict["failures"]}, verdict
