"""Who may do something with a customer or a deal, and what of a customer's is still under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from sqlmodel import col, select

from salesflow.enums import ApprovalState, Code, ContractState, OpportunityStage, OrderState, Role
from salesflow.errors import NotPermitted, Refused
from salesflow.i18n import Message, label, msg, nmsg
from salesflow.models.approval import Approval
from salesflow.models.contract import Contract
from salesflow.models.opportunity import Opportunity
from salesflow.models.order import SalesOrder
from salesflow.models.staff import Staff

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer

_ENDED: Final = (OrderState.CLOSED, OrderState.CANCELLED)
_LEADERS: Final = frozenset((Role.MANAGER, Role.DIRECTOR))


def login(work: Transaction, staff_id: int) -> str:
    return work.session.exec(select(Staff.login).where(Staff.id == staff_id)).one()


def refuse_stranger(work: Transaction, customer: Customer, hint: Message) -> None:
    """Raise NotPermitted for who is neither the customer's owner nor a manager or director; `hint` says who does it."""
    if _is_strange(work, customer.owner_id):
        owner = login(work, customer.owner_id)
        text = msg("{code} {name} is in the charge of {owner}", code=customer.code, name=customer.name, owner=owner)
        raise NotPermitted(text, hint)


def refuse_strange_deal(work: Transaction, number: str, owner_id: int) -> None:
    """Raise NotPermitted for who is neither the owner of the deal of that number nor a manager or director."""
    if _is_strange(work, owner_id):
        text = msg("{number} is in the charge of {owner}", number=number, owner=login(work, owner_id))
        raise NotPermitted(text, msg("ask them, or a manager"))


def _is_strange(work: Transaction, owner_id: int) -> bool:
    return owner_id != work.actor.id and _LEADERS.isdisjoint(work.actor.roles)


def refuse_open_approval(work: Transaction, customer: Customer) -> None:
    """Raise Refused naming the approvals of the customer's quotes, orders and objections that are not decided."""
    waiting = select(Approval.number).where(
        Approval.customer_id == customer.id, Approval.state == ApprovalState.PENDING
    )
    numbers = list(work.session.exec(waiting.order_by(col(Approval.number))).all())
    if numbers:
        raise Refused(
            nmsg(
                "{code} {name} has an open approval: {numbers}",
                "{code} {name} has open approvals: {numbers}",
                count=len(numbers),
                code=customer.code,
                name=customer.name,
                numbers=numbers,
            ),
            msg("let it be decided, or withdraw it first: salesflow approval show {number}", number=numbers[0]),
            code="open-approval",
            details={"approvals": numbers},
        )


def refuse_open_order(work: Transaction, customer: Customer) -> None:
    """Raise Refused naming the customer's orders that are neither closed nor cancelled."""
    open_ = select(SalesOrder).where(SalesOrder.customer_id == customer.id, col(SalesOrder.state).not_in(_ENDED))
    orders = list(work.session.exec(open_.order_by(col(SalesOrder.number))).all())
    if orders:
        said = nmsg(
            "{code} {name} has an order in progress: {orders}",
            "{code} {name} has orders in progress: {orders}",
            count=len(orders),
            orders=_named(OrderState, orders),
            **_whose(customer),
        )
        hint = msg("bring it to its end first: salesflow order show {number}", number=orders[0].number)
        raise _under_way(said, hint, "order", orders)


def refuse_open_opportunity(work: Transaction, customer: Customer) -> None:
    """Raise Refused naming the customer's opportunities that are neither won nor lost."""
    open_ = select(Opportunity).where(Opportunity.customer_id == customer.id, col(Opportunity.closed_on).is_(None))
    found = list(work.session.exec(open_.order_by(col(Opportunity.number))).all())
    if found:
        said = nmsg(
            "{code} {name} has an open opportunity: {opportunities}",
            "{code} {name} has open opportunities: {opportunities}",
            count=len(found),
            opportunities=_named(OpportunityStage, found),
            **_whose(customer),
        )
        hint = msg("close it first: salesflow opportunity lose {number} --reason CODE", number=found[0].number)
        raise _under_way(said, hint, "opportunity", found)


def refuse_open_contract(work: Transaction, customer: Customer) -> None:
    """Raise Refused naming the customer's contracts that are neither closed nor terminated."""
    open_ = select(Contract).where(Contract.customer_id == customer.id, col(Contract.ended_on).is_(None))
    found = list(work.session.exec(open_.order_by(col(Contract.number))).all())
    if found:
        said = nmsg(
            "{code} {name} has an open contract: {contracts}",
            "{code} {name} has open contracts: {contracts}",
            count=len(found),
            contracts=_named(ContractState, found),
            **_whose(customer),
        )
        hint = msg("end it first: salesflow contract terminate {number} --reason TEXT", number=found[0].number)
        raise _under_way(said, hint, "contract", found)


class _Deal(Protocol):
    """A record with a number and a state."""

    number: str
    state: str


def _whose(customer: Customer) -> dict[str, object]:
    return {"code": customer.code, "name": customer.name}


def _named(states: type[Code], found: Sequence[_Deal]) -> list[Message]:
    return [msg("{number} ({state})", number=one.number, state=label(states.kind(), one.state)) for one in found]


def _under_way(said: Message, hint: Message, kind: str, found: Sequence[_Deal]) -> Refused:
    plural = {"opportunity": "opportunities"}.get(kind, f"{kind}s")
    return Refused(said, hint, code=f"open-{kind}", details={plural: [one.number for one in found]})
