"""The read views of who decides: delegations, and who has a hand in what is to be approved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Select, Table, and_, or_, select, union_all

from salesflow.models.approval import Approval, Delegation
from salesflow.models.audit import AuditEntry
from salesflow.models.contract import Contract
from salesflow.models.order import SalesOrder
from salesflow.models.quote import Quote
from salesflow.models.state import StateChange
from salesflow.models.view_parts import all_of, staff, table_of

approval, delegation = table_of(Approval), table_of(Delegation)
state_change, audit_entry = table_of(StateChange), table_of(AuditEntry)
delegator, deputy = staff.alias("delegator"), staff.alias("deputy")

_DEALS = {"quote": table_of(Quote), "order": table_of(SalesOrder), "contract": table_of(Contract)}
_WRITTEN = ("contract.draft", "contract.edit", "contract.amend")


def delegation_view() -> Select[Any]:
    """Every delegation, with both logins and whether both work here still."""
    return select(
        *all_of(delegation),
        delegator.c.login.label("delegator"),
        deputy.c.login.label("deputy"),
        (delegator.c.active & deputy.c.active).label("both_active"),
    ).select_from(
        delegation.join(delegator, delegator.c.id == delegation.c.from_id).join(
            deputy, deputy.c.id == delegation.c.to_id
        )
    )


def hand_view() -> CompoundSelect[Any]:
    """Who has a hand in what an approval is about, and may therefore not decide on it (rule separation-of-duties).

    Whoever submitted it in any round; of a deal also who made it or one of its versions, and whose it is now; of a contract
    also who wrote in it. Somebody may be there more than once.
    """
    return union_all(_submitters(), *(_makers(kind, deal) for kind, deal in _DEALS.items()), _writers())


def _submitters() -> Select[Any]:
    other = approval.alias("other")
    same = and_(other.c.subject_kind == approval.c.subject_kind, other.c.subject_ref == approval.c.subject_ref)
    return select(approval.c.id.label("approval_id"), staff.c.login).select_from(
        approval.join(other, same).join(staff, staff.c.id == other.c.submitted_by)
    )


def _makers(kind: str, deal: Table) -> Select[Any]:
    maker = (
        select(state_change.c.by_id)
        .where(
            state_change.c.subject_kind == kind,
            state_change.c.subject_id == deal.c.id,
            state_change.c.from_state.is_(None),
        )
        .scalar_subquery()
    )
    return select(approval.c.id.label("approval_id"), staff.c.login).select_from(
        approval.join(deal, and_(approval.c.subject_kind == kind, deal.c.number == approval.c.subject_ref)).join(
            staff, or_(staff.c.id == deal.c.owner_id, staff.c.id == maker)
        )
    )


def _writers() -> Select[Any]:
    written = and_(
        approval.c.subject_kind == "contract",
        audit_entry.c.subject_ref == approval.c.subject_ref,
        audit_entry.c.action.in_(_WRITTEN),
    )
    return select(approval.c.id.label("approval_id"), audit_entry.c.staff.label("login")).select_from(
        approval.join(audit_entry, written)
    )
