"""Lists that change what is there: found by code or name, only what differs, blank cells nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salesflow.enums import Status
from tests import leads, sheets
from tests.conftest import Office
from tests.services.test_import_customers import GOOD, OTHER, TITLES, listed, reasons, take


@pytest.fixture
def there(office: Office, tmp_path: Path) -> Office:
    """HZ2026001 杭州云帆 and HZ2026002 宁波海川, in the charge of li.na since 09:00."""
    take(office, sheets.customers(tmp_path / "there.csv"))
    return office


def update(office: Office, path: Path, titles: tuple[str, ...], *rows: tuple[Any, ...], **how: Any) -> Any:
    return take(
        office,
        sheets.customers(path / "update.csv", *rows, titles=titles),
        update=True,
        **{"now": "2026-03-03 10:00", **how},
    )


def outcomes(report: Any) -> list[tuple[str | None, str]]:
    return [(row["code"], row["outcome"]) for row in report.rows]


def last_audit(office: Office, action: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The customer's code, and what the entry has before and after, its personal fields opened."""
    row = leads.rows(office, "SELECT * FROM v_audit WHERE action = :action ORDER BY id DESC LIMIT 1", action=action)[0]
    (customer,) = leads.rows(office, "SELECT id FROM customer WHERE code = :code", code=row["subject_ref"])
    parts = (leads.opened(office, row, part, customer["id"]) for part in ("before", "after"))
    return row["subject_ref"], next(parts), next(parts)


def test_the_same_list_again_changes_nothing(there: Office, tmp_path: Path) -> None:
    before = there.json("customer", "list")
    report = update(there, tmp_path, TITLES, *sheets.ROWS)
    assert outcomes(report) == [("HZ2026001", "unchanged"), ("HZ2026002", "unchanged")]
    assert (report.updated, report.skipped, report.bad) == (0, 2, 0)
    assert there.json("customer", "list") == before


def test_only_what_differs_is_changed(there: Office, tmp_path: Path) -> None:
    titles = ("客户编号", "客户名称", "企业规模", "需求描述", "备注", "来源")
    report = update(
        there,
        tmp_path,
        titles,
        ("hz2026001", GOOD[0], "80人", "", "周末联系", "展会"),
        ("", "宁波海川机械", "20", OTHER[4], "", ""),
    )
    assert outcomes(report) == [("HZ2026001", "updated"), ("HZ2026002", "updated")]
    assert listed(there, "name", "size", "need", "remark", "source", "import_id") == [
        (GOOD[0], "80人", GOOD[4], "周末联系", "exhibition", 1),
        (OTHER[0], "20", OTHER[4], None, "other", 1),
    ]
    subject, before, after = last_audit(there, "customer.edit")
    assert (subject, before, after) == ("HZ2026002", {}, {"size": "20"})
    assert leads.rows(there, "SELECT version FROM customer ORDER BY id") == [{"version": 2}, {"version": 2}]
    assert there.json("audit", "verify")["ok"] is True
    assert there.json("db", "check")["ok"] is True


def test_words_are_in_the_trail_only_encrypted(there: Office, tmp_path: Path) -> None:
    update(there, tmp_path, ("客户名称", "备注", "企业规模"), (GOOD[0], "爱喝茶", "77"))
    _, before, after = last_audit(there, "customer.edit")
    assert (after["size"], set(after)) == ("77", {"size", "remark"})
    assert (before, after["remark"]) == ({}, "爱喝茶")
    assert "爱喝茶" not in str(leads.rows(there, "SELECT before, after FROM v_audit WHERE action = 'customer.edit'"))
    assert leads.rows(there, "SELECT remark FROM customer ORDER BY id")[0] == {"remark": "爱喝茶"}


