"""Quotes: made with their prices, sent to approval where the rules ask for one, accepted by the customer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlmodel import col, select, text

from salesflow.db.transaction import Transaction
from salesflow.enums import Grade, QuoteState, Status, SubjectKind
from salesflow.errors import InvalidValue, NotFound, Refused
from salesflow.i18n import Message, label, msg
from salesflow.models.product import Product
from salesflow.models.quote import Quote, QuoteExtra, QuoteLine
from salesflow.money import Fen, format_quantity, half_up
from salesflow.rules import arithmetic
from salesflow.rules.approvals import Step
from salesflow.rules.pricing import AUTO_DISCOUNT, auto_discount, quote_standing, quote_validity
from salesflow.rules.quoting import Offered, review
from salesflow.services import states
from salesflow.text import clean

KIND = SubjectKind.QUOTE
LONGEST_VALIDITY = 3_660
_CHANGES = {"state", "accepted_on", "edition", "created_at"}
"""What is not part of the offer itself."""
_COPIED = ("sku", "name", "spec", "unit", "list_price", "tax_rate", "net", "floor_price", "cost")


@dataclass(frozen=True, slots=True)
class NewItem:
    """One line as asked for: quantity in thousandths; a unit price in fen and a discount in basis points, where given."""

    sku: str
    quantity: int
    unit_price: Fen | None = None
    discount: int | None = None


@dataclass(frozen=True, slots=True)
class NewQuote:
    """What `quote make` takes. Amounts in fen with tax, discount in basis points; extras are (text, amount).

    draft: keep it back, even where it needs nobody's approval.
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


@dataclass(frozen=True, slots=True)
class _Priced:
    """A line of the quote to be: the product, what the item asked for, what it comes to."""

    product: Product
    given: NewItem
    rule: str | None
    line: arithmetic.Line

    @property
    def offered(self) -> Offered:
        return Offered(self.line, self.given.quantity, self.product.floor_price, self.product.cost)


def make(work: Transaction, new: NewQuote) -> Quote:
    """Make version 1 of a quote: priced, reviewed by the rules, and unless a draft sent to whoever must approve it.

    It is approved at once where that is nobody. InvalidValue for what it cannot consist of, NotFound for a SKU that is
    not there, Refused for a retired product or a customer that is out of the running.
    """
    if not new.items:
        raise InvalidValue(msg("a quote has at least one line"), msg("give one with --item SKU:QUANTITY"), code="no-items")
    grade = _open_customer(work, new.customer_id)
    lines = [_priced(work, new, grade, number, item) for number, item in enumerate(new.items, 1)]
    extras = [(_extra(work, name), amount) for name, amount in new.extras]
    totals = arithmetic.add_up([one.line for one in lines], freight=new.freight, extras=[amount for _, amount in extras])
    reviewed = review(work.context.policy, roles=work.actor.roles, offered=[one.offered for one in lines])
    for decision in reviewed.decisions:
        work.decide(decision)
    quote = work.add(_record(work, new, totals))
    assert quote.id is not None
    _write_lines(work, quote.id, lines)
    _write_extras(work, quote.id, extras)
    states.begin(work, KIND, quote)
    work.audit("quote.make", KIND, quote.number, after=_audited(quote, lines))
    if not new.draft:
        _submit(work, quote, reviewed.route)
    return quote


