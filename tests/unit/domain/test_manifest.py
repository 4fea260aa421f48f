"""Reading a docking station's manifest: encodings, forms, each refusal by its line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import manifest
from server.domain.manifest import ManifestUnreadable, TooManyRows
from sync_protocol.cameras import CAMERAS

HEAD = "产品序号,文件名,开始时间,结束时间,文件大小,校验值,采集站,警号\n"
GOOD = "DSJ0001,a.mp4,2024-05-01 09:00:00,2024-05-01 09:10:00,1000,,一号采集站,530902\n"
NINE = 1_714_525_200_000


def rows_of(raw: bytes, station: str = "") -> list[Any]:
    found = manifest.read(raw, station)
    assert found.refused == []
    return [row.footage for row in found.rows]


def test_a_row_says_what_its_columns_say() -> None:
    (one,) = rows_of((HEAD + GOOD).encode())
    assert (one.station, one.camera, one.file_name) == ("一号采集站", "DSJ0001", "a.mp4")
    assert (one.started_at_ms, one.ended_at_ms, one.size_bytes) == (NINE, NINE + 600_000, 1000)
    assert (one.sha256, one.officer) == ("", "530902")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_forms_give_the_same_rows(
    encoding: str, newline: str, delimiter: str
) -> None:
    text = (HEAD + GOOD).replace("\n", newline).replace(",", delimiter)
    assert rows_of(text.encode(encoding)) == rows_of((HEAD + GOOD).encode())


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"rows": rows}])
def test_json_gives_the_same_rows(wrap: Any) -> None:
    row = {
        "camera": "DSJ0001",
        "file_name": "a.mp4",
        "started_at": NINE,
        "length": 600,
        "size_bytes": 1000,
        "station": "一号采集站",
        "officer": "530902",
    }
    assert rows_of(json.dumps(wrap([row])).encode()) == rows_of((HEAD + GOOD).encode())


def test_a_name_of_a_known_maker_gives_camera_officer_and_start() -> None:
    text = "文件名,时长,大小\nDSJ0001_530902_20240501090000.mp4,00:10:00,1000\n"
    (one,) = rows_of(text.encode(), "一号采集站")
    assert (one.camera, one.officer, one.started_at_ms) == ("DSJ0001", "530902", NINE)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 09:00:00", "2024/5/1 09:00", "2024-05-01T09:00:00.000", "20240501090000",
        "2024-05-01T01:00:00Z", "2024-05-01T02:00:00+01:00", "2024年5月1日 09:00:00", str(NINE),
    ],
)  # fmt: skip
def test_moments_in_use_are_read(text: str) -> None:
    assert manifest.moment_ms(text) == NINE


CHANGES = {
    "camera_missing": ("DSJ0001", ""),
    "file_name_missing": ("a.mp4", ""),
    "start_invalid": ("09:00:00", "25:00:00"),
    "end_invalid": ("09:10:00", "soon"),
    "range_backwards": ("09:10:00", "08:00:00"),
    "too_long": ("2024-05-01 09:10:00", "2024-05-02 09:10:00"),
    "size_invalid": (",1000,", ",a lot,"),
    "hash_invalid": (",1000,,", ",1000,abc,"),
    "station_missing": ("一号采集站", ""),
    "row_malformed": (",530902", ""),
}


@pytest.mark.parametrize("code", sorted(CAMERAS["row_codes"]))
def test_a_bad_row_is_refused_with_its_line_and_costs_no_other(code: str) -> None:
    if code == "repeated":
        bad = GOOD
    elif code == "date_invalid":
        head = HEAD.replace("警号", "删除日期")
        found = manifest.read(
            (head + GOOD.replace("530902", "2024-08-01") + GOOD.replace("530902", "soon")).encode()
        )
        assert [(one.line, one.code) for one in found.refused] == [(3, code)]
        return
    else:
        bad = GOOD.replace(*CHANGES[code])
        assert bad != GOOD
    found = manifest.read((HEAD + GOOD + bad + GOOD.replace("a.mp4", "b.mp4")).encode())
    assert [(one.line, one.code) for one in found.refused] == [(3, code)]
    assert [row.line for row in found.rows] == [2, 4]


def test_a_quoted_line_break_counts_as_a_line() -> None:
    broken = GOOD.replace("a.mp4", '"a\nb.mp4"')
    found = manifest.read((HEAD + broken + GOOD).encode())
    assert [(one.line, one.code) for one in found.refused] == [(2, "row_malformed")]
    assert [row.line for row in found.rows] == [4]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xff\xff", b"\x00\x01", b"{}", b'{"rows": 1}', b"[1,", b"[" * 100_000,
        b"a,b\n1,2\n", HEAD.encode(), "文件名,file\n".encode(),
        "文件名\n".encode() + b'"' + b"x" * 200_000,
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_unreadable(raw: bytes) -> None:
    with pytest.raises(ManifestUnreadable):
        manifest.read(raw)


def test_more_rows_than_the_limit_are_refused_whole() -> None:
    with pytest.raises(TooManyRows):
        manifest.read(b"file_name\n" + b"x\n" * (manifest.MAX_ROWS + 1))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for head in (b"", HEAD.encode(), b'[{"file_name":"'):
        try:
            found = manifest.read(head + raw, "站")
        except ManifestUnreadable:
            continue
        assert {one.code for one in found.refused} <= set(CAMERAS["row_codes"])


def test_the_digest_names_the_rows_in_order() -> None:
    one = manifest.read((HEAD + GOOD + GOOD.replace("a.mp4", "b.mp4")).encode())
    two = manifest.read((HEAD + GOOD.replace("a.mp4", "b.mp4") + GOOD).encode())
    assert one.digest() != two.digest()
    assert (
        one.digest()
        == manifest.read((HEAD + GOOD + GOOD.replace("a.mp4", "b.mp4")).encode("gb18030")).digest()
    )
