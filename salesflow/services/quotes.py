"""Quotes: made with their prices, sent to approval where the rules ask for one, accepted by the customer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlmodel import col, select

from salesflow.db.transaction import Transaction
from salesflow.enums import ApprovalState, Grade, QuoteState, Status, SubjectKind
from salesflow.errors import InvalidValue, NotFound, Refused
from salesflow.i18n import Message, label, msg
from salesflow.models.quote import Quote, QuoteExtra, QuoteLine
from salesflow.money import Fen
from salesflow.rules.approvals import Step
from salesflow.rules.arithmetic import Totals, add_up
from salesflow.rules.pricing import quote_standing, quote_validity
from salesflow.rules.quoting import review
from salesflow.services import states
from salesflow.services.quote_lines import NewItem, Priced, price, write
from salesflow.text import clean

__all__ = ["NewItem", "NewQuote", "accept", "approved", "fingerprint", "make", "returned"]

KIND = SubjectKind.QUOTE
LONGEST_VALIDITY = 3_660
_NOT_OFFERED = {"state", "accepted_on", "edition", "created_at"}
"""What changes in the life of an offer without changing what is offered."""


@dataclass(frozen=True, slots=True)
class NewQuote:
    """What `quote make` takes. Amounts in fen with tax, discount in basis points; extras are (text, amount).

    draft: keep it back, whether it needs an approval or not.
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


def make(work: Transaction, new: NewQuote) -> Quote:
    """Make version 1 of a quote: priced, reviewed by the rules, and unless a draft sent to whoever must approve it.

    Where that is nobody it is approved at once. InvalidValue for what it cannot consist of, NotFound for a SKU that is
    not there, Refused for a retired product, a price above the list price, a customer that is out of the running.
    """
    if not new.items:
        raise InvalidValue(
            msg("a quote has at least one line"), msg("give one with --item SKU:QUANTITY"), code="no-items"
        )
    grade = _grade_of_open_customer(work, new.customer_id)
    lines = [
        price(work, item, number=number, grade=grade, quote_discount=new.discount)
        for number, item in enumerate(new.items, 1)
    ]
    totals = add_up([one.line for one in lines], freight=new.freight, extras=[amount for _, amount in new.extras])
    reviewed = review(work.context.policy, roles=work.actor.roles, offered=[one.offered for one in lines])
    for decision in reviewed.decisions:
        work.decide(decision)
    quote = work.add(_record(work, new, totals))
    assert quote.id is not None
    write(work, quote.id, lines)
    _write_extras(work, quote.id, new.extras)
    states.begin(work, KIND, quote)
    work.audit("quote.make", KIND, quote.number, after=_audited(quote, lines))
    if not new.draft:
        _submit(work, quote, reviewed.route)
    return quote


def accept(work: Transaction, number: str, on: date) -> Quote:
    """The customer confirmed the quote on that day: that is progress.

    InvalidValue for a day in the future or before the quote was made; Refused where it is not approved or no longer
    open; RuleRefused of quote-validity where it had expired by that day.
    """
    from salesflow.models.customer import Customer
    from salesflow.services import schedule

    quote = _load(work, number)
    _check_approved(work, quote)
    states.check(KIND, quote.number, quote.state, QuoteState.ACCEPTED)
    _check_day(work, quote, on)
    standing = quote_standing(work.context.policy, valid_until=quote.valid_until, today=on)
    if standing.refused:
        work.decide(standing)
    quote.accepted_on = on
    _move(work, quote, QuoteState.ACCEPTED, facts={"accepted_on": on})
    customer = work.session.exec(select(Customer).where(Customer.id == quote.customer_id)).one()
    schedule.mark_progress(work, customer, on)
    return quote


def approved(work: Transaction, subject_id: int) -> None:
    """The last approver said yes: the quote can be accepted."""
    _move(work, _by_id(work, subject_id), QuoteState.APPROVED)


def returned(work: Transaction, subject_id: int, reason: str) -> None:
    """An approver said no: the quote is a draft again, with the reason in its history."""
    _move(work, _by_id(work, subject_id), QuoteState.DRAFT, reason=reason)


def fingerprint(work: Transaction, subject_id: int) -> str:
    """A hash of all that an approver looks at: the terms and totals, every line, every extra."""
    lines = select(QuoteLine).where(QuoteLine.quote_id == subject_id).order_by(col(QuoteLine.line))
    extras = select(QuoteExtra).where(QuoteExtra.quote_id == subject_id).order_by(col(QuoteExtra.position))
    content = [_by_id(work, subject_id).model_dump(exclude=_NOT_OFFERED)]
    content += [line.model_dump() for line in work.session.exec(lines).all()]
    content += [extra.model_dump() for extra in work.session.exec(extras).all()]
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _submit(work: Transaction, quote: Quote, route: Sequence[Step]) -> None:
    """Send it to its approvers; without any it is approved."""
    if not route:
        _move(work, quote, QuoteState.APPROVED)
        return
    from salesflow.services import approvals

    assert quote.id is not None
    _move(work, quote, QuoteState.PENDING_APPROVAL, rule=route[0].rule)
    approvals.submit(work, approvals.Subject(KIND, quote.id, quote.number, quote.customer_id, quote.total), route)


