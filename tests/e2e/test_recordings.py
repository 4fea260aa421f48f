"""Docking stations: a day's manifest at the desk, cases and holds, and the phone's part.

The day's references come from an inspector's phone over HTTP, two thousand of them; everything else
goes through the screens. The demo's clock is its own while it loads: a case in it is days old.
"""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import expect

from server.cli.demo.phone import Phone
from server.services.runtime import SystemClock
from sync_protocol import keys
from tests.e2e.inspector import Inspector
from tests.e2e.light import still
from tests.e2e.people import PASSWORD
from tests.e2e.supervisor import Supervisor
from tests.support.http_client import HttpClient

MINUTE = 60_000
CAMERAS, FILES, VISITS = 500, 40, 4
LONGEST_TASK_MS = 100
FOOTAGE = "检查现场.mp4"
WATCH = """() => {
  window.__tasks = [];
  const note = (list) => list.getEntries().forEach((one) => window.__tasks.push(one.duration));
  new PerformanceObserver(note)
    .observe({ type: "longtask" });
}"""
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  const target = document.querySelector('[data-test="manifest-drop"]');
  for (const kind of ["dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, {
      dataTransfer: data, bubbles: true, cancelable: true,
    }));
}"""


def row(camera: str, name: str, start: int, minutes: int, digest: str = "") -> dict[str, Any]:
    """A row of a manifest."""
    return {
        "camera": camera, "file_name": name, "started_at": start, "length": minutes * 60,
        "size_bytes": 1000, "station": "一号采集站", "sha256": digest,
    }  # fmt: skip


def county(client: HttpClient, login: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Sign in over HTTP; return the session and the rows of the person's county."""
    asked = {"login": login, "password": PASSWORD}
    reply = client.open(
        "/api/v1/session", method="POST", data=json.dumps(asked).encode(),
        content_type="application/json",
    )  # fmt: skip
    session: dict[str, Any] = reply.get_json()
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    rows: dict[str, Any] = {}
    query, more = "", True
    while more:
        path = f"/api/v1/spaces/{session['person']['bureau']}/rows?{query}"
        page = client.open(path, method="GET", headers=headers).get_json()
        rows |= {one["row"]["entity"]: one["row"] for one in page["rows"]}
        more = "next" in page
        query = "&".join(f"{name}={value}" for name, value in page.get("next", {}).items())
    return session, rows


def of_camera(rows: dict[str, Any], camera: str) -> dict[str, Any]:
    """Return a demo recording by its camera: its id and fields."""
    for entity, row in rows.items():
        if entity.startswith("clip/") and row["fields"]["camera"]["v"] == camera:
            fields = {name: version["v"] for name, version in row["fields"].items()}
            return {"id": entity.partition("/")[2]} | fields
    raise LookupError(camera)


