"""Every screen, in both languages and both sizes, keeps what is promised of every screen.

The fixture takes one inspector through a day on the phone and one supervisor through the desk, and
measures each screen once (`layout.js`); the tests then judge what was found, rule by rule.
`LIUHEN_TEST_README_SCREENSHOTS=1` renews the README's pictures from the same walk.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.e2e import screens_desk, screens_phone, screens_pictures
from tests.e2e.conftest import ticket_of
from tests.e2e.inspector import Inspector
from tests.e2e.screens_walk import Found, Screen, Walk, measure
from tests.e2e.supervisor import Supervisor
from tests.support.browser import launch
from tests.support.live_server import LiveServer

README = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
TAGS = {"zh": "zh-CN", "en": "en"}
WALK_SECONDS = 600  # three minutes on two quiet cores; the first test waits for the whole walk
STRIP = ("today-under-way", "hazard", "outbox-offline")
BROKEN = Path(__file__).with_name("screens_broken.html")
pytestmark = pytest.mark.timeout(WALK_SECONDS)


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One demo city for all of this file."""
    folder = tmp_path_factory.mktemp("screens") / "city"
    shutil.copytree(demo_folder, folder)
    server = LiveServer(folder, arguments=("--demo",)).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def found(served: LiveServer, playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What a day on the phone and at the desk brought to light."""
    folder = tmp_path_factory.mktemp("people")
    everything = Found()
    phone = Inspector(
        playwright,
        folder / "phone",
        "jcy1",
        served.port,
        video=screens_pictures.camera_video(folder / "camera.y4m"),
    )
    desk = Supervisor(playwright, folder / "desk", "zhuguan", served.port)
    photos = screens_pictures.photos(folder / "photos", 5)
    phone.start_browser()
    desk.start_browser()
    phone_walk = Walk(phone, everything, ("phone",), folder / "readme")
    desk_walk = Walk(desk, everything, ("wide", "phone"), folder / "readme")
    for person in (phone, desk):
        person.network.find()
        person.visit()
    screens_desk.entrance(desk, desk_walk, ticket_of(served, "zhuguan"))
    screens_phone.the_whole_day(
        phone, desk, phone_walk, photos, lambda: screens_desk.phones(desk_walk)
    )
    disputed = screens_desk.the_rest(desk, desk_walk)["disputed"]
    phone_walk.through([Screen("finding-disputed", f"/findings/{disputed}", "told-at")])
    everything.errors += phone.faults + desk.faults
    for person in (phone, desk):
        person.close()
        person.network.lose()
    if os.environ.get("LIUHEN_TEST_README_SCREENSHOTS"):
        renew_readme(folder / "readme")
    return everything


def renew_readme(taken: Path) -> None:
    """Put together the pictures that both README files show."""
    for language, tag in TAGS.items():
        shots = [taken / f"{name}.{language}.phone.png" for name in STRIP]
        screens_pictures.strip(shots, README / f"phone-inspection.{tag}.png")
        screens_pictures.desk(
            taken / f"board.{language}.wide.png", README / f"desk-board.{tag}.png"
        )


def test_every_screen_was_looked_at_in_both_languages(found: Found) -> None:
    chinese = {label for label in found.screens if ".zh." in label}
    english = {label.replace(".en.", ".zh.") for label in found.screens if ".en." in label}
    assert chinese == english
    assert sum(label.endswith("phone") for label in chinese) >= 90
    assert sum(label.endswith("wide") for label in chinese) >= 30


def test_no_screen_scrolls_sideways(found: Found) -> None:
    assert found.of("scroll") == []


def test_no_text_is_cut_off(found: Found) -> None:
    assert found.of("clipped") == []


def test_text_is_at_least_16_px(found: Found) -> None:
    assert found.of("size") == []


def test_controls_are_at_least_44_px_and_capture_controls_60(found: Found) -> None:
    assert found.of("target") == []


def test_text_has_a_contrast_of_at_least_7(found: Found) -> None:
    assert found.of("contrast") == []


def test_chinese_screens_have_no_english(found: Found) -> None:
    assert found.of("latin") == []


def test_no_page_complained(found: Found) -> None:
    assert found.errors == []


def test_the_measure_finds_what_is_broken(playwright: Playwright) -> None:
    browser = launch(playwright)
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(BROKEN.as_uri())
    wrong = {(one["rule"], one["where"].split()[-1]) for one in measure(page, "zh")}
    expected = {
        tuple(mark.split(" ", 1))
        for mark in page.eval_on_selector_all(
            "[data-breaks]",
            "all => all.map(({ dataset, tagName }) =>"
            " `${dataset.breaks} ${tagName.toLowerCase()}[${dataset.test}]`)",
        )
    }
    browser.close()
    assert wrong == expected
