"""How a contract ends: terminated, with a reason, or closed when all of it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from salesflow.enums import ContractState, OrderState, Role, SubjectKind
from salesflow.errors import Refused
from salesflow.i18n import label, msg, render
from salesflow.money import display_money
from salesflow.services import approvals, contracts
from salesflow.services.contracts import KIND
from salesflow.text import clean
from salesflow.text import reason as required_reason

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.contract import Contract

_NOT_APPROVED: Final = (OrderState.DRAFT, OrderState.SUBMITTED, OrderState.RETURNED)
_DONE: Final = (OrderState.CLOSED, OrderState.CANCELLED)


def terminate(work: Transaction, number: str, reason: str, *, seen: int | None = None) -> Contract:
    """End a contract before it is fulfilled: a draft by its owner, one that was ever signed by a manager.

    An open approval becomes void. Its orders that are not approved rest on no contract any more, and those with their
    approvers go back to their owner; what is approved goes on, and `contract reconcile` names it.

    Raises NotFound, Conflict, NotPermitted, InvalidValue for the reason, Refused where it has
    ended already.
    """
    contract = contracts.load(work, number, seen=seen)
    if contract.in_force is not None:
        work.actor.require(Role.MANAGER, Role.DIRECTOR)
    why = required_reason(reason, limit=work.context.policy.limits.text)
    assert contract.id is not None
    approvals.void(work, KIND, contract.id)
    _end(work, contract, ContractState.TERMINATED, why)
    _release_orders(work, contract)
    return contract


def close(work: Transaction, number: str, reason: str | None = None, *, seen: int | None = None) -> Contract:
    """Close a signed contract that is fulfilled: its orders are done and its money is in.

    What the records do not show as collected a manager may vouch for, with a reason. Raises NotFound, Conflict,
    NotPermitted, and Refused where it is not signed, an order is in progress, or money is outstanding.
    """
    contract = contracts.load(work, number, seen=seen)
    if contract.state != ContractState.SIGNED:
        raise Refused(
            msg("only a signed contract is closed; {number} is not", number=contract.number),
            msg("see: salesflow contract show {number}", number=contract.number),
            code="state",
        )
    _refuse_open_order(work, contract)
    why = clean(reason or "", limit=work.context.policy.limits.text, what=msg("the reason"))
    outstanding = _outstanding(work, contract)
    if outstanding > 0:
        if not why:
            raise Refused(
                msg("{number}: {amount} is outstanding", number=contract.number, amount=display_money(outstanding)),
                msg(
                    "a manager may vouch for it: salesflow contract close {number} --reason TEXT",
                    number=contract.number,
                ),
                code="outstanding",
            )
        work.actor.require(Role.MANAGER, Role.DIRECTOR)
    _end(work, contract, ContractState.CLOSED, why)
    return contract


def _end(work: Transaction, contract: Contract, state: ContractState, why: str) -> None:
    contract.ended_on = work.context.clock.today()
    contracts.move(work, contract, state, reason=why, facts={"ended_on": contract.ended_on})


def _release_orders(work: Transaction, contract: Contract) -> None:
    from salesflow.models.order import SalesOrder
    from salesflow.services import orders

    because = render(msg("{number} is terminated", number=contract.number))
    wanted = select(SalesOrder).where(SalesOrder.contract_id == contract.id, col(SalesOrder.state).in_(_NOT_APPROVED))
    for order in work.session.exec(wanted).all():
        assert order.id is not None
        if order.state == OrderState.SUBMITTED:
            approvals.void(work, SubjectKind.ORDER, order.id)
            orders.returned(work, order.id, because)
        orders.rest_on(work, order, None)


def _refuse_open_order(work: Transaction, contract: Contract) -> None:
    done = ", ".join(f"'{state.value}'" for state in _DONE)
    sql = f"SELECT number, state FROM sales_order WHERE contract_id = :id AND state NOT IN ({done}) ORDER BY number"  # noqa: S608 - codes of ours
    row = work.look_up(sql, {"id": contract.id})
    if row is not None:
        state = label("orderstate", row[1])
        raise Refused(
            msg(
                "{number} has an order in progress: {order} ({state})",
                number=contract.number,
                order=row[0],
                state=state,
            ),
            msg("bring it to its end first: salesflow order show {order}", order=row[0]),
            code="open-order",
        )


def _outstanding(work: Transaction, contract: Contract) -> int:
    row = work.look_up("SELECT amount - collected FROM v_contract_ledger WHERE id = :id", {"id": contract.id})
    return 0 if row is None else int(row[0])