class Field:
    """An inspector's phone, and an inspection of today's that is theirs."""

    def __init__(self, client: HttpClient, desk: Supervisor) -> None:
        session, self.rows = county(client, "jcy1")
        person = session["person"] | {"login": "jcy1"}
        deployment = client.open("/api/v1/deployment", method="GET").get_json()["deployment"]
        self.space = person["bureau"]
        self.phone = Phone(person, PASSWORD, client, SystemClock(), deployment)
        self.phone.enrolment()
        self.phone.push()
        code = keys.pairing_code(self.phone.chain, self.phone.public_key)
        desk.confirm_phone(person["name"], code)
        desk.wait_until_all_done()
        own = [
            row
            for entity, row in self.rows.items()
            if entity.startswith("inspection/")
            and person["id"] in row["fields"]["officers"]["v"]
            and row["sets"].get("clips")
            and row["sets"].get("findings")
        ]
        self.person = person["id"]
        self.inspection = max(own, key=lambda row: row["created"]["at_ms"])
        self.other = min(own, key=lambda row: row["created"]["at_ms"])

    def refer(self, inspection: str, clip: str, camera: str, start: int, end: int) -> None:
        """Refer to a recording."""
        body = {
            "clip": clip, "inspection": inspection, "camera": camera, "officer": self.person,
            "started_at_ms": start, "stopped_at_ms": end, "source": "range",
        }  # fmt: skip
        self.phone.capture("clip.refer", self.space, body, ())

    def clip(self) -> dict[str, Any]:
        """A demo recording of the inspection: its fields."""
        one = self.inspection["sets"]["clips"][0]["id"]
        fields = self.rows[f"clip/{one}"]["fields"]
        return {"id": one} | {name: version["v"] for name, version in fields.items()}

    def day(self) -> list[dict[str, Any]]:
        """Refer to the recordings of a city's day; return the rows of its manifest.

        The last but one row lacks its name; the last is the footage of the inspection.
        """
        other, clip = self.other["entity"].partition("/")[2], self.clip()
        morning = clip["started_at_ms"]
        for camera in range(CAMERAS):
            for visit in range(VISITS):
                start = morning + visit * 90 * MINUTE
                name = f"c{camera}-{visit}"
                self.refer(other, name, f"DAY{camera:04}", start, start + 60 * MINUTE)
        assert {item["ruling"]["outcome"] for item in self.phone.push()} == {"applied"}
        files = [
            row(f"DAY{camera:04}", f"DAY{camera:04}-{n}.mp4", morning + n * 10 * MINUTE, 10)
            for camera in range(CAMERAS)
            for n in range(FILES)
        ]
        files[-2] = {"camera": "X", "file_name": "", "started_at": morning, "length": 1}
        length = (clip["stopped_at_ms"] - morning) // MINUTE + 1
        files[-1] = row(clip["camera"], FOOTAGE, morning, length, "ab" * 32)
        return files


def bring_the_day(desk: Supervisor, files: list[dict[str, Any]], morning: int, path: Path) -> None:
    """Choose the manifest, look through what came of it, and choose it again."""
    path.write_text(json.dumps(files), encoding="utf-8")
    hand = desk.hand
    desk.go("/recordings")
    hand.wait("recordings")
    day = "ms => new Date(ms + 8 * 3600e3).toISOString().slice(0, 10)"
    hand.see("recordings-date").fill(desk.page.evaluate(day, morning))
    hand.wait("recordings-count", loaded="true", seconds=60)
    desk.page.wait_for_timeout(3000)  # the replica takes the two thousand references in
    desk.page.evaluate(WATCH)
    hand.see("manifest-file").set_input_files(path)
    hand.wait("manifest-report", accepted="19999", new="19999", refused="1", seconds=90)
    hand.tap(hand.wait("manifest-refused").locator("summary"))
    hand.wait("refused-row", line=str(len(files) - 1), code="file_name_missing")
    expect(hand.see("outcome-matched")).to_contain_text("200", timeout=60_000)
    hand.tap("outcome-matched")
    hand.wait("recording-line", outcome="matched", seconds=60)
    for _ in range(20):
        desk.page.mouse.wheel(0, 3000)
        desk.page.wait_for_timeout(100)
    hand.tap(hand.wait("recordings-more"))
    hand.wait("recordings-count", loaded="true", seconds=60)
    tasks = desk.page.evaluate("window.__tasks")
    print("long tasks of the page:", [round(one) for one in tasks])
    assert max(tasks, default=0) <= LONGEST_TASK_MS
    hand.see("manifest-file").set_input_files(path)
    hand.wait("manifest-report", duplicate="true", seconds=90)


def decide_between_two(desk: Supervisor, clip: dict[str, Any]) -> None:
    """Drop a second manifest that makes the footage ambiguous, and say which it is."""
    hand = desk.hand
    text = (
        "文件名,设备编号,开始时间,时长,文件大小,采集站\n"
        f"又一段.mp4,{clip['camera']},{clip['started_at_ms']},600,5,一号采集站\n"
    )
    desk.page.evaluate(DROP, ["二.csv", text])
    hand.wait("manifest-report", accepted="1", new="1", duplicate="false", seconds=60)
    hand.tap("outcome-ambiguous")
    line = hand.wait("recording-line", clip=clip["id"], seconds=60)
    hand.tap(line.locator('[data-test="recording-open"]'))
    hand.write("footage-reason", "看过录像，是这一段")
    file = hand.see("footage").filter(has_text=FOOTAGE)
    hand.tap(file.locator('[data-test="footage-confirm"]'))
    hand.wait("footage-decided")
    hand.tap("dialog-close")
    hand.tap("outcome-all")


