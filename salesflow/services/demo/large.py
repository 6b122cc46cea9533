"""The large demonstration, for measurements: written in bulk, with the records and audit entries that the services leave.

Customers come in through the same `Intake` as an import. Each then has ten follow-ups on the dates of rule cadence, a grade,
and mostly a change of status; the last plan item is still to be done. Everything is written in the order of time.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlmodel import col, select, text

from salesflow.clock import fixed_clock
from salesflow.context import Context
from salesflow.db.transaction import Transaction
from salesflow.enums import Grade, PlanState, Role, Status
from salesflow.models.change import GradeChange, StatusChange
from salesflow.models.customer import Customer
from salesflow.models.followup import Followup, PlanItem
from salesflow.rules.cadence import CADENCE, cadence
from salesflow.services import products, quotes, staff
from salesflow.services.contacts import NewContact
from salesflow.services.customers import Intake, NewCustomer
from salesflow.services.demo import cast

CUSTOMERS = 100_000
BOOK = 2_500  # customers of one salesperson, whatever the size of the company
CONTACTS = 10
QUOTES_EACH = 8
WAITING = 30  # quotes that wait for the manager
GRADES = (Grade.A, Grade.B, Grade.C)
ENDS = (Status.PROSPECT, Status.INTERESTED, Status.HOT, Status.WON, Status.LOST, Status.INVALID)
WEIGHTS = (30, 40, 10, 10, 7, 3)


@dataclass(slots=True)
class _Course:
    """One customer's course: whose it is, what it becomes, when it is contacted; and what it is at the moment."""

    number: int
    owner: int
    grade: Grade
    end: Status
    recorded: date
    contacts: list[date]
    customer_id: int = 0
    code: str = ""
    status: Status = Status.PROSPECT
    due: date | None = None
    last_progress: date | None = None


@dataclass(slots=True)
class _Day:
    """What happens on one day."""

    taken_in: list[_Course] = field(default_factory=list)
    contacted: list[tuple[_Course, int]] = field(default_factory=list)


