"""Products as they are listed, found and referred to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from salesflow.context import Context
from salesflow.errors import NotFound
from salesflow.queries import products as queries
from salesflow.services.products import NewProduct, add
from tests import deals
from tests.conftest import Office

PRODUCTS = (
    NewProduct("YF-100", "云帆CRM标准版", 5_000_000, "20用户", "套"),
    NewProduct("YF-200", "云帆CRM企业版", 9_000_000, "100用户", "套"),
    NewProduct("SVC_1%", "实施服务 On-site", 120_000, "", "人天", net=True),
    NewProduct("old", "旧版", 1_000),
)


@pytest.fixture
def context(office: Office) -> Iterator[Context]:
    with office.context().transaction() as work:
        for new in PRODUCTS:
            add(work, new)
    deals.execute(office, "UPDATE product SET retired_at = '2026-03-01 00:00:00' WHERE sku = 'old'")
    context = office.context()
    yield context
    context.close()


def skus(context: Context, retired: bool | None = False, find: str | None = None) -> list[str]:
    return [row["sku"] for row in queries.listed(context, retired=retired, find=find).rows]


def test_what_is_sold_is_listed_by_sku(context: Context) -> None:
    assert skus(context) == ["SVC_1%", "YF-100", "YF-200"]
    assert skus(context, retired=True) == ["old"]
    assert skus(context, retired=None) == ["SVC_1%", "YF-100", "YF-200", "old"]


@pytest.mark.parametrize(
    ("find", "found"),
    [
        ("yf", ["YF-100", "YF-200"]),
        ("ＹＦ－２", ["YF-200"]),
        ("crm 企业", ["YF-200"]),
        ("ＣＲＭ　企业", ["YF-200"]),
        ("企业 CRM", ["YF-200"]),
        ("20用户", ["YF-100"]),
        ("ON-SITE", ["SVC_1%"]),
        ("%", ["SVC_1%"]),
        ("_", ["SVC_1%"]),
        ("!", []),
        ("", ["SVC_1%", "YF-100", "YF-200"]),
        ("' OR 1=1 --", []),
        ("旧版", []),
    ],
)
def test_finding_by_words(context: Context, find: str, found: list[str]) -> None:
    assert skus(context, find=find) == found


def test_a_list_stops_where_it_is_told_to(context: Context) -> None:
    found = queries.listed(context, keep=2)
    assert ([row["sku"] for row in found.rows], found.more) == (["SVC_1%", "YF-100"], True)


@pytest.mark.parametrize("ref", ["YF-100", "yf-100", "ＹＦ－１００", " yf-100 "])
def test_a_sku_is_meant_in_any_case_and_width(context: Context, ref: str) -> None:
    assert queries.sku(context, ref) == "YF-100"
    assert queries.show(context, ref)["name"] == "云帆CRM标准版"


def test_an_unknown_sku_names_the_nearest(context: Context) -> None:
    with pytest.raises(NotFound, match="there is no product YF-10") as caught:
        queries.show(context, "YF-10")
    assert caught.value.code == "unknown-product"
    assert "see: salesflow product list" in str(caught.value.hint).lower()
    with pytest.raises(NotFound) as caught:
        queries.sku(context, "YF-20O")
    assert str(caught.value.hint) == "did you mean YF-200? See: salesflow product list"


def test_columns_are_what_scripts_rely_on(context: Context) -> None:
    row = queries.show(context, "SVC_1%")
    assert set(row) == {column.key for column in queries.SHOW_COLUMNS}
    assert {column.key for column in queries.COLUMNS} == {column.key for column in queries.ALL_COLUMNS}
    assert {"sku", "name", "spec", "unit", "list_price", "floor_price", "tax_rate", "stock", "retired"} <= set(row)
