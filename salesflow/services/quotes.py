"""Quotes: made with their prices, sent to approval where the rules ask for one, accepted by the customer.

A quote has versions: `quote_versions` makes the next one. What the customer says to it is in `quote_answers`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import col, select

from salesflow.enums import OpportunityStage, QuoteState
from salesflow.errors import InvalidValue, NotFound, Refused
from salesflow.i18n import label, msg
from salesflow.models.quote import Quote, QuoteExtra, QuoteLine
from salesflow.money import Fen
from salesflow.rules.arithmetic import Totals, add_up
from salesflow.rules.pricing import quote_validity
from salesflow.rules.quote_needs import needs_before_quote
from salesflow.rules.quoting import review
from salesflow.services import states
from salesflow.services.quote_answers import accept, decline, sent
from salesflow.services.quote_lines import NewItem, Priced, price, write
from salesflow.services.quote_records import KIND, by_id, follow, grade_of_open_customer, move, text
from salesflow.text import fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.rules.approvals import Step
    from salesflow.rules.decision import Decision

__all__ = ["NewItem", "NewQuote", "accept", "approved", "decline", "fingerprint", "make", "returned", "sent"]

LONGEST_VALIDITY = 3_660
_NOT_OFFERED = {"state", "accepted_on", "sent_at", "loss_reason", "opportunity_id", "edition", "created_at"}
"""What changes in the life of an offer without changing what is offered."""


@dataclass(frozen=True, slots=True)
class NewQuote:
    """What `quote make` takes. Amounts in fen with tax, discount in basis points; extras are (text, amount).

    draft: keep it back, whether it needs an approval or not. opportunity: the number of one of the customer's open ones.
    """

    customer_id: int
    items: Sequence[NewItem]
    discount: int = 0
    freight: Fen = 0
    extras: Sequence[tuple[str, Fen]] = ()
    valid_days: int | None = None
    payment_terms: str | None = None
    delivery_days: int | None = None
    warranty: str | None = None
    note: str | None = None
    draft: bool = False
    opportunity: str | None = None


class Offer(NamedTuple):
    """What a quote comes to, with the prices and rules of today."""

    lines: list[Priced]
    totals: Totals


def make(work: Transaction, new: NewQuote) -> Quote:
    """Make version 1 of a quote: priced, reviewed by the rules, and unless a draft sent to whoever must approve it.

    Where that is nobody it is approved at once. InvalidValue for what it cannot consist of, NotFound for a SKU or an
    opportunity that is not there, Refused for a retired product, a price above the list price, a customer that is out of
    the running, an opportunity that is not the customer's or not open, RuleRefused of needs-before-quote.
    """
    offer = offered(work, new)
    year = work.context.clock.today().year
    number = f"Q{year}-{work.next_number(f'quote/{year}'):04d}"
    record = _record(work, new, offer.totals, number=number, version=1, owner_id=work.actor.id)
    record.opportunity_id = opportunity_id(work, new)
    return keep(work, new, offer, record, "quote.make")


def offered(work: Transaction, new: NewQuote) -> Offer:
    """Price what is offered. Raises as `make`."""
    if not new.items:
        raise InvalidValue(
            msg("a quote has at least one line"), msg("give one with --item SKU:QUANTITY"), code="no-items"
        )
    lines = priced(work, new)
    totals = add_up([one.line for one in lines], freight=new.freight, extras=[amount for _, amount in new.extras])
    return Offer(lines, totals)


def priced(work: Transaction, new: NewQuote) -> list[Priced]:
    """The lines with the prices of today. Raises as `make`."""
    grade = grade_of_open_customer(work, new.customer_id)
    return [
        price(work, item, number=number, grade=grade, quote_discount=new.discount)
        for number, item in enumerate(new.items, 1)
    ]


def reviewed(work: Transaction, customer_id: int, lines: Sequence[Priced]) -> tuple[Step, ...]:
    """Whom the rules want to approve an offer of the actor's; what they hint at is said, what they refuse is raised."""
    work.decide(_needs(work, customer_id))
    found = review(work.context.policy, roles=work.actor.roles, offered=[one.offered for one in lines])
    for decision in found.decisions:
        work.decide(decision)
    return found.route


def keep(work: Transaction, new: NewQuote, offer: Offer, quote: Quote, action: str) -> Quote:
    """Write a version of a quote, reviewed by the rules, and unless it is a draft send it on."""
    route = reviewed(work, new.customer_id, offer.lines)
    work.add(quote)
    assert quote.id is not None
    write(work, quote.id, offer.lines)
    _write_extras(work, quote.id, new.extras)
    states.begin(work, KIND, quote)
    after = quote.model_dump(exclude={"id", "number", "edition", "created_at"})
    work.audit(action, KIND, quote.number, after={**after, "items": [str(one) for one in offer.lines]})
    if not new.draft:
        submit(work, quote, route)
    return quote


