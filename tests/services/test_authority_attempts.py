"""Ways to sell below one's authority, or to decide on one's own, by the way that a quote takes: each is refused with its exit
status and one line, and nothing is written; or it takes the route that it was to go round.

What is tried at the approval itself is in test_approvals_attempts.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pytest

from salesflow.enums import Role
from salesflow.services import assignment, quote_versions, quotes
from salesflow.services.products import NewProduct
from salesflow.services.products import add as add_product
from salesflow.services.quote_items import ItemChanges
from salesflow.services.quotes import NewItem, NewQuote
from tests import deals
from tests.conftest import PROGRAM, ROOT, Office, outside

USAGE, MISSING, REFUSED, FORBIDDEN, CONFLICT = 2, 3, 4, 5, 6
Q = "Q2026-0001"
NEXT_DAY = "2026-03-03 09:00"
ACCEPT, DECLINE = ("quote", "accept", Q), ("quote", "decline", Q, "--reason", "太贵")
ORDER, CONTRACT = ("order", "submit", "--quote", Q), ("contract", "draft", "--quote", Q, "--term", "content=软件")
REVISE, SUBMIT = ("quote", "revise", Q), ("quote", "submit", Q)
APPROVE = ("approval", "approve", "AP2026-0001")


def make(office: Office, user: str = "li.na", now: str | None = None, **terms: Any) -> None:
    deals.quote(office, user=user, now=now, **terms)


def revise(office: Office, user: str = "li.na", now: str | None = None, **change: Any) -> None:
    with office.context(user=user, now=now).transaction() as work:
        quote_versions.revise(work, Q, quote_versions.Revision(**change))


def submit(office: Office, user: str) -> None:
    with office.context(user=user).transaction() as work:
        quote_versions.submit(work, Q)


def decline(office: Office) -> None:
    with office.context().transaction() as work:
        quotes.decline(work, Q, "太贵")


def accept(office: Office, on: str = "2026-03-02") -> None:
    with office.context().transaction() as work:
        quotes.accept(work, Q, date.fromisoformat(on))


def assign(office: Office, to: str) -> None:
    if to == "zhang.wei":
        deals.execute(office, "INSERT INTO staff_role (staff_id, role, by_default) VALUES (2, 'rep', FALSE)")
    with office.context(user="wang.fang").transaction() as work:
        assignment.assign_customers(work, [1], to=to, reason="换人")


# What was there.


def draft(office: Office) -> None:
    make(office, discount=deals.ABOVE, draft=True)


def pending(office: Office) -> None:
    make(office, discount=deals.ABOVE)


def returned(office: Office) -> None:
    pending(office)
    deals.reject(office, "AP2026-0001", "zhang.wei", "毛利太低")


def approved(office: Office) -> None:
    pending(office)
    deals.approve(office, "AP2026-0001", "zhang.wei")


def approved_late(office: Office) -> None:
    pending(office)
    deals.approve(office, "AP2026-0001", "zhang.wei", now="2026-03-10 09:00")


def approved_then_lowered(office: Office) -> None:
    approved(office)
    revise(office, discount=1_500)


def approved_then_a_draft(office: Office) -> None:
    approved(office)
    revise(office, discount=5_000, draft=True)


def pending_then_revised(office: Office) -> None:
    pending(office)
    revise(office, discount=1_500)


def expired(office: Office) -> None:
    make(office, now="2026-01-05 09:00")


def expired_draft(office: Office) -> None:
    make(office, now="2026-01-05 09:00", draft=True)


def declined(office: Office) -> None:
    make(office)
    decline(office)


def declined_while_pending(office: Office) -> None:
    pending(office)
    decline(office)


def accepted(office: Office) -> None:
    make(office)
    accept(office)


def ordered(office: Office) -> None:
    deals.ordered(office)


def of_a_manager(office: Office) -> None:
    """A manager's own 15 % in the hands of a rep: the other manager is to decide."""
    deals.hire(office, "gao.feng", Role.MANAGER)
    make(office, user="zhang.wei", discount=1_500, draft=True)
    submit(office, "li.na")


def of_a_manager_in_the_next_version(office: Office) -> None:
    deals.hire(office, "gao.feng", Role.MANAGER)
    make(office, user="zhang.wei", discount=1_500)
    revise(office, "li.na", discount=1_600)


def taken_over_by_the_manager(office: Office) -> None:
    deals.hire(office, "gao.feng", Role.MANAGER)
    pending(office)
    assign(office, "zhang.wei")


