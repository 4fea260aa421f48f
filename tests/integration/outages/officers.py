"""Inspectors at work while the service is killed under them: what they captured, what was
acknowledged, and with which receipt."""

import hashlib
import io
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from server.cli.demo.phone import Phone
from server.services.runtime import SystemClock
from sync_protocol import ids
from tests.integration.outages.county import COUNTY, ENTERPRISE, INSPECTORS, County, persist

RESENT = 0.2  # share of batches sent again though they were answered: the reply was lost
NEW_PHONE = 0.02  # share of rounds that begin with another phone, confirmed while its ops wait
MOST_PHONES = 15  # tables/limits.json allows a person 20 enrolments a day
THINKING_S = 0.02
BASIS = {"law": "示例法", "article": "第一条", "version": "2021"}


@dataclass
class Officer:
    """One inspector; `work` runs in a thread of its own and ends with nothing left to send."""

    county: County
    login: str
    random: random.Random
    confirming: threading.Lock
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: set[str] = field(default_factory=set)
    uploaded: dict[str, bytes] = field(default_factory=dict)
    phones: list[Phone] = field(default_factory=list)
    sent: set[tuple[str, str]] = field(default_factory=set)

    def begin(self) -> None:
        """Enrol, be confirmed, begin an inspection with everybody."""
        self.enrol()
        self.confirm()
        self.inspection = self.new_id()
        others = [name for name in INSPECTORS if name != self.login]
        body = {
            "inspection": self.inspection, "enterprise": ENTERPRISE,
            "date": time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600)),
            "officers": [self.login, *others], "content": "例行检查", "reason": "群众举报",
            "id_shown": True, "rights_told": True, "recorder_on": True, "code_scanned": False,
            "quiet_ground": "专项检查", "arrived_at_ms": SystemClock().now_ms(),
        }  # fmt: skip
        self.begun = self.phone.capture("inspection.begin_on_site", COUNTY, body, ()).id
        self.send()

    def enrol(self) -> None:
        """Take a new phone."""
        self.phones.append(self.county.phone(self.login))
        self.phone.enrolment()

    @property
    def phone(self) -> Phone:
        """The one in use."""
        return self.phones[-1]

    def confirm(self) -> None:
        """Bring the enrolment, and let the supervisor confirm it."""
        self.send()
        with self.confirming:
            self.county.confirm(self.phone)

    def new_id(self) -> str:
        return ids.new_id(SystemClock().now_ms(), self.random.randbytes(ids.RANDOM_BYTES))

    def work(self, colleagues: "list[Officer]", stop: threading.Event) -> None:
        """Record and send until told to stop."""
        while not stop.is_set():
            is_lost = self.random.random() < NEW_PHONE
            changes_phone = is_lost and len(self.phones) < MOST_PHONES
            if changes_phone:
                self.enrol()
            for _ in range(self.random.randint(1, 8)):
                self.record(self.random.choice(colleagues))
            self.send()
            if changes_phone:
                self.confirm()
            time.sleep(self.random.random() * THINKING_S)
        self.send()

    def record(self, lead: "Officer") -> None:
        """Record a hazard of somebody's inspection: confirmed, photographed, or neither."""
        finding = self.new_id()
        body = {
            "finding": finding, "inspection": lead.inspection, "enterprise": ENTERPRISE,
            "number": "A1", "grade": "general", "place": "一号车间", "basis": BASIS,
            "description": "安全出口被堵塞", "photos": [],
        }  # fmt: skip
        created = self.phone.capture("finding.create", COUNTY, body, [lead.begun]).id
        self.findings.add(finding)
        chance = self.random.random()
        if chance < 0.3:
            step = {"finding": finding, "base": created, "from": "draft"}
            self.phone.capture("finding.confirm", COUNTY, step, [created])
        elif chance < 0.5:
            photo = self.photo()
            body = {
                "photo": self.new_id(), "inspection": lead.inspection, "finding": finding,
                "purpose": "finding", "source": "camera",
                "captured_at_ms": SystemClock().now_ms(),
                "blob": self.phone.attach(COUNTY, photo, "image/jpeg"),
            }  # fmt: skip
            self.phone.capture("photo.add", COUNTY, body, [created, lead.begun])

    def photo(self) -> bytes:
        out = io.BytesIO()
        shade = self.random.randrange(256)
        Image.new("L", (32, 32), shade).save(out, "JPEG", comment=self.random.randbytes(16))
        return out.getvalue()

    def send(self) -> None:
        """Send until everything is acknowledged; keep what came for it."""
        again = self.random.random() < RESENT
        batch = list(self.phone.outbox)
        for _ in range(2 if again else 1):
            self.phone.outbox[:] = batch
            for item in persist(self.phone.push, self.phone.client):
                kept = self.receipts.setdefault(item["op"], item["receipt"])
                assert item["receipt"] == kept, "a receipt changed"
        photos = [original.data for original in self.phone.originals]
        persist(lambda: self.phone.upload(self.sent), self.phone.client)
        self.uploaded |= {hashlib.sha256(data).hexdigest(): data for data in photos}
