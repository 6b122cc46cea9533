"""Orders: made from an accepted quote, whose lines and totals they keep, and sent to their approvers.

The quote is read without its model: whoever only submits an order need not import it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Final

from sqlalchemy import RowMapping
from sqlmodel import select, text

from salesflow.db.transaction import Transaction
from salesflow.enums import OrderState, SubjectKind
from salesflow.errors import Duplicate, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.order import OrderLine, SalesOrder
from salesflow.rules.approvals import Step, merge_routes
from salesflow.rules.contracts import contract_first
from salesflow.rules.orders import ORDER_APPROVAL, credit_limit, order_approval
from salesflow.services import approvals, states
from salesflow.services.accepted_quotes import accepted
from salesflow.services.order_terms import Terms, checked, checked_phone, delivery_day
from salesflow.text import fold

KIND: Final = SubjectKind.ORDER

_TOTALS: Final = ("freight", "extras_total", "tax_total", "total")
_LINE: Final = (
    "line", "product_id", "sku", "name", "spec", "unit", "quantity", "unit_price", "discount", "tax_rate", "tax", "amount",
)  # fmt: skip
_ORDERED: Final = (
    "quote_id", "customer_id", "expected_delivery_on", "payment_terms", "delivery_address", "receiver",
    "receiver_phone_cipher", *_TOTALS, "note",
)  # fmt: skip
"""What an approver decides on: all of an order but its state and its history."""


def create(
    work: Transaction, quote_number: str, terms: Terms | None = None, *, contract: str | None = None
) -> SalesOrder:
    """Make a draft from an accepted quote. What the terms leave open comes from the quote and the customer.

    contract: the number of the contract that it must rest on; without one it rests on the one in force on the quote, if any.

    NotFound for a quote that is not there, Refused for one that is not accepted, Duplicate where it has its order,
    RuleRefused of contract-first, InvalidValue for terms that cannot be.
    """
    given = terms or Terms()
    quote = accepted(work, quote_number, msg("an order needs an accepted quote"))
    _check_first(work, quote)
    contract_id = _contract(work, quote["id"], quote["total"], contract)
    today = work.context.clock.today()
    columns = {
        "expected_delivery_on": delivery_day(work, quote["delivery_days"]),
        "payment_terms": quote["payment_terms"],
        "delivery_address": quote["address"],
        **{name: quote[name] for name in _TOTALS},
        **checked(work, given),
    }
    order = work.add(
        SalesOrder(
            number=f"DD{today.year}-{work.next_number(f'order/{today.year}'):04d}",
            quote_id=quote["id"],
            contract_id=contract_id,
            opportunity_id=quote["opportunity_id"],
            customer_id=quote["customer_id"],
            owner_id=quote["owner_id"],
            state=OrderState.DRAFT,
            created_at=work.now,
            policy_id=work.context.policy_id,
            **columns,
        )
    )
    for name, value in checked_phone(work, order, given.receiver_phone).items():
        setattr(order, name, value)
    _copy_lines(work, order, quote["id"])
    states.begin(work, KIND, order)
    after = {name: getattr(order, name) for name in _ORDERED}
    work.audit("order.create", KIND, order.number, after={**after, "quote": quote["number"]})
    return order


def submit(work: Transaction, number: str, terms: Terms | None = None) -> SalesOrder:
    """Send a draft or returned order to its approvers; the terms are changes made before.

    Raises NotFound; Refused where it is submitted already, or is to be delivered in the past; RuleRefused of
    contract-first, credit-limit and separation-of-duties.
    """
    order = _load(work, number)
    assert order.id is not None
    if order.state == OrderState.SUBMITTED:
        raise Refused(
            msg("{number} is submitted already", number=order.number),
            msg("see who decides on it: salesflow order show {number}", number=order.number),
            code="state",
        )
    states.check(KIND, order.number, order.state, OrderState.SUBMITTED)
    _edit(work, order, terms or Terms())
    _check_delivery(work, order)
    if order.quote_id is not None:
        rest_on(work, order, _contract(work, order.quote_id, order.total))
    route = _route(work, order)
    order.submitted_at = work.now
    order.policy_id = work.context.policy_id
    order.version += 1
    states.move(work, KIND, order, OrderState.SUBMITTED, rule=ORDER_APPROVAL)
    subject = approvals.Subject(KIND, order.id, order.number, order.customer_id, order.total)
    approvals.submit(work, subject, route)
    return order


def rest_on(work: Transaction, order: SalesOrder, contract_id: int | None) -> None:
    """From now on the order rests on that contract (its key), or on none."""
    before, after = work.changed(order, {"contract_id": contract_id})
    if after:
        work.session.add(order)
        work.audit("order.edit", KIND, order.number, before=before, after=after)


def approved(work: Transaction, subject_id: int) -> None:
    """The last approver said yes: the order is to be delivered, which is progress with the customer."""
    from salesflow.models.customer import Customer
    from salesflow.services import schedule

    order = _by_id(work, subject_id)
    order.approved_at = work.now
    order.version += 1
    states.move(work, KIND, order, OrderState.APPROVED, rule=ORDER_APPROVAL)
    customer = select(Customer).where(Customer.id == order.customer_id)
    schedule.mark_progress(work, work.session.exec(customer).one())


def returned(work: Transaction, subject_id: int, reason: str) -> None:
    """An approver said no: the order goes back to its owner, who changes it and submits it again."""
    order = _by_id(work, subject_id)
    order.version += 1
    states.move(work, KIND, order, OrderState.RETURNED, reason=reason, rule=ORDER_APPROVAL)


def fingerprint(work: Transaction, subject_id: int) -> str:
    """A hash of all that an approver decides on: the order's terms and totals, and every line."""
    work.session.flush()
    order = f"SELECT {', '.join(_ORDERED)} FROM sales_order WHERE id = :id"  # noqa: S608 - names of ours
    lines = f"SELECT {', '.join(_LINE)} FROM order_line WHERE order_id = :id ORDER BY line"  # noqa: S608 - names of ours
    content = [list(row) for sql in (order, lines) for row in work.session.execute(text(sql), {"id": subject_id})]
    return sha256(json.dumps(content, ensure_ascii=False, default=_plain).encode()).hexdigest()


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def exposure(work: Transaction, customer_id: int) -> int:
    """What the customer's approved orders that are still to be delivered come to, in fen."""
    undelivered = ", ".join(f"'{state}'" for state in OrderState if state.is_undelivered)
    sql = f"SELECT coalesce(sum(total), 0) FROM sales_order WHERE customer_id = :id AND state IN ({undelivered})"  # noqa: S608 - codes of ours
    return int(work.session.execute(text(sql), {"id": customer_id}).scalar_one())


