"""The version of a quote that its customer accepted: what orders and contracts are made from.

The quote is read without its model: who only submits an order need not import it.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import RowMapping
from sqlmodel import text

from salesflow.db.transaction import Transaction
from salesflow.enums import QuoteState
from salesflow.errors import NotFound, Refused
from salesflow.i18n import Message, label, msg
from salesflow.text import fold


def accepted(work: Transaction, number: str, needed: Message) -> RowMapping:
    """The version of a quote that the customer accepted, with the customer's address.

    `needed` says what for: "an order needs an accepted quote". Raises NotFound, and Refused where no version is accepted.
    """
    sql = (
        "SELECT quote.*, customer.address, customer.code AS customer_code, customer.name AS customer_name "
        "FROM quote JOIN customer ON customer.id = quote.customer_id "
        "WHERE quote.number = :number ORDER BY quote.version DESC"
    )
    folded = fold(number).upper()
    versions = work.session.execute(text(sql), {"number": folded}).mappings().all()
    if not versions:
        raise NotFound(
            msg("there is no quote {number}", number=folded), msg("see: salesflow quote list"), code="unknown-quote"
        )
    found = next((version for version in versions if version["state"] == QuoteState.ACCEPTED), None)
    if found is None:
        raise _not_accepted(work, versions[0], needed)
    return found


def _not_accepted(work: Transaction, quote: RowMapping, needed: Message) -> Refused:
    number, state = quote["number"], QuoteState(quote["state"])
    open_still = state in (QuoteState.DRAFT, QuoteState.APPROVED, QuoteState.SENT)
    if open_still and date.fromisoformat(str(quote["valid_until"])) < work.context.clock.today():
        state = QuoteState.EXPIRED
    agreed = msg("once the customer agrees: salesflow quote accept {number} --on DATE", number=number)
    hints = {
        QuoteState.PENDING_APPROVAL: msg("see who decides on it: salesflow quote show {number}", number=number),
        QuoteState.APPROVED: agreed,
        QuoteState.SENT: agreed,
        QuoteState.EXPIRED: msg("make its next version: salesflow quote revise {number}", number=number),
    }
    return Refused(
        msg("{number} is {state}; {needed}", number=number, state=label("quotestate", state), needed=needed),
        hints.get(state, msg("see: salesflow quote show {number}", number=number)),
        code="quote-not-accepted",
    )
