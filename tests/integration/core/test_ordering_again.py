"""A failed hazard is ordered again by officers of the inspection or of the reinspection."""

import pytest

from tests.integration.core.test_reasons import ordering
from tests.support.authors import Author, Office, finding_body, inspection_begun

APPLIED = ("applied", "")


@pytest.fixture
def failed(office: Office) -> tuple[str, str]:
    """Return an inspection and its hazard, reinspected by two others and failed."""
    wang, li = office.person("wang"), office.person("li")
    zhao, qian = office.person("zhao"), office.person("qian")
    inspection = inspection_begun(office, wang, li)
    create = wang.op("finding.create", finding_body(wang, inspection))
    finding = create.body["finding"]
    office.apply(create)
    confirm = {"finding": finding, **office.state(f"finding/{finding}", "finding")}
    office.apply(wang.op("finding.confirm", confirm))
    office.apply(ordering(office, wang, inspection, finding, "2026-07-16"))
    result = {
        "reinspection": zhao.new_id(),
        "finding": finding,
        **office.state(f"finding/{finding}", "finding"),
        "officers": [zhao.person, qian.person],
        "result": "fail",
        "photos": [zhao.new_id()],
    }
    office.apply(zhao.op("reinspection.record", result))
    return inspection, finding


@pytest.mark.parametrize("who", ["wang", "zhao", "qian"])
def test_officers_of_either_visit_order_again(
    office: Office, failed: tuple[str, str], who: str
) -> None:
    author: Author = office.phone(who, seed=7)
    assert office.rule(ordering(office, author, *failed, "2026-07-30")) == APPLIED
    assert office.state(f"finding/{failed[1]}", "finding")["from"] == "ordered"


def test_nobody_else_orders_again(office: Office, failed: tuple[str, str]) -> None:
    stranger = office.person("sun")
    ruled = office.rule(ordering(office, stranger, *failed, "2026-07-30"))
    assert ruled == ("refused", "officer_not_listed")