def _route(work: Transaction, order: SalesOrder) -> tuple[Step, ...]:
    """Who has to approve the order: rule order-approval, and rule credit-limit. No limits are set, nothing is overdue."""
    policy = work.context.policy
    usual = order_approval(policy, total=order.total)
    used = exposure(work, order.customer_id)
    credit = credit_limit(policy, limit=None, exposure=used, order_total=order.total, overdue_days=0)
    return merge_routes(*(work.decide(decision).value or () for decision in (usual, credit)))


_IN_FORCE: Final = """SELECT contract.id, contract.number FROM quote
    JOIN contract ON contract.id IN (
        SELECT contract_id FROM contract_revision WHERE quote_id = quote.id
        UNION ALL SELECT framework.id FROM contract framework WHERE framework.opportunity_id = quote.opportunity_id)
    JOIN contract_revision revision ON revision.contract_id = contract.id AND revision.revision = contract.in_force
    WHERE quote.id = :quote AND contract.state NOT IN ('terminated', 'closed') AND (revision.quote_id = quote.id
        OR revision.quote_id IS NULL AND revision.amount >= :total + (
            SELECT coalesce(sum(other.total), 0) FROM sales_order other
            WHERE other.contract_id = contract.id AND other.quote_id <> quote.id AND other.state <> 'cancelled'))
    ORDER BY revision.quote_id IS NULL, contract.id"""
"""The contracts in force that an order of a quote can rest on: that of the quote, else one of its opportunity that rests on no
quote and has room for it beside its other orders.
"""


def _contract(work: Transaction, quote_id: int, total: int, wanted: str | None = None) -> int | None:
    """The key of the contract in force that an order of the quote rests on; None where the policy lets the quote do (rule
    contract-first).

    Raises Refused where another one is wanted than that.
    """
    row = work.look_up(_IN_FORCE, {"quote": quote_id, "total": total})
    signed = None if row is None else str(row[1])
    if wanted is not None and wanted != signed:
        raise Refused(
            msg("{contract} is not in force", contract=wanted),
            msg("it is once it is signed: salesflow contract show {contract}", contract=wanted),
            code="contract-not-in-force",
        )
    work.decide(contract_first(work.context.policy, total=total, signed=signed))
    return None if row is None else int(row[0])


def _check_first(work: Transaction, quote: RowMapping) -> None:
    """A quote makes one order, unless that was cancelled."""
    sql = "SELECT number, state FROM sales_order WHERE quote_id = :id AND state <> :cancelled"
    row = (
        work.session.execute(text(sql), {"id": quote["id"], "cancelled": OrderState.CANCELLED.value}).mappings().first()
    )
    if row is None:
        return
    hint = msg("see: salesflow order show {order}", order=row["number"])
    if row["state"] in (OrderState.DRAFT, OrderState.RETURNED):
        hint = msg("send that to its approvers: salesflow order submit {order}", order=row["number"])
    said = msg("{quote} has its order already: {order}", quote=quote["number"], order=row["number"])
    raise Duplicate(said, hint, details={"order": row["number"]})


def _copy_lines(work: Transaction, order: SalesOrder, quote_id: int) -> None:
    names = ", ".join(_LINE)
    sql = f"SELECT {names} FROM quote_line WHERE quote_id = :id ORDER BY line"  # noqa: S608 - names of ours
    rows = work.session.execute(text(sql), {"id": quote_id}).mappings().all()
    work.insert(OrderLine, [{"order_id": order.id, **row} for row in rows])


def _edit(work: Transaction, order: SalesOrder, terms: Terms) -> None:
    """Change an order that is not with its approvers."""
    columns = checked(work, terms) | checked_phone(work, order, terms.receiver_phone)
    before, after = work.changed(order, columns)
    if after:
        work.session.add(order)
        work.audit("order.edit", KIND, order.number, before=before, after=after)


def _check_delivery(work: Transaction, order: SalesOrder) -> None:
    day = order.expected_delivery_on
    if day is not None and day < work.context.clock.today():
        raise Refused(
            msg("{number} is to be delivered on {date}, which is past", number=order.number, date=day),
            msg("give a new day: salesflow order submit {number} --expected-delivery DATE", number=order.number),
            code="delivery-past",
        )


def _load(work: Transaction, number: str) -> SalesOrder:
    found = work.session.exec(select(SalesOrder).where(SalesOrder.number == fold(number).upper())).first()
    if found is None:
        raise NotFound(
            msg("there is no order {number}", number=number), msg("see: salesflow order list"), code="unknown-order"
        )
    return found


def _by_id(work: Transaction, order_id: int) -> SalesOrder:
    return work.session.exec(select(SalesOrder).where(SalesOrder.id == order_id)).one()
