"""Support that a plan item asks for: whether somebody is there to give it, and whether it is asked for in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from sqlmodel import col, select

from salesflow.errors import Refused
from salesflow.i18n import label, msg
from salesflow.models.staff import Staff, StaffRole
from salesflow.rules.deadlines import support_lead_time
from salesflow.services.schedule import Stage

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.enums import Role


def asked(work: Transaction, stage: Stage, on: date) -> Stage:
    """The stage with what rule support-lead-time says of its support, asked for today. Raises Refused where nobody can give it."""
    if stage.support_role is not None:
        _check_role(work, stage.support_role)
    if stage.support_id is not None:
        _check_person(work, stage.support_id)
    return in_time(work, stage, on)


def in_time(work: Transaction, stage: Stage, on: date) -> Stage:
    """The same for support that is asked for already, but for another day: whoever was to give it is not looked at again."""
    if stage.support_role is None and stage.support_id is None:
        return stage
    context = work.context
    decision = support_lead_time(context.policy, context.calendar, asked=context.clock.today(), on=on)
    return replace(stage, support_late=work.decide(decision).outcome == "short")


def _check_role(work: Transaction, role: Role) -> None:
    holders = select(Staff.id).join(StaffRole, col(StaffRole.staff_id) == Staff.id)
    if work.session.exec(holders.where(StaffRole.role == role, col(Staff.active))).first() is None:
        raise Refused(
            msg("nobody who is active holds the role {role}, so nobody can give the support", role=label("role", role)),
            msg("add one with: salesflow staff add LOGIN --role {role}; or ask somebody by login", role=role.value),
            code="no-supporter",
            details={"role": role.value},
        )


def _check_person(work: Transaction, staff_id: int) -> None:
    person = work.session.get(Staff, staff_id)
    if person is None or not person.active:
        login = str(staff_id) if person is None else person.login
        raise Refused(
            msg("{login} is no longer active, so cannot give the support", login=login),
            msg("ask somebody else, or a role; see: salesflow staff list"),
            code="no-supporter",
        )
