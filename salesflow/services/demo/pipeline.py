"""What the demonstration's customers need, and the opportunities that come of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from sqlmodel import col, select

from salesflow.db.transaction import Transaction
from salesflow.enums import LossReason, NeedKind, OpportunityStage, Status
from salesflow.models.customer import Customer
from salesflow.models.need import NeedList
from salesflow.models.opportunity import Opportunity
from salesflow.money import MoneyRange
from salesflow.services import contacts, need_analysis, needs, opportunities
from salesflow.services.demo import cast
from salesflow.services.demo.deals import customer_with, owner_of
from salesflow.services.demo.stage import Hours, Stage

_SHARE: Final = 3  # one customer of so many, beside those that are to be won
_NEEDS: Final = (
    ("单件打标节拍 6 秒以内", NeedKind.RIGID, "三班连续运行"),
    ("二维码一次读取率 99.9%", NeedKind.RIGID, "符合出口追溯要求"),
    ("旺季前 30 天到货并投产", NeedKind.RIGID, None),
    ("现场操作培训 2 天，每班 3 人", NeedKind.FLEXIBLE, None),
    ("易损件备件 1 套，随机交付", NeedKind.FLEXIBLE, "清单见技术协议"),
    ("与 MES 对接，接口文档 1 份", NeedKind.FLEXIBLE, "HTTP 接口"),
)
_PAINS: Final = ("人工打标每件 20 秒，返工率 4%", "质检漏检每月 3 起，客户已书面投诉", "两班倒招不到人，产能缺口 15%")
_GOALS: Final = ("单班产能提高 30%", "漏检降到每季度 1 起以内", "减少 4 个操作工位")
_CHAINS: Final = ("设备科选型，采购比价，总经理批", "技术部评审后报总部采购", "总经理直接定，财务看付款方式")
_TITLES: Final = ("激光打标线一期", "视觉检测改造", "机器人上下料试点", "追溯系统配套设备")
_SKUS: Final = ("YF-100", "YF-200", "YF-300", "YF-400")
_AMOUNTS: Final = (80_000_00, 150_000_00, 240_000_00, 380_000_00, 620_000_00)  # fen
_LOST: Final = (LossReason.PRICE, LossReason.COMPETITOR, LossReason.TIMING)
_S: Final = OpportunityStage
# How far an opportunity gets with a customer of that fate.
_WAYS: Final = {
    Status.PROSPECT: (),
    Status.INTERESTED: (_S.PROPOSAL,),
    Status.HOT: (_S.PROPOSAL, _S.NEGOTIATION, _S.CONTRACT),
    Status.WON: (_S.PROPOSAL, _S.NEGOTIATION, _S.CONTRACT, _S.WON),
    Status.LOST: (_S.PROPOSAL, _S.LOST),
    Status.INVALID: (_S.LOST,),
}


class Pipeline:
    """Draws with chance of its own, as the objections do. Lists are confirmed on the last day, so that no sweep is another."""

    def __init__(self, stage: Stage, hours: Hours, seed: int) -> None:
        self._stage = stage
        self._random = Random(seed)
        self._hours = hours.drawing(self._random)

    def maybe(self, code: str, seller: str, at: datetime, fate: Status) -> None:
        """Some customers, and all that are to be won, say what they need when they are talked with, and a deal comes in sight."""
        if self._random.randrange(_SHARE) and fate is not Status.WON:
            return
        self._stage.plan(at, seller, partial(self._write_down, code, at.date()))
        self._stage.plan(at + timedelta(minutes=15), seller, partial(self._begin, code, seller, at, fate))

    def last_day(self, day: date, work: Transaction) -> None:
        """Half of the lists are confirmed; of each stage there is at least one opportunity, as far as there are enough."""
        lists = work.session.exec(select(NeedList).order_by(col(NeedList.customer_id))).all()
        for number, one in enumerate(lists[::2]):
            customer = work.session.exec(select(Customer).where(Customer.id == one.customer_id)).one()
            at = self._hours.at(day, 13) + timedelta(minutes=number)
            self._stage.plan(at, owner_of(work, customer), partial(_confirm, one.customer_id, day))
        self._stage.plan(self._hours.at(day, 15), cast.MANAGER, _fill_stages)

    def _write_down(self, code: str, on: date, work: Transaction) -> None:
        draw, customer = self._random, customer_with(work, code)
        low = draw.choice(_AMOUNTS)
        answers = need_analysis.Answers(
            draw.choice(_PAINS),
            draw.choice(_GOALS),
            None if customer.budget_consent is None else MoneyRange(low, low * 2),
            draw.choice((None, cast.filled(draw, "{month}底前投产", on))),
            draw.choice((None, *_CHAINS)),
        )
        need_analysis.analyse(work, customer.id or 0, answers)
        for priority, (text, kind, spec) in enumerate(draw.sample(_NEEDS, draw.randint(2, 4)), 1):
            needs.add(work, customer.id or 0, needs.NewNeed(text, kind, priority, spec=spec))

    def _begin(self, code: str, seller: str, at: datetime, fate: Status, work: Transaction) -> None:
        draw = self._random
        close = at.date() + timedelta(days=draw.randint(45, 150))
        new = opportunities.NewOpportunity(
            draw.choice(_TITLES), draw.choice(_AMOUNTS), close, draw.sample(_SKUS, draw.randint(1, 2)), seller
        )
        number = opportunities.add(work, customer_with(work, code).id or 0, new).number
        for stage in _WAYS[fate]:
            at = self._hours.later(at, draw.randint(8, 25))
            reason = draw.choice(_LOST) if stage is _S.LOST else None
            self._stage.plan(at, seller, partial(_go_on, number, stage, reason))


def _go_on(number: str, stage: OpportunityStage, reason: LossReason | None, work: Transaction) -> None:
    if stage is _S.WON:
        opportunities.win(work, number)
    elif reason is not None:
        opportunities.lose(work, number, reason)
    else:
        opportunities.move(work, number, stage)


def _confirm(customer_id: int, on: date, work: Transaction) -> None:
    person = contacts.of_customer(work, customer_id)[0]
    needs.confirm(work, customer_id, on, person.name)


def _fill_stages(work: Transaction) -> None:
    """Move the oldest ones on to the stages in which there is none."""
    wanted = select(Opportunity).where(col(Opportunity.closed_on).is_(None)).order_by(col(Opportunity.id))
    waiting = list(work.session.exec(wanted).all())
    there = {one.state for one in waiting}
    for stage in (_S.CONTRACT, _S.NEGOTIATION, _S.PROPOSAL):
        early = [one for one in waiting if one.state == _S.DISCOVERY]
        if stage not in there and len(early) > 1:
            opportunities.move(work, early[0].number, stage)
