"""A large county, and two builds of the application: a new phone's first download, an update while
a form is dirty and a second tab is open, and the way back to the build before.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hand import Hand
from tests.e2e.inspector import Inspector
from tests.support.live_server import COMMAND, LiveServer
from tools.set_up import CLIENT, node_folder

COUNTY = "990121"
ENTERPRISES = 1000
WRITTEN = "护栏缺失，临边作业无防护"
MORE = "；已当场口头告知"
NEWER = "9.9.9"


@pytest.fixture(scope="session")
def newer_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next version of the application, which has also raised its database's version."""
    folder = tmp_path_factory.mktemp("newer")
    client = folder / "client_pwa"
    ignored = shutil.ignore_patterns("node_modules", "dist", "tests")
    shutil.copytree(CLIENT, client, ignore=ignored)
    (client / "node_modules").symlink_to(CLIENT / "node_modules")
    (folder / "sync_protocol").symlink_to(CLIENT.parent / "sync_protocol")
    package = json.loads((client / "package.json").read_text(encoding="utf-8"))
    (client / "package.json").write_text(json.dumps(package | {"version": NEWER}), encoding="utf-8")
    schema = client / "src" / "store" / "schema.ts"
    text = schema.read_text(encoding="utf-8")
    raised = text.replace("export const VERSION = ", "export const VERSION = 1 + ")
    assert raised != text
    schema.write_text(raised, encoding="utf-8")
    vite = client / "node_modules" / "vite" / "bin" / "vite.js"
    build = [node_folder() / "bin" / "node", vite, "build", "--logLevel", "warn"]
    subprocess.run(build, cwd=client, check=True, timeout=120)
    return client / "dist"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """What the service serves as pages: a link that an operator moves to another build."""
    link = tmp_path / "pages"
    link.symlink_to(CLIENT / "dist")
    return link


def deploy(pages: Path, build: Path) -> None:
    """Serve another build from now on."""
    following = pages.with_name("following")
    following.symlink_to(build)
    following.rename(pages)


@pytest.fixture
def city(demo_folder: Path, tmp_path: Path, pages: Path) -> Iterator[LiveServer]:
    """The demo city with a county large enough for a snapshot."""
    shutil.copytree(demo_folder, tmp_path / "city")
    server = LiveServer(tmp_path / "city", {"LIUHEN_PWA_DIR": str(pages)}, ("--demo",))
    body = {"trade": "industry", "address": "示例镇（虚构）"}
    rows = [
        {"kind": "enterprise.add", "space": COUNTY}
        | {"body": body | {"enterprise": f"more-{n}", "name": f"示例{n}号厂（虚构）"}}
        for n in range(ENTERPRISES)
    ]
    registers = tmp_path / "registers.json"
    registers.write_text(json.dumps(rows), encoding="utf-8")
    done = [COMMAND, "import", str(registers)]
    subprocess.run(done, env=server.environment(), check=True, capture_output=True, timeout=120)
    yield server.start()
    server.stop()


def version_of(phone: Inspector, page: Page) -> str:
    """The version that this tab's settings show."""
    page.evaluate("() => { location.hash = '/settings'; }")
    Hand(page, touch=True).wait("settings-page")
    return page.locator('[data-test="settings-page"]').inner_text()


def test_an_update_waits_for_the_person_and_a_roll_back_finds_everything(
    someone: Callable[..., Inspector], newer_build: Path, pages: Path
) -> None:
    phone = someone(Inspector, "jcy1")
    parts: list[str] = []
    phone.page.on("response", lambda reply: "/parts/" in reply.url and parts.append(reply.url))
    phone.enrol()
    enterprises = phone.hand.see("check", ok="true", check="enterprises")
    expect(enterprises).to_contain_text("10", timeout=30_000)  # a thousand and some
    assert parts, "a new phone takes the snapshot"

    phone.open_todays_inspection()
    phone.arrive()
    inspection = phone.inspection
    phone.hand.tap("new-hazard")
    phone.hand.wait("hazard-form")
    phone.hand.write("hazard-description", WRITTEN)
    form = phone.page
    began = form.evaluate("() => performance.timeOrigin")

    deploy(pages, newer_build)
    second = phone.context.new_page()
    second.goto(phone.network.url)
    hand = Hand(second, touch=True)
    hand.wait("update-now", seconds=30)
    assert NEWER not in version_of(phone, second)
    phone.hand.wait("update-now", seconds=30)  # offered there too, and no more than that
    expect(phone.hand.see("hazard-description")).to_have_value(WRITTEN)

    hand.tap("update-now")
    second.wait_for_load_state()
    expect(second.locator('[data-test="settings-page"]')).to_contain_text(NEWER, timeout=15_000)

    assert form.evaluate("() => performance.timeOrigin") == began  # not reloaded
    expect(phone.hand.see("hazard-description")).to_have_value(WRITTEN)
    phone.hand.write("hazard-description", WRITTEN + MORE)
    phone.hand.write("hazard-place", "二号平台")
    assert phone.save_hazard(0) == "A1"
    for route in ("/outbox", "/today"):  # chunks of the older build, not loaded before
        phone.go(route)
    phone.hand.wait("today")

    form.reload()
    assert NEWER in version_of(phone, form)
    second.close()

    deploy(pages, CLIENT / "dist")
    form.reload()
    phone.hand.wait("update-now", seconds=30)
    phone.hand.tap("update-now")
    expect(form.locator('[data-test="settings-page"]')).not_to_contain_text(NEWER, timeout=15_000)
    phone.go(f"/inspections/{inspection}")
    phone.hand.wait("inspection")
    expect(phone.hand.see("finding")).to_have_count(1)
    expect(phone.hand.see("finding")).to_contain_text(WRITTEN)
