"""Epochs: how the log goes on when a restored database lacks its newest leaves (SPEC section 7).

The origin line of epoch n is `liuhen/<deployment>/<n>`. A later epoch keeps the first leaves of the
one before and goes on after them; `openings` maps each later epoch to how many leaves it kept,
which is also the index of its first own leaf. Pure, and the same in every language.
"""

import re
from collections.abc import Mapping

FIRST = 1
_is_origin = re.compile(r"(liuhen/[a-z0-9-]{1,40}/)([1-9][0-9]{0,8})").fullmatch


def origin(deployment: str, epoch: int) -> str:
    """Return the origin line of an epoch."""
    return f"liuhen/{deployment}/{epoch}"


def epoch_of(line: str, deployment: str | None = None) -> int | None:
    """Return the epoch an origin line names; `None` for another log's, or no origin line."""
    parts = _is_origin(line)
    if parts is None or (deployment is not None and parts[1] != f"liuhen/{deployment}/"):
        return None
    return int(parts[2])


def prefix_of(line: str) -> str:
    """Return what the origin lines of all epochs of a log begin with."""
    return line[: line.rfind("/") + 1]


def kept(openings: Mapping[int, int], epoch: int) -> int | None:
    """Return how many leaves of an epoch the later ones kept; `None` when it is the newest."""
    return min((size for later, size in openings.items() if later > epoch), default=None)


def epoch_at(openings: Mapping[int, int], index: int) -> int:
    """Return the epoch in which the leaf at an index was appended."""
    return max((epoch for epoch, size in openings.items() if size <= index), default=FIRST)


def holds(line: str, index: int, newest: str, openings: Mapping[int, int]) -> bool:
    """Say whether leaf `index` of the log `line` is, by its place, a leaf of the log `newest`."""
    if line == newest:
        return True
    one, other = _is_origin(line), _is_origin(newest)
    if one is None or other is None or one[1] != other[1] or int(one[2]) > int(other[2]):
        return False
    last = kept(openings, int(one[2]))
    return last is not None and index < last
