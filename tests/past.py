"""A customer with a bit of everything that a file can have, all its words marked so that they can be looked for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from salesflow.db.transaction import Transaction
from salesflow.enums import (
    AttachmentKind,
    ChainRole,
    Grade,
    LossReason,
    Method,
    NeedKind,
    ObjectionKind,
    ObjectionOutcome,
    StallCause,
    Status,
)
from salesflow.money import MoneyRange
from salesflow.rules.contracts import CORE
from salesflow.services import (
    assignment,
    attachments,
    contacts,
    contract_content,
    contract_drafts,
    contract_end,
    followups,
    grading,
    merging,
    need_analysis,
    needs,
    objections,
    opportunities,
    plans,
    stall,
)
from salesflow.services import status as statuses
from salesflow.services.contacts import NewContact
from salesflow.services.customers import load
from salesflow.services.order_terms import Terms
from salesflow.subject import Subject
from tests import deals, leads
from tests.conftest import Office

CODE, TWIN = "HZ2026001", "HZ2026002"
SECRETS = (
    "王工", "13812345678", "采购主管", "怕停线", "wg@example.com", "绿茶爱好者", "滨江区江南大道", "三号楼", "父亲住院",
    "孩子高考", "爱打高尔夫", "老同学介绍", "预算五十", "当面同意", "约在茶馆", "要请她先生", "他说太贵", "先认同", "再解释", "降价百分之五",
    "换个人谈", "收货李姐", "13987654321", "电话前先打", "报价备注私话", "审批说情", "调给熟人", "成交靠关系", "合并说明私话", "原先写着",
    "导入前的话", "提醒里写着", "盘点靠她一人", "想早点退休", "董事长私账", "口头答应过", "等女儿出嫁", "小舅子说了算", "要带按摩椅", "送到乡下",
    "替他弟弟买", "输给表兄弟",
)  # fmt: skip
"""What must not be found any more; no two of them are near each other."""


def furnish(office: Office, folder: Path) -> None:
    """HZ2026001, into which HZ2026002 was merged, with all kinds of records."""
    deals.furnish(office)
    leads.execute(office, "UPDATE customer SET remark = '父亲住院', source_detail = '老同学介绍' WHERE id = 1")
    twin = leads.new(
        "明远制造（二部）", phone="13712345678", need="孩子高考之后再谈, 终端 20 台", address="三号楼", remark="爱打高尔夫",
        budget=50_000_00, budget_consent="当面同意",
    )  # fmt: skip
    leads.add(office, twin)
    office.now = "2026-03-03 10:00"
    _sell(office)
    _talk(office)
    with office.context(user="zhang.wei", now="2026-03-04 09:00").transaction() as work:
        customer = load(work, 1)
        grading.by_scores(work, 1, grading.Scores(4, 3, 3, 5))
        statuses.change_grade(work, customer, Grade.A, "成交靠关系")
        statuses.change_status(work, customer, statuses.NewStatus(Status.INTERESTED, "约在茶馆谈过"))
        assignment.assign_customers(work, [1], to="zhao.lei", reason="调给熟人")
        merging.merge(work, 2, 1, "合并说明私话")
    _attach(office, folder)
    _by_hand(office)


def _sell(office: Office) -> None:
    number = deals.created(
        office, terms=Terms(None, None, "滨江区江南大道 1 号", "收货李姐", "13987654321", "电话前先打")
    )
    deals.submit(office, number)
    deals.approve(office, "AP2026-0001", *deals.ORDER_ROUTE)
    _contract(office)
    leads.execute(office, "UPDATE approval_step SET comment = '审批说情'")
    leads.execute(office, "UPDATE quote SET note = '报价备注私话'")


def _contract(office: Office) -> None:
    """A contract on the quote; what it says of persons stands in its title and its reason."""
    parts = contract_content.Given("替她先生买的", terms=dict.fromkeys(CORE, "按报价单"))
    with office.context().transaction() as work:
        number = contract_drafts.draft(work, contract_drafts.Source("Q2026-0001", given=parts)).number
        contract_end.terminate(work, number, "她改主意了")
    leads.execute(office, "UPDATE contract_revision SET reason = '变更是她要的'")


def _talk(office: Office) -> None:
    with office.context().transaction() as work:
        person = NewContact(
            "王工程师", "采购主管", None, "wg@example.com", "绿茶爱好者", ChainRole.PROCUREMENT, "怕停线"
        )
        contacts.add(work, load(work, 1), person)
        told = followups.NewFollowup(Method.PHONE, "约在茶馆见面", feedback="预算五十万以内", next="要请她先生一起来")
        followups.log(work, 1, told)
        plans.plan(work, 1, plans.NewPlan(date(2026, 3, 20), Method.VISIT, "要请她先生看演示", goal="换个人谈"))
        reply = objections.Reply("先认同", "再解释", "降价百分之五")
        said = objections.NewObjection(ObjectionKind.PRICE, "他说太贵", reply, ObjectionOutcome.RESOLVED)
        objections.log(work, 1, said)
        stall.analyse(work, 1, StallCause.BUDGET, "换个人谈")
        _wish(work)


def _wish(work: Transaction) -> None:
    """What both files say of needs, and a lost opportunity."""
    private = need_analysis.Answers(
        "盘点靠她一人", "想早点退休", MoneyRange(None, 88_888_00), "等女儿出嫁", "小舅子说了算", "口头答应过"
    )
    need_analysis.analyse(work, 1, private)
    need_analysis.analyse(work, 2, need_analysis.Answers("董事长私账", budget_range=MoneyRange(5_00, 6_00)))
    needs.add(work, 1, needs.NewNeed("要带按摩椅，2 台", NeedKind.FLEXIBLE, 3, spec="送到乡下"))
    needs.confirm(work, 1, date(2026, 3, 3), "王工程师")
    needs.add(work, 2, needs.NewNeed("替他弟弟买 1 台", NeedKind.RIGID, 1))
    new = opportunities.NewOpportunity("替他弟弟买的单", 50_000_00, date(2026, 4, 1))
    lost = opportunities.add(work, 1, new).number
    opportunities.lose(work, lost, LossReason.COMPETITOR, "输给表兄弟")


def _attach(office: Office, folder: Path) -> None:
    path = folder / "王工名片.png"
    path.write_bytes(b"card of a person")
    with office.context().transaction() as work:
        file = attachments.NewFile(str(path), AttachmentKind.BUSINESS_CARD)
        attachments.attach(work, Subject("customer", 1, CODE, 1), [file])


def _by_hand(office: Office) -> None:
    """Corrections, imports and mails, as their own services write them."""
    at = "2026-03-04 01:00:00"
    for kind, text in (
        ("edit", json.dumps({"content": "原先写着别的"}, ensure_ascii=False)),
        ("amendment", "原先写着人名"),
    ):
        leads.execute(
            office,
            "INSERT INTO followup_correction (followup_id, at, by_id, kind, text) VALUES (1, :at, 3, :kind, :text)",
            at=at, kind=kind, text=text,
        )  # fmt: skip
    leads.execute(
        office,
        "INSERT INTO import_run (record_kind, file, at, by_id, read, created, updated, skipped) "
        "VALUES ('customer', 'a.csv', :at, 3, 1, 0, 1, 0)",
        at=at,
    )
    for kind, key in (("customer", 1), ("contact", 1)):
        leads.execute(
            office,
            "INSERT INTO import_change (import_id, record_kind, record_id, version, before) "
            "VALUES (1, :kind, :key, 2, '{\"remark\": \"导入前的话\"}')",
            kind=kind, key=key,
        )  # fmt: skip
    for state, body, customer in (
        ("queued", f"{CODE}: 提醒里写着 13812345678", None),
        ("sent", f"{deals.NAME} 提醒里写着", 1),
        ("sent", "别人", None),
    ):
        leads.execute(
            office,
            "INSERT INTO outbox_message (kind, recipient, subject, body, created_at, created_by, state, attempts, customer_id, "
            "sent_at) VALUES ('reminder', 'a@example.com', 'x', :body, :at, 3, :state, 0, :customer, :at)",
            body=body, at=at, state=state, customer=customer,
        )  # fmt: skip