def test_new_customers_are_added_beside(there: Office, tmp_path: Path) -> None:
    new = ("苏州新元光电", "制造业", "徐静", "13812580006", "检测 2 套")
    report = update(there, tmp_path, TITLES, (GOOD[0], "教育", "", "", ""), new)
    assert outcomes(report) == [("HZ2026001", "updated"), ("HZ2026003", "created")]
    assert listed(there, "code", "industry", "import_id") == [
        ("HZ2026001", "education", 1), ("HZ2026002", "manufacturing", 1), ("HZ2026003", "manufacturing", 2)
    ]  # fmt: skip
    report = update(there, tmp_path, TITLES, ("没听说过", "", "", "", ""))
    assert reasons(report) == [(2, "it would be a new one, and lacks: industry, need")]


def test_a_new_name_is_found_and_none_that_is_taken(there: Office, tmp_path: Path) -> None:
    titles = ("客户编号", "客户名称")
    assert outcomes(update(there, tmp_path, titles, ("HZ2026001", "杭州云帆智能装备有限公司"))) == [
        ("HZ2026001", "updated")
    ]
    assert there.json("customer", "show", "云帆智能装备")["code"] == "HZ2026001"
    assert leads.rows(there, "SELECT name_norm, initials FROM customer WHERE id = 1") == [
        {"name_norm": "杭州云帆智能装备", "initials": "hzyfznzbyxgs"}
    ]
    report = update(there, tmp_path, titles, ("HZ2026001", OTHER[0]))
    assert reasons(report) == [(2, f"{OTHER[0]} is there already: HZ2026002 {OTHER[0]}")]
    assert update(there, tmp_path, titles, ("HZ2026001", OTHER[0]), allow_duplicate=True).updated == 1
    report = update(there, tmp_path, ("客户名称", "备注"), (OTHER[0], "x"))
    assert reasons(report) == [(2, f"{OTHER[0]} is the name of more than one: give the code: HZ2026001, HZ2026002")]


def test_a_customer_twice_in_the_list(there: Office, tmp_path: Path) -> None:
    new = ("苏州新元光电", "制造业", "徐静", "13812580006", "检测 2 套")
    rows = [(GOOD[0], "", "", "", "新需求 1 台"), ("杭州云帆科技公司", "", "", "", "新需求 2 台"), new, new]
    report = update(there, tmp_path, TITLES, *rows, skip_errors=True)
    assert reasons(report) == [(3, "it is the same as row 2"), (5, "客户名称 (name) is the same as in row 4")]
    assert listed(there, "need")[0] == ("新需求 1 台",)


def test_an_archived_customer_is_not_changed(there: Office, tmp_path: Path) -> None:
    leads.archive(there, "HZ2026001")
    report = update(there, tmp_path, ("客户编号", "客户名称"), ("HZ2026001", "甲"))
    assert reasons(report) == [(2, f"HZ2026001 {GOOD[0]} is archived")]


def test_the_owner(there: Office, tmp_path: Path) -> None:
    update(there, tmp_path, ("客户名称", "负责人"), (GOOD[0], "陈杰"), (OTHER[0], "li.na"))
    assert listed(there, "owner", "assigned_at") == [
        ("chen.jie", "2026-03-03 02:00:00"),
        ("li.na", "2026-03-02 01:00:00"),
    ]
    assert last_audit(there, "customer.edit") == ("HZ2026001", {"owner": "li.na"}, {"owner": "chen.jie"})


def test_what_moves_the_plan(there: Office, tmp_path: Path) -> None:
    titles = ("客户名称", "客户等级", "客户状态", "初次接触时间")
    report = update(there, tmp_path, titles, (GOOD[0], "A", "意向", "2026-02-27"), (OTHER[0], "", "潜在", "2026-03-02"))
    assert outcomes(report) == [("HZ2026001", "updated"), ("HZ2026002", "unchanged")]
    assert listed(there, "grade", "status", "last_contact_on", "last_progress_on", "next_follow_up_on")[0] == (
        "A", "interested", "2026-02-27", "2026-03-03", "2026-03-06"
    )  # fmt: skip
    assert leads.rows(
        there, "SELECT from_status, to_status, reason FROM v_status_change WHERE from_status IS NOT NULL"
    ) == [{"from_status": "prospect", "to_status": "interested", "reason": "import of update.csv"}]
    assert leads.rows(there, "SELECT from_grade, to_grade, reason FROM v_grade_change") == [
        {"from_grade": None, "to_grade": "A", "reason": "import of update.csv"}
    ]
    assert there.json("db", "check")["ok"] is True


