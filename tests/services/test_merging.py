"""Merging two customers into one: everything moves, nothing is lost, the copies and the trail stay right."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from salesflow.db.metadata import metadata
from salesflow.enums import ChainRole, Grade, LossReason, Method, Status
from salesflow.errors import Duplicate, NotPermitted, Refused, SalesflowError
from salesflow.queries import customer_file, customers
from salesflow.services import belongings, contacts, followups, merging, opportunities, plans, quotes, tags
from salesflow.services.contacts import NewContact
from salesflow.services.customers import BUDGET
from salesflow.services.opportunities import NewOpportunity
from salesflow.services.records import load
from tests import deals, leads
from tests.conftest import Office

SOURCE, TARGET = "HZ2026002", "HZ2026001"


def merge(office: Office, source: int = 2, target: int = 1, user: str = "li.na", **settings: Any) -> merging.Merged:
    with office.context(user=user, now=settings.pop("now", None)).transaction() as work:
        return merging.merge(work, source, target, **settings)


def sound(office: Office) -> None:
    problems = json.loads(office.run("db", "check", "--json").out)["problems"]
    assert [one for one in problems if one["kind"] != "attachment"] == [], "the rows of attachments here have no files"
    assert office.json("audit", "verify")["ok"] is True


def one(office: Office, sql: str, **parameters: object) -> dict[str, Any]:
    (row,) = leads.rows(office, sql, **parameters)
    return row


@pytest.fixture
def pair(office: Office) -> Office:
    """Two customers of li.na's, entered three weeks ago."""
    leads.add(
        office,
        leads.new("杭州云帆科技有限公司", phone="13812345678"),
        leads.new("云帆科技（杭州）", phone="13912345678"),
        now="2026-02-02 09:00",
    )
    return office


@pytest.fixture
def rich(office: Office) -> Office:
    """Two customers; the first has quotes and orders (it will go), the second is new."""
    deals.furnish(office)
    leads.add(office, leads.new("明远制造（杭州）", phone="13912345678"))
    deals.ordered(office)
    deals.approve(office, "AP2026-0001", *deals.ORDER_ROUTE)
    deals.quote(office)
    with office.context().transaction() as work:
        for number in range(10):
            log = followups.NewFollowup(Method.PHONE, f"第 {number} 次沟通：确认了接口清单和报价单", contact="王工")
            followups.log(work, 1, log)
        focus = "演示扫码入库, 确认接口清单"
        plans.plan(work, 1, plans.NewPlan(date(2026, 3, 20), Method.VISIT, focus))
        tags.tag_customers(work, [1, 2], ["国企"], [])
        tags.tag_customers(work, [1], ["决策链复杂"], [])
    by_hand = {
        "objection": "number, customer_id, at, by_id, kind, statement, outcome, version"
        " VALUES ('OB2026-0001', 1, '2026-03-02 01:00:00', 3, 'price', '价格高', 'open', 1)",
        "attachment": "subject_kind, subject_id, subject_ref, customer_id, kind, name, size, sha256, at, by_id"
        " VALUES ('customer', 1, 'HZ2026001', 1, 'chat', 'a.png', 1, 'ab', '2026-03-02 01:00:00', 3)",
        "grading": "customer_id, at, by_id, industry_potential, budget_match, decision_chain, urgency, score, grade, policy_id"
        " VALUES (1, '2026-03-02 01:00:00', 2, 5, 5, 5, 5, 500, 'A', 1)",
        "stall_analysis": "customer_id, at, made_on, by_id, cause, strategy VALUES (1, '2026-03-02 01:00:00', '2026-03-02', 3, 'budget', '等预算')",
        "need_analysis": "customer_id, pain, at, by_id, version VALUES (1, '盘点慢', '2026-03-02 01:00:00', 3, 1)",
        "need_list": "customer_id, version, started_at VALUES (1, 1, '2026-03-02 01:00:00')",
        "need": "customer_id, text, kind, priority, since, at, by_id, version"
        " VALUES (1, '扫码终端', 'rigid', 1, 1, '2026-03-02 01:00:00', 3, 1)",
        "opportunity": "number, customer_id, owner_id, title, amount, expected_close, state, stage_since, created_at, created_by,"
        " version VALUES ('SJ2026-0001', 1, 3, '终端', 100, '2026-05-01', 'discovery', '2026-03-02 01:00:00',"
        " '2026-03-02 01:00:00', 3, 1)",
        "contract": "number, customer_id, owner_id, state, revision, created_at, created_on, version"
        " VALUES ('HT2026-0001', 1, 3, 'draft', 1, '2026-03-02 01:00:00', '2026-03-02', 1)",
        "outbox_message": "kind, recipient, subject, body, created_at, created_by, state, attempts, customer_id"
        " VALUES ('quote', 'a@example.com', 'x', 'y', '2026-03-02 01:00:00', 3, 'queued', 0, 1)",
        "owner_change": "customer_id, at, by_id, from_id, to_id, reason VALUES (1, '2026-03-02 01:00:00', 2, 4, 3, '调整')",
    }
    for table, row in by_hand.items():
        leads.execute(office, f"INSERT INTO {table} ({row.replace(' VALUES', ') VALUES', 1)}")
    for kind, state in (("opportunity", "discovery"), ("contract", "draft")):
        row = f"subject_kind, subject_id, to_state, at, by_id, reason VALUES ('{kind}', 1, '{state}', '2026-03-02 01:00:00', 3, '')"
        leads.execute(office, f"INSERT INTO state_change ({row.replace(' VALUES', ') VALUES', 1)}")
    leads.regrade(office, 1, Grade.A)
    return office


