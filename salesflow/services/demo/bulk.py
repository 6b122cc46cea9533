"""One day of the large demonstration: rows gathered by table, audit entries in the order of events and of who acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from itertools import groupby
from random import Random
from typing import Any, Final, TypeVar

from sqlmodel import SQLModel, col, select, text, update

from salesflow.db.transaction import Transaction
from salesflow.enums import Grade, LossReason, PlanState, Status
from salesflow.models.change import GradeChange, StatusChange
from salesflow.models.customer import Customer
from salesflow.models.followup import Followup, PlanItem
from salesflow.rules.cadence import CADENCE, cadence
from salesflow.services.customers import Intake
from salesflow.services.demo import cast
from salesflow.services.demo.stage import Crew, Hours
from salesflow.services.status import is_forward

CONTACTS: Final = 10  # of each customer
_LATE: Final = timedelta(hours=26)
_GRADED: Final = "每日线索评审"
_MOVED: Final = "客户确认"
_WON: Final = "合同已签，首付款已到账"
T = TypeVar("T")
Row = dict[str, Any]  # of any table: its columns with their values


@dataclass(slots=True, eq=False)
class Course:
    """One customer's course: whose it is, what it becomes; and how it stands at the moment."""

    number: int
    seller: str
    grade: Grade
    end: Status
    id: int = 0
    code: str = ""
    status: Status = Status.PROSPECT
    version: int = 1
    last_contact: date | None = None
    last_progress: date | None = None


@dataclass(slots=True)
class Day:
    """What happens on one day; each contact with its number."""

    taken_in: list[Course] = field(default_factory=list)
    graded: list[Course] = field(default_factory=list)
    contacted: list[tuple[Course, int]] = field(default_factory=list)


