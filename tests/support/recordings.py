"""An inspection with a camera, and manifests of the station its footage went to."""

from collections.abc import Sequence
from typing import Any

from server.cli.demo.phone import Phone
from tests.support.service import COUNTY, Service

MINUTE = 60_000
HEAD = "产品序号,文件名,开始时间,结束时间,文件大小,校验值,采集站\n"
BINARY = "application/octet-stream"


class Scene:
    """One inspection begun on site, and what is recorded of it."""

    def __init__(self, service: Service, name: str = "i1") -> None:
        self.service, self.name = service, name
        self.phone: Phone = service.confirmed_phone("inspector")
        self.boss: Phone = service.confirmed_phone("supervisor")
        self.began_ms = service.clock.now_ms()
        enterprise = {"enterprise": f"e-{name}", "name": "矿", "trade": "mine", "address": "x"}
        self.apply("enterprise.add", enterprise)
        said = {
            "enterprise": f"e-{name}", "date": "2026-09-21", "officers": ["inspector", "colleague"],
            "content": "检查", "arrived_at_ms": self.began_ms, "reason": "举报",
            "quiet_ground": "举报",
        }  # fmt: skip
        shown = ("id_shown", "rights_told", "recorder_on", "code_scanned")
        arrival = said | dict.fromkeys(shown, True)
        self.apply("inspection.begin_on_site", {"inspection": name} | arrival)

    def apply(self, kind: str, body: dict[str, Any], phone: Phone | None = None) -> dict[str, Any]:
        """Record an op and return its ruling."""
        author = phone or self.phone
        author.capture(kind, COUNTY, body, ())
        ruling: dict[str, Any] = author.push()[-1]["ruling"]
        assert ruling["outcome"] == "applied", (kind, ruling)
        return ruling

    def refer(self, clip: str, start: int = 0, end: int = 30, **members: Any) -> None:
        """Refer to a recording, from and to in minutes after the beginning."""
        body = {
            "clip": clip, "inspection": self.name, "camera": "DSJ0001", "officer": "inspector",
            "started_at_ms": self.began_ms + start * MINUTE,
            "stopped_at_ms": self.began_ms + end * MINUTE, "source": "range",
        }  # fmt: skip
        self.apply("clip.refer", body | members)

    def row(self, name: str, start: int = 0, end: int = 30, **members: str) -> str:
        """Return a line of a manifest."""
        cells = {
            "camera": "DSJ0001", "file_name": name, "start": str(self.began_ms + start * MINUTE),
            "end": str(self.began_ms + end * MINUTE), "size": "1000", "sha256": "",
            "station": "一号采集站",
        } | members  # fmt: skip
        return ",".join(cells.values()) + "\n"

    def bring(self, rows: Sequence[str] | bytes, **query: str) -> dict[str, Any]:
        """Bring a manifest as the supervisor and return the report."""
        raw = rows if isinstance(rows, bytes) else (HEAD + "".join(rows)).encode()
        reply = bring(self.service, raw, **query)
        assert reply.status_code == 200, reply.text
        report: dict[str, Any] = reply.json
        return report

    def of_space(self, **query: Any) -> dict[str, Any]:
        """Return what the supervisor is shown of the day."""
        around = {"from_ms": self.began_ms - 3_600_000, "until_ms": self.began_ms + 36_000_000}
        reply = self.service.ask(
            "supervisor", "GET", f"/spaces/{COUNTY}/recordings", query_string=around | query
        )
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json
        return found

    def outcomes(self) -> dict[str, str]:
        """Return the outcome by clip, and `unclaimed` by file name."""
        found = self.of_space()
        return {
            one.get("clip") or found["footage"][one["footage"][0]]["file_name"]: one["outcome"]
            for one in found["entries"]
        }

    def footage_named(self, name: str) -> str:
        """Return the id of a file at the station."""
        rows = self.of_space()["footage"]
        return next(identity for identity, row in rows.items() if row["file_name"] == name)


def bring(
    service: Service, raw: bytes, login: str = "supervisor", space: str = COUNTY, **query: str
) -> Any:
    """Send a manifest."""
    said = {"name": "清单.csv"} | query
    path = f"/spaces/{space}/manifests"
    return service.ask(login, "POST", path, data=raw, query_string=said, content_type=BINARY)
