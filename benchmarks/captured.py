"""What the phones of the benchmark hold: real operations, each signed by its phone's own key.

Inspections begun on site, each with 19 hazards, spread over phones; every phone is an enrolment of
its own. Operations are made before the clock starts.
"""

import json
from dataclasses import dataclass, field

from server.cli.demo.phone import Phone
from sync_protocol.ops import Op
from tests.support.service import COUNTY

BATCH = 100
INSPECTION = 20
BEGIN = {
    "date": "2026-09-21", "content": "例行检查", "reason": "群众举报",
    "arrived_at_ms": 1_790_000_000_000,
    "id_shown": True, "rights_told": True, "recorder_on": True, "code_scanned": True,
}  # fmt: skip
FINDING = {
    "grade": "general", "place": "3号井口变电所", "photos": [],
    "description": "灭火器压力不足，未按期检验。" * 4,
}  # fmt: skip


@dataclass
class Inspector:
    """One person with a phone and its unfinished inspection."""

    number: int
    phone: Phone
    enterprise: str
    token: str = ""
    made: int = 0
    _begun: Op | None = field(default=None)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def capture(self, count: int) -> list[Op]:
        """Return that many new ops of this phone."""
        done = [self._next() for _ in range(count)]
        self.phone.outbox.clear()
        return done

    def _next(self) -> Op:
        place, self.made = self.made % INSPECTION, self.made + 1
        names = {
            "inspection": f"{self.number:04d}{self.made - place:022d}",
            "enterprise": self.enterprise,
        }
        if place == 0 or self._begun is None:
            officers = {"officers": [self.phone.person["id"], "colleague"]}
            self._begun = self.phone.capture(
                "inspection.begin_on_site", COUNTY, BEGIN | officers | names, ()
            )
            return self._begun
        body = FINDING | names | {"number": f"A{place}"}
        body["finding"] = f"{self.number:04d}{self.made:022d}"
        return self.phone.capture("finding.create", COUNTY, body, [self._begun.id])


def body_of(batch: list[Op]) -> bytes:
    """Return the body of a push."""
    return json.dumps([op.wire() for op in batch], ensure_ascii=False).encode()
