"""What changing a customer takes, whether somebody types it or a row of a list says it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from salesflow.clock import from_db
from salesflow.money import Fen, format_money
from salesflow.services.customers import BUDGET

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_LATEST: Final = "SELECT max(at) FROM followup WHERE customer_id = :id"


def sealed_budget(work: Transaction, customer_id: int, sealed: bytes | None, budget: Fen) -> bytes | None:
    """The budget encrypted for its row; what is kept already where it is the same amount."""
    vault, amount = work.context.vault, format_money(budget)
    if sealed is not None and vault.decrypt(sealed, BUDGET, customer_id) == amount:
        return sealed
    return vault.encrypt(amount, BUDGET, customer_id)


def first_contact(work: Transaction, customer_id: int, given: datetime) -> dict[str, datetime | date]:
    """The columns that say when the first contact was, and with it the last one. The plan is the caller's to bring up to date."""
    latest = work.look_up(_LATEST, {"id": customer_id})
    last = given if latest is None or latest[0] is None else max(given, from_db(latest[0]))
    return {"first_contact_at": given, "last_contact_on": work.context.clock.local(last).date()}
