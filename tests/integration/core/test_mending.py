"""What names a refused op goes on with the op that mended it, live and in a rebuild."""

import itertools

import pytest

from server.services import rebuild, verify
from sync_protocol.ops import Op
from sync_protocol.rules import LIMITS
from tests.integration.core.acts import found
from tests.support.authors import Author, Office, finding_body, inspection_begun, signing_body

APPLIED = ("applied", "")
People = tuple[Author, Author, Author]


@pytest.fixture
def people(office: Office) -> People:
    """Two officers of an inspection, and a colleague who is none of it."""
    return office.person("wang"), office.person("li"), office.person("zhao")


@pytest.fixture
def inspection(office: Office, people: People) -> str:
    return inspection_begun(office, *people[:2])


def holds(office: Office) -> None:
    assert rebuild.check(office.runtime) == []
    assert verify.verify(office.runtime) == []


def edit(author: Author, finding: str, value: str, *replaces: Op, mends: str = "") -> Op:
    ops = sorted(one.id for one in replaces)
    change = {"field": "place", "value": value, "replaces": ops}
    body = {"finding": finding, "changes": [change]}
    return author.op("finding.edit", body, deps=ops, mends=mends)


def test_a_step_from_a_state_that_a_mend_brought_is_taken(
    office: Office, people: People, inspection: str
) -> None:
    wang, _, zhao = people
    body = finding_body(wang, inspection)
    refused = zhao.op("finding.create", body)
    step = {"finding": body["finding"], "base": refused.id, "from": "draft"}
    confirm = wang.op("finding.confirm", step, deps=[refused.id])
    assert office.rule(refused) == ("refused", "officer_not_listed")
    assert office.rule(confirm) == ("waiting", "dep_not_effective")
    office.apply(wang.op("finding.create", body, mends=refused.id))
    assert office.ruling(confirm) == APPLIED
    assert office.row(f"finding/{body['finding']}")["states"]["finding"]["op"] == confirm.id
    holds(office)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_mend_of_a_mend_is_followed_in_whatever_order_all_arrive(
    office: Office, people: People, inspection: str, order: list[int]
) -> None:
    wang, _, zhao = people
    finding = found(office, wang, inspection)
    first = edit(zhao, finding, "甲")
    mend = edit(zhao, finding, "乙", mends=first.id)
    second_mend = edit(wang, finding, "丙", mends=mend.id)
    dependant = edit(wang, finding, "丁", first)
    office.push(dependant)
    for place in order:
        office.push([first, mend, second_mend][place])
    assert office.ruling(first) == office.ruling(mend) == ("refused", "officer_not_listed")
    assert office.ruling(dependant)[0] in ("applied", "conflict")
    shown = office.row(f"finding/{finding}")["fields"]["place"]
    assert (shown["op"], shown["v"]) == (dependant.id, "丁")
    assert second_mend.id not in [one["op"] for one in shown.get("others", ())]
    holds(office)


def test_mends_are_followed_only_so_deep(office: Office, people: People, inspection: str) -> None:
    wang, _, zhao = people
    finding = found(office, wang, inspection)
    refused = [edit(zhao, finding, "甲")]
    for _ in range(LIMITS["mends_followed"]):
        refused.append(edit(zhao, finding, "甲", mends=refused[-1].id))
    shallow, deep = edit(wang, finding, "乙", refused[1]), edit(wang, finding, "丙", refused[0])
    office.push(*refused, shallow, deep)
    office.push(edit(wang, finding, "丁", mends=refused[-1].id))
    assert office.ruling(shallow)[0] in ("applied", "conflict")
    assert office.ruling(deep) == ("waiting", "dep_not_effective")
    holds(office)


def test_a_version_that_a_mend_brought_counts_as_replaced(
    office: Office, people: People, inspection: str
) -> None:
    wang, li, zhao = people
    create = wang.op("finding.create", finding_body(wang, inspection))
    office.apply(create)
    finding = str(create.body["finding"])
    refused = edit(zhao, finding, "甲", create)
    later = edit(li, finding, "乙", refused)
    office.push(refused, later)
    office.apply(edit(wang, finding, "甲", create, mends=refused.id))
    assert office.ruling(later) == APPLIED
    assert "others" not in office.row(f"finding/{finding}")["fields"]["place"]
    holds(office)


def test_attesting_a_record_that_was_signed_again_attests_the_new_one(
    office: Office, people: People, inspection: str
) -> None:
    wang, li, zhao = people
    body = signing_body(inspection) | office.state(f"inspection/{inspection}", "inspection")
    refused = zhao.op("inspection.sign", body)
    attest = {"inspection": inspection, "signing": refused.id, "agrees": True}
    attesting = li.op("inspection.attest", attest, deps=[refused.id])
    office.push(refused, attesting)
    office.apply(wang.op("inspection.sign", body, mends=refused.id))
    assert office.ruling(attesting) == APPLIED
    holds(office)
