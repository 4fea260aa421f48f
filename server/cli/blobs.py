"""`liuhen blobs copy TO`: every original into another store, each read back and hashed."""

import argparse
import sys

from server import config
from server.cli.opened import untouched
from server.cli.refusals import CommandError
from server.config import Settings
from server.services import blob_copy
from server.services.blob_copy import Copied
from server.services.runtime import current_runtime
from server.storage.blob_store import blob_store

TOLD_EVERY = 100


def add_commands(blobs: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    commands = blobs.add_subparsers(dest="blobs_command", required=True)
    copying = commands.add_parser("copy", help="copy every original to another store and prove it")
    copying.add_argument("to", help="file:<folder> or s3://<bucket>/<prefix>")
    copying.set_defaults(run=copy)


def copy(settings: Settings, asked: argparse.Namespace) -> int:
    """Copy from the store of the settings; 0 when the target holds all, 1 when not."""
    try:
        address = config.blob_store(asked.to)
    except ValueError as error:
        raise CommandError(f"{asked.to}: {error}") from None
    if address == settings.blob_store:
        raise CommandError(f"{address} is the store of the settings already")
    target = blob_store(address, settings.s3_endpoint, settings.s3_region, settings.s3_retention)
    try:
        with untouched(settings):
            done = blob_copy.copy_all(current_runtime(), target, _tell)
    finally:
        target.close()
    for problem in done.problems:
        print(problem)
    print(f"{done.copied} copied, {done.there} there already, {len(done.problems)} not")
    return 1 if done.problems else 0


def _tell(done: Copied) -> None:
    count = done.copied + done.there + len(done.problems)
    if count % TOLD_EVERY == 0:
        print(f"{count} …", file=sys.stderr, flush=True)
