"""The supervisor's way through every page of the desk, each in a wide and in a narrow window."""

from playwright.sync_api import Locator, expect

from tests.e2e.hand import Hand
from tests.e2e.screens_touch import Touch, opened, tap, written
from tests.e2e.screens_walk import Screen, Walk
from tests.e2e.supervisor import Supervisor

# One of each is enough to see every part of a finding's page.
STATES = (
    "disputed",
    "ordered",
    "extension_requested",
    "extension_denied",
    "rectification_claimed",
    "passed",
    "failed",
    "closed",
    "confirmed",
    "withdrawn",
)
DIALOGS = {
    "extension.grant": "extension_requested",
    "extension.deny": "extension_requested",
    "finding.close": "passed",
    "finding.hand_over": "ordered",
    "finding.transfer": "ordered",
    "finding.withdraw": "ordered",
}


def shut(hand: Hand) -> None:
    """Close the dialog."""
    hand.tap(hand.see("dialog-close").last)


def entrance(desk: Supervisor, walk: Walk, ticket: str) -> None:
    """Sign in and redeem the ticket, looking at the pages on the way."""
    desk.hand.wait("login-name")
    for language in ("zh", "en"):
        if language == "en":
            desk.hand.tap("language")
        walk.show(Screen("desk-login", "", "login-name"), language)
    desk.hand.tap("language")
    desk.sign_in()
    desk.pairing_code()
    walk.through([Screen("desk-enrol", "/enrol", "enrol", opened("ticket-open", "ticket"))])
    desk.hand.write("ticket", ticket)
    desk.hand.tap("ticket-submit")
    desk.set_pin()
    desk.hand.wait("board-line", seconds=60)


def phones(walk: Walk) -> None:
    """Phones that wait, while the inspector's does; those in use, and what ending one means."""
    walk.person.go("/phones")
    expect(walk.hand.see("phone").filter(has_text="周青禾")).to_be_visible(timeout=60_000)
    walk.through(
        [
            Screen("phones", "/phones", "phone"),
            Screen(
                "phones-differs",
                "/phones",
                "code-input",
                written("code-input", "AAAA-BBBB", "code-differs"),
                written("code-input", ""),
            ),
            Screen(
                "phones-refuse",
                "/phones",
                "phone-refuse",
                opened("phone-refuse", "refuse-dialog"),
                shut,
            ),
            *(
                Screen(f"phones-revoke-{cause}", "/phones", "phone-revoke", _revoking(cause), shut)
                for cause in ("lost", "transfer")
            ),
        ]
    )


def _revoking(cause: str) -> Touch:
    def touch(hand: Hand) -> None:
        hand.tap("phone-revoke")
        hand.tap(hand.wait(f"revoke-{cause}"))
        hand.wait("revoke-submit")

    return touch


def the_rest(desk: Supervisor, walk: Walk) -> dict[str, str]:
    """Board, findings, inspections and what opens on them; return a hazard of each state."""
    found = findings_by_state(desk)
    walk.through(board())
    walk.through(
        [page for state, finding in found.items() for page in finding_pages(state, finding)]
    )
    walk.through(list(dialogs(found)))
    walk.through(field(desk))
    walk.through(held())
    walk.through(recordings())
    walk.through(
        [
            Screen("desk-settings", "/settings", "settings-page"),
            Screen("desk-outbox", "/outbox", "outbox"),
        ]
    )
    return found


def board() -> list[Screen]:
    """The board as it opens, filtered, empty, and with its narrow window's parts unfolded."""
    return [
        Screen("board", "/board", "board-line", readme=True),
        Screen(
            "board-overdue", "/board", "board-line", tap("figure-overdue"), tap("figure-overdue")
        ),
        Screen(
            "board-text",
            "/board",
            "board-line",
            _search("皮带"),
            tap("filter-clear"),
            sizes=("wide",),
        ),
        Screen(
            "board-none",
            "/board",
            "board-line",
            _search("没有这样的隐患"),
            tap("filter-clear"),
            sizes=("wide",),
        ),
        Screen("board-filters", "/board", "board-line", _unfold("fold-filters"), sizes=("phone",)),
        Screen("board-charts", "/board", "board-line", _unfold("fold-charts"), sizes=("phone",)),
    ]


def _search(text: str) -> Touch:
    return written("filter-text", text)


def _unfold(name: str) -> Touch:
    def touch(hand: Hand) -> None:
        hand.tap(hand.wait(name).locator("summary"))

    return touch


def findings_by_state(desk: Supervisor) -> dict[str, str]:
    """One hazard for each state of the board, by its filter, and the one with two wordings."""
    desk.go("/board")
    desk.hand.wait("board-line")
    found: dict[str, str] = {}
    for state in STATES:
        desk.hand.see("filter-state").select_option(state)
        expect(desk.hand.see("board-line", state=state).first).to_be_visible()
        found[state] = _finding(desk.hand.see("board-line", state=state).first)
    desk.hand.see("filter-state").select_option("")
    desk.hand.write("filter-text", "凌云")
    contested = desk.hand.see("board-line").filter(has_text="两种写法待选定")
    expect(contested.first).to_be_visible()
    found["contested"] = _finding(contested.first)
    desk.hand.tap("filter-clear")
    return found


