"""Stall analyses: why nothing moves with a customer, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesflow.enums import StallCause, Status
from salesflow.errors import InvalidValue, Refused
from salesflow.i18n import Message, label, msg, nmsg
from salesflow.models.change import StallAnalysis
from salesflow.rules.stale import stall_analysis
from salesflow.services.records import load
from salesflow.text import clean

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Analysed:
    """The analysis' key, and how long it holds. `early`: that none was wanted yet."""

    id: int
    holds: Message
    early: Message | None


def analyse(work: Transaction, customer_id: int, cause: StallCause, strategy: str) -> Analysed:
    """Keep the cause and a strategy. Raises Refused for a closed or archived customer, InvalidValue for an unusable text."""
    customer = load(work, customer_id)
    status = Status(customer.status)
    if not status.is_open:
        raise Refused(
            msg("{code} {name} is {status}", code=customer.code, name=customer.name, status=label("status", status)),
            msg("only open customers are analysed; reopen it first with: salesflow customer status"),
            code="state",
        )
    text = clean(strategy, limit=work.context.policy.limits.text, what=msg("the strategy"), multiline=True)
    if not text:
        raise InvalidValue(msg("the strategy is empty"), msg("say what is to be done: --strategy TEXT"))
    clock, days = work.context.clock, work.context.policy.stall_analysis.days
    today = clock.today()
    since = customer.last_progress_on or clock.local(customer.first_contact_at).date()
    wanted = stall_analysis(work.context.policy, status=status, since=since, today=today)
    made = work.add(
        StallAnalysis(
            customer_id=customer_id, at=work.now, made_on=today, by_id=work.actor.id, cause=cause, strategy=text
        )
    )
    assert made.id is not None
    work.audit("customer.stall", "customer", customer.code, after={"cause": cause, "since": since}, rule=wanted.rule)
    early = None
    if wanted.value is None:
        early = nmsg(
            "none was wanted yet: {count} day without progress",
            "none was wanted yet: {count} days without progress",
            count=(today - since).days,
        )
    holds = msg("it holds until there is progress")
    if days:
        holds = nmsg(
            "it holds until there is progress; {count} day later without any another one is wanted",
            "it holds until there is progress; {count} days later without any another one is wanted",
            count=days,
        )
    return Analysed(made.id, holds, early)