def test_everything_moves_whatever_the_table(rich: Office) -> None:
    referring = [
        (table.name, column.name)
        for table in metadata().tables.values()
        for column in table.columns
        if any(key.target_fullname == "customer.id" for key in column.foreign_keys)
    ]
    assert {(column.table.name, column.name) for column in belongings.of_customers()} == {
        pair for pair in referring if pair[0] not in belongings.HISTORIES
    }
    had = {
        table: one(rich, f"SELECT count(*) AS n FROM {table} WHERE {column} = 1")["n"] for table, column in referring
    }
    assert [table for table, count in had.items() if not count] == ["customer"]  # every kind is put to the test
    found = merge(rich, 1, 2)
    for table, column in referring:
        left = one(rich, f"SELECT count(*) AS n FROM {table} WHERE {column} = 1")["n"]
        assert left == (had[table] if table in belongings.HISTORIES else 0), table
    assert found.moved == {
        "contact": 1, "followup": 10, "plan": had["plan_item"], "need": 1, "need_list": 1, "need_analysis": 1, "opportunity": 1,
        "contract": 1, "outbox_message": 1, "quote": 2, "order": 1, "approval": 1, "objection": 1,
        "attachment": 1, "stall_analysis": 1, "tag": 2,
    }  # fmt: skip
    sound(rich)


def test_what_moved_is_found_with_the_customer_that_stays(rich: Office) -> None:
    merge(rich, 1, 2)
    assert rich.json("customer", "show", "HZ2026002")["tags"] == ["决策链复杂", "国企"]
    attached = one(rich, "SELECT subject_id, subject_ref, customer_id FROM attachment")
    assert attached == {"subject_id": 2, "subject_ref": "HZ2026002", "customer_id": 2}
    assert {row["customer_code"] for row in rich.json("quote", "list")} == {"HZ2026002"}
    assert {row["customer_code"] for row in rich.json("order", "list")} == {"HZ2026002"}
    assert one(rich, "SELECT DISTINCT contact_id FROM followup") == {"contact_id": 1}