def see_the_timeline(desk: Supervisor, inspection: dict[str, Any]) -> None:
    """The inspection's recordings as a picture and as a table."""
    hand = desk.hand
    desk.open_inspection(inspection["entity"].partition("/")[2])
    hand.wait("recording-timeline", seconds=45)
    hand.wait("recording-row", kind="footage", seconds=60)
    assert hand.see("bar-footage").count() >= 1
    assert hand.see("point-finding").count() == len(inspection["sets"]["findings"])
    hand.wait("recording-row", kind="clip", outcome="matched", seconds=60)


@pytest.mark.alone
@pytest.mark.timeout(560)
def test_a_stations_day_is_matched_and_decided_at_the_desk(
    supervisor: Supervisor, over_http: HttpClient, tmp_path: Path
) -> None:
    field = Field(over_http, supervisor)
    clip = field.clip()
    bring_the_day(supervisor, field.day(), clip["started_at_ms"], tmp_path / "清单.json")
    decide_between_two(supervisor, clip)
    see_the_timeline(supervisor, field.inspection)


def manifest_row(clip: dict[str, Any], name: str) -> str:
    """Return a manifest whose one row covers a recording and names no hash."""
    seconds = (clip["stopped_at_ms"] - clip["started_at_ms"]) // 1000
    return (
        "文件名,设备编号,开始时间,时长,文件大小,采集站\n"
        f"{name},{clip['camera']},{clip['started_at_ms']},{seconds},5,一号采集站\n"
    )


def test_a_case_demands_each_hash_and_the_stations_word(
    supervisor: Supervisor, over_http: HttpClient
) -> None:
    desk, hand = supervisor, supervisor.hand
    rows = county(over_http, "zhuguan")[1]
    late, missing = of_camera(rows, "虚构0023"), of_camera(rows, "虚构0022")
    expect(hand.wait("hold-note", seconds=45)).to_contain_text("3")  # of a case two days old
    hand.photo_of_screen("board-hold-alarm")
    hand.tap("hold-note-open")
    hand.wait("holds-unconfirmed", seconds=45)
    hand.photo_of_screen("holds-alarm")
    expect(hand.see("hold-unconfirmed")).to_have_count(3)
    with desk.page.expect_download() as download:
        hand.tap("holds-save")
    listed = download.value.path().read_text(encoding="utf-8-sig")
    assert listed.count(late["camera"] + "_") == 3
    hand.tap("hold-confirm")
    hand.wait("hold-dialog")
    hand.photo_of_screen("hold-dialog")
    hand.write("hold-by", "采集站管理员")
    hand.tap("hold-submit")
    expect(hand.see("hold-unconfirmed")).to_have_count(0, timeout=60_000)
    expect(hand.see("hold", confirmed="true")).to_have_count(6)

    desk.open_inspection(missing["inspection"])
    hand.tap(hand.wait("case-open", seconds=45))
    hand.wait("case-why")  # the station has no such recording: the case says why
    hand.tap(hand.see("dialog-close").last)
    desk.go("/recordings")
    hand.wait("recordings")
    desk.page.evaluate(DROP, ["补.csv", manifest_row(missing, "补传.mp4")])
    hand.wait("manifest-report", accepted="1", new="1", seconds=60)
    desk.open_inspection(missing["inspection"])
    hand.wait("recording-row", kind="clip", outcome="matched", seconds=60)
    hand.tap("case-open")
    hand.write("case-number", "虚构案〔示例〕3 号")
    hand.write("case-cause", "未取得许可擅自从事生产")
    hand.tap("case-submit")  # the manifest named no hash: the form asks for it
    hand.wait("case-dialog")
    hand.write("case-hash", "abc")
    hand.tap("case-submit")
    hand.wait("case-dialog")
    hand.photo_of_screen("case-dialog")
    hand.write("case-hash", "cd" * 32)
    hand.tap("case-submit")
    hand.wait("case", open="true", seconds=45)
    expect(hand.see("case-held")).to_contain_text("0/1")
    desk.synchronise()
    desk.wait_until_all_done()
    desk.go("/recordings")
    hold = hand.see("hold", confirmed="false").filter(has_text="补传.mp4")
    expect(hold).to_be_visible(timeout=60_000)
    expect(hand.see("hold-unconfirmed")).to_have_count(0)  # the station has a day to answer
    hand.tap(hold.locator('[data-test="hold-confirm"]'))
    hand.write("hold-by", "站长")
    hand.tap("hold-submit")
    hold = hand.see("hold", confirmed="true").filter(has_text="补传.mp4")
    expect(hold).to_be_visible(timeout=60_000)


