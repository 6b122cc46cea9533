"""The next version of a quote: what is not changed stays as it was given, priced anew by the prices and rules of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from salesflow.enums import ContractState, OrderState, QuoteState
from salesflow.errors import Refused
from salesflow.i18n import label, msg
from salesflow.models.quote import Quote, QuoteExtra, QuoteLine
from salesflow.money import Fen
from salesflow.rules.pricing import quote_standing
from salesflow.services import approvals, quotes
from salesflow.services.quote_items import ItemChanges, changed
from salesflow.services.quote_lines import NewItem, Priced
from salesflow.services.quote_records import KIND, move, newest, refuse_unapproved
from salesflow.services.quotes import NewQuote

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_ENDED: Final = (QuoteState.DECLINED,)
_TERMS: Final = ("payment_terms", "delivery_days", "warranty", "note")
_SAME: Final = (
    "valid_until", "quote_discount", "goods_total", "discount_total", "freight", "extras_total", "tax_total", "total",
    "max_discount", "opportunity_id", *_TERMS,
)  # fmt: skip
_PRICED: Final = ("sku", "name", "spec", "unit", "tax_rate", "net", "cost")


@dataclass(frozen=True, slots=True)
class Revision:
    """What `quote revise` changes: None leaves a field as it is, an empty text empties it.

    Units as in NewQuote. extras: all of them anew. opportunity: an empty one unlinks it.
    """

    items: ItemChanges = field(default_factory=ItemChanges)
    discount: int | None = None
    freight: Fen | None = None
    extras: Sequence[tuple[str, Fen]] | None = None
    valid_days: int | None = None
    payment_terms: str | None = None
    delivery_days: int | None = None
    warranty: str | None = None
    note: str | None = None
    opportunity: str | None = None
    draft: bool = False


def revise(work: Transaction, number: str, change: Revision, *, seen: int | None = None) -> Quote:
    """Make the next version of a quote; the one before is superseded, and the approval that it waits for becomes void.

    seen: the version that is to be the newest. It stands as many days as the one before, from today on. Raises NotFound,
    Conflict, what `quotes.make` raises, and Refused for an accepted quote, one with an order or a contract, and where
    nothing would change.
    """
    before = newest(work, number, seen=seen)
    _refuse_settled(work, before)
    new = _next(work, before, change)
    offer = quotes.offered(work, new)
    record = quotes.version(work, new, offer.totals, before)
    record.opportunity_id = before.opportunity_id if change.opportunity is None else quotes.opportunity_id(work, new)
    _refuse_unchanged(work, before, record, new, offer.lines)
    assert before.id is not None
    approvals.void(work, KIND, before.id)
    move(work, before, QuoteState.SUPERSEDED, facts={"by_version": record.version})
    return quotes.keep(work, new, offer, record, "quote.revise")


def submit(work: Transaction, number: str, *, seen: int | None = None) -> Quote:
    """Send a draft, or a returned quote, to its approvers as it is. Whoever sends it answers for it.

    Raises NotFound, Conflict, RuleRefused where it has expired, Refused where it is no draft, or the prices or rules that
    it was made with are no longer those of today: then it is revised.
    """
    quote = newest(work, number, seen=seen)
    if quote.state != QuoteState.DRAFT:
        refuse_unapproved(work, quote)
        state = label("quotestate", quote.state)
        raise Refused(
            msg("{number} is {state}; only a draft is submitted", number=quote.number, state=state),
            msg("see: salesflow quote show {number}", number=quote.number),
            code="state",
        )
    work.decide(quote_standing(work.context.policy, valid_until=quote.valid_until, today=work.context.clock.today()))
    lines = quotes.priced(work, _again(work, quote))
    _refuse_other_prices(work, quote, lines)
    route = quotes.reviewed(work, quote.customer_id, lines)
    quote.policy_id = work.context.policy_id
    quotes.submit(work, quote, route)
    return quote


def _next(work: Transaction, before: Quote, change: Revision) -> NewQuote:
    """The quote before as it was given, with the changes."""
    again = _again(work, before)
    fields = ("discount", "freight", "extras", "valid_days", "opportunity", *_TERMS)
    given = {name: getattr(change, name) for name in fields if getattr(change, name) is not None}
    return replace(again, items=changed(again.items, change.items), draft=change.draft, **given)


def _again(work: Transaction, before: Quote) -> NewQuote:
    """What a version was made from: automatic discounts are computed again, what was given stays given."""
    lines = select(QuoteLine).where(QuoteLine.quote_id == before.id).order_by(col(QuoteLine.line))
    extras = select(QuoteExtra).where(QuoteExtra.quote_id == before.id).order_by(col(QuoteExtra.position))
    return NewQuote(
        before.customer_id,
        [
            NewItem(line.sku, line.quantity, line.given_price, line.given_discount)
            for line in work.session.exec(lines).all()
        ],
        before.quote_discount,
        before.freight,
        [(extra.text, extra.amount) for extra in work.session.exec(extras).all()],
        (before.valid_until - before.created_on).days,
        **{name: getattr(before, name) for name in _TERMS},
    )


def _refuse_settled(work: Transaction, quote: Quote) -> None:
    """What the customer has agreed to is not offered anew: the contract or the order is changed, or another quote is made."""
    about = {"number": quote.number, "cancelled": OrderState.CANCELLED.value, "ended": ContractState.TERMINATED.value}
    versions = "(SELECT id FROM quote WHERE number = :number)"
    contract = (
        "SELECT contract.number FROM contract_revision revision JOIN contract ON contract.id = revision.contract_id "  # noqa: S608 - names of ours
        f"WHERE revision.quote_id IN {versions} AND contract.state <> :ended ORDER BY contract.id DESC"
    )
    order = f"SELECT number FROM sales_order WHERE quote_id IN {versions} AND state <> :cancelled ORDER BY id DESC"  # noqa: S608 - names of ours
    for sql, command in ((contract, "contract amend"), (order, "order show")):
        row = work.look_up(sql, about)
        if row is not None:
            hint = msg("what was agreed is changed there: salesflow {command} {ref}", command=command, ref=row[0])
            said = msg("{number} is agreed: {ref} was made from it", number=quote.number, ref=row[0])
            raise Refused(said, hint, code="settled", details={"ref": row[0]})
    if quote.state == QuoteState.ACCEPTED:
        raise Refused(
            msg("{number} was accepted on {date}; it is not revised", number=quote.number, date=quote.accepted_on),
            msg("make another quote for what else the customer wants: salesflow quote make CUSTOMER"),
            code="settled",
        )


def _refuse_unchanged(work: Transaction, before: Quote, after: Quote, new: NewQuote, lines: Sequence[Priced]) -> None:
    """A version is made for a change. What was declined may be offered again as it was."""
    if before.state in _ENDED or any(getattr(before, name) != getattr(after, name) for name in _SAME):
        return
    if _lines_of(work, before) != [_line(one) for one in lines] or _again(work, before).extras != new.extras:
        return
    hint = msg("say what is to change; see: salesflow quote revise --help")
    if before.state == QuoteState.DRAFT and not new.draft:
        hint = msg("send it as it is: salesflow quote submit {number}", number=before.number)
    raise Refused(
        msg(
            "the next version of {number} would be the same as version {version}",
            number=before.number,
            version=before.version,
        ),
        hint,
        code="unchanged",
    )


def _lines_of(work: Transaction, quote: Quote) -> list[tuple[object, ...]]:
    """What a stored line comes to, as `_line` has it of one that is to be."""
    kept = select(QuoteLine).where(QuoteLine.quote_id == quote.id).order_by(col(QuoteLine.line))
    own = ("list_price", "floor_price", "quantity", "given_price", "given_discount", "discount", "amount")
    return [tuple(getattr(line, name) for name in (*_PRICED, *own)) for line in work.session.exec(kept).all()]


def _line(one: Priced) -> tuple[object, ...]:
    given = (one.item.quantity, one.item.unit_price, one.item.discount, one.line.discount, one.line.amount)
    of_product = [getattr(one.product, name) for name in _PRICED]
    return (*of_product, one.price.list_price, one.price.floor_price, *given)


def _refuse_other_prices(work: Transaction, quote: Quote, lines: Sequence[Priced]) -> None:
    """A draft that waited is not sent with prices, or automatic discounts, that no longer hold."""
    for number, (kept, now) in enumerate(zip(_lines_of(work, quote), map(_line, lines), strict=True), 1):
        if kept != now:
            raise Refused(
                msg(
                    "line {line}: the price of {sku} is another than when {number} was made",
                    line=number,
                    sku=kept[0],
                    number=quote.number,
                ),
                msg("price it anew: salesflow quote revise {number}", number=quote.number),
                code="price-changed",
            )
