"""`liuhen user …`: the accounts that nobody signed in can make."""

import argparse
import getpass
import sys

from server.cli.opened import application
from server.config import Settings
from server.services import accounts, enrolments
from server.services.runtime import current_runtime


def add_commands(user: argparse.ArgumentParser) -> None:
    """Add the subcommands; each is given `settings` and what was asked."""
    commands = user.add_subparsers(dest="user_command", required=True)
    adding = commands.add_parser("add", help="make an account for a person of the log")
    adding.add_argument("login")
    adding.add_argument("person", help="the person's id in the log")
    adding.set_defaults(run=add)
    for name, run, text in (
        ("ticket", ticket, "print a one-time ticket that confirms this person's first phone"),
        ("password", password, "set a new password and end every session"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("login")
        command.set_defaults(run=run)
    commands.add_parser("list", help="logins and whose they are").set_defaults(run=show)


def add(settings: Settings, asked: argparse.Namespace) -> int:
    """Make an account; the password is asked for, or read from standard input."""
    secret = _password()
    with application(settings):
        accounts.create_account(current_runtime(), asked.login, secret, asked.person)
    print(f"{asked.login}: account made")
    return 0


def password(settings: Settings, asked: argparse.Namespace) -> int:
    """Set a password."""
    secret = _password()
    with application(settings):
        accounts.set_password(current_runtime(), asked.login, secret)
    print(f"{asked.login}: new password set, sessions ended")
    return 0


def ticket(settings: Settings, asked: argparse.Namespace) -> int:
    """Print a ticket; it is shown once and stored as a hash."""
    with application(settings):
        print(enrolments.issue_ticket(current_runtime(), asked.login))
    return 0


def show(settings: Settings, _asked: argparse.Namespace) -> int:
    """List the accounts."""
    with application(settings):
        for login, person_id in accounts.list_accounts(current_runtime()):
            print(f"{login}\t{person_id}")
    return 0


def _password() -> str:
    """Ask without echo at a terminal; else take one line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\n")
