"""Who may decide a step: active holders of its role, as the database has them in this transaction, but not on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import col, text

from salesflow.db.transaction import Transaction
from salesflow.enums import Role, SubjectKind
from salesflow.errors import NotPermitted, Refused
from salesflow.i18n import Message, label, msg
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.rules.approvals import separation_of_duties
from salesflow.services import delegations

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_DEALS: Final = {SubjectKind.QUOTE: "quote", SubjectKind.ORDER: "sales_order", SubjectKind.CONTRACT: "contract"}


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
    their own role is decided already, RuleRefused of separation-of-duties, for whoever has a hand in it (`v_approval_hand`).
    """
    role, login = Role(step.role), work.actor.login
    holders = _holders(work, role)
    hands = _hands(work, approval)
    absent: list[delegations.Absent] = []
    if login not in holders:
        absent = delegations.stood_in_for(work, role)
        if not absent:
            raise _not_theirs(work, approval, steps, role, holders)
    # whoever of them has no hand in it, if there is one
    delegator = min(absent, key=lambda one: (one.login in hands, one.login), default=None)
    earlier = [one for one in steps if one.decided_by == work.actor.id]
    work.decide(
        separation_of_duties(
            work.context.policy,
            approver=login,
            submitter=_login(work, approval.submitted_by),
            hands=hands,
            role=role,
            active_holders=holders,
            delegator=None if delegator is None else delegator.login,
            again=any(delegator is not None or one.decided_for is not None for one in earlier),
        )
    )
    if delegator is None:
        return Standing(login in hands)
    return Standing(not hands.isdisjoint((login, delegator.login)), delegator.id)


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


def _hands(work: Transaction, approval: Approval) -> set[str]:
    work.session.flush()
    sql = text("SELECT login FROM v_approval_hand WHERE approval_id = :id")
    return set(work.session.execute(sql, {"id": approval.id}).scalars())


def _login(work: Transaction, staff_id: int) -> str:
    return str(work.session.execute(text("SELECT login FROM staff WHERE id = :id"), {"id": staff_id}).scalar_one())
