"""Who has which customer (线索分配): one by one, by rule assign, and a whole book that goes to others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlmodel import col, func, select, text, update

from salesflow.enums import Grade, OrderState, PlanState, QuoteState, Role, Status
from salesflow.errors import NotPermitted, UsageError
from salesflow.i18n import msg, render
from salesflow.models.change import OwnerChange
from salesflow.models.customer import Customer
from salesflow.rules.assignment import ASSIGN
from salesflow.rules.deadlines import first_contact_deadline
from salesflow.rules.decision import Decision
from salesflow.services.records import shelved
from salesflow.services.roster import Person, Roster, seller
from salesflow.text import clean

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_LEADERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR))
_OPEN_QUOTES: Final = (QuoteState.DRAFT, QuoteState.PENDING_APPROVAL, QuoteState.APPROVED, QuoteState.SENT)
_DONE_ORDERS: Final = (OrderState.CLOSED, OrderState.CANCELLED)
_UNDER_WAY: Final = (Status.PROSPECT, Status.INTERESTED, Status.HOT, Status.WON)
_HAS_DEALS: Final = (
    "SELECT 1 FROM quote WHERE customer_id = :customer AND owner_id = :owner UNION ALL "
    "SELECT 1 FROM sales_order WHERE customer_id = :customer AND owner_id = :owner UNION ALL "
    "SELECT 1 FROM opportunity WHERE customer_id = :customer AND owner_id = :owner UNION ALL "
    "SELECT 1 FROM contract WHERE customer_id = :customer AND owner_id = :owner LIMIT 1"
)
_FIELDS: Final = (
    Customer.id, Customer.code, Customer.name, Customer.grade, Customer.status, Customer.region, Customer.industry,
    Customer.owner_id, Customer.version,
)  # fmt: skip


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
    Refused for archived ones, and what `seller` and `Roster.give` raise.
    """
    kept = clean(reason, limit=work.context.policy.limits.text, what=msg("the reason"))
    customers = _load(work, list(customer_ids))
    for customer in customers:
        refuse_strange(work, customer)
    given = None if to is None else seller(work, to)
    roster = None if given is not None else Roster(work)
    found = []
    for customer in customers:
        target, why = given, None
        if roster is not None:
            target, why = roster.give(customer, without=without)
        assert target is not None
        if target.id != customer["owner_id"]:
            found.append(_assigned(work, customer, target, why))
    if not dry_run and found:
        _write(work, customers, found, kept)
        _move_deals(work, {(one.id, one.from_id): one.to for one in found})
    return found


def hand_over(
    work: Transaction, leaver_id: int, *, to: str | None = None, reason: str = "", dry_run: bool = False
) -> list[Assigned]:
    """Give somebody's whole book to another one, or by rule assign to the others: customers, open deals, support.

    Only a manager or director may. Archived customers stay with whom they were. Raises as `assign_customers`.
    """
    work.actor.require(*sorted(_LEADERS))
    if to is not None and seller(work, to).id == leaver_id:
        raise UsageError(msg("{login} has that book already", login=to), msg("name somebody else with --to"))
    mine = select(Customer.id).where(Customer.owner_id == leaver_id, col(Customer.archived_at).is_(None))
    keys = [key for key in work.session.exec(mine.order_by(col(Customer.id))).all() if key is not None]
    found = assign_customers(work, keys, to=to, reason=reason, without=leaver_id, dry_run=dry_run)
    if not dry_run:
        _move_deals(work, {}, leaver_id)
        _move_support(work, leaver_id, to)
    return found


def in_hand(work: Transaction, staff_id: int) -> Counter[str]:
    """What somebody has to hand over before they leave: customers under way and open deals, how many of each kind.

    Those of archived customers stay with whom they were, and so do quotes that nobody can accept any more.
    """
    mine = (Customer.owner_id == staff_id, col(Customer.archived_at).is_(None), col(Customer.status).in_(_UNDER_WAY))
    found = Counter(customer=work.session.exec(select(func.count()).where(*mine)).one())
    for kind, deal in _open_deals(work, {staff_id}):
        customer = work.session.get(Customer, deal.customer_id)
        expired = kind == "quote" and deal.valid_until < work.context.clock.today()
        if customer is not None and customer.archived_at is None and not expired:
            found[kind] += 1
    return +found


