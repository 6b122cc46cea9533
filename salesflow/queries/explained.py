"""What explaining a record gives, and what the rules say of the steps of its approval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from salesflow.clock import from_db
from salesflow.context import Context
from salesflow.enums import Role, StepDecision
from salesflow.rules.approvals import REJECTION_REASON, SEPARATION_OF_DUTIES, rejection_reason, separation_of_duties
from salesflow.rules.deadlines import APPROVAL_DEADLINE, approval_deadline
from salesflow.rules.decision import Decision

OF_STEPS: Final = frozenset((APPROVAL_DEADLINE, SEPARATION_OF_DUTIES, REJECTION_REASON))
"""The rules of `steps`."""


class Explained(NamedTuple):
    """A record's number and customer, the policy version that decided it where it keeps one, and the rules' answers now."""

    ref: str
    name: str | None
    policy_id: int | None
    decisions: list[Decision[Any]]


def steps(context: Context, approval: Mapping[str, Any] | None) -> Iterator[Decision[Any]]:
    """What the rules say of each step that was decided or whose turn it is."""
    if approval is None:
        return
    local, now = context.clock.local, context.clock.local(context.clock.now())
    found = context.reader.rows(
        "SELECT role, waiting_since, deadline_workdays, decision, decided_by, decided_for, decided_at, comment,"
        " self_approved"
        " FROM v_approval_step WHERE number = :number AND waiting_since IS NOT NULL ORDER BY step",
        {"number": approval["number"]},
    )
    for step in found:
        yield approval_deadline(
            context.policy,
            context.calendar,
            role=Role(step["role"]),
            waiting_since=local(from_db(step["waiting_since"])),
            decided=None if step["decided_at"] is None else local(from_db(step["decided_at"])),
            now=now,
            workdays=step["deadline_workdays"],
        )
        if step["decision"] is not None:
            yield _duties(context, step, approval["submitted_by"])
        if step["decision"] == StepDecision.REJECTED:
            yield rejection_reason(decision=StepDecision.REJECTED, reason=step["comment"])


def _duties(context: Context, step: Mapping[str, Any], submitter: str) -> Decision[None]:
    """Who decided against who submitted. Whoever decided on their own was the role's only holder then, whoever is one now."""
    decider, role = step["decided_by"], step["role"]
    holders = [decider] if step["self_approved"] else _holders(context, role)
    submitter = decider if step["self_approved"] else submitter
    return separation_of_duties(
        context.policy,
        approver=decider,
        submitter=submitter,
        role=Role(role),
        active_holders=holders,
        delegator=step["decided_for"],
    )


def _holders(context: Context, role: str) -> list[str]:
    rows = context.reader.rows("SELECT login, roles FROM v_staff WHERE active")
    return [row["login"] for row in rows if role in (row["roles"] or "").split(",")]
