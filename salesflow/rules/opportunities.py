"""How likely an opportunity is to be won, what it is worth so weighted, and how long it may stay in one stage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from salesflow.enums import OpportunityStage
from salesflow.i18n import label, msg, nmsg
from salesflow.money import Fen, half_up
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy

OPPORTUNITY_AGE: Final = "opportunity-age"
CERTAIN: Final = 10_000
"""The probability of what is won, in basis points."""


def probability(policy: Policy, stage: OpportunityStage) -> int:
    """How likely an opportunity in that stage is to be won, in basis points; of a closed one 100 % or nothing."""
    if stage is OpportunityStage.WON:
        return CERTAIN
    return 0 if stage is OpportunityStage.LOST else int(getattr(policy.opportunity, stage.value))


def weighted(policy: Policy, *, stage: OpportunityStage, amount: Fen) -> Fen:
    """The amount times its stage's probability, rounded half up to the fen."""
    return half_up(amount * probability(policy, stage), CERTAIN)


def allowed_days(policy: Policy, stage: OpportunityStage) -> int:
    """How many days an opportunity may stay in that stage; 0 where there is no limit."""
    return int(getattr(policy.opportunity_age, f"{stage.value}_days")) if stage.is_open else 0


def opportunity_age(policy: Policy, *, stage: OpportunityStage, since: date, today: date) -> Decision[date]:
    """An open opportunity stays in one stage for a number of days at most, then it is flagged.

    `value` is the last day on which it may be there, None where there is no limit. Outcome: "ok" or "old". Source:
    process-overview, which has the stages and no numbers; these are the policy's.
    """
    days, limit = max(0, (today - since).days), allowed_days(policy, stage)
    facts: dict[str, object] = {"stage": stage, "since": since, "days_in_stage": days}
    if not limit:
        return Decision(OPPORTUNITY_AGE, "ok", Strength.OFF, msg("there is no limit to its days in this stage"), facts)
    facts["allowed_days"] = limit
    last = since + timedelta(days=limit)
    if today <= last:
        text = msg("in stage {stage} since {since}; it may be there until {last}", **_named(stage, since), last=last)
        return Decision(OPPORTUNITY_AGE, "ok", Strength.OFF, text, facts, last)
    text = nmsg(
        "in stage {stage} for {count} day, {limit} are allowed",
        "in stage {stage} for {count} days, {limit} are allowed",
        count=days,
        stage=label(OpportunityStage.kind(), stage),
        limit=limit,
    )
    hint = msg("move it on, or close it: salesflow opportunity move, win, lose")
    return Decision(OPPORTUNITY_AGE, "old", Strength.FLAG, text, facts, last, hint)


def _named(stage: OpportunityStage, since: date) -> dict[str, object]:
    return {"stage": label(OpportunityStage.kind(), stage), "since": since}
