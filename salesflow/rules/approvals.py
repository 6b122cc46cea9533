"""Routes of approval, and who may decide what.

A route is what several rules ask for, made one: the steps stand in the order in which the first rule that names a
role puts it (an order's is manager, finance, operations; a contract's is legal, finance, manager), and the director
always comes last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Role, StepDecision
from salesflow.i18n import Message, label, msg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

SEPARATION_OF_DUTIES: Final = "separation-of-duties"
REJECTION_REASON: Final = "rejection-reason"


class Step(NamedTuple):
    """One decision that is wanted: whose, by which rule, why, and within how many working days."""

    role: Role
    rule: str
    why: Message
    deadline_workdays: int


def merge_routes(*routes: Iterable[Step]) -> tuple[Step, ...]:
    """One route without a role twice, the director last; each rule's own order is kept otherwise.

    Where two rules want the same role, the step carries the first one's id, the reasons of both and the shorter
    deadline.
    """
    steps: dict[Role, Step] = {}
    for route in routes:
        for step in route:
            earlier = steps.get(step.role)
            steps[step.role] = step if earlier is None else _both(earlier, step)
    return tuple(sorted(steps.values(), key=lambda step: step.role is Role.DIRECTOR))


def separation_of_duties(
    policy: Policy,
    *,
    approver: str,
    submitter: str,
    role: Role,
    active_holders: Collection[str],
    hands: Collection[str] = (),
    delegator: str | None = None,
    again: bool = False,
) -> Decision[None]:
    """Nobody decides on their own submission. `active_holders`: the logins that hold the step's role and are active.

    hands: who else has a hand in it, as who made, changed or owns it; what holds for the submitter holds for them. Where the
    policy allows it, a role's only active holder may decide, and the decision is marked. delegator: in whose place the
    approver decides; that is as good as their own decision, so neither may have a hand in it, and the exception for the
    only holder is not for a deputy. again: the approver decided another step of the round, and one of the two in somebody's
    place: that is no second signature. Outcome: "ok", "self-approved" (flagged), "own-submission" or "second-signature"
    (refused, or as strong as the policy says). Source: process-overview (不相容岗位).
    """
    section = policy.separation_of_duties
    facts: dict[str, object] = {"approver": approver, "submitter": submitter, "role": role}
    if delegator is not None:
        facts["delegator"] = delegator
    names: dict[str, object] = {
        "approver": approver,
        "submitter": submitter,
        "delegator": delegator,
        "role": label("role", role),
    }
    involved = {submitter, *hands}
    own = next((one for one in (approver, delegator) if one in involved), None)
    others = sorted({*active_holders} - involved - ({approver} if again else set()))
    hint = msg("nobody else holds the role {role}: give it to a second person", **names)
    if others:
        hint = msg("ask another holder of the role {role}: {others}", others=others, **names)
    if again and section.strength is not Strength.OFF:
        text = msg("{approver} decided a step of this already: a deputy's second signature is none", **names)
        return Decision(SEPARATION_OF_DUTIES, "second-signature", section.strength, text, facts, hint=hint)
    if own is None or section.strength is Strength.OFF:
        text = msg("submitted by {submitter}, decided by {approver}", **names)
        if delegator is not None:
            text = msg("submitted by {submitter}, decided by {approver} for {delegator}", **names)
        return Decision(SEPARATION_OF_DUTIES, "ok", Strength.OFF, text, facts)
    facts["active_holders"] = sorted(active_holders)
    if own != submitter:
        facts["involved"] = own
    if delegator is None and section.allow_only_holder and set(active_holders) == {approver}:
        text = msg("self-approved: {approver} submitted it and is the only holder of the role {role}", **names)
        if own != submitter:
            text = msg("self-approved: {approver} has a hand in it and is the only holder of the role {role}", **names)
        return Decision(SEPARATION_OF_DUTIES, "self-approved", Strength.FLAG, text, facts)
    text = _own_hand(names, submitted=own == submitter, by_deputy=own == delegator)
    return Decision(SEPARATION_OF_DUTIES, "own-submission", section.strength, text, facts, hint=hint)


def _own_hand(names: dict[str, object], *, submitted: bool, by_deputy: bool) -> Message:
    """What somebody has to do with it who therefore does not decide on it, themselves or through their deputy."""
    if submitted and by_deputy:
        return msg("{delegator} submitted this, and their deputy {approver} cannot decide on it", **names)
    if submitted:
        return msg("{approver} submitted this and cannot decide on it", **names)
    if by_deputy:
        return msg(
            "{delegator} submitted, made, changed or owns this, and their deputy {approver} cannot decide on it",
            **names,
        )
    return msg("{approver} submitted, made, changed or owns this and cannot decide on it", **names)


def rejection_reason(*, decision: StepDecision, reason: str) -> Decision[None]:
    """A rejection has a reason. Outcome: "ok" or "refused". Source: order-toolkit."""
    facts: dict[str, object] = {"decision": decision, "reason": reason}
    if decision is not StepDecision.REJECTED:
        return Decision(REJECTION_REASON, "ok", Strength.OFF, msg("only a rejection needs a reason"), facts)
    if reason.strip():
        return Decision(REJECTION_REASON, "ok", Strength.OFF, msg("rejected because: {reason}", reason=reason), facts)
    text = msg("a rejection needs a reason")
    return Decision(REJECTION_REASON, "refused", Strength.REFUSE, text, facts, hint=msg("say why: --reason TEXT"))


def _both(first: Step, second: Step) -> Step:
    why = msg("{first}; [{rule}] {second}", first=first.why, rule=second.rule, second=second.why)
    return first._replace(why=why, deadline_workdays=min(first.deadline_workdays, second.deadline_workdays))
