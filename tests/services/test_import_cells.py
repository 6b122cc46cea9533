"""What the cells of lists mean: dates of every style, numbers that are none, words for codes, formulas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from salesflow.context import Context
from salesflow.enums import Grade, Source, Status
from salesflow.errors import InvalidValue, SalesflowError
from salesflow.i18n import msg
from salesflow.services import customer_columns
from salesflow.services.importing import cells
from salesflow.services.tabular import Broken, Verbatim
from tests.conftest import Office


@pytest.fixture
def context(office: Office) -> Iterator[Context]:
    """Monday 2026-03-02, 09:00 in Shanghai."""
    made = office.context()
    yield made
    made.close()


def at(day: str, hour: str = "09:00") -> str:
    return f"{day}T{hour}:00+08:00"


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-01", at("2026-03-01")),
        ("2026/3/1", at("2026-03-01")),
        ("2026.3.1", at("2026-03-01")),
        ("2026年3月1日", at("2026-03-01")),
        ("20260301", at("2026-03-01")),
        (" ２０２６－０２－２８ ", at("2026-02-28")),
        ("3月1日", at("2026-03-01")),
        ("3月5日", at("2025-03-05")),
        ("11月20日", at("2025-11-20")),
        ("2月5日", at("2026-02-05")),
        ("2026-03-01 14:30", at("2026-03-01", "14:30")),
        ("2026年3月1日 下午3点", at("2026-03-01", "15:00")),
        ("昨天", at("2026-03-01")),
        (date(2026, 3, 1), at("2026-03-01")),
        (datetime(2026, 3, 1, 8, 15, tzinfo=UTC).replace(tzinfo=None), at("2026-03-01", "08:15")),
        (datetime.combine(date(2026, 3, 1), time()), at("2026-03-01")),
        (46082.0, at("2026-03-01")),
        (46082.5, at("2026-03-01", "12:00")),
        ("46082", at("2026-03-01")),
        (date(2026, 3, 2), at("2026-03-02")),
    ],
)
def test_dates(context: Context, cell: Any, moment: str) -> None:
    assert cells.moment(context)(cell).isoformat() == moment


@pytest.mark.parametrize(
    "cell", ["2026年2月30日", "2026-13-01", "很久以前", "3", 3.0, 1e300, float("inf"), True, "12345678901", "2026年3月"]
)
def test_what_is_no_date(context: Context, cell: Any) -> None:
    with pytest.raises(InvalidValue, match="is not a date"):
        cells.moment(context)(cell)


@pytest.mark.parametrize("cell", ["2026-03-03", date(2026, 3, 3), 46084.0, "明天", "2026-03-02 09:01"])
def test_a_first_contact_is_not_in_the_future(context: Context, cell: Any) -> None:
    with pytest.raises(InvalidValue, match="lies in the future"):
        cells.moment(context)(cell)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (28800.0, 2_880_000),
        (1234.5, 123_450),
        ("56,800.00", 5_680_000),
        ("18.6万", 18_600_000),
        ("￥300元", 30_000),
        (0.1 + 0.2, 30),
    ],
)
def test_amounts(cell: Any, fen: int) -> None:
    assert cells.money(cell) == fen


@pytest.mark.parametrize("cell", ["面议", "-5", -5.0, 1.005, "12.345", True])
def test_what_is_no_amount(cell: Any) -> None:
    with pytest.raises(InvalidValue):
        cells.money(cell)


def test_amounts_in_ten_thousands() -> None:
    read = cells.ten_thousands(cells.money)
    assert [read(cell) for cell in (5.0, "1.2", "3万", "50000元")] == [5_000_000, 1_200_000, 3_000_000, 5_000_000]


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        (0.13, 1300),
        ("13%", 1300),
        (13.0, 1300),
        ("0.06", 600),
        (".5", 5000),
        (1.0, 100),
        ("0.5%", 50),
        (0.005, 50),
        (0.0, 0),
    ],
)
def test_percentages(cell: Any, points: int) -> None:
    assert cells.percent(cell) == points


@pytest.mark.parametrize(
    ("cell", "answer"),
    [("是", True), ("√", True), (True, True), (1.0, True), ("否", False), ("N", False), (False, False)],
)
def test_yes_and_no(cell: Any, answer: bool) -> None:
    assert cells.flag()(cell) is answer


def test_neither_yes_nor_no() -> None:
    with pytest.raises(InvalidValue, match='"也许" is neither yes nor no'):
        cells.flag()("也许")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("杭州云帆\n科技", "杭州云帆科技"),
        ("Acme \r\n Ltd", "Acme Ltd"),
        ("a\tb", "a b"),
        (12345.0, "12345"),
        ("  x  ", "x"),
        ("+86 138", "+86 138"),
        ("-无-", "-无-"),
        ("@zhang", "@zhang"),
        (Verbatim("=x"), "=x"),
        (date(2026, 3, 1), "2026-03-01"),
    ],
)
def test_texts_on_one_line(cell: Any, text: str) -> None:
    assert cells.line(20)(cell) == text


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=1+1", "the cell has the formula =1+1: put its value there"),
        ("＝cmd", "the cell has the formula ＝cmd: put its value there"),
        ("#N/A", "the cell shows the error #N/A"),
        (" #REF! ", None),
        (Broken(msg("it is broken")), "it is broken"),
        ("a\x1b[31m", "the text has the control character U+001B at position 2"),
        ("a\u202eb", "the text has the control character U+202E at position 2"),
        ("x" * 21, "the text has 21 characters, 20 are allowed"),
    ],
)
def test_texts_that_are_refused(cell: Any, said: str | None) -> None:
    if said is None:
        assert cells.line(20)(cell) == "#REF!", "a text that only looks like an error where it begins"
        return
    with pytest.raises(InvalidValue) as caught:
        cells.line(20)(cell)
    assert str(caught.value) == said


def reader(context: Context, name: str) -> Any:
    return {field.name: field.read for field in customer_columns.fields(context)}[name]


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("grade", "A级", Grade.A),
        ("grade", "ｂ", Grade.B),
        ("grade", "C类客户", Grade.C),
        ("status", "高意向", Status.HOT),
        ("status", "潜在客户", Status.PROSPECT),
        ("status", "Interested", Status.INTERESTED),
        ("source", "行业展会", (Source.EXHIBITION, None)),
        ("source", "cold-call", (Source.COLD_CALL, None)),
        ("source", "王总饭局认识", (Source.OTHER, "王总饭局认识")),
        ("kind", "个人", "person"),
        ("kind", "企业", "company"),
        ("industry", "制造业", "manufacturing"),
        ("owner", "李娜", "li.na"),
        ("owner", " LI.NA ", "li.na"),
        ("phone", 13812345678.0, "+8613812345678"),
        ("phone", "138-1234-5678", "+8613812345678"),
        ("phone", "0571-88886666转801", "0571-88886666转801"),
        ("email", "a@b.cn", "a@b.cn"),
        ("role", "决策人", "decision_maker"),
    ],
)
def test_words_for_codes(context: Context, name: str, cell: Any, value: Any) -> None:
    assert reader(context, name)(cell) == value


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("grade", "D", "D is not one of the codes"),
        ("industry", "星际贸易", '"星际贸易" is not a known industry'),
        ("owner", "王五", "there is no active staff member 王五"),
        ("phone", "1381234567", '"1381234567" is not a phone number'),
        ("email", "a@b", '"a@b" is not an e-mail address'),
        ("reach", "无", '"无" is not a phone number'),
        ("reach", "13812345678/13812345679", None),
    ],
)
def test_words_that_are_none(context: Context, name: str, cell: Any, said: str | None) -> None:
    with pytest.raises(SalesflowError) as caught:
        reader(context, name)(cell)
    assert said is None or str(caught.value) == said


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (13812345678.0, {"phone": "+8613812345678"}),
        ("138 1234 5678", {"phone": "+8613812345678"}),
        ("13812345678 / 微信 zhang_wei", {"phone": "+8613812345678", "wechat": "zhang_wei"}),
        ("微信号：zw66；邮箱：z@a.cn", {"wechat": "zw66", "email": "z@a.cn"}),
        ("电话:0571-88886666 z@a.cn", {"phone": "+8657188886666", "email": "z@a.cn"}),
        ("wx:zhang88", {"wechat": "zhang88"}),
        ("z@a.cn", {"email": "z@a.cn"}),
    ],
)
def test_ways_to_reach_somebody(context: Context, cell: Any, found: dict[str, str]) -> None:
    assert reader(context, "reach")(cell) == found


def test_names_that_two_have(office: Office) -> None:
    office.ok("staff", "add", "li.na2", "--name", "李娜", user="wang.fang")
    context = office.context()
    with pytest.raises(InvalidValue, match="the name of more than one"):
        reader(context, "owner")("李娜")
    context.close()


def test_answers_are_kept_only_for_the_same_type() -> None:
    asked: list[Any] = []

    def ask(cell: Any) -> str:
        asked.append(cell)
        return repr(cell)

    read = cells.kept(ask)
    assert [read(cell) for cell in (1.0, True, "1", 1.0, True, "x" * 200, "x" * 200)] == [
        "1.0", "True", "'1'", "1.0", "True", repr("x" * 200), repr("x" * 200)
    ]  # fmt: skip
    assert len(asked) == 5
