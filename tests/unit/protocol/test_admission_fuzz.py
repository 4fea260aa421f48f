"""Whatever arrives, admission gives an Op or a Rejection of the catalogue; it never raises."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol.admission import Rejection, admit
from sync_protocol.keys import PublicKeyInfo
from sync_protocol.ops import Op
from sync_protocol.rules import ITEM_PROBLEMS
from tests.support.authors import Author, FakeClock, finding_body

EXAMPLES = 150
AUTHOR = Author("wang", FakeClock())
ENROLMENT = AUTHOR.enrol()
FINDING = AUTHOR.op("finding.create", finding_body(AUTHOR, AUTHOR.new_id()))
KEY = PublicKeyInfo(**ENROLMENT.body["public_key"])
REAL = (ENROLMENT.wire(), FINDING.wire())

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
members = st.sampled_from(("header", "body", "salt", "sig"))


def judged(item: object) -> Op | Rejection:
    """Admit an item; what comes out is one of the two, and a rejection has a code of the tables."""
    result = admit(item, "demo-city", {AUTHOR.chain: KEY}.get)
    assert isinstance(result, Op | Rejection)
    if isinstance(result, Rejection):
        assert result.code in ITEM_PROBLEMS
    return result


def test_the_real_ones_are_admitted() -> None:
    assert all(isinstance(judged(item), Op) for item in REAL)


@settings(max_examples=EXAMPLES, deadline=None)
@given(anything)
def test_anything_is_rejected_by_a_code(item: Any) -> None:
    assert isinstance(judged(item), Rejection)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(REAL), members, anything)
def test_another_member_is_rejected_by_a_code(real: dict[str, str], name: str, value: Any) -> None:
    assert isinstance(judged(real | {name: value}), Rejection)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(REAL), members, st.data())
def test_a_changed_text_is_rejected_by_a_code(
    real: dict[str, str], name: str, data: st.DataObject
) -> None:
    text = real[name]
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 3))
    other = text[:at] + data.draw(st.text(max_size=4)) + text[at + length :]
    result = judged(real | {name: other})
    assert isinstance(result, Op) == (other == text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(REAL), st.sampled_from(("header", "body")), st.data())
def test_another_document_in_the_text_is_rejected_by_a_code(
    real: dict[str, str], name: str, data: st.DataObject
) -> None:
    document = json.loads(real[name])
    changed = document | {data.draw(st.sampled_from(sorted(document))): data.draw(anything)}
    text = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    result = judged(real | {name: text})
    assert isinstance(result, Op) == (text == real[name])