def accept(work: Transaction, number: str, on: date) -> Quote:
    """The customer confirmed a quote on that day. That is progress.

    InvalidValue for a day in the future or before the quote; Refused where it is not approved, or not any more open;
    RuleRefused of quote-validity where it had expired by then.
    """
    from salesflow.models.customer import Customer
    from salesflow.services import schedule

    quote = _load(work, number)
    _check_approved(work, quote)
    states.check(KIND, quote.number, quote.state, QuoteState.ACCEPTED)
    if on > work.context.clock.today():
        raise InvalidValue(msg("{date} is in the future", date=on), msg("give the day on which the customer confirmed"))
    if on < quote.created_on:
        raise InvalidValue(
            msg("{date} is before {number} was made, on {made}", date=on, number=quote.number, made=quote.created_on),
            msg("give the day on which the customer confirmed"),
        )
    standing = quote_standing(work.context.policy, valid_until=quote.valid_until, today=on)
    if standing.refused:
        work.decide(standing)
    quote.accepted_on = on
    _move(work, quote, QuoteState.ACCEPTED, facts={"accepted_on": on})
    schedule.mark_progress(work, work.session.exec(select(Customer).where(Customer.id == quote.customer_id)).one(), on)
    return quote


def approved(work: Transaction, subject_id: int) -> None:
    """The last approver said yes: the quote can be accepted."""
    _move(work, _by_id(work, subject_id), QuoteState.APPROVED)


def returned(work: Transaction, subject_id: int, reason: str) -> None:
    """An approver said no: the quote is a draft again, with the reason in its history."""
    _move(work, _by_id(work, subject_id), QuoteState.DRAFT, reason=reason)


def fingerprint(work: Transaction, subject_id: int) -> str:
    """A hash of all that an approver looks at: the terms, every line, every extra."""
    quote = _by_id(work, subject_id)
    lines = select(QuoteLine).where(QuoteLine.quote_id == subject_id).order_by(col(QuoteLine.line))
    extras = select(QuoteExtra).where(QuoteExtra.quote_id == subject_id).order_by(col(QuoteExtra.position))
    content = [quote.model_dump(exclude=_CHANGES)]
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


def _open_customer(work: Transaction, customer_id: int) -> Grade | None:
    """The grade of the customer, if a quote may go to them."""
    sql = "SELECT code, name, grade, status, archived_at FROM customer WHERE id = :id"
    row = work.session.execute(text(sql), {"id": customer_id}).mappings().one()
    names = {"code": row["code"], "name": row["name"]}
    if row["archived_at"] is not None:
        raise Refused(msg("{code} {name} is archived", **names), msg("quote to a customer that is not"), code="archived")
    status = Status(row["status"])
    if status in (Status.LOST, Status.INVALID):
        raise Refused(
            msg("{code} {name} is {status}", status=label("status", status), **names),
            msg("if they are back, say so first: salesflow customer status {code} interested --reason TEXT", **names),
            code="customer-status",
        )
    return None if row["grade"] is None else Grade(row["grade"])


def _priced(work: Transaction, new: NewQuote, grade: Grade | None, number: int, item: NewItem) -> _Priced:
    product = _product(work, item.sku)
    discount, rule = item.discount or 0, None
    if item.discount is None and item.unit_price is None:
        listed = half_up(product.list_price * item.quantity, 1_000)
        automatic = auto_discount(work.context.policy, grade=grade, quantity=item.quantity, list_amount=listed)
        discount = automatic.value or 0
        rule = AUTO_DISCOUNT if discount else None
    asked = arithmetic.Item(
        product.list_price, item.quantity, product.tax_rate, discount, given_price=item.unit_price, net=product.net
    )
    return _Priced(product, item, rule, arithmetic.price_line(asked, line=number, quote_discount=new.discount))


def _product(work: Transaction, sku: str) -> Product:
    product = work.session.exec(select(Product).where(Product.sku == sku)).first()
    if product is None:
        raise NotFound(msg("there is no product {sku}", sku=sku), msg("see: salesflow product list"), code="unknown-product")
    if product.retired_at is not None:
        raise Refused(msg("{sku} is retired", sku=sku), msg("see what is sold: salesflow product list"), code="retired-product")
    return product