def test_open_opportunities_of_one_title_are_named_and_stay(pair: Office) -> None:
    close = date(2026, 5, 31)
    with pair.context().transaction() as work:
        for customer, title in (
            (1, "扫码终端 50 台"),
            (2, "扫码终端　50 台"),
            (2, "二期"),
            (2, "丢掉的"),
            (1, "丢掉的"),
        ):
            opportunities.add(work, customer, NewOpportunity(title, 1_00, close))
        opportunities.lose(work, "SJ2026-0004", LossReason.OTHER)
    with pair.context().transaction() as work:
        told = merging.examine(work, 2, 1).opportunities
    assert told == [("SJ2026-0002", "SJ2026-0001")]
    assert merge(pair).opportunities == told
    assert one(pair, "SELECT count(*) AS n FROM opportunity WHERE customer_id = 1 AND closed_on IS NULL") == {"n": 4}
    sound(pair)


def test_the_histories_stay_and_are_read_with_the_other_file(pair: Office) -> None:
    leads.move(pair, 1, Status.INTERESTED, now="2026-02-05 09:00")
    leads.move(pair, 2, Status.INTERESTED, Status.HOT, now="2026-02-10 09:00")
    leads.regrade(pair, 2, Grade.B, now="2026-02-10 09:00")
    leads.regrade(pair, 1, Grade.C, now="2026-02-11 09:00")
    merge(pair)
    row = pair.json("customer", "show", TARGET)
    assert (row["status"], row["grade"], row["former_codes"]) == ("interested", "C", [SOURCE])
    assert [(change["customer_code"], change["to_status"]) for change in row["status_changes"]] == [
        (SOURCE, "hot"), (SOURCE, "interested"), (TARGET, "interested"), (SOURCE, "prospect"), (TARGET, "prospect"),
    ]  # fmt: skip
    assert [change["customer_code"] for change in row["grade_changes"]] == [TARGET, SOURCE]
    assert row["last_progress_on"] == "2026-02-05"
    sound(pair)


def test_a_past_week_counts_the_two_once_and_what_was_done_with_both(pair: Office) -> None:
    for key in (1, 2):
        with pair.context(now="2026-02-04 10:00").transaction() as work:
            followups.log(work, key, followups.NewFollowup(Method.PHONE, "电话确认接口清单和报价单", progress=True))
    leads.regrade(pair, 1, Grade.A, now="2026-02-04 11:00")
    leads.regrade(pair, 2, Grade.A, now="2026-02-04 11:00")
    pair.now = "2026-02-09 09:00"
    before = pair.json("report", "weekly", "--week", "2026-W06")
    merge(pair, now="2026-03-02 09:00")
    after = pair.json("report", "weekly", "--week", "2026-W06")
    assert (before["new_customers"]["count"], after["new_customers"]["count"]) == (2, 1)
    assert before["followups"]["logged"] == after["followups"]["logged"] == 2
    (row,) = after["key_customers"]["customers"]
    assert (row["customer_code"], row["last_contact_on"]) == (TARGET, "2026-02-04")


def test_the_copies_are_computed_anew(pair: Office) -> None:
    with pair.context(now="2026-02-20 10:00").transaction() as work:
        followups.log(work, 2, followups.NewFollowup(Method.VISIT, "上门演示扫码入库，确认接口清单", progress=True))
    found = merge(pair)
    row = one(pair, "SELECT last_contact_on, last_progress_on, uncontacted_since FROM customer WHERE id = 1")
    assert row == {"last_contact_on": "2026-02-20", "last_progress_on": "2026-02-20", "uncontacted_since": None}
    gone = one(
        pair,
        "SELECT last_contact_on, last_progress_on, uncontacted_since, next_follow_up_on FROM customer WHERE id = 2",
    )
    assert gone == {
        "last_contact_on": "2026-02-02", "last_progress_on": None, "uncontacted_since": "2026-02-02 01:00:00",
        "next_follow_up_on": None,
    }  # fmt: skip
    assert found.next is not None
    pending = leads.rows(pair, "SELECT due_on, rule FROM plan_item WHERE customer_id = 1 AND state = 'pending'")
    assert pending == [{"due_on": str(found.next.value), "rule": "cadence"}]
    sound(pair)


