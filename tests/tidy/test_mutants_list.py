"""The list of mutants is whole: each applies to the source as it is today, and is still code.

Whether each is noticed is tried by `tests/mutants`, which takes longer.
"""

import pytest

from tests.mutants.listed import ROOT, DoesNotApplyError, Mutant, categories, mutants

LEAST = 75
DATABASES = {"sqlite", "postgresql"}


def test_there_are_mutants_of_every_category_and_of_both_languages() -> None:
    found = mutants()
    assert len(found) >= LEAST
    assert {one.category for one in found} == categories().keys()
    assert sum(one.is_of_the_client for one in found) >= LEAST // 3
    assert len({one.name for one in found}) == len(found)


@pytest.mark.parametrize("mutant", mutants(), ids=lambda one: one.name)
def test_a_mutant_applies_once_and_is_still_code(mutant: Mutant) -> None:
    broken = mutant.applied()
    assert mutant.replacement != mutant.original
    if mutant.file.endswith(".py"):
        compile(broken, mutant.file, "exec")
    assert mutant.why
    assert mutant.database in DATABASES
    assert named_test_is_there(mutant), f"{mutant.name}: {mutant.test} does not exist"


def named_test_is_there(mutant: Mutant) -> bool:
    """Whether the test exists; of the client's the file (titles are looked at when they run)."""
    if mutant.is_of_the_client:
        return (ROOT / "client_pwa" / mutant.test_file).is_file()
    path, _, name = mutant.test.partition("::")
    function = name.partition("[")[0]
    return f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")


def test_a_mutant_that_does_not_apply_is_an_error() -> None:
    gone = Mutant("n", "c", "tests/mutants/listed.py", "no such text", "", "w", "tests/x.py::t")
    twice = Mutant("n", "c", "tests/mutants/listed.py", "import", "", "w", "tests/x.py::t")
    for mutant in (gone, twice):
        with pytest.raises(DoesNotApplyError, match="Write its `original`"):
            mutant.applied()
