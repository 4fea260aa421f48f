"""What the docking station of 青石县 reports of the demo's recordings; the cases that need them.

The supervisor brings in manifests as the station writes them. Of what the officers' references
name, one recording lacks a file, one is missing whole, and the station has one that no inspection
claims. One case's hold is confirmed; another's is not after a day, and alarms. The footage of an
old order is about to be deleted.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from server.cli.demo import tables
from server.cli.demo.stage import BEIJING_MS, MINUTE_MS, Stage, Story

COUNTY = "990121"
STATION = "青石县采集站（虚构）"
FILE_MS = 30 * MINUTE_MS
BYTES_PER_SECOND = 250_000
BROUGHT_ON = (-36, -12, -2, -1)
LACKS_A_FILE, MISSING, DELETED_SOON = "虚构0024", "虚构0022", "虚构0015"
CONFIRMED_CASE, LATE_CASE = "虚构0018", "虚构0023"
SPARE = "虚构0099"
COLUMNS = (
    "设备编号", "文件名", "开始时间", "结束时间", "文件大小", "校验值", "采集站", "删除日期",
)  # fmt: skip


def stories(stage: Stage) -> list[Story]:
    """Return the stories of the station and of both cases."""
    return [
        _station(stage),
        _spare_camera(stage),
        _case(stage, CONFIRMED_CASE, -11, "虚构案〔示例〕1 号", confirmed=True),
        _case(stage, LATE_CASE, -2, "虚构案〔示例〕2 号", confirmed=False),
    ]


def clip_of(stage: Stage, camera: str) -> tuple[str, dict[str, Any]]:
    """Return the recording that a camera made: its id and its fields."""
    for entity, row in stage.rows.items():
        if entity.startswith("clip/") and row["fields"]["camera"]["v"] == camera:
            fields = {name: field["v"] for name, field in row["fields"].items()}
            return entity.partition("/")[2], fields
    raise LookupError(camera)


def _station(stage: Stage) -> Story:
    since = 0
    for day in BROUGHT_ON:
        moment = stage.at(day, 8, 5)
        yield moment
        clips = [
            {name: field["v"] for name, field in row["fields"].items()}
            for entity, row in stage.rows.items()
            if entity.startswith("clip/") and row["space"] == COUNTY
        ]
        rows = [
            one
            for clip in sorted(clips, key=lambda clip: clip["started_at_ms"])
            if since <= clip["started_at_ms"] < moment and "stopped_at_ms" in clip
            for one in _files(stage, clip)
        ]
        _bring(stage, rows, f"采集站清单 {stage.date(day)}.csv")
        since = moment


def _spare_camera(stage: Stage) -> Story:
    """A camera that ran in no inspection."""
    moment = stage.loaded_at_ms - 55 * MINUTE_MS
    yield moment
    rows = [_row(SPARE, 1, moment - 40 * MINUTE_MS, moment - 20 * MINUTE_MS, "")]
    _bring(stage, rows, f"采集站清单 {stage.date(0)}.csv")


def _files(stage: Stage, clip: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the station's rows of a recording: a file for each half an hour."""
    camera, end = clip["camera"], clip["stopped_at_ms"]
    if camera == MISSING:
        return
    delete_on = stage.date(6) if camera == DELETED_SOON else ""
    for number, start in enumerate(range(clip["started_at_ms"], end, FILE_MS), 1):
        if camera != LACKS_A_FILE or number != 2:
            yield _row(camera, number, start, min(start + FILE_MS, end), delete_on)


def _row(camera: str, number: int, start_ms: int, end_ms: int, delete_on: str) -> list[str]:
    name = f"{camera}_{_local(start_ms):%Y%m%d_%H%M%S}_{number}.mp4"
    size = (end_ms - start_ms) // 1000 * BYTES_PER_SECOND
    digest = hashlib.sha256(name.encode()).hexdigest()
    times = [f"{_local(moment):%Y-%m-%d %H:%M:%S}" for moment in (start_ms, end_ms)]
    return [camera, name, *times, str(size), digest, STATION, delete_on]


def _local(moment_ms: int) -> datetime:
    return datetime.fromtimestamp((moment_ms + BEIJING_MS) / 1000, UTC)


def _bring(stage: Stage, rows: list[list[str]], name: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *rows])
    desk = stage.phones[tables.supervisor_of(COUNTY)]
    desk.bring_manifest(COUNTY, name, text.getvalue().encode("gb18030"), len(rows))


def _case(stage: Stage, camera: str, day: int, number: str, *, confirmed: bool) -> Story:
    yield stage.at(day, 8, 30)
    supervisor = tables.supervisor_of(COUNTY)
    clip, fields = clip_of(stage, camera)
    stage.synchronise()  # the desk names the files it is shown
    path = f"/inspections/{fields['inspection']}/recordings"
    known = stage.phones[supervisor].request("GET", path, expect=200)
    entry = next(one for one in known["entries"] if one["clip"] == clip)
    footage = [
        {"clip": clip, "footage": name, "sha256": known["footage"][name]["sha256"]}
        for name in entry["footage"]
    ]
    case = stage.new_id()
    stage.capture(
        supervisor, "case.open", COUNTY, case=case, inspection=fields["inspection"], number=number,
        cause="涉嫌违反安全生产法（虚构）", footage=footage, without=[],
    )  # fmt: skip
    stage.synchronise_phone(stage.phones[supervisor])  # a desk is online
    if not confirmed:
        return
    yield stage.at(day, 15)
    stage.capture(
        supervisor, "hold.confirm", COUNTY, case=case, station=STATION,
        footage=[one["footage"] for one in footage], confirmed_by="采集站管理员（虚构）",
    )  # fmt: skip
