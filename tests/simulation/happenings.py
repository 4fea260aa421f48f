"""What can happen at a step: a table of happenings, each with its weight and what it does.

A happening that cannot happen now returns an empty text and another one is drawn.
"""

import random
from collections.abc import Callable

from sqlalchemy import select

from server.storage.database import reading
from server.storage.log_tables import Op
from tests.simulation.carrying import (
    ALWAYS_POSSIBLE,
    a_handover,
    a_phone_lost_with_its_enrolment,
    restored,
)
from tests.simulation.disk_faults import FORMS, STEPS
from tests.simulation.hands import RIGHT, WRONG, Hand, Tab, free, in_use
from tests.simulation.restores import Backup, originals, read_log
from tests.simulation.world import World, drawn_fate
from tests.support.service import COUNTY, OTHER_COUNTY

PAUSES_MS = {4_000: 80, 60_000: 15, 6 * 3_600_000: 4, 2 * 86_400_000: 1}
KEPT_BACKUPS = 3
PHONE_FORMS = ("fail", "fail_persisted", "quota", "crash", "crash_persisted")
INSPECTOR = {
    "begin_on_site": 3, "plan": 2, "begin": 3, "photo": 8, "hazard": 10, "edit": 8, "classify": 3,
    "assign": 3, "confirm": 3, "fix_on_spot": 1, "measures": 2, "sign": 3, "supplement": 2,
    "attest": 3, "order": 4, "extension": 2, "claim": 3, "reinspect": 4, "attest_reinspection": 3,
    "propose_close": 1, "withdraw_hazard": 1, "duplicate": 1, "pause": 1, "resume": 2,
    "recorder": 6, "conclude": 1, "not_carried_out": 0.3, "add_enterprise": 0.5,
    "edit_enterprise": 1, "resolve": 2, "mend_or_withdraw": 3,
}  # fmt: skip
SUPERVISOR = {
    "countersign": 8, "review": 2, "approve": 2, "notify": 1, "complete_approval": 2, "close": 4,
    "decide": 4, "answer_extension": 3, "transfer": 0.5, "list": 1, "archive": 1, "resolve": 1,
    "edit_enterprise": 1, "add_enterprise": 0.5, "mend_or_withdraw": 2, "decide_quarantined": 3,
    "plan": 1, "revoke": 0.3,
}  # fmt: skip
DEEDS = {"inspector": INSPECTOR, "supervisor": SUPERVISOR, "administrator": SUPERVISOR}


def a_request(world: World, rng: random.Random) -> str:
    """Some of the requests under way are carried, in any order."""
    if not world.pending:
        return ""
    for _ in range(rng.randint(1, 5)):
        if world.pending:
            world.deliver(rng.choice(list(world.pending)), drawn_fate(rng), rng)
    return "request"


def a_deed(world: World, rng: random.Random) -> str:
    """Somebody does something on their phone."""
    found = in_use(world.hands)
    if not found:
        return ""
    world.order(**drawn_deed(world, *rng.choice(found), rng))
    return "deed"


def deeds_in_two_tabs(world: World, rng: random.Random) -> str:
    """Both tabs of a phone write at the same moment."""
    found = in_use(world.hands)
    both = [hand for hand, tab in found if tab is hand.tabs[1] and (hand, hand.first) in found]
    if not both:
        return ""
    hand = rng.choice(both)
    deeds = [rng.choice(("", ALWAYS_POSSIBLE)) for _ in hand.tabs]
    orders = [
        drawn_deed(world, hand, tab, rng, deed) for tab, deed in zip(hand.tabs, deeds, strict=True)
    ]
    world.order("together", orders=orders)
    return f"two deeds at once on {hand.name}"


def drawn_deed(
    world: World, hand: Hand, tab: Tab, rng: random.Random, deed: str = ""
) -> dict[str, object]:
    """Draw what the person at a phone does, unless it is said; return the order."""
    assert hand.user is not None
    table = DEEDS[world.roles[hand.user.id]]
    deed = deed or rng.choices(list(table), list(table.values()))[0]
    given = {"op": rng.choice(phones_in_use(world))} if deed == "revoke" else {}
    asked = f"{deed} by {hand.user.id}"
    return world.tapped(hand, "act", asked, tab, deed=deed, seed=rng.randrange(2**32), **given)


