"""Ways round discounts, duties and signatures that lead through contracts: each is closed, and the honest way stays open."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from salesflow.enums import ContractTerm, Role
from salesflow.enums import Source as Origin
from salesflow.errors import NotPermitted, Refused, RuleRefused
from salesflow.rules.instalments import WHOLE
from salesflow.services import contract_drafts, contract_end, contracts, merging, opportunities, orders, quotes
from salesflow.services.contacts import NewContact
from salesflow.services.contract_content import Given
from salesflow.services.contract_drafts import Source
from salesflow.services.customer_fields import NewCustomer
from salesflow.services.customers import add as add_customer
from salesflow.services.opportunities import NewOpportunity
from tests import deals
from tests.agreements import APPROVAL, NEXT_DAY, NUMBER, QUOTE, ROUTE, TERMS, amend, drafted, sign, submitted
from tests.conftest import Office

AGAIN = "AP2026-0002"
DAY_AFTER = "2026-03-04 10:00"


def route(office: Office, number: str = AGAIN) -> list[str]:
    return [step["role"] for step in office.json("approval", "show", number)["steps"]]


def terminate(office: Office, user: str = "zhang.wei") -> None:
    with office.context(user=user, now=NEXT_DAY).transaction() as work:
        contract_end.terminate(work, NUMBER, "客户项目取消")


def signed_again(office: Office, number: str = NUMBER, approval: str = AGAIN) -> None:
    """Submit, approve and sign a contract on the next day."""
    with office.context(now=NEXT_DAY).transaction() as work:
        contracts.submit(work, number)
    deals.approve(office, approval, *ROUTE, now=NEXT_DAY)
    with office.context(now=NEXT_DAY).transaction() as work:
        contracts.sign(work, number, date(2026, 3, 3))


# --- a lower amount is a discount (list price 10,000.00, floor 7,000.00, cost 6,000.00)


@pytest.mark.parametrize(
    ("amount", "roles"),
    [
        (1_000_000, ["legal", "finance", "manager"]),
        (1_200_000, ["legal", "finance", "manager"]),  # more than the quote is no discount
        (900_000, ["legal", "finance", "manager"]),  # 10 % is a rep's
        (899_999, ["legal", "finance", "manager"]),
        (800_000, ["legal", "finance", "manager"]),  # 20 % is a manager's
        (799_999, ["legal", "finance", "manager", "director"]),
        (699_999, ["legal", "finance", "manager", "director"]),
        (0, ["legal", "finance", "manager", "director"]),
    ],
)
def test_an_amendment_to_less_needs_who_may_give_that_discount(signed: Office, amount: int, roles: list[str]) -> None:
    amend(signed, amount=amount, terms={ContractTerm.PRICE: "另议"})
    submitted(signed, now=NEXT_DAY)
    assert route(signed) == roles


def test_why_it_goes_to_the_director_stands_on_the_page_and_in_explain(signed: Office) -> None:
    amend(signed, amount=650_000)
    submitted(signed, now=NEXT_DAY)
    page = signed.json("approval", "show", AGAIN, user="wang.fang", now=NEXT_DAY)
    assert page["contract"]["max_discount"] == "35.00"
    assert page["contract"]["authority"] == "10.00"
    assert page["contract"]["margin"] == "7.69"
    assert "35 % on line 1 is above 20 %" in page["steps"][-1]["why"]
    assert "[price-floor]" in page["steps"][-1]["why"]
    rules = [one["rule"] for one in signed.json("explain", NUMBER, now=NEXT_DAY)["decisions"]]
    assert rules[:4] == ["contract-terms", "contract-approval", "discount-authority", "price-floor"]


def test_a_later_amendment_that_leaves_the_amount_needs_no_director_again(signed: Office) -> None:
    amend(signed, amount=700_000)
    submitted(signed, now=NEXT_DAY)
    deals.approve(signed, AGAIN, *ROUTE, "wang.fang", now=NEXT_DAY)
    sign(signed)
    amend(signed, terms={ContractTerm.DELIVERY: "六十天"})
    submitted(signed, now=NEXT_DAY)
    assert route(signed, "AP2026-0003") == ["legal", "finance", "manager"]


def test_the_amount_of_an_amendment_can_be_corrected(signed: Office) -> None:
    amend(signed, amount=700_000)
    with signed.context(now=NEXT_DAY).transaction() as work:
        contract_drafts.edit(work, NUMBER, Given(amount=950_000))
    submitted(signed, now=NEXT_DAY)
    assert route(signed) == ["legal", "finance", "manager"]


def test_the_tax_in_it_follows_the_amount(signed: Office) -> None:
    amend(signed, amount=500_000)
    row = signed.json("contract", "show", NUMBER)
    assert (row["amount"], row["tax_total"]) == ("5000.00", "575.22")
    assert [one["amount"] for one in row["instalments"]] == ["1500.00", "3000.00", "500.00"]


# --- whoever has a hand in it does not decide on it


def test_whoever_amended_it_does_not_approve_it(signed: Office) -> None:
    deals.hire(signed, "gao.feng", Role.MANAGER)
    with signed.context(user="gao.feng", now=NEXT_DAY).transaction() as work:
        contract_drafts.amend(work, NUMBER, "改", Given(splits=(("gao.feng", WHOLE),)))
    submitted(signed, now=NEXT_DAY)
    deals.approve(signed, AGAIN, *ROUTE[:2], now=NEXT_DAY)
    with pytest.raises(RuleRefused, match=r"gao\.feng submitted, made, changed or owns this"):
        deals.approve(signed, AGAIN, "gao.feng", now=NEXT_DAY)
    page = signed.json("approval", "show", AGAIN, now=NEXT_DAY)
    assert [one["login"] for one in page["deciders"]] == ["zhang.wei"]
    assert [(one["field"], one["before"], one["after"]) for one in page["changes"]] == [
        ("splits", "li.na:100 %", "gao.feng:100 %")
    ]
    deals.approve(signed, AGAIN, "zhang.wei", now=NEXT_DAY)


def test_whoever_changed_the_draft_does_not_approve_it(shop: Office) -> None:
    deals.hire(shop, "gao.feng", Role.MANAGER)
    drafted(shop)
    with shop.context(user="zhang.wei").transaction() as work:
        contract_drafts.edit(work, NUMBER, Given(title="改过"))
    submitted(shop)
    deals.approve(shop, APPROVAL, *ROUTE[:2])
    with pytest.raises(RuleRefused, match=r"zhang\.wei submitted, made, changed or owns this"):
        deals.approve(shop, APPROVAL, "zhang.wei")
    deals.approve(shop, APPROVAL, "gao.feng")


def test_where_everybody_has_a_hand_in_it_the_page_says_so(shop: Office) -> None:
    deals.hire(shop, "gao.feng", Role.MANAGER)
    drafted(shop, user="gao.feng")
    submitted(shop, user="zhang.wei")
    deals.approve(shop, APPROVAL, *ROUTE[:2])
    page = shop.json("approval", "show", APPROVAL)
    assert page["deciders"] == []
    assert page["stuck"] == "nobody holds the role manager but who has a hand in it: give it to a second person"
    for login in ("gao.feng", "zhang.wei"):
        with pytest.raises(RuleRefused, match="cannot decide"):
            deals.approve(shop, APPROVAL, login)


def test_a_stranger_drafts_nothing_on_a_colleagues_customer(shop: Office) -> None:
    before = deals.written(shop)
    with pytest.raises(NotPermitted, match=r"is in the charge of li\.na"):
        drafted(shop, user="chen.jie", splits=(("chen.jie", WHOLE),))
    assert deals.written(shop) == before
    assert shop.json("contract", "list") == []


# --- orders and the end of their contract


def test_a_terminated_contract_lets_go_of_what_is_not_approved(signed: Office) -> None:
    with signed.context(now=NEXT_DAY).transaction() as work:
        orders.submit(work, orders.create(work, QUOTE, contract=NUMBER).number)
    terminate(signed)
    order = signed.json("order", "show", "DD2026-0001", now=NEXT_DAY)
    assert (order["state"], order["contract_number"]) == ("returned", None)
    assert signed.json("approval", "show", AGAIN, now=NEXT_DAY)["state"] == "void"
    changes = deals.rows(signed, "SELECT reason FROM v_state_change WHERE subject_kind = 'order' ORDER BY id")
    assert changes[-1]["reason"] == "HT2026-0001 is terminated"


def test_a_returned_order_that_is_too_large_needs_a_contract_that_still_runs(shop: Office) -> None:
    """The order was made while the contract ran; it goes to its approvers again when that has ended."""
    deals.accepted(shop, sku=deals.DEAR, quantity=2_000)  # 1,200,000.00
    drafted(shop, quote="Q2026-0002")
    submitted(shop)
    deals.approve(shop, APPROVAL, *ROUTE)
    sign(shop)
    with shop.context(now=NEXT_DAY).transaction() as work:
        orders.submit(work, orders.create(work, "Q2026-0002", contract=NUMBER).number)
    deals.reject(shop, AGAIN, "zhang.wei", now=NEXT_DAY)
    terminate(shop)
    with pytest.raises(RuleRefused, match="needs a signed contract"):
        deals.submit(shop, "DD2026-0001", now=NEXT_DAY)
    assert shop.json("explain", "DD2026-0001", now=NEXT_DAY)["decisions"][0]["outcome"] == "needs-contract"
    # the next contract takes the order in
    with shop.context(now=NEXT_DAY).transaction() as work:
        made = contract_drafts.draft(work, Source("Q2026-0002", given=Given(terms=TERMS))).number
    signed_again(shop, made, "AP2026-0003")
    deals.submit(shop, "DD2026-0001", now=DAY_AFTER)
    assert shop.json("order", "show", "DD2026-0001")["contract_number"] == made


def test_an_approved_order_goes_on_and_the_next_contract_takes_it_in(signed: Office) -> None:
    with signed.context(now=NEXT_DAY).transaction() as work:
        orders.submit(work, orders.create(work, QUOTE, contract=NUMBER).number)
    deals.approve(signed, AGAIN, *deals.ORDER_ROUTE, now=NEXT_DAY)
    terminate(signed)
    reconciled = signed.json("contract", "reconcile", now=NEXT_DAY)
    assert [(one["kind"], one["ref"]) for one in reconciled] == [("order-on-ended", "DD2026-0001")]
    with signed.context(now=NEXT_DAY).transaction() as work:
        made = contract_drafts.draft(work, Source(QUOTE, given=Given(terms=TERMS))).number
    signed_again(signed, made, "AP2026-0003")
    assert signed.json("order", "show", "DD2026-0001")["contract_number"] == made
    assert signed.json("contract", "reconcile", now=NEXT_DAY) == []


def framework(office: Office, amount: int) -> str:
    """A signed contract over that amount, of an opportunity without a quote; the opportunity's number."""
    with office.context().transaction() as work:
        new = NewOpportunity("全年框架", amount, date(2026, 6, 1))
        opportunity = opportunities.add(work, deals.CUSTOMER_ID, new).number
        contract_drafts.draft(work, Source(None, opportunity, Given(terms=TERMS, amount=amount)))
    submitted(office)
    deals.approve(office, APPROVAL, *ROUTE)
    sign(office)
    deals.execute(office, "UPDATE opportunity SET state = 'negotiation'")
    return opportunity


