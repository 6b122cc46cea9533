"""What moved between versions, and what a customer was given over time."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.errors import NotFound, Refused
from salesflow.queries import quote_diff
from salesflow.services import approvals, quote_versions, quotes
from salesflow.services.products import NewProduct
from salesflow.services.products import add as add_product
from salesflow.services.quote_items import ItemChanges
from salesflow.services.quote_versions import Revision
from salesflow.services.quotes import NewItem, NewQuote
from tests import deals
from tests.conftest import Office

Q = "Q2026-0001"
CHEAP = "YF-1"


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    with office.context().transaction() as work:
        add_product(work, NewProduct(CHEAP, "培训", 50_000, cost=20_000))
    return office


def make(office: Office, *items: NewItem, **terms: Any) -> None:
    with office.context().transaction() as work:
        quotes.make(work, NewQuote(1, items, **terms))


def revise(office: Office, number: str = Q, *, user: str = "li.na", **change: Any) -> None:
    with office.context(user=user).transaction() as work:
        quote_versions.revise(work, number, Revision(**change))


def compare(office: Office, *versions: int) -> dict[str, Any]:
    context = office.context()
    try:
        return quote_diff.compare(context, Q, *versions)
    finally:
        context.close()


def paired(office: Office) -> list[tuple[Any, ...]]:
    names = ("change", "sku", "line_before", "line_after", "quantity_before", "quantity_after")
    return [tuple(line[name] for name in names) for line in compare(office)["lines"]]


ONE, TWO, THREE = NewItem(deals.SKU, 1_000), NewItem(CHEAP, 2_000), NewItem(CHEAP, 3_000)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([THREE, TWO, ONE], [("changed", CHEAP, 2, 1, 2_000, 3_000), ("changed", CHEAP, 3, 2, 3_000, 2_000)]),
        ([ONE, TWO], [("removed", CHEAP, 3, None, 3_000, None)]),
        ([ONE, THREE], [("changed", CHEAP, 2, 2, 2_000, 3_000), ("removed", CHEAP, 3, None, 3_000, None)]),
        ([ONE, TWO, THREE, ONE], [("added", deals.SKU, None, 4, None, 1_000)]),
        ([TWO, THREE], [("removed", deals.SKU, 1, None, 1_000, None)]),
        ([NewItem(deals.DEAR, 1_000)], [
            ("added", deals.DEAR, None, 1, None, 1_000), ("removed", deals.SKU, 1, None, 1_000, None),
            ("removed", CHEAP, 2, None, 2_000, None), ("removed", CHEAP, 3, None, 3_000, None),
        ]),
    ],
)  # fmt: skip
def test_lines_are_matched_by_product_and_then_by_their_order(
    shop: Office, after: list[NewItem], expected: list[tuple[Any, ...]]
) -> None:
    make(shop, ONE, TWO, THREE)
    revise(shop, items=ItemChanges(after))
    assert paired(shop) == expected
    counted = compare(shop)
    assert counted["unchanged_lines"] + len(counted["lines"]) == len(after) + sum(one[3] is None for one in expected)


def test_lines_that_only_change_places_have_not_moved(shop: Office) -> None:
    make(shop, ONE, TWO)
    revise(shop, items=ItemChanges([TWO, ONE]))
    found = compare(shop)
    assert (found["lines"], found["unchanged_lines"], found["totals"]) == ([], 2, [])


def test_every_field_that_moved(shop: Office) -> None:
    make(shop, NewItem(deals.SKU, 1_000), payment_terms="月结", extras=[("培训", 0), ("安装", 100)])
    revise(
        shop, items=ItemChanges(set=[NewItem(deals.SKU, 2_000, discount=500)]), discount=100, freight=300,
        extras=[("安装", 200), ("质保", 0)], payment_terms="", delivery_days=7, valid_days=60,
    )  # fmt: skip
    found = compare(shop, 1, 2)
    (line,) = found["lines"]
    moved = {
        key.removesuffix("_after"): (line[key.replace("_after", "_before")], line[key])
        for key in line
        if key.endswith("_after")
    }
    assert moved == {
        "line": (1, 1),
        "quantity": (1_000, 2_000),
        "list_price": (1_000_000, 1_000_000),
        "discount": (0, 500),
        "unit_price": (100_000_000, 94_050_000),
        "tax_rate": (1_300, 1_300),
        "tax": (115_044, 216_398),
        "amount": (1_000_000, 1_881_000),
        "margin": (4_000, 3_620),
    }
    assert {row["field"]: (row["before"], row["after"], row["change"]) for row in found["totals"]} == {
        "goods_total": (1_000_000, 1_881_000, 881_000),
        "discount_total": (0, 119_000, 119_000),
        "freight": (0, 300, 300),
        "extras_total": (100, 200, 100),
        "tax_total": (115_044, 216_398, 101_354),
        "total": (1_000_100, 1_881_500, 881_400),
    }
    assert {row["field"]: (row["before"], row["after"]) for row in found["rates"]} == {
        "quote_discount": (0, 100), "max_discount": (0, 595), "margin": (4_000, 3_620)
    }  # fmt: skip
    assert {row["field"]: (row["before"], row["after"]) for row in found["terms"]} == {
        "valid_until": ("2026-04-01", "2026-05-01"), "payment_terms": ("月结", None), "delivery_days": (None, "7")
    }  # fmt: skip
    assert [(row["text"], row["before"], row["after"]) for row in found["extras"]] == [
        ("安装", 100, 200), ("质保", None, 0), ("培训", 0, None)
    ]  # fmt: skip


def test_any_two_versions_in_any_order(shop: Office) -> None:
    make(shop, ONE)
    for discount in (100, 200):
        revise(shop, discount=discount)
    assert [row["change"] for row in compare(shop)["rates"] if row["field"] == "quote_discount"] == [100]
    assert [row["change"] for row in compare(shop, 1)["rates"] if row["field"] == "quote_discount"] == [200]
    assert [row["change"] for row in compare(shop, 3, 1)["rates"] if row["field"] == "quote_discount"] == [-200]
    assert compare(shop, 2, 2)["rates"] == []


def test_versions_that_are_not_there(shop: Office) -> None:
    with pytest.raises(NotFound, match="there is no quote Q2026-0001"):
        compare(shop)
    make(shop, ONE)
    with pytest.raises(Refused, match="Q2026-0001 has no version before version 1"):
        compare(shop)
    with pytest.raises(NotFound, match="Q2026-0001 has no version 4"):
        compare(shop, 1, 4)
    with pytest.raises(NotFound, match="Q2026-0001 has no version 0"):
        compare(shop, 0, 1)


def test_what_was_given_over_time(shop: Office) -> None:
    make(shop, ONE, discount=deals.ABOVE, extras=[("培训", 0), ("安装", 100)])
    revise(shop, discount=2_500)
    for approver in ("zhang.wei", "wang.fang"):
        with shop.context(user=approver).transaction() as work:
            approvals.approve(work, "AP2026-0002")
    shop.ok("quote", "accept", Q)
    make(shop, NewItem(CHEAP, 10_000, discount=500))
    make(shop, NewItem(CHEAP, 1_000, discount=1_000))
    shop.ok("quote", "decline", "Q2026-0003", "--reason", "不要了")
    found = shop.json("quote", "list", "--concessions", "明远")
    rows = [
        (row["number"], row["version"], row["state"], row["list_total"], row["given_away"], row["discount"])
        for row in found["quotes"]
    ]
    assert rows == [
        ("Q2026-0003", 1, "declined", "500.00", "50.00", "10.00"),
        ("Q2026-0002", 1, "approved", "5000.00", "250.00", "5.00"),
        (Q, 2, "accepted", "10000.00", "2500.00", "25.00"),
        (Q, 1, "superseded", "10000.00", "1200.00", "12.00"),
    ]
    assert [row["approved_by"] for row in found["quotes"]] == [[], [], ["zhang.wei", "wang.fang"], []]
    assert [row["free_extras"] for row in found["quotes"]] == [[], [], ["培训"], ["培训"]]
    sums = {name: tuple(found[name].values()) for name in ("accepted", "open", "ended")}
    assert sums == {
        "accepted": (1, "10000.00", "2500.00", "25.00"),
        "open": (1, "5000.00", "250.00", "5.00"),
        "ended": (1, "500.00", "50.00", "10.00"),
    }


def test_an_expired_quote_came_to_nothing(shop: Office) -> None:
    make(shop, ONE, discount=500)
    found = shop.json("quote", "list", "--concessions", "明远", now="2026-06-01 09:00")
    assert (found["quotes"][0]["state"], found["ended"]["quotes"], found["open"]["quotes"]) == ("expired", 1, 0)


def test_a_customer_without_quotes_was_given_nothing(shop: Office) -> None:
    found = shop.json("quote", "list", "--concessions", "明远")
    assert (found["quotes"], found["accepted"]) == (
        [],
        {"quotes": 0, "list_total": "0.00", "given_away": "0.00", "discount": "0.00"},
    )
