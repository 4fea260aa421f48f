"""What of the demo is no inspection: three things of its own, each for the supervisor's board.

A new phone that waits for its confirmation, with work on it; a phone reported lost whose unsent
record arrives after that, and is quarantined; a phone whose photos still wait for a better signal.
"""

from server.cli.demo import copies, footage
from server.cli.demo.phone import Phone
from server.cli.demo.stage import MINUTE_MS, Stage, Story
from server.cli.demo.tables import ADMINISTRATOR, enterprises

NEW_PHONE_OF, LOST_PHONE_OF, WEAK_PHONE_OF = "demo-qs-i3", "demo-ci3", "demo-yq-i1"
NEW_PHONE = NEW_PHONE_OF + "/new"


def stories(stage: Stage) -> list[Story]:
    """Return the three stories, those of the docking station and those of copies and notes."""
    own = [_new_phone(stage), _lost_phone(stage), _weak_signal(stage)]
    return [*own, *footage.stories(stage), *copies.stories(stage)]


def _correct_telephone(stage: Stage, phone: str, enterprise: str, number: str) -> str:
    row = stage.rows[f"enterprise/{enterprise}"]
    replaced = [row["fields"]["phone"]["op"]]
    change = {"field": "phone", "value": number, "replaces": replaced}
    space = enterprises()[enterprise]["space"]
    return stage.capture(phone, "enterprise.edit", space, enterprise=enterprise, changes=[change])


def _new_phone(stage: Stage) -> Story:
    yield stage.loaded_at_ms - 25 * MINUTE_MS
    old = stage.phones[NEW_PHONE_OF]
    new = Phone(old.person, old.password, old.client, stage.clock, old.deployment)
    stage.phones[NEW_PHONE] = new
    stage.note(new, new.enrolment())
    edit = _correct_telephone(stage, NEW_PHONE, "demo-ent-qs-8", "0000-5559901")
    stage.expect(edit, "waiting", "chain_not_countersigned")


def _lost_phone(stage: Stage) -> Story:
    yield stage.at(-4, 18)
    phone = stage.phones[LOST_PHONE_OF]
    phone.held = True
    edit = _correct_telephone(stage, LOST_PHONE_OF, "demo-ent-fl-1", "0000-5559902")
    yield stage.at(-2, 9, 30)
    stage.capture(
        ADMINISTRATOR,
        "chain.revoke",
        phone.person["bureau"],
        target=phone.chain,
        cause="lost",
        reason="本人报告手机遗失（虚构）",
        **stage.standing(f"chain/{phone.chain}", "chain"),
    )
    stage.synchronise_phone(stage.phones[ADMINISTRATOR])
    yield stage.at(-1, 10)
    stage.expect(edit, "quarantined", "chain_revoked_unseen")
    phone.held = False


def _weak_signal(stage: Stage) -> Story:
    yield stage.loaded_at_ms - 59 * MINUTE_MS
    stage.phones[WEAK_PHONE_OF].keeps_originals = True