class Writer:
    """Writes one day, the present one of the transaction's clock."""

    def __init__(self, work: Transaction, random: Random, hours: Hours, crew: Crew) -> None:
        self._work = work
        self._random = random
        self._hours = hours
        self._crew = crew
        self._today = work.context.clock.today()
        self._made: dict[type[SQLModel], list[Row]] = {StatusChange: [], GradeChange: [], Followup: [], PlanItem: []}
        self._changed: list[tuple[type[SQLModel], list[Row]]] = []
        self._dues: dict[tuple[Grade, Status, date], date | None] = {}
        self._followup_id = self._last("followup")
        self._plan_id = self._last("plan_item")

    def write(self, day: Day) -> None:
        """The manager grades, the salespeople take in and contact, the manager sees deals won."""
        self._as(cast.MANAGER, 9)
        self._grade(day.graded)
        self._flush()
        self._take_in(day.taken_in)
        self._plan_id = self._last("plan_item")
        won = self._contact(day.contacted)
        self._as(cast.MANAGER, 16)
        self._win(won)
        self._flush()

    def _last(self, table: str) -> int:
        """The highest key there is."""
        found = self._work.session.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608 - names of ours
        return int(found.scalar_one())

    def _flush(self) -> None:
        for table, made in self._made.items():
            self._work.insert(table, made)
            made.clear()
        for table, changed in self._changed:
            self._work.session.execute(update(table), changed)
        self._changed.clear()

    def _as(self, login: str, hour: int) -> None:
        """From now on somebody else acts, at another hour."""
        self._work.write_audit()
        self._work.actor, self._work.now = self._crew[login], self._hours.at(self._today, hour).astimezone(UTC)

    def _grade(self, courses: Sequence[Course]) -> None:
        """Grade new leads; what is planned moves to where the grade has it."""
        plans = self._pending(courses)
        customers: list[Row] = []
        moved: list[Row] = []
        for course in courses:
            plan_id, planned = plans[course.id]
            due = self._due(course)
            if due != planned:
                moved.append({"id": plan_id, **self._cancelled()})
                self._plan(course, due, None, origin=plan_id)
            course.version += 1
            self._made[GradeChange].append(self._change(course) | {"to_grade": course.grade, "reason": _GRADED})
            customers.append(
                {"id": course.id, "grade": course.grade, "version": course.version, "next_follow_up_on": due}
            )
            self._work.audit("customer.grade", "customer", course.code, before={}, after={"grade": course.grade})
        self._change_all((Customer, customers), (PlanItem, moved))

    def _take_in(self, courses: Sequence[Course]) -> None:
        if not courses:
            return
        self._as(courses[0].seller, 10)
        intake = Intake(self._work, allow_duplicate=True)
        for seller, mine in _grouped(courses, lambda course: course.seller):
            self._as(seller, 10)
            for course in mine:
                lead = cast.lead(self._random, course.number, "HZ", self._today)
                course.code = intake.add(lead.new(owner=seller, region="HZ"))
                course.last_contact = self._today
        intake.flush()
        by_code = {course.code: course for course in courses}
        for codes in pieces(list(by_code)):
            found = select(Customer.code, Customer.id).where(col(Customer.code).in_(codes))
            for code, key in self._work.session.exec(found):
                by_code[code].id = key or 0

    def _contact(self, contacted: Sequence[tuple[Course, int]]) -> list[tuple[Course, Row]]:
        """Log the contacts; gives the courses that are then won, with their new plan items."""
        plans = self._pending([course for course, _ in contacted])
        customers: list[Row] = []
        done: list[Row] = []
        won = []
        for seller, mine in _grouped(contacted, lambda contact: contact[0].seller):
            self._as(seller, 11)
            for course, number in mine:
                before, (plan_id, _) = course.status, plans[course.id]
                self._move(course, _next_status(course, number))
                log = self._log(course, before)
                plan = self._plan(course, self._due(course), log["next"])
                done.append(
                    {"id": plan_id, "state": PlanState.DONE, "closed_at": self._work.now, "followup_id": log["id"]}
                )
                customers.append(self._standing(course, plan["due_on"]))
                self._audit_log(course, log, plan_id, plan["due_on"])
                if number == CONTACTS and course.end is Status.WON:
                    won.append((course, plan))
        self._change_all((Customer, customers), (PlanItem, done))
        return won

    def _win(self, won: Sequence[tuple[Course, Row]]) -> None:
        """The manager vouches for contract and payment; what is planned moves to the care visit."""
        customers = []
        for course, plan in won:
            self._move(course, Status.WON, reason=_WON)
            plan.update(self._cancelled())
            due = self._due(course)
            self._plan(course, due, plan["focus"], origin=plan["id"])
            customers.append(self._standing(course, due))
        self._change_all((Customer, customers))

    def _log(self, course: Course, before: Status) -> Row:
        """The follow-up's row. It may be written down a day late; then all dates count from when it happened."""
        draw = self._random
        late = draw.random() < 0.1
        at = self._work.now - (_LATE if late else timedelta())
        on = self._work.context.clock.local(at).date()
        progress = is_forward(before, course.status) or draw.random() < 0.3
        method, content, feedback = draw.choice(cast.TALKS)
        self._followup_id += 1
        course.last_contact = on
        if progress:
            course.last_progress = max(on, course.last_progress or on)
        row = {
            "id": self._followup_id,
            "customer_id": course.id,
            "at": at,
            "recorded_at": self._work.now,
            "by_id": self._work.actor.id,
            "method": method,
            "content": cast.filled(draw, content, on),
            "feedback": cast.filled(draw, feedback, on),
            "next": draw.choice(cast.NEXT_STEPS),
            "progress": progress,
            "late": late,
        }
        self._made[Followup].append(row)
        return row

    def _move(self, course: Course, status: Status | None, reason: str = _MOVED) -> None:
        if status is None:
            return
        loss = LossReason.PRICE if status is Status.LOST else None
        said = {"reason": reason, "loss_reason": loss}
        self._made[StatusChange].append(
            self._change(course) | {"from_status": course.status, "to_status": status, **said}
        )
        self._work.audit(
            "customer.status",
            "customer",
            course.code,
            before={"status": course.status},
            after={"status": status, "loss_reason": loss},
        )
        if is_forward(course.status, status):
            course.last_progress = self._today
        course.status = status
        course.version += 1

    def _plan(self, course: Course, due: date | None, focus: str | None, *, origin: int | None = None) -> Row:
        """The next plan item; none is made, and its day is empty, for a customer that is not to be contacted any more.

        origin: the item that goes on as this one.
        """
        row = {
            "id": self._plan_id + 1,
            "origin_id": origin,
            "customer_id": course.id,
            "due_on": due,
            "focus": focus,
            "state": PlanState.PENDING,
            "rule": CADENCE,
            "created_at": self._work.now,
            "created_by": self._work.actor.id,
            "closed_at": None,
            "reason": None,
        }
        if due is not None:
            self._made[PlanItem].append(row)
            self._plan_id += 1
        return row

    def _cancelled(self) -> Row:
        return {"state": PlanState.CANCELLED, "closed_at": self._work.now, "reason": CADENCE}

    def _audit_log(self, course: Course, log: Row, plan_id: int, due: date | None) -> None:
        after = {"customer": course.code, "at": log["at"], "method": log["method"], "done": [plan_id]}
        after |= {"progress": log["progress"] or None, "late": log["late"] or None, "next_follow_up_on": due}
        self._work.audit("followup.log", "followup", str(log["id"]), after=after)

    def _standing(self, course: Course, due: date | None) -> Row:
        """What a contact or a deal leaves of the customer."""
        return {
            "id": course.id,
            "status": course.status,
            "version": course.version,
            "uncontacted_since": None,
            "last_contact_on": course.last_contact,
            "last_progress_on": course.last_progress,
            "next_follow_up_on": due,
        }

    def _change(self, course: Course) -> Row:
        return {"customer_id": course.id, "at": self._work.now, "by_id": self._work.actor.id}

    def _change_all(self, *changes: tuple[type[SQLModel], list[Row]]) -> None:
        self._changed += [(table, rows) for table, rows in changes if rows]

    def _due(self, course: Course) -> date | None:
        """What rule cadence gives."""
        assert course.last_contact is not None
        key = (course.grade, course.status, course.last_contact)
        if key not in self._dues:
            context = self._work.context
            decision = cadence(
                context.policy,
                context.calendar,
                grade=course.grade,
                status=course.status,
                base=course.last_contact,
                contacts_in_week=0,
            )
            self._dues[key] = decision.value
        return self._dues[key]

    def _pending(self, courses: Sequence[Course]) -> dict[int, tuple[int, date]]:
        """The plan item that is still to be done, and its day, by customer."""
        found: dict[int, tuple[int, date]] = {}
        for keys in pieces([course.id for course in courses]):
            columns = col(PlanItem.customer_id), col(PlanItem.id), col(PlanItem.due_on)
            wanted = select(*columns).where(columns[0].in_(keys), PlanItem.state == PlanState.PENDING)
            found |= {customer: (key or 0, due_on) for customer, key, due_on in self._work.session.exec(wanted)}
        return found


def _next_status(course: Course, number: int) -> Status | None:
    """The way to the end: interested at the second contact, hot at the ninth, given up at the last."""
    if number == 2 and course.end is not Status.PROSPECT:
        return Status.INTERESTED
    if number == CONTACTS - 1 and course.end in (Status.HOT, Status.WON):
        return Status.HOT
    if number == CONTACTS and course.end in (Status.LOST, Status.INVALID):
        return course.end
    return None


def _grouped(items: Iterable[T], key: Callable[[T], str]) -> Iterator[tuple[str, list[T]]]:
    """The items by their keys, in the order of these."""
    for name, found in groupby(sorted(items, key=key), key):
        yield name, list(found)


def pieces(items: list[T], size: int = 500) -> Iterator[list[T]]:
    """The items, so many at once."""
    return (items[start : start + size] for start in range(0, len(items), size))
