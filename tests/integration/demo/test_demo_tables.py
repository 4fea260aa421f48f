"""The demo's tables: certain articles only, fictitious throughout, correct in form."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.cli.demo import pictures, tables
from server.cli.demo.fates import STEPS
from sync_protocol.rules import MACHINES

ROOT = Path(__file__).resolve().parents[3]
TRADES = ("mine", "chemical", "fireworks", "industry")
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FICTITIOUS = "（虚构）"


def phrases() -> list[dict[str, Any]]:
    return tables.table("phrases")["phrases"]


def gb32100_check(first_17: str) -> str:
    total = sum(CODE_LETTERS.index(c) * pow(3, i, 31) for i, c in enumerate(first_17))
    return CODE_LETTERS[(31 - total % 31) % 31]


def gb11714_check(first_8: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = [int(c) if c.isdigit() else ord(c) - ord("A") + 10 for c in first_8]
    rest = 11 - sum(v * w for v, w in zip(values, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def test_check_digits_follow_the_standard_on_published_examples():
    # The example of GB 11714-1997 and the code of a state bank's head office, both published.
    assert gb11714_check("D2143569") == "X"
    assert gb32100_check("91100000100003962") == "T"


def test_each_trade_has_at_least_fifteen_phrases():
    for trade in TRADES:
        assert len([p for p in phrases() if p["trade"] == trade]) >= 15


def test_phrases_name_only_the_articles_listed_in_the_domain_page():
    page = (ROOT / "docs" / "domain.md").read_text(encoding="utf-8").replace("\n", "")
    listed = page.split("its articles:")[1].split("Several")[0]
    allowed = {
        "第" + number + "条" for number in re.findall(r"([一二三四五六七八九十]+)条", listed)
    }
    assert {p["article"] for p in phrases()} == allowed
    assert tables.table("phrases")["law"] == "中华人民共和国安全生产法"
    assert tables.table("phrases")["version"] == "2021年修正"


def test_initials_have_one_letter_for_each_character_of_the_text():
    for phrase in phrases():
        characters = [c for c in phrase["text"] if c not in "，、。（）"]
        assert len(phrase["initials"]) == len(characters), phrase["text"]
        assert re.fullmatch(r"[a-z0-9]+", phrase["initials"])


def test_credit_codes_have_right_check_digits_and_no_real_area():
    codes = [row["credit_code"] for row in tables.enterprises().values()]
    assert len(set(codes)) == len(codes) >= 32
    for code in codes:
        assert gb32100_check(code[:17]) == code[17]
        assert gb11714_check(code[8:16]) == code[16]
        assert code[2:4] == "99"


def test_every_name_of_a_person_bureau_or_enterprise_is_marked_fictitious():
    table = tables.table("people")
    names = [row["name"] for row in (*table["bureaus"], *table["people"], *table["items"])]
    for row in tables.enterprises().values():
        names += [row["name"], row["address"], row["head"]]
    assert [name for name in names if not name.endswith(FICTITIOUS)] == []


def test_every_fate_is_used_and_every_step_known():
    table = tables.table("inspections")
    found = [f["fate"] for row in table["inspections"] for f in row["findings"]]
    assert set(found) == set(table["fates"])
    for fate in table["fates"].values():
        assert {name for _, name in fate["steps"]} <= set(STEPS)
    assert len(table["inspections"]) >= 36


def test_an_officer_is_never_alone_and_works_where_they_may():
    people = {row["id"]: row for row in tables.people()}
    for row in tables.table("inspections")["inspections"]:
        space = tables.enterprises()[row["enterprise"]]["space"]
        assert len(row["officers"]) >= 2
        for officer in row["officers"]:
            assert people[officer]["role"] == "inspector"
            assert people[officer]["bureau"] in (space, "990000")


@pytest.mark.parametrize("trade", TRADES)
def test_pictures_of_different_numbers_differ_and_are_jpegs(trade: str):
    import io

    made = [pictures.photo(n, trade, rectified=r) for n in range(5) for r in (True, False)]
    assert len(set(made)) == len(made)
    assert Image.open(io.BytesIO(made[0])).format == "JPEG"


def test_labels_of_states_shown_by_the_demo_page_are_those_of_the_lifecycle():
    page = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    states = MACHINES["finding"]["states"]
    for state in ("disputed", "rectification_claimed", "extension_requested", "confirmed"):
        assert states[state]["zh"] in page
    assert json.dumps(len(tables.table("inspections")["inspections"])) in page
