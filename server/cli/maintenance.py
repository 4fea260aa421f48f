"""migrate, demo, rebuild, verify: each one call of a service and one page of text."""

import argparse
from collections.abc import Callable
from dataclasses import replace

from server.cli.demo import load as demo
from server.cli.opened import application, untouched
from server.config import Settings
from server.services import rebuild, verify
from server.services.runtime import current_runtime
from server.storage import migrate

Command = Callable[[Settings, argparse.Namespace], int]


def migrate_schema(settings: Settings, _asked: argparse.Namespace) -> int:
    """Bring the database to the newest schema."""
    migrate.upgrade(settings.database_url)
    print("the database has the newest schema")
    return 0


def load_demo(settings: Settings, _asked: argparse.Namespace) -> int:
    """Load the demo data and print its accounts."""
    with application(replace(settings, demo=True), demo.begin_clock()) as app:
        for line in demo.printed(demo.load(app)):
            print(line)
    return 0


def rebuild_state(settings: Settings, asked: argparse.Namespace) -> int:
    """Fold the log again, or compare what the fold gives with what is stored."""
    with untouched(settings):
        if asked.check:
            return _report(rebuild.check(current_runtime()), "the state equals the log")
        rebuild.run(current_runtime())
    print("the state has been rebuilt from the log")
    return 0


def verify_log(settings: Settings, _asked: argparse.Namespace) -> int:
    """Check the log, everything derived from it, and every original."""
    with untouched(settings):
        problems = verify.verify(current_runtime())
        leaves, originals = verify.extent(current_runtime())
        well = f"the log and everything it names verify: {leaves} leaves, {originals} originals"
        return _report(problems, well)


def _report(problems: list[str], well: str) -> int:
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else well)
    return 1 if problems else 0


COMMANDS: tuple[tuple[str, Command, str], ...] = (
    ("migrate", migrate_schema, "bring the database to the newest schema"),
    ("demo", load_demo, "load fictitious demo data"),
    ("verify", verify_log, "check the log and everything derived from it"),
)
