"""Quotes as they are listed and shown, and what the rules say of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import QuoteState, SubjectKind
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries import approvals
from salesflow.queries.base import Page, Where, page
from salesflow.queries.staff import staff_id

LINE_COLUMNS = (
    Column("line", "Line", Kind.INTEGER),
    Column("sku", "SKU"),
    Column("name", "Product", flexible=True),
    Column("spec", "Spec", table=False),
    Column("quantity", "Quantity", Kind.QUANTITY),
    Column("unit", "Unit", table=False),
    Column("list_price", "List price", Kind.MONEY, spare=True),
    Column("discount", "Discount", Kind.PERCENT),
    Column("unit_price", "Unit price", Kind.PRICE),
    Column("tax_rate", "Tax rate", Kind.PERCENT, spare=True),
    Column("tax", "Tax", Kind.MONEY, spare=True),
    Column("amount", "Amount", Kind.MONEY),
    Column("net", "Without tax", Kind.FLAG, table=False),
    Column("list_amount", "List amount", Kind.MONEY, table=False),
    Column("given_price", "Given price", Kind.MONEY, table=False),
    Column("given_discount", "Given discount", Kind.PERCENT, table=False),
    Column("discount_rule", "Discount by", table=False),
    Column("floor_price", "Floor price", Kind.MONEY, table=False),
    Column("cost", "Cost", Kind.MONEY, table=False),
)

EXTRA_COLUMNS = (
    Column("text", "Extra", flexible=True),
    Column("amount", "Amount", Kind.MONEY),
)

VERSION_COLUMNS = (
    Column("version", "Version", Kind.INTEGER),
    Column("state", "State", Kind.CODE, labels="quotestate"),
    Column("created_on", "Made", Kind.DATE),
    Column("valid_until", "Valid until", Kind.DATE),
    Column("max_discount", "Largest discount", Kind.PERCENT),
    Column("total", "Total", Kind.MONEY),
)

AGREED_COLUMNS = (
    Column("number", "No."),
    Column("version", "Version", Kind.INTEGER),
    Column("accepted_on", "Accepted on", Kind.DATE),
    Column("noted_at", "Noted", Kind.INSTANT),
    Column("noted_by", "By"),
    Column("total", "Total", Kind.MONEY),
)

COLUMNS = (
    Column("number", "No."),
    Column("version", "Version", Kind.INTEGER, table=False),
    Column("customer_code", "Customer code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("state", "State", Kind.CODE, labels="quotestate", order="shown_state"),
    Column("created_on", "Made", Kind.DATE, table=False),
    Column("valid_until", "Valid until", Kind.DATE),
    Column("goods_total", "Goods", Kind.MONEY, table=False),
    Column("discount_total", "Discount", Kind.MONEY, table=False),
    Column("freight", "Freight", Kind.MONEY, table=False),
    Column("extras_total", "Extras", Kind.MONEY, table=False),
    Column("tax_total", "Tax included", Kind.MONEY, table=False),
    Column("total", "Total", Kind.MONEY),
    Column("max_discount", "Largest discount", Kind.PERCENT, table=False),
    Column("owner", "Owner"),
    Column("opportunity", "Opportunity", table=False),
    Column("sent_at", "Sent", Kind.INSTANT, table=False),
    Column("accepted_on", "Accepted on", Kind.DATE, table=False),
    Column("loss_reason", "Loss reason", Kind.CODE, labels="lossreason", table=False),
    Column("approval", "Approval", Kind.RECORD, columns=approvals.OF_SUBJECT, table=False),
)
_OF_APPROVAL = COLUMNS[-1]

SHOW_COLUMNS = (
    *COLUMNS[:-1],
    Column("quote_discount", "Quote discount", Kind.PERCENT, table=False),
    Column("returned_because", "Returned because", table=False),
    Column("declined_because", "Declined because", table=False),
    Column("payment_terms", "Payment terms", table=False),
    Column("delivery_days", "Delivery days", Kind.INTEGER, table=False),
    Column("warranty", "Warranty", table=False),
    Column("note", "Note", table=False),
    Column("created_at", "Made at", Kind.INSTANT, table=False),
    Column("policy_id", "Policy version", Kind.INTEGER, table=False),
    Column("lines", "Lines", Kind.ROWS, columns=LINE_COLUMNS, table=False),
    Column("extras", "Extras", Kind.ROWS, columns=EXTRA_COLUMNS, table=False),
    _OF_APPROVAL,
    Column("made_by", "Made by", table=False),
    Column("edition", "Edition", Kind.INTEGER, table=False),
    Column("versions", "Versions", Kind.ROWS, columns=VERSION_COLUMNS, table=False),
)

# A quote that can still be accepted expires by its date: no job marks it, every reader sees it.
_VIEW = (
    "(SELECT v_quote.*, CASE WHEN state IN ('approved', 'sent') AND valid_until < :today THEN 'expired' ELSE state END "
    "AS shown_state FROM v_quote) AS seen_quote"
)
_COMPUTED = ("state", "approval")
_LOOKED_UP = ("returned_because", "declined_because", "made_by", "lines", "extras", "versions")
_ALSO = ("id", "shown_state")
_REASON = "SELECT reason FROM v_state_change WHERE subject_kind = 'quote' AND subject_id = :id ORDER BY id DESC"
_MAKER = "SELECT \"by\" FROM v_state_change WHERE subject_kind = 'quote' AND subject_id = :id AND from_state IS NULL"
_SENDER = (
    "SELECT \"by\" FROM v_state_change WHERE subject_kind = 'quote' AND subject_id = :id "
    "AND (from_state IS NULL OR (from_state = 'draft' AND to_state IN ('pending_approval', 'approved'))) ORDER BY id DESC"
)


class QuoteRef(NamedTuple):
    """The newest version of a quote, as another record refers to it."""

    id: int
    number: str
    version: int
    customer_id: int
    state: QuoteState


def listed(
    context: Context,
    *,
    customer_id: int | None = None,
    states: Sequence[QuoteState] = (),
    owners: Sequence[str] = (),
    every_version: bool = False,
    keep: int | None = None,
) -> Page:
    """Quotes, the newest first; no states or owners means any. The states are the ones that are shown: an approved quote
    that has expired is expired. Versions that were superseded show where they are asked for, by their state too. keep: as
    of `queries.base.page`. Raises NotFound for an owner that is not there.
    """
    where = Where().equal(customer_id=customer_id)
    where.any_of("shown_state", [state.value for state in states])
    if not (every_version or states):
        where.add("state <> 'superseded'")
    where.any_of("owner_id", [staff_id(context, login, everybody=True) for login in owners])
    where.parameters["today"] = context.clock.today().isoformat()
    found = page(context, _VIEW, COLUMNS, where, order="id DESC", computed=_COMPUTED, also=_ALSO, keep=keep)
    return Page(_complete(context, found.rows), found.more)


def show(context: Context, ref: str, version: int | None = None) -> dict[str, Any]:
    """A version of a quote (the newest one unless told otherwise) with its lines, extras and approval. Raises NotFound."""
    names = [column.key for column in SHOW_COLUMNS if column.key not in (*_COMPUTED, *_LOOKED_UP)]
    row = context.reader.one(
        f"SELECT {', '.join((*names, *_ALSO, 'customer_grade', 'customer_id'))} FROM {_VIEW} "  # noqa: S608 - names of ours
        "WHERE number = :number AND (:version IS NULL OR version = :version) ORDER BY version DESC",
        {"number": folded(ref), "version": version, "today": context.clock.today().isoformat()},
    )
    if row is None:
        raise unknown(ref) if version is None else _no_version(context, ref, version)
    own = {"id": row["id"]}
    row["made_by"] = context.reader.value(_MAKER, own)
    row["sender"] = context.reader.value(_SENDER, own)
    row["versions"] = _versions(context, row["number"])
    row["lines"] = _parts(context, "v_quote_line", LINE_COLUMNS, "line", own)
    row["extras"] = _parts(context, "v_quote_extra", EXTRA_COLUMNS, "position", own)
    declined = row["shown_state"] == QuoteState.DECLINED
    row["declined_because"] = context.reader.value(_REASON, own) or None if declined else None
    (found,) = _complete(context, [row])
    draft = found["state"] == QuoteState.DRAFT
    return {**found, "returned_because": approvals.rejection(found["approval"]) if draft else None}


def resolve(context: Context, ref: str) -> QuoteRef:
    """The quote that a person names by its number, in any case. Raises NotFound."""
    row = context.reader.one(
        "SELECT id, number, version, customer_id, state FROM v_quote WHERE number = :number ORDER BY version DESC",
        {"number": folded(ref)},
    )
    if row is None:
        raise unknown(ref)
    return QuoteRef(row["id"], row["number"], row["version"], row["customer_id"], QuoteState(row["state"]))


def version(context: Context, quote_id: int) -> int:
    """Which version of its quote a record is."""
    return int(context.reader.value("SELECT version FROM v_quote WHERE id = :id", {"id": quote_id}))


def version_before(context: Context, number: str, version: int) -> int | None:
    """The version before one of a quote, None of its first."""
    sql = "SELECT max(version) FROM v_quote WHERE number = :number AND version < :version"
    found = context.reader.value(sql, {"number": number, "version": version})
    return None if found is None else int(found)


def folded(ref: str) -> str:
    """A number as it is stored: people type q2026-0001."""
    from salesflow.text import fold

    return fold(ref).upper()


def unknown(ref: str) -> NotFound:
    return NotFound(
        msg("there is no quote {number}", number=ref), msg("see: salesflow quote list"), code="unknown-quote"
    )


def _no_version(context: Context, ref: str, version: int) -> NotFound:
    found = resolve(context, ref)
    return NotFound(
        msg("{number} has no version {version}", number=found.number, version=version),
        msg("the newest one is {version}: salesflow quote show {number}", number=found.number, version=found.version),
        code="unknown-version",
    )


def _parts(
    context: Context, view: str, columns: Iterable[Column], order: str, own: dict[str, int]
) -> list[dict[str, Any]]:
    names = ", ".join(column.key for column in columns)
    return context.reader.rows(f"SELECT {names} FROM {view} WHERE quote_id = :id ORDER BY {order}", own)  # noqa: S608 - names of ours


def accepted_of(context: Context, customer_id: int) -> list[dict[str, Any]]:
    """What a customer accepted: which version of which quote, on which day, and when that was noted."""
    return context.reader.rows(
        'SELECT quote.number, quote.version, quote.accepted_on, change.at AS noted_at, change."by" AS noted_by, quote.total '
        "FROM v_quote quote JOIN v_state_change change ON change.subject_kind = 'quote' AND change.subject_id = quote.id "
        "AND change.to_state = 'accepted' WHERE quote.customer_id = :id ORDER BY quote.accepted_on DESC, quote.id DESC",
        {"id": customer_id},
    )


def versions_of(context: Context, customer_id: int) -> list[dict[str, Any]]:
    """Every version of every quote to a customer, the newest first, with the state of today."""
    names = "id, number, version, created_on, goods_total, discount_total, max_discount, total, owner, accepted_on"
    return context.reader.rows(
        f"SELECT {names}, shown_state AS state FROM {_VIEW} WHERE customer_id = :id ORDER BY id DESC",  # noqa: S608 - names of ours
        {"id": customer_id, "today": context.clock.today().isoformat()},
    )


def _versions(context: Context, number: str) -> list[dict[str, Any]]:
    """Every version of a quote that has several."""
    names = ", ".join(column.key for column in VERSION_COLUMNS if column.key != "state")
    rows = context.reader.rows(
        f"SELECT {names}, shown_state AS state FROM {_VIEW} WHERE number = :number ORDER BY version",  # noqa: S608 - names of ours
        {"number": number, "today": context.clock.today().isoformat()},
    )
    return rows if len(rows) > 1 else []


def _complete(context: Context, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the view with the state of today and their approvals."""
    found = approvals.for_subjects(context, SubjectKind.QUOTE, [row["id"] for row in rows])
    return [{**row, "state": row["shown_state"], "approval": found.get(row["id"])} for row in rows]
