"""The command `liuhen`: parse, call services, print. Exit codes: 0 well, 1 a finding, 2 misuse."""

from server.cli.main import main

__all__ = ["main"]