def _record(work: Transaction, new: NewQuote, totals: arithmetic.Totals) -> Quote:
    today = work.context.clock.today()
    if new.valid_days is not None and not 1 <= new.valid_days <= LONGEST_VALIDITY:
        raise InvalidValue(
            msg("a quote cannot be valid for {days} days", days=new.valid_days), msg("give 1 to {most} days", most=LONGEST_VALIDITY)
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
        payment_terms=_optional(work, new.payment_terms, msg("payment terms")),
        delivery_days=new.delivery_days,
        warranty=_optional(work, new.warranty, msg("warranty")),
        note=_optional(work, new.note, msg("note")),
        policy_id=work.context.policy_id,
        **totals._asdict(),
    )


def _write_lines(work: Transaction, quote_id: int, lines: Sequence[_Priced]) -> None:
    rows = [
        {
            "quote_id": quote_id,
            "line": number,
            "product_id": one.product.id,
            **{name: getattr(one.product, name) for name in _COPIED},
            "quantity": one.given.quantity,
            "given_price": one.given.unit_price,
            "given_discount": one.given.discount,
            "discount": one.line.discount,
            "discount_rule": one.rule,
            "list_amount": one.line.list_amount,
            "unit_price": one.line.unit_price,
            "tax": one.line.tax,
            "amount": one.line.amount,
        }
        for number, one in enumerate(lines, 1)
    ]
    work.insert(QuoteLine, rows)


def _write_extras(work: Transaction, quote_id: int, extras: Sequence[tuple[str, Fen]]) -> None:
    rows = [
        {"quote_id": quote_id, "position": position, "text": name, "amount": amount}
        for position, (name, amount) in enumerate(extras, 1)
    ]
    work.insert(QuoteExtra, rows)


def _extra(work: Transaction, name: str) -> str:
    kept = _optional(work, name, msg("extra"))
    if kept is None:
        raise InvalidValue(msg("an extra has no text"), msg("say what it is: --extra TEXT=AMOUNT"))
    return kept


def _optional(work: Transaction, given: str | None, what: Message) -> str | None:
    return clean(given or "", limit=work.context.policy.limits.text, what=what) or None


def _audited(quote: Quote, lines: Sequence[_Priced]) -> dict[str, object]:
    items = [f"{one.product.sku}:{format_quantity(one.given.quantity)}" for one in lines]
    return {**quote.model_dump(exclude={"id", "number", "edition", "created_at"}), "items": items}


def _check_approved(work: Transaction, quote: Quote) -> None:
    """Refuse a quote that is not approved, and say what it waits for."""
    if quote.state == QuoteState.PENDING_APPROVAL:
        sql = "SELECT number, waiting_for_role FROM v_approval WHERE subject_kind = :kind AND subject_id = :id AND state = 'pending'"
        waiting = work.session.execute(text(sql), {"kind": KIND, "id": quote.id}).mappings().one()
        raise Refused(
            msg("{number} waits for the approval of the role {role}", number=quote.number, role=label("role", waiting["waiting_for_role"])),
            msg("see who decides: salesflow approval show {approval}", approval=waiting["number"]),
            code="not-approved",
        )
    if quote.state == QuoteState.DRAFT:
        sql = "SELECT reason FROM state_change WHERE subject_kind = :kind AND subject_id = :id ORDER BY id DESC LIMIT 1"
        reason = work.session.execute(text(sql), {"kind": KIND, "id": quote.id}).scalar()
        if reason:
            said = msg("{number} was returned: {reason}", number=quote.number, reason=reason)
            raise Refused(said, msg("make it again with what was asked for"), code="not-approved")
        raise Refused(msg("{number} is a draft", number=quote.number), msg("make it again without --draft"), code="not-approved")


def _load(work: Transaction, number: str) -> Quote:
    """The newest version of a quote."""
    versions = select(Quote).where(Quote.number == number).order_by(col(Quote.version).desc())
    quote = work.session.exec(versions).first()
    if quote is None:
        raise NotFound(msg("there is no quote {number}", number=number), msg("see: salesflow quote list"), code="unknown-quote")
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
    quote.edition += 1
    states.move(work, KIND, quote, state, reason=reason, rule=rule, facts=facts)
