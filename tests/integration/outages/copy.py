"""A supervisor's copy of the county, kept while everything around it is killed: page after page
from its own cursor, and every checkpoint a continuation of the one before."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from server.cli.demo.phone import UnexpectedAnswerError
from sync_protocol import merkle, note
from sync_protocol.note import Checkpoint
from tests.integration.outages.county import FIRST, County, persist, rows_path

PAGE_ROWS = 7
POLL_S = 0.05


@dataclass
class Copy:
    """Rows as a phone keeps them; `follow` runs in a thread of its own."""

    county: County
    rows: dict[str, Any] = field(default_factory=dict)
    cursor: tuple[int, str] = FIRST
    size: int = 0
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.phone = self.county.phone("boss", "supervisor")
        self.key = note.parse_verifier_key(self.get("/deployment")["log_key"])

    def get(self, path: str) -> Any:
        """GET, however long it takes."""
        ask = lambda: self.phone.request("GET", path, expect=200)  # noqa: E731
        return persist(ask, self.phone.client)

    def follow(self, stop: threading.Event) -> None:
        """Keep up until told to stop, and then to the end."""
        is_last = False
        while not is_last:
            is_last = stop.is_set()
            self.turn()
            self.look_at_checkpoint()
            time.sleep(POLL_S)

    def turn(self) -> None:
        """Follow the pages to their end."""
        while True:
            page = self.get(rows_path(self.cursor, PAGE_ROWS))
            for one in page["rows"]:
                at = (one["index"], one["row"]["entity"])
                assert at > self.cursor, "a page went back"
                assert one["index"] < page["complete_through"], "a row beyond the log"
                self.rows[at[1]] = one["row"]
                self.cursor = at
            if "next" not in page:
                assert page["complete_through"] >= self.size, "the log shrank"
                self.size = page["complete_through"]
                self.cursor = (self.size - 1, "~")
                return

    def look_at_checkpoint(self) -> None:
        """Take the newest checkpoint; it is signed and extends the one before."""
        answer = persist(self._checkpoint, self.phone.client)
        fresh = note.open_checkpoint(answer, self.key)
        last = self.checkpoints[-1] if self.checkpoints else fresh
        self.checkpoints.append(fresh)
        if fresh.size == last.size:
            assert fresh.root == last.root, "two roots for one size"
            return
        path = f"/log/consistency?from={last.size}&size={fresh.size}"
        proof = [bytes.fromhex(one) for one in self.get(path)["hashes"]]
        assert merkle.verify_consistency(last.size, fresh.size, last.root, fresh.root, proof)

    def _checkpoint(self) -> str:
        answer = self.phone.client.open("/api/v1/log/checkpoint")
        if answer.code:
            raise UnexpectedAnswerError(answer.code)
        return str(answer.get_data(as_text=True))