def scan_the_list(phone: Inspector, file_name: str, folder: Path) -> None:
    """Hold the phone before a code on the station's screen: one more recording."""
    code = io.BytesIO()
    segno.make(f"{file_name},900").save(code, kind="png", scale=8)
    phone.close()
    phone.video = still(code.getvalue(), folder / "station.y4m")
    phone.start_browser()
    phone.leave_coverage()
    phone.reopen()  # where it was
    phone.hand.tap(phone.hand.wait("list-scan"))
    phone.hand.wait("recordings-list", count="1", looked="true")
    phone.hand.photo_of_screen("recordings-scanned")
    phone.hand.tap("list-save")
    phone.hand.wait("recordings", count="3")


def test_a_gap_is_asked_about_once_and_a_stations_list_becomes_references(
    enrolled: Callable[[str], Inspector],
    supervisor: Supervisor,
    over_http: HttpClient,
    tmp_path: Path,
) -> None:
    clip = of_camera(county(over_http, "jcy1")[1], "虚构0024")
    phone = enrolled("jcy1")
    hand, page = phone.hand, f"/inspections/{clip['inspection']}"
    phone.go(page)
    expect(hand.wait("gaps-asked")).to_contain_text("1")
    hand.photo_of_screen("gaps-asked")
    phone.leave_coverage()
    hand.tap("explain-gaps")
    expect(hand.see("gap")).to_have_count(1)
    hand.photo_of_screen("gap-question")
    hand.tap("gap-battery")
    expect(hand.see("gaps")).to_have_count(0)
    phone.page.reload()
    hand.wait("recordings", count="1")
    expect(hand.see("gaps")).to_have_count(0)
    phone.go(page)
    hand.wait("inspection")
    expect(hand.see("gaps-asked")).to_have_count(0)

    start = datetime.fromtimestamp(clip["started_at_ms"] / 1000 + 8 * 3600, UTC)
    during = f"DSJ0024-{start:%Y%m%d}-{start:%H%M%S}-1.mp4"
    other = f"DSJ0024-{start - timedelta(days=3):%Y%m%d}-080000-2.mp4"
    lines = f"{during},1200,{'ab' * 32}\n{other},600\n没有长度的一行\n"
    (tmp_path / "清单.csv").write_text(lines, encoding="utf-8")
    phone.go(f"{page}/recordings")
    hand.tap(hand.wait("go-list"))
    hand.wait("recordings-list")
    hand.see("list-file").set_input_files(tmp_path / "清单.csv")
    hand.wait("recordings-list", count="2", looked="true")
    expect(hand.see("list-unread")).to_contain_text("1")
    chosen = [one.get_attribute("aria-checked") for one in hand.see("listed-file").all()]
    assert chosen == ["false", "true"]  # by time; only what was filmed during the inspection
    hand.photo_of_screen("recordings-list")
    hand.tap("list-save")
    hand.wait("recordings", count="2")
    phone.go(f"{page}/list")
    hand.see("list-file").set_input_files(tmp_path / "清单.csv")
    hand.wait("recordings-list", count="1", looked="true")  # never twice
    scan_the_list(phone, during.replace("-1.mp4", "-3.mp4"), tmp_path)
    phone.return_to_coverage()
    phone.wait_until_all_done()

    supervisor.open_inspection(clip["inspection"])
    hand = supervisor.hand
    explained = hand.see("recording-row", kind="gap").filter(has_text="电量耗尽")
    expect(explained).to_have_count(1, timeout=60_000)
    expect(hand.see("recording-row", kind="clip").filter(has_text="DSJ0024")).to_have_count(2)
    entry = hand.wait("timeline-entry", kind="recording.explain_gap")
    expect(entry).to_contain_text("电量耗尽")
    hand.photo_of_screen("desk-recordings-timeline")