def given_away_by_the_manager(office: Office) -> None:
    """A manager's 25 %, which the director decides: in the meantime it is somebody else's, and the manager is a director."""
    make(office, user="zhang.wei", discount=2_500)
    assign(office, "li.na")
    deals.execute(office, "INSERT INTO staff_role (staff_id, role, by_default) VALUES (2, 'director', FALSE)")


def order_of_a_manager_by_a_second_hand(office: Office) -> None:
    deals.hire(office, "gao.feng", Role.MANAGER)
    number = deals.created(office, user="zhang.wei")
    deals.submit(office, number, user="li.na")


def with_an_approver_who_left(office: Office) -> None:
    deals.hire(office, "gao.feng", Role.MANAGER)
    pending(office)
    deals.dismiss(office, "gao.feng")


def draft_before_a_price_rise(office: Office) -> None:
    make(office, discount=deals.WITHIN, draft=True)
    deals.execute(office, "UPDATE product SET list_price = 2000000 WHERE sku = 'YF-100'")


def draft_of_a_retired_product(office: Office) -> None:
    make(office, draft=True)
    deals.execute(office, "UPDATE product SET retired_at = '2026-03-01 00:00:00' WHERE sku = 'YF-100'")


def open_of_a_retired_product(office: Office) -> None:
    make(office)
    deals.execute(office, "UPDATE product SET retired_at = '2026-03-01 00:00:00' WHERE sku = 'YF-100'")


def price_lowered_meanwhile(office: Office) -> None:
    """With the list price lowered the discount of the next version would be none; the one that waits is as it was."""
    pending(office)
    deals.execute(office, "UPDATE product SET list_price = 880000 WHERE sku = 'YF-100'")


def loosened_meanwhile(office: Office) -> None:
    pending(office)
    deals.execute(office, "UPDATE policy_version SET resolved = json_set(resolved, '$.discount_authority.rep', 5000)")


def changed_behind(office: Office) -> None:
    pending(office)
    deals.execute(office, "UPDATE quote SET valid_until = '2027-01-01'")


def lost(office: Office) -> None:
    make(office, draft=True)
    deals.execute(office, "UPDATE customer SET status = 'lost'")


def in_real_life(office: Office) -> None:
    pending(office)
    deals.execute(office, "DELETE FROM setting WHERE name = 'demo'")


class Attempt(NamedTuple):
    """What was there, who tries what, and how it ends."""

    prepare: Callable[[Office], None]
    words: tuple[str, ...]
    status: int
    says: str
    user: str = "li.na"
    now: str | None = None


