"""`liuhen clips import FILE`: a docking station's manifest from the command line."""

import argparse
from pathlib import Path
from typing import Any

from server.cli.opened import application
from server.cli.refusals import CommandError
from server.config import Settings
from server.services import manifests, queries
from server.services.runtime import current_runtime
from sync_protocol.cameras import CAMERAS


def add_commands(clips: argparse.ArgumentParser) -> None:
    """Add what can be done with recordings."""
    commands = clips.add_subparsers(dest="clips_command", required=True)
    importing = commands.add_parser("import", help="bring in a docking station's manifest")
    importing.add_argument("file", type=Path, help="CSV or JSON, UTF-8 or GB18030")
    importing.add_argument("--space", help="code of the bureau the station belongs to (the city's)")
    importing.add_argument("--station", default="", help="for rows that name no station")
    importing.set_defaults(run=run)


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Import a manifest and print what became of it; exit 1 when a row was refused."""
    try:
        raw = asked.file.read_bytes()
    except OSError as error:
        raise CommandError(f"{asked.file}: {error.strerror}") from None
    space = asked.space or settings.city
    with application(settings):
        if queries.row(current_runtime(), f"bureau/{space}") is None:
            raise CommandError(f"no bureau has the code {space}")
        name, station = asked.file.name[:200], asked.station[:60]
        report = manifests.bring(current_runtime(), space, raw, name=name, station=station)
    for line in printed(report):
        print(line)
    return 1 if report["refused"] else 0


def printed(report: dict[str, Any]) -> list[str]:
    """Return a report as lines of text: each refused row, then the counts."""
    lines = [
        f"line {one['line']}: {one['code']} {CAMERAS['row_codes'][one['code']]['en']}"
        for one in report["refusals"]
    ]
    more = report["refused"] - len(report["refusals"])
    lines += [f"and {more} more refused rows"] if more else []
    again = ", imported before" if report["duplicate"] else ""
    counts = f"{report['accepted']} accepted ({report['new']} new), {report['refused']} refused"
    return [*lines, f"{counts}{again}"]
