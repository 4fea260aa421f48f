"""`liuhen serve | migrate | demo | import | verify | blobs | user …`: who answers what.

Settings come from the environment only; flags choose what to do, not how the service is set up.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from server import config
from server.cli import blobs, clips, maintenance, registers, restore, serve, users
from server.cli.refusals import CommandError
from server.config import Settings, SettingsError
from server.services.problem import Problem
from server.services.rewind import RewoundError
from server.services.system import ForeignLogError
from server.storage.blob_rules import StoreUnavailableError
from server.storage.database import SecondWriterError

MISUSE = 2


def parser() -> argparse.ArgumentParser:
    """Return the commands and their flags."""
    top = argparse.ArgumentParser(prog="liuhen", description="Liuhen 留痕")
    commands = top.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="run the service")
    serving.add_argument("--demo", action="store_true", help="load fictitious demo data first")
    serving.add_argument("--phone", action="store_true", help="HTTPS for phones on this network")
    serving.set_defaults(run=serve.run)
    for name, run, text in maintenance.COMMANDS:
        commands.add_parser(name, help=text).set_defaults(run=run)
    rebuilding = commands.add_parser("rebuild", help="fold the log again")
    rebuilding.add_argument("--check", action="store_true", help="only compare, change nothing")
    rebuilding.set_defaults(run=maintenance.rebuild_state)
    restoring = commands.add_parser("restore", help="open a new epoch over a restored database")
    restore.add_command(restoring)
    registers.add_command(commands.add_parser("import", help="bring in a bureau's registers"))
    clips.add_commands(commands.add_parser("clips", help="footage of body cameras"))
    blobs.add_commands(commands.add_parser("blobs", help="where originals lie"))
    users.add_commands(commands.add_parser("user", help="accounts"))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = parser().parse_args(arguments)
    try:
        settings: Settings = config.load()
        if getattr(asked, "demo", False):
            settings = replace(settings, demo=True)
        code: int = asked.run(settings, asked)
        return code
    except (SettingsError, CommandError, SecondWriterError, RewoundError, ForeignLogError) as error:
        print(f"liuhen: {error}", file=sys.stderr)
        return MISUSE
    except StoreUnavailableError as error:
        print(f"liuhen: the blob store is not available: {error}", file=sys.stderr)
        return MISUSE
    except Problem as problem:
        about = " ".join(part for part in (problem.field, problem.detail) if part)
        print(f"liuhen: {problem.code} {about}".rstrip(), file=sys.stderr)
        return MISUSE
