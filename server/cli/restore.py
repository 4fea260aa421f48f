"""`liuhen restore`: open a new epoch over a database that was put back from a backup.

The service must be stopped. Says what is lost, what was done, and what only people can do.
"""

import argparse
from pathlib import Path

from server.app import close_app, create_app
from server.cli.refusals import CommandError
from server.config import Settings
from server.services import restore
from server.services.restore import NothingLostError, OtherBranchError, Restored
from server.services.runtime import current_runtime
from server.storage import migrate

REASON = "由备份恢复 · restored from a backup"


def add_command(command: argparse.ArgumentParser) -> None:
    """Add the flags."""
    command.add_argument("--reason", default=REASON, help="why, for the log (everybody reads it)")
    command.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a later checkpoint that a witness or a phone kept; may be given several times",
    )
    command.set_defaults(run=run)


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Open the next epoch and print what was done."""
    notes = [_note(path) for path in asked.checkpoint]
    migrate.upgrade(settings.database_url)
    app = create_app(settings)
    try:
        with app.app_context():
            done = restore.restore(current_runtime(), notes, asked.reason)
    except (NothingLostError, OtherBranchError) as error:
        raise CommandError(str(error)) from None
    finally:
        close_app(app)
    for line in _said(done):
        print(line)
    return 0


def _note(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from None


def _said(done: Restored) -> list[str]:
    lost = done.old.size - done.kept
    gap = lost if lost > 0 else "an unknown number of"
    return [
        f"old head: {done.old.origin}, {done.old.size} leaves, {done.old.root.hex()}",
        f"restored: {done.kept} leaves; lost: {gap} leaves",
        f"new epoch: {done.origin}",
        f"sessions ended: {done.sessions}; everybody signs in again",
        f"originals to be asked for again: {done.originals}",
        f"revocations applied again: {len(done.revocations)}",
        *(f"  {target}" for target in done.revocations),
        "next: liuhen verify; then import registers and accounts made since the backup; then serve",
    ]
