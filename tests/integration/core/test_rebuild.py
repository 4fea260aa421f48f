"""A rebuild equals the live state, and puts it back."""

from sqlalchemy import delete, update

from server.services import rebuild, verify
from server.storage.log_tables import Entity, Op, Waiting
from tests.support.authors import Office, finding_body, inspection_begun


def busy(office: Office) -> None:
    wang, li = office.person("wang"), office.person("li")
    inspection = inspection_begun(office, wang, li)
    create = wang.op("finding.create", finding_body(wang, inspection))
    waiting = li.op("finding.confirm", {
        "finding": create.body["finding"], "base": create.id, "from": "draft"})  # fmt: skip
    office.push(waiting)
    office.push(create)
    missing = wang.op("finding.create", finding_body(wang, inspection), deps=["ee" * 32])
    office.push(missing)
    office.push(wang.op("op.withdraw", {"op": missing.id, "reason": "重复"}))
    office.push(wang.op("finding.create", finding_body(wang, inspection), deps=["ff" * 32]))


def test_a_rebuild_equals_the_live_state_and_the_log_verifies(office: Office) -> None:
    busy(office)
    assert rebuild.check(office.runtime) == []
    assert verify.verify(office.runtime) == []


def test_a_rebuild_puts_back_what_was_changed(office: Office) -> None:
    busy(office)
    with office.runtime.engine.begin() as connection:
        connection.execute(delete(Entity).where(Entity.entity.like("finding/%")))
        connection.execute(delete(Waiting))
        connection.execute(update(Op).values(outcome="refused"))
    assert rebuild.check(office.runtime) != []
    rebuild.run(office.runtime)
    assert rebuild.check(office.runtime) == []
    assert verify.verify(office.runtime) == []
