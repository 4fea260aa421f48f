# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of the type language: for every type values that fit, and neighbours that do not."""

from typing import Any

Case = dict[str, Any]

HEX64 = "0123456789abcdef" * 4
POINT = "B" + "A" * 86  # base64url of 65 bytes
BLOB = {"sha256": HEX64, "size_bytes": 1, "media_type": "image/jpeg"}

FITS: list[tuple[str, list[Any]]] = [
    ("text:5", ["a", "隐患隐患隐", "😀😀😀😀😀", "a\nb", "\na", " a ", "\u200b", "a\u2028b"]),
    ("line:5", ["a", "隐患隐患隐", "𠮷𠮷𠮷𠮷𠮷", " a", "\u200b", "a\u2028b"]),
    ("int:-5:5", [-5, 0, 5]),
    ("bool", [True, False]),
    ("enum:pass|fail", ["pass", "fail"]),
    ("date", ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01", "9999-12-31"]),
    ("time_ms", [0, 1700000000000, 2**53 - 1]),
    ("id:finding", ["a", "01j8zqk3v5r9x2m4n6p8s0t1v3", "z-9", "-", "a" * 80]),
    ("id:bureau", ["530900", "000000"]),
    ("id:chain", [HEX64]),
    ("id:blob", ["530902-" + HEX64, "common-" + HEX64]),
    ("op", [HEX64]),
    ("sha256", [HEX64]),
    ("hex:4", ["0af9"]),
    ("name", ["in_progress", "a", "_", "9", "a" * 40]),
    ("b64:65", [POINT]),
    ("b64:1", ["AA", "-w"]),
    ("b64:3", ["____"]),
    ("list:id:photo:3", [[], ["a"], ["a", "b", "c"], ["a", "a"]]),
    ("list:id:photo:3:1", [["a"], ["a", "b", "c"]]),
    ("list:op:1", [[], [HEX64]]),
    ("blob_ref", [BLOB, {**BLOB, "size_bytes": 52428800}, {**BLOB, "media_type": "text/html"}]),
    ("image_ref", [BLOB, {**BLOB, "size_bytes": 52428800}, {**BLOB, "media_type": "image/webp"}]),
    ("manifest_ref", [{**BLOB, "media_type": "text/csv"}, {**BLOB, "media_type": "application/json", "size_bytes": 16777216}]),
    ("audio_ref", [{**BLOB, "media_type": "audio/webm"}, {**BLOB, "media_type": "audio/mp4", "size_bytes": 8388608}, {**BLOB, "media_type": "audio/ogg"}]),
    ("mark", [{"shape": "blur", "x1": 0, "y1": 10000, "x2": 5000, "y2": 0}]),
    ("position", [{"lat_e7": -900000000, "lon_e7": 1800000000, "accuracy_m": 0, "age_ms": 0}]),
    ("drawn", [
        {"signer": "officer", "name": "张三", "image": BLOB},
        {"signer": "officer", "name": "张三", "image": BLOB, "person": "p-1"},
    ]),
    ("public_key", [{"alg": "ES256", "key": POINT}]),
    ("list:change:2", [[{"field": "place", "value": "井口", "replaces": []}]]),
]  # fmt: skip


def _each(*values: Any) -> list[tuple[Any, str]]:
    """Return values that do not fit as a whole."""
    return [(value, "") for value in values]


# (type, [(value, field)])
MISFITS: list[tuple[str, list[tuple[Any, str]]]] = [
    ("text:5", _each(
        "", " ", "\n", "\u3000\u00a0", "\ufeff", "\u2028", "abcdef", "😀😀😀😀😀😀", "a\tb", "a\rb", "a\x00", "a\x7f",
        "a\x85b", "a\x9f", 1, True, ["a"], {"a": "b"},
    )),
    ("line:5", _each("", "\u2003", "a\nb", "a\n", "\na", "a\tb", "隐患隐患隐患", 5)),
    ("int:-5:5", _each(-6, 6, "1", True, False, [1])),
    ("bool", _each(0, 1, "true", [])),
    ("enum:pass|fail", _each("", "Pass", "pass|fail", "pass\n", 1, True, ["pass"])),
    ("date", _each(
        "2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01", "2024-1-1",
        "24-01-01", "2024-01-01T00:00", "2024/01/01", "20240101", "2024-01-01\n", " 2024-01-01", "２０２４-01-01", "",
        20240101,
    )),
    ("time_ms", _each(-1, "0", True)),
    ("id:finding", _each("", "A", "a_b", "a/b", "a" * 81, "a\n", "隐", 1)),
    ("id:bureau", _each("53090", "5309000", "53090a", "530900\n", "５３０９００", 530900)),
    ("id:chain", _each("a", HEX64[:-1], HEX64 + "0", HEX64.upper())),
    ("op", _each("", HEX64[:-1], HEX64 + "0", HEX64.upper(), "g" * 64, HEX64 + "\n")),
    ("sha256", _each("", HEX64.upper())),
    ("hex:4", _each("0af", "0af90", "0AF9", 1234)),
    ("name", _each("", "A", "a-b", "a b", "a" * 41, "a\n")),
    ("b64:65", _each(POINT[:-1], POINT + "A", POINT[:-1] + "=", POINT[:-1] + "+", "", 65)),
    ("b64:1", _each("AB", "AA==", "A", "AAA", "+w", "A\n")),
    ("list:id:photo:3", [
        (["a", "b", "c", "d"], ""), ("a", ""), ({}, ""), (["a", "B"], "1"), ([["a"]], "0"), (["A", "b", "c", "d"], ""),
    ]),
    ("list:id:photo:3:1", [([], ""), (["a", "b", "c", "d"], "")]),
    ("blob_ref", [
        ({}, "sha256"), ({**BLOB, "a": 1, "Z": 1}, "Z"), ({**BLOB, "size_bytes": 0}, "size_bytes"),
        ({**BLOB, "size_bytes": 52428801}, "size_bytes"), ({**BLOB, "media_type": "image/gif"}, "media_type"),
        ({"sha256": "x", "size_bytes": 0, "zz": 1}, "zz"), ({"sha256": "x", "size_bytes": 0}, "sha256"),
        ([], ""), ("", ""),
    ]),
    ("manifest_ref", [({**BLOB}, "media_type"), ({**BLOB, "media_type": "text/csv", "size_bytes": 16777217}, "size_bytes")]),
    ("image_ref", [({**BLOB, "media_type": "text/html"}, "media_type"), ({**BLOB, "media_type": "image/heic"}, "media_type")]),
    ("audio_ref", [
        ({**BLOB, "media_type": "audio/webm", "size_bytes": 8388609}, "size_bytes"), (BLOB, "media_type"),
        ({**BLOB, "media_type": "audio/webm;codecs=opus"}, "media_type"), ({**BLOB, "media_type": "video/webm"}, "media_type"),
    ]),
    ("mark", [
        ({"shape": "overlay", "x1": 0, "y1": 0, "x2": 1, "y2": 1}, "shape"), ({"shape": "blur", "x1": -1, "y1": 0, "x2": 1, "y2": 1}, "x1"),
        ({"shape": "blur", "x1": 0, "y1": 0, "x2": 1, "y2": 10001}, "y2"), ({"shape": "blur", "x1": 0, "y1": 0, "x2": 1}, "y2"),
    ]),
    ("drawn", [({"signer": "officer", "name": "张三", "image": {**BLOB, "sha256": "0"}}, "image.sha256")]),
    ("public_key", [({"alg": "EdDSA", "key": POINT}, "alg"), ({"alg": "ES256"}, "key")]),
    ("list:change:2", [
        ([{"field": "place", "value": "井口", "replaces": ["x"]}], "0.replaces.0"),
        ([{"field": "place", "value": "井口", "replaces": []}, {"field": "P", "value": "", "replaces": []}], "1.field"),
        ([{"field": "place", "value": "井口"}], "0.replaces"),
    ]),
]  # fmt: skip


def cases() -> list[Case]:
    """Return every case of types.json."""
    good = [
        {"name": f"{kind} takes #{at}", "type": kind, "value": value, "expect": {"fits": True}}
        for kind, values in FITS
        for at, value in enumerate(values)
    ]
    bad = [
        {"name": f"{kind} refuses #{at}", "type": kind, "value": value, "expect": {"field": path}}
        for kind, values in MISFITS
        for at, (value, path) in enumerate(values)
    ]
    return good + bad
