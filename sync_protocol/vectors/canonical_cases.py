# ruff: noqa: E501 (a case a line reads as a table)
"""Cases of the JSON profile: texts that are accepted, and their neighbours that are not."""

from typing import Any

Case = dict[str, Any]
MAX = 2**53 - 1

VALID: list[tuple[str, str, Any]] = [
    ("an empty object", "{}", {}),
    ("an empty list", "[]", []),
    ("keys sorted", '{"_":1,"a":2,"b":3}', {"_": 1, "a": 2, "b": 3}),
    ("digits before underscore before letters", '{"0":1,"9":1,"_":1,"a":1}', {"0": 1, "9": 1, "_": 1, "a": 1}),
    ("a key that is a prefix comes first", '{"a":1,"a_":2,"aa":3}', {"a": 1, "a_": 2, "aa": 3}),
    ("a key of 40 characters", '{"' + "k" * 40 + '":1}', {"k" * 40: 1}),
    ("__proto__ is a key like any other", '{"__proto__":1}', {"__proto__": 1}),
    ("true and false", "[true,false]", [True, False]),
    ("zero", "0", 0),
    ("a negative integer", "-1", -1),
    ("the largest integer", str(MAX), MAX),
    ("the smallest integer", str(-MAX), -MAX),
    ("Chinese text is not escaped", '"责令限期整改"', "责令限期整改"),
    ("beyond the BMP is not escaped", '"𠮷😀"', "𠮷😀"),
    ("a slash is not escaped", '"/"', "/"),
    ("DEL and C1 are not escaped", '"\x7f\x85"', "\x7f\x85"),
    ("line separators are not escaped", '"\u2028\u2029"', "\u2028\u2029"),
    ("the byte order mark inside a text stays", '"\ufeff"', "\ufeff"),
    ("short escapes", '"\\"\\\\\\b\\t\\n\\f\\r"', '"\\\b\t\n\f\r'),
    ("other control characters in lower-case hex", '"\\u0000\\u000b\\u001f"', "\x00\x0b\x1f"),
    ("16 levels", "[" * 16 + "]" * 16, None),
    ("15 levels of objects around a list", '{"a":' * 15 + "[]" + "}" * 15, None),
]  # fmt: skip

NOT_JSON: list[tuple[str, str]] = [
    ("nothing", ""),
    ("only a space", " "),
    ("cut short", '{"a":1'),
    ("two values", "{}{}"),
    ("a trailing comma in an object", '{"a":1,}'),
    ("a trailing comma in a list", "[1,]"),
    ("a key without quotes", "{a:1}"),
    ("single quotes", "'a'"),
    ("a comment", "[1]//"),
    ("a byte order mark first", "\ufeff{}"),
    ("NaN", "NaN"),
    ("Infinity", "[Infinity]"),
    ("minus Infinity", "-Infinity"),
    ("a leading zero", "01"),
    ("a leading plus", "+1"),
    ("a bare decimal point", "1."),
    ("hexadecimal", "0x10"),
    ("True in another case", "True"),
    ("undefined", "undefined"),
    ("a raw newline inside a text", '"a\nb"'),
    ("a raw NUL inside a text", '"\x00"'),
    ("an escape that JSON lacks", '"\\x41"'),
    ("a short unicode escape", '"\\u12"'),
    ("a no-break space between tokens", "[1,\u00a02]"),
]

NOT_JSON_HEX: list[tuple[str, str]] = [
    ("a byte that is no UTF-8", "22ff22"),
    ("a surrogate encoded in UTF-8", "22eda08022"),
    ("an overlong slash", "22c0af22"),
    ("UTF-8 cut short", "22e8b4"),
    ("UTF-16", "7b007d00"),
]

