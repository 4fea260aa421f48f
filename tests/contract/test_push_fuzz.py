"""Whatever is pushed, the service answers; what it rejects leaves nothing half written."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_protocol.rules import ITEM_PROBLEMS, PROBLEMS
from tests.contract.test_bad_input import counts
from tests.support.service import Service

EXAMPLES = 40
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def pushed(service: Service, raw: bytes) -> Any:
    """Push bytes; the answer is a reply or a problem of the catalogue, and no failure of ours."""
    reply = service.ask("inspector", "POST", "/ops", data=raw, content_type="application/json")
    if reply.status_code == 200:
        return reply.json["items"]
    code = reply.json["code"]
    assert PROBLEMS[code]["status"] == reply.status_code < 500
    return []


@fuzzed
@given(raw=st.binary(max_size=200) | st.text().map(str.encode) | anything.map(json.dumps))
def test_any_body_is_answered_and_leaves_nothing(service: Service, raw: bytes | str) -> None:
    service.token("inspector")
    before = counts(service)
    body = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    for item in pushed(service, body):
        assert item["code"] in ITEM_PROBLEMS
    assert counts(service) == before


@fuzzed
@given(data=st.data())
def test_a_sound_operation_with_one_member_changed_leaves_nothing(
    service: Service, data: st.DataObject
) -> None:
    service.token("inspector")
    phone = service.phone("inspector")
    sound = phone.enrolment().wire()
    name = data.draw(st.sampled_from(sorted(sound)))
    broken = [data.draw(anything), sound | {name: data.draw(anything)}]
    before = counts(service)
    raw = json.dumps(broken).encode("utf-8", "surrogatepass")
    assert {item["status"] for item in pushed(service, raw)} <= {"rejected"}
    assert counts(service) == before
