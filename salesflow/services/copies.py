"""The stored copies of a customer computed anew from its records, as `db check` does: for who moves or takes away records.

What happens from day to day keeps them by steps (services.schedule, services.followups).
"""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from salesflow.clock import from_db
from salesflow.services import schedule
from salesflow.services.status import FORWARD

if TYPE_CHECKING:
    from datetime import datetime

    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer

_LAST_CONTACT: Final = "SELECT max(at) FROM followup WHERE customer_id = :id"
_MOVES: Final = " OR ".join(
    f"(from_status = '{old.value}' AND to_status = '{new.value}')" for old, new in combinations(FORWARD, 2)
)
# Instants, and business dates: each event that is progress.
_MOVED_AT: Final = f"""SELECT max(at) FROM (
    SELECT max(at) AS at FROM followup WHERE customer_id = :id AND progress
    UNION ALL SELECT max(at) FROM status_change WHERE customer_id = :id AND ({_MOVES})
    UNION ALL SELECT max(at) FROM grade_change WHERE customer_id = :id AND to_grade < from_grade
    UNION ALL SELECT max(sent_at) FROM quote WHERE customer_id = :id
    UNION ALL SELECT max(approved_at) FROM sales_order WHERE customer_id = :id) moved"""  # noqa: S608 - names of ours
_MOVED_ON: Final = """SELECT max(moved_on) FROM (
    SELECT max(accepted_on) AS moved_on FROM quote WHERE customer_id = :id
    UNION ALL SELECT max(confirmed_on) FROM need_list WHERE customer_id = :id
    UNION ALL SELECT max(contract_revision.signed_on) FROM contract_revision
        JOIN contract ON contract.id = contract_revision.contract_id WHERE contract.customer_id = :id) moved"""


def recount(work: Transaction, customer: Customer) -> None:
    """Set the dates of the last contact, the last progress and the next follow-up, and whether there was a contact at all."""
    work.session.flush()
    latest = _instant(work, _LAST_CONTACT, customer)
    first = customer.first_contact_at
    customer.last_contact_on = work.context.clock.local(first if latest is None else max(first, latest)).date()
    contacted = latest is not None and latest >= customer.assigned_at
    customer.uncontacted_since = None if contacted else customer.assigned_at
    moved_at, moved_on = _instant(work, _MOVED_AT, customer), _first(work, _MOVED_ON, customer)
    days = [] if moved_at is None else [work.context.clock.local(moved_at).date()]
    days += [] if moved_on is None else [date.fromisoformat(moved_on)]
    customer.last_progress_on = max(days, default=None)
    schedule.refresh(work, customer)


def _instant(work: Transaction, sql: str, customer: Customer) -> datetime | None:
    found = _first(work, sql, customer)
    return None if found is None else from_db(found)


def _first(work: Transaction, sql: str, customer: Customer) -> Any:
    row = work.look_up(sql, {"id": customer.id})
    return None if row is None else row[0]
