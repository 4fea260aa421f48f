"""The supervisors' feed: what has no effect, why, and what became of it."""

from typing import Any

import pytest

from server.services import held, rebuild, verify
from sync_protocol.ops import Op
from sync_protocol.rules import LIMITS
from tests.support.authors import (
    COUNTY,
    OTHER_COUNTY,
    Author,
    Office,
    finding_body,
    inspection_begun,
)

END = 2**53 - 1


@pytest.fixture
def cast(office: Office) -> tuple[Author, Author, Author]:
    return office.person("wang"), office.person("li"), office.person("boss", "supervisor")


def listed(office: Office, outcome: str, space: str = COUNTY, **more: int) -> dict[str, Any]:
    cursor = {"before_index": END, "limit": LIMITS["held_rows"]} | more
    return held.page(office.runtime, space, outcome, cursor["before_index"], cursor["limit"])


def names(page: dict[str, Any]) -> list[str]:
    return [entry["op"] for entry in page["entries"]]


def enterprise(author: Author, **header: Any) -> Op:
    body = {"enterprise": author.new_id(), "name": "示例厂", "trade": "mine", "address": "示例路"}
    return author.op("enterprise.add", body, **header)


def test_a_lost_phones_late_record_is_listed_until_somebody_decides(
    office: Office, cast: tuple[Author, Author, Author]
) -> None:
    wang, _, boss = cast
    late = [enterprise(wang), enterprise(wang)]
    office.revoke(wang, "lost")
    office.push(*late)
    page = listed(office, "quarantined")
    assert names(page) == [late[1].id, late[0].id]
    assert page["counts"] == {"quarantined": 2, "refused": 0, "waiting": 0}
    entry = page["entries"][0]
    assert (entry["by"], entry["ruling"]["code"]) == ("wang", "chain_revoked_unseen")
    assert entry["body"].encode() == late[1].body_raw

    office.apply(boss.op("ruling.accept", {"op": late[0].id, "reason": "已核对"}))
    office.apply(boss.op("ruling.decline", {"op": late[1].id, "reason": "无法核对"}))
    assert names(listed(office, "quarantined")) == []
    declined = listed(office, "refused")
    assert names(declined) == [late[1].id]
    assert declined["entries"][0]["ruling"]["code"] == "declined"
    assert office.ruling(late[0]) == ("applied", "")
    assert verify.verify(office.runtime) + rebuild.check(office.runtime) == []


def test_a_waiting_record_names_what_it_waits_for(
    office: Office, cast: tuple[Author, Author, Author]
) -> None:
    wang, li, _ = cast
    inspection = inspection_begun(office, wang, li)
    refused = wang.op("finding.create", finding_body(wang, "no-such-inspection"))
    never = "ee" * 32
    waits = wang.op("finding.create", finding_body(wang, inspection), deps=[refused.id, never])
    office.push(refused, waits)
    entry = listed(office, "waiting")["entries"][0]
    assert entry["op"] == waits.id
    assert {dep["op"]: (dep["kind"], dep["outcome"]) for dep in entry["waits_for"]} == {
        refused.id: ("finding.create", "refused"),
        never: ("", ""),
    }


def test_only_the_dependants_of_a_waiting_record_wait(
    office: Office, cast: tuple[Author, Author, Author]
) -> None:
    wang, li, _ = cast
    inspection = inspection_begun(office, wang, li)
    waits = wang.op("finding.create", finding_body(wang, inspection), deps=["ee" * 32])
    finding = waits.body["finding"]
    change = {"field": "note", "value": "见照片", "replaces": []}
    edit = wang.op("finding.edit", {"finding": finding, "changes": [change]}, deps=[waits.id])
    free = wang.op("finding.create", finding_body(wang, inspection))
    office.push(waits, edit, free)
    assert names(listed(office, "waiting")) == [edit.id, waits.id]
    assert office.ruling(free) == ("applied", "")


def test_a_refused_record_names_the_one_that_mends_it(
    office: Office, cast: tuple[Author, Author, Author]
) -> None:
    wang, li, _ = cast
    inspection = inspection_begun(office, wang, li)
    refused = wang.op("finding.create", finding_body(wang, "no-such-inspection"))
    office.push(refused)
    assert listed(office, "refused")["entries"][0]["mended_by"] == ""
    mend = wang.op("finding.create", finding_body(wang, inspection), mends=refused.id)
    office.apply(mend)
    assert listed(office, "refused")["entries"][0]["mended_by"] == mend.id


def test_pages_follow_the_cursor_and_lose_nothing(
    office: Office, cast: tuple[Author, Author, Author]
) -> None:
    wang = cast[0]
    late = [enterprise(wang) for _ in range(7)]
    office.revoke(wang, "lost")
    office.push(*late)
    found, cursor = [], END
    for _ in range(4):
        page = listed(office, "quarantined", before_index=cursor, limit=2)
        assert len(page["entries"]) <= 2
        found += names(page)
        cursor = page.get("next", 0)
    assert cursor == 0
    assert found == [op.id for op in reversed(late)]


def test_a_space_lists_its_own(office: Office, cast: tuple[Author, Author, Author]) -> None:
    wang = cast[0]
    late = enterprise(wang)
    office.revoke(wang, "lost")
    office.push(late)
    assert names(listed(office, "quarantined", OTHER_COUNTY)) == []