def ordered(office: Office, opportunity: str, quantity: int) -> Any:
    """An order of that many of the dear product, of a quote that belongs to the opportunity."""
    number = deals.quote(office, sku=deals.DEAR, quantity=quantity, opportunity=opportunity, now=NEXT_DAY)
    with office.context(now=NEXT_DAY).transaction() as work:
        quotes.accept(work, number, date(2026, 3, 3))
        deals_number = orders.create(work, number).number
    deals.execute(office, "UPDATE opportunity SET state = 'negotiation'")
    return office.json("order", "show", deals_number)


def test_a_contract_of_an_opportunity_carries_its_orders_as_far_as_it_goes(office: Office) -> None:
    deals.furnish(office)
    opportunity = framework(office, 200_000_000)
    assert ordered(office, opportunity, 2_000)["contract_number"] == NUMBER  # 1,200,000.00
    assert ordered(office, opportunity, 1_000)["contract_number"] == NUMBER  # 600,000.00: 200,000.00 are left
    assert ordered(office, opportunity, 1_000)["contract_number"] is None
    with pytest.raises(RuleRefused, match="needs a signed contract"):
        ordered(office, opportunity, 2_000)


# --- merging


def test_merging_two_files_leaves_an_approved_contract_approved(approved: Office) -> None:
    with approved.context(user="zhang.wei", now=NEXT_DAY).transaction() as work:
        contact = NewContact("刘工", phone="13900001111")
        add_customer(
            work, NewCustomer("明远制造(上海)分公司", "制造业", Origin.REFERRAL, "二期", (contact,), owner="li.na")
        )
        merging.merge(work, deals.CUSTOMER_ID, 2, "同一家")
    sign(approved)
    assert approved.json("contract", "show", NUMBER)["state"] == "signed"