def phones_in_use(world: World) -> list[str]:
    """Return the chains of the log, as somebody would report a lost phone to a supervisor."""
    found = select(Op.op_id).where(Op.kind == "chain.enrol").order_by(Op.index)
    with reading(world.office.runtime.engine) as connection:
        return list(connection.execute(found).scalars())


def a_login(world: World, rng: random.Random) -> str:
    """Somebody takes a phone in hand and signs in, whoever was there before."""
    found = free(world.hands)
    if not found:
        return ""
    needy = [(hand, tab) for hand, tab in found if is_needy(hand)]
    hand, tab = rng.choice(needy or found)
    if not needy and (len(hand.people) < 2 or rng.random() < 0.8):
        return ""
    world.sign_in(hand, rng.choice(hand.people), tab)
    return "login"


def is_needy(hand: Hand) -> bool:
    """Say whether a phone asks for a login."""
    return hand.user is None or "signed_out" in hand.told("phase")


def a_logout(world: World, rng: random.Random) -> str:
    """Somebody signs out."""
    found = in_use(world.hands)
    if not found:
        return ""
    hand, tab = rng.choice(found)
    world.sign_in(hand, None, tab)
    return "logout"


def a_tap(world: World, rng: random.Random) -> str:
    """Somebody taps 立即同步."""
    found = in_use(world.hands)
    if not found:
        return ""
    hand, tab = rng.choice(found)
    world.call(hand, rng.choice(("nudge", "sync")), at=tab)
    return "tap"


def time_passes(world: World, rng: random.Random) -> str:
    """Seconds mostly, sometimes hours, seldom days."""
    most = rng.choices(list(PAUSES_MS), list(PAUSES_MS.values()))[0]
    world.pass_time(rng.randrange(100, most))
    return "time"


def a_boot(world: World, rng: random.Random) -> str:
    """A phone is switched on."""
    off = [hand for hand in world.hands.values() if not hand.up]
    if not off:
        return ""
    world.boot(rng.choice(off), rng.randrange(2**32))
    return "boot"


def a_second_tab(world: World, rng: random.Random) -> str:
    """Somebody opens the app in another tab beside the first."""
    found = [hand for hand in world.hands.values() if hand.first.up and not hand.tabs[1].up]
    if not found:
        return ""
    hand = rng.choice(found)
    world.boot(hand, rng.randrange(2**32), hand.tabs[1])
    return f"second tab on {hand.name}"


def a_tab_closes(world: World, rng: random.Random) -> str:
    """Somebody closes one of two tabs, whichever leads."""
    found = [hand for hand in world.hands.values() if all(tab.up for tab in hand.tabs)]
    if not found:
        return ""
    hand, tab = rng.choice(found), rng.choice((0, 1))
    world.order("close", device=hand.name, tab=tab)
    return f"tab {tab} of {hand.name} closed"


def a_phone_dies(world: World, rng: random.Random) -> str:
    """The browser is killed, and every tab with it."""
    hands = [hand for hand in world.hands.values() if hand.up]
    if not hands:
        return ""
    world.order("kill", device=rng.choice(hands).name)
    return "phone killed"


def a_wrong_clock(world: World, rng: random.Random) -> str:
    """A phone's clock is set, in the middle of whatever it does; mostly to something wrong."""
    hand = rng.choice(list(world.hands.values()))
    clock = rng.choice(WRONG) if hand.clock == RIGHT or rng.random() < 0.6 else RIGHT
    world.set_clock(hand, clock)
    return f"{hand.name} has its clock {clock}"


def an_eviction(world: World, rng: random.Random) -> str:
    """A browser makes room and throws away everything a phone held."""
    hand = rng.choice(list(world.hands.values())[1:])
    world.evict(hand)
    return f"{hand.name} evicted"


def an_update(world: World, _rng: random.Random) -> str:
    """A newer version of the app is out; a page has it from its next start."""
    world.updates += 1
    world.version, world.is_older = f"0.1.{world.updates}", False
    return f"version {world.version}"


def a_roll_back(world: World, _rng: random.Random) -> str:
    """The app before is given out again; it does not know every kind that lies on the phones."""
    if world.is_older:
        return ""
    world.updates += 1
    world.version, world.is_older = f"0.0.{world.updates}", True
    return f"back to version {world.version}"


def a_phone_fault(world: World, rng: random.Random) -> str:
    """One of the next durable steps of a phone will go wrong."""
    hand = rng.choice(list(world.hands.values()))
    form = rng.choice(PHONE_FORMS)
    world.order("arm", device=hand.name, form=form, after=rng.randrange(6))
    return f"arms {form} on {hand.name}"


