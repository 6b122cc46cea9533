"""Who has which customer (线索分配): one by one, by rule assign, and a whole book that goes to others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlmodel import col, select, text, update

from salesflow.enums import Grade, OrderState, PlanState, QuoteState, Role, Status
from salesflow.errors import NotFound, NotPermitted, Refused, UsageError
from salesflow.i18n import label, msg
from salesflow.models.change import OwnerChange
from salesflow.models.customer import Customer
from salesflow.rules.assignment import ASSIGN, SELLERS, Candidate, assign
from salesflow.rules.deadlines import first_contact_deadline
from salesflow.rules.decision import Decision
from salesflow.text import clean

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_LEADERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR))
_OPEN: Final = frozenset(status.value for status in Status if status.is_open)
_OPEN_QUOTES: Final = (QuoteState.DRAFT, QuoteState.PENDING_APPROVAL, QuoteState.APPROVED, QuoteState.SENT)
_DONE_ORDERS: Final = (OrderState.CLOSED, OrderState.CANCELLED)
_STAFF: Final = (
    "SELECT staff.id, staff.login, staff.name, staff.region, staff_role.role FROM staff "
    "JOIN staff_role ON staff_role.staff_id = staff.id WHERE staff.active ORDER BY staff.login"
)
_BOOKS: Final = (
    "SELECT owner_id, grade, industry, count(*) FROM customer WHERE status IN ('prospect', 'interested', 'hot') "
    "AND archived_at IS NULL GROUP BY owner_id, grade, industry"
)
_FIELDS: Final = (
    Customer.id, Customer.code, Customer.name, Customer.grade, Customer.status, Customer.region, Customer.industry,
    Customer.owner_id, Customer.version,
)  # fmt: skip


class Person(NamedTuple):
    """An active staff member who sells."""

    id: int
    login: str
    name: str


class Assigned(NamedTuple):
    """One customer that goes from one owner to another: why, and by when the new one is to contact it first."""

    id: int
    code: str
    name: str
    grade: Grade | None
    status: Status
    from_id: int
    to: Person
    why: Decision[str] | None
    first_contact: Decision[datetime]


class Roster:
    """Everybody who sells, with their books as they are while customers are being assigned."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._people: dict[str, Person] = {}
        self._regions: dict[str, str | None] = {}
        self._roles: defaultdict[str, set[Role]] = defaultdict(set)
        for key, login, name, region, role in work.session.execute(text(_STAFF)):
            self._people[login], self._regions[login] = Person(key, login, name), region
            self._roles[login].add(Role(role))
        self._logins = {person.id: person.login for person in self._people.values()}
        self._grades: defaultdict[str, Counter[Grade | None]] = defaultdict(Counter)
        self._industries: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for owner, grade, industry, count in work.session.execute(text(_BOOKS)):
            self._count(owner, grade, industry, count)

    def _count(self, owner_id: int, grade: str | None, industry: str, count: int) -> None:
        login = self._logins.get(owner_id)
        if login is not None:
            self._grades[login][None if grade is None else Grade(grade)] += count
            self._industries[login][industry] += count

    def choose(self, customer: Mapping[str, Any], *, without: int | None = None) -> tuple[Person, Decision[str]]:
        """Whom rule assign gives a customer to. `without`: somebody who is not to have it. Raises RuleRefused for nobody."""
        candidates = [
            Candidate(
                login,
                self._people[login].name,
                self._regions[login],
                frozenset(self._roles[login]),
                self._grades[login],
                frozenset(name for name, count in self._industries[login].items() if count > 0),
            )
            for login in self._people
            if self._people[login].id != without
        ]
        decision = self._work.decide(
            assign(
                self._work.context.policy,
                grade=None if customer["grade"] is None else Grade(customer["grade"]),
                region=customer["region"],
                industry=customer["industry"],
                candidates=candidates,
            )
        )
        assert decision.value is not None
        return self._people[decision.value], decision

    def count(self, customer: Mapping[str, Any], owner_id: int, by: int) -> None:
        """Count an open customer in somebody's book (1) or out of it (-1), so that the next one meets the books as they are."""
        if customer["status"] in _OPEN:
            self._count(owner_id, customer["grade"], customer["industry"], by)


