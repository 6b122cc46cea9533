"""The price list: prices from a day on, their approval, taking them back, and what quotes make of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from salesflow.enums import Role
from salesflow.errors import Duplicate, InvalidValue, NotFound, NotPermitted, Refused, RuleRefused
from salesflow.queries import prices as queries
from salesflow.rules.policy import AutoDiscount, Policy, PriceApproval, Tier
from salesflow.services import approvals, prices, product_edit
from salesflow.services.policy import apply as apply_policy
from salesflow.services.prices import NewPrice
from tests import deals
from tests.conftest import Office

SKU = deals.SKU  # 10,000.00, floor 7,000.00, cost 6,000.00
TODAY, TUESDAY, WEDNESDAY, APRIL = "2026-03-02", "2026-03-03", "2026-03-04", "2026-04-01"


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    govern(office, FREE)
    return office


FREE = Policy(price_approval=PriceApproval("never"))


def govern(office: Office, policy: Policy) -> None:
    with office.context(user="wang.fang").transaction() as work:
        apply_policy(work, "test", "", policy, "试行")


@pytest.fixture
def strict(shop: Office) -> Office:
    """A manager approves every change of a price."""
    govern(shop, Policy(price_approval=PriceApproval("always")))
    return shop


def put(
    office: Office,
    price: int | None,
    on: str = TODAY,
    floor: int | None = None,
    *,
    sku: str = SKU,
    user: str = "li.na",
    now: str | None = None,
    reason: str = "",
) -> str:
    with office.context(user=user, now=now).transaction() as work:
        return prices.set_price(work, sku, NewPrice(date.fromisoformat(on), price, floor, reason)).price.number


def take_back(office: Office, number: str, *, user: str = "li.na", now: str | None = None, reason: str = "") -> None:
    with office.context(user=user, now=now).transaction() as work:
        prices.withdraw(work, number, reason)


def held(office: Office, on: str, sku: str = SKU) -> tuple[int, int | None]:
    """List price and floor price of a day."""
    context = office.context(now=f"{on} 09:00")
    try:
        (row,) = queries.listed(context, sku=sku, at=date.fromisoformat(on)).rows
    finally:
        context.close()
    return row["list_price"], row["floor_price"]


def states(office: Office) -> list[tuple[str, str, str]]:
    return [
        (row["number"], row["state"], row["valid_from"])
        for row in deals.rows(office, "SELECT number, state, valid_from FROM v_price ORDER BY id")
    ]


def everything(office: Office) -> list[Any]:
    """All that a refused command must leave as it is."""
    found = deals.written(office)
    for sql in ("SELECT * FROM v_price ORDER BY id", "SELECT * FROM v_product ORDER BY id"):
        found.append(deals.rows(office, sql))
    return found


def lines(office: Office) -> list[tuple[int, int | None, int]]:
    found = deals.rows(office, "SELECT list_price, floor_price, amount FROM v_quote_line ORDER BY quote_id, line")
    return [(row["list_price"], row["floor_price"], row["amount"]) for row in found]


def test_a_price_holds_from_its_day_on(shop: Office) -> None:
    assert put(shop, 1_100_000, APRIL, 800_000, reason="原材料涨价") == "JG2026-0001"
    days = ("2026-03-02", "2026-03-31", "2026-04-01", "2028-02-29")
    assert [held(shop, day) for day in days] == [(1_000_000, 700_000)] * 2 + [(1_100_000, 800_000)] * 2
    assert states(shop) == [("JG2026-0001", "valid", APRIL)]
    (entry,) = deals.rows(shop, "SELECT staff, subject_ref, before, after FROM v_audit WHERE action = 'price.set'")
    assert (entry["staff"], entry["subject_ref"]) == ("li.na", "JG2026-0001")
    assert json.loads(entry["before"]) == {"list_price": 1_000_000, "floor_price": 700_000}
    assert json.loads(entry["after"]) == {
        "sku": SKU, "valid_from": APRIL, "state": "valid", "reason": "原材料涨价", "list_price": 1_100_000, "floor_price": 800_000,
    }  # fmt: skip
    history = "SELECT from_state, to_state FROM v_state_change WHERE subject_kind = 'price'"
    assert [tuple(row.values()) for row in deals.rows(shop, history)] == [(None, "valid")]
    assert deals.value(shop, "SELECT version FROM v_product WHERE sku = :sku", sku=SKU) == 2


def test_quotes_start_from_the_price_of_their_day(shop: Office) -> None:
    put(shop, 1_100_000, TUESDAY, 950_000)
    for day in (TODAY, TUESDAY, WEDNESDAY):
        deals.quote(shop, discount=1_000, now=f"{day} 09:00")
    assert lines(shop) == [
        (1_000_000, 700_000, 900_000),
        (1_100_000, 950_000, 990_000),
        (1_100_000, 950_000, 990_000),
    ]
    # 12 % off 11,000.00 is 9,680.00, 14 % is 9,460.00: below the floor of that day
    deals.quote(shop, discount=1_400, now=f"{WEDNESDAY} 09:00")
    roles = [row["rule"] for row in deals.rows(shop, "SELECT rule FROM v_approval_step ORDER BY step")]
    assert roles == ["discount-authority", "price-floor"]


def test_a_quote_keeps_its_price_when_another_comes_on_its_day(shop: Office) -> None:
    deals.quote(shop, now=f"{TODAY} 09:00")
    put(shop, 1_200_000, TODAY, now=f"{TODAY} 10:00")
    put(shop, 1_300_000, TODAY, now=f"{TODAY} 11:00")
    deals.quote(shop, now=f"{TODAY} 12:00")
    assert [line[0] for line in lines(shop)] == [1_000_000, 1_300_000]
    explained = [
        shop.json("explain", number, now=f"{WEDNESDAY} 09:00")["decisions"][0]
        for number in ("Q2026-0001", "Q2026-0002")
    ]
    assert [(one["rule"], one["outcome"]) for one in explained] == [("price-valid", "first"), ("price-valid", TODAY)]
    assert explained[1]["text"] == "line 1: YF-100 costs 13,000.00 since 2026-03-02 (JG2026-0002)"


def test_the_automatic_discount_goes_by_the_price_of_the_day(shop: Office) -> None:
    """Ten come to 100,000.00 today and to 99,000.00 tomorrow: the tier from 100,000.00 on is reached today only."""
    govern(shop, FREE._replace(auto_discount=AutoDiscount(amount_tiers=(Tier(10_000_000, 500),))))
    put(shop, 990_000, TUESDAY)
    for day in (TODAY, TUESDAY):
        deals.quote(shop, quantity=10_000, now=f"{day} 09:00")
    found = deals.rows(shop, "SELECT list_amount, discount, discount_rule, amount FROM v_quote_line ORDER BY quote_id")
    assert [tuple(row.values()) for row in found] == [
        (10_000_000, 500, "auto-discount", 9_500_000),
        (9_900_000, 0, None, 9_900_000),
    ]


@pytest.mark.parametrize(
    ("grade", "quantity", "discount"),
    [
        # worked by hand: grade A gives 3 %; from 5 on 2 %, from 20 on 4 %; from 150,000.00 (15 pieces) on 3.5 %, the best counts
        (None, 4_999, 0), (None, 5_000, 200), (None, 14_999, 200), (None, 15_000, 350), (None, 20_000, 400),
        ("A", 1, 300), ("A", 14_999, 300), ("A", 15_000, 350), ("A", 19_999, 350), ("A", 20_000, 400),
        ("B", 4_999, 100), ("B", 5_000, 200), ("C", 4_999, 0), ("C", 20_000, 400),
    ],
)  # fmt: skip
def test_the_better_of_grade_and_tier(shop: Office, grade: str | None, quantity: int, discount: int) -> None:
    tiers = AutoDiscount(quantity_tiers=(Tier(5_000, 200), Tier(20_000, 400)), amount_tiers=(Tier(15_000_000, 350),))
    govern(shop, FREE._replace(auto_discount=tiers))
    deals.execute(shop, "UPDATE customer SET grade = :grade", grade=grade)
    deals.quote(shop, quantity=quantity)
    (row,) = deals.rows(shop, "SELECT discount, discount_rule, amount FROM v_quote_line")
    exact = 1_000_000 * quantity * (10_000 - discount) / 10_000_000
    assert (row["discount"], row["amount"]) == (discount, int(exact + 0.5))
    assert row["discount_rule"] == ("auto-discount" if discount else None)


def test_a_change_of_the_floor_leaves_the_list_price_to_others(shop: Office) -> None:
    """The list price falls on Tuesday; a floor that comes on Wednesday does not bring the old one back."""
    put(shop, None, WEDNESDAY, 750_000)
    put(shop, 900_000, TUESDAY)
    assert [held(shop, day) for day in (TODAY, TUESDAY, WEDNESDAY)] == [
        (1_000_000, 700_000),
        (900_000, 700_000),
        (900_000, 750_000),
    ]


@pytest.mark.parametrize(
    ("before", "new", "error", "says"),
    [
        ((), (1_000_000, TODAY, None), Duplicate, "YF-100 costs 10,000.00 on 2026-03-02 already"),
        ((), (1_000_000, APRIL, 700_000), Duplicate, "YF-100 costs 10,000.00 on 2026-04-01 already"),
        (((900_000, TUESDAY, None),), (900_000, TUESDAY, None), Duplicate, "costs 9,000.00 on 2026-03-03 already"),
        ((), (900_000, "2026-03-01", None), InvalidValue, "2026-03-01 is past"),
        ((), (699_999, TODAY, None), Refused, "YF-100: the floor price 7,000.00 is above the list price 6,999.99"),
        ((), (900_000, TODAY, 900_001), Refused, "YF-100: the floor price 9,000.01 is above the list price 9,000.00"),
        # a price to come stands in the way of a higher floor
        (
            ((750_000, APRIL, None),), (None, TODAY, 800_000), Refused,
            "YF-100: from 2026-04-01 on the floor price 8,000.00 would be above the list price 7,500.00",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_a_price_leaves_no_trace(
    shop: Office, before: Any, new: Any, error: type[Exception], says: str
) -> None:
    for one in before:
        put(shop, *one)
    kept = everything(shop)
    with pytest.raises(error, match=says):
        put(shop, *new)
    assert everything(shop) == kept


def test_unknown_and_retired_products(shop: Office) -> None:
    with shop.context(user="sun.li").transaction() as work:
        product_edit.retire(work, SKU)
    kept = everything(shop)
    with pytest.raises(Refused, match="YF-100 is retired"):
        put(shop, 900_000)
    with pytest.raises(NotFound, match="there is no product X"):
        put(shop, 900_000, sku="X")
    assert everything(shop) == kept


def test_for_nothing_is_a_price(shop: Office) -> None:
    put(shop, 0, TODAY, 0)
    assert held(shop, TODAY) == (0, 0)
    deals.quote(shop)
    assert lines(shop) == [(0, 0, 0)]


def test_a_price_that_waits_is_no_price(strict: Office) -> None:
    put(strict, 900_000, TODAY, reason="清库存")
    assert states(strict) == [("JG2026-0001", "pending_approval", TODAY)]
    assert held(strict, TODAY) == (1_000_000, 700_000)
    deals.quote(strict)
    assert lines(strict) == [(1_000_000, 700_000, 1_000_000)]
    (approval,) = deals.rows(strict, "SELECT * FROM v_approval")
    assert (approval["subject_kind"], approval["subject_ref"], approval["amount"]) == ("price", "JG2026-0001", 900_000)
    assert (approval["customer_id"], approval["waiting_for_role"]) == (None, "manager")
    assert deals.value(strict, "SELECT rule FROM v_approval_step") == "price-approval"


def test_an_approved_price_holds_from_the_approval_on(strict: Office) -> None:
    """Asked for Monday, approved on Wednesday: the quotes of Monday and Tuesday have the old price, and that stays true."""
    put(strict, 900_000, TODAY)
    deals.quote(strict, now=f"{TUESDAY} 09:00")
    deals.approve(strict, "AP2026-0001", "zhang.wei", now=f"{WEDNESDAY} 10:00")
    assert states(strict) == [("JG2026-0001", "valid", WEDNESDAY)]
    assert [held(strict, day)[0] for day in (TODAY, TUESDAY, WEDNESDAY)] == [1_000_000, 1_000_000, 900_000]
    assert lines(strict)[0][0] == 1_000_000
    entry = deals.rows(strict, "SELECT staff, before, after, rule FROM v_audit WHERE action = 'price.valid'")[0]
    assert (entry["staff"], entry["rule"], json.loads(entry["after"])["valid_from"]) == (
        "zhang.wei", "price-approval", WEDNESDAY,
    )  # fmt: skip


def test_one_that_is_approved_in_time_holds_from_its_day_on(strict: Office) -> None:
    put(strict, 900_000, APRIL)
    deals.approve(strict, "AP2026-0001", "zhang.wei", now=f"{WEDNESDAY} 10:00")
    assert states(strict) == [("JG2026-0001", "valid", APRIL)]
    assert [held(strict, day)[0] for day in ("2026-03-31", APRIL)] == [1_000_000, 900_000]


def test_of_one_day_the_later_approved_holds(strict: Office) -> None:
    put(strict, 900_000, TODAY)
    put(strict, 1_100_000, WEDNESDAY)
    deals.approve(strict, "AP2026-0002", "zhang.wei", now=f"{TODAY} 10:00")
    deals.approve(strict, "AP2026-0001", "zhang.wei", now=f"{WEDNESDAY} 10:00")
    assert held(strict, WEDNESDAY)[0] == 900_000


def test_a_rejected_price_never_holds(strict: Office) -> None:
    put(strict, 900_000, APRIL)
    deals.reject(strict, "AP2026-0001", "zhang.wei", "毛利太低")
    assert states(strict) == [("JG2026-0001", "rejected", APRIL)]
    assert held(strict, APRIL)[0] == 1_000_000
    assert put(strict, 900_000, APRIL) == "JG2026-0002"  # and may be asked for again


def test_only_decreases_where_the_policy_says_so(shop: Office) -> None:
    govern(shop, Policy(price_approval=PriceApproval("decreases")))
    put(shop, 1_100_000, TODAY)
    put(shop, 1_050_000, TUESDAY)  # below what holds then
    put(shop, None, TODAY, 750_000)
    put(shop, None, TODAY, 740_000)
    assert [state for _, state, _ in states(shop)] == ["valid", "pending_approval", "valid", "pending_approval"]


def test_nobody_approves_a_price_of_their_own(strict: Office) -> None:
    deals.hire(strict, "gao.feng", Role.MANAGER)
    put(strict, 900_000, APRIL, user="zhang.wei")
    with pytest.raises(RuleRefused, match=r"zhang\.wei submitted this"):
        deals.approve(strict, "AP2026-0001", "zhang.wei")
    deals.approve(strict, "AP2026-0001", "gao.feng")
    assert states(strict)[0][1] == "valid"


def test_the_only_manager_approves_visibly(strict: Office) -> None:
    put(strict, 900_000, APRIL, user="zhang.wei")
    deals.approve(strict, "AP2026-0001", "zhang.wei")
    assert deals.value(strict, "SELECT self_approved FROM v_approval_step") == 1


def test_where_nobody_could_approve_nothing_is_written(strict: Office) -> None:
    deals.dismiss(strict, "zhang.wei")
    kept = everything(strict)
    with pytest.raises(Refused, match="YF-100 needs the approval of the role manager, which nobody holds"):
        put(strict, 900_000, APRIL)
    assert everything(strict) == kept


def test_what_an_approver_looked_at_must_not_change(strict: Office) -> None:
    put(strict, 900_000, APRIL)
    deals.execute(strict, "UPDATE product SET cost = 890000 WHERE sku = :sku", sku=SKU)
    with pytest.raises(Refused, match="JG2026-0001 changed after it was submitted"):
        deals.approve(strict, "AP2026-0001", "zhang.wei")


def test_a_floor_that_rose_meanwhile_stands_in_the_way_of_the_approval(strict: Office) -> None:
    put(strict, 800_000, APRIL)
    put(strict, None, TODAY, 850_000)
    deals.approve(strict, "AP2026-0002", "zhang.wei")
    kept = everything(strict)
    with pytest.raises(Refused, match=r"the floor price 8,500\.00 is above the list price 8,000\.00"):
        deals.approve(strict, "AP2026-0001", "zhang.wei")
    assert everything(strict) == kept
    deals.reject(strict, "AP2026-0001", "zhang.wei")


def test_the_same_again_while_it_waits(strict: Office) -> None:
    put(strict, 900_000, APRIL)
    kept = everything(strict)
    with pytest.raises(Duplicate, match="YF-100: this price waits for its approval already, as JG2026-0001"):
        put(strict, 900_000, APRIL)
    assert everything(strict) == kept


def test_another_price_takes_the_place_of_one_that_waits(strict: Office) -> None:
    put(strict, 900_000, TODAY)
    put(strict, 850_000, TUESDAY, now=f"{TUESDAY} 09:00")  # of the day on which the other would hold, if approved now
    put(strict, None, TUESDAY, 650_000, now=f"{TUESDAY} 09:00")  # the floor alone is another matter
    put(strict, 950_000, APRIL)  # and so is another day
    assert [state for _, state, _ in states(strict)] == ["withdrawn", *["pending_approval"] * 3]
    assert deals.value(strict, "SELECT state FROM v_approval WHERE number = 'AP2026-0001'") == "void"


def test_the_waiting_price_of_a_colleague_waits_on(strict: Office) -> None:
    put(strict, 900_000, APRIL)
    put(strict, 950_000, APRIL, user="zhao.lei")
    assert [state for _, state, _ in states(strict)] == ["pending_approval"] * 2
    put(strict, 960_000, APRIL, user="zhao.lei")
    assert [state for _, state, _ in states(strict)] == ["pending_approval", "withdrawn", "pending_approval"]
    put(strict, 970_000, APRIL, user="zhang.wei")
    assert [state for _, state, _ in states(strict)] == [*["withdrawn"] * 3, "pending_approval"]


def test_taking_back_what_waits(strict: Office) -> None:
    put(strict, 900_000, APRIL)
    with pytest.raises(NotPermitted, match=r"JG2026-0001 is a price of li\.na"):
        take_back(strict, "JG2026-0001", user="chen.jie")
    take_back(strict, "jg2026-0001", reason="写错了")
    assert states(strict) == [("JG2026-0001", "withdrawn", APRIL)]
    assert deals.value(strict, "SELECT state FROM v_approval") == "void"
    with pytest.raises(Refused, match="JG2026-0001 is withdrawn"):
        take_back(strict, "JG2026-0001")
    with pytest.raises(Refused, match="AP2026-0001 is void already"):
        deals.approve(strict, "AP2026-0001", "zhang.wei")


def test_taking_back_what_does_not_hold_yet(shop: Office) -> None:
    put(shop, 900_000, APRIL)
    take_back(shop, "JG2026-0001", user="zhang.wei", now="2026-03-31 23:59")
    assert held(shop, APRIL) == (1_000_000, 700_000)
    put(shop, 900_000, APRIL)
    kept = everything(shop)
    with pytest.raises(Refused, match="JG2026-0002 holds since 2026-04-01"):
        take_back(shop, "JG2026-0002", now="2026-04-01 00:00")
    with pytest.raises(NotFound, match="there is no price JG2026-0009"):
        take_back(shop, "JG2026-0009")
    assert everything(shop) == kept


def test_what_others_build_on_is_not_taken_back(shop: Office) -> None:
    put(shop, 1_500_000, APRIL)
    put(shop, None, "2026-05-01", 1_200_000)
    kept = everything(shop)
    with pytest.raises(
        Refused, match=r"from 2026-05-01 on the floor price 12,000\.00 would be above the list price 10,000\.00"
    ):
        take_back(shop, "JG2026-0001")
    assert everything(shop) == kept


def test_an_approval_that_is_withdrawn_takes_the_price_along(strict: Office) -> None:
    put(strict, 900_000, APRIL)
    with strict.context().transaction() as work:
        approvals.void(work, prices.KIND, 1)
        prices.withdrawn(work, 1, "不需要了")
    assert states(strict) == [("JG2026-0001", "withdrawn", APRIL)]


def test_the_day_is_that_of_the_office_not_of_london(shop: Office) -> None:
    """At half past midnight in Shanghai it is still yesterday in UTC."""
    put(shop, 900_000, TUESDAY)
    deals.quote(shop, now=f"{TODAY} 23:59")
    deals.quote(shop, now=f"{TUESDAY} 00:30")
    assert [line[0] for line in lines(shop)] == [1_000_000, 900_000]
    listed = [shop.json("product", "list", now=now)[0]["list_price"] for now in (f"{TODAY} 23:59", f"{TUESDAY} 00:30")]
    assert listed == ["10000.00", "9000.00"]


def test_the_view_shows_today(shop: Office) -> None:
    """Other programs read v_product: it goes by the database's own day."""
    deals.execute(
        shop,
        "INSERT INTO price (number, product_id, list_price, valid_from, state, reason, at, by_id, approved_at, version) VALUES "
        "('JG-1', 1, 950000, date('now', '-1 day'), 'valid', '', '2026-01-01 00:00:00', 3, '2026-01-01 00:00:00', 1), "
        "('JG-2', 1, 960000, date('now', '+2 day'), 'valid', '', '2026-01-01 00:00:00', 3, '2026-01-01 00:00:00', 1), "
        "('JG-3', 1, 970000, date('now', '-1 day'), 'rejected', '', '2026-01-01 00:00:00', 3, NULL, 1)",
    )
    (row,) = deals.rows(
        shop, "SELECT list_price, floor_price, first_list_price FROM v_product WHERE sku = :sku", sku=SKU
    )
    assert tuple(row.values()) == (950_000, 700_000, 1_000_000)
