"""Ways to get round the route or the separation of duties: each is refused with its exit status, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from salesflow.enums import Role
from tests import deals
from tests.conftest import Office

USAGE, MISSING, REFUSED, FORBIDDEN, CONFLICT = 2, 3, 4, 5, 6
APPROVE = ("approval", "approve", "AP2026-0001")
DELEGATE = ("approval", "delegate", "--to", "2026-03-06", "--to-login")
REJECT = ("approval", "reject", "AP2026-0001", "--reason", "不同意")


def quote_above(office: Office) -> None:
    deals.quote(office, discount=deals.ABOVE)


def quote_far_above(office: Office) -> None:
    deals.quote(office, discount=deals.FAR_ABOVE)


def order(office: Office) -> None:
    deals.ordered(office)


def order_of_a_manager(office: Office) -> None:
    deals.hire(office, "gao.feng", Role.MANAGER)
    deals.ordered(office, user="zhang.wei")


def resubmitted_by_a_second_hand(office: Office) -> None:
    order_of_a_manager(office)
    deals.reject(office, "AP2026-0001", "gao.feng")
    deals.submit(office, "DD2026-0001", user="li.na")


def returned_order(office: Office) -> None:
    deals.ordered(office)
    deals.reject(office, "AP2026-0001", "zhang.wei")


def approved_order(office: Office) -> None:
    deals.ordered(office)
    deals.approve(office, "AP2026-0001", *deals.ORDER_ROUTE)


def manager_has_decided(office: Office) -> None:
    deals.ordered(office)
    deals.approve(office, "AP2026-0001", "zhang.wei")


def manager_left(office: Office) -> None:
    deals.ordered(office)
    deals.hire(office, "gao.feng", Role.MANAGER)
    deals.dismiss(office, "zhang.wei")


def manager_lost_the_role(office: Office) -> None:
    deals.ordered(office)
    sql = "UPDATE staff_role SET role = 'rep' WHERE staff_id = (SELECT id FROM staff WHERE login = 'zhang.wei')"
    deals.execute(office, sql)


def deputy(office: Office) -> None:
    deals.ordered(office)
    deals.delegate(office, "zhang.wei", "chen.jie", "2026-03-02", "2026-03-06")


def deputy_of_a_deputy(office: Office) -> None:
    deputy(office)
    deals.delegate(office, "chen.jie", "sun.li", "2026-03-02", "2026-03-06")


def deputy_who_submitted(office: Office) -> None:
    deals.ordered(office)
    deals.delegate(office, "zhang.wei", "li.na", "2026-03-02", "2026-03-06")


def deputy_whose_delegator_submitted(office: Office) -> None:
    deals.ordered(office, user="zhang.wei")
    deals.delegate(office, "zhang.wei", "chen.jie", "2026-03-02", "2026-03-06")


def deputy_of_the_submitter_before(office: Office) -> None:
    """The manager takes their own order back and lets a rep submit it, then a deputy decide it."""
    deals.ordered(office, user="zhang.wei")
    deals.withdraw(office, "AP2026-0001", "zhang.wei")
    deals.submit(office, "DD2026-0001", user="li.na")
    deals.delegate(office, "zhang.wei", "chen.jie", "2026-03-02", "2026-03-06")


def deputy_in_april(office: Office) -> None:
    deals.ordered(office)
    deals.delegate(office, "zhang.wei", "chen.jie", "2026-04-01", "2026-04-30")


def deputy_whose_delegator_left(office: Office) -> None:
    deputy(office)
    deals.hire(office, "gao.feng", Role.MANAGER)
    deals.dismiss(office, "zhang.wei")


def deputy_whose_delegator_lost_the_role(office: Office) -> None:
    deputy(office)
    sql = "UPDATE staff_role SET role = 'rep' WHERE staff_id = (SELECT id FROM staff WHERE login = 'zhang.wei')"
    deals.execute(office, sql)


def deputy_has_decided(office: Office) -> None:
    deputy(office)
    deals.approve(office, "AP2026-0001", "chen.jie")


def submitter_became_a_manager(office: Office) -> None:
    deals.ordered(office)
    deals.execute(office, "INSERT INTO staff_role VALUES ((SELECT id FROM staff WHERE login = 'li.na'), 'manager', 0)")


def withdrawn_order(office: Office) -> None:
    deals.ordered(office)
    deals.withdraw(office, "AP2026-0001")


def order_with_another(sql: str) -> Callable[[Office], None]:
    """An order that somebody changed after it was submitted."""

    def prepare(office: Office) -> None:
        deals.ordered(office)
        deals.execute(office, sql)

    return prepare


def quote_changed(office: Office) -> None:
    deals.quote(office, discount=deals.ABOVE)
    deals.execute(office, "UPDATE quote_line SET amount = amount - 1")


def accepted_quote(office: Office) -> None:
    deals.accepted(office)


def expired_quote(office: Office) -> None:
    deals.quote(office, now="2026-01-05 09:00")


def draft_quote(office: Office) -> None:
    deals.quote(office, draft=True)


def open_quote(office: Office) -> None:
    deals.quote(office)


class Attempt(NamedTuple):
    """What was there, who tries what, and how it ends."""

    prepare: Callable[[Office], None]
    user: str
    words: tuple[str, ...]
    status: int
    says: str


ORDER_AGAIN = ("order", "submit", "DD2026-0001")
ORDER_NEW = ("order", "submit", "--quote", "Q2026-0001")

ATTEMPTS = {
    "a rep approves their own discount": Attempt(quote_above, "li.na", APPROVE, FORBIDDEN, "li.na does not hold"),
    "a rep rejects their own discount": Attempt(quote_above, "li.na", REJECT, FORBIDDEN, "li.na does not hold"),
    "another rep approves it": Attempt(quote_above, "chen.jie", APPROVE, FORBIDDEN, "chen.jie does not hold"),
    "the director takes the manager's step": Attempt(
        quote_far_above, "wang.fang", APPROVE, FORBIDDEN, "waits for the role manager"
    ),
    "finance decides before the manager": Attempt(order, "liu.yang", APPROVE, FORBIDDEN, "waits for the role manager"),
    "operations decides before finance": Attempt(
        manager_has_decided, "sun.li", APPROVE, FORBIDDEN, "waits for the role finance"
    ),
    "the manager decides the next step too": Attempt(
        manager_has_decided, "zhang.wei", APPROVE, REFUSED, "has its decision of the role manager"
    ),
    "the manager takes the decision back": Attempt(
        manager_has_decided, "zhang.wei", REJECT, REFUSED, "has its decision of the role manager"
    ),
    "a manager approves their own order": Attempt(
        order_of_a_manager, "zhang.wei", APPROVE, REFUSED, "separation-of-duties"
    ),
    "a manager rejects their own order": Attempt(
        order_of_a_manager, "zhang.wei", REJECT, REFUSED, "separation-of-duties"
    ),
    "a manager lets somebody else submit it again": Attempt(
        resubmitted_by_a_second_hand,
        "zhang.wei",
        ("approval", "approve", "AP2026-0002"),
        REFUSED,
        "separation-of-duties",
    ),
    "somebody who left decides": Attempt(
        manager_left, "zhang.wei", APPROVE, FORBIDDEN, "zhang.wei is no longer active"
    ),
    "somebody who lost the role decides": Attempt(
        manager_lost_the_role, "zhang.wei", APPROVE, FORBIDDEN, "zhang.wei does not hold"
    ),
    "somebody who is nobody decides": Attempt(order, "nobody", APPROVE, FORBIDDEN, "nobody is not a staff login"),
    "a deputy decides what they submitted": Attempt(
        deputy_who_submitted, "li.na", APPROVE, REFUSED, "li.na submitted this and cannot decide on it"
    ),
    "a deputy decides what the absent one submitted": Attempt(
        deputy_whose_delegator_submitted, "chen.jie", APPROVE, REFUSED, "separation-of-duties"
    ),
    "a deputy rejects what the absent one submitted": Attempt(
        deputy_whose_delegator_submitted, "chen.jie", REJECT, REFUSED, "separation-of-duties"
    ),
    "a deputy decides what a second hand submitted for the absent one": Attempt(
        deputy_of_the_submitter_before,
        "chen.jie",
        ("approval", "approve", "AP2026-0002"),
        REFUSED,
        "separation-of-duties",
    ),
    "a deputy of a deputy decides": Attempt(deputy_of_a_deputy, "sun.li", APPROVE, FORBIDDEN, "sun.li does not hold"),
    "a deputy takes the next step too": Attempt(
        deputy_has_decided, "chen.jie", APPROVE, FORBIDDEN, "waits for the role finance"
    ),
    "a deputy decides before their days": Attempt(
        deputy_in_april, "chen.jie", APPROVE, FORBIDDEN, "chen.jie does not hold"
    ),
    "the deputy of somebody who left decides": Attempt(
        deputy_whose_delegator_left, "chen.jie", APPROVE, FORBIDDEN, "chen.jie does not hold"
    ),
    "the deputy of somebody who lost the role decides": Attempt(
        deputy_whose_delegator_lost_the_role, "chen.jie", APPROVE, FORBIDDEN, "chen.jie does not hold"
    ),
    "a deputy withdraws what is not theirs": Attempt(
        deputy, "chen.jie", ("approval", "withdraw", "AP2026-0001"), FORBIDDEN, "not by you"
    ),
    "a deputy ends the delegation of another": Attempt(
        deputy, "chen.jie", ("approval", "delegate", "--revoke", "1"), FORBIDDEN, "delegation 1 is of zhang.wei"
    ),
    "somebody names themselves": Attempt(
        order, "zhang.wei", (*DELEGATE, "zhang.wei"), REFUSED, "nobody is their own deputy"
    ),
    "somebody who got the role since decides on their own": Attempt(
        submitter_became_a_manager, "li.na", APPROVE, REFUSED, "separation-of-duties"
    ),
    "an approver withdraws in place of the submitter": Attempt(
        order, "zhang.wei", ("approval", "withdraw", "AP2026-0001"), FORBIDDEN, "was submitted by li.na"
    ),
    "a withdrawn approval is approved": Attempt(
        withdrawn_order, "zhang.wei", APPROVE, REFUSED, "AP2026-0001 is withdrawn already"
    ),
    "a decided approval is withdrawn": Attempt(
        approved_order, "li.na", ("approval", "withdraw", "AP2026-0001"), REFUSED, "AP2026-0001 is approved already"
    ),
    "a withdrawn approval is withdrawn again": Attempt(
        withdrawn_order, "li.na", ("approval", "withdraw", "AP2026-0001"), REFUSED, "AP2026-0001 is withdrawn already"
    ),
    "a rejection is approved after all": Attempt(
        returned_order, "zhang.wei", APPROVE, REFUSED, "AP2026-0001 is rejected already"
    ),
    "an approval is rejected after all": Attempt(
        approved_order, "sun.li", REJECT, REFUSED, "AP2026-0001 is approved already"
    ),
    "a rejection without a reason": Attempt(
        order, "zhang.wei", ("approval", "reject", "AP2026-0001"), REFUSED, "rejection-reason"
    ),
    "a rejection with a blank reason": Attempt(
        order, "zhang.wei", (*REJECT[:3], "--reason", " \n"), REFUSED, "rejection-reason"
    ),
    "an approval that is not there": Attempt(
        order, "zhang.wei", ("approval", "approve", "AP2026-0002"), MISSING, "AP2026-0002"
    ),
    "the total was changed": Attempt(
        order_with_another("UPDATE sales_order SET total = total - 100"),
        "zhang.wei",
        APPROVE,
        REFUSED,
        "subject-changed",
    ),
    "a line was changed": Attempt(
        order_with_another("UPDATE order_line SET quantity = quantity * 2"),
        "zhang.wei",
        APPROVE,
        REFUSED,
        "subject-changed",
    ),
    "a line was taken away": Attempt(
        order_with_another("DELETE FROM order_line"), "zhang.wei", APPROVE, REFUSED, "subject-changed"
    ),
    "the address was changed": Attempt(
        order_with_another("UPDATE sales_order SET delivery_address = '深圳'"),
        "zhang.wei",
        APPROVE,
        REFUSED,
        "subject-changed",
    ),
    "the quote was changed": Attempt(quote_changed, "zhang.wei", APPROVE, REFUSED, "subject-changed"),
    "a submitted order is changed": Attempt(
        order, "li.na", (*ORDER_AGAIN, "--note", "加急"), REFUSED, "DD2026-0001 is submitted already"
    ),
    "an approved order is changed": Attempt(
        approved_order, "li.na", (*ORDER_AGAIN, "--payment-terms", "货到付款"), REFUSED, "approved"
    ),
    "a second order instead of the returned one": Attempt(returned_order, "li.na", ORDER_NEW, CONFLICT, "DD2026-0001"),
    "an order from a quote that waits for approval": Attempt(
        quote_above, "li.na", ORDER_NEW, REFUSED, "Q2026-0001 is pending_approval"
    ),
    "an order from a draft": Attempt(draft_quote, "li.na", ORDER_NEW, REFUSED, "Q2026-0001 is draft"),
    "an order from a quote that nobody accepted": Attempt(
        open_quote, "li.na", ORDER_NEW, REFUSED, "Q2026-0001 is approved"
    ),
    "an order from an expired quote": Attempt(expired_quote, "li.na", ORDER_NEW, REFUSED, "Q2026-0001 is expired"),
    "an order from a quote that is not there": Attempt(
        accepted_quote, "li.na", (*ORDER_NEW[:3], "Q2026-0002"), MISSING, "there is no quote Q2026-0002"
    ),
    "a quote is accepted before it is approved": Attempt(
        quote_above, "li.na", ("quote", "accept", "Q2026-0001"), REFUSED, "not-approved"
    ),
    "neither an order nor a quote": Attempt(
        accepted_quote, "li.na", ("order", "submit"), USAGE, "name an order, or a quote"
    ),
    "both an order and a quote": Attempt(
        accepted_quote, "li.na", (*ORDER_AGAIN, "--quote", "Q2026-0001"), USAGE, "name an order, or a quote"
    ),
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_it_is_refused_and_nothing_is_written(office: Office, name: str) -> None:
    attempt = ATTEMPTS[name]
    deals.furnish(office)
    attempt.prepare(office)
    before = deals.written(office)
    done = office.run(*attempt.words, user=attempt.user)
    assert (done.status, done.out) == (attempt.status, ""), done.err
    assert done.err.count("\n") == 1
    assert attempt.says in done.err
    assert deals.written(office) == before