def test_a_status_that_is_not_allowed_leaves_the_row_alone(there: Office, tmp_path: Path) -> None:
    before = leads.written(there)
    report = update(there, tmp_path, ("客户名称", "客户状态", "备注"), (GOOD[0], "成交", "x"))
    assert reasons(report) == [(2, "prospect cannot become won")]
    assert leads.written(there) == before
    report = update(
        there, tmp_path, ("客户名称", "客户状态", "备注"), (GOOD[0], "成交", "x"), (OTHER[0], "", "y"), skip_errors=True
    )
    assert outcomes(report) == [(None, "error"), ("HZ2026002", "updated")]
    assert listed(there, "status", "remark") == [("prospect", None), ("prospect", "y")]


@pytest.mark.parametrize(
    ("titles", "row", "said"),
    [
        (("负责人", "预算"), ("陈杰", "5万"), None),
        (("负责人", "客户状态"), ("陈杰", "成交"), "prospect cannot become won"),
        (("负责人", "标签"), ("陈杰", "重点、旧"), "the tag 旧 is retired"),
        (("客户状态", "标签"), ("有意向", "重点、旧"), "the tag 旧 is retired"),
        (("客户等级", "标签"), ("A", "新增、旧"), "the tag 旧 is retired"),
    ],
)
def test_a_bad_row_leaves_nothing_behind(
    there: Office, tmp_path: Path, titles: tuple[str, ...], row: tuple[str, ...], said: str | None
) -> None:
    there.ok("tag", "add", "旧")
    there.ok("tag", "retire", "旧")
    deal = ("opportunity", "add", "HZ2026001", "--title", "扩容", "--amount", "5万", "--expected-close", "2026-04-01")
    there.ok(*deal)
    kept = (
        "SELECT * FROM v_customer", "SELECT * FROM v_owner_change", "SELECT * FROM v_status_change", "SELECT * FROM plan_item",
        "SELECT * FROM v_grade_change", "SELECT * FROM v_opportunity", "SELECT * FROM tag", "SELECT * FROM customer_tag",
        "SELECT action, subject_ref FROM v_audit WHERE action <> 'customer.import'",
    )  # fmt: skip
    before = there.look(*kept)
    report = update(there, tmp_path, ("客户名称", *titles), (GOOD[0], *row), user="zhang.wei", skip_errors=True)
    ((_, reason),) = reasons(report)
    assert said is None or reason == said
    assert there.look(*kept) == before


def test_won_by_a_manager_is_not_told_row_by_row(there: Office, tmp_path: Path) -> None:
    leads.move(there, 1, Status.INTERESTED, Status.HOT)
    path = sheets.customers(tmp_path / "won.csv", (GOOD[0], "成交"), titles=("客户名称", "客户状态"))
    done = there.ok("customer", "import", str(path), "--update", user="zhang.wei", now="2026-03-03 10:00")
    assert done.err == ""
    assert listed(there, "status")[0] == ("won",)


