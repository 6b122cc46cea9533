"""Erasing personal data: nothing readable is left in the file, what is no personal data stays, and the trail stays whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from salesflow.db import erase, store
from salesflow.enums import Kind
from salesflow.errors import InvalidValue, NotPermitted, Refused
from salesflow.services import forgetting
from salesflow.services.forgetting import Forgotten
from salesflow.services.order_terms import Terms
from tests import deals, leads, past
from tests.conftest import Office
from tests.faults.hardship import sound

WHY = "依申请删除"


def forget(office: Office, customer_id: int = 1, why: str = WHY, user: str = "zhang.wei") -> Forgotten:
    context = office.context(user=user)
    with context.transaction() as work:
        found = forgetting.forget(work, customer_id, why)
    assert forgetting.tidy(context)
    context.close()
    return found


def raw(office: Office) -> bytes:
    """Every byte of the database, and of what SQLite keeps beside it."""
    return b"".join(path.read_bytes() for path in office.database.parent.glob("office.db*") if path.is_file())


def found_in(office: Office, *words: str) -> list[str]:
    content = raw(office)
    return [word for word in words if word.encode() in content]


@pytest.fixture
def whole(office: Office, tmp_path: Path) -> Office:
    past.furnish(office, tmp_path)
    return office


def test_nothing_is_left_in_the_file(whole: Office) -> None:
    encrypted = {"wg@example.com", "绿茶爱好者", "13987654321", "合并说明私话"}
    assert set(past.SECRETS) - set(found_in(whole, *past.SECRETS)) == encrypted
    forget(whole)
    assert found_in(whole, *past.SECRETS) == []
    assert [path for path in Path(store.folder(str(whole.database))).rglob("*") if path.is_file()] == []


def test_what_was_said_in_passing_leaves_the_trail_too(office: Office, tmp_path: Path) -> None:
    """The words that only the trail keeps, or keeps a second time: reasons, remarks on deals, comments of approvers."""
    deals.furnish(office)
    boss = {"user": "zhang.wei"}
    office.ok("quote", "make", deals.NAME, "--item", f"{deals.SKU}:1-20%", "--note", "备注私语")
    office.ok("approval", "reject", "AP2026-0001", "--reason", "驳回私语", **boss)
    office.ok("contact", "add", deals.NAME, "--name", "替身甲", "--phone", "13612345678")
    office.ok("contact", "remove", deals.NAME, "替身甲", "--reason", "离职私语")
    (tmp_path / "a.txt").write_text("聊天")
    logged = ("--method", "wechat", "--content", "确认 2 台", "--attach", str(tmp_path / "a.txt"))
    office.ok("followup", "log", deals.NAME, *logged)
    office.ok("attachment", "remove", "1", "--reason", "删除私语")
    office.ok("customer", "assign", deals.NAME, "--auto", "--reason", "分配私语", **boss)
    office.ok("customer", "remove", deals.NAME, "--reason", "归档私语", **boss)
    office.ok("customer", "remove", "HZ2026001", "--undo", "--reason", "恢复私语", **boss)
    forget(office)
    assert found_in(office, "私语", "替身甲", "聊天", "13612345678") == []
    assert office.json("audit", "verify")["ok"]


def test_what_was_erased_is_counted(whole: Office) -> None:
    found = forget(whole)
    assert (found.code, found.name, found.old_entries) == (past.CODE, deals.NAME, 0)
    assert found.counts == {
        "customers": 2, "plans_cancelled": 2, "contacts": 3, "followups": 1, "plans": 5, "stall_analyses": 1,
        "objections": 1, "needs": 2, "need_analyses": 1, "opportunities": 1, "quotes": 1, "orders": 1, "contracts": 1, "corrections": 2, "changes": found.counts["changes"], "approvals": 3,
        "import_changes": 2, "attachments": 1, "mails": 2,
    }  # fmt: skip
    (entry,) = leads.rows(
        whole, "SELECT staff, subject_ref, before, after FROM v_audit WHERE action = 'customer.forget'"
    )
    assert (entry["staff"], entry["subject_ref"], entry["before"]) == ("zhang.wei", past.CODE, None)
    assert f'"why":"{WHY}"' in entry["after"] and '"contacts":3' in entry["after"]


def test_the_database_is_sound_and_the_trail_whole(whole: Office) -> None:
    forget(whole)
    assert sound(whole.database) == []
    assert whole.json("audit", "verify")["ok"]
    assert whole.ok("db", "check").status == 0


def test_facts_stay(whole: Office) -> None:
    kept = (
        "SELECT code, name, grade, status, industry, region, owner_id, last_contact_on, recorded_at FROM customer",
        "SELECT number, state, total, expected_delivery_on FROM sales_order",
        "SELECT number, version, state, total, created_on FROM quote",
        "SELECT at, method, by_id FROM followup",
        "SELECT number, kind, outcome FROM objection",
        "SELECT at, from_status, to_status FROM status_change",
        "SELECT at, from_grade, to_grade FROM grade_change",
        "SELECT score, grade FROM grading",
    )
    before = [leads.rows(whole, sql) for sql in kept]
    forget(whole)
    assert [leads.rows(whole, sql) for sql in kept] == before


def test_it_is_archived_and_nothing_is_planned(whole: Office) -> None:
    forget(whole)
    files = leads.rows(
        whole, "SELECT forgotten_at, archived_at, next_follow_up_on, trail_key FROM customer ORDER BY id"
    )
    assert all(row["forgotten_at"] and row["archived_at"] for row in files)
    assert [(row["next_follow_up_on"], row["trail_key"]) for row in files] == [(None, None)] * 2
    assert leads.rows(whole, "SELECT 1 FROM v_plan_item WHERE state = 'pending'") == []
    assert leads.rows(whole, "SELECT state, body FROM outbox_message ORDER BY id") == [
        {"state": "failed", "body": "—"}, {"state": "sent", "body": "—"}, {"state": "sent", "body": "别人"},
    ]  # fmt: skip


def test_a_mail_about_a_longer_code_stays(office: Office) -> None:
    leads.add(office, leads.new())
    for body in ("HZ2026001：该回访了", "HZ20260010：该回访了"):
        leads.execute(
            office,
            "INSERT INTO outbox_message (kind, recipient, subject, body, created_at, created_by, state, attempts) "
            "VALUES ('reminder', 'a@example.com', 'x', :body, '2026-03-02 01:00:00', 3, 'queued', 0)",
            body=body,
        )
    assert forget(office).counts["mails"] == 1
    assert leads.rows(office, "SELECT state, body FROM outbox_message ORDER BY id") == [
        {"state": "failed", "body": "—"}, {"state": "queued", "body": "HZ20260010：该回访了"},
    ]  # fmt: skip


def test_what_a_rule_said_stays(whole: Office) -> None:
    forget(whole)
    reasons = leads.rows(whole, "SELECT reason, rule FROM grade_change ORDER BY id")
    assert [row["reason"] == "—" for row in reasons] == [row["rule"] is None for row in reasons]
    assert any(row["rule"] == "grade-score" for row in reasons)


def test_a_person_loses_the_name_too(office: Office) -> None:
    leads.add(office, leads.new("欧阳晓月", kind=Kind.PERSON, phone="13812345678", remark="喜欢爬山"))
    leads.add(office, leads.new(phone="13700000000"))
    forget(office)
    (row,) = leads.rows(office, "SELECT name, name_folded, name_norm, pinyin, initials FROM customer WHERE id = 1")
    assert row == {"name": "—", "name_folded": "—", "name_norm": "—", "pinyin": "", "initials": ""}
    assert found_in(office, "欧阳晓月", "ouyang", "喜欢爬山", "13812345678") == []
    assert office.json("customer", "find", "欧阳") == []
    assert [row["code"] for row in office.json("customer", "find", "云帆")] == ["HZ2026002"]


def test_others_keep_everything(office: Office) -> None:
    leads.add(
        office, leads.new(phone="13812345678"), leads.new("宁波海天有限公司", phone="13900000001", remark="周三有空")
    )
    forget(office, 1)
    assert found_in(office, "周三有空") == ["周三有空"]
    assert office.json("contact", "reveal", "海天")["phone"] == "+8613900000001"
    (entry,) = leads.rows(office, "SELECT * FROM v_audit WHERE action = 'customer.add' AND subject_ref = 'HZ2026002'")
    assert leads.opened(office, entry, customer_id=2)["remark"] == "周三有空"


def test_the_same_person_may_come_again(office: Office) -> None:
    leads.add(office, leads.new(phone="13812345678"))
    forget(office)
    assert leads.add(office, leads.new(phone="13812345678")) == ["HZ2026002"]


def test_an_archived_customer_is_forgotten_as_well(office: Office) -> None:
    leads.add(office, leads.new())
    leads.archive(office, "HZ2026001")
    forget(office)
    (row,) = leads.rows(office, "SELECT archived_at, need FROM customer")
    assert row == {"archived_at": "2026-03-01 00:00:00", "need": "—"}


def test_trying_writes_nothing(whole: Office) -> None:
    before = leads.written(whole)
    context = whole.context(user="wang.fang")
    with context.transaction() as work:
        found = forgetting.examine(work, 1, WHY)
    context.close()
    assert leads.written(whole) == before
    assert found.counts == forget(whole).counts


def test_what_was_changed_between_two_rounds_is_no_longer_told(office: Office) -> None:
    deals.furnish(office)
    number = deals.ordered(office)
    deals.reject(office, "AP2026-0001", "zhang.wei")
    deals.submit(office, number, terms=Terms(receiver="收货李姐", payment_terms="月结30天"))
    page = office.json("approval", "show", "AP2026-0002")
    assert [change["after"] for change in page["changes"]] == ["月结30天", "收货李姐"]
    deals.approve(office, "AP2026-0002", *deals.ORDER_ROUTE)
    forget(office)
    page = office.json("approval", "show", "AP2026-0002")
    assert [change["after"] for change in page["changes"]] == ["月结30天"]


def test_twice(office: Office) -> None:
    leads.add(office, leads.new())
    forget(office)
    with pytest.raises(Refused, match="the personal data of HZ2026001 was erased on 2026-03-02") as caught:
        forget(office)
    assert caught.value.code == "forgotten"


@pytest.mark.parametrize("user", ["li.na", "liu.yang", "zhao.lei"])
def test_only_a_manager_or_director(office: Office, user: str) -> None:
    leads.add(office, leads.new())
    with pytest.raises(NotPermitted):
        forget(office, user=user)
    assert leads.rows(office, "SELECT need FROM customer") == [{"need": leads.NEED}]


@pytest.mark.parametrize("why", ["", "  ", "a\nb", "x" * 10_000])
def test_a_reason_that_is_none(office: Office, why: str) -> None:
    leads.add(office, leads.new())
    with pytest.raises(InvalidValue):
        forget(office, why=why)


def test_an_open_approval_comes_first(office: Office) -> None:
    deals.furnish(office)
    deals.ordered(office)
    with pytest.raises(Refused, match="has an open approval: AP2026-0001") as caught:
        forget(office)
    assert (caught.value.code, caught.value.details) == ("open-approval", {"approvals": ["AP2026-0001"]})
    deals.approve(office, "AP2026-0001", *deals.ORDER_ROUTE)
    assert forget(office).counts["orders"] == 1


def test_entries_of_an_earlier_version_are_counted(office: Office) -> None:
    leads.add(office, leads.new())
    with sqlite3.connect(office.database) as connection:
        sql = "INSERT INTO audit_entry (id, at, staff, os_user, action, subject_kind, subject_ref, after, rule, hash) VALUES "
        connection.executemany(
            f"{sql} (?, '2026-01-01 00:00:00', 'li.na', 'x', 'a', ?, 'HZ2026001', ?, ?, x'00')",
            [
                (1001, "customer", '{"need":"旧话"}', None),
                (1002, "contact", '{"name":"旧名"}', None),
                (1003, "customer", '{"reason":"14 days"}', "stale-downgrade"),
                (1004, "customer", '{"name":"公司"}', None),
            ],
        )
    connection.close()
    assert forget(office).old_entries == 2


def test_while_another_program_reads(office: Office) -> None:
    leads.add(office, leads.new(remark="秘密备注"))
    reading = sqlite3.connect(office.database, isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM customer").fetchone()
    context = office.context(user="zhang.wei")
    with context.transaction() as work:
        forgetting.forget(work, 1, WHY)
    assert forgetting.tidy(context) is False
    context.close()
    reading.close()
    office.ok("customer", "list")
    with sqlite3.connect(office.database) as last:
        last.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    last.close()
    assert found_in(office, "秘密备注") == []


def test_while_another_program_writes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase, "_PATIENCE", 0)
    writing = sqlite3.connect(office.database, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    assert erase.scrub(str(office.database)) is False
    writing.execute("ROLLBACK")
    writing.close()
    assert erase.scrub(str(office.database)) is True
