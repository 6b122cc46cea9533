"""A customer's status and grade: every change is checked by the rules, kept as history, audited, and moves the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from salesflow.db.transaction import Transaction
from salesflow.enums import Grade, LossReason, Status
from salesflow.models.change import GradeChange, StatusChange
from salesflow.models.customer import Customer
from salesflow.rules.decision import Decision
from salesflow.rules.status import loss_reason, status_reason, status_transition, won_evidence
from salesflow.services import schedule

FORWARD = (Status.PROSPECT, Status.INTERESTED, Status.HOT, Status.WON)


@dataclass(frozen=True, slots=True)
class NewStatus:
    """A change of status as asked for; `override` is a manager's word against rule won-evidence."""

    status: Status
    reason: str
    loss_reason: LossReason | None = None
    competitor: str | None = None
    override: bool = False


def change_status(
    work: Transaction,
    customer: Customer,
    new: NewStatus,
    *,
    contract_signed: bool = False,
    payment_received: bool = False,
    rule: str | None = None,
    run_id: int | None = None,
    replan: bool = True,
) -> Decision[date] | None:
    """Change the status; gives the decision on the next follow-up (None with `replan=False`: the caller plans).

    Raises RuleRefused of status-reason, status-transition, loss-reason, won-evidence. Moving forward counts as progress.
    """
    assert customer.id is not None
    old = Status(customer.status)
    work.decide(status_transition(old=old, new=new.status))
    work.decide(status_reason(reason=new.reason))
    work.decide(loss_reason(new=new.status, category=new.loss_reason))
    work.decide(
        won_evidence(
            new=new.status,
            contract_signed=contract_signed,
            payment_received=payment_received,
            override=new.override,
            roles=work.actor.roles,
            reason=new.reason,
        )
    )
    lost = new.status is Status.LOST
    work.add(
        StatusChange(
            customer_id=customer.id,
            at=work.now,
            by_id=work.actor.id,
            from_status=old,
            to_status=new.status,
            reason=new.reason,
            loss_reason=new.loss_reason if lost else None,
            competitor=new.competitor if lost else None,
            rule=rule,
            run_id=run_id,
        )
    )
    before, after = work.changed(customer, {"status": new.status.value})
    after |= {"loss_reason": new.loss_reason, "run": run_id}  # the words are in the history, which can be blanked
    work.session.add(customer)
    work.audit("customer.status", "customer", customer.code, before=before, after=after, rule=rule)
    if is_forward(old, new.status):
        schedule.mark_progress(work, customer)
    return schedule.replan(work, customer) if replan else None


def is_forward(old: Status, new: Status) -> bool:
    """Whether a change of status brings the customer nearer to a deal: that is progress."""
    return old in FORWARD and new in FORWARD and FORWARD.index(new) > FORWARD.index(old)


def change_grade(
    work: Transaction,
    customer: Customer,
    grade: Grade,
    reason: str,
    *,
    rule: str | None = None,
    run_id: int | None = None,
) -> Decision[date]:
    """Change the grade; gives the decision on the next follow-up. A raised grade counts as progress."""
    assert customer.id is not None
    old = customer.grade
    work.add(
        GradeChange(
            customer_id=customer.id,
            at=work.now,
            by_id=work.actor.id,
            from_grade=old,
            to_grade=grade,
            reason=reason,
            rule=rule,
            run_id=run_id,
        )
    )
    before, after = work.changed(customer, {"grade": grade.value})
    work.session.add(customer)
    work.audit(
        "customer.grade",
        "customer",
        customer.code,
        before=before,
        after={**after, "run": run_id},
        rule=rule,
    )
    if old is not None and grade.value < old:
        schedule.mark_progress(work, customer)
    return schedule.replan(work, customer)
