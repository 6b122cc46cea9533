"""What imported follow-ups mean for their customers: the newest of each decides, as if it had been logged on its day.

Customers are read and written in pieces through the driver, because a list may be about a hundred thousand of them; only
the few whose status changes go the way that a single command goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import bindparam, select, update

from salesflow.clock import to_db
from salesflow.enums import Grade, LossReason, PlanState, Status
from salesflow.errors import SalesflowError
from salesflow.i18n import label, msg, render
from salesflow.models.customer import Customer
from salesflow.models.followup import PlanItem
from salesflow.rules.cadence import CADENCE, Base, beyond_cadence, cadence
from salesflow.rules.decision import Decision, Strength
from salesflow.services import schedule
from salesflow.services.importing.changes import Changes, History
from salesflow.services.plans import BEYOND
from salesflow.services.records import load
from salesflow.services.status import NewStatus, change_status

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_AT_ONCE: Final = 500
_COPIES: Final = ("last_contact_on", "last_progress_on", "uncontacted_since", "next_follow_up_on")


class Newest(NamedTuple):
    """The newest imported follow-up of a customer, and what its row says of the customer."""

    at: datetime
    id: int
    status: Status | None = None
    loss_reason: LossReason | None = None
    next_on: date | None = None
    next: str | None = None


class _Standing(NamedTuple):
    """A customer as it is."""

    id: int
    code: str
    version: int
    grade: str | None
    status: str
    first_contact_at: datetime
    last_contact_on: date | None
    last_progress_on: date | None
    uncontacted_since: datetime | None
    next_follow_up_on: date | None


class _Item(NamedTuple):
    """A plan item that is still to happen."""

    id: int
    due_on: date
    rule: str | None


class Effects:
    """Gathers the follow-ups of an import; `settle` brings customers, statuses and plans up to date."""

    def __init__(self, work: Transaction, import_id: int, file: str) -> None:
        self._work = work
        self._import_id = import_id
        self._reason = render(msg("import of {file}", file=file))
        self._newest: dict[int, Newest] = {}
        self._progress: dict[int, datetime] = {}
        self._changes = Changes(work, import_id)
        self._history = History(work)
        self._dues: dict[tuple[Grade | None, Status, date, bool, int], Decision[date]] = {}
        self._local = work.context.clock.local
        self._today = work.context.clock.today()
        self._last_item = 0
        self._customers: list[dict[str, Any]] = []
        self._ended: list[dict[str, Any]] = []
        self._made: list[dict[str, Any]] = []

    def note(self, customer_id: int, found: Newest, *, progress: bool) -> None:
        """A follow-up was taken in; of two at one moment the later row counts."""
        known = self._newest.get(customer_id)
        if known is None or known.at <= found.at:
            self._newest[customer_id] = found
        if progress:
            self._progress[customer_id] = max(found.at, self._progress.get(customer_id, found.at))

    def settle(self) -> None:
        """Bring every customer up to date, and write down what was before."""
        keys = iter(sorted(self._newest))
        while piece := list(islice(keys, _AT_ONCE)):
            last = self._work.look_up("SELECT max(id) FROM plan_item", {})
            self._last_item = int(last[0] or 0) if last else 0
            before = self._standing(piece)
            moved = {key: self._change_status(one) for key, one in before.items() if self._wants_status(one)}
            self._work.session.flush()
            after = {**before, **self._standing([key for key, changed in moved.items() if changed])}
            pending = self._pending(piece)
            for key in piece:
                self._settle(before[key], after[key], pending[key])
            self._write()
        self._changes.finish()

    def _standing(self, keys: Sequence[int]) -> dict[int, _Standing]:
        table = cast("Any", Customer).__table__
        found = select(*(table.c[name] for name in _Standing._fields)).where(table.c.id.in_(keys))
        return {row[0]: _Standing(*row) for row in self._work.session.execute(found)}

    def _pending(self, keys: Sequence[int]) -> Mapping[int, list[_Item]]:
        table = cast("Any", PlanItem).__table__
        found = select(table.c.customer_id, table.c.id, table.c.due_on, table.c.rule).where(
            table.c.customer_id.in_(keys), table.c.state == PlanState.PENDING.value
        )
        items: defaultdict[int, list[_Item]] = defaultdict(list)
        for row in self._work.session.execute(found.order_by(table.c.due_on, table.c.id)):
            items[row[0]].append(_Item(*row[1:]))
        return items

    def _is_newest(self, one: _Standing) -> bool:
        """Whether nothing is known of the customer that is newer than what was imported."""
        return one.last_contact_on is None or self._day(self._newest[one.id].at) >= one.last_contact_on

    def _day(self, at: datetime) -> date:
        return self._local(at).date()

    def _wants_status(self, one: _Standing) -> bool:
        wanted = self._newest[one.id].status
        return wanted is not None and wanted != one.status and self._is_newest(one)

    def _change_status(self, one: _Standing) -> bool:
        """Change the status as its newest row has it; one that the rules refuse stays, and that is said."""
        newest = self._newest[one.id]
        assert newest.status is not None
        shown = len(self._work.context.notes)
        asked = NewStatus(newest.status, self._reason, newest.loss_reason, override=True)
        try:
            change_status(self._work, load(self._work, one.id), asked, replan=False)
        except SalesflowError as error:
            del self._work.context.notes[shown:]
            text = msg(
                "{code} stays {old}, not {new}: {reason}",
                code=one.code,
                old=label("status", one.status),
                new=label("status", newest.status),
                reason=error.message,
            )
            flag: Decision[None] = Decision(error.code, "status-kept", Strength.FLAG, text, {"customer": one.code})
            self._work.decide(flag)
            return False
        del self._work.context.notes[shown:]
        return True

    def _settle(self, before: _Standing, one: _Standing, pending: list[_Item]) -> None:
        newest, is_newest = self._newest[one.id], self._is_newest(before)
        day = self._day(newest.at)
        last = day if is_newest else one.last_contact_on
        ended = [item for item in pending if item.due_on <= day or (is_newest and item.rule == CADENCE)]
        self._end(ended, PlanState.DONE, followup_id=newest.id)
        rest = [item for item in pending if item not in ended]
        cancelled, made = self._plan(one, newest, rest, last, is_newest=is_newest)
        self._end(cancelled, PlanState.CANCELLED, reason=CADENCE)
        due = [item.due_on for item in rest if item not in cancelled] + [row["due_on"] for row in made]
        self._keep(one, last, min(due, default=None))
        moved = {} if before.status == one.status else {"status": before.status}
        history = self._history.since(one.id, ()) if moved else {"made": {}}
        closed = [item.id for item in (*ended, *cancelled)]
        plan = {"plan_item": [row["id"] for row in made]} if made else {}
        former = {name: _as_stored(getattr(before, name)) for name in _COPIES} | {"version": before.version} | moved
        self._changes.note("customer", one.id, former, moved=True, made=history["made"] | plan, closed=closed)

    def _plan(
        self, one: _Standing, newest: Newest, rest: list[_Item], last: date | None, *, is_newest: bool
    ) -> tuple[list[_Item], list[dict[str, Any]]]:
        """The items that fall away and the ones that are new, as a log of that day would have it."""
        by_rule = self._due(one, last)
        computed = [item for item in rest if item.rule == CADENCE]
        on = newest.next_on if is_newest and newest.next_on is not None and newest.next_on >= self._today else None
        if on is not None:
            beyond = beyond_cadence(by_rule, given=on).outcome == BEYOND
            return (rest if by_rule.value is None else computed), [self._item(one, on, newest, beyond=beyond)]
        if by_rule.value is None:
            return rest, []
        if rest:
            return [], []
        return [], [self._item(one, by_rule.value, newest, rule=CADENCE)]

    def _item(
        self, one: _Standing, due_on: date, newest: Newest, *, rule: str | None = None, beyond: bool = False
    ) -> dict[str, Any]:
        self._last_item += 1
        made = {
            "id": self._last_item,
            "customer_id": one.id,
            "due_on": due_on,
            "focus": newest.next,
            "state": PlanState.PENDING.value,
            "rule": rule,
            "beyond_cadence": beyond,
            "created_at": self._work.now,
            "created_by": self._work.actor.id,
            "import_id": self._import_id,
        }
        self._made.append(made)
        return made

    def _due(self, one: _Standing, last: date | None) -> Decision[date]:
        """What rule cadence says, each answer kept."""
        first = self._day(one.first_contact_at)
        contacted = last is not None and last >= first
        base = last if contacted and last is not None else first
        grade = None if one.grade is None else Grade(one.grade)
        weekly = schedule.contacts_in_week(self._work, one.id, base) if grade is Grade.A else 0
        key = (grade, Status(one.status), base, contacted, weekly)
        if key not in self._dues:
            self._dues[key] = cadence(
                self._work.context.policy,
                self._work.context.calendar,
                grade=grade,
                status=Status(one.status),
                base=base,
                base_kind=Base.LAST_CONTACT if contacted else Base.FIRST_CONTACT,
                contacts_in_week=weekly,
            )
        return self._dues[key]

    def _end(
        self, items: Sequence[_Item], state: PlanState, *, followup_id: int | None = None, reason: str | None = None
    ) -> None:
        end = {"new_state": state.value, "at": self._work.now, "followup": followup_id, "why": reason}
        self._ended += [{"key": item.id, **end} for item in items]

    def _keep(self, one: _Standing, last: date | None, due: date | None) -> None:
        since = one.uncontacted_since
        progress = self._progress.get(one.id)
        moved = None if progress is None else self._day(progress)
        days = [day for day in (one.last_progress_on, moved) if day is not None]
        self._customers.append(
            {
                "key": one.id,
                "contact": last,
                "progress": max(days, default=None),
                "since": None if since is None or self._newest[one.id].at >= since else since,
                "due": due,
            }
        )

    def _write(self) -> None:
        customer, item = (cast("Any", table).__table__ for table in (Customer, PlanItem))
        names = zip(_COPIES, ("contact", "progress", "since", "due"), strict=True)
        copies: dict[str, Any] = {column: bindparam(name) for column, name in names}
        end: dict[str, Any] = {
            "state": bindparam("new_state"),
            "closed_at": bindparam("at"),
            "followup_id": bindparam("followup"),
            "reason": bindparam("why"),
        }
        for table, values, rows in ((item, end, self._ended), (customer, copies, self._customers)):
            if rows:
                statement = update(table).where(table.c.id == bindparam("key")).values(values)
                self._work.session.execute(statement, rows)
                rows.clear()
        self._work.insert(PlanItem, self._made)
        self._made.clear()
        self._work.write_audit()


def _as_stored(value: date | datetime | None) -> str | None:
    """A date or an instant as the database has it."""
    if isinstance(value, datetime):
        return to_db(value)
    return None if value is None else value.isoformat()
