"""Scenarios by the name of what they end with, so that a name without one is noticed."""

from collections.abc import Callable, Iterable
from typing import Any

Scenario = Callable[..., Any]


class Scenarios:
    """A decorator that keeps each scenario under its name: `@ruled("dep_missing")`."""

    def __init__(self) -> None:
        self._named: dict[str, Scenario] = {}

    def __call__(self, name: str) -> Callable[[Scenario], Scenario]:
        def keep(scenario: Scenario) -> Scenario:
            assert name not in self._named, f"{name}: two scenarios"
            self._named[name] = scenario
            return scenario

        return keep

    def play(self, name: str, *cast: Any) -> Any:
        """Let the scenario of this name happen; return what it returns."""
        return self._named[name](*cast)

    def assert_complete(self, names: Iterable[str]) -> None:
        """Say that there is one for each of these names, and none for any other."""
        assert self._named.keys() == set(names)
