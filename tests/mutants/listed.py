"""The written list of mutants: ways to break the core, each with the test that must notice.

The list is `*.toml` beside this file. A mutant replaces one text of one file by another; the text
must stand there exactly once, so that a mutant never silently stops breaking anything.
"""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).parent


class DoesNotApplyError(ValueError):
    """The text a mutant replaces is not in its file exactly once."""


@dataclass(frozen=True)
class Mutant:
    """One way to break the core.

    `test` is written as in docs/reliability.md: `tests/….py::test_…`, or `client_pwa/….test.ts:`
    and its title. `database` is what it runs on. `error` is what its failure must be: an assertion
    of the test itself, unless the list says that something of the product notices before it.
    """

    name: str
    category: str
    file: str
    original: str
    replacement: str
    why: str
    test: str
    database: str = "sqlite"
    error: str = "AssertionError"

    @property
    def is_of_the_client(self) -> bool:
        """Whether vitest runs its test."""
        return self.test.startswith("client_pwa/")

    @property
    def title(self) -> str:
        """Title of the client's test."""
        return self.test.partition(": ")[2]

    @property
    def test_file(self) -> str:
        """File of the client's test, inside client_pwa."""
        return self.test.partition(": ")[0].removeprefix("client_pwa/")

    def applied(self, root: Path = ROOT) -> str:
        """Return the file's text, broken. Raises DoesNotApplyError."""
        path = root / self.file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if (found := text.count(self.original)) != 1:
            raise DoesNotApplyError(
                f"mutant “{self.name}” looks for a text that is {found} times in {self.file}. "
                "Write its `original` (and `replacement`) anew in tests/mutants/*.toml, so that "
                f"it still does what its `why` says:\n{self.original}"
            )
        return text.replace(self.original, self.replacement)


@cache
def categories() -> dict[str, str]:
    """Category → what kind of break it holds."""
    table: dict[str, str] = tomllib.loads((LISTS / "categories.toml").read_text(encoding="utf-8"))
    return table


@cache
def mutants() -> tuple[Mutant, ...]:
    """Every mutant of the list, in its order."""
    known = {one.name for one in fields(Mutant)}
    found = []
    for path in sorted(LISTS.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []):
            assert entry.keys() <= known, f"{path.name}: {entry.keys() - known}"
            found.append(Mutant(**entry))
    return tuple(found)
