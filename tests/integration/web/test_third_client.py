"""A client that a stranger wrote from the SPEC alone, against the real service.

It enrols, pulls by a snapshot and by pages, pushes, waits, mends, uploads over a cut connection and
proves everything; what it kept, once altered, or a log that is another one, stops it.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.services import enrolments, snapshots, system
from server.services.snapshots import PART_ROWS
from tests.support.service import COUNTY, PASSWORD, Service
from tests.support.third_client import EXAMPLES, Visitor, serving

AT_ONCE = 200
State = dict[str, Any]


def stocked(service: Service) -> None:
    """Give the county more rows than one part of a snapshot holds, and make the snapshot."""
    body = {"name": "示例石料厂", "trade": "mine", "address": "示例镇示例路一号"}
    with service.app.app_context():
        for start in range(0, PART_ROWS + AT_ONCE, AT_ONCE):
            numbers = range(start, start + AT_ONCE)
            wanted = [("enterprise.add", body | {"enterprise": f"e{n}"}, COUNTY) for n in numbers]
            system.append_all(service.runtime, wanted)
        assert snapshots.make_next(service.runtime)


@pytest.fixture
def visitor(service: Service, tmp_path: Path) -> Iterator[Visitor]:
    with service.app.app_context():
        ticket = enrolments.issue_ticket(service.runtime, "inspector")
    with serving(service.app) as address:
        yield Visitor(address, "inspector", PASSWORD, ticket, tmp_path / "third")


def test_the_whole_visit_and_the_next_that_continues_its_chain(
    service: Service, visitor: Visitor
) -> None:
    stocked(service)
    first = visitor.visit()
    assert first.returncode == 0, first.stderr + first.stdout
    assert "snapshot: 2 parts" in first.stdout
    assert "snapshot: none" in first.stdout, "common is too small for one"
    for step in ("waiting dep_missing", "refused field_not_editable", "given up", "on purpose"):
        assert step in first.stdout
    assert "1 later rulings proved" in first.stdout
    chain, seq = visitor.state["chain"], visitor.state["seq"]
    again = visitor.visit()
    assert again.returncode == 0, again.stderr + again.stdout
    assert visitor.state["chain"] == chain
    assert visitor.state["seq"] > seq
    assert "snapshot: not asked" in again.stdout


def other_root(state: State) -> None:
    state["head"]["root"] = "00" * 32


def other_receipt(state: State) -> None:
    receipt = next(iter(state["receipts"].values()))["receipt"]
    receipt["leaf"] = receipt["leaf"].replace('"carrier":"inspector"', '"carrier":"colleague"')


def other_place(state: State) -> None:
    next(iter(state["receipts"].values()))["receipt"]["index"] += 1


def other_genesis(state: State) -> None:
    state["genesis"] = "00" * 32


def other_deployment(state: State) -> None:
    state["deployment"] = "elsewhere"


@pytest.mark.parametrize(
    ("alter", "sentence"),
    [
        (other_root, "does not continue"),
        (other_receipt, "is not in the tree"),
        (other_place, "is not in the tree"),
        (other_genesis, "not the one pinned"),
        (other_deployment, "not the one pinned"),
    ],
)
def test_what_it_kept_and_somebody_altered_stops_it(
    visitor: Visitor, alter: Callable[[State], None], sentence: str
) -> None:
    assert visitor.visit().returncode == 0
    state = visitor.state
    alter(state)
    assert state != visitor.state
    visitor.alter(state)
    stopped = visitor.visit()
    assert stopped.returncode != 0
    assert sentence in stopped.stderr


def test_another_log_under_the_same_address_stops_it_before_it_signs_in(
    visitor: Visitor, open_service: Callable[..., Service]
) -> None:
    assert visitor.visit().returncode == 0
    with serving(open_service().populate().app) as elsewhere:
        visitor.address = elsewhere
        stopped = visitor.visit()
    assert stopped.returncode != 0
    assert "not the one pinned" in stopped.stderr
    assert "signed in" not in stopped.stdout


def test_every_vector_a_client_needs_holds_for_it() -> None:
    command = [sys.executable, str(EXAMPLES / "third_client_vectors.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" hold") == 8
