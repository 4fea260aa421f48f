"""The lock set is known before anything is read, and covers what two decisions could share."""

from server.domain.lock_set import BUREAU_TREE, lock_set
from tests.support.authors import Author, FakeClock, finding_body
from tests.unit.domain.world import CLASSIFY


def author() -> Author:
    wang = Author("wang", FakeClock())
    wang.enrol()
    return wang


def test_what_an_op_may_write_is_exclusive_and_what_it_names_is_shared() -> None:
    wang = author()
    op = wang.op("finding.create", finding_body(wang, "insp"), deps=["ab" * 32])
    keys = lock_set(op, "wang")
    exclusive = {key for key, held in keys.items() if held}
    finding = op.body["finding"]
    assert exclusive == {f"finding/{finding}", "inspection/insp", f"op/{op.id}",
                         f"chain/{wang.chain}"}  # fmt: skip
    shared = {"enterprise/works", "person/wang", BUREAU_TREE, f"op/{'ab' * 32}"}
    assert shared <= keys.keys() - exclusive


def test_two_ops_on_one_row_share_an_exclusive_key() -> None:
    wang, li = author(), Author("li", FakeClock())
    li.enrol()
    step = {"finding": "f", "base": "ab" * 32, "from": "confirmed"}
    one = lock_set(wang.op("finding.take_measures", step | {"measures": "停产"}), "wang")
    two = lock_set(li.op("finding.withdraw", step | {"reason": "误报"}), "li")
    assert one["finding/f"]
    assert two["finding/f"]


def test_an_op_and_what_depends_on_it_share_the_key_of_the_op() -> None:
    wang = author()
    create = wang.op("finding.create", finding_body(wang, "insp"))
    dependant = wang.op("finding.classify", CLASSIFY, deps=[create.id])
    assert lock_set(create, "wang")[f"op/{create.id}"]
    assert lock_set(dependant, "wang")[f"op/{create.id}"] is False


def test_a_mend_holds_the_op_it_mends_and_a_withdrawal_the_op_it_withdraws() -> None:
    wang = author()
    mend = wang.op("finding.classify", CLASSIFY, mends="cd" * 32)
    withdrawal = wang.op("op.withdraw", {"op": "ef" * 32, "reason": "误点"})
    assert lock_set(mend, "wang")[f"op/{'cd' * 32}"]
    assert lock_set(withdrawal, "wang")[f"op/{'ef' * 32}"]


def test_adding_a_bureau_holds_the_tree_that_everybody_reads() -> None:
    wang = author()
    body = {"bureau": "990009", "name": "新区", "parent": "990000"}
    assert lock_set(wang.op("bureau.add", body), "wang")[BUREAU_TREE]
    plain = wang.op("finding.classify", CLASSIFY)
    assert lock_set(plain, "wang")[BUREAU_TREE] is False
