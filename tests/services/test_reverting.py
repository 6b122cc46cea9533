"""Taking an import back: what it made goes, what it changed is as it was, and what was touched since stays and is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.enums import Grade, Method, Status
from salesflow.errors import NotFound, NotPermitted, Refused
from salesflow.i18n import render
from salesflow.services import followups, reverting
from salesflow.services.reverting import Reverted
from tests import leads, sheets
from tests.conftest import Office
from tests.faults.hardship import sound
from tests.services.test_import_customers import TITLES, take

LATER = "2026-03-04 10:00"
TABLES = ("customer", "contact", "customer_tag", "status_change", "grade_change", "plan_item", "followup")
BACK = "HZ2026001"


def revert(
    office: Office, number: int = 1, *, user: str = "li.na", now: str = LATER, dry_run: bool = False
) -> Reverted:
    context = office.context(user=user, now=now)
    try:
        return reverting.revert(context, number, dry_run=dry_run)
    finally:
        context.close()


def state(office: Office) -> dict[str, list[dict[str, Any]]]:
    """Every row of what an import writes."""
    return {name: sorted(leads.rows(office, f"SELECT * FROM {name}"), key=str) for name in TABLES}


def reasons(found: Reverted) -> list[tuple[str, str]]:
    return [(one.code, render(one.reason)) for one in found.left]


def test_new_customers_are_removed_with_all_that_came_with_them(office: Office, tmp_path: Path) -> None:
    before = state(office)
    titles = (*TITLES, "标签", "客户等级", "客户状态", "联系人2", "微信2")
    rows = [(*row, "国企，展会", "A", "意向", "王五", f"wx-{row[3]}") for row in sheets.ROWS]
    take(office, sheets.customers(tmp_path / "list.csv", *rows, titles=titles))
    assert len(state(office)["contact"]) == 4
    tried = revert(office, dry_run=True)
    assert (tried.removed, tried.dry_run, len(state(office)["customer"])) == (2, True, 2)
    found = revert(office)
    assert (found.removed, found.restored, found.left) == (2, 0, [])
    assert state(office) == before
    assert sound(office.database) == []
    entries = leads.rows(office, "SELECT subject_ref, after FROM v_audit WHERE action = 'customer.revert' ORDER BY id")
    assert [(row["subject_ref"], json.loads(row["after"])) for row in entries] == [
        ("HZ2026001", {"import": 1}),
        ("HZ2026002", {"import": 1}),
    ]
    take(office, sheets.customers(tmp_path / "again.csv"))
    assert [row["code"] for row in office.json("customer", "list")] == ["HZ2026003", "HZ2026004"], (
        "no code is used twice"
    )


def test_an_import_is_taken_back_once(office: Office, tmp_path: Path) -> None:
    take(office, sheets.customers(tmp_path / "list.csv"))
    revert(office)
    with pytest.raises(Refused, match="was taken back already on 2026-03-04 10:00"):
        revert(office)
    with pytest.raises(NotFound, match="no import 7"):
        revert(office, 7)


def test_by_whom(office: Office, tmp_path: Path) -> None:
    take(office, sheets.customers(tmp_path / "list.csv"))
    with pytest.raises(NotPermitted):
        revert(office, user="chen.jie")
    assert revert(office, user="zhang.wei").removed == 2


def test_products_are_not_taken_back(office: Office, tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "p.csv", [("产品编号", "产品名称", "单价"), ("YF-1", "终端", "10")])
    office.ok("product", "import", str(path), user="zhang.wei")
    with pytest.raises(Refused, match="products"):
        revert(office, user="zhang.wei")


def logged(office: Office) -> None:
    with office.context(now="2026-03-03 10:00").transaction() as work:
        followups.log(work, 1, followups.NewFollowup(Method.PHONE, "客户要求报价"))


def edited(office: Office) -> None:
    leads.regrade(office, 1, Grade.A, now="2026-03-03 10:00")


def quoted(office: Office) -> None:
    office.ok("product", "add", "YF-1", "--name", "终端", "--list-price", "100", user="zhang.wei")
    office.ok("quote", "make", BACK, "--item", "YF-1:1")


def planned(office: Office) -> None:
    office.ok("followup", "plan", BACK, "--on", "2026-03-20", "--method", "phone", "--focus", "与张伟确认报价")


def befriended(office: Office) -> None:
    office.ok("contact", "add", BACK, "--name", "赵六", "--wechat", "zhaoliu")


def attached(office: Office) -> None:
    leads.execute(
        office,
        "INSERT INTO attachment (subject_kind, subject_id, subject_ref, customer_id, kind, name, size, sha256, at, by_id)"
        " VALUES ('customer', 1, 'HZ2026001', 1, 'other', 'a.txt', 1, 'x', '2026-03-03 01:00:00', 1)",
    )


def archived(office: Office) -> None:
    leads.archive(office, BACK)


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        (logged, "a follow-up was logged since"),
        (edited, "it was edited since"),
        (quoted, "a quote was made since"),
        (planned, "its plan was changed since"),
        (befriended, "its contacts were changed since"),
        (attached, "a file was attached since"),
        (archived, "it was edited since"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_was_touched_since_stays(
    office: Office, tmp_path: Path, touch: Callable[[Office], None], why: str
) -> None:
    take(office, sheets.customers(tmp_path / "list.csv"))
    office.now = "2026-03-03 10:00"
    touch(office)
    found = revert(office)
    assert (found.removed, reasons(found)) == (1, [(BACK, why)])
    assert [row["code"] for row in leads.rows(office, "SELECT code FROM customer")] == [BACK]
    assert sound(office.database, without="attachment") == [], "the row of the attachment here has no file"
    assert office.json("import", "list")[0]["reverted_at"] is not None


FULL = ("客户编号", "客户名称", "所属行业", "规模", "需求描述", "预算", "预算授权", "客户等级", "状态", "流失原因", "标签", "负责人", "备注", "联系人", "职务", "手机",
        "联系人2", "邮箱2", "初次接触时间")  # fmt: skip
CHANGED = ("HZ2026001", "杭州云帆智能有限公司", "教育", "80人", "终端 90 台", "20万", "2026-02 口头", "A", "流失", "价格", "国企", "陈杰", "周末联系", "张伟", "总监",
           "13812340000", "赵六", "z@e.cn", "2026-02-20")  # fmt: skip


@pytest.fixture
def there(office: Office, tmp_path: Path) -> Office:
    rows = [(*row, "10万", "2026-01 邮件", "老客户") for row in sheets.ROWS]
    take(office, sheets.customers(tmp_path / "there.csv", *rows, titles=(*TITLES, "预算", "预算授权", "标签")))
    with office.context().transaction() as work:
        plan = followups.NewPlan(date(2026, 3, 10), Method.VISIT, "与张伟确认报价")
        followups.plan(work, 1, plan)
    return office


def change(office: Office, path: Path, *rows: tuple[Any, ...], titles: tuple[str, ...] = FULL) -> None:
    file = sheets.customers(path / "update.csv", *(rows or (CHANGED,)), titles=titles)
    report = take(office, file, update=True, now="2026-03-03 10:00", user="zhang.wei")
    assert report.updated == len(rows or (CHANGED,))


def test_what_was_changed_is_as_it_was(there: Office, tmp_path: Path) -> None:
    before = state(there)
    change(there, tmp_path)
    assert leads.rows(there, "SELECT status, name FROM customer WHERE id = 1") == [
        {"status": "lost", "name": CHANGED[1]}
    ]
    assert sound(there.database) == []
    found = revert(there, 2, user="zhang.wei")
    assert (found.removed, found.restored, found.left) == (0, 1, [])
    assert state(there) == before
    assert sound(there.database) == []
    moves = leads.rows(there, "SELECT from_id, to_id, by_id FROM owner_change WHERE customer_id = 1 ORDER BY id")
    (gone, back) = moves[-2:]
    assert (gone["from_id"], gone["to_id"]) == (back["to_id"], back["from_id"]), "the history has both"
    after = json.loads(leads.rows(there, "SELECT after FROM v_audit WHERE action = 'customer.revert'")[0]["after"])
    assert (after["import"], after["status"], after["name"]) == (2, "prospect", sheets.ROWS[0][0])
    assert "100000" not in json.dumps(after), "a budget is kept encrypted alone"


def test_new_and_changed_ones_together(there: Office, tmp_path: Path) -> None:
    before = state(there)
    new = ("", "苏州新元光电", "制造业", "", "检测 2 套", *[""] * 8, "徐静", "", "13812580006", "", "", "")
    change(there, tmp_path, CHANGED)
    report = take(there, sheets.customers(tmp_path / "n.csv", new, titles=FULL), update=True, now="2026-03-03 11:00")
    assert report.created == 1
    assert revert(there, 3).removed == 1
    assert revert(there, 2, user="zhang.wei").restored == 1
    assert state(there) == before


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE customer SET version = version + 1 WHERE id = 1", "it was edited since"),
        ("UPDATE contact SET version = version + 1 WHERE customer_id = 1", "its contacts were changed since"),
        (
            "UPDATE plan_item SET closed_at = '2026-03-03 05:00:00', state = 'done' WHERE customer_id = 1",
            "its plan was changed since",
        ),
    ],
)
def test_what_was_changed_again_stays(there: Office, tmp_path: Path, sql: str, why: str) -> None:
    change(there, tmp_path)
    leads.execute(there, sql)
    found = revert(there, 2, user="zhang.wei")
    assert (found.restored, reasons(found)) == (0, [(BACK, why)])
    assert leads.rows(there, "SELECT name FROM customer WHERE id = 1") == [{"name": CHANGED[1]}]


def test_with_a_followup_since_nothing_is_put_back(there: Office, tmp_path: Path) -> None:
    change(there, tmp_path, ("HZ2026001", sheets.ROWS[0][0], "80人"), titles=("客户编号", "客户名称", "规模"))
    with there.context(now="2026-03-03 11:00").transaction() as work:
        followups.log(
            work,
            1,
            followups.NewFollowup(Method.PHONE, "客户要求报价", status=Status.INTERESTED, reason="报价"),
        )
    assert reasons(revert(there, 2, user="zhang.wei")) == [(BACK, "it was edited since")]


def test_a_contact_that_a_followup_names_stays(there: Office, tmp_path: Path) -> None:
    change(
        there,
        tmp_path,
        ("HZ2026001", sheets.ROWS[0][0], "赵六", "z@e.cn"),
        titles=("客户编号", "客户名称", "联系人", "邮箱"),
    )
    leads.execute(there, "UPDATE contact SET removed_at = NULL")
    with there.context(now="2026-03-03 11:00").transaction() as work:
        followups.log(work, 1, followups.NewFollowup(Method.PHONE, "客户要求报价", contact="赵六"))
    found = revert(there, 2, user="zhang.wei")
    assert reasons(found) == [(BACK, "a follow-up was logged since")]


def test_both_of_two_reverts_at_once_cannot_be(office: Office, tmp_path: Path) -> None:
    take(office, sheets.customers(tmp_path / "list.csv"))
    from tests.faults.hardship import finish, start

    office.now = LATER
    done = [finish(process) for process in [start(office, "import", "revert", "1") for _ in range(2)]]
    assert sorted(each.status for each in done) == [0, 4]
    assert sound(office.database) == []