def seller(work: Transaction, login: str) -> Person:
    """The active staff member of that login who sells. Raises NotFound, Refused for somebody who left or does not sell."""
    sql = text("SELECT id, login, name, active FROM staff WHERE login = :login")
    row = work.session.execute(sql, {"login": login.strip().lower()}).first()
    hint = msg("see: salesflow staff list")
    if row is None:
        raise NotFound(msg("there is no staff member {login}", login=login), hint, code="unknown-staff")
    if not row.active:
        raise Refused(msg("{login} is no longer active", login=row.login), hint, code="inactive")
    held = work.session.execute(text("SELECT role FROM staff_role WHERE staff_id = :id"), {"id": row.id}).scalars()
    if SELLERS.isdisjoint(Role(role) for role in held):
        names = [label("role", role) for role in sorted(SELLERS)]
        raise Refused(
            msg("{login} does not sell", login=row.login),
            msg("customers go to the roles {roles}", roles=names),
            code="no-seller",
        )
    return Person(row.id, row.login, row.name)


def assign_customers(
    work: Transaction,
    customer_ids: Iterable[int],
    *,
    to: str | None = None,
    reason: str = "",
    without: int | None = None,
    dry_run: bool = False,
) -> list[Assigned]:
    """Give customers to somebody (a login), or each by rule assign; gives those that change hands, in the order of their keys.

    without: somebody who is to have none of them. dry_run: writes nothing. Raises NotPermitted for customers of others,
    Refused for archived ones, and what `seller` and `Roster.choose` raise.
    """
    kept = clean(reason, limit=work.context.policy.limits.text, what=msg("the reason"))
    customers = _load(work, list(customer_ids))
    _refuse_strangers(work, customers)
    given = None if to is None else seller(work, to)
    roster = None if given is not None else Roster(work)
    found = []
    for customer in customers:
        target, why = given, None
        if roster is not None:
            roster.count(customer, customer["owner_id"], -1)
            target, why = roster.choose(customer, without=without)
            roster.count(customer, target.id, 1)
        assert target is not None
        if target.id != customer["owner_id"]:
            found.append(_assigned(work, customer, target, why))
    if not dry_run and found:
        _write(work, customers, found, kept)
        _move_deals(work, found)
    return found


def hand_over(
    work: Transaction, leaver_id: int, *, to: str | None = None, reason: str = "", dry_run: bool = False
) -> list[Assigned]:
    """Give somebody's whole book to another one, or by rule assign to the others: customers, open quotes and orders, support.

    Only a manager or director may. Archived customers stay with whom they were. Raises as `assign_customers`.
    """
    work.actor.require(*sorted(_LEADERS))
    if to is not None and seller(work, to).id == leaver_id:
        raise UsageError(msg("{login} has that book already", login=to), msg("name somebody else with --to"))
    mine = select(Customer.id).where(Customer.owner_id == leaver_id, col(Customer.archived_at).is_(None))
    keys = [key for key in work.session.exec(mine.order_by(col(Customer.id))).all() if key is not None]
    found = assign_customers(work, keys, to=to, reason=reason, without=leaver_id, dry_run=dry_run)
    if not dry_run:
        _move_deals(work, (), leaver_id)
        _move_support(work, leaver_id, found, to)
    return found


def keep_change(work: Transaction, customer_id: int, from_id: int, to_id: int, reason: str, rule: str | None) -> None:
    """The row of the history of owners; everything that changes an owner writes one."""
    row = {"customer_id": customer_id, "at": work.now, "by_id": work.actor.id, "from_id": from_id, "to_id": to_id}
    work.insert(OwnerChange, [{**row, "reason": reason, "rule": rule}])


