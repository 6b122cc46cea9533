"""Adding products: what is kept, what is refused, one after the other in bulk."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from salesflow.errors import Duplicate, InvalidValue, NotPermitted, Refused
from salesflow.models.product import Product
from salesflow.services.products import NewProduct, add, change, checked_sku
from tests import deals
from tests.conftest import Office

CRM = NewProduct(
    "YF-100", "云帆CRM标准版", 5_000_000, "20用户 / 年", "套", 4_200_000, 3_000_000, lead_days=7, stock=2_500
)


def test_a_product_is_kept_as_it_was_given(office: Office) -> None:
    with office.context().transaction() as work:
        add(work, CRM)
    (row,) = deals.rows(office, "SELECT * FROM v_product")
    assert row == {
        "id": 1,
        "sku": "YF-100",
        "name": "云帆CRM标准版",
        "spec": "20用户 / 年",
        "unit": "套",
        "list_price": 5_000_000,
        "floor_price": 4_200_000,
        "cost": 3_000_000,
        "tax_rate": 1_300,
        "net": 0,
        "lead_days": 7,
        "stock": 2_500,
        "customised": 0,
        "created_at": "2026-03-02 01:00:00",
        "retired_at": None,
        "version": 1,
        "retired": 0,
        "first_list_price": 5_000_000,
        "first_floor_price": 4_200_000,
    }
    (entry,) = deals.rows(
        office, "SELECT staff, action, subject_kind, subject_ref, after FROM v_audit WHERE action = 'product.add'"
    )
    assert (entry["staff"], entry["subject_kind"], entry["subject_ref"]) == ("li.na", "product", "YF-100")
    assert json.loads(entry["after"])["list_price"] == 5_000_000


def test_what_is_not_given_has_its_usual_value(office: Office) -> None:
    with office.context().transaction() as work:
        add(work, NewProduct("A", "甲", 0))
    (row,) = deals.rows(office, "SELECT spec, unit, floor_price, cost, tax_rate, net, lead_days, stock FROM v_product")
    assert list(row.values()) == ["", "件", None, None, 1_300, 0, None, None]


@pytest.mark.parametrize("sku", ["YF-100", "yf-100", "ＹＦ－１００", " YF-100 "])
def test_a_sku_is_there_once_in_any_case_and_width(office: Office, sku: str) -> None:
    with office.context().transaction() as work:
        add(work, CRM)
    with (
        pytest.raises(Duplicate, match="there is a product YF-100 already") as caught,
        office.context().transaction() as work,
    ):
        add(work, NewProduct(sku, "另一个", 1))
    assert caught.value.exit_status == 6
    assert deals.value(office, "SELECT count(*) FROM v_product") == 1


def test_within_one_transaction_too(office: Office) -> None:
    with office.context().transaction() as work:
        for number in range(3):
            add(work, NewProduct(f"P{number}", "甲", 1))
        with pytest.raises(Duplicate):
            add(work, NewProduct("p1", "乙", 1))
        add(work, NewProduct("P3", "丁", 1))
    assert [row["sku"] for row in deals.rows(office, "SELECT sku FROM v_product ORDER BY sku")] == [
        "P0",
        "P1",
        "P2",
        "P3",
    ]


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        (
            CRM.__class__("X", "甲", 100, floor_price=101),
            Refused,
            "X: the floor price 1.01 is above the list price 1.00",
        ),
        (NewProduct("", "甲", 1), InvalidValue, '"" cannot be a SKU'),
        (NewProduct("A B", "甲", 1), InvalidValue, '"A B" cannot be a SKU'),
        (NewProduct("A　B", "甲", 1), InvalidValue, "cannot be a SKU"),
        (NewProduct("A\x1b[31m", "甲", 1), InvalidValue, "SKU has the control character U\\+001B"),
        (NewProduct("A" * 65, "甲", 1), InvalidValue, "SKU has 65 characters, 64 are allowed"),
        (NewProduct("A", " ", 1), InvalidValue, "the product has no name"),
        (NewProduct("A", "甲\n乙", 1), InvalidValue, "product name has the control character"),
        (NewProduct("A", "甲" * 201, 1), InvalidValue, "product name has 201 characters, 200 are allowed"),
        (NewProduct("A", "甲", 1, spec="长" * 501), InvalidValue, "specification has 501 characters, 500 are allowed"),
        (NewProduct("A", "甲", 1, unit="\x07"), InvalidValue, "unit has the control character"),
    ],
)
def test_what_cannot_be_a_product_leaves_no_trace(
    office: Office, new: NewProduct, error: type[Exception], message: str
) -> None:
    with office.context().transaction() as work:
        with pytest.raises(error, match=message):
            add(work, new)
        add(work, CRM)
    assert deals.value(office, "SELECT count(*) FROM v_product") == 1
    assert deals.value(office, "SELECT count(*) FROM v_audit WHERE action = 'product.add'") == 1


def test_a_floor_price_may_equal_the_list_price(office: Office) -> None:
    with office.context().transaction() as work:
        assert add(work, NewProduct("A", "甲", 100, floor_price=100)).floor_price == 100


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("yf-100", "yf-100"), (" A:B@C ", "A:B@C"), ("ＡＢ１", "AB1"), ("型号-甲", "型号-甲"), ("①", "1")],
)
def test_a_sku_is_kept_half_width_and_as_typed_otherwise(typed: str, kept: str) -> None:
    assert checked_sku(typed) == kept


@pytest.mark.parametrize("cost", [599_999, None])
def test_a_lower_cost_is_not_a_salespersons_to_set(office: Office, cost: int | None) -> None:
    """Margins are measured by it."""
    deals.furnish(office)
    before = deals.written(office)

    def lower(user: str) -> None:
        with office.context(user=user).transaction() as work:
            change(work, work.session.exec(select(Product).where(Product.sku == deals.SKU)).one(), {"cost": cost})

    with pytest.raises(NotPermitted) as caught:
        lower("li.na")
    assert caught.value.code == "cost"
    assert deals.written(office) == before
    lower("liu.yang")
    assert deals.value(office, "SELECT cost FROM v_product WHERE sku = 'YF-100'") == cost