def _finding(line: Locator) -> str:
    return str(line.get_attribute("data-finding"))


def finding_pages(state: str, finding: str) -> list[Screen]:
    """A hazard's page; for a closed one also a receipt with its checks, and a photo."""
    path = f"/board/findings/{finding}"
    pages = [Screen(f"desk-finding-{state}", path, "timeline")]
    if state == "ordered":
        pages.append(Screen("desk-document", path, "document-open", _document))
    if state == "closed":
        pages += [
            Screen("desk-receipt", path, "timeline", _receipt),
            Screen("desk-photo", path, "photo-open", opened("photo-open", "original-check"), shut),
        ]
    return pages


def _document(hand: Hand) -> None:
    hand.tap("document-open")
    hand.wait("document-print")
    hand.wait("kept-image")


def _receipt(hand: Hand) -> None:
    hand.tap(hand.wait("receipt-open"))
    expect(hand.wait("check-included")).to_have_attribute("data-held", "true", timeout=20_000)
    for details in hand.see("receipt").locator("summary").all():
        hand.tap(details)


def dialogs(found: dict[str, str]) -> list[Screen]:
    """The forms behind the steps, and the order's."""
    screens = [
        Screen(
            f"desk-{kind}",
            f"/board/findings/{found[state]}",
            f"act-{kind}",
            opened(f"act-{kind}", "action-dialog"),
            shut,
        )
        for kind, state in DIALOGS.items()
    ]
    order = f"/board/findings/{found['confirmed']}"
    return [
        *screens,
        Screen(
            "desk-order",
            order,
            "act-order.issue",
            opened("act-order.issue", "order-requirement"),
            shut,
        ),
        Screen("desk-order-preview", order, "act-order.issue", _preview, shut),
    ]


def _preview(hand: Hand) -> None:
    hand.tap("act-order.issue")
    hand.tap(hand.wait("order-day-plus-15"))
    hand.tap("order-preview")
    hand.wait("order-paper")


def held() -> list[Screen]:
    """What has no effect: the record of a phone that waits, and the lists that are empty."""
    return [
        Screen("held-quarantined", "/held", "held", attributes={"loaded": "true"}),
        Screen("held-waiting", "/held", "held", _held("waiting")),
        Screen("held-refused", "/held", "held", _held("refused")),
    ]


def recordings() -> list[Screen]:
    """The stations' footage: the day as it opens, and a manifest with a refused row."""
    return [
        Screen("recordings", "/recordings", "holds-unconfirmed"),
        Screen(
            "recordings-hold", "/recordings", "holds", opened("hold-confirm", "hold-dialog"), shut
        ),
        Screen("recordings-manifest", "/recordings", "holds", _manifest),
    ]


def _manifest(hand: Hand) -> None:
    row = "DSJ0001,a.mp4,2026-05-01 09:00:00,60,5,一号采集站\n"
    raw = ("设备编号,文件名,开始时间,时长,文件大小,采集站\n" + row + row).encode()
    file = {"name": "采集站清单.csv", "mimeType": "text/csv", "buffer": raw}
    hand.see("manifest-file").set_input_files([file])
    hand.tap(hand.wait("manifest-refused", seconds=30).locator("summary"))
    hand.wait("refused-row")


def _held(outcome: str) -> Touch:
    def touch(hand: Hand) -> None:
        hand.tap(f"held-{outcome}")
        hand.wait("held", outcome=outcome, loaded="true")

    return touch


def field(desk: Supervisor) -> list[Screen]:
    """The field, one inspection of each group, and an approval."""
    desk.go("/field")
    desk.hand.wait("inspection")
    groups = {}
    for group in ("running", "approval", "schemes", "out", "ended"):
        link = desk.hand.see(f"group-{group}").locator('[data-test="inspection-open"]')
        if link.count():
            groups[group] = str(link.first.get_attribute("href")).removeprefix("#")
    assert {"running", "ended"} <= set(groups), groups
    pages = [Screen(f"desk-inspection-{group}", path, "timeline") for group, path in groups.items()]
    approval = desk.hand.see("field").locator('[data-test^="approval-"]').locator("visible=true")
    names = {str(one.get_attribute("data-test")) for one in approval.all()}
    steps = sorted(names & {"approval-review", "approval-approve", "approval-complete"})
    return [
        Screen("field", "/field", "inspection"),
        Screen("desk-case", groups["ended"], "case-open", opened("case-open", "case-dialog"), shut),
        *(
            Screen(f"desk-{step}", "/field", step, opened(step, "approval-dialog"), shut)
            for step in steps
        ),
        *pages,
    ]