# --- what was withdrawn was not rejected, and what was given up was never said


def test_a_withdrawal_is_not_shown_as_a_rejection(shop: Office) -> None:
    drafted(shop)
    submitted(shop)
    deals.withdraw(shop, APPROVAL, reason="客户改数量")
    assert shop.json("contract", "show", NUMBER)["returned_because"] is None
    deals.quote(shop, discount=deals.ABOVE)
    deals.withdraw(shop, AGAIN, reason="再议")
    assert shop.json("quote", "show", "Q2026-0002")["returned_because"] is None
    with pytest.raises(Refused, match="Q2026-0002 is a draft"), shop.context().transaction() as work:
        quotes_accept(work)


def quotes_accept(work: Any) -> None:
    quotes.accept(work, "Q2026-0002", date(2026, 3, 2))


def test_what_was_given_up_is_not_among_the_changes(signed: Office) -> None:
    amend(signed, terms={ContractTerm.BREACH: "免责"})
    with signed.context(now=NEXT_DAY).transaction() as work:
        contract_drafts.give_up(work, NUMBER)
    amend(signed, title="改了标题")
    submitted(signed, now=NEXT_DAY)
    page = signed.json("approval", "show", AGAIN, now=NEXT_DAY)
    assert [(one["field"], one["after"]) for one in page["changes"]] == [("title", "改了标题")]
    standing = [(one["revision"], one["standing"]) for one in page["contract"]["revisions"]]
    assert standing == [(1, "in force"), (2, "given up"), (3, "not signed yet")]


