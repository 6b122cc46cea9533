"""Changing products by hand: fields, prices, stock, retiring, and two at once."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from salesflow.enums import ProductField
from salesflow.errors import Conflict, InvalidValue, NotFound, NotPermitted, Refused, SalesflowError, UsageError
from salesflow.rules.policy import Policy, PriceApproval
from salesflow.services.product_edit import Change, Edited, ProductEdit, edit, restore, retire, set_stock
from tests import deals
from tests.conftest import ROOT, Office, outside
from tests.services.test_prices import everything, govern, held, put, shop, states, strict

__all__ = ["shop", "strict"]

SKU = deals.SKU


def change(
    office: Office, *, sku: str = SKU, if_version: int | None = None, now: str | None = None, **fields: Any
) -> Edited:
    with office.context(now=now).transaction() as work:
        return edit(work, sku, ProductEdit(**fields), if_version=if_version)


def stock(office: Office, **how: int) -> Change:
    with office.context().transaction() as work:
        return set_stock(work, SKU, **how)


def product(office: Office) -> dict[str, Any]:
    return deals.rows(office, "SELECT * FROM v_product WHERE sku = :sku", sku=SKU)[0]


def test_what_is_given_replaces_what_is_kept(shop: Office) -> None:
    done = change(
        shop,
        name=" 云帆CRM专业版 ",
        spec="50 用户\n两年",
        unit="套",
        cost=650_000,
        lead_days=0,
        customised=True,
    )
    assert done.price is None
    assert done.changes[0] == Change("name", "云帆CRM标准版", "云帆CRM专业版")
    row = product(shop)
    kept = ("name", "spec", "unit", "cost", "lead_days", "customised", "version")
    assert [row[name] for name in kept] == ["云帆CRM专业版", "50 用户\n两年", "套", 650_000, 0, 1, 2]
    (entry,) = deals.rows(shop, "SELECT before, after FROM v_audit WHERE action = 'product.edit'")
    assert json.loads(entry["before"])["cost"] == 600_000
    assert json.loads(entry["after"])["cost"] == 650_000
    assert change(shop, unit="套", customised=True) == Edited([])
    assert product(shop)["version"] == 2
    shop.user = "liu.yang"  # a lower cost is finance's to set
    change(shop, clear=tuple(ProductField))
    assert [product(shop)[name] for name in ("spec", "cost", "lead_days", "stock")] == ["", None, None, None]


def test_a_price_is_one_from_today(shop: Office) -> None:
    done = change(shop, list_price=1_100_000, floor_price=700_000, name="新名")
    assert done.changes == [Change("name", "云帆CRM标准版", "新名"), Change("list_price", 1_000_000, 1_100_000)]
    assert states(shop) == [("JG2026-0001", "valid", "2026-03-02")]
    assert deals.rows(shop, "SELECT list_price, floor_price FROM v_price") == [
        {"list_price": 1_100_000, "floor_price": None}
    ]
    assert (held(shop, "2026-03-01"), held(shop, "2026-03-02")) == ((1_000_000, 700_000), (1_100_000, 700_000))
    assert product(shop)["first_list_price"] == 1_000_000
    assert change(shop, list_price=1_100_000) == Edited([])


def test_a_price_that_needs_an_approval_waits_for_it_here_too(strict: Office) -> None:
    done = change(strict, floor_price=500_000, unit="套")
    assert done.price is not None and done.price.price.state == "pending_approval"
    assert (held(strict, "2026-03-02"), product(strict)["unit"]) == ((1_000_000, 700_000), "套")
    deals.approve(strict, "AP2026-0001", "zhang.wei")
    assert held(strict, "2026-03-02") == (1_000_000, 500_000)


NAMELESS = {"name": " "}


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({}, UsageError, "there is nothing to change"),
        ({"sku": "X", "name": "甲"}, NotFound, "there is no product X"),
        (NAMELESS, InvalidValue, "product name is empty"),
        ({"spec": ""}, InvalidValue, "specification is empty"),
        ({"name": "甲\n乙"}, InvalidValue, "product name has the control character"),
        ({"unit": "\x1b[2J"}, InvalidValue, r"unit has the control character U\+001B"),
        ({"name": "甲" * 201}, InvalidValue, "product name has 201 characters"),
        ({"cost": 1, "clear": (ProductField.COST,)}, UsageError, "--cost is given and cleared at once"),
        ({"floor_price": 1_000_001, "name": "新名"}, Refused, "the floor price 10,000.01 is above the list price"),
        ({"list_price": 699_999, "name": "新名"}, Refused, "the floor price 7,000.00 is above the list price 6,999.99"),
        ({"name": "新名", "if_version": 7}, Conflict, "YF-100 was changed meanwhile: it is at version 1, not 7"),
    ],
)
def test_what_cannot_be_leaves_no_trace(
    shop: Office, fields: dict[str, Any], error: type[SalesflowError], says: str
) -> None:
    kept = everything(shop)
    with pytest.raises(error, match=says):
        change(shop, **fields)
    assert everything(shop) == kept


def test_another_price_is_another_version(shop: Office) -> None:
    put(shop, 1_100_000, "2026-04-01")
    with pytest.raises(Conflict, match="it is at version 2, not 1"):
        change(shop, name="新名", if_version=1)
    change(shop, name="新名", if_version=2)


def test_the_tax_basis_stays_with_the_history(shop: Office) -> None:
    assert change(shop, net=True).changes == [Change("net", False, True)]
    put(shop, 1_100_000, "2026-04-01")
    kept = everything(shop)
    with pytest.raises(Refused, match="the prices in the history of YF-100 are on its tax basis"):
        change(shop, net=False)
    assert everything(shop) == kept
    assert change(shop, net=True, unit="套").changes == [Change("unit", "件", "套")]


def test_the_tax_basis_is_no_way_round_the_approval(shop: Office) -> None:
    govern(shop, Policy(price_approval=PriceApproval("decreases")))
    with pytest.raises(Refused, match="with another tax basis the prices of YF-100 would be others"):
        change(shop, net=True)


@pytest.mark.parametrize(
    "fields", [{"tax_rate": 0}, {"tax_rate": 1_600}, {"cost": 599_999}, {"clear": (ProductField.COST,)}]
)
def test_what_margins_are_measured_by_is_not_a_salespersons(shop: Office, fields: dict[str, Any]) -> None:
    """Of a net price the tax rate is also what the customer pays."""
    kept = everything(shop)
    for user in ("li.na", "zhao.lei", "sun.li"):
        shop.user = user
        with pytest.raises(NotPermitted, match=r"YF-100: .* is not a salesperson's to set"):
            change(shop, unit="套", list_price=900_000, **fields)
    assert everything(shop) == kept
    for user in ("liu.yang", "zhang.wei", "wang.fang"):
        shop.user = user
        change(shop, **fields)
    assert product(shop)["version"] == 2


def test_what_an_approver_looks_at_is_not_a_salespersons(strict: Office) -> None:
    """Another cost or tax rate would make the price that waits one that cannot be approved."""
    put(strict, 900_000, "2026-04-01")
    kept = everything(strict)
    strict.user = "zhao.lei"
    with pytest.raises(NotPermitted, match="JG2026-0001 waits for its approval with the cost as it is"):
        change(strict, cost=650_000)
    with pytest.raises(NotPermitted):
        change(strict, tax_rate=600)
    assert everything(strict) == kept
    change(strict, cost=600_000, tax_rate=1_300, unit="套")
    deals.approve(strict, "AP2026-0001", "zhang.wei")
    change(strict, cost=650_000)


def test_a_price_and_a_cost_at_once_are_approved_together(strict: Office) -> None:
    change(strict, list_price=900_000, cost=650_000)
    deals.approve(strict, "AP2026-0001", "zhang.wei")
    assert (held(strict, "2026-03-02")[0], product(strict)["cost"]) == (900_000, 650_000)


def test_stock_is_set_and_added_to(shop: Office) -> None:
    with pytest.raises(Refused, match="nobody has said how many there are of YF-100"):
        stock(shop, add=1_000)
    assert stock(shop, to=40_000) == Change("stock", None, 40_000)
    assert stock(shop, add=2_500) == Change("stock", 40_000, 42_500)
    assert stock(shop, add=-42_500) == Change("stock", 42_500, 0)
    found = deals.rows(shop, "SELECT before, after FROM v_audit WHERE action = 'product.stock' ORDER BY id")
    assert [(json.loads(row["before"]).get("stock"), json.loads(row["after"])["stock"]) for row in found] == [
        (None, 40_000), (40_000, 42_500), (42_500, 0),
    ]  # fmt: skip
    kept = everything(shop)
    with pytest.raises(Refused, match=r"YF-100 has 0 in stock: 0\.001 cannot be taken"):
        stock(shop, add=-1)
    for wrong in ({}, {"to": 1, "add": 1}):
        with pytest.raises(UsageError):
            stock(shop, **wrong)
    with pytest.raises(InvalidValue, match="a stock of 1000000000 is too large"):
        stock(shop, add=10**12)
    assert stock(shop, to=0) == Change("stock", 0, 0)
    assert everything(shop) == kept


def test_two_who_add_at_once_both_count(shop: Office) -> None:
    stock(shop, to=100_000)
    words = [sys.executable, "-m", "salesflow", "product", "stock", SKU, "--add", "-1.5", "--quiet"]
    running = [
        subprocess.Popen(words, cwd=ROOT, env=outside(shop.environ()), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in running] == [(b"", 0)] * 4
    assert product(shop)["stock"] == 94_000
    assert deals.value(shop, "SELECT count(*) FROM v_audit WHERE action = 'product.stock'") == 5


def test_two_who_set_the_same_price_at_once(shop: Office) -> None:
    words = [sys.executable, "-m", "salesflow", "price", "set", SKU, "9000", "--from", "2026-04-01"]
    running = [
        subprocess.Popen(words, cwd=ROOT, env=outside(shop.environ()), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    assert sorted([process.wait(timeout=120) for process in running]) == [0, 6]
    assert states(shop) == [("JG2026-0001", "valid", "2026-04-01")]
    for process in running:
        process.communicate()


@pytest.mark.parametrize("user", ["li.na", "zhao.lei", "liu.yang"])
def test_who_neither_leads_nor_runs_the_operations_retires_nothing(strict: Office, user: str) -> None:
    strict.user = user
    kept = everything(strict)
    with pytest.raises(NotPermitted), strict.context().transaction() as work:
        retire(work, SKU)
    assert everything(strict) == kept
    with strict.context(user="sun.li").transaction() as work:
        assert retire(work, SKU) == []
    with pytest.raises(NotPermitted), strict.context().transaction() as work:
        restore(work, SKU)


def test_a_waiting_price_of_others_stands_in_the_way_of_operations(strict: Office) -> None:
    put(strict, 900_000, "2026-04-01")
    strict.user = "sun.li"
    kept = everything(strict)
    with pytest.raises(NotPermitted, match=r"JG2026-0001 is a price of li\.na"), strict.context().transaction() as work:
        retire(work, SKU)
    assert everything(strict) == kept


def test_retiring_and_bringing_back(strict: Office) -> None:
    put(strict, 900_000, "2026-04-01")
    deals.quote(strict)
    strict.user = "zhang.wei"
    with strict.context().transaction() as work:
        assert retire(work, SKU, "停产") == ["JG2026-0001"]
    assert states(strict) == [("JG2026-0001", "withdrawn", "2026-04-01")]
    assert deals.value(strict, "SELECT state FROM v_approval") == "void"
    entry = deals.value(strict, "SELECT after FROM v_audit WHERE action = 'product.retire'")
    assert json.loads(entry)["reason"] == "停产"
    kept = everything(strict)
    for wrong in (lambda: change(strict, name="新名"), lambda: deals.quote(strict)):
        with pytest.raises(Refused, match="YF-100 is retired"):
            wrong()
    with pytest.raises(Refused, match="YF-100 is retired since 2026-03-02"), strict.context().transaction() as work:
        retire(work, SKU)
    assert everything(strict) == kept
    assert stock(strict, to=0) == Change("stock", None, 0)  # what is left is still counted
    with strict.context().transaction() as work:
        restore(work, SKU)
    with pytest.raises(Refused, match="YF-100 is not retired"), strict.context().transaction() as work:
        restore(work, SKU)
    change(strict, name="新名")
    deals.quote(strict)
