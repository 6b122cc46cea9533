"""What is sold in the season: quotes, their approvals, orders on their way through the approvers, deals that are won."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Final, NamedTuple

from sqlmodel import and_, col, select

from salesflow.dates import months_later
from salesflow.db.transaction import Transaction
from salesflow.enums import ApprovalState, OrderState, QuoteState, Role, Status, SubjectKind
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.models.customer import Customer
from salesflow.models.order import SalesOrder
from salesflow.models.quote import Quote
from salesflow.models.staff import Staff
from salesflow.services import approvals, orders, prices, quotes, status
from salesflow.services.demo import cast
from salesflow.services.demo.papers import Papers
from salesflow.services.demo.stage import Hours, Stage
from salesflow.services.order_terms import Terms

_SKUS: Final = ("YF-100", "YF-200", "YF-300", "YF-400", "YF-410", "YF-900", "YF-910", "YF-920")
_DISCOUNTS: Final = ((None, 500, 800, 1_200, 1_500, 2_300), (30, 25, 20, 15, 7, 3))  # basis points, and how often
_RETURNED: Final = 0.06  # how often an approver sends something back
_TERMS: Final = "合同签订付 30 %，发货前付 60 %，验收后付 10 %"
_VISITS: Final = ((Role.MANAGER, 9), (Role.FINANCE, 11), (Role.OPERATIONS, 14), (Role.DIRECTOR, 16))


class Ending(NamedTuple):
    """A deal that is still on its way when the season ends: how far it got, and who sent it back, if anybody did."""

    discount: int
    ordered: bool = False
    approved_by: tuple[str, ...] = ()
    returned_by: str | None = None


_MANAGER, _FINANCE = cast.DECIDERS[Role.MANAGER], cast.DECIDERS[Role.FINANCE]
ENDINGS: Final = (
    Ending(1_200),
    Ending(1_800),
    Ending(2_500, approved_by=(_MANAGER,)),
    Ending(500, ordered=True, approved_by=(_MANAGER,)),
    Ending(500, ordered=True, approved_by=(_MANAGER, _FINANCE)),
    Ending(300, ordered=True, approved_by=(_MANAGER,), returned_by=_FINANCE),
)
"""Something waits for the manager, the director, finance and operations, and an order is back with its owner."""


class Deals:
    """Plans the events of deals."""

    def __init__(self, stage: Stage, hours: Hours, random: Random, papers: Papers) -> None:
        self._stage = stage
        self._papers = papers
        self._hours = hours
        self._random = random

    def quote(self, code: str, seller: str, at: datetime, *, to_win: bool) -> None:
        """A quote of one to three lines; sometimes with a discount that the manager has to approve."""
        draw = self._random
        chosen = draw.sample(_SKUS, draw.randint(1, 3))
        discount = draw.choices(*_DISCOUNTS)[0]

        def make(work: Transaction) -> None:
            items = [quotes.NewItem(sku, draw.randint(1, 4) * 1_000, discount=discount) for sku in chosen]
            new = quotes.NewQuote(
                customer_with(work, code).id or 0,
                items,
                freight=draw.choice((0, 0, 80_000)),
                payment_terms=_TERMS,
                delivery_days=draw.choice((15, 30, 45)),
                warranty="整机质保 12 个月",
            )
            number = quotes.make(work, new).number
            if to_win or draw.random() < 0.4:
                self._accept(number, code, seller, self._hours.later(at, draw.randint(3, 12)), to_win=to_win)

        self._stage.plan(at, seller, make)

    def go_through_inboxes(self, day: date) -> None:
        """Every approver decides on what waits."""
        for role, hour in _VISITS:
            at = self._hours.at(day, hour, self._random.randint(0, 50))
            self._stage.plan(at, cast.DECIDERS[role], partial(self._decide, role, at))

    def last_day(self, day: date, work: Transaction) -> None:
        """What is left to decide when the season ends, each deal with another customer; and a price that is to come."""
        self._stage.plan(self._hours.at(day, 10), cast.MANAGER, partial(_announce, months_later(day.replace(day=1), 2)))
        for number, (customer, ending) in enumerate(zip(self.nearest_to_a_deal(work), ENDINGS, strict=False)):
            at = self._hours.at(day, 11, number)
            self._stage.plan(at, owner_of(work, customer), partial(self._leave, customer.id or 0, ending, at))

    def nearest_to_a_deal(self, work: Transaction) -> list[Customer]:
        """The open customers, hot ones first."""
        wanted = (Status.HOT, Status.INTERESTED, Status.PROSPECT)
        found = work.session.exec(select(Customer).where(col(Customer.status).in_(wanted)).order_by(col(Customer.id)))
        return sorted(found.all(), key=lambda customer: wanted.index(Status(customer.status)))

    def _decide(self, role: Role, at: datetime, work: Transaction) -> None:
        waiting = select(Approval).join(
            ApprovalStep,
            and_(col(ApprovalStep.approval_id) == Approval.id, col(ApprovalStep.step) == Approval.current_step),
        )
        mine = waiting.where(
            Approval.state == ApprovalState.PENDING,
            Approval.subject_kind != SubjectKind.CONTRACT,
            ApprovalStep.role == role,
        )
        for approval in work.session.exec(mine.order_by(col(Approval.id))).all():
            if self._random.random() >= _RETURNED:
                approvals.approve(work, approval.number, "同意")
                continue
            approvals.reject(work, approval.number, "毛利不足，请与客户再谈一轮并附竞品报价")
            if approval.subject_kind == SubjectKind.ORDER and self._random.random() < 0.8:
                again = partial(_submit_again, approval.subject_ref)
                self._stage.plan(self._hours.later(at, 2), _login(work, approval.submitted_by), again)

    def _accept(self, number: str, code: str, seller: str, at: datetime, *, to_win: bool) -> None:
        """The customer agrees, the order follows, and with it the deal."""

        def accept(work: Transaction) -> None:
            quote = work.session.exec(select(Quote).where(Quote.number == number)).one()
            if quote.state == QuoteState.APPROVED:
                quotes.accept(work, number, at.date())
                self._stage.plan(self._hours.later(at, 1), seller, order)
                self._papers.maybe(number, owner_of(work, customer_with(work, code)), at)

        def order(work: Transaction) -> None:
            made = orders.submit(work, orders.create(work, number).number).number
            if to_win:
                self._stage.plan(self._hours.later(at, 7), cast.MANAGER, partial(_win, code, made))

        self._stage.plan(at, seller, accept)

    def _leave(self, customer_id: int, ending: Ending, at: datetime, work: Transaction) -> None:
        """Make a deal as far as it gets."""
        items = [quotes.NewItem(sku, 2_000, discount=ending.discount) for sku in ("YF-200", "YF-910")]
        new = quotes.NewQuote(customer_id, items, payment_terms=_TERMS, delivery_days=30)
        subject = quotes.make(work, new).number
        if ending.ordered:
            quotes.accept(work, subject, at.date())
            subject = orders.submit(work, orders.create(work, subject).number).number
        for number, login in enumerate(ending.approved_by, 1):
            self._stage.plan(at + timedelta(hours=number), login, partial(_approve, subject))
        if ending.returned_by is not None:
            self._stage.plan(at + timedelta(hours=5), ending.returned_by, partial(_return, subject))


def customer_with(work: Transaction, code: str) -> Customer:
    return work.session.exec(select(Customer).where(Customer.code == code)).one()


def owner_of(work: Transaction, customer: Customer) -> str:
    """The login of whose customer it is."""
    return _login(work, customer.owner_id)


def _login(work: Transaction, staff_id: int) -> str:
    return work.session.exec(select(Staff.login).where(Staff.id == staff_id)).one()


def _submit_again(order: str, work: Transaction) -> None:
    orders.submit(work, order, Terms(note="已与客户重新确认付款方式"))


def _win(code: str, order: str, work: Transaction) -> None:
    """Contract and first payment are on paper here: the manager vouches for them."""
    customer = customer_with(work, code)
    approved = work.session.exec(select(SalesOrder.state).where(SalesOrder.number == order)).one()
    if customer.status == Status.HOT and approved == OrderState.APPROVED:
        new = status.NewStatus(Status.WON, "合同已签，首付款已到账", override=True)
        status.change_status(work, customer, new)


def _announce(day: date, work: Transaction) -> None:
    """A price from a day on."""
    sku, price, reason = cast.NEXT_PRICE
    prices.set_price(work, sku, prices.NewPrice(day, price, reason=reason))


def _approve(subject: str, work: Transaction) -> None:
    approvals.approve(work, _pending(work, subject), "符合政策")


def _return(subject: str, work: Transaction) -> None:
    approvals.reject(work, _pending(work, subject), "付款方式与合同不一致，请核对后重新提交")


def _pending(work: Transaction, subject: str) -> str:
    wanted = select(Approval.number).where(Approval.subject_ref == subject, Approval.state == ApprovalState.PENDING)
    return work.session.exec(wanted).one()
