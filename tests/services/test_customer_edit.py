"""Changing a customer's file by hand: what is given, checked, derived, kept in the trail, and refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from salesflow.enums import CustomerField, Kind, Source
from salesflow.errors import Conflict, Duplicate, InvalidValue, Refused, RuleRefused, SalesflowError, UsageError
from salesflow.i18n import render
from salesflow.services import customer_edit
from salesflow.services.customer_edit import Change, CustomerEdit, Edited
from salesflow.services.customers import BUDGET
from tests import leads
from tests.conftest import Office, moment

OTHER = "杭州云海贸易有限公司"


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(office, leads.new(size="20", remark="展会上认识"), leads.new(OTHER), now="2026-03-02 09:00")
    return office


def edit(office: Office, key: int = 1, now: str | None = None, **wanted: Any) -> Edited:
    settings = {name: wanted.pop(name) for name in ("if_version", "allow_duplicate") if name in wanted}
    context = office.context(now=now)
    with context.transaction() as work:
        done = customer_edit.edit(work, key, CustomerEdit(**wanted), **settings)
    context.close()
    return done


def kept(office: Office, *names: str, key: int = 1) -> tuple[Any, ...]:
    row = leads.rows(office, f"SELECT {', '.join(names)} FROM customer WHERE id = :key", key=key)[0]
    return tuple(row[name] for name in names)


def trail(office: Office, key: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    row = leads.rows(office, "SELECT * FROM v_audit WHERE action = 'customer.edit' ORDER BY id DESC LIMIT 1")[0]
    return leads.opened(office, row, "before", key), leads.opened(office, row, "after", key)


def sound(office: Office) -> bool:
    return bool(office.json("db", "check")["ok"] and office.json("audit", "verify")["ok"])


def test_plain_fields(stock: Office) -> None:
    done = edit(stock, kind=Kind.PERSON, industry="零售业", size=" 50 ", source=Source.REFERRAL, region="sh")
    assert done.changes == [
        Change("kind", "company", "person"),
        Change("industry", "internet", "retail"),
        Change("size", "20", "50"),
        Change("region", "HZ", "SH"),
        Change("source", "exhibition", "referral"),
    ]
    assert kept(stock, "code", "kind", "industry", "size", "region", "source", "version") == (
        "HZ2026001", "person", "retail", "50", "SH", "referral", 2,
    )  # fmt: skip
    assert trail(stock) == (
        {"kind": "company", "industry": "internet", "size": "20", "region": "HZ", "source": "exhibition"},
        {"kind": "person", "industry": "retail", "size": "50", "region": "SH", "source": "referral"},
    )
    assert sound(stock)


def test_what_is_the_same_is_no_change(stock: Office) -> None:
    before = leads.written(stock)
    same: dict[str, Any] = {
        "name": leads.NAME,
        "kind": Kind.COMPANY,
        "industry": "互联网",
        "size": "20",
        "need": leads.NEED,
        "region": "HZ",
    }
    assert edit(stock, **same) == Edited([])
    assert edit(stock, clear=(CustomerField.ADDRESS, CustomerField.BUDGET)).changes == []
    assert leads.written(stock) == before


def test_a_new_name_is_found_in_all_its_forms(stock: Office) -> None:
    edit(stock, name="单氏重庆火锅")
    assert kept(stock, "name_folded", "name_norm", "pinyin", "initials") == (
        "单氏重庆火锅", "单氏重庆火锅", "shanshichongqinghuoguo", "sscqhg",
    )  # fmt: skip
    edit(stock, kind=Kind.PERSON)
    assert kept(stock, "name", "pinyin") == ("单氏重庆火锅", "shanshichongqinghuoguo")
    edit(stock, name="Ａcme 有限公司")
    assert kept(stock, "name_folded", "name_norm") == ("acme 有限公司", "acme")
    edit(stock, name="名" * 200)
    assert kept(stock, "name") == ("名" * 200,)


def test_the_name_of_another_one(stock: Office) -> None:
    before = leads.written(stock)
    with pytest.raises(Duplicate) as caught:
        edit(stock, name="杭州云海贸易公司", size="9")
    assert caught.value.details == {"twin": "HZ2026002", "field": "name"}
    assert "customer merge HZ2026001 HZ2026002" in render(caught.value.hint or "")
    assert leads.written(stock) == before
    assert edit(stock, name="杭州云海贸易公司", allow_duplicate=True).changes[0].new == "杭州云海贸易公司"
    # its own name in another form is no twin's, nor one of an archived customer
    edit(stock, key=2, name="杭州云海贸易 有限公司", allow_duplicate=True)
    leads.archive(stock, "HZ2026002")
    edit(stock, name="杭州云海贸易股份有限公司")
    assert kept(stock, "name") == ("杭州云海贸易股份有限公司",)


def test_a_name_that_stands_for_another_one_since_a_merge(stock: Office) -> None:
    from salesflow.services import merging

    leads.add(stock, leads.new("第三家公司"))
    with stock.context().transaction() as work:
        merging.merge(work, 2, 1)
    with pytest.raises(Duplicate) as caught:
        edit(stock, key=3, name=OTHER)
    assert caught.value.details["twin"] == "HZ2026001"
    assert edit(stock, name=OTHER).changes == [Change("name", leads.NAME, OTHER)]


def test_words_are_in_the_trail_only_encrypted(stock: Office) -> None:
    edit(stock, address="江南大道 1 号", source_detail="王总介绍", remark="爱喝茶\n两个孩子", need="30 台平板，5 月前")
    before, after = trail(stock)
    assert set(after) == {"address", "source_detail", "remark", "need"}
    assert set(before) == {"remark", "need"}
    assert after["remark"] == "爱喝茶\n两个孩子"
    whole = str(leads.rows(stock, "SELECT before, after FROM v_audit WHERE action = 'customer.edit'"))
    assert not any(word in whole for word in ("江南", "王总", "爱喝茶", "平板", "展会", "扫码"))


def test_a_budget_needs_consent(stock: Office) -> None:
    before = leads.written(stock)
    with pytest.raises(RuleRefused) as caught:
        edit(stock, budget=5_000_000)
    assert caught.value.code == "budget-consent"
    with pytest.raises(InvalidValue):
        edit(stock, budget_consent="电话同意")
    assert leads.written(stock) == before
    done = edit(stock, budget=5_000_000, budget_consent="3 月 2 日电话同意")
    assert done.changes == [Change("budget", None, "***"), Change("budget_consent", None, "3 月 2 日电话同意")]
    sealed = kept(stock, "budget_cipher")[0]
    assert leads.vault(stock).decrypt(sealed, BUDGET, 1) == "50000.00"
    assert "50000" not in json.dumps(trail(stock))
    assert trail(stock)[1]["budget"] == sealed.hex()
    # the consent stands; the same amount is no change
    assert edit(stock, budget=5_000_000).changes == []
    assert edit(stock, budget=6_000_000).changes == [Change("budget", "***", "***")]
    assert edit(stock, budget_consent="书面同意").changes == [Change("budget_consent", "3 月 2 日电话同意", "书面同意")]
    assert edit(stock, clear=(CustomerField.BUDGET,)).changes == [
        Change("budget", "***", None), Change("budget_consent", "书面同意", None),
    ]  # fmt: skip
    assert kept(stock, "budget_cipher", "budget_consent") == (None, None)


def test_clearing(stock: Office) -> None:
    edit(stock, address="江南大道 1 号", source_detail="展会")
    done = edit(
        stock, clear=(CustomerField.ADDRESS, CustomerField.SIZE, CustomerField.SOURCE_DETAIL, CustomerField.REMARK)
    )
    assert [change.field for change in done.changes] == ["size", "address", "source_detail", "remark"]
    assert kept(stock, "size", "address", "source_detail", "remark") == (None, None, None, None)


def test_another_first_contact_moves_the_plan(stock: Office) -> None:
    done = edit(stock, first_contact_at=moment("2026-02-27 15:30"))
    assert [change.field for change in done.changes] == ["first_contact_at"]
    assert done.next is not None
    assert done.next.value is not None
    assert kept(stock, "first_contact_at", "last_contact_on", "next_follow_up_on", "version") == (
        "2026-02-27 07:30:00", "2026-02-27", done.next.value.isoformat(), 2,
    )  # fmt: skip
    stock.ok(
        "followup",
        "log",
        "HZ2026001",
        "--content",
        "电话确认 50 台",
        "--method",
        "phone",
        "--next",
        "2026-03-09 回访终端报价",
        now="2026-03-02 10:00",
    )
    edit(stock, first_contact_at=moment("2026-02-28 10:00"), now="2026-03-02 11:00")
    assert kept(stock, "last_contact_on") == ("2026-03-02",)
    assert edit(stock, first_contact_at=moment("2026-02-28 10:00"), now="2026-03-02 11:00").next is None
    assert sound(stock)


def test_tags_are_added(stock: Office) -> None:
    done = edit(stock, tags=("国企，竞品客户",))
    assert (done.changes, list(done.new_tags)) == ([Change("tags", None, ["国企", "竞品客户"])], ["国企", "竞品客户"])
    again = edit(stock, tags=("国企", "决策链复杂"))
    assert (again.changes, list(again.new_tags)) == ([Change("tags", None, ["决策链复杂"])], ["决策链复杂"])
    assert edit(stock, tags=("国企",)).changes == []


def test_a_vague_need_is_hinted_at(stock: Office) -> None:
    context = stock.context()
    with context.transaction() as work:
        customer_edit.edit(work, 1, CustomerEdit(need="便宜点"))
    assert [note.rule for note in context.notes] == ["need-specific"]
    context.close()
    context = stock.context()
    with context.transaction() as work:
        customer_edit.edit(work, 1, CustomerEdit(need="便宜点", size="8"))
    assert context.notes == []
    context.close()


@pytest.mark.parametrize(
    ("wanted", "error", "text"),
    [
        ({}, UsageError, "there is nothing to change"),
        ({"tags": ()}, UsageError, "there is nothing to change"),
        ({"name": "  "}, InvalidValue, "the customer's name is missing"),
        ({"need": ""}, InvalidValue, "the need is missing"),
        ({"remark": " \n"}, InvalidValue, "the remark is empty"),
        ({"source_detail": ""}, InvalidValue, "the source's detail is empty"),
        ({"name": "名" * 300}, InvalidValue, "the customer's name has 300 characters, 200 are allowed"),
        ({"address": "a\x1b[31mb"}, InvalidValue, "the address has the control character U+001B at position 2"),
        ({"name": "a\tb"}, InvalidValue, "the customer's name has the control character U+0009 at position 2"),
        ({"industry": "制造也"}, InvalidValue, '"制造也" is not a known industry'),
        ({"region": "1"}, InvalidValue, "1 cannot be a region code"),
        ({"budget": 1, "budget_consent": "x\x00"}, InvalidValue, "the consent has the control character U+0000 at position 2"),
        ({"first_contact_at": moment("2026-03-03 09:00")}, InvalidValue, "the first contact 2026-03-03 09:00 lies in the future"),
        ({"size": "1", "clear": (CustomerField.SIZE,)}, UsageError, "--size is given and cleared at once"),
        ({"source_detail": "x", "clear": (CustomerField.SOURCE_DETAIL,)}, UsageError, "--source-detail is given and cleared at once"),
        ({"budget_consent": "x", "clear": (CustomerField.BUDGET,)}, UsageError, "a budget's consent goes with the budget"),
        ({"size": "1", "if_version": 7}, Conflict, f"{leads.NAME} was changed meanwhile: it is at version 1, not 7"),
        ({"tags": ("长" * 51,), "size": "3"}, InvalidValue, "the tag has 51 characters, 50 are allowed"),
    ],
)  # fmt: skip
def test_what_cannot_be(stock: Office, wanted: dict[str, Any], error: type[SalesflowError], text: str) -> None:
    before = leads.written(stock)
    with pytest.raises(error) as caught:
        edit(stock, **wanted)
    assert render(caught.value.message) == text
    assert caught.value.hint is not None
    assert leads.written(stock) == before


def test_an_archived_customer_is_not_changed(stock: Office) -> None:
    leads.archive(stock, "HZ2026001")
    with pytest.raises(Refused) as caught:
        edit(stock, size="1")
    assert caught.value.code == "archived"
    assert "customer remove HZ2026001 --undo" in render(caught.value.hint or "")


def test_of_two_who_looked_at_the_same_version_one_is_told(stock: Office) -> None:
    assert edit(stock, size="30", if_version=1).changes == [Change("size", "20", "30")]
    with pytest.raises(Conflict) as caught:
        edit(stock, size="40", if_version=1)
    assert (caught.value.code, caught.value.details) == ("changed", {"version": 2})
    assert kept(stock, "size") == ("30",)
    assert edit(stock, size="40", if_version=2).changes == [Change("size", "30", "40")]
