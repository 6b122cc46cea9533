"""Taking back what waits for its approval: by whom, what becomes of the subject, and what is kept."""

from __future__ import annotations

import pytest

from salesflow.db.audit import verify
from salesflow.enums import ObjectionKind, ObjectionOutcome, Role
from salesflow.errors import Conflict, InvalidValue, NotFound, NotPermitted, Refused, RuleRefused
from salesflow.queries import approval_page
from salesflow.queries import approvals as queries
from salesflow.rules.policy import Policy, PriceApproval
from salesflow.services import approvals, assignment, objections, prices
from salesflow.services.order_terms import Terms
from salesflow.services.policy import apply as apply_policy
from tests import deals, leads
from tests.conftest import Office

WHY = "客户要求改数量"


@pytest.fixture
def busy(office: Office) -> Office:
    """AP2026-0001: li.na's order DD2026-0001, which waits for the manager."""
    deals.furnish(office)
    deals.ordered(office)
    return office


def test_it_is_its_owners_again_with_the_reason(busy: Office) -> None:
    deals.withdraw(busy, "ap2026-0001", reason=f" {WHY} ", now="2026-03-02 11:00")
    [row] = deals.rows(busy, "SELECT state, closed_at, withdrawn_by, withdrawn_because, current_step FROM v_approval")
    assert row == {
        "state": "withdrawn",
        "closed_at": "2026-03-02 03:00:00",
        "withdrawn_by": "li.na",
        "withdrawn_because": WHY,
        "current_step": 1,
    }
    assert deals.value(busy, "SELECT state FROM v_order") == "returned"
    change = deals.rows(busy, 'SELECT to_state, reason, "by" FROM v_state_change ORDER BY id DESC LIMIT 1')
    assert change == [{"to_state": "returned", "reason": WHY, "by": "li.na"}]
    entries = deals.rows(busy, "SELECT staff, action, subject_ref, after FROM v_audit ORDER BY id DESC LIMIT 2")
    assert [tuple(entry.values())[:3] for entry in reversed(entries)] == [
        ("li.na", "approval.withdraw", "AP2026-0001"),
        ("li.na", "order.returned", "DD2026-0001"),
    ]
    assert leads.opened(busy, entries[1])["withdrawn_because"] == WHY
    assert WHY not in entries[1]["after"]
    context = busy.context()
    assert verify(context.reader.connection).ok
    context.close()


def test_a_reason_is_not_needed(busy: Office) -> None:
    deals.withdraw(busy, "AP2026-0001")
    assert deals.value(busy, "SELECT withdrawn_because FROM v_approval") is None
    assert deals.value(busy, "SELECT state FROM v_order") == "returned"


def test_it_can_be_withdrawn_until_the_last_decision(busy: Office) -> None:
    deals.approve(busy, "AP2026-0001", "zhang.wei", "liu.yang")
    deals.withdraw(busy, "AP2026-0001")
    decided = deals.rows(busy, "SELECT decision FROM v_approval_step ORDER BY step")
    assert [step["decision"] for step in decided] == ["approved", "approved", None]


def test_it_is_changed_and_submitted_again_in_a_new_round(busy: Office) -> None:
    deals.withdraw(busy, "AP2026-0001", reason=WHY)
    deals.submit(busy, "DD2026-0001", terms=Terms(payment_terms="月结30天"), now="2026-03-03 10:00")
    context = busy.context(user="zhang.wei", now="2026-03-03 10:00")
    page = approval_page.show(context, "AP2026-0002")
    context.close()
    assert (page["round"], page["last_rejection"]) == (2, None)
    assert [(one["number"], one["state"]) for one in page["rounds"]] == [("AP2026-0001", "withdrawn")]
    assert [(one["field"], one["before"], one["after"]) for one in page["changes"]] == [
        ("payment_terms", None, "月结30天")
    ]
    deals.approve(busy, "AP2026-0002", *deals.ORDER_ROUTE)
    assert deals.value(busy, "SELECT state FROM v_order") == "approved"


def test_what_changed_counts_from_the_last_rejection(busy: Office) -> None:
    """The approver knows the round that they rejected, not the one that was withdrawn since."""
    deals.reject(busy, "AP2026-0001", "zhang.wei")
    deals.submit(busy, "DD2026-0001", terms=Terms(payment_terms="月结60天"))
    deals.withdraw(busy, "AP2026-0002")
    deals.submit(busy, "DD2026-0001", terms=Terms(payment_terms="月结30天", note="加急"))
    context = busy.context(user="zhang.wei")
    page = approval_page.show(context, "AP2026-0003")
    context.close()
    assert page["last_rejection"] == "账期太长"
    assert [(one["field"], one["before"], one["after"]) for one in page["changes"]] == [
        ("payment_terms", None, "月结30天"),
        ("note", None, "加急"),
    ]


def test_a_quote_is_a_draft_again(busy: Office) -> None:
    number = deals.quote(busy, discount=deals.ABOVE)
    deals.withdraw(busy, "AP2026-0002", reason=WHY)
    shown = busy.json("quote", "show", number)
    assert (shown["state"], shown["returned_because"]) == ("draft", None), "nobody sent it back"
    assert shown["approval"]["state"] == "withdrawn"
    refused = busy.run("quote", "accept", number)
    assert refused.status == 4


def test_an_objection_is_open_again_and_there_is_nothing_to_tell_the_customer(busy: Office) -> None:
    new = objections.NewObjection(
        ObjectionKind.PRICE,
        "比恒通的报价高 12%",
        outcome=ObjectionOutcome.ESCALATED,
        request=objections.Request("再降 8%", 1_800),
    )
    with busy.context().transaction() as work:
        objections.log(work, deals.CUSTOMER_ID, new)
    planned = "SELECT count(*) FROM v_plan_item"
    before = deals.value(busy, planned)
    deals.withdraw(busy, "AP2026-0002")
    [row] = deals.rows(busy, "SELECT outcome, decision, request FROM v_objection")
    assert row == {"outcome": "open", "decision": None, "request": "再降 8%"}
    assert deals.value(busy, planned) == before


