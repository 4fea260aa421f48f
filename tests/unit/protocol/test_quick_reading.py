"""The quick way to read a header or a body takes only what the member-by-member way takes too."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol import canonical, kinds
from sync_protocol.header import header_of, header_problem
from sync_protocol.rules import KINDS, LIMITS, TYPES

HEADER: dict[str, Any] = {
    "v": 1, "app": "1.0.0", "deployment": "demo-city", "kind": "finding.create",
    "chain": "a" * 64, "seq": 7, "prev": "b" * 64, "space": "530902",
    "entities": ["finding/1", "inspection/2"], "deps": ["c" * 64, "d" * 64], "mends": "",
    "time": {"boot": "0123456789abcdef", "mono_ms": 12, "wall_ms": 1_795_000_000_000},
    "seen": {"origin": "liuhen/demo/1", "root": "e" * 64, "size": 12},
    "body": {"commitment": "f" * 64, "size": 3},
}  # fmt: skip
VALUES: list[Any] = [
    "", "x", " x", "x" * 21, "é", 'a"b', "a\\b", "\x7f", "0", 0, 1, -1, True, 1.0, None, [], {},
    10**15, 2**53 - 1, 2**53, -(2**53), "a" * 64, "A" * 64, "common", ["a" * 64] * 2,
    ["d" * 64, "c" * 64], ["a/b"], ["b/1", "a/1"], [f"a/{number:03d}" for number in range(600)],
    {"origin": "", "root": "", "size": 0}, {"origin": "", "root": "a" * 64, "size": 0},
    {"boot": "0" * 16, "mono_ms": 0, "wall_ms": -5}, {"commitment": "0" * 64, "size": -1},
]  # fmt: skip


def examined(raw: bytes) -> Any:
    """Return what the member-by-member way makes of a header, None when it refuses it."""
    try:
        header = canonical.decode(raw)
    except canonical.Malformed:
        return None
    if not isinstance(header, dict) or type(header.get("v")) is not int:
        return None
    return header if header_problem(header) is None else None


def test_the_usual_header_is_read_quickly() -> None:
    raw = canonical.encode(HEADER)
    assert header_of(raw) == examined(raw) == HEADER


@pytest.mark.parametrize("name", HEADER)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_header_with_one_member_changed(name: str, value: Any) -> None:
    raw = json.dumps(
        HEADER | {name: value}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    quick = header_of(raw)
    assert quick is None or quick == examined(raw)


@settings(max_examples=300)
@given(st.data())
def test_a_header_with_some_characters_changed(data: st.DataObject) -> None:
    text = canonical.encode(HEADER).decode()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 2))
        text = (
            text[:place] + data.draw(st.text('0-19aé"\\ ,:{}[]', max_size=2)) + text[place + cut :]
        )
    quick = header_of(text.encode())
    assert quick is None or quick == examined(text.encode())


def test_a_body_that_fits_its_kind_lies_within_the_json_profile() -> None:
    """Names, whole numbers and levels of every type in the tables are within the profile."""

    def levels(text: str) -> int:
        if text.startswith("list:"):
            member = re.sub(r"(:\d+){1,2}$", "", text.removeprefix("list:"))
            return 1 + levels(member)
        for number in text.split(":")[1:] if text.startswith("int:") else ():
            assert abs(int(number)) <= LIMITS["integer_magnitude"]
        return 1 + max(map(levels, TYPES[text].values())) if text in TYPES else 0

    shapes = [*TYPES.values(), *(kind["body"] for kind in KINDS.values())]
    for shape in shapes:
        assert all(re.fullmatch(r"[a-z0-9_]{1,40}\??", name) for name in shape)
        assert all(1 + levels(text) <= LIMITS["json_depth"] for text in shape.values())


@pytest.mark.parametrize("raw", [
    b'{"op":"' + b"a" * 64 + b'", "reason":"x"}', b'{"reason":"x"}', b"[]", b"", b"{",
    b'{"op":"' + b"a" * 64 + b'","reason":"\xff"}', b'{"op":1.0,"reason":"x"}', b"[" * 100_000,
])  # fmt: skip
def test_a_body_that_is_not_read_quickly(raw: bytes) -> None:
    assert kinds.body_of("op.withdraw", raw) is None


def test_a_body_of_every_vector_is_read_as_before() -> None:
    seen = 0
    folder = Path(kinds.__file__).parent / "vectors"
    for path in folder.rglob("*.json"):
        for text in re.findall(r'"body": ("(?:[^"\\]|\\.)*")', path.read_text(encoding="utf-8")):
            raw = json.loads(text).encode()
            for kind in KINDS:
                body = kinds.body_of(kind, raw)
                if body is not None:
                    seen += 1
                    assert canonical.decode(raw) == body
    assert seen
