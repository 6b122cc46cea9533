"""Who is likely to be there twice: names that are alike, contact values that are the same."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from salesflow.errors import InvalidValue, NotFound
from salesflow.queries import duplicates
from salesflow.queries.places import elsewhere, without_bracketed_places, without_leading_places
from salesflow.queries.twin_names import TwinName, twin_name
from salesflow.services import contacts
from salesflow.services.contacts import NewContact
from salesflow.services.customers import Intake, load
from tests import leads
from tests.conftest import Office

Found = list[tuple[int, str, str, list[str]]]


def listed(office: Office, customer_id: int | None = None, **wanted: object) -> Found:
    context = office.context()
    try:
        rows = duplicates.listed(context, customer_id, **wanted).rows  # type: ignore[arg-type]  # the caller's matter
    finally:
        context.close()
    return [(row["score"], row["code"], row["other_code"], [str(reason) for reason in row["reasons"]]) for row in rows]


def add_all(office: Office, *names: str) -> None:
    with office.context().transaction() as work:
        intake = Intake(work, allow_duplicate=True)
        for number, name in enumerate(names):
            intake.add(leads.new(name, phone=f"138{number:08d}"))
        intake.flush()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("杭州云帆科技有限公司", "云帆科技(杭州)有限公司"),
        ("杭州云帆科技有限公司", "杭州云帆科技"),
        ("杭州云帆科技有限公司", "云帆科技"),
        ("浙江省杭州市云帆科技有限公司", "云帆科技（浙江）有限公司"),
        ("浙江云帆科技有限公司", "杭州云帆科技股份有限公司"),
        ("Acme Trading Ltd.", "ACME Trading"),
        ("北京银行", "北京银行"),
        ("杭州第一医院", "杭州第一医院"),
        ("中国云帆科技有限公司", "云帆科技"),
    ],
)
def test_names_of_one_company(office: Office, one: str, two: str) -> None:
    add_all(office, one, two)
    assert listed(office) == [(100, "HZ2026001", "HZ2026002", ["same-name"])]
    assert listed(office, 2) == [(100, "HZ2026002", "HZ2026001", ["same-name"])]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("杭州云帆科技有限公司", "杭州恒通科技有限公司"),
        ("杭州云帆科技有限公司", "上海云帆科技有限公司"),
        ("杭州云帆科技有限公司", "杭州云海科技有限公司"),
        ("杭州银行", "上海银行"),
        ("杭州电子科技有限公司", "上海电子科技有限公司"),
        ("杭州通达第二六汽车零部件有限公司", "杭州恒达第二六汽车零部件有限公司"),
        ("杭州云帆第一分公司", "杭州云帆第二分公司"),
        ("云帆科技1店", "云帆科技2店"),
        ("北京", "上海"),
        ("？", "！"),
    ],
)
def test_names_of_two_companies(office: Office, one: str, two: str) -> None:
    add_all(office, one, two)
    assert listed(office) == listed(office, 1) == []


def test_a_letter_more_is_similar(office: Office) -> None:
    add_all(
        office,
        "杭州云帆网络智能设备有限公司",
        "杭州云帆网络智慧设备有限公司",
        "上海长空智造有限公司",
        "上海长空智智造有限公司",
    )
    assert listed(office) == [(88, "HZ2026003", "HZ2026004", ["similar-name"])]
    assert [row[:3] for row in listed(office, min_score=60)] == [
        (88, "HZ2026003", "HZ2026004"), (66, "HZ2026001", "HZ2026002"),
    ]  # fmt: skip


def test_the_same_name_elsewhere_is_less_likely(office: Office) -> None:
    add_all(office, "杭州云帆科技有限公司", "上海云帆科技有限公司")
    assert listed(office, min_score=70) == [(70, "HZ2026001", "HZ2026002", ["same-name"])]


def test_a_contact_value_in_common(office: Office) -> None:
    leads.add(office, leads.new("甲贸易", phone="13812345678"), leads.new("乙物流", phone="13912345678"))
    with office.context().transaction() as work:
        new = NewContact("张伟", phone="13812345678", wechat="wx-x")
        contacts.add(work, load(work, 2), new, allow_duplicate=True)
        contacts.add(work, load(work, 1), NewContact("李娜", email="a@b.cn", wechat="WX-X"), allow_duplicate=True)
        contacts.add(work, load(work, 1), NewContact("王芳", email="A@b.cn"), allow_duplicate=True)
    assert listed(office) == [(95, "HZ2026001", "HZ2026002", ["same-phone", "same-wechat"])]
    assert listed(office, 2) == [(95, "HZ2026002", "HZ2026001", ["same-phone", "same-wechat"])]
    assert listed(office, min_score=96) == []
    leads.execute(
        office, "UPDATE contact SET removed_at = '2026-03-01 00:00:00' WHERE name = '张伟' AND customer_id = 2"
    )
    assert listed(office) == []


def test_a_crowd_with_one_number(office: Office) -> None:
    leads.add(office, *(leads.new(f"公司{chr(0x4E00 + number)}", phone=f"138{number:08d}") for number in range(20)))
    with office.context().transaction() as work:
        for key in range(1, 21):
            contacts.add(work, load(work, key), NewContact("总机", phone="057188888888"), allow_duplicate=True)
    assert len(listed(office)) == 19
    assert len(listed(office, 20)) == 19


def test_archived_ones_are_left_out(office: Office) -> None:
    add_all(office, "云帆科技", "杭州云帆科技")
    leads.archive(office, "HZ2026002")
    assert listed(office) == []


def test_an_owners_pairs(office: Office) -> None:
    add_all(office, "云帆科技", "杭州云帆科技", "长空智造")
    with office.context(user="chen.jie").transaction() as work:
        intake = Intake(work, allow_duplicate=True)
        intake.add(leads.new("上海长空智造"))
        intake.flush()
    assert [row[1:3] for row in listed(office)] == [("HZ2026001", "HZ2026002"), ("HZ2026003", "SH2026001")]
    assert [row[1:3] for row in listed(office, owner="chen.jie")] == [("HZ2026003", "SH2026001")]
    assert len(listed(office, owner="li.na")) == 2
    with pytest.raises(NotFound):
        listed(office, owner="nobody")


def test_a_crowd_of_one_name_gives_a_row_for_each(office: Office) -> None:
    add_all(office, *["长空智造"] * 40, "长空智智造")
    assert len(listed(office)) == 39 + 1
    assert len(listed(office, 40)) == 40


@pytest.mark.parametrize("score", [0, 49, 101])
def test_a_score_that_cannot_be(office: Office, score: int) -> None:
    with pytest.raises(InvalidValue, match="no score"):
        listed(office, min_score=score)


def test_an_empty_database(office: Office) -> None:
    assert listed(office) == []


@given(st.lists(st.text("云帆恒通科技长空", min_size=1, max_size=7), max_size=25, unique=True), st.integers(50, 100))
@settings(max_examples=150)
def test_no_pair_is_missed_for_not_having_been_compared(names: list[str], score: int) -> None:
    told = [TwinName(name, name, "", frozenset()) for name in names]
    found = {frozenset((one.core, two.core)) for one, two, _ in duplicates._similar(told, None, score)}
    assert found == {
        frozenset(pair) for pair in combinations(names, 2) if fuzz.ratio(*pair, score_cutoff=score) >= score
    }


@pytest.mark.parametrize(
    ("name", "core", "own", "places"),
    [
        ("杭州云帆科技有限公司", "云帆科技", "云帆", {"杭州"}),
        ("云帆科技(浙江杭州)有限公司", "云帆科技", "云帆", {"浙江", "杭州"}),
        ("云帆科技(研发)有限公司", "云帆科技研发", "云帆研发", set()),
        ("内蒙古自治区呼和浩特市蒙牛乳业", "蒙牛乳业", "蒙牛乳业", {"内蒙古", "呼和浩特"}),
        ("杭州银行", "杭州银行", "杭州银行", {"杭州"}),
        ("杭州第一八五金", "杭州第一八五金", "杭州第一八五金", {"杭州"}),
        ("三一重工", "三一重工", "三一重工", set()),
    ],
)
def test_what_is_compared_of_a_name(name: str, core: str, own: str, places: set[str]) -> None:
    found = twin_name(name)
    assert (found.core, found.own, set(found.places)) == (core, own, places)


def test_places() -> None:
    assert without_bracketed_places("云帆(杭州)有限公司") == ("云帆有限公司", frozenset(("杭州",)))
    assert without_leading_places("云帆") == ("云帆", frozenset())
    assert elsewhere(frozenset(("杭州",)), frozenset(("上海",)))
    assert elsewhere(frozenset(("浙江",)), frozenset(("江苏",)))
    assert not elsewhere(frozenset(("浙江",)), frozenset(("杭州",)))
    assert not elsewhere(frozenset(("杭州",)), frozenset())
