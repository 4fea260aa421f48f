"""A command that can't be carried out says so in one line."""


class CommandError(Exception):
    """What is wrong, for the person at the terminal."""
