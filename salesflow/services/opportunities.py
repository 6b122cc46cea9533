"""Opportunities (商机): one possible deal with a customer, from stage to stage until it is won or lost."""

from __future__ import annotations

from typing import Final

from sqlmodel import select

from salesflow.db.transaction import Transaction
from salesflow.enums import OpportunityStage
from salesflow.i18n import Message, render
from salesflow.models.opportunity import Opportunity
from salesflow.services import states

KIND: Final = "opportunity"
FORWARD: Final = (
    OpportunityStage.DISCOVERY,
    OpportunityStage.PROPOSAL,
    OpportunityStage.NEGOTIATION,
    OpportunityStage.CONTRACT,
    OpportunityStage.WON,
)
"""The way of a deal that goes well."""


def follow(work: Transaction, opportunity_id: int, stage: OpportunityStage, why: Message) -> None:
    """Move an opportunity on to the stage that a document of its own proves; `why` goes into its history.

    A quote made or sent proves `proposal`, a revised one `negotiation`, an accepted one `contract`, a signed contract
    `won`. It never goes back a stage, and one that is won or lost stays so.
    """
    opportunity = work.session.exec(select(Opportunity).where(Opportunity.id == opportunity_id)).one()
    now = OpportunityStage(opportunity.state)
    if now.is_open and FORWARD.index(stage) > FORWARD.index(now):
        step(work, opportunity, stage, render(why))


def step(work: Transaction, opportunity: Opportunity, stage: OpportunityStage, reason: str = "") -> None:
    """Put the opportunity into a stage, from now on. Raises Refused where the table of states forbids it."""
    states.check(KIND, opportunity.number, opportunity.state, stage)
    opportunity.stage_since = work.now
    opportunity.closed_on = None if stage.is_open else work.context.clock.today()
    opportunity.version += 1
    states.move(work, KIND, opportunity, stage, reason=reason)