def test_plans_made_by_hand_stay(pair: Office) -> None:
    with pair.context().transaction() as work:
        plans.plan(work, 2, plans.NewPlan(date(2026, 3, 4), Method.VISIT, "上门演示扫码入库"))
    merge(pair)
    assert pair.json("customer", "show", TARGET)["next_follow_up_on"] == "2026-03-04"
    sound(pair)


def test_the_richer_fields_are_kept(office: Office) -> None:
    leads.add(
        office,
        leads.new("甲公司", phone="13812345678", remark="老客户", size="100 人"),
        leads.new(
            "乙公司", phone="13912345678", remark="展会认识", address="滨江区 1 号", source_detail="2026 展会",
            budget=500_000_00, budget_consent="电话同意", grade=Grade.B,
        ),
    )  # fmt: skip
    found = merge(office, reason="同一家公司")
    values = {value.field: (value.value, value.taken_over, value.other) for value in found.values}
    assert values == {
        "name": ("甲公司", False, "乙公司"), "remark": ("老客户", False, "展会认识"), "address": ("滨江区 1 号", True, None),
        "source_detail": ("2026 展会", True, None), "budget": ("***", True, None), "grade": ("B", True, None),
    }  # fmt: skip
    row = one(office, "SELECT * FROM customer WHERE id = 1")
    assert [row[name] for name in ("address", "source_detail", "size", "remark", "grade", "budget_consent")] == [
        "滨江区 1 号", "2026 展会", "100 人", "老客户", "B", "电话同意",
    ]  # fmt: skip
    assert leads.vault(office).decrypt(row["budget_cipher"], BUDGET, 1) == "500000.00"
    sound(office)


def test_the_trail_has_what_gave_way_and_personal_words_only_encrypted(office: Office) -> None:
    people = ("13812345678", "13912345678")
    leads.add(
        office,
        *(
            leads.new(f"公司{phone}", phone=phone, remark=f"私事{phone}", budget=fen, budget_consent="同意")
            for phone, fen in zip(people, (100_00, 200_00), strict=True)
        ),
    )
    found = merge(office, reason="同一家公司")
    assert {value.field: (value.value, value.other) for value in found.values}["budget"] == ("***", "***")
    stays, gone = leads.rows(
        office, "SELECT * FROM v_audit WHERE action IN ('customer.merge', 'customer.merged') ORDER BY id"
    )
    assert (stays["subject_ref"], gone["subject_ref"]) == (TARGET, SOURCE)
    assert '"name":"公司13912345678"' in stays["before"]
    assert leads.opened(office, stays)["reason"] == "同一家公司"
    assert leads.opened(office, stays, "before")["remark"] == "私事13912345678"
    assert f'"merged_into":"{TARGET}"' in gone["after"]
    assert not any("私事" in (row[part] or "") for row in (stays, gone) for part in ("before", "after"))


def test_a_contact_that_is_there_twice_becomes_one(pair: Office) -> None:
    with pair.context().transaction() as work:
        customer = load(work, 2)
        new = NewContact(
            "张经理", "采购经理", "13812345678", "zw@example.com", role=ChainRole.PROCUREMENT, concern="交期"
        )
        contacts.add(work, customer, new, primary=True, allow_duplicate=True)
        followups.log(work, 2, followups.NewFollowup(Method.PHONE, "确认了接口清单和报价单", contact="张经理"))
    found = merge(pair)
    assert (found.contacts_united, found.moved["contact"]) == (1, 2)
    shown = pair.json("contact", "list", TARGET)
    assert [(row["name"], row["title"], row["email_masked"], row["role"], row["primary"]) for row in shown] == [
        ("张伟", "采购经理", "z***@example.com", "procurement", True), ("张伟", None, None, "other", False),
    ]  # fmt: skip
    assert pair.json("contact", "reveal", TARGET)["email"] == "zw@example.com"
    assert one(pair, "SELECT contact_id FROM followup") == {"contact_id": 1}
    assert one(pair, "SELECT count(*) AS n FROM v_audit WHERE action = 'contact.merge'") == {"n": 1}
    sound(pair)


