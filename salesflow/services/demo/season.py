"""Half a year of a sales team: leads come in, are graded, followed up, quoted, approved, won and lost, by the services.

What happens to each customer is drawn with the seed, then played day by day. The last days leave something to do for
everybody: overdue follow-ups, quotes that wait for the manager, orders on their way through the approvers.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlmodel import col, select

from salesflow.context import Context
from salesflow.db.transaction import Transaction
from salesflow.enums import ApprovalState, Grade, LossReason, QuoteState, Status, SubjectKind
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.models.customer import Customer
from salesflow.models.quote import Quote
from salesflow.services import approvals, customers, followups, orders, products, quotes, stale, status
from salesflow.services.contacts import NewContact
from salesflow.services.customer_fields import NewCustomer
from salesflow.services.demo import cast
from salesflow.services.demo.stage import Stage
from salesflow.services.order_terms import Terms

DAYS = 182
FATES = (Status.PROSPECT, Status.INTERESTED, Status.HOT, Status.WON, Status.LOST, Status.INVALID)
WEIGHTS = (10, 15, 14, 10, 9, 3)


class Season:
    """The plot: what each customer goes through. Events name customers by their code, so that each stands alone."""

    def __init__(self, context: Context, zone: str, seed: int, size: int) -> None:
        self._context = context
        self._random = Random(seed)
        self._end = context.clock.now()
        self._stage = Stage(context, zone, self._end)
        self._calendar = context.calendar
        self._tz = context.clock.zone
        self._size = size

    def play(self) -> None:
        self._stage.plan(self._morning(DAYS + 1), cast.MANAGER, _price_list)
        for number in range(self._size):
            self._lead(number)
        self._stage.plan(self._morning(DAYS), cast.MANAGER, self._sweep)
        self._stage.plan(self._end - timedelta(hours=26), "zhao.lei", self._last_days)
        self._stage.play()

    def _morning(self, days_ago: int) -> datetime:
        """Half past eight of the working day on or after so many days ago."""
        day = self._calendar.following((self._end.astimezone(self._tz) - timedelta(days=days_ago)).date())
        return datetime.combine(day, time(8, 30), self._tz)

    def _later(self, at: datetime, days: float) -> datetime:
        """So many days on, at some minute of office hours of a working day."""
        day = self._calendar.following((at + timedelta(days=days)).astimezone(self._tz).date())
        return datetime.combine(day, time(9, 0), self._tz) + timedelta(minutes=self._random.randint(0, 8 * 60))

    def _lead(self, number: int) -> None:
        """A lead comes in, the earlier the more there are; what becomes of it is drawn."""
        fate = self._random.choices(FATES, WEIGHTS)[0]
        days_ago = int(DAYS * (1 - (number / self._size) ** 1.2))
        if fate not in (Status.PROSPECT, Status.INTERESTED):
            days_ago = max(days_ago, 40)
        seller = cast.SELLERS[number % len(cast.SELLERS)]
        region = "SH" if seller == "chen.jie" else "HZ"
        drawn = cast.lead(self._random, number, region)
        at = self._later(self._morning(days_ago), 0)
        met = at - timedelta(hours=self._random.choice((1, 2, 3, 5, 20, 40)))
        contact = NewContact(name=drawn.contact, title=drawn.title, phone=drawn.phone, role=drawn.role)
        new = NewCustomer(
            drawn.name,
            drawn.industry,
            drawn.source,
            drawn.need,
            (contact,),
            source_detail=drawn.source_detail,
            first_contact_at=met,
            region=region,
        )

        def take_in(work: Transaction) -> None:
            code = customers.add(work, new)
            self._grade(code, at, fate)
            self._contact(code, seller, self._later(at, self._random.choice((1, 1, 2, 3))), fate, 1)

        self._stage.plan(at, seller, take_in)

    def _grade(self, code: str, at: datetime, fate: Status) -> None:
        """The manager grades new leads on the next working day."""
        good = fate in (Status.HOT, Status.WON)
        grade = self._random.choices((Grade.A, Grade.B, Grade.C), (6, 3, 1) if good else (1, 5, 5))[0]
        graded = self._later(at, 1)
        self._stage.plan(
            graded,
            cast.MANAGER,
            lambda work: _ignore(status.change_grade(work, _customer(work, code), grade, "每日线索评审")),
        )

    def _contact(self, code: str, seller: str, at: datetime, fate: Status, round_: int) -> None:
        """One contact after the other: the status moves towards the fate, quotes are made on the way."""

        def happen(work: Transaction) -> None:
            customer = _customer(work, code)
            if not Status(customer.status).is_open:
                return
            method, content, feedback = self._random.choice(cast.TALKS)
            step = _step(Status(customer.status), fate, round_)
            logged = followups.log(
                work,
                customer.id or 0,
                followups.NewFollowup(
                    method,
                    cast.filled(self._random, content),
                    feedback=cast.filled(self._random, feedback),
                    risk=self._drawn_risk(),
                    next=self._random.choice(cast.NEXT_STEPS),
                    at=at - timedelta(hours=self._random.choice((0, 0, 1, 2, 30))),
                    status=step,
                    reason=None if step is None else cast.filled(self._random, feedback),
                    loss_reason=self._random.choice(list(LossReason)) if step is Status.LOST else None,
                    competitor=self._random.choice(cast.COMPETITORS) if step is Status.LOST else None,
                    progress=self._random.random() < 0.35 or None,
                ),
            )
            if round_ in (3, 6) and fate in (Status.HOT, Status.WON, Status.INTERESTED):
                self._quote(code, seller, self._later(at, 1), fate)
            if logged.next.value is not None:
                self._contact(code, seller, self._next_time(at, logged.next.value), fate, round_ + 1)

        self._stage.plan(at, seller, happen)

    def _next_time(self, at: datetime, due: date) -> datetime:
        """Most contacts happen on their day, some a few days late, a few are forgotten for long."""
        day = datetime.combine(due, time(0), self._tz)
        late = self._random.choices((0, 1, 3, 7, 25), (60, 15, 10, 8, 7))[0]
        return max(self._later(day, late), self._later(at, 0.5))

    def _drawn_risk(self) -> str | None:
        risk = self._random.choice(cast.RISKS)
        return None if risk is None else cast.filled(self._random, risk)

    def _quote(self, code: str, seller: str, at: datetime, fate: Status) -> None:
        """A quote of one to three lines; sometimes with a discount that the manager has to approve."""
        chosen = self._random.sample(
            ["YF-100", "YF-200", "YF-300", "YF-400", "YF-410", "YF-900", "YF-910", "YF-920"], 3
        )
        count = self._random.randint(1, 3)
        discount = self._random.choices((None, 500, 800, 1200, 1500, 2300), (30, 25, 20, 15, 7, 3))[0]

        def make(work: Transaction) -> None:
            items = [
                quotes.NewItem(sku, self._random.randint(1, 4) * 1000, discount=discount) for sku in chosen[:count]
            ]
            new = quotes.NewQuote(
                _customer(work, code).id or 0,
                items,
                freight=self._random.choice((0, 0, 80_000)),
                payment_terms="合同签订付 30 %，发货前付 60 %，验收后付 10 %",
                delivery_days=self._random.choice((15, 30, 45)),
                warranty="整机质保 12 个月",
            )
            number = quotes.make(work, new).number
            self._decide(self._later(at, self._random.choice((0.3, 1, 2))))
            if fate is Status.WON or self._random.random() < 0.4:
                self._accept(number, code, seller, self._later(at, self._random.randint(3, 12)), fate)

        self._stage.plan(at, seller, make)

    def _decide(self, at: datetime) -> None:
        """Whoever's turn it is goes through the inbox; one in eight is sent back with a reason."""

        def decide(role: str, work: Transaction) -> None:
            pending = select(Approval).where(Approval.state == ApprovalState.PENDING).order_by(col(Approval.id))
            for approval in work.session.exec(pending).all():
                step = work.session.get(ApprovalStep, (approval.id, approval.current_step))
                if step is None or step.role != role or self._young(approval):
                    continue
                if self._random.random() < 0.1:
                    approvals.reject(work, approval.number, "毛利不足，请与客户再谈一轮并附竞品报价")
                    self._again(approval, self._later(at, 2))
                else:
                    approvals.approve(work, approval.number, "同意")
                self._decide(self._later(at, 1))

        for role, login in cast.DECIDERS.items():
            self._stage.plan(at, login, partial(decide, role.value))

    def _again(self, approval: Approval, at: datetime) -> None:
        """A returned order mostly goes to its approvers once more."""
        if approval.subject_kind == SubjectKind.ORDER and self._random.random() < 0.8:
            number = approval.subject_ref
            terms = Terms(note="已与客户重新确认付款方式")
            self._stage.plan(at, "zhao.lei", lambda work: _ignore(orders.submit(work, number, terms)))
            self._decide(self._later(at, 1))

    def _last_days(self, work: Transaction) -> None:
        """What is still on its way when the season ends: quotes that wait for the manager and the director, orders."""
        hot = select(Customer).where(Customer.status == Status.HOT).order_by(col(Customer.id)).limit(6)
        deals = zip(work.session.exec(hot).all(), (1_200, 1_800, 2_500, 500, 500, 300), strict=False)
        for customer, discount in deals:
            items = [
                quotes.NewItem("YF-200", 2_000, discount=discount),
                quotes.NewItem("YF-900", 3_000, discount=discount),
            ]
            made = quotes.make(
                work, quotes.NewQuote(customer.id or 0, items, payment_terms="预付 30 %", delivery_days=30)
            )
            if made.state == QuoteState.APPROVED:
                quotes.accept(work, made.number, self._context.clock.today())
                order = orders.create(work, made.number)
                orders.submit(work, order.number)
                self._stage.plan(self._end - timedelta(hours=20), cast.MANAGER, partial(_approve_first, order.number))

    def _young(self, approval: Approval) -> bool:
        """What came in last still waits when the season ends, so that the inboxes are not empty."""
        return approval.submitted_at > self._end - timedelta(days=3)

    def _accept(self, number: str, code: str, seller: str, at: datetime, fate: Status) -> None:
        """The customer agrees, the order follows, and with it the deal."""

        def accept(work: Transaction) -> None:
            quote = work.session.exec(select(Quote).where(Quote.number == number)).one()
            if quote.state == QuoteState.APPROVED:
                quotes.accept(work, number, self._context.clock.today())
                self._order(number, code, seller, self._later(at, 1), fate)

        self._stage.plan(at, seller, accept)

    def _order(self, number: str, code: str, seller: str, at: datetime, fate: Status) -> None:
        def submit(work: Transaction) -> None:
            order = orders.create(work, number)
            orders.submit(work, order.number)
            self._decide(self._later(at, 1))
            if fate is Status.WON:
                self._win(code, self._later(at, 5))

        self._stage.plan(at, seller, submit)

    def _win(self, code: str, at: datetime) -> None:
        """Contract and first payment are on paper here: the manager vouches for them."""

        def win(work: Transaction) -> None:
            customer = _customer(work, code)
            if customer.status == Status.HOT:
                new = status.NewStatus(Status.WON, "合同已签，首付款已到账", override=True)
                status.change_status(work, customer, new)

        self._stage.plan(at, cast.MANAGER, win)

    def _sweep(self, work: Transaction) -> None:
        """Every Monday the stale leads are downgraded."""
        stale.sweep(work)
        now = self._context.clock.now()
        self._stage.plan(now + timedelta(days=7 - now.astimezone(self._tz).weekday()), cast.MANAGER, self._sweep)


def _price_list(work: Transaction) -> None:
    for product in cast.products():
        products.add(work, product)


def _step(now: Status, fate: Status, round_: int) -> Status | None:
    """The next status on the way to the fate, at some contacts only."""
    if fate in (Status.LOST, Status.INVALID):
        if round_ >= (3 if fate is Status.LOST else 2):
            return fate
        return Status.INTERESTED if now is Status.PROSPECT and fate is Status.LOST else None
    if now is Status.PROSPECT and fate is not Status.PROSPECT and round_ >= 2:
        return Status.INTERESTED
    if now is Status.INTERESTED and fate in (Status.HOT, Status.WON) and round_ >= 3:
        return Status.HOT
    return None


def _customer(work: Transaction, code: str) -> Customer:
    return work.session.exec(select(Customer).where(Customer.code == code)).one()


def _approve_first(subject: str, work: Transaction) -> None:
    """The manager's step of an order, so that it waits for finance."""
    number = work.session.exec(select(Approval.number).where(Approval.subject_ref == subject)).first()
    if number is not None:
        approvals.approve(work, number, "符合政策")


def _ignore(_: object) -> None:
    """What a service computes is of no use here."""
