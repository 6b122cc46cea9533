"""Three weeks of an office's life for the weekly review, made by the services: 2026-W11 is the week that is looked at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow import i18n
from salesflow.enums import Grade, LossReason, Method, Source, Status
from salesflow.services import followups, quotes, stale
from salesflow.services import status as statuses
from salesflow.services.records import load
from tests import deals, leads
from tests.conftest import Office, environment, moment

WEEK = "2026-W11"  # Monday 2026-03-09 to Sunday 2026-03-15
OVER = "2026-03-16 00:00"  # the first moment after it
MINGYUAN, HUAXING, SHUNDA, HONGDA, ANTAI, LIDE, BOYU = range(1, 8)


def _office(source: Path, folder: Path) -> Office:
    """A copy of an office's database."""
    for suffix in ("", ".key"):
        shutil.copy(f"{source}{suffix}", folder / f"office.db{suffix}")
    return Office(folder / "office.db", environment(folder))


@pytest.fixture(scope="session")
def reviewed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database at the end of the week, made once: each test works on a copy."""
    office = _office(template, tmp_path_factory.mktemp("season"))
    before(office)
    during(office)
    return office.database


@pytest.fixture
def review(reviewed: Path, tmp_path: Path) -> Iterator[Office]:
    """The office in the first moment after the week 2026-W11, zhang.wei (a manager) at the keyboard, in English."""
    i18n.set_language("en")
    office = _office(reviewed, tmp_path)
    office.now, office.user = OVER, "zhang.wei"
    yield office
    i18n.set_language("en")


def log(office: Office, customer_id: int, now: str, content: str, *, user: str = "li.na", **details: Any) -> None:
    at = details.pop("at", None)
    new = followups.NewFollowup(
        details.pop("method", Method.PHONE), content, at=None if at is None else moment(at), **details
    )
    with office.context(user=user, now=now).transaction() as work:
        followups.log(work, customer_id, new)


def plan(office: Office, customer_id: int, now: str, on: str, focus: str, *, user: str = "li.na") -> None:
    new = followups.NewPlan(date.fromisoformat(on), Method.VISIT, focus)
    with office.context(user=user, now=now).transaction() as work:
        followups.plan(work, customer_id, new)


def change(
    office: Office, customer_id: int, now: str, status: Status, reason: str, *, user: str = "li.na", **more: Any
) -> None:
    with office.context(user=user, now=now).transaction() as work:
        statuses.change_status(work, load(work, customer_id), statuses.NewStatus(status, reason, **more))


def sweep(office: Office, now: str) -> None:
    with office.context(user="zhang.wei", now=now).transaction() as work:
        stale.sweep(work)


def before(office: Office) -> None:
    """What happened before the week."""
    opened, office.now = office.now, "2026-02-20 09:00"
    deals.furnish(office)  # 明远, a referral of li.na's
    office.now = opened
    huaxing = leads.new("苏州华星电子有限公司", grade=Grade.B, source=Source.EXHIBITION)
    shunda = leads.new("宁波顺达物流有限公司", grade=Grade.B, source=Source.WEBSITE)
    hongda = leads.new("嘉兴宏达食品有限公司", grade=Grade.A, source=Source.REFERRAL)
    leads.add(office, huaxing, shunda, hongda, now="2026-02-20 10:00")
    leads.regrade(office, MINGYUAN, Grade.A, now="2026-03-02 09:30")
    change(office, HUAXING, "2026-03-03 10:00", Status.INTERESTED, "看了样机")
    change(office, MINGYUAN, "2026-03-04 10:00", Status.INTERESTED, "要了报价")
    log(office, MINGYUAN, "2026-03-04 10:30", "确认二期 30 个用户", next="周三演示", progress=True)
    plan(office, HONGDA, "2026-03-06 11:00", "2026-03-10", "和采购张经理谈账期")
    plan(office, HUAXING, "2026-03-06 11:10", "2026-03-11", "和生产部王工确认 20 台的交期")
    plan(office, SHUNDA, "2026-03-06 11:20", "2026-03-12", "问张伟二期预算")


def during(office: Office) -> None:
    """What happened in the week."""
    antai = leads.new("安泰医疗器械有限公司", source=Source.EXHIBITION, first_contact_at=moment("2026-03-06 15:00"))
    leads.add(office, antai, user="chen.jie", now="2026-03-09 09:30")
    log(office, MINGYUAN, "2026-03-09 09:40", "补记：上周五电话确认了名单", at="2026-03-06 17:00")
    change(office, MINGYUAN, "2026-03-10 11:00", Status.HOT, "总经理要合同")
    log(
        office, HONGDA, "2026-03-10 15:00", "账期 60 天，合同条款待定", method=Method.VISIT,
        open_points="账期要财务确认", risk="竞品报价低 8%", next="周四给出账期方案", progress=True,
    )  # fmt: skip
    leads.add(
        office, leads.new("立德教育科技有限公司", grade=Grade.C, source=Source.EXHIBITION), now="2026-03-10 16:00"
    )
    sweep(office, "2026-03-11 06:00")  # 顺达: B, nothing moved since 2026-02-20
    deals.quote(office, discount=deals.ABOVE, now="2026-03-11 10:00")  # Q2026-0001 waits for the manager: AP2026-0001
    deals.ordered(office, discount=500, now="2026-03-12 10:00")
    deals.approve(office, "AP2026-0002", *deals.ORDER_ROUTE, now="2026-03-13 10:00")
    log(office, HUAXING, "2026-03-13 15:00", "交期谈不拢", at="2026-03-12 10:00", feedback="要两周交货")
    rival = {"loss_reason": LossReason.COMPETITOR, "competitor": "恒通软件"}
    change(office, HUAXING, "2026-03-13 15:10", Status.LOST, "选了本地供应商", **rival)
    deal = "合同已签，首款已到"
    change(office, MINGYUAN, "2026-03-13 17:00", Status.WON, deal, user="zhang.wei", override=True)
    plan(office, ANTAI, "2026-03-13 17:10", "2026-03-17", "和设备科李主任看样机", user="chen.jie")
    plan(office, HONGDA, "2026-03-13 17:20", "2026-03-19", "带财务确认账期")


def after(office: Office) -> None:
    """What happened after the week, and must not show in its report."""
    log(office, SHUNDA, "2026-03-16 09:00", "补记：周五见了仓库主管", at="2026-03-13 16:00", progress=True)
    change(office, SHUNDA, "2026-03-16 09:10", Status.INTERESTED, "预算批了")
    leads.regrade(office, SHUNDA, Grade.A, now="2026-03-16 09:20")
    leads.regrade(office, HONGDA, Grade.C, now="2026-03-16 09:30")
    log(office, HONGDA, "2026-03-19 15:00", "账期定为 45 天", open_points="无", next="签合同")
    change(office, HONGDA, "2026-03-19 15:10", Status.INTERESTED, "账期谈定")
    change(office, MINGYUAN, "2026-03-17 10:00", Status.HOT, "首款退回")
    change(office, HUAXING, "2026-03-17 10:10", Status.PROSPECT, "又来问价")
    log(office, ANTAI, "2026-03-17 15:00", "样机看过", user="chen.jie")
    deals.approve(office, "AP2026-0001", "zhang.wei", now="2026-03-17 11:00")
    with office.context(now="2026-03-17 12:00").transaction() as work:
        quotes.accept(work, "Q2026-0001", date(2026, 3, 17))
    leads.add(office, leads.new("博裕置业有限公司", grade=Grade.A), now="2026-03-17 14:00")
    leads.execute(office, "UPDATE customer SET archived_at = '2026-03-18 02:00:00' WHERE code = 'SH2026001'")