def test_contacts(there: Office, tmp_path: Path) -> None:
    titles = ("客户名称", "联系人", "职务", "手机", "微信")
    report = update(
        there,
        tmp_path,
        titles,
        (GOOD[0], "张伟", "采购总监", "13812345678", ""),
        (OTHER[0], "", "厂长", "13700000001", ""),
    )
    assert outcomes(report) == [("HZ2026001", "updated"), ("HZ2026002", "updated")]
    assert leads.rows(there, "SELECT name, title, phone_masked FROM v_contact ORDER BY id") == [
        {"name": "张伟", "title": "采购总监", "phone_masked": "138****5678"},
        {"name": "陈波", "title": "厂长", "phone_masked": "137****0001"},
    ]
    assert there.json("contact", "reveal", OTHER[0])["phone"] == "+8613700000001"
    _, before, after = last_audit(there, "contact.edit")
    assert (set(before), set(after)) == ({"phone"}, {"id", "title", "phone"})
    assert "13700000001" not in json.dumps([before, after])
    report = update(there, tmp_path, titles, (GOOD[0], "李四", "", "", "li4"))
    assert outcomes(report) == [("HZ2026001", "updated")]
    assert [row["name"] for row in there.json("contact", "list", "HZ2026001")] == ["张伟", "李四"]


def test_a_contact_value_of_somebody_else(there: Office, tmp_path: Path) -> None:
    titles = ("客户名称", "联系人", "手机")
    report = update(there, tmp_path, titles, (GOOD[0], "", "13812345679"), (OTHER[0], "王五", "13812345678"))
    assert reasons(report) == [
        (2, f"the phone number 138****5679 is known already: 陈波 of HZ2026002 {OTHER[0]}"),
        (3, f"the phone number 138****5678 is known already: 张伟 of HZ2026001 {GOOD[0]}"),
    ]
    report = update(there, tmp_path, titles, (GOOD[0], "王五", ""))
    assert reasons(report) == [(2, "王五 has neither phone, e-mail nor WeChat")]
    report = update(there, tmp_path, titles, (GOOD[0], "", "13700000001"), (OTHER[0], "", "13700000001"))
    assert reasons(report) == [(3, "手机 (phone) is the same as in row 2")]


def test_budgets_and_tags(there: Office, tmp_path: Path) -> None:
    titles = ("客户名称", "预算", "预算授权", "标签")
    assert reasons(update(there, tmp_path, titles, (GOOD[0], "5万", "", ""))) == [
        (2, "a budget is kept only with the customer's consent")
    ]
    assert update(there, tmp_path, titles, (GOOD[0], "5万", "2026-03-02 面谈", "国企，重点")).updated == 1
    assert listed(there, "has_budget", "budget_consent")[0] == (1, "2026-03-02 面谈")
    assert outcomes(update(there, tmp_path, titles, (GOOD[0], "50000", "", "国企"))) == [("HZ2026001", "unchanged")]
    assert outcomes(update(there, tmp_path, titles, (GOOD[0], "60000", "", "竞品"))) == [("HZ2026001", "updated")]
    assert sorted(listed(there, "tags")[0][0].split(",")) == ["国企", "竞品", "重点"]
    assert "60000" not in json.dumps(last_audit(there, "customer.edit"))


def test_nothing_is_changed_where_one_row_is_bad(there: Office, tmp_path: Path) -> None:
    before = leads.written(there)
    report = update(there, tmp_path, ("客户名称", "备注", "客户等级"), (GOOD[0], "x", "A"), (OTHER[0], "y", "D"))
    assert report.rejected
    assert leads.written(there) == before


def test_many_changes_in_batches(office: Office, tmp_path: Path) -> None:
    rows = [(f"第{n}家公司", "制造业", f"王{n}", 13800000000 + n, "打标机 2 台") for n in range(1_200)]
    take(office, sheets.customers(tmp_path / "a.csv", *rows))
    changed = [(row[0], f"{number}人" if number % 2 else "", "备注") for number, row in enumerate(rows)]
    report = update(office, tmp_path, ("客户名称", "企业规模", "备注"), *changed)
    assert (report.updated, report.bad) == (1_200, 0)
    assert listed(office, "size", "remark")[:4] == [(None, "备注"), ("1人", "备注"), (None, "备注"), ("3人", "备注")]
    assert office.json("audit", "verify")["ok"] is True