def keep_change(work: Transaction, customer_id: int, from_id: int, to: Person, reason: str) -> None:
    """What belongs to a new owner that an import gives a customer: the row of the history, its open deals."""
    row = {"customer_id": customer_id, "at": work.now, "by_id": work.actor.id, "from_id": from_id, "to_id": to.id}
    work.insert(OwnerChange, [{**row, "reason": reason, "rule": None}])
    if work.look_up(_HAS_DEALS, {"customer": customer_id, "owner": from_id}) is not None:
        _move_deals(work, {(customer_id, from_id): to})


def _load(work: Transaction, keys: Sequence[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        wanted = select(*map(col, (*_FIELDS, Customer.archived_at, Customer.forgotten_at))).where(
            col(Customer.id).in_(some)
        )
        for row in work.session.execute(wanted.order_by(col(Customer.id))).mappings():
            if row["archived_at"] is not None:
                raise shelved(row["code"], row["name"], forgotten=row["forgotten_at"] is not None)
            found.append(dict(row))
    return found


def refuse_strange(work: Transaction, customer: Mapping[str, Any]) -> None:
    """Raise NotPermitted for who neither owns the customer (code, name, owner_id) nor leads: they give away their own alone."""
    if customer["owner_id"] == work.actor.id or not _LEADERS.isdisjoint(work.actor.roles):
        return
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
        why = reason or (None if one.why is None else render(one.why.message))
        history.append({**made, "to_id": one.to.id, "reason": why or "", "rule": rule})
        before, after = {"owner": logins[one.from_id]}, {"owner": one.to.login}
        work.audit("customer.assign", "customer", one.code, before=before, after=after, rule=rule)
    if rows:
        work.session.execute(update(Customer), rows)
    work.insert(OwnerChange, history)


def _move_deals(work: Transaction, owners: Mapping[tuple[int, int], Person], leaver_id: int | None = None) -> None:
    """The open deals of the former owners go with their customers; a leaver's last ones to whoever has the customer.

    `owners`: the new one by customer and former owner.
    """
    former = {owner_id for _, owner_id in owners} | ({leaver_id} if leaver_id else set())
    for kind, record in _open_deals(work, former):
        to = owners.get((record.customer_id, record.owner_id))
        if to is None and record.owner_id == leaver_id:
            to = _owner_of(work, record.customer_id)
        if to is not None and to.id != record.owner_id:
            work.changed(record, {"owner_id": to.id})
            work.session.add(record)
            work.audit(f"{kind}.assign", kind, record.number, after={"owner": to.login})


def _open_deals(work: Transaction, owner_ids: Collection[int]) -> Iterator[tuple[str, Any]]:
    """What somebody still has to bring to an end: quotes, orders, opportunities and contracts, each with its kind."""
    from salesflow.models.contract import Contract
    from salesflow.models.opportunity import Opportunity
    from salesflow.models.order import SalesOrder
    from salesflow.models.quote import Quote

    quotes = select(Quote).where(col(Quote.owner_id).in_(owner_ids), col(Quote.state).in_(_OPEN_QUOTES))
    yield from (("quote", quote) for quote in work.session.exec(quotes).all())
    orders = select(SalesOrder).where(
        col(SalesOrder.owner_id).in_(owner_ids), col(SalesOrder.state).not_in(_DONE_ORDERS)
    )
    yield from (("order", order) for order in work.session.exec(orders).all())
    chances = select(Opportunity).where(col(Opportunity.owner_id).in_(owner_ids), col(Opportunity.closed_on).is_(None))
    yield from (("opportunity", chance) for chance in work.session.exec(chances).all())
    contracts = select(Contract).where(col(Contract.owner_id).in_(owner_ids), col(Contract.ended_on).is_(None))
    yield from (("contract", contract) for contract in work.session.exec(contracts).all())


def _owner_of(work: Transaction, customer_id: int) -> Person | None:
    row = work.look_up(
        "SELECT staff.id, staff.login, staff.name FROM customer JOIN staff ON staff.id = customer.owner_id "
        "WHERE customer.id = :id AND staff.active",
        {"id": customer_id},
    )
    return None if row is None else Person(*row)


def _move_support(work: Transaction, leaver_id: int, to: str | None) -> None:
    """Support that was asked of the leaver is asked of whom the whole book goes to; where it goes to many, a person decides."""
    from salesflow.models.followup import PlanItem

    if to is None:
        return
    supporter = seller(work, to)
    asked = select(PlanItem).where(PlanItem.support_id == leaver_id, PlanItem.state == PlanState.PENDING)
    for item in work.session.exec(asked).all():
        item.support_id = supporter.id
        work.session.add(item)
        work.audit("followup.support", "plan", str(item.id), after={"support": supporter.login})