def test_two_people_with_one_switchboard_stay_two(pair: Office) -> None:
    with pair.context().transaction() as work:
        new = NewContact("李娜", phone="13812345678", wechat="lina")
        contacts.add(work, load(work, 2), new, allow_duplicate=True)
        contacts.add(work, load(work, 1), NewContact("王芳", phone="057188888888", wechat="wf"))
        contacts.add(work, load(work, 2), NewContact("孙丽", phone="057188888888", wechat="sl"), allow_duplicate=True)
    assert merge(pair).contacts_united == 1
    assert sorted(row["name"] for row in pair.json("contact", "list", TARGET)) == ["孙丽", "张伟", "张伟", "王芳"]


def test_a_customer_without_contacts_takes_the_primary_one(pair: Office) -> None:
    leads.execute(
        pair, "UPDATE contact SET removed_at = '2026-03-01 00:00:00', is_primary = FALSE WHERE customer_id = 1"
    )
    merge(pair)
    assert [row["primary"] for row in pair.json("contact", "list", TARGET)] == [True]


def test_the_code_and_the_name_stand_for_the_other(pair: Office) -> None:
    merge(pair)
    context = pair.context()
    for ref in (SOURCE, SOURCE.lower(), "云帆科技（杭州）", "云帆科技(杭州)"):
        assert customers.resolve(context, ref).code == TARGET
    assert [note.message.values["into"] for note in context.notes] == [TARGET] * 4
    assert customers.resolve_itself(context, SOURCE).code == SOURCE
    assert customers.beginning_with(context, "HZ", 10) == [(TARGET, "杭州云帆科技有限公司")]
    assert customer_file.show(context, TARGET)["former_codes"] == [SOURCE]


def test_a_chain_is_one_step(pair: Office) -> None:
    leads.add(pair, leads.new("丙公司", phone="13712345678"))
    merge(pair, 2, 1)
    merge(pair, 1, 3)
    assert leads.rows(pair, "SELECT id, merged_into_id FROM customer ORDER BY id") == [
        {"id": 1, "merged_into_id": 3}, {"id": 2, "merged_into_id": 3}, {"id": 3, "merged_into_id": None},
    ]  # fmt: skip
    assert customers.resolve(pair.context(), SOURCE).code == "HZ2026003"
    assert pair.json("customer", "show", SOURCE)["former_codes"] == [TARGET, SOURCE]
    sound(pair)


def test_who_has_the_name_of_a_merged_one_is_a_twin_of_the_other(pair: Office) -> None:
    merge(pair)
    for new in (leads.new("云帆科技（杭州）有限公司"), leads.new("云海", phone="13912345678")):
        with pytest.raises(Duplicate) as caught:
            leads.add(pair, new)
        assert caught.value.details["twin"] == TARGET


