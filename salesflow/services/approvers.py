"""Who may decide a step: active holders of its role, as the database has them in this transaction, but not on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlmodel import col, select, text

from salesflow.db.transaction import Transaction
from salesflow.enums import Role, SubjectKind
from salesflow.errors import NotPermitted, Refused
from salesflow.i18n import Message, label, msg
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.models.staff import Staff
from salesflow.rules.approvals import separation_of_duties

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


# Who made a deal or one of its versions, and whose it is: all of them have a hand in what is asked for.
_DEALS: Final = {SubjectKind.QUOTE: "quote", SubjectKind.ORDER: "sales_order", SubjectKind.CONTRACT: "contract"}
_HANDS: Final = """SELECT staff.login FROM {} deal
    JOIN state_change change ON change.subject_kind = :kind AND change.subject_id = deal.id AND change.from_state IS NULL
    JOIN staff ON staff.id IN (change.by_id, deal.owner_id) WHERE deal.number = :number"""


def check_route(work: Transaction, ref: str, role: Role) -> None:
    """Refuse a step at which a subject would be stuck: nobody holds the role, or only the submitter, who may not decide."""
    holders = _holders(work, role)
    if not holders:
        raise Refused(
            msg("{ref} needs the approval of the role {role}, which nobody holds", ref=ref, role=label("role", role)),
            _add_holder(role),
            code="no-approver",
        )
    login = work.actor.login
    if holders == [login]:
        own = separation_of_duties(
            work.context.policy, approver=login, submitter=login, role=role, active_holders=holders
        )
        if own.refused:
            work.decide(own)


def check_decider(work: Transaction, approval: Approval, steps: list[ApprovalStep], step: ApprovalStep) -> bool:
    """Whether the actor decides on their own submission; an error where they may not decide the step at all.

    Raises NotPermitted for who does not hold the step's role, Refused where the step of their own role is decided
    already, RuleRefused of separation-of-duties. Whoever submitted the subject in any of its rounds counts as its
    submitter, and so does who made a deal or owns it: a second hand does not make it somebody else's.
    """
    role, login = Role(step.role), work.actor.login
    holders = _holders(work, role)
    if login not in holders:
        raise _not_theirs(work, approval, steps, role, holders)
    own = login in _submitters(work, approval)
    submitter = login if own else _login(work, approval.submitted_by)
    work.decide(
        separation_of_duties(
            work.context.policy, approver=login, submitter=submitter, role=role, active_holders=holders
        )
    )
    return own


def _not_theirs(
    work: Transaction, approval: Approval, steps: list[ApprovalStep], role: Role, holders: list[str]
) -> Refused | NotPermitted:
    number, waits_for, login = approval.number, label("role", role), work.actor.login
    hint = msg("it can be decided by: {holders}", holders=holders) if holders else _add_holder(role)
    for step in steps:
        if step.decision is not None and step.role in work.actor.roles:
            decided = label("role", step.role)
            said = msg(
                "{number} has its decision of the role {decided} and waits for the role {role}",
                number=number,
                decided=decided,
                role=waits_for,
            )
            return Refused(said, hint, code="step-decided")
    said = msg(
        "{number} waits for the role {role}, which {login} does not hold", number=number, role=waits_for, login=login
    )
    return NotPermitted(said, hint)


def _add_holder(role: Role) -> Message:
    return msg("add somebody who does: salesflow staff add LOGIN --name NAME --role {role}", role=role.value)


def _holders(work: Transaction, role: Role) -> list[str]:
    """The logins of the role's active holders, sorted."""
    sql = (
        "SELECT staff.login FROM staff JOIN staff_role ON staff_role.staff_id = staff.id "
        "WHERE staff_role.role = :role AND staff.active ORDER BY staff.login"
    )
    return list(work.session.execute(text(sql), {"role": role.value}).scalars())


def same_subject(kind: str, subject_id: int, ref: str) -> ColumnElement[bool]:
    """The rounds of one subject: of a quote those of all its versions, which have one number."""
    if kind == SubjectKind.QUOTE:
        return (col(Approval.subject_kind) == kind) & (col(Approval.subject_ref) == ref)
    return (col(Approval.subject_kind) == kind) & (col(Approval.subject_id) == subject_id)


def _submitters(work: Transaction, approval: Approval) -> set[str]:
    about = same_subject(approval.subject_kind, approval.subject_id, approval.subject_ref)
    found = set(
        work.session.exec(select(Staff.login).join(Approval, col(Approval.submitted_by) == Staff.id).where(about)).all()
    )
    table = _DEALS.get(SubjectKind(approval.subject_kind))
    if table is not None:
        deal = {"kind": approval.subject_kind, "number": approval.subject_ref}
        found |= set(work.session.execute(text(_HANDS.format(table)), deal).scalars())
    return found


def _login(work: Transaction, staff_id: int) -> str:
    return str(work.session.execute(text("SELECT login FROM staff WHERE id = :id"), {"id": staff_id}).scalar_one())