def test_a_revision_shows_the_dues_of_the_first_signature(signed: Office) -> None:
    amend(signed, title="改了标题")
    old, new = (signed.json("contract", "show", NUMBER, "--revision", one) for one in ("1", "2"))
    assert [one["instalments"][0]["due_on"] for one in (old, new)] == ["2026-03-03", "2026-03-03"]
    assert [one["signed_on"] for one in (old, new)] == ["2026-03-03", "2026-03-03"]


# --- a month that is over stays as it was


def test_a_reconciliation_is_of_its_month(signed: Office) -> None:
    """Signed in March without an order; ordered in April, terminated in April, the order goes on in May."""

    def kinds(month: str) -> list[tuple[str, str]]:
        found = signed.json("contract", "reconcile", "--month", month, now="2026-05-20 09:00")
        return [(one["kind"], one["ref"]) for one in found]

    march = [("no-order", NUMBER), ("overdue", NUMBER)]
    assert kinds("2026-03") == march
    with signed.context(now="2026-04-02 10:00").transaction() as work:
        orders.submit(work, orders.create(work, QUOTE, contract=NUMBER).number)
    deals.approve(signed, AGAIN, *deals.ORDER_ROUTE, now="2026-04-03 10:00")
    assert kinds("2026-03") == march
    assert kinds("2026-04") == [("overdue", NUMBER)]
    with signed.context(user="zhang.wei", now="2026-04-20 10:00").transaction() as work:
        contract_end.terminate(work, NUMBER, "客户项目取消")
    assert kinds("2026-03") == march
    assert kinds("2026-04") == kinds("2026-05") == [("order-on-ended", "DD2026-0001")]
