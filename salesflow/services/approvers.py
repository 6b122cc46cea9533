"""Who may decide a step: active holders of its role, as the database has them in this transaction, but not on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import col, select, text

from salesflow.db.transaction import Transaction
from salesflow.enums import Role, SubjectKind
from salesflow.errors import NotPermitted, Refused
from salesflow.i18n import Message, label, msg
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.models.staff import Staff
from salesflow.rules.approvals import separation_of_duties
from salesflow.services import delegations

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


class Standing(NamedTuple):
    """In what capacity somebody decides: on their own submission or not, and in whose place (a key) if they are a deputy."""

    self_approved: bool
    decided_for: int | None = None


def check_decider(work: Transaction, approval: Approval, steps: list[ApprovalStep], step: ApprovalStep) -> Standing:
    """In what capacity the actor decides the step; an error where they may not.

    Raises NotPermitted for who neither holds the step's role nor stands in for a holder today, Refused where the step of
    their own role is decided already, RuleRefused of separation-of-duties. Whoever submitted the subject in any of its
    rounds counts as its submitter, and so does who made a deal or owns it: a second hand does not make it somebody else's.
    """
    role, login = Role(step.role), work.actor.login
    holders = _holders(work, role)
    submitters = _submitters(work, approval)
    if login in holders:
        own = login in submitters
        _check_duties(work, approval, role, holders, login if own else None)
        return Standing(own)
    absent = delegations.stood_in_for(work, role)
    if not absent:
        raise _not_theirs(work, approval, steps, role, holders)
    # whoever of them has no hand in it, if there is one
    delegator = min(absent, key=lambda one: (one.login in submitters, one.login))
    hand = next((one for one in (login, delegator.login) if one in submitters), None)
    _check_duties(work, approval, role, holders, hand, delegator.login)
    return Standing(hand is not None, delegator.id)


def _check_duties(
    work: Transaction,
    approval: Approval,
    role: Role,
    holders: list[str],
    own: str | None,
    delegator: str | None = None,
) -> None:
    """Ask rule separation-of-duties; own: who of approver and delegator has submitted it."""
    work.decide(
        separation_of_duties(
            work.context.policy,
            approver=work.actor.login,
            submitter=own or _login(work, approval.submitted_by),
            role=role,
            active_holders=holders,
            delegator=delegator,
        )
    )


def check_withdrawer(work: Transaction, approval: Approval) -> None:
    """Raise NotPermitted unless the actor submitted this round, or has the subject now."""
    submitter = _login(work, approval.submitted_by)
    if work.actor.id == approval.submitted_by or work.actor.login == _owner(work, approval):
        return
    said = msg("{number} was submitted by {submitter}, not by you", number=approval.number, submitter=submitter)
    raise NotPermitted(said, msg("they can withdraw it; an approver rejects it"))


def _owner(work: Transaction, approval: Approval) -> str | None:
    """Whose the subject is now: a deal has an owner of its own; of anything else about a customer it is the customer's."""
    table, key = _DEALS.get(SubjectKind(approval.subject_kind), "customer"), approval.subject_id
    if table == "customer":
        key = approval.customer_id or 0
    sql = f"SELECT staff.login FROM {table} subject JOIN staff ON staff.id = subject.owner_id WHERE subject.id = :id"  # noqa: S608 - names of ours
    return work.session.execute(text(sql), {"id": key}).scalar()


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