ATTEMPTS = {
    # Going on with what nobody approved.
    "accept a draft": Attempt(draft, ACCEPT, REFUSED, "Q2026-0001 is a draft"),
    "accept what waits": Attempt(pending, ACCEPT, REFUSED, "waits for the approval of the role manager"),
    "accept what waits, as JSON": Attempt(pending, (*ACCEPT, "--json"), REFUSED, '"code": "not-approved"'),
    "accept what waits, quietly": Attempt(pending, (*ACCEPT, "--quiet"), REFUSED, "not-approved"),
    "accept what was returned": Attempt(returned, ACCEPT, REFUSED, "Q2026-0001 was returned: 毛利太低"),
    "accept what expired": Attempt(expired, ACCEPT, REFUSED, "quote-validity"),
    "accept what was declined": Attempt(declined, ACCEPT, REFUSED, "Q2026-0001 is declined"),
    "accept what was declined as it waited": Attempt(declined_while_pending, ACCEPT, REFUSED, "is declined"),
    "accept it twice": Attempt(accepted, ACCEPT, REFUSED, "Q2026-0001 is accepted; it cannot become accepted"),
    "accept the approved version by its number": Attempt(
        approved_then_lowered, (*ACCEPT, "--if-version", "1"), CONFLICT, "the newest version of Q2026-0001 is 2, not 1"
    ),
    "accept the version that waits": Attempt(approved_then_lowered, ACCEPT, REFUSED, "not-approved"),
    "accept the next version, a draft": Attempt(approved_then_a_draft, ACCEPT, REFUSED, "is a draft"),
    "accept before it was made": Attempt(
        approved, (*ACCEPT, "--on", "2026-03-01"), USAGE, "is before Q2026-0001 was made"
    ),
    "accept before it was approved": Attempt(
        approved_late, (*ACCEPT, "--on", "2026-03-09"), USAGE,
        "2026-03-09 is before Q2026-0001 was approved, on 2026-03-10", now="2026-03-12 09:00",
    ),
    "accept after its last day": Attempt(
        approved, (*ACCEPT, "--on", "2026-04-02"), REFUSED, "the quote expired on 2026-04-01", now="2026-04-03 09:00"
    ),
    "accept in the future": Attempt(approved, (*ACCEPT, "--on", "tomorrow"), USAGE, "is in the future"),
    "decline what was accepted": Attempt(accepted, DECLINE, REFUSED, "is accepted; it cannot become declined"),
    "order a draft": Attempt(draft, ORDER, REFUSED, "Q2026-0001 is draft"),
    "order what was returned": Attempt(returned, ORDER, REFUSED, "Q2026-0001 is draft"),
    "order what waits": Attempt(pending, ORDER, REFUSED, "Q2026-0001 is pending_approval"),
    "order what is approved alone": Attempt(approved, ORDER, REFUSED, "Q2026-0001 is approved"),
    "order the old version": Attempt(approved_then_lowered, ORDER, REFUSED, "Q2026-0001 is pending_approval"),
    "order what was declined": Attempt(declined, ORDER, REFUSED, "Q2026-0001 is declined"),
    "order what expired": Attempt(expired, ORDER, REFUSED, "Q2026-0001 is expired"),
    "a contract on what waits": Attempt(pending, CONTRACT, REFUSED, "Q2026-0001 is pending_approval"),
    "a contract on the old version": Attempt(approved_then_lowered, CONTRACT, REFUSED, "is pending_approval"),
    # Versions.
    "approve the round of the version before": Attempt(
        pending_then_revised, APPROVE, REFUSED, "AP2026-0001 is void already", "zhang.wei"
    ),
    "approve what was declined meanwhile": Attempt(
        declined_while_pending, APPROVE, REFUSED, "AP2026-0001 is void already", "zhang.wei"
    ),
    "revise what was accepted": Attempt(accepted, (*REVISE, "--discount", "50"), REFUSED, "it is not revised"),
    "revise what was ordered": Attempt(ordered, (*REVISE, "--discount", "50"), REFUSED, "DD2026-0001 was made from it"),
    "revise what somebody else revised": Attempt(
        approved_then_lowered, (*REVISE, "--discount", "9", "--if-version", "1"), CONFLICT, "is 2, not 1"
    ),
    "revise a quote that is not there": Attempt(draft, ("quote", "revise", "Q2026-0002"), MISSING, "Q2026-0002"),
    "revise nothing, for a new round": Attempt(pending, REVISE, REFUSED, "would be the same as version 1"),
    "revise with what is no longer sold": Attempt(
        open_of_a_retired_product, (*REVISE, "--discount", "1"), REFUSED, "YF-100 is retired"
    ),
    "submit what waits already": Attempt(pending, SUBMIT, REFUSED, "waits for the approval of the role manager"),
    "submit what is approved": Attempt(approved, SUBMIT, REFUSED, "only a draft is submitted"),
    "submit an expired draft": Attempt(expired_draft, SUBMIT, REFUSED, "quote-validity"),
    "submit a draft that kept the price from before": Attempt(
        draft_before_a_price_rise, SUBMIT, REFUSED, "the price of YF-100 is another than when Q2026-0001 was made"
    ),
    "submit a draft of what is no longer sold": Attempt(
        draft_of_a_retired_product, SUBMIT, REFUSED, "YF-100 is retired"
    ),
    "submit a draft for a lost customer": Attempt(lost, SUBMIT, REFUSED, "is lost"),
    # Deciding on one's own.
    "a manager approves the draft that a rep sent": Attempt(
        of_a_manager, APPROVE, REFUSED, "separation-of-duties", "zhang.wei"
    ),
    "a manager approves the next version of the own one": Attempt(
        of_a_manager_in_the_next_version, APPROVE, REFUSED, "separation-of-duties", "zhang.wei"
    ),
    "a manager approves what came to be the own one": Attempt(
        taken_over_by_the_manager, APPROVE, REFUSED, "separation-of-duties", "zhang.wei"
    ),
    "a manager gives the own one away and becomes director": Attempt(
        given_away_by_the_manager, APPROVE, REFUSED, "separation-of-duties", "zhang.wei"
    ),
    "a manager approves the own order that a rep sent": Attempt(
        order_of_a_manager_by_a_second_hand, APPROVE, REFUSED, "separation-of-duties", "zhang.wei"
    ),
    "somebody who left approves": Attempt(
        with_an_approver_who_left, APPROVE, FORBIDDEN, "gao.feng is no longer active", "gao.feng"
    ),
    "a rep makes themselves a manager": Attempt(
        pending, ("staff", "edit", "li.na", "--role", "manager"), FORBIDDEN, "needs the role"
    ),
    "a manager makes themselves a director": Attempt(
        pending, ("staff", "edit", "zhang.wei", "--role", "manager", "--role", "director"), FORBIDDEN,
        "needs the role director", "zhang.wei",
    ),
    "a manager makes a director of a second login": Attempt(
        pending, ("staff", "add", "zhang.wei2", "--name", "张伟", "--role", "director"), FORBIDDEN,
        "needs the role director", "zhang.wei",
    ),
    "a manager sends the director away": Attempt(
        pending, ("staff", "deactivate", "wang.fang"), FORBIDDEN, "needs the role director", "zhang.wei"
    ),
    "a manager unmakes the director": Attempt(
        pending, ("staff", "edit", "wang.fang", "--role", "rep"), FORBIDDEN, "needs the role director", "zhang.wei"
    ),
    "a rep loosens the policy": Attempt(
        pending, ("policy", "apply", "tracker", "--reason", "放宽"), FORBIDDEN, "needs the role"
    ),
    # What changed between the submission and the decision.
    "the policy was loosened: it still waits": Attempt(loosened_meanwhile, ACCEPT, REFUSED, "not-approved"),
    "the list price was lowered: it still waits": Attempt(price_lowered_meanwhile, ACCEPT, REFUSED, "not-approved"),
    "the validity was changed behind the approver": Attempt(
        changed_behind, APPROVE, REFUSED, "subject-changed", "zhang.wei"
    ),
    "at another time": Attempt(
        in_real_life, ("quote", "accept", Q), USAGE, "--as-of is for commands that only read"
    ),
    # Merging and forgetting what is under way.
    "erase the customer as it waits": Attempt(
        pending, ("customer", "forget", "HZ2026001", "--reason", "要求删除", "--yes"), REFUSED, "has an open approval", "zhang.wei"
    ),
    # Amounts that are none.
    "a negative freight": Attempt(draft, (*REVISE, "--freight=-500"), USAGE, "must not be negative"),
    "a negative extra": Attempt(draft, (*REVISE, "--extra", "返利=-500"), USAGE, "must not be negative"),
    "a discount below nothing": Attempt(draft, (*REVISE, "--discount=-5"), USAGE, "is not between 0 % and 100 %"),
    "a discount above everything": Attempt(draft, (*REVISE, "--discount", "101"), USAGE, "is not between"),
    "a negative price": Attempt(draft, (*REVISE, "--set-item", "YF-100:1@-1"), USAGE, "must not be negative"),
    "a price above the list, to discount from": Attempt(
        draft, (*REVISE, "--set-item", "YF-100:1@20000-50%"), REFUSED, "above the list price"
    ),
    "a quantity of nothing": Attempt(draft, (*REVISE, "--set-item", "YF-100:0"), USAGE, "must be above 0"),
    "a quantity below nothing": Attempt(draft, (*REVISE, "--set-item", "YF-100:-1"), USAGE, "is not a quantity"),
    "all lines dropped": Attempt(draft, (*REVISE, "--drop-item", "YF-100"), USAGE, "a quote has at least one line"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTEMPTS)
def test_it_is_refused_and_nothing_is_written(office: Office, name: str) -> None:
    attempt = ATTEMPTS[name]
    deals.furnish(office)
    attempt.prepare(office)
    before = deals.written(office)
    done = office.run(*attempt.words, user=attempt.user, now=attempt.now)
    assert (done.status, done.out) == (attempt.status, ""), done.err
    assert done.err.count("\n") == 1
    assert attempt.says in done.err
    assert deals.written(office) == before


ROUTES: dict[str, tuple[list[NewItem], dict[str, Any], list[str]]] = {
    "the quote's discount": ([NewItem(deals.SKU, 1_000)], {"discount": 1_100}, ["manager"]),
    "the line's discount": ([NewItem(deals.SKU, 1_000, discount=1_100)], {}, ["manager"]),
    "the unit price": ([NewItem(deals.SKU, 1_000, unit_price=890_000)], {}, ["manager"]),
    "a little of each": ([NewItem(deals.SKU, 1_000, unit_price=960_000, discount=400)], {"discount": 400}, ["manager"]),
    "each within, both together above": ([NewItem(deals.SKU, 1_000, discount=1_000)], {"discount": 100}, ["manager"]),
    "one line of two with the same product": (
        [NewItem(deals.SKU, 9_000), NewItem(deals.SKU, 1_000, discount=2_500)], {}, ["manager", "director"]
    ),
    "a free line": (
        [NewItem(deals.DEAR, 1_000), NewItem(deals.SKU, 1_000, discount=10_000)], {}, ["manager", "director"]
    ),
    "a line for nothing a unit": (
        [NewItem(deals.DEAR, 1_000), NewItem(deals.SKU, 1_000, unit_price=0)], {}, ["manager", "director"]
    ),
    "a thousandth of a unit": ([NewItem(deals.SKU, 1, unit_price=899_999)], {}, ["manager"]),
    "a thousandth of a cheap unit, that rounds to nothing": (
        [NewItem("CHEAP", 1, discount=1_001)], {}, ["manager"]
    ),
    "a price without tax": ([NewItem("NETTO", 1_000, unit_price=89_999)], {}, ["manager"]),
    "below the floor without a discount to speak of": ([NewItem("TIGHT", 1_000, unit_price=94_999)], {}, ["director"]),
    "made good by freight": (
        [NewItem(deals.SKU, 1_000, discount=1_100)], {"freight": 10_000_000}, ["manager"]
    ),
    "made good by extras": (
        [NewItem(deals.SKU, 1_000, discount=1_100)], {"extras": [("培训", 10_000_000)]}, ["manager"]
    ),
    "made good by another line": (
        [NewItem(deals.DEAR, 1_000), NewItem(deals.SKU, 1_000, discount=1_100)], {}, ["manager"]
    ),
    "a basis point of a fen above": ([NewItem(deals.DEAR, 1_000, unit_price=53_999_999)], {}, ["manager"]),
}  # fmt: skip


def shelf(office: Office) -> None:
    deals.furnish(office)
    with office.context().transaction() as work:
        add_product(work, NewProduct("CHEAP", "螺丝", 100))
        add_product(work, NewProduct("NETTO", "不含税", 100_000, net=True))
        add_product(work, NewProduct("TIGHT", "限价品", 100_000, floor_price=95_000))


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("by", ["make", "revise", "submit"])
def test_it_takes_its_route(office: Office, name: str, by: str) -> None:
    """However a discount is put together, and whichever command sends it."""
    items, terms, expected = ROUTES[name]
    shelf(office)
    with office.context().transaction() as work:
        if by == "revise":
            quotes.make(work, NewQuote(1, [NewItem("CHEAP", 7_000)]))
        else:
            quotes.make(work, NewQuote(1, items, draft=by == "submit", **terms))
    if by == "revise":
        revise(office, items=ItemChanges(items), **terms)
    if by == "submit":
        submit(office, "li.na")
    roles = deals.rows(office, "SELECT role FROM v_approval_step ORDER BY approval_id, step")
    assert [row["role"] for row in roles] == expected
    assert deals.value(office, "SELECT state FROM v_quote ORDER BY id DESC LIMIT 1") == "pending_approval"


def test_the_automatic_discount_of_the_day_counts_in_the_next_version(office: Office) -> None:
    """9 % was within the authority; with the 3 % of an A customer on the line it no longer is."""
    deals.furnish(office)
    make(office, discount=900)
    deals.execute(office, "UPDATE customer SET grade = 'A'")
    revise(office, note="改等级")
    assert deals.value(office, "SELECT state FROM v_quote WHERE version = 2") == "pending_approval"
    assert deals.value(office, "SELECT max_discount FROM v_quote WHERE version = 2") == 1_173


def test_a_lower_floor_does_not_reach_back(office: Office) -> None:
    """What was approved below a floor stays so; the next version is measured by the floor of its day."""
    deals.furnish(office)
    deals.execute(office, "UPDATE product SET floor_price = 950000 WHERE sku = 'YF-100'")
    make(office, discount=600)
    deals.execute(office, "UPDATE product SET floor_price = 100 WHERE sku = 'YF-100'")
    assert deals.value(office, "SELECT state FROM v_quote") == "pending_approval"
    assert office.run(*ACCEPT).status == REFUSED
    revise(office, discount=500)
    deals.execute(office, "UPDATE product SET floor_price = 960000 WHERE sku = 'YF-100'")
    assert deals.value(office, "SELECT state FROM v_quote WHERE version = 2") == "approved"
    revise(office, note="再改")
    assert deals.value(office, "SELECT state FROM v_quote WHERE version = 3") == "pending_approval"


def test_whoever_sends_it_answers_for_it(office: Office) -> None:
    """A director's draft at 30 % is no director's when a rep sends it, nor is a rep's draft a rep's when the director does."""
    deals.furnish(office)
    make(office, user="wang.fang", discount=3_000, draft=True)
    submit(office, "li.na")
    assert deals.value(office, "SELECT count(*) FROM v_approval_step") == 2
    make(office, discount=3_000, draft=True)
    with office.context(user="wang.fang").transaction() as work:
        quote_versions.submit(work, "Q2026-0002")
    assert deals.value(office, "SELECT state FROM v_quote WHERE number = 'Q2026-0002'") == "approved"


def test_the_only_manager_may_and_it_is_marked(office: Office) -> None:
    """By the default policy: what came to be the own one shows wherever the approval shows."""
    deals.furnish(office)
    pending(office)
    assign(office, "zhang.wei")
    deals.approve(office, "AP2026-0001", "zhang.wei")
    assert deals.value(office, "SELECT self_approved FROM v_approval_step") == 1
    assert office.json("quote", "show", Q)["approval"]["self_approved"] is True
    assert office.json("quote", "list", "--concessions", "HZ2026001")["quotes"][0]["self_approved"] is True


def test_a_quote_that_goes_to_another_owner_can_still_be_decided(office: Office) -> None:
    deals.furnish(office)
    pending(office)
    assign(office, "chen.jie")
    assert deals.value(office, "SELECT version FROM v_quote") == 1
    deals.approve(office, "AP2026-0001", "zhang.wei")
    assert deals.value(office, "SELECT state FROM v_quote") == "approved"


def at_once(office: Office, *commands: tuple[str, tuple[str, ...]]) -> list[tuple[int, str]]:
    """Run commands as processes that start together; the exit status and the errors of each."""
    running = [
        subprocess.Popen(
            [*PROGRAM, *words], cwd=ROOT, env=outside(office.environ(user=user)), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8",
        )
        for user, words in commands
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[1] for process in running]
    return [(process.returncode, err) for process, err in zip(running, said, strict=True)]


@pytest.mark.parametrize("times", range(3))
def test_approved_and_revised_at_once(office: Office, times: int) -> None:
    """Whichever comes first, the lower price is approved by nobody."""
    deals.furnish(office)
    pending(office)
    lower = (*REVISE, "--discount", "20")
    (approving, said), (revising, _) = at_once(office, ("zhang.wei", APPROVE), ("li.na", lower))
    assert revising == 0
    assert approving == 0 or (approving == REFUSED and "void already" in said)
    states = [row["state"] for row in deals.rows(office, "SELECT state FROM v_quote ORDER BY version")]
    assert states == ["superseded", "pending_approval"]
    rounds = deals.rows(office, "SELECT round, state FROM v_approval ORDER BY id")
    assert [(row["round"], row["state"]) for row in rounds] == [
        (1, "approved" if not approving else "void"),
        (2, "pending"),
    ]


def test_accepted_and_revised_at_once(office: Office) -> None:
    """One of them wins: what the customer accepted is not offered anew, nor is the lower offer accepted unseen."""
    deals.furnish(office)
    make(office)
    (accepting, _), (revising, _) = at_once(
        office, ("li.na", (*ACCEPT, "--if-version", "1")), ("chen.jie", (*REVISE, "--discount", "9"))
    )
    assert sorted((accepting, revising)) in ([0, REFUSED], [0, CONFLICT])
    states = [row["state"] for row in deals.rows(office, "SELECT state FROM v_quote ORDER BY version")]
    assert states == (["accepted"] if accepting == 0 else ["superseded", "approved"])


def test_revised_twice_at_once(office: Office) -> None:
    """Both versions are made one after the other, or with --if-version one of them is told."""
    deals.furnish(office)
    make(office)
    done = at_once(
        office,
        ("li.na", (*REVISE, "--discount", "3", "--if-version", "1")),
        ("chen.jie", (*REVISE, "--discount", "4", "--if-version", "1")),
    )
    assert sorted(status for status, _ in done) == [0, CONFLICT]
    assert deals.value(office, "SELECT count(*) FROM v_quote") == 2


def test_in_a_process_of_its_own(office: Office) -> None:
    deals.furnish(office)
    pending(office)
    done = office.program(*ACCEPT)
    assert (done.status, done.out) == (REFUSED, "")
