"""Properties of the JSON profile."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import canonical

MAX = 2**53 - 1
KEYS = st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = TEXTS | st.booleans() | st.integers(-MAX, MAX)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
).filter(lambda value: _levels(value) <= canonical.DEPTH)


def _levels(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_levels, value), default=0) if isinstance(value, list) else 0


def _python_text(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


@given(VALUES)
def test_decoding_what_was_encoded_gives_the_value(value: Any) -> None:
    assert canonical.decode(canonical.encode(value)) == value


@given(VALUES)
def test_the_text_is_what_pythons_own_encoder_writes(value: Any) -> None:
    assert canonical.encode(value) == _python_text(value)


@given(st.binary(max_size=40) | VALUES.map(_python_text))
def test_a_text_is_accepted_exactly_when_it_is_its_own_encoding(raw: bytes) -> None:
    try:
        value = canonical.decode(raw)
    except canonical.Malformed:
        with pytest.raises((ValueError, RecursionError)):
            _accepted_slowly(raw)
    else:
        assert _accepted_slowly(raw) == value


def _accepted_slowly(raw: bytes) -> Any:
    value = json.loads(raw.decode("utf-8"))
    if canonical.encode(value) != raw:
        raise ValueError
    return value


@given(VALUES, st.data())
def test_white_space_anywhere_outside_texts_is_refused(value: Any, data: st.DataObject) -> None:
    raw = json.dumps(value, sort_keys=True, separators=(", ", ": "), ensure_ascii=False)
    spaced = raw.encode("utf-8") + data.draw(st.sampled_from([b" ", b"\n", b"\t\r"]))
    with pytest.raises(canonical.NotCanonical):
        canonical.decode(spaced)


def test_a_text_too_deep_for_any_parser_is_refused() -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.decode(b"[" * 30_000 + b"]" * 30_000)


def test_a_lone_surrogate_is_not_encoded() -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.encode({"a": "\ud800"})


@pytest.mark.parametrize("value", [(1,), b"a", {1: 2}, object(), {"a": {2}}, 1e2])
def test_a_value_that_json_lacks_is_not_encoded(value: object) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.encode(value)
