"""A batch over the limit is answered over a real connection, and goes through in smaller ones."""

import json
from collections.abc import Callable

from sync_protocol.rules import LIMITS
from tests.integration.outages.county import COUNTY, County

PUSH = "/api/v1/ops"
CHECKPOINT = "/api/v1/log/checkpoint"


def test_a_batch_of_too_many_bytes_hears_so_and_is_taken_in_parts(
    open_county: Callable[..., County],
) -> None:
    county = open_county()
    boss = county.boss
    said = [{"field": "note", "value": "注" * 2000, "replaces": []}] * 8  # 48 kB
    body = {"finding": "0" * 26, "changes": said}
    ops = [boss.capture("finding.edit", COUNTY, body, ()) for _ in range(LIMITS["batch_ops"])]
    wires = [op.wire() for op in ops]
    headers = boss._headers() | {"Content-Type": "application/json"}
    before = boss.client.open(CHECKPOINT).data
    whole = json.dumps(wires, ensure_ascii=False).encode()
    assert len(whole) > 2 * LIMITS["batch_bytes"]
    refused = boss.client.post(PUSH, data=whole, headers=headers)
    assert (refused.status_code, refused.code) == (413, "too_large")
    assert boss.client.open(CHECKPOINT).data == before
    for at in range(0, len(wires), 50):
        part = json.dumps(wires[at : at + 50], ensure_ascii=False).encode()
        items = boss.client.post(PUSH, data=part, headers=headers).get_json()["items"]
        assert {(item["status"], item["duplicate"]) for item in items} == {("admitted", False)}