def test_a_price_never_holds(busy: Office) -> None:
    with busy.context(user="wang.fang").transaction() as work:
        apply_policy(work, "test", "", Policy(price_approval=PriceApproval("always")), "试行")
    context = busy.context()
    with context.transaction() as work:
        made = prices.set_price(work, deals.SKU, prices.NewPrice(context.clock.today(), 900_000, None, "")).price.number
    deals.withdraw(busy, "AP2026-0002")
    assert deals.rows(busy, "SELECT number, state FROM v_price") == [{"number": made, "state": "withdrawn"}]


@pytest.mark.parametrize("login", ["zhang.wei", "chen.jie", "wang.fang", "liu.yang"])
def test_others_cannot_not_even_who_decides(busy: Office, login: str) -> None:
    before = deals.written(busy)
    with pytest.raises(NotPermitted, match=r"AP2026-0001 was submitted by li\.na, not by you"):
        deals.withdraw(busy, "AP2026-0001", login)
    assert deals.written(busy) == before


def test_whoever_has_the_deal_now_can_and_so_can_who_submitted_it(busy: Office) -> None:
    deals.quote(busy, discount=deals.ABOVE)
    with busy.context(user="zhang.wei").transaction() as work:
        assignment.assign_customers(work, [deals.CUSTOMER_ID], to="chen.jie")
    deals.withdraw(busy, "AP2026-0001", "chen.jie")
    assert deals.value(busy, "SELECT withdrawn_by FROM v_approval WHERE number = 'AP2026-0001'") == "chen.jie"
    deals.withdraw(busy, "AP2026-0002", "li.na")
    assert deals.value(busy, "SELECT withdrawn_by FROM v_approval WHERE number = 'AP2026-0002'") == "li.na"


@pytest.mark.parametrize("ending", ["approved", "rejected", "withdrawn"])
def test_what_is_decided_or_withdrawn_is_not_withdrawn(busy: Office, ending: str) -> None:
    if ending == "approved":
        deals.approve(busy, "AP2026-0001", *deals.ORDER_ROUTE)
    elif ending == "rejected":
        deals.reject(busy, "AP2026-0001", "zhang.wei")
    else:
        deals.withdraw(busy, "AP2026-0001")
    before = deals.written(busy)
    with pytest.raises(Refused, match=f"AP2026-0001 is {ending} already"):
        deals.withdraw(busy, "AP2026-0001")
    assert deals.written(busy) == before


def test_what_is_withdrawn_is_not_decided(busy: Office) -> None:
    deals.withdraw(busy, "AP2026-0001")
    for decide in (deals.approve, deals.reject):
        with pytest.raises(Refused, match="AP2026-0001 is withdrawn already"):
            decide(busy, "AP2026-0001", "zhang.wei")


def test_whoever_saw_an_earlier_state_looks_again(busy: Office) -> None:
    context = busy.context()
    seen = queries.version(context, "AP2026-0001")
    deals.approve(busy, "AP2026-0001", "zhang.wei")
    with pytest.raises(Conflict, match="somebody else decided on AP2026-0001"), context.transaction() as work:
        approvals.withdraw(work, "AP2026-0001", seen=seen)


def test_what_cannot_be_read(busy: Office) -> None:
    before = deals.written(busy)
    with pytest.raises(NotFound, match="there is no approval AP2026-0009"):
        deals.withdraw(busy, "AP2026-0009")
    for reason in ("x" * 100_000, "\x1b[31mred"):
        with pytest.raises(InvalidValue):
            deals.withdraw(busy, "AP2026-0001", reason=reason)
    assert deals.written(busy) == before


def test_who_withdrew_their_own_does_not_decide_it_when_a_second_hand_submits_it(busy: Office) -> None:
    deals.hire(busy, "gao.feng", Role.MANAGER)
    order = deals.ordered(busy, user="zhang.wei")
    deals.withdraw(busy, "AP2026-0002", "zhang.wei")
    deals.submit(busy, order, user="li.na")
    with pytest.raises(RuleRefused, match=r"zhang\.wei submitted, made, changed or owns this and cannot decide on it"):
        deals.approve(busy, "AP2026-0003", "zhang.wei")
    deals.approve(busy, "AP2026-0003", "gao.feng")


def test_the_customers_file_can_be_closed_after_it(busy: Office) -> None:
    """An open approval stands in the way of forgetting; a withdrawn one does not, and loses its words."""
    refused = busy.run("customer", "forget", "HZ2026001", "--reason", "依申请", "--yes", user="zhang.wei")
    assert "open approval" in refused.err
    deals.withdraw(busy, "AP2026-0001", reason=WHY)
    deals.execute(busy, "UPDATE sales_order SET state = 'cancelled'")
    busy.ok("customer", "forget", "HZ2026001", "--reason", "依申请", "--yes", user="zhang.wei")
    assert deals.value(busy, "SELECT withdrawn_because FROM v_approval") != WHY


def test_the_timeline_tells_it(busy: Office) -> None:
    deals.withdraw(busy, "AP2026-0001", reason=WHY, now="2026-03-02 11:00")
    events = busy.json("customer", "timeline", "HZ2026001", now="2026-03-02 12:00")["entries"]
    [told] = [one for one in events if one["kind"] == "approval" and "withdrawn" in one["text"]]
    assert (told["ref"], told["by"], told["text"]) == ("AP2026-0001", "li.na", f"DD2026-0001: withdrawn; {WHY}")
