"""Finding the row of titles, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from salesflow.errors import UsageError
from salesflow.services.customer_columns import TITLES as CUSTOMER_TITLES
from salesflow.services.importing import Field, Layout, cells
from salesflow.services.importing.header import Titles, find, letter
from salesflow.services.importing.layout import IGNORED, normal
from salesflow.services.product_import import _TITLES as PRODUCT_TITLES
from salesflow.services.tabular import Row

FIELDS = (
    Field("name", ("客户名称", "公司名称"), cells.plain),
    Field("phone", ("手机", "电话"), cells.plain),
    Field("industry", ("所属行业",), cells.plain),
    Field("need", ("需求描述", "需求标签"), cells.plain, joins="\n"),
    Field("budget", ("预算",), cells.money, amount=True),
    Field("source_detail", ("来源说明",), cells.plain),
)
LAYOUT = Layout("customer", "name", FIELDS, ("name",), lambda values: values, lambda work, number, options: None)  # type: ignore[arg-type, return-value]  # nothing is written here


def rows(*cells_: Sequence[str]) -> list[Row]:
    return [Row(number, list(row)) for number, row in enumerate(cells_, 1)]


def fields(*titles: str, mapping: Sequence[str] = ()) -> list[str]:
    header = find(rows(titles), Titles(LAYOUT, mapping))
    assert header is not None
    return [f"{column.place}:{column.field.name}" for column in header.columns]


@pytest.mark.parametrize(
    "title",
    [
        "客户名称",
        " 客 户 名 称 ",
        "客户\n名称",
        "客户名称：",
        "*客户名称",
        "客户名称（必填）",
        "客户名称(全称)",
        "【客户名称】",
        "Name",
        "NAME",
        "name*",
        "公司名称/客户名称",
    ],
)
def test_titles_are_known_however_they_are_written(title: str) -> None:
    assert fields(title, "手机") == ["0:name", "1:phone"]


@pytest.mark.parametrize("title", ["source detail", "Source_Detail", "SOURCE-DETAIL", "来源说明"])
def test_english_names_of_fields(title: str) -> None:
    assert fields("客户名称", title) == ["0:name", "1:source_detail"]


def test_rows_above_the_titles_are_passed_over() -> None:
    sheet = rows(
        ["客户信息登记表", "", ""],
        ["填表人：李娜", "", "2026-03-01"],
        ["", "", ""],
        ["序号", "客户名称", "手机"],
        ["1", "甲", "2"],
    )
    header = find(sheet, Titles(LAYOUT, ()))
    assert header is not None
    assert (header.row, header.titles, header.ignored) == (4, ["序号", "客户名称", "手机"], ())


def test_columns_that_mean_nothing_are_named() -> None:
    header = find(rows(["序号", "客户名称", "手机", "传真", "", "原因"]), Titles(LAYOUT, ()))
    assert header is not None
    assert header.ignored == ("传真",), "but not a running number or the reason of an earlier import"


def test_titles_once_more_are_no_row() -> None:
    header = find(rows(["客户名称", "手机"], ["甲", "1"], ["客户名称", "手机", ""]), Titles(LAYOUT, ()))
    assert header is not None
    assert [header.repeats(row) for row in rows(["客户名称", "手机", ""], ["客户名称", "电话"], [], ["甲", "1"])] == [
        True,
        False,
        False,
        False,
    ]


def test_two_rows_of_titles() -> None:
    with pytest.raises(UsageError) as caught:
        find(rows(["客户名称", "手机"], ["甲", "1"], ["手机", "客户名称"]), Titles(LAYOUT, ()))
    assert (caught.value.code, str(caught.value)) == ("two-headers", "rows 1 and 3 both look like the row of titles")


def test_a_single_known_title_is_enough_among_others() -> None:
    assert fields("客户名称", "别的") == ["0:name"]
    assert find(rows(["客户名称"], ["甲"]), Titles(LAYOUT, ())) is None, "alone it may as well be a heading"


def test_no_column_for_the_name() -> None:
    titles = Titles(LAYOUT, ())
    sheet = rows(["客户信息登记表"], ["公司", "手机", "所属行业"], ["甲", "1", "制造业"])
    assert find(sheet, titles) is None
    error = titles.missing(sheet, "表1")
    assert str(error) == "sheet 表1 has no column for 客户名称 (name); row 2 has: 公司, 手机, 所属行业"
    assert str(error.hint) == "name the column with --map, such as: --map 公司=name"
    assert error.details == {"row": 2, "columns": ["公司", "手机", "所属行业"]}
    assert error.exit_status == 2


def test_no_column_that_is_known_at_all() -> None:
    titles = Titles(LAYOUT, ())
    error = titles.missing(rows(["说明"], ["甲", "乙"], ["x" * 300, "c"]), "")
    assert str(error) == "the file has no column for 客户名称 (name); row 2 has: 甲, 乙"


@pytest.mark.parametrize(
    ("mapping", "found"),
    [
        (["公司全称=name"], ["0:name", "1:phone"]),
        (["公司 全称：=客户名称"], ["0:name", "1:phone"]),
        (["A=name"], ["0:name", "1:phone"]),
        (["公司全称=name", "手机=-"], ["0:name"]),
        (["公司全称=name", "电话=phone", "手机=need"], None),
    ],
)
def test_mapping(mapping: list[str], found: list[str] | None) -> None:
    if found is None:
        with pytest.raises(UsageError, match="--map: there is no column 电话"):
            fields("公司全称", "手机", mapping=mapping)
    else:
        assert fields("公司全称", "手机", mapping=mapping) == found


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("公司", "--map 公司 is not of the form COLUMN=FIELD"),
        ("=name", "--map =name is not of the form COLUMN=FIELD"),
        ("公司=", "--map 公司= is not of the form COLUMN=FIELD"),
        ("公司=nmae", 'there is no field "nmae"'),
    ],
)
def test_mappings_that_are_none(pair: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Titles(LAYOUT, [pair])
    assert str(caught.value) == said


def test_the_nearest_field_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        Titles(LAYOUT, ["公司=nmae"])
    assert str(caught.value.hint).startswith("did you mean name?")


def test_two_columns_for_one_field() -> None:
    with pytest.raises(UsageError) as caught:
        fields("客户名称", "手机", "电话")
    assert str(caught.value) == "the columns B 手机 and C 电话 both mean 手机 (phone)"
    assert str(caught.value.hint) == "leave one out, such as: --map C=-"
    assert fields("客户名称", "手机", "电话", mapping=["C=-"]) == ["0:name", "1:phone"]
    assert fields("客户名称", "需求描述", "需求标签") == ["0:name", "1:need", "2:need"], "texts are put together"


def test_amounts_whose_title_names_ten_thousands() -> None:
    header = find(rows(["客户名称", "预算（万元）"]), Titles(LAYOUT, ()))
    assert header is not None
    assert header.columns[1].read("5") == 5_000_000


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_letters(index: int, letters: str) -> None:
    assert letter(index) == letters


@pytest.mark.parametrize("table", [CUSTOMER_TITLES, PRODUCT_TITLES])
def test_a_title_means_one_thing(table: dict[str, str]) -> None:
    titles = [normal(title) for name, listed in table.items() for title in {name, *listed.split()}]
    assert len({*titles}) == len(
        {(title, name) for name, listed in table.items() for title in map(normal, {name, *listed.split()})}
    )
    assert not IGNORED & {*titles}


def test_further_contacts_are_numbered() -> None:
    layout = LAYOUT._replace(
        fields=(*FIELDS, Field("contact", ("联系人",), cells.plain)), numbered=("contact", "phone")
    )
    titles = ["客户名称", "联系人", "手机", "联系人2", "手机2", "Phone 3", "电话4", "联系人 3"]
    found = find(rows(titles), Titles(layout, ()))
    assert found is not None
    assert [(column.title, column.field.name) for column in found.columns] == [
        ("客户名称", "name"), ("联系人", "contact"), ("手机", "phone"), ("联系人2", "contact_2"), ("手机2", "phone_2"),
        ("Phone 3", "phone_3"), ("联系人 3", "contact_3"),
    ]  # fmt: skip
    assert found.ignored == ("电话4",), "nobody is named whose number it could be"


def test_a_row_of_data_may_say_what_titles_say() -> None:
    sheet = rows(["客户名称", "手机", "所属行业", "需求描述", "预算"], ["客户名称", "手机", "教育", "课桌", ""])
    found = find(sheet, Titles(LAYOUT, ()))
    assert found is not None
    assert found.row == 1
