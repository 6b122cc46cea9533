"""What may be said about an order's delivery and payment, checked and in the form in which it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from salesflow.db.transaction import Transaction
from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg
from salesflow.models.order import SalesOrder
from salesflow.text import clean

PHONE_PLACE: Final = "order.receiver_phone"
"""The place to which the encrypted form of a receiver's phone is bound."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Delivery and payment as given. None leaves a field as it is, an empty text empties it."""

    expected_delivery_on: date | None = None
    payment_terms: str | None = None
    delivery_address: str | None = None
    receiver: str | None = None
    receiver_phone: str | None = None
    note: str | None = None


def checked(work: Transaction, terms: Terms) -> dict[str, object]:
    """The columns that the terms set, but the phone's. InvalidValue for what cannot be kept, or a day in the past."""
    limits = work.context.policy.limits
    texts: tuple[tuple[str, str | None, int, Message], ...] = (
        ("payment_terms", terms.payment_terms, limits.text, msg("payment terms")),
        ("delivery_address", terms.delivery_address, limits.line, msg("delivery address")),
        ("receiver", terms.receiver, limits.name, msg("receiver")),
        ("note", terms.note, limits.text, msg("note")),
    )
    columns: dict[str, object] = {
        name: clean(given, limit=limit, what=what) or None for name, given, limit, what in texts if given is not None
    }
    day = terms.expected_delivery_on
    if day is not None:
        if day < work.context.clock.today():
            raise InvalidValue(
                msg("{date} is in the past", date=day), msg("give a day on which it can still be delivered")
            )
        columns["expected_delivery_on"] = day
    return columns


def checked_phone(work: Transaction, order: SalesOrder, given: str | None) -> dict[str, object]:
    """The columns of the receiver's phone, encrypted for the order's row; the same number again changes nothing."""
    from salesflow.services.phones import mask_phone, parse_phone

    if given is None:
        return {}
    assert order.id is not None
    if not given.strip():
        return {"receiver_phone_cipher": None, "receiver_phone_masked": None}
    number, vault, kept = parse_phone(given), work.context.vault, order.receiver_phone_cipher
    if kept is not None and vault.decrypt(kept, PHONE_PLACE, order.id) == number:
        return {}
    sealed = vault.encrypt(number, PHONE_PLACE, order.id)
    return {"receiver_phone_cipher": sealed, "receiver_phone_masked": mask_phone(number)}


def delivery_day(work: Transaction, delivery_days: int | None) -> date | None:
    """So many days from today, as a quote promises; a day off moves to the next working day."""
    if delivery_days is None:
        return None
    return work.context.calendar.following(work.context.clock.today() + timedelta(days=delivery_days))
