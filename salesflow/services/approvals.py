"""Approvals: one mechanism for whatever needs one. A subject goes out with a route; its steps are decided in their order.

The subject's own service is told how it ended, in the same transaction: see `Hooks`. A subject that changed after it was
submitted cannot be approved; it can still be rejected or withdrawn, which returns it to its owner for a new round.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Final, NamedTuple, Protocol, cast

from sqlmodel import col, select

from salesflow.db.transaction import Transaction
from salesflow.enums import ApprovalState, Role, StepDecision, SubjectKind
from salesflow.errors import Conflict, NotFound, Refused
from salesflow.i18n import Message, dump, label, msg
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.rules.approvals import Step, rejection_reason
from salesflow.rules.deadlines import approval_deadline
from salesflow.rules.decision import Decision
from salesflow.services.approvers import Standing, check_decider, check_route, check_withdrawer, same_subject
from salesflow.text import clean, fold

SUBJECTS: Final = {
    SubjectKind.QUOTE: "salesflow.services.quotes",
    SubjectKind.ORDER: "salesflow.services.orders",
    SubjectKind.OBJECTION: "salesflow.services.objections",
    SubjectKind.CONTRACT: "salesflow.services.contracts",
    SubjectKind.PRICE: "salesflow.services.prices",
}


class Subject(NamedTuple):
    """What is to be approved: its kind, key and number, whose it is, and its amount in fen."""

    kind: SubjectKind
    id: int
    ref: str
    customer_id: int | None
    amount: int | None


class Hooks(Protocol):
    """What a subject's service has: called inside the transaction that submits or decides.

    Where taking it back is something else than being sent back, it has `withdrawn` too, which is called as `returned`.
    """

    def fingerprint(self, work: Transaction, subject_id: int) -> str:
        """A text that differs as soon as anything differs that an approver has looked at."""

    def approved(self, work: Transaction, subject_id: int) -> None:
        """The last step was approved."""

    def returned(self, work: Transaction, subject_id: int, reason: str) -> None:
        """A step was rejected."""


class _Turn(NamedTuple):
    """An approval at the step that is to be decided now, by somebody who may."""

    approval: Approval
    step: ApprovalStep
    following: ApprovalStep | None
    standing: Standing


def submit(work: Transaction, subject: Subject, steps: Sequence[Step]) -> Approval:
    """Ask for the approval of a subject: a new round, in which the first step waits from now on.

    steps: the route, not empty. A round that is still open becomes void. Refused where nobody could decide a step.
    """
    if not steps:
        raise ValueError(subject.ref)
    for step in steps:
        check_route(work, subject.ref, step.role)
    void(work, subject.kind, subject.id)
    work.session.flush()
    earlier = select(Approval.round).where(same_subject(subject.kind, subject.id, subject.ref))
    year = work.context.clock.local(work.now).year
    approval = work.add(
        Approval(
            number=f"AP{year}-{work.next_number(f'approval/{year}'):04d}",
            subject_kind=subject.kind,
            subject_id=subject.id,
            subject_ref=subject.ref,
            customer_id=subject.customer_id,
            amount=subject.amount,
            submitted_by=work.actor.id,
            submitted_at=work.now,
            state=ApprovalState.PENDING,
            round=max(work.session.exec(earlier).all(), default=0) + 1,
            fingerprint=_hooks(subject.kind).fingerprint(work, subject.id),
        )
    )
    assert approval.id is not None
    records = [_record(approval.id, position, step) for position, step in enumerate(steps, 1)]
    _start(work, records[0])
    work.session.add_all(records)
    work.session.flush()
    after = {"subject": subject.ref, "round": approval.round, "route": [step.role.value for step in steps]}
    work.audit("approval.submit", "approval", approval.number, after=after, rule=steps[0].rule)
    return approval


def approve(work: Transaction, number: str, comment: str | None = None, *, seen: int | None = None) -> Approval:
    """Approve the step that waits; with the last one the subject is approved.

    seen: the version that the approver looked at (`queries.approvals.version`). Raises NotFound, Conflict where
    somebody else was faster, Refused where the approval is closed or the subject changed, and what `check_decider`
    raises.
    """
    turn = _turn(work, number, seen)
    approval = turn.approval
    hooks = _hooks(approval.subject_kind)
    if hooks.fingerprint(work, approval.subject_id) != approval.fingerprint:
        hint = msg(
            'reject it, so that its owner submits it again: salesflow approval reject {number} --reason "…"',
            number=approval.number,
        )
        said = msg("{ref} changed after it was submitted; it cannot be approved", ref=approval.subject_ref)
        raise Refused(said, hint, code="subject-changed")
    kept = _clean(work, comment, msg("comment"))
    if turn.following is None:
        _decide(work, turn, StepDecision.APPROVED, kept, {"state": ApprovalState.APPROVED.value, "closed_at": work.now})
        hooks.approved(work, approval.subject_id)
    else:
        _start(work, turn.following)
        _decide(work, turn, StepDecision.APPROVED, kept, {"current_step": turn.following.step})
    return approval


def reject(work: Transaction, number: str, reason: str | None = None, *, seen: int | None = None) -> Approval:
    """Reject at the step that waits: the subject goes back to its owner with the reason.

    Raises as `approve` does (but a changed subject can be rejected), and RuleRefused of rejection-reason.
    """
    turn = _turn(work, number, seen)
    kept = _clean(work, reason, msg("reason"))
    work.decide(rejection_reason(decision=StepDecision.REJECTED, reason=kept))
    _decide(work, turn, StepDecision.REJECTED, kept, {"state": ApprovalState.REJECTED.value, "closed_at": work.now})
    _hooks(turn.approval.subject_kind).returned(work, turn.approval.subject_id, kept)
    return turn.approval


def withdraw(work: Transaction, number: str, reason: str | None = None, *, seen: int | None = None) -> Approval:
    """Take back what waits for its approval: the subject is its owner's again, with the reason if there is one.

    Raises NotFound, Conflict as `approve` does, Refused where it is closed, NotPermitted for who neither submitted it nor
    has the subject now.
    """
    approval = _pending(work, number, seen)
    check_withdrawer(work, approval)
    kept = _clean(work, reason, msg("reason"))
    outcome = {"state": ApprovalState.WITHDRAWN.value, "closed_at": work.now, "withdrawn_because": kept or None}
    before, after = work.changed(approval, {**outcome, "withdrawn_by": work.actor.id})
    work.session.add(approval)
    work.session.flush()
    work.audit("approval.withdraw", "approval", approval.number, before=before, after=after)
    hooks = _hooks(approval.subject_kind)
    getattr(hooks, "withdrawn", hooks.returned)(work, approval.subject_id, kept)
    return approval


def void(work: Transaction, kind: SubjectKind, subject_id: int) -> None:
    """End the open round of a subject without a decision: it is asked for anew, or no longer."""
    found = select(Approval).where(Approval.subject_kind == kind, Approval.subject_id == subject_id)
    for approval in work.session.exec(found.where(Approval.state == ApprovalState.PENDING)).all():
        before, after = work.changed(approval, {"state": ApprovalState.VOID.value, "closed_at": work.now})
        work.session.add(approval)
        work.audit("approval.void", "approval", approval.number, before=before, after=after)


def _pending(work: Transaction, number: str, seen: int | None) -> Approval:
    """The approval of that number, which is open still and as it was seen."""
    approval = work.session.exec(select(Approval).where(Approval.number == fold(number).upper())).first()
    if approval is None:
        raise NotFound(
            msg("there is no approval {number}", number=number),
            msg("see: salesflow approval list --all"),
            code="unknown-approval",
        )
    if approval.state != ApprovalState.PENDING:
        state = label("approvalstate", approval.state)
        raise Refused(
            msg("{number} is {state} already", number=approval.number, state=state),
            msg("see who decided and why: salesflow approval show {number}", number=approval.number),
            code="state",
        )
    if seen is not None and seen != approval.version:
        raise Conflict(
            msg("somebody else decided on {number} meanwhile", number=approval.number),
            msg("look again: salesflow approval show {number}", number=approval.number),
        )
    return approval


def _turn(work: Transaction, number: str, seen: int | None) -> _Turn:
    approval = _pending(work, number, seen)
    found = select(ApprovalStep).where(ApprovalStep.approval_id == approval.id).order_by(col(ApprovalStep.step))
    steps = list(work.session.exec(found).all())
    step = steps[approval.current_step - 1]
    standing = check_decider(work, approval, steps, step)
    return _Turn(approval, step, next((other for other in steps if other.step == step.step + 1), None), standing)


def _decide(work: Transaction, turn: _Turn, decision: StepDecision, comment: str, outcome: dict[str, object]) -> None:
    """Write the decision down, and what becomes of the approval by it."""
    approval, step = turn.approval, turn.step
    assert step.waiting_since is not None
    work.decide(_deadline(work, step, waiting_since=step.waiting_since, decided=work.now))
    made = {"decision": decision.value, "comment": comment or None, **turn.standing._asdict()}
    work.changed(step, {**made, "decided_by": work.actor.id, "decided_at": work.now})
    before, after = work.changed(approval, outcome)
    work.session.add_all((approval, step))
    work.session.flush()
    verb = "approve" if decision is StepDecision.APPROVED else "reject"
    after = {"step": step.step, "role": step.role, **made, **after}
    work.audit(f"approval.{verb}", "approval", approval.number, before=before, after=after, rule=step.rule)


def _record(approval_id: int, position: int, step: Step) -> ApprovalStep:
    return ApprovalStep(
        approval_id=approval_id,
        step=position,
        role=step.role,
        rule=step.rule,
        why=dump(step.why),
        deadline_workdays=step.deadline_workdays,
    )


def _start(work: Transaction, step: ApprovalStep) -> None:
    """From now on the step waits."""
    deadline = _deadline(work, step, waiting_since=work.now, decided=None)
    assert deadline.value is not None
    step.waiting_since = work.now
    step.due_at = deadline.value
    work.session.add(step)


def _deadline(
    work: Transaction, step: ApprovalStep, *, waiting_since: datetime, decided: datetime | None
) -> Decision[datetime]:
    local = work.context.clock.local
    return approval_deadline(
        work.context.policy,
        work.context.calendar,
        role=Role(step.role),
        waiting_since=local(waiting_since),
        decided=None if decided is None else local(decided),
        now=local(work.now),
        workdays=step.deadline_workdays,
    )


def _clean(work: Transaction, given: str | None, what: Message) -> str:
    return clean(given or "", limit=work.context.policy.limits.text, what=what)


def _hooks(kind: str) -> Hooks:
    return cast(Hooks, import_module(SUBJECTS[SubjectKind(kind)]))