def a_service_fault(world: World, rng: random.Random) -> str:
    """One of the next durable steps of the service will go wrong."""
    step, form = rng.choice(STEPS), rng.choice(FORMS)
    world.office.faults.arm(step, form, rng.randrange(4))
    return f"arms {form} at {step}"


def a_restart(world: World, rng: random.Random) -> str:
    """The service ends, in order or not, and starts again."""
    if rng.random() < 0.5:
        world.office.crash()
        return "service crashed"
    world.office.close()
    world.office.start()
    return "service restarted"


def background_work(world: World, _rng: random.Random) -> str:
    """The service's background thread has a turn."""
    try:
        world.office.restarted(world.office.background)
    except Exception as error:
        if len(world.office.faults.happened) == world.faults_met:
            raise
        world.note(f"background: {error}")
    return "background"


def a_late_request(world: World, rng: random.Random) -> str:
    """A request that everybody gave up arrives after all."""
    return world.network.late_arrival(rng) if world.network.late else ""


def a_role_flip(world: World, rng: random.Random) -> str:
    """The registrar transfers somebody, changes their role, or ends their account."""
    person = rng.choice(world.people[1:])
    bureau = rng.choice((COUNTY, OTHER_COUNTY))
    role = rng.choice(("inspector", "inspector", "supervisor"))
    body = {"person": person.id, "bureau": bureau, "role": role}
    said = registered(world, "person.assign", body)
    world.roles[person.id] = role
    return f"{person.id} becomes {role} of {bureau}: {said}"


def a_dismissal(world: World, rng: random.Random) -> str:
    """The registrar ends somebody's account."""
    person = rng.choice(world.people[2:])
    reply = world.registrar_asks("/spaces/common/rows?limit=500")
    row = next(one["row"] for one in reply["rows"] if one["row"]["entity"] == f"person/{person.id}")
    state = row["states"]["person"]
    if state["s"] != "active":
        return ""
    body = {"person": person.id, "base": state["op"], "from": "active", "reason": "离职"}
    return f"{person.id} dismissed: {registered(world, 'person.deactivate', body)}"


def registered(world: World, kind: str, body: dict[str, object]) -> str:
    """Let the registrar's own device record something and send it; what fails goes next time."""
    world.registered.append(world.registrar.capture(kind, "common", body, ()))
    return world.registrar_sends()


def a_backup(world: World, _rng: random.Random) -> str:
    """Somebody copies the database while the service runs."""
    log = read_log(world.office.runtime)
    names = frozenset(originals(world.folder))
    world.backups.append(Backup(world.office.back_up(), len(log.leaves), names))
    del world.backups[:-KEPT_BACKUPS]
    return f"backup of {len(log.leaves)} leaves"


def a_restore(world: World, rng: random.Random) -> str:
    """The database is lost, perhaps with originals; a backup takes its place in a new epoch."""
    return restored(world, rng.choice(world.backups), rng) if world.backups else ""


Happening = Callable[[World, random.Random], str]
HAPPENINGS: dict[Happening, float] = {
    a_request: 49.95,
    a_phone_lost_with_its_enrolment: 0.05,
    a_deed: 25,
    a_login: 3,
    a_logout: 0.15,
    a_tap: 1.5,
    time_passes: 10,
    a_boot: 2,
    a_second_tab: 1.2,
    a_tab_closes: 0.4,
    deeds_in_two_tabs: 4,
    a_phone_dies: 0.6,
    a_wrong_clock: 0.6,
    an_eviction: 0.06,
    a_handover: 0.6,
    an_update: 0.5,
    a_roll_back: 0.4,
    a_phone_fault: 0.8,
    a_service_fault: 0.8,
    a_restart: 0.3,
    background_work: 0.5,
    a_late_request: 1,
    a_role_flip: 0.3,
    a_dismissal: 0.04,
    a_backup: 0.2,
    a_restore: 0.1,
}


def step(world: World, number: int) -> None:
    """Let one thing happen."""
    rng = random.Random(f"{world.seed}/{number}")
    world.now = f"step {number}"
    names = list(HAPPENINGS)
    while True:
        happening = rng.choices(names, list(HAPPENINGS.values()))[0]
        what = happening(world, rng)
        if what:
            world.count(happening.__name__)
            if happening not in (a_request, a_deed):
                world.note(what)
            return