def _grade_of_open_customer(work: Transaction, customer_id: int) -> Grade | None:
    """The customer's grade, if a quote may go to them: they are not archived, lost or invalid."""
    sql = "SELECT code, name, grade, status, archived_at FROM customer WHERE id = :id"
    row = work.look_up(sql, {"id": customer_id})
    assert row is not None
    code, name, grade, status, archived_at = row
    if archived_at is not None:
        raise Refused(
            msg("{code} {name} is archived", code=code, name=name),
            msg("quote to a customer that is not"),
            code="archived",
        )
    if status in (Status.LOST, Status.INVALID):
        raise Refused(
            msg("{code} {name} is {status}", code=code, name=name, status=label("status", status)),
            msg("if they are back, say so first: salesflow customer status {code} interested --reason TEXT", code=code),
            code="customer-status",
        )
    return None if grade is None else Grade(grade)


def _record(work: Transaction, new: NewQuote, totals: Totals) -> Quote:
    today = work.context.clock.today()
    if new.valid_days is not None and not 1 <= new.valid_days <= LONGEST_VALIDITY:
        raise InvalidValue(
            msg("a quote cannot be valid for {days} days", days=new.valid_days),
            msg("give 1 to {most} days", most=LONGEST_VALIDITY),
        )
    validity = quote_validity(work.context.policy, quoted_on=today, valid_days=new.valid_days)
    assert validity.value is not None
    return Quote(
        number=f"Q{today.year}-{work.next_number(f'quote/{today.year}'):04d}",
        customer_id=new.customer_id,
        owner_id=work.actor.id,
        state=QuoteState.DRAFT,
        created_on=today,
        created_at=work.now,
        valid_until=validity.value,
        quote_discount=new.discount,
        payment_terms=_text(work, new.payment_terms, msg("payment terms")),
        delivery_days=new.delivery_days,
        warranty=_text(work, new.warranty, msg("warranty")),
        note=_text(work, new.note, msg("note")),
        policy_id=work.context.policy_id,
        **totals._asdict(),
    )


def _write_extras(work: Transaction, quote_id: int, extras: Sequence[tuple[str, Fen]]) -> None:
    rows = []
    for position, (given, amount) in enumerate(extras, 1):
        text = _text(work, given, msg("extra"))
        if text is None:
            raise InvalidValue(msg("an extra has no text"), msg("say what it is: --extra TEXT=AMOUNT"))
        rows.append({"quote_id": quote_id, "position": position, "text": text, "amount": amount})
    work.insert(QuoteExtra, rows)


def _text(work: Transaction, given: str | None, what: Message) -> str | None:
    return clean(given or "", limit=work.context.policy.limits.text, what=what) or None


def _audited(quote: Quote, lines: Sequence[Priced]) -> dict[str, object]:
    return {**quote.model_dump(exclude={"id", "number", "edition", "created_at"}), "items": [str(one) for one in lines]}


def _check_approved(work: Transaction, quote: Quote) -> None:
    """Refuse a quote that waits for its approval or was never sent to it, and say what to do."""
    about: dict[str, object] = {"kind": KIND.value, "id": quote.id}
    if quote.state == QuoteState.PENDING_APPROVAL:
        about["state"] = ApprovalState.PENDING.value
        sql = (
            "SELECT number, waiting_for_role FROM v_approval "
            "WHERE subject_kind = :kind AND subject_id = :id AND state = :state"
        )
        approval, role = work.look_up(sql, about) or ("", "")
        raise Refused(
            msg("{number} waits for the approval of the role {role}", number=quote.number, role=label("role", role)),
            msg("see who decides, and why: salesflow approval show {approval}", approval=approval),
            code="not-approved",
        )
    if quote.state == QuoteState.DRAFT:
        sql = "SELECT reason FROM state_change WHERE subject_kind = :kind AND subject_id = :id ORDER BY id DESC LIMIT 1"
        (reason,) = work.look_up(sql, about) or ("",)
        text, hint = msg("{number} is a draft", number=quote.number), msg("make it again without --draft")
        if reason:
            text = msg("{number} was returned: {reason}", number=quote.number, reason=reason)
            hint = msg("make it again with what was asked for")
        raise Refused(text, hint, code="not-approved")


def _check_day(work: Transaction, quote: Quote, on: date) -> None:
    hint = msg("give the day on which the customer confirmed")
    if on > work.context.clock.today():
        raise InvalidValue(msg("{date} is in the future", date=on), hint, code="future")
    if on < quote.created_on:
        raise InvalidValue(
            msg("{date} is before {number} was made, on {made}", date=on, number=quote.number, made=quote.created_on),
            hint,
        )


def _load(work: Transaction, number: str) -> Quote:
    """The newest version of a quote."""
    versions = select(Quote).where(Quote.number == number).order_by(col(Quote.version).desc())
    quote = work.session.exec(versions).first()
    if quote is None:
        raise NotFound(
            msg("there is no quote {number}", number=number), msg("see: salesflow quote list"), code="unknown-quote"
        )
    return quote


def _by_id(work: Transaction, quote_id: int) -> Quote:
    return work.session.exec(select(Quote).where(Quote.id == quote_id)).one()


def _move(
    work: Transaction,
    quote: Quote,
    state: QuoteState,
    *,
    reason: str = "",
    rule: str | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Make a step in the quote's life; its edition counts the changes."""
    quote.edition += 1
    states.move(work, KIND, quote, state, reason=reason, rule=rule, facts=facts)
