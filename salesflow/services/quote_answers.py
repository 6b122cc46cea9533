"""What happens to an approved quote outside: it is sent to the customer, who accepts or declines it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlmodel import select

from salesflow.clock import from_db
from salesflow.enums import LossReason, OpportunityStage, QuoteState
from salesflow.errors import Conflict, InvalidValue
from salesflow.i18n import msg
from salesflow.models.quote import Quote
from salesflow.rules.pricing import quote_standing
from salesflow.services import states
from salesflow.services.quote_records import KIND, follow, grade_of_open_customer, move, newest, refuse_unapproved
from salesflow.subject import Subject
from salesflow.text import reason as required_reason

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer


def accept(work: Transaction, number: str, on: date, *, evidence: Sequence[str] = (), seen: int | None = None) -> Quote:
    """The customer confirmed the quote on that day: that is progress, also of its opportunity.

    evidence: files that show it, attached to the quote. seen: the version that the customer has, where only that will do.
    Raises NotFound, Conflict, InvalidValue for a day in the future or before the quote was made or approved; Refused where
    it is not approved or no longer open; RuleRefused of quote-validity where it had expired by that day; FileProblem.
    """
    from salesflow.services import schedule

    quote = newest(work, number, seen=seen)
    refuse_unapproved(work, quote)
    states.check(KIND, quote.number, quote.state, QuoteState.ACCEPTED)
    _check_day(work, quote, on)
    standing = quote_standing(work.context.policy, valid_until=quote.valid_until, today=on)
    if standing.refused:
        work.decide(standing)
    quote.accepted_on = on
    move(work, quote, QuoteState.ACCEPTED, facts={"accepted_on": on, "version": quote.version})
    schedule.mark_progress(work, _customer(work, quote), on)
    follow(work, quote, OpportunityStage.CONTRACT, msg("{number} was accepted", number=quote.number))
    if evidence:
        _attach(work, quote, evidence)
    return quote


def decline(
    work: Transaction, number: str, reason: str, *, loss_reason: LossReason | None = None, seen: int | None = None
) -> Quote:
    """The customer does not want the quote. What waits for an approval waits no longer.

    Raises NotFound, Conflict, InvalidValue where nothing says why, Refused where the quote is accepted or declined already.
    """
    quote = newest(work, number, seen=seen)
    why = required_reason(reason, limit=work.context.policy.limits.text)
    states.check(KIND, quote.number, quote.state, QuoteState.DECLINED)
    if quote.state == QuoteState.PENDING_APPROVAL:
        from salesflow.services import approvals

        assert quote.id is not None
        approvals.void(work, KIND, quote.id)
    quote.loss_reason = loss_reason
    facts = {"version": quote.version, **({} if loss_reason is None else {"loss_reason": loss_reason.value})}
    move(work, quote, QuoteState.DECLINED, reason=why, facts=facts)
    return quote


def sent(work: Transaction, number: str, seen_edition: int, *, version: int | None = None) -> Quote:
    """The quote goes to the customer, for the first time or again: that is progress.

    seen_edition: the edition that the document was made from; version: whose, where that matters. Raises NotFound,
    Refused where it is not approved, no longer open, or for a customer out of the running, RuleRefused of quote-validity
    where it has expired, Conflict where it changed since the document was made.
    """
    from salesflow.services import schedule

    quote = newest(work, number, seen=version)
    if quote.edition != seen_edition:
        raise Conflict(
            msg("{number} was changed while its document was made", number=quote.number),
            msg("look at it again, then send it again: salesflow quote show {number}", number=quote.number),
            code="changed",
        )
    refuse_unapproved(work, quote)
    if quote.state != QuoteState.SENT:
        states.check(KIND, quote.number, quote.state, QuoteState.SENT)
    grade_of_open_customer(work, quote.customer_id)
    work.decide(quote_standing(work.context.policy, valid_until=quote.valid_until, today=work.context.clock.today()))
    again, quote.sent_at = quote.sent_at, work.now
    if quote.state == QuoteState.SENT:
        work.session.add(quote)
        before = {"sent_at": again}
        work.audit(
            "quote.send", KIND, quote.number, before=before, after={"sent_at": work.now, "version": quote.version}
        )
    else:
        move(work, quote, QuoteState.SENT, facts={"version": quote.version})
    schedule.mark_progress(work, _customer(work, quote))
    return quote


def _customer(work: Transaction, quote: Quote) -> Customer:
    from salesflow.models.customer import Customer

    return work.session.exec(select(Customer).where(Customer.id == quote.customer_id)).one()


def _attach(work: Transaction, quote: Quote, evidence: Sequence[str]) -> None:
    from salesflow.enums import AttachmentKind
    from salesflow.services import attachments

    assert quote.id is not None
    subject = Subject(KIND, quote.id, quote.number, quote.customer_id)
    attachments.attach(work, subject, [attachments.NewFile(path, AttachmentKind.OTHER) for path in evidence])


def _check_day(work: Transaction, quote: Quote, on: date) -> None:
    hint = msg("give the day on which the customer confirmed")
    number = quote.number
    if on > work.context.clock.today():
        raise InvalidValue(msg("{date} is in the future", date=on), hint, code="future")
    if on < quote.created_on:
        raise InvalidValue(
            msg("{date} is before {number} was made, on {made}", date=on, number=number, made=quote.created_on), hint
        )
    approved = _approved_on(work, quote)
    if on < approved:
        raise InvalidValue(
            msg("{date} is before {number} was approved, on {approved}", date=on, number=number, approved=approved),
            hint,
        )


def _approved_on(work: Transaction, quote: Quote) -> date:
    """The day from which on the quote could be promised."""
    sql = "SELECT max(at) FROM state_change WHERE subject_kind = :kind AND subject_id = :id AND to_state = :approved"
    found = work.look_up(sql, {"kind": KIND.value, "id": quote.id, "approved": QuoteState.APPROVED.value})
    assert found is not None
    return quote.created_on if found[0] is None else work.context.clock.local(from_db(found[0])).date()