def _load(work: Transaction, keys: Sequence[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        wanted = select(*map(col, (*_FIELDS, Customer.archived_at))).where(col(Customer.id).in_(some))
        for row in work.session.execute(wanted.order_by(col(Customer.id))).mappings():
            if row["archived_at"] is not None:
                raise Refused(
                    msg("{code} {name} is archived", code=row["code"], name=row["name"]),
                    msg("archived customers are not changed"),
                    code="archived",
                )
            found.append(dict(row))
    return found


def _refuse_strangers(work: Transaction, customers: Iterable[Mapping[str, Any]]) -> None:
    """Who is no leader gives away their own customers alone."""
    if not _LEADERS.isdisjoint(work.actor.roles):
        return
    for customer in customers:
        if customer["owner_id"] != work.actor.id:
            raise NotPermitted(
                msg("{code} {name} is not yours to assign", code=customer["code"], name=customer["name"]),
                msg("its owner or a manager can"),
            )


def _assigned(work: Transaction, customer: Mapping[str, Any], to: Person, why: Decision[str] | None) -> Assigned:
    now = work.context.clock.local(work.now)
    grade = None if customer["grade"] is None else Grade(customer["grade"])
    deadline = first_contact_deadline(work.context.policy, grade=grade, assigned=now, contacted=None, now=now)
    own = (customer["id"], customer["code"], customer["name"], grade, Status(customer["status"]))
    return Assigned(*own, customer["owner_id"], to, why, deadline)


def _write(work: Transaction, customers: Iterable[Mapping[str, Any]], found: Iterable[Assigned], reason: str) -> None:
    """The customers, each with the row of its history and its audit entry."""
    versions = {customer["id"]: customer["version"] for customer in customers}
    logins = {key: login for key, login in work.session.execute(text("SELECT id, login FROM staff"))}  # noqa: C416 - rows are no pairs to dict
    rows, history = [], []
    for one in found:
        rule = None if one.why is None else ASSIGN
        start = {"assigned_at": work.now, "uncontacted_since": work.now}
        rows.append({"id": one.id, "owner_id": one.to.id, **start, "version": versions[one.id] + 1})
        made = {"customer_id": one.id, "at": work.now, "by_id": work.actor.id, "from_id": one.from_id}
        history.append({**made, "to_id": one.to.id, "reason": reason, "rule": rule})
        before, after = {"owner": logins[one.from_id]}, {"owner": one.to.login}
        work.audit("customer.assign", "customer", one.code, before=before, after=after, rule=rule)
    if rows:
        work.session.execute(update(Customer), rows)
    work.insert(OwnerChange, history)


def _move_deals(work: Transaction, found: Iterable[Assigned], leaver_id: int | None = None) -> None:
    """The open quotes and orders of the former owners go with their customers; a leaver's last ones to whoever has the customer."""
    owners = {(one.id, one.from_id): one.to for one in found}
    for kind, record in _open_deals(work, {one.from_id for one in found} | ({leaver_id} if leaver_id else set())):
        to = owners.get((record.customer_id, record.owner_id))
        if to is None and record.owner_id == leaver_id:
            to = _owner_of(work, record.customer_id)
        if to is not None and to.id != record.owner_id:
            record.owner_id = to.id
            work.session.add(record)
            work.audit(f"{kind}.assign", kind, record.number, after={"owner": to.login})


def _open_deals(work: Transaction, owner_ids: Collection[int]) -> Iterator[tuple[str, Any]]:
    """What somebody still has to bring to an end: quotes and orders, each with its kind."""
    from salesflow.models.order import SalesOrder
    from salesflow.models.quote import Quote

    quotes = select(Quote).where(col(Quote.owner_id).in_(owner_ids), col(Quote.state).in_(_OPEN_QUOTES))
    yield from (("quote", quote) for quote in work.session.exec(quotes).all())
    orders = select(SalesOrder).where(
        col(SalesOrder.owner_id).in_(owner_ids), col(SalesOrder.state).not_in(_DONE_ORDERS)
    )
    yield from (("order", order) for order in work.session.exec(orders).all())


def _owner_of(work: Transaction, customer_id: int) -> Person | None:
    row = work.look_up(
        "SELECT staff.id, staff.login, staff.name FROM customer JOIN staff ON staff.id = customer.owner_id "
        "WHERE customer.id = :id AND staff.active",
        {"id": customer_id},
    )
    return None if row is None else Person(*row)


def _move_support(work: Transaction, leaver_id: int, found: Sequence[Assigned], to: str | None) -> None:
    """Support that was asked of the leaver is asked of whom the book goes to; where it goes to many, of each customer's owner."""
    from salesflow.models.followup import PlanItem

    given = None if to is None else seller(work, to)
    owners = {one.id: one.to for one in found}
    asked = select(PlanItem).where(PlanItem.support_id == leaver_id, PlanItem.state == PlanState.PENDING)
    for item in work.session.exec(asked).all():
        supporter = given or owners.get(item.customer_id)
        if supporter is not None:
            item.support_id = supporter.id
            work.session.add(item)
            work.audit("followup.support", "plan", str(item.id), after={"support": supporter.login})
