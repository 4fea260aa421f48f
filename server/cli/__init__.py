"""The command `liuhen`: parse, call services, print. Exit codes: 0 well, 1 a finding, 2 misuse."""

import importlib


def main() -> int:
    """Run the command; its modules are loaded only then, as parts of it are used without it."""
    code: int = importlib.import_module("server.cli.main").main()
    return code