@pytest.mark.parametrize(
    ("prepare", "source", "target", "error", "said"),
    [
        ("", 1, 1, Refused, "HZ2026001 杭州云帆科技有限公司 cannot be merged into itself"),
        ("21", 2, 1, Refused, "HZ2026002 was merged into HZ2026001 杭州云帆科技有限公司"),
        ("21", 1, 2, Refused, "HZ2026001 杭州云帆科技有限公司 cannot be merged into itself"),
        ("21", 3, 2, Refused, "HZ2026002 was merged into HZ2026001 杭州云帆科技有限公司"),
        ("a", 2, 1, Refused, "HZ2026002 云帆科技（杭州） is archived"),
        ("a", 1, 2, Refused, "HZ2026002 云帆科技（杭州） is archived"),
        ("f", 2, 1, Refused, "the personal data of HZ2026002 云帆科技（杭州） was erased"),
        ("f", 1, 2, Refused, "the personal data of HZ2026002 云帆科技（杭州） was erased"),
        ("", 2, 4, NotPermitted, "SH2026001 陈家 is in the charge of chen.jie"),
        ("", 4, 2, NotPermitted, "SH2026001 陈家 is in the charge of chen.jie"),
    ],
)
def test_what_is_refused_changes_nothing(
    pair: Office, prepare: str, source: int, target: int, error: type[SalesflowError], said: str
) -> None:
    leads.add(pair, leads.new("丙公司", phone="13712345678"))
    leads.add(pair, leads.new("陈家", phone="13612345678"), user="chen.jie")
    if prepare == "21":
        merge(pair)
    elif prepare == "a":
        leads.archive(pair, SOURCE)
    elif prepare:
        leads.execute(pair, "UPDATE customer SET forgotten_at = '2026-03-01 00:00:00' WHERE id = 2")
    before = leads.written(pair)
    for act in (merging.examine, merging.merge):
        with pytest.raises(error) as caught, pair.context().transaction() as work:
            act(work, source, target)
        assert str(caught.value) == said
    assert leads.written(pair) == before


@pytest.mark.parametrize("user", ["zhang.wei", "wang.fang"])
def test_a_manager_and_a_director_merge_whosever_they_are(pair: Office, user: str) -> None:
    leads.add(pair, leads.new("陈家", phone="13612345678"), user="chen.jie")
    assert merge(pair, 3, 1, user).target.code == TARGET
    sound(pair)


def test_an_open_approval_is_decided_first(office: Office) -> None:
    deals.furnish(office)
    leads.add(office, leads.new("明远制造（杭州）", phone="13912345678"))
    with office.context().transaction() as work:
        number = quotes.make(
            work, quotes.NewQuote(1, (quotes.NewItem(deals.SKU, 1000),), discount=deals.ABOVE),
        ).number  # fmt: skip
    assert office.run("quote", "show", number).status == 0
    order = deals.ordered(office)
    for source, target in ((1, 2), (2, 1)):
        with pytest.raises(Refused) as caught:
            merge(office, source, target)
        assert caught.value.code == "open-approval"
        assert caught.value.details["approvals"]
        assert "HZ2026001" in str(caught.value)
    assert order.startswith("DD")


def test_a_dry_run_tells_the_same_and_writes_nothing(rich: Office) -> None:
    before = leads.written(rich)
    with rich.context().transaction() as work:
        told = merging.examine(work, 1, 2)
    assert leads.written(rich) == before
    done = merge(rich, 1, 2)
    assert (told.moved, told.values, told.contacts_united) == (done.moved, done.values, done.contacts_united)


def test_a_chain_that_was_not_shortened_is_found(pair: Office) -> None:
    leads.add(pair, leads.new("丙公司", phone="13712345678"))
    merge(pair, 2, 1)
    merge(pair, 1, 3)
    leads.execute(pair, "UPDATE customer SET merged_into_id = 1 WHERE id = 2")
    (problem,) = pair.run("db", "check", "--json").json["problems"]
    assert (problem["ref"], problem["kind"]) == (SOURCE, "copy")


def test_a_log_for_a_merged_customer_that_was_looked_up_before(pair: Office) -> None:
    merge(pair)
    with pytest.raises(Refused, match="HZ2026002 was merged into HZ2026001"), pair.context().transaction() as work:
        followups.log(work, 2, followups.NewFollowup(Method.PHONE, "确认接口清单"))


def test_a_merge_on_a_leap_day(office: Office) -> None:
    leads.add(office, leads.new("甲公司"), leads.new("乙公司"), now="2024-02-29 09:00")
    merge(office, now="2024-02-29 10:00")
    row = one(office, "SELECT last_contact_on, archived_at FROM customer WHERE id = 2")
    assert row == {"last_contact_on": "2024-02-29", "archived_at": "2024-02-29 02:00:00"}
    sound(office)
