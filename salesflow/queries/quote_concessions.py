"""What a customer was given off the list prices over time: every version of every quote, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import QuoteState
from salesflow.queries import quotes
from salesflow.queries.base import arranged
from salesflow.rules.authority import Concession

Row = dict[str, Any]

QUOTES: Final[Columns] = (
    Column("number", "No."),
    Column("version", "Version", Kind.INTEGER),
    Column("created_on", "Made", Kind.DATE),
    Column("state", "Outcome", Kind.CODE, labels="quotestate"),
    Column("list_total", "List", Kind.MONEY, table=False),
    Column("given_away", "Given away", Kind.MONEY),
    Column("discount", "All in", Kind.PERCENT),
    Column("max_discount", "Largest discount", Kind.PERCENT, table=False),
    Column("approved_by", "Approved by", Kind.LIST),
    Column("free_extras", "Free extras", Kind.LIST, flexible=True),
    Column("self_approved", "Self-approved", Kind.FLAG, table=False),
    Column("total", "Total", Kind.MONEY, table=False),
    Column("owner", "Owner", table=False),
    Column("accepted_on", "Accepted on", Kind.DATE, table=False),
)
SUM: Final[Columns] = (
    Column("quotes", "Quotes", Kind.INTEGER),
    Column("list_total", "List", Kind.MONEY),
    Column("given_away", "Given away", Kind.MONEY),
    Column("discount", "All in", Kind.PERCENT),
)
COLUMNS: Final[Columns] = (
    Column("customer_code", "Customer code"),
    Column("customer_name", "Customer"),
    Column("accepted", "Accepted", Kind.RECORD, columns=SUM),
    Column("open", "Still open", Kind.RECORD, columns=SUM),
    Column("ended", "Ended", Kind.RECORD, columns=SUM),
    Column("quotes", "Quotes", Kind.ROWS, columns=QUOTES),
)
_OPEN: Final = (QuoteState.DRAFT, QuoteState.PENDING_APPROVAL, QuoteState.APPROVED, QuoteState.SENT)
_ENDED: Final = (QuoteState.DECLINED, QuoteState.EXPIRED)
_FREE: Final = (
    "SELECT quote_id, text FROM v_quote_extra WHERE amount = 0 "
    "AND quote_id IN (SELECT id FROM v_quote WHERE customer_id = :id) ORDER BY quote_id, position"
)
_DECIDED: Final = (
    "SELECT asked.subject_id, step.decided_by, step.self_approved FROM v_approval asked "
    "JOIN v_approval_step step ON step.approval_id = asked.id WHERE asked.customer_id = :id "
    "AND asked.subject_kind = 'quote' AND asked.state = 'approved' ORDER BY asked.round, step.step"
)


def of_customer(context: Context, customer_id: int, code: str, name: str) -> tuple[Row, bool]:
    """Every version, the newest first, with sums of what the customer accepted, what is open, and what came to nothing.

    The sums count each quote once, by its newest version: what was superseded was given to nobody. Also gives whether there
    are more versions than were asked for.
    """
    versions = quotes.versions_of(context, customer_id)
    free = _grouped(context.reader.rows(_FREE, {"id": customer_id}), "quote_id", "text")
    decided = context.reader.rows(_DECIDED, {"id": customer_id})
    approvers = _grouped(decided, "subject_id", "decided_by")
    own = {row["subject_id"] for row in decided if row["self_approved"]}
    rows = [_row(version, free, approvers, own) for version in versions]
    found = arranged(context.asked, QUOTES, rows)
    given = {
        "customer_code": code,
        "customer_name": name,
        "accepted": _sum(rows, (QuoteState.ACCEPTED,)),
        "open": _sum(rows, _OPEN),
        "ended": _sum(rows, _ENDED),
        "quotes": found.rows,
    }
    return given, found.more


def _row(version: Row, free: dict[int, list[str]], approvers: dict[int, list[str]], own: set[int]) -> Row:
    listed = version["goods_total"] + version["discount_total"]
    computed = {
        "list_total": listed,
        "given_away": version["discount_total"],
        "discount": Concession(None, listed, version["goods_total"]).discount,
        "free_extras": free.get(version["id"], []),
        "approved_by": approvers.get(version["id"], []),
        "self_approved": version["id"] in own,
    }
    return {column.key: computed.get(column.key, version.get(column.key)) for column in QUOTES}


def _sum(rows: Iterable[Row], states: Iterable[QuoteState]) -> Row:
    chosen = [row for row in rows if row["state"] in set(states)]
    listed, given = (sum(row[key] for row in chosen) for key in ("list_total", "given_away"))
    discount = Concession(None, listed, listed - given).discount
    return {"quotes": len(chosen), "list_total": listed, "given_away": given, "discount": discount}


def _grouped(rows: Iterable[Row], key: str, value: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row[value])
    return found