NOT_CANONICAL: list[tuple[str, str]] = [
    ("keys unsorted", '{"b":1,"a":2}'),
    ("keys unsorted deep inside", '[{"a":{"c":1,"b":1}}]'),
    ("a key twice", '{"a":1,"a":2}'),
    ("a key twice with the same value", '{"a":1,"a":1}'),
    ("a space after a colon", '{"a": 1}'),
    ("a space at the start", " 1"),
    ("a newline at the end", "{}\n"),
    ("a float", "1.5"),
    ("a float that is whole", "1.0"),
    ("an exponent", "1e2"),
    ("an exponent beyond every float", "1e999"),
    ("minus zero", "-0"),
    ("minus zero as a float", "-0.0"),
    ("2^53", "9007199254740992"),
    ("2^53 + 1", "9007199254740993"),
    ("-2^53", "-9007199254740992"),
    ("2^64", "18446744073709551616"),
    ("an integer of 400 digits", "9" * 400),
    ("null", "null"),
    ("a null member", '{"a":null}'),
    ("an empty key", '{"":1}'),
    ("a key of 41 characters", '{"' + "k" * 41 + '":1}'),
    ("an upper-case key", '{"A":1}'),
    ("a key with a dot", '{"a.b":1}'),
    ("a Chinese key", '{"键":1}'),
    ("a key in escapes", '{"\\u0061":1}'),
    ("a key with a newline at its end", '{"a\\n":1}'),
    ("a letter in escapes", '"\\u0061"'),
    ("Chinese text in escapes", '"\\u8d23"'),
    ("a pair of surrogates in escapes", '"\\ud83d\\ude00"'),
    ("an escaped slash", '"\\/"'),
    ("a newline as \\u000a", '"\\u000a"'),
    ("an escape in upper-case hex", '"\\u001F"'),
    ("a lone high surrogate", '"\\ud800"'),
    ("a lone low surrogate", '"\\udc00"'),
    ("a high surrogate before a letter", '"\\ud800a"'),
    ("surrogates the wrong way round", '"\\udc00\\ud800"'),
    ("17 levels", "[" * 17 + "]" * 17),
    ("17 levels of objects", '{"a":' * 17 + "1" + "}" * 17),
]

ENCODED: list[tuple[str, Any, str]] = [
    ("encode sorts keys", {"b": [True, 0], "a": "x"}, '{"a":"x","b":[true,0]}'),
    ("encode keeps the order of a list", [3, 1, 2], "[3,1,2]"),
    ("encode escapes what must be", 'a"\\\n\x01\x7f', '"a\\"\\\\\\n\\u0001\x7f"'),
]

NOT_ENCODED: list[tuple[str, Any]] = [
    ("encode refuses null", None),
    ("encode refuses a null member", {"a": None}),
    ("encode refuses a float", 1.5),
    ("encode refuses 2^53", 2**53),
    ("encode refuses a bad key", {"A": 1}),
]


def _levels(text: str, value: Any) -> Any:
    """Build the value of the two deep texts, which is tedious to write."""
    if value is not None:
        return value
    if text.startswith("["):
        deep: Any = []
        for _ in range(15):
            deep = [deep]
        return deep
    deep = []
    for _ in range(15):
        deep = {"a": deep}
    return deep


def cases() -> list[Case]:
    """Return every case of canonical.json."""
    accepted = [
        {"name": name, "do": "decode", "text": text, "expect": {"value": _levels(text, value)}}
        for name, text, value in VALID
    ]
    refused = [
        {"name": name, "do": "decode", "text": text, "expect": {"error": error}}
        for error, group in (("not_json", NOT_JSON), ("not_canonical", NOT_CANONICAL))
        for name, text in group
    ]
    raw = [
        {"name": name, "do": "decode", "hex": text, "expect": {"error": "not_json"}}
        for name, text in NOT_JSON_HEX
    ]
    encoded = [
        {"name": name, "do": "encode", "value": value, "expect": {"text": text}}
        for name, value, text in ENCODED
    ]
    unencoded = [
        {"name": name, "do": "encode", "value": value, "expect": {"error": "not_canonical"}}
        for name, value in NOT_ENCODED
    ]
    return accepted + refused + raw + encoded + unencoded