def submit(work: Transaction, quote: Quote, route: Sequence[Step]) -> None:
    """Send it to its approvers; without any it is approved. Its opportunity is at the proposal, or negotiated by then."""
    negotiated = quote.version > 1
    stage = OpportunityStage.NEGOTIATION if negotiated else OpportunityStage.PROPOSAL
    why = msg("{number} was made", number=quote.number)
    if negotiated:
        why = msg("{number} was revised", number=quote.number)
    follow(work, quote, stage, why)
    if not route:
        move(work, quote, QuoteState.APPROVED)
        return
    from salesflow.services import approvals

    assert quote.id is not None
    move(work, quote, QuoteState.PENDING_APPROVAL, rule=route[0].rule)
    approvals.submit(work, approvals.Subject(KIND, quote.id, quote.number, quote.customer_id, quote.total), route)


def version(work: Transaction, new: NewQuote, totals: Totals, before: Quote) -> Quote:
    """The record of the version after `before`, not written yet: whose quote it is does not change with it."""
    number, owner_id = before.number, before.owner_id
    return _record(work, new, totals, number=number, version=before.version + 1, owner_id=owner_id)


def opportunity_id(work: Transaction, new: NewQuote) -> int | None:
    """The key of the opportunity that is named. Raises NotFound, Refused where it is another customer's or not open."""
    if not new.opportunity:
        return None
    number = fold(new.opportunity).upper()
    row = work.look_up("SELECT id, customer_id, state FROM opportunity WHERE number = :number", {"number": number})
    if row is None:
        raise NotFound(
            msg("there is no opportunity {number}", number=number),
            msg("see: salesflow opportunity list"),
            code="unknown-opportunity",
        )
    key, customer_id, state = row
    if customer_id != new.customer_id:
        raise Refused(
            msg("{number} is an opportunity with another customer", number=number),
            msg("see: salesflow opportunity show {number}", number=number),
            code="other-customer",
        )
    if not OpportunityStage(state).is_open:
        raise Refused(
            msg("{number} is {state}", number=number, state=label("opportunitystate", state)),
            msg("link an open one, or none; see: salesflow opportunity list"),
            code="state",
        )
    return int(key)


def approved(work: Transaction, subject_id: int) -> None:
    """The last approver said yes: the quote can be accepted."""
    move(work, by_id(work, subject_id), QuoteState.APPROVED)


def returned(work: Transaction, subject_id: int, reason: str) -> None:
    """An approver said no: the quote is a draft again, with the reason in its history."""
    move(work, by_id(work, subject_id), QuoteState.DRAFT, reason=reason)


def fingerprint(work: Transaction, subject_id: int) -> str:
    """A hash of all that an approver looks at: the terms and totals, every line, every extra.

    Who made the version stands in it where the owner was: a quote that goes to another owner is the same offer.
    """
    made = "SELECT by_id FROM state_change WHERE subject_kind = :kind AND subject_id = :id AND from_state IS NULL"
    (maker,) = work.look_up(made, {"kind": KIND.value, "id": subject_id}) or (None,)
    lines = select(QuoteLine).where(QuoteLine.quote_id == subject_id).order_by(col(QuoteLine.line))
    extras = select(QuoteExtra).where(QuoteExtra.quote_id == subject_id).order_by(col(QuoteExtra.position))
    content = [{**by_id(work, subject_id).model_dump(exclude=_NOT_OFFERED), "owner_id": maker}]
    content += [line.model_dump() for line in work.session.exec(lines).all()]
    content += [extra.model_dump() for extra in work.session.exec(extras).all()]
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _needs(work: Transaction, customer_id: int) -> Decision[None]:
    sql = "SELECT version, confirmed_version, confirmed_on FROM v_need_state WHERE customer_id = :id"
    latest, confirmed, on = work.look_up(sql, {"id": customer_id}) or (None, None, None)
    day = None if on is None else date.fromisoformat(str(on))
    return needs_before_quote(work.context.policy, latest=latest, confirmed=confirmed, confirmed_on=day)


def _record(work: Transaction, new: NewQuote, totals: Totals, *, number: str, version: int, owner_id: int) -> Quote:
    today = work.context.clock.today()
    if new.valid_days is not None and not 1 <= new.valid_days <= LONGEST_VALIDITY:
        raise InvalidValue(
            msg("a quote cannot be valid for {days} days", days=new.valid_days),
            msg("give 1 to {most} days", most=LONGEST_VALIDITY),
        )
    validity = quote_validity(work.context.policy, quoted_on=today, valid_days=new.valid_days)
    assert validity.value is not None
    return Quote(
        number=number,
        version=version,
        customer_id=new.customer_id,
        owner_id=owner_id,
        state=QuoteState.DRAFT,
        created_on=today,
        created_at=work.now,
        valid_until=validity.value,
        quote_discount=new.discount,
        payment_terms=text(work, new.payment_terms, msg("payment terms")),
        delivery_days=new.delivery_days,
        warranty=text(work, new.warranty, msg("warranty")),
        note=text(work, new.note, msg("note")),
        policy_id=work.context.policy_id,
        **totals._asdict(),
    )


def _write_extras(work: Transaction, quote_id: int, extras: Sequence[tuple[str, Fen]]) -> None:
    hint = msg("say what it is: --extra TEXT=AMOUNT")
    rows = []
    for position, (given, amount) in enumerate(extras, 1):
        kept = text(work, given, msg("extra"))
        if kept is None:
            raise InvalidValue(msg("an extra has no text"), hint)
        rows.append({"quote_id": quote_id, "position": position, "text": kept, "amount": amount})
    work.insert(QuoteExtra, rows)
