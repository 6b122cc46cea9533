"""The tag library: without near-duplicates, renamed, merged, retired; and the tags of customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesflow.db.transaction import Transaction
from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused, SalesflowError
from salesflow.services import tags
from salesflow.services.customers import Intake
from tests import leads
from tests.conftest import Office


def library(office: Office) -> dict[str, int]:
    return {row["name"]: row["uses"] for row in leads.rows(office, "SELECT name, uses FROM v_tag ORDER BY id")}


def act(office: Office, do: Callable[[Transaction], Any]) -> Any:
    with office.context().transaction() as work:
        return do(work)


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(office, leads.new("甲公司", tags=("国企",)), leads.new("乙公司", tags=("国企", "决策链复杂")))
    return office


@pytest.mark.parametrize(
    ("name", "other", "is_near"),
    [
        ("国 企", "国企", True),
        ("国企客户", "国企", True),
        ("国企类客户", "国企", True),
        ("国-企", "国企", True),
        ("复杂决策链", "决策链复杂", True),
        ("key accounts", "Key Account", True),
        ("enterprize", "enterprise", True),
        ("民企", "国企", False),
        ("大客户", "老客户", False),
        ("A类客户", "B类客户", False),
        ("展会2025", "展会2026", False),
        ("华东制造业", "华南制造业", False),
        ("高意向", "低意向", False),
        ("客户", "企业", False),
        ("！", "？", False),
    ],
)
def test_near_tags(name: str, other: str, is_near: bool) -> None:
    assert (tags.near(name, ["竞品", other]) == other) is is_near
    assert (tags.near(other, [name]) == name) is is_near


def test_the_nearest_is_named() -> None:
    assert tags.near("enterprises", ["enterprise", "enterprized", "other"]) == "enterprise"
    assert tags.near("国企", []) is None


def test_tags_are_added(stock: Office) -> None:
    assert act(stock, lambda work: tags.add(work, ["ＶＩＰ", "竞品客户，民企"])) == ["ＶＩＰ", "竞品客户", "民企"]
    assert library(stock) == {"国企": 2, "决策链复杂": 1, "ＶＩＰ": 0, "竞品客户": 0, "民企": 0}
    assert act(stock, lambda work: tags.add(work, ["国企客户"], allow_duplicate=True)) == ["国企客户"]
    assert len(leads.rows(stock, "SELECT id FROM v_audit WHERE action = 'tag.add'")) == 6


def test_a_tag_gets_another_name(stock: Office) -> None:
    assert act(stock, lambda work: tags.rename(work, "国企", "国有企业")) == "国有企业"
    assert act(stock, lambda work: tags.rename(work, "决策链复杂", "决策链 复杂")) == "决策链 复杂"
    assert act(stock, lambda work: tags.rename(work, "决策链 复杂", "决策链 复杂")) == "决策链 复杂"
    assert library(stock) == {"国有企业": 2, "决策链 复杂": 1}
    (entry, _) = leads.rows(stock, "SELECT before, after FROM v_audit WHERE action = 'tag.rename' ORDER BY id")
    assert entry == {"before": '{"name":"国企"}', "after": '{"name":"国有企业"}'}


def test_two_tags_become_one(stock: Office) -> None:
    act(stock, lambda work: tags.tag_customers(work, [1], ["国营"], []))
    act(stock, lambda work: tags.tag_customers(work, [1, 2], ["央企"], []))
    assert act(stock, lambda work: tags.merge(work, "央企", "决策链复杂", dry_run=True)) == 2
    assert library(stock) == {"国企": 2, "决策链复杂": 1, "国营": 1, "央企": 2}
    assert act(stock, lambda work: tags.merge(work, "央企", "决策链复杂")) == 2
    assert act(stock, lambda work: tags.merge(work, "国营", "国企")) == 1
    assert library(stock) == {"国企": 2, "决策链复杂": 2}
    found = leads.rows(stock, "SELECT subject_ref, after FROM v_audit WHERE action = 'tag.merge' ORDER BY id")
    assert found[0] == {"subject_ref": "决策链复杂", "after": '{"customers":2,"merged":"央企"}'}


def test_a_retired_tag_stays_where_it_is(stock: Office) -> None:
    assert act(stock, lambda work: tags.retire(work, "国企")) == "国企"
    assert library(stock)["国企"] == 2
    for refused in (
        lambda work: tags.tag_customers(work, [1], ["国企"], []),
        lambda work: Intake(work).add(leads.new("丙公司", tags=("国企",))),
        lambda work: Intake(work, import_id=None).add(leads.new("丙公司", tags=("国企",))),
        lambda work: tags.merge(work, "决策链复杂", "国企"),
    ):
        with pytest.raises(Refused) as caught:
            act(stock, refused)
        assert caught.value.code == "retired-tag"
    with pytest.raises(Duplicate) as caught_too:
        act(stock, lambda work: tags.add(work, ["国企"]))
    assert "--undo" in str(caught_too.value.hint.text if caught_too.value.hint else "")
    act(stock, lambda work: tags.tag_customers(work, [1], [], ["国企"]))
    assert act(stock, lambda work: tags.retire(work, "国企", undo=True)) == "国企"
    act(stock, lambda work: tags.tag_customers(work, [1], ["国企"], []))
    assert library(stock)["国企"] == 2


def test_customers_are_tagged(stock: Office) -> None:
    done = act(stock, lambda work: tags.tag_customers(work, [1, 2, 1], ["竞品客户", "国企"], ["决策链复杂"]))
    assert done == (["竞品客户"], [1, 2])
    assert library(stock) == {"国企": 2, "决策链复杂": 0, "竞品客户": 2}
    assert act(stock, lambda work: tags.tag_customers(work, [1, 2], ["国企"], ["决策链复杂"])) == ([], [])
    entries = leads.rows(
        stock, "SELECT subject_ref, before, after FROM v_audit WHERE action = 'customer.tag' ORDER BY id"
    )
    assert entries == [
        {"subject_ref": "HZ2026001", "before": "{}", "after": '{"tags":["竞品客户"]}'},
        {"subject_ref": "HZ2026002", "before": '{"tags":["决策链复杂"]}', "after": '{"tags":["竞品客户"]}'},
    ]
    assert leads.rows(stock, "SELECT version FROM v_customer") == [{"version": 2}, {"version": 2}]


def test_archived_customers_do_not_count(stock: Office) -> None:
    leads.archive(stock, "HZ2026001")
    assert library(stock)["国企"] == 1
    with pytest.raises(Refused, match="archived"):
        act(stock, lambda work: tags.tag_customers(work, [1], ["民企"], []))


@pytest.mark.parametrize(
    ("do", "error", "said"),
    [
        (lambda work: tags.add(work, ["国企"]), Duplicate, "there is a tag 国企 already"),
        (lambda work: tags.add(work, ["国企"], allow_duplicate=True), Duplicate, "there is a tag 国企 already"),
        (
            lambda work: tags.add(work, ["民企", "国企客户"]),
            Duplicate,
            "the tag 国企客户 is near to 国企, which is there",
        ),
        (lambda work: tags.add(work, ["民企", "民 企"]), Duplicate, "the tag 民 企 is near to 民企, which is there"),
        (lambda work: tags.add(work, [" , "]), InvalidValue, "the tag is empty"),
        (lambda work: tags.add(work, ["x" * 51]), InvalidValue, "the tag has 51 characters, 50 are allowed"),
        (lambda work: tags.rename(work, "国企", "决策链复杂"), Duplicate, "there is a tag 决策链复杂 already"),
        (lambda work: tags.rename(work, "国企", "决策链 复杂"), Duplicate, "the tag 决策链 复杂 is near to 决策链复杂"),
        (lambda work: tags.rename(work, "国企", "甲,乙"), InvalidValue, "甲,乙 is more than one tag"),
        (lambda work: tags.rename(work, "国", "乙"), NotFound, "there is no tag 国"),
        (lambda work: tags.rename(work, "没有", "乙"), NotFound, "there is no tag 没有"),
        (lambda work: tags.merge(work, "国企", "国企"), Refused, "国企 cannot be merged into itself"),
        (lambda work: tags.merge(work, "国企", "没有"), NotFound, "there is no tag 没有"),
        (lambda work: tags.retire(work, "国企", undo=True), Refused, "国企 is in use"),
        (lambda work: tags.retire(work, "没有"), NotFound, "there is no tag 没有"),
        (lambda work: tags.tag_customers(work, [1], ["国企客户"], []), Duplicate, "the tag 国企客户 is near to 国企"),
        (lambda work: tags.tag_customers(work, [1], [], ["没有"]), NotFound, "there is no tag 没有"),
        (lambda work: tags.tag_customers(work, [1], ["国企"], ["国企"]), InvalidValue, "国企: to be added and removed"),
        (lambda work: Intake(work).add(leads.new("丁", tags=("国 企",))), Duplicate, "the tag 国 企 is near to 国企"),
    ],
)
def test_what_is_refused_changes_nothing(
    stock: Office, do: Callable[[Transaction], Any], error: type[SalesflowError], said: str
) -> None:
    before = (leads.written(stock), library(stock))
    with pytest.raises(error) as caught:
        act(stock, do)
    assert str(caught.value).startswith(said)
    assert (leads.written(stock), library(stock)) == before


def test_a_list_brings_its_own_tags_but_no_retired_ones(stock: Office) -> None:
    run = "INSERT INTO import_run (id, record_kind, file, at, by_id, read, created, updated, skipped)"
    leads.execute(stock, f"{run} VALUES (1, 'customer', 'a.csv', '2026-03-02 01:00:00', 3, 0, 0, 0, 0)")
    act(stock, lambda work: tags.retire(work, "决策链复杂"))
    with stock.context().transaction() as work:
        intake = Intake(work, import_id=1)
        intake.add(leads.new("丙公司", tags=("国 企", "国企")))
        with pytest.raises(Refused, match="the tag 决策链复杂 is retired"):
            intake.add(leads.new("丁公司", tags=("决策链复杂",)))
        intake.flush()
        assert intake.new_tags == ["国 企"]
    assert library(stock) == {"国企": 3, "决策链复杂": 1, "国 企": 1}


def test_a_tag_already_retired(stock: Office) -> None:
    act(stock, lambda work: tags.retire(work, "国企"))
    with pytest.raises(Refused, match="国企 is retired already"):
        act(stock, lambda work: tags.retire(work, "国企"))
