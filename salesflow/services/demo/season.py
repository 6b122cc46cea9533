"""Half a year of a sales team: leads come in, are graded, followed up, quoted, approved, won and lost, by the services.

What happens to each customer is drawn with the seed, then played moment by moment. The season ends with the day before
today, so that it is the same for a seed and a date; it leaves something to do for everybody.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Final

from salesflow.context import Context
from salesflow.db.transaction import Transaction
from salesflow.enums import Grade, LossReason, Method, Role, Status
from salesflow.models.customer import Customer
from salesflow.services import customers, followups, grading, stale
from salesflow.services.demo import cast
from salesflow.services.demo.deals import ENDINGS, Deals, customer_with, owner_of
from salesflow.services.demo.papers import Papers
from salesflow.services.demo.pipeline import Pipeline
from salesflow.services.demo.replies import Replies
from salesflow.services.demo.stage import Hours, Stage

DAYS: Final = 182
FATES: Final = (Status.PROSPECT, Status.INTERESTED, Status.HOT, Status.WON, Status.LOST, Status.INVALID)
WEIGHTS: Final = (10, 15, 14, 10, 9, 3)
_SETTLED: Final = 40  # a lead whose fate takes some contacts came in at least so many days ago
_MOVES: Final = {Grade.A: 0.6, Grade.B: 0.95}  # how often a contact brings progress
_MOVES_SELDOM: Final = 0.5
# industry potential, budget match, decision chain, urgency: sums of 16 and more are an A, of 10 and more a B
_SCORES: Final = {
    Grade.A: ((4, 5, 4, 4), (5, 4, 3, 4), (4, 4, 5, 5)),
    Grade.B: ((3, 4, 3, 3), (4, 3, 2, 3), (3, 3, 3, 4)),
    Grade.C: ((2, 1, 2, 3), (3, 2, 1, 2), (2, 3, 1, 1)),
}
_DELAYS: Final = ((-3, 0, 1, 3, 7, 25), (25, 40, 13, 8, 7, 7))  # days by which a contact is late, and how often


class Season:
    """The plot: what each customer goes through. Events name customers by their code, so that each stands alone."""

    def __init__(self, context: Context, seed: int, size: int) -> None:
        self._context = context
        self._random = Random(seed)
        self._size = size
        self._today = context.clock.today()
        self._calendar = context.calendar
        self._hours = Hours(context, self._random)
        self._stage = Stage(context, datetime.combine(self._today, time(), context.clock.zone))
        self._papers = Papers(self._stage, self._hours, seed)
        self._deals = Deals(self._stage, self._hours, self._random, self._papers)
        self._replies = Replies(self._stage, self._hours, seed)
        self._pipeline = Pipeline(self._stage, self._hours, seed)

    def play(self) -> None:
        first, last = self._workday(DAYS), self._workday(1)
        self._stage.plan(self._hours.at(first, 8), cast.MANAGER, self._replies.library)
        for number in range(self._size):
            self._lead(number)
        self._sweep_on(self._calendar.following(first + timedelta(days=7 - first.weekday())))
        day = first
        while day < last:
            self._deals.go_through_inboxes(day)
            day = self._calendar.add_workdays(day, 1)
        self._stage.plan(self._hours.at(last, 9), cast.MANAGER, partial(self._object_to_a_price, last))
        self._stage.plan(self._hours.at(last, 10), cast.MANAGER, partial(self._plan_ahead, last))
        self._stage.plan(self._hours.at(last, 10), cast.MANAGER, partial(self._deals.last_day, last))
        self._stage.plan(self._hours.at(last, 10, 30), cast.MANAGER, partial(self._pipeline.last_day, last))
        papers = self._hours.at(last, 12)
        self._stage.plan(papers, cast.MANAGER, partial(self._papers.last_day, papers))
        self._stage.play()

    def _workday(self, days_ago: int) -> date:
        """The working day so many days ago, or the last one before it."""
        return self._calendar.preceding(self._today - timedelta(days=days_ago))

    def _lead(self, number: int) -> None:
        """A lead comes in, the earlier the more there are; what becomes of it is drawn."""
        draw = self._random
        fate = draw.choices(FATES, WEIGHTS)[0]
        days_ago = int(DAYS * (1 - (number / self._size) ** 1.2))
        if fate not in (Status.PROSPECT, Status.INTERESTED):
            days_ago = max(days_ago, _SETTLED)
        seller = cast.SELLERS[number % len(cast.SELLERS)]
        region = "SH" if seller == "chen.jie" else "HZ"
        at = self._hours.some_time(self._workday(days_ago))
        lead = cast.lead(draw, number, region, at.date())
        met = self._hours.earlier(at, late=draw.random() < 0.07)
        new = lead.new(first_contact_at=met, region=region, **cast.particulars(draw, lead.city))

        def take_in(work: Transaction) -> None:
            code = customers.add(work, new)
            self._grade(code, at, fate)
            self._contact(code, seller, self._hours.later(at, draw.choice((2, 2, 3))), fate, 1)

        self._stage.plan(at, seller, take_in)

    def _grade(self, code: str, at: datetime, fate: Status) -> None:
        """The manager grades new leads on the next working day."""
        good = fate in (Status.HOT, Status.WON)
        grade = self._random.choices((Grade.A, Grade.B, Grade.C), (6, 3, 1) if good else (1, 5, 3))[0]

        def decide(work: Transaction) -> None:
            scores = _SCORES[grade][int(code[-3:]) % len(_SCORES[grade])]
            grading.by_scores(work, customer_with(work, code).id or 0, grading.Scores(*scores))

        self._stage.plan(self._hours.later(at, 1), cast.MANAGER, decide)

    def _contact(self, code: str, seller: str, at: datetime, fate: Status, number: int) -> None:
        """One contact after the other: the status moves towards the fate, quotes are made on the way."""

        def happen(work: Transaction) -> None:
            customer = customer_with(work, code)
            if customer.status in (Status.LOST, Status.INVALID):
                return
            logged = followups.log(work, customer.id or 0, self._talk(customer, at, fate, number))
            if number in (3, 6) and fate in (Status.HOT, Status.WON, Status.INTERESTED):
                self._deals.quote(code, seller, self._hours.later(at, 1), to_win=fate is Status.WON)
            if number in (2, 4):
                self._replies.maybe(code, seller, at + timedelta(minutes=10))
            if number == 1:
                self._pipeline.maybe(code, seller, at + timedelta(minutes=10), fate)
            if logged.next.value is not None:
                self._contact(code, seller, self._next_time(at, logged.next.value, customer.grade), fate, number + 1)

        self._stage.plan(at, seller, happen)

    def _talk(self, customer: Customer, at: datetime, fate: Status, number: int) -> followups.NewFollowup:
        """What was said, and what it means for the status."""
        draw, on = self._random, at.date()
        method, content, feedback = draw.choice(cast.TALKS)
        risk = draw.choice(cast.RISKS)
        step = _step(Status(customer.status), fate, number)
        loss = draw.choice(list(cast.LOSSES)) if step is Status.LOST else None
        if step is Status.INVALID:
            feedback = draw.choice(cast.NOT_A_LEAD)
        said = cast.filled(draw, feedback if loss is None else cast.LOSSES[loss], on)
        grade = None if customer.grade is None else Grade(customer.grade)
        return followups.NewFollowup(
            method,
            cast.filled(draw, content, on),
            feedback=said,
            risk=None if risk is None else cast.filled(draw, risk, on),
            next=draw.choice(cast.NEXT_STEPS),
            at=self._hours.earlier(at, late=draw.random() < 0.08),
            status=step,
            reason=None if step is None else said,
            loss_reason=loss,
            competitor=draw.choice(cast.COMPETITORS) if loss is LossReason.COMPETITOR else None,
            progress=draw.random() < (_MOVES_SELDOM if grade is None else _MOVES.get(grade, _MOVES_SELDOM)) or None,
        )

    def _next_time(self, at: datetime, due: date, grade: str | None) -> datetime:
        """Most contacts happen by their day, some are a few days late, a few are forgotten for long; none is on the same day.

        Whoever might fall for want of progress is contacted early.
        """
        late = self._random.choices(*_DELAYS)[0]
        if grade == Grade.B and late <= 0:
            late = -5
        day = self._hours.at(due, 0) + timedelta(days=late)
        return self._hours.later(max(day, at + timedelta(days=1)), 0)

    def _sweep_on(self, day: date) -> None:
        """On the first working day of every week the stale leads are downgraded."""

        def sweep(work: Transaction) -> None:
            stale.sweep(work)
            self._sweep_on(self._calendar.following(day + timedelta(days=7 - day.weekday())))

        self._stage.plan(self._hours.at(day, 8, 30), cast.MANAGER, sweep)

    def _object_to_a_price(self, last: date, work: Transaction) -> None:
        """One of the customers nearest to a deal wants more than its salesperson may give."""
        for customer in self._deals.nearest_to_a_deal(work)[-1:]:
            self._replies.ask_for_a_discount(customer.code, owner_of(work, customer), self._hours.at(last, 16, 30))

    def _plan_ahead(self, last: date, work: Transaction) -> None:
        """What is planned for today, or the first working day after it; the technicians are asked to help with some of it."""
        today = self._calendar.following(self._today)
        visit = followups.NewPlan(today, Method.VISIT, "拜访设备科长，确认安装位置和电源", goal="敲定样品测试日期")
        demo = followups.NewPlan(
            self._calendar.add_workdays(today, 2),
            Method.DEMO,
            "样品打标演示，与工艺工程师确认节拍",
            support_role=Role.TECHNICAL,
            support_for="准备样品和检测报告",
        )
        others = [
            customer
            for customer in self._deals.nearest_to_a_deal(work)[len(ENDINGS) :]
            if customer.next_follow_up_on is not None and customer.next_follow_up_on > last
        ]
        for number, (customer, plan) in enumerate(zip(others, (visit, visit, visit, demo, demo), strict=False)):
            at = self._hours.at(last, 10, 10 + number)
            self._stage.plan(at, owner_of(work, customer), partial(_planned, customer.id or 0, plan))


def _planned(customer_id: int, plan: followups.NewPlan, work: Transaction) -> None:
    followups.plan(work, customer_id, plan)


def _step(now: Status, fate: Status, number: int) -> Status | None:
    """The next status on the way to the fate, at some contacts only."""
    if fate in (Status.LOST, Status.INVALID):
        if number >= (3 if fate is Status.LOST else 2):
            return fate
        return Status.INTERESTED if now is Status.PROSPECT and fate is Status.LOST else None
    if now is Status.PROSPECT and fate is not Status.PROSPECT and number >= 2:
        return Status.INTERESTED
    if now is Status.INTERESTED and fate in (Status.HOT, Status.WON) and number >= 3:
        return Status.HOT
    return None
