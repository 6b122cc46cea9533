"""Contracts of the season: drafted on accepted quotes, seen by legal, finance and the manager, signed, some still on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from sqlmodel import col, select

from salesflow.db.transaction import Transaction
from salesflow.enums import ApprovalState, ContractState, ContractTerm, InstalmentEvent, QuoteState, Role, SubjectKind
from salesflow.models.approval import Approval
from salesflow.models.contract import Contract, ContractRevision
from salesflow.models.customer import Customer
from salesflow.models.quote import Quote
from salesflow.models.staff import Staff
from salesflow.rules.instalments import Part
from salesflow.services import approvals, contract_drafts, contracts
from salesflow.services.contract_content import Given
from salesflow.services.demo import cast
from salesflow.services.demo.stage import Hours, Stage

_OFTEN: Final = 0.5  # how often a deal gets a contract of its own
_TERMS: Final = {
    ContractTerm.CONTENT: "设备型号、数量、配置以所附报价单为准，含安装调试与一次操作培训",
    ContractTerm.PRICE: "含税总价以所附报价单为准，合同期内不变",
    ContractTerm.DELIVERY: "签约并收到首付款后 30 天内送达买方指定地点，运费由卖方承担",
    ContractTerm.PAYMENT: "分三期支付：签约 30 %，到货后 7 天内 60 %，验收后 90 天内 10 %",
    ContractTerm.BREACH: "逾期付款或逾期交货，每日按未履行部分金额的万分之五支付违约金",
}
_WAY: Final = ("zhou.min", cast.DECIDERS[Role.FINANCE], cast.MANAGER)
"""Who decides, one after the other: legal, finance, the manager."""
_PARTS: Final = (
    Part(3_000, InstalmentEvent.SIGNING),
    Part(6_000, InstalmentEvent.DELIVERY, 7),
    Part(1_000, InstalmentEvent.ACCEPTANCE, 90),
)


class Papers:
    """Plans the contracts of deals, drawn with a chance of its own, so that the other history stays as it is."""

    def __init__(self, stage: Stage, hours: Hours, seed: int) -> None:
        self._stage = stage
        self._random = Random(f"papers {seed}")
        self._hours = hours.drawing(self._random)

    def maybe(self, quote: str, owner: str, at: datetime) -> None:
        """Perhaps the accepted quote gets its contract, an hour after the customer agreed."""
        if self._random.random() < _OFTEN:
            self._stage.plan(at + timedelta(hours=1), owner, partial(self._draft, quote, owner, at))

    def _draft(self, quote: str, owner: str, at: datetime, work: Transaction) -> None:
        given = Given(terms=_TERMS, instalments=_PARTS)
        number = contract_drafts.draft(work, contract_drafts.Source(quote, given=given)).number
        sent = self._hours.later(at, 1)
        self._stage.plan(sent, owner, partial(self._submit, number, owner, sent))

    def _submit(self, number: str, owner: str, at: datetime, work: Transaction) -> None:
        _submit(number, work)
        self._pass_on(number, owner, at, _WAY)

    def _pass_on(self, number: str, owner: str, at: datetime, way: Sequence[str]) -> None:
        """The next of those who decide has it a day later, and after the last of them it is signed."""
        if way:
            then = self._hours.later(at, 1)
            self._stage.plan(then, way[0], partial(self._approve, number, owner, then, way))
        else:
            signing = self._hours.later(at, self._random.randint(1, 5))
            self._stage.plan(signing, owner, partial(_sign, number, signing))

    def _approve(self, number: str, owner: str, at: datetime, way: Sequence[str], work: Transaction) -> None:
        _approve(number, work)
        self._pass_on(number, owner, at, way[1:])

    def last_day(self, at: datetime, work: Transaction) -> None:
        """Something is left to do: a draft, a contract that waits for legal, and one that waits for its signature."""
        wanted = (
            select(Quote.number, Staff.login)
            .join(Customer, col(Customer.id) == Quote.customer_id)
            .join(Staff, col(Staff.id) == Customer.owner_id)
            .where(Quote.state == QuoteState.ACCEPTED, col(Quote.id).not_in(select(ContractRevision.quote_id)))
        )
        left = work.session.exec(wanted.order_by(col(Quote.id).desc()).limit(3)).all()
        for far, (quote, owner) in enumerate(left):
            self._stage.plan(at + timedelta(minutes=far), owner, partial(self._leave, quote, owner, at, far))

    def _leave(self, quote: str, owner: str, at: datetime, far: int, work: Transaction) -> None:
        given = Given(terms=_TERMS, instalments=_PARTS)
        number = contract_drafts.draft(work, contract_drafts.Source(quote, given=given)).number
        if far:
            self._stage.plan(at + timedelta(minutes=10), owner, partial(_submit, number))
        for hours, login in enumerate(_WAY if far > 1 else (), 1):
            self._stage.plan(at + timedelta(hours=hours), login, partial(_approve, number))


def _submit(number: str, work: Transaction) -> None:
    contracts.submit(work, number)


def _approve(number: str, work: Transaction) -> None:
    wanted = select(Approval.number).where(
        Approval.subject_kind == SubjectKind.CONTRACT,
        Approval.subject_ref == number,
        Approval.state == ApprovalState.PENDING,
    )
    approvals.approve(work, work.session.exec(wanted).one(), "条款已核对")


def _sign(number: str, at: datetime, work: Transaction) -> None:
    contract = work.session.exec(select(Contract).where(Contract.number == number)).one()
    if contract.state == ContractState.APPROVED:
        contracts.sign(work, number, at.date())