def fill(context: Context, seed: int, customers: int) -> None:
    """Fill a fresh demonstration with so many customers, up to the context's present moment."""
    gc.enable()  # switched off for short commands; this is the long one
    clock, zone = context.clock, str(context.clock.zone)
    random = Random(seed)
    logins = _sellers(context, max(1, customers // BOOK))
    with context.transaction() as work:
        owners = [
            int(key) for key in work.session.scalars(text("SELECT id FROM staff WHERE login LIKE 'rep.%' ORDER BY id"))
        ]
    days = _plot(context, random, customers, owners)
    try:
        for day in sorted(days):
            at = datetime.combine(day, time(10), context.clock.zone)
            context.clock = fixed_clock(at, zone)
            with context.transaction() as work:
                _Writer(work, random, logins, owners).write(days[day])
            days[day] = _Day()
    finally:
        context.clock = clock
    _quotes(context, random, logins)


def _sellers(context: Context, count: int) -> list[str]:
    logins = [f"rep.{number:03d}" for number in range(1, count + 1)]
    with context.transaction() as work:
        for login in logins:
            staff.add(work, staff.NewStaff(login, f"销售{login[-3:]}", (Role.REP,), "HZ", manager=cast.MANAGER))
        for product in cast.products():
            products.add(work, product)
    return logins


def _plot(context: Context, random: Random, customers: int, owners: list[int]) -> dict[date, _Day]:
    """Who comes in and is contacted on which day: reckoned back from a last contact after which most are not yet due again."""
    days: dict[date, _Day] = defaultdict(_Day)
    today, calendar = context.clock.today(), context.calendar
    for number in range(customers):
        grade, end = random.choices(GRADES, (2, 4, 4))[0], random.choices(ENDS, WEIGHTS)[0]
        interval = {Grade.A: 7, Grade.B: 14, Grade.C: 30}[grade]
        age = random.randrange(2 if end is Status.HOT else interval) + (
            random.randint(1, 20) if random.random() < 0.04 else 0
        )
        contacts = [
            calendar.preceding(today - timedelta(days=age + interval * turn)) for turn in reversed(range(CONTACTS))
        ]
        recorded = calendar.preceding(contacts[0] - timedelta(days=interval))
        course = _Course(number, owners[number % len(owners)], grade, end, recorded, contacts)
        days[recorded].taken_in.append(course)
        for turn, day in enumerate(course.contacts, 1):
            days[day].contacted.append((course, turn))
    return days


class _Writer:
    """Writes one day: rows gathered by table, audit entries in the order of events."""

    def __init__(self, work: Transaction, random: Random, logins: list[str], owners: list[int]) -> None:
        self._work = work
        self._random = random
        self._login = dict(zip(owners, logins, strict=True))
        self._rows: dict[Any, list[Mapping[str, Any]]] = {StatusChange: [], GradeChange: [], Followup: [], PlanItem: []}
        self._done: list[dict[str, Any]] = []
        self._state: dict[int, dict[str, Any]] = {}
        self._followup_id = int(work.session.scalar(text("SELECT coalesce(max(id), 0) FROM followup")) or 0)

    def write(self, day: _Day) -> None:
        self._take_in(day.taken_in)
        for course, turn in day.contacted:
            self._contact(course, turn)
        work = self._work
        for table in (StatusChange, GradeChange, Followup):
            work.insert(table, self._rows[table])
        if self._done:
            fulfil = "UPDATE plan_item SET state = 'done', closed_at = :at, followup_id = :followup"
            work.session.execute(text(f"{fulfil} WHERE customer_id = :customer AND state = 'pending'"), self._done)
        work.insert(PlanItem, self._rows[PlanItem])
        if self._state:
            names = ("grade", "status", "uncontacted_since", "last_contact_on", "last_progress_on", "next_follow_up_on")
            changes = ", ".join(f"{name} = :{name}" for name in names)
            work.session.execute(text(f"UPDATE customer SET {changes} WHERE id = :id"), list(self._state.values()))  # noqa: S608 - names of ours

    def _take_in(self, courses: list[_Course]) -> None:
        intake = Intake(self._work, allow_duplicate=True, import_id=None)
        for course in courses:
            lead = cast.lead(self._random, course.number, "HZ")
            contact = NewContact(name=lead.contact, title=lead.title, phone=lead.phone, role=lead.role)
            course.code = intake.add(
                NewCustomer(
                    lead.name,
                    lead.industry,
                    lead.source,
                    lead.need,
                    (contact,),
                    source_detail=lead.source_detail,
                    owner=self._login[course.owner],
                    region="HZ",
                )
            )
        intake.flush()
        self._work.context.notes.clear()
        codes = {course.code: course for course in courses}
        for part in _parts(list(codes)):
            for code, key in self._work.session.exec(
                select(Customer.code, Customer.id).where(col(Customer.code).in_(part))
            ):
                codes[code].customer_id = key or 0

    def _contact(self, course: _Course, turn: int) -> None:
        work, today = self._work, self._work.context.clock.today()
        made = {"customer_id": course.customer_id, "at": work.now, "by_id": course.owner}
        if turn == 1:
            self._rows[GradeChange].append(
                {**made, "from_grade": None, "to_grade": course.grade, "reason": "每日线索评审"}
            )
            after = {"grade": course.grade, "reason": "每日线索评审"}
            work.audit("customer.grade", "customer", course.code, before={}, after=after)
        status = _next_status(course, turn)
        if status is not None:
            self._move(course, status, made)
        self._followup_id += 1
        method, content, feedback = self._random.choice(cast.TALKS)
        row = {
            **made,
            "id": self._followup_id,
            "recorded_at": work.now,
            "method": method,
            "content": cast.filled(self._random, content),
            "feedback": cast.filled(self._random, feedback),
            "next": self._random.choice(cast.NEXT_STEPS),
            "progress": (status is not None and status.is_open) or self._random.random() < 0.3,
            "late": self._random.random() < 0.1,
        }
        self._rows[Followup].append(row)
        if row["progress"]:
            course.last_progress = today
        self._done.append(
            {
                "at": work.now.strftime("%Y-%m-%d %H:%M:%S"),
                "followup": self._followup_id,
                "customer": course.customer_id,
            }
        )
        self._plan(course, today)
        self._audit(course, row)
        self._state[course.customer_id] = {
            "id": course.customer_id,
            "grade": course.grade.value,
            "status": course.status.value,
            "uncontacted_since": None,
            "last_contact_on": today.isoformat(),
            "last_progress_on": None if course.last_progress is None else course.last_progress.isoformat(),
            "next_follow_up_on": None if course.due is None else course.due.isoformat(),
        }

    def _move(self, course: _Course, status: Status, made: Mapping[str, Any]) -> None:
        loss = "price" if status is Status.LOST else None
        change = {"from_status": course.status, "to_status": status, "reason": "客户确认", "loss_reason": loss}
        self._rows[StatusChange].append({**made, **change})
        before, after = {"status": course.status}, {"status": status, "reason": "客户确认", "loss_reason": loss}
        self._work.audit("customer.status", "customer", course.code, before=before, after=after)
        course.status = status

    def _plan(self, course: _Course, today: date) -> None:
        context = self._work.context
        decision = cadence(
            context.policy, context.calendar, grade=course.grade, status=course.status, base=today, contacts_in_week=1
        )
        course.due = decision.value
        if decision.value is not None:
            self._rows[PlanItem].append(
                {
                    "customer_id": course.customer_id,
                    "due_on": decision.value,
                    "focus": None,
                    "state": PlanState.PENDING,
                    "rule": CADENCE,
                    "created_at": self._work.now,
                    "created_by": course.owner,
                }
            )

    def _audit(self, course: _Course, row: Mapping[str, Any]) -> None:
        after = {"customer": course.code, "at": row["at"], "method": row["method"], "next_follow_up_on": course.due}
        after |= {"progress": row["progress"] or None, "late": row["late"] or None}
        self._work.audit("followup.log", "followup", str(row["id"]), after=after)


def _next_status(course: _Course, turn: int) -> Status | None:
    """The way to the end: interested at the second contact, hot at the ninth, decided at the last."""
    if turn == 2 and course.end is not Status.PROSPECT:
        return Status.INTERESTED
    if turn == CONTACTS - 1 and course.end in (Status.HOT, Status.WON):
        return Status.HOT
    if turn == CONTACTS and course.end in (Status.WON, Status.LOST, Status.INVALID):
        return course.end
    return None


def _quotes(context: Context, random: Random, logins: list[str]) -> None:
    """Some quotes of each salesperson, through the service; as many that wait for the manager whatever the size."""
    waiting = WAITING
    for login in logins:
        context.user = login
        context.__dict__.pop("actor", None)
        with context.transaction() as work:
            mine = select(Customer.id).where(Customer.owner_id == work.actor.id, Customer.status == Status.INTERESTED)
            for key in work.session.exec(mine.order_by(col(Customer.id)).limit(QUOTES_EACH)).all():
                discount, waiting = (1_500, waiting - 1) if waiting else (500, 0)
                items = [quotes.NewItem("YF-100", random.randint(1, 9) * 1_000, discount=discount)]
                quotes.make(work, quotes.NewQuote(key or 0, items, delivery_days=30))
    context.notes.clear()


def _parts(codes: list[str], size: int = 500) -> Iterator[list[str]]:
    for start in range(0, len(codes), size):
        yield codes[start : start + size]
