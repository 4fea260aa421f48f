"""The checkpoint an author had seen, in a log that two restores have cut and continued."""

from dataclasses import dataclass
from typing import Any

import pytest

from server.domain import seen
from server.domain.records import SYSTEM, Arrival, Before
from tests.unit.domain.world import AT_MS, CLASSIFY, World, row, settled

LOG = "liuhen/demo-city/"
KEPT = {2: 50, 3: 30}  # the third epoch kept fewer leaves than the second
ROOTS = {20: "aa" * 32, 30: "bb" * 32, 45: "cc" * 32}


@dataclass
class Restored(World):
    """A world in its third epoch."""

    def origin(self) -> str:
        return f"{LOG}3"


def restored() -> tuple[Restored, Any]:
    plain, wang = settled()
    world = Restored(plain.rows, plain.indexes, plain.ops, plain.authors, roots=dict(ROOTS))
    for epoch, size in KEPT.items():
        world.put(row(f"epoch/{epoch}", "common", size=size))
    return world, wang


def op_that_saw(wang: Any, origin: str, size: int, root: str) -> Any:
    return wang.op(
        "finding.classify", CLASSIFY, seen={"origin": origin, "root": root, "size": size}
    )


@pytest.mark.parametrize(
    ("origin", "size", "root", "stopped", "flags", "known"),
    [
        (f"{LOG}3", 45, ROOTS[45], False, set(), 45),
        (f"{LOG}3", 45, ROOTS[20], True, set(), 45),
        (f"{LOG}1", 20, ROOTS[20], False, set(), 20),
        (f"{LOG}1", 20, ROOTS[30], True, set(), 20),
        (f"{LOG}1", 30, ROOTS[30], False, set(), 30),
        (f"{LOG}1", 31, ROOTS[45], False, {"checkpoint_lost"}, 30),
        (f"{LOG}2", 45, "dd" * 32, False, {"checkpoint_lost"}, 30),
        (f"{LOG}4", 20, ROOTS[20], True, set(), 20),
        ("liuhen/other/1", 20, ROOTS[20], True, set(), 20),
        ("nonsense", 20, ROOTS[20], True, set(), 20),
        ("", 0, "", False, set(), 0),
    ],
)
def test_an_earlier_epoch_counts_as_far_as_all_later_ones_kept_it(
    origin: str, size: int, root: str, stopped: bool, flags: set[str], known: int
) -> None:
    world, wang = restored()
    op, found = op_that_saw(wang, origin, size, root), set[str]()
    ruling = seen.stop(op, Arrival(AT_MS, "wang"), world, found)
    assert (ruling == ("quarantined", "checkpoint_unknown"), found) == (stopped, flags)
    assert seen.known_size(op, world) == known


def test_what_is_proven_to_have_been_in_the_log_is_not_flagged() -> None:
    world, wang = restored()
    op, found = op_that_saw(wang, f"{LOG}1", 40, "dd" * 32), set[str]()
    assert (
        seen.stop(
            op,
            Arrival(AT_MS, "wang", before=Before(3, "liuhen/demo-city/1", "waiting")),
            world,
            found,
        )
        is None
    )
    assert found == set()


@pytest.mark.parametrize(
    ("epoch", "carrier", "may"),
    [("4", SYSTEM, True), ("9", SYSTEM, True), ("3", SYSTEM, False), ("4", "wang", False),
     ("x", SYSTEM, False)],
)  # fmt: skip
def test_only_the_service_opens_an_epoch_and_only_a_later_one(
    epoch: str, carrier: str, may: bool
) -> None:
    world, wang = restored()
    body = {"epoch": epoch, "old_origin": f"{LOG}3", "old_size": 60, "old_root": "aa" * 32}
    op = wang.op("epoch.open", body | {"size": 45, "root": "aa" * 32, "reason": "test"})
    assert seen.may_open(op, Arrival(AT_MS, carrier), world) is may
