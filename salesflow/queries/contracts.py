"""Contracts as they are listed and shown, with their terms, instalments and splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import ContractState, ContractTerm, InstalmentEvent, SubjectKind
from salesflow.errors import NotFound
from salesflow.i18n import Message, msg
from salesflow.queries import approvals
from salesflow.queries.base import Page, Where, page, pieces
from salesflow.queries.quotes import LINE_COLUMNS
from salesflow.rules.instalments import Part, due_on
from salesflow.text import fold

TERM_COLUMNS: Final = (
    Column("name", "Term", Kind.CODE, labels="contractterm"),
    Column("text", "Text", flexible=True),
)
INSTALMENT_COLUMNS: Final = (
    Column("position", "No.", Kind.INTEGER),
    Column("share", "Share", Kind.PERCENT),
    Column("amount", "Amount", Kind.MONEY),
    Column("event", "Payable on", Kind.CODE, labels="instalmentevent"),
    Column("days", "Days", Kind.INTEGER),
    Column("due_on", "Due", Kind.DATE),
)
SPLIT_COLUMNS: Final = (Column("login", "Login"), Column("name", "Name"), Column("share", "Share", Kind.PERCENT))
REVISION_COLUMNS: Final = (
    Column("revision", "Revision", Kind.INTEGER),
    Column("amount", "Amount", Kind.MONEY),
    Column("standing", "Standing", Kind.MESSAGE),
    Column("signed_on", "Signed", Kind.DATE),
    Column("reason", "Reason", flexible=True),
    Column("by", "By"),
    Column("made_at", "Made at", Kind.INSTANT),
)
COLUMNS: Final = (
    Column("number", "No."),
    Column("revision", "Revision", Kind.INTEGER, table=False),
    Column("customer_code", "Customer code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("title", "Title", flexible=True),
    Column("state", "State", Kind.CODE, labels="contractstate"),
    Column("amount", "Amount", Kind.MONEY),
    Column("signed_on", "Signed", Kind.DATE),
    Column("quote_number", "Quote", table=False),
    Column("quote_version", "Quote version", Kind.INTEGER, table=False),
    Column("owner", "Owner"),
    Column("in_force", "Revision in force", Kind.INTEGER, table=False),
    Column("tax_total", "Tax included", Kind.MONEY, table=False),
    Column("created_on", "Made", Kind.DATE, table=False),
    Column("ended_on", "Ended", Kind.DATE, table=False),
)
SHOW: Final = (
    *COLUMNS,
    Column("returned_because", "Returned because", table=False),
    Column("reason", "Reason of the amendment", table=False),
    Column("version", "Version", Kind.INTEGER, table=False),
    Column("terms", "Terms", Kind.ROWS, columns=TERM_COLUMNS, table=False),
    Column("instalments", "Instalments", Kind.ROWS, columns=INSTALMENT_COLUMNS, table=False),
    Column("splits", "Commission splits", Kind.ROWS, columns=SPLIT_COLUMNS, table=False),
    Column("lines", "Lines", Kind.ROWS, columns=LINE_COLUMNS, table=False),
    Column("orders", "Its orders", Kind.LIST, table=False),
    Column("revisions", "Revisions", Kind.ROWS, columns=REVISION_COLUMNS, table=False),
    Column("approval", "Approval", Kind.RECORD, columns=approvals.OF_SUBJECT, table=False),
)
_PARTS: Final = (
    "returned_because", "terms", "instalments", "splits", "lines", "orders", "revisions", "approval",
)  # fmt: skip
_OF_REVISION: Final = ("title", "amount", "tax_total", "quote_id", "reason")


class ContractRef(NamedTuple):
    """A contract, as another record refers to it."""

    id: int
    number: str
    customer_id: int
    state: ContractState
    version: int
    quote_number: str | None


def listed(
    context: Context,
    *,
    customer_id: int | None = None,
    states: Sequence[ContractState] = (),
    owner_id: int | None = None,
    keep: int | None = None,
) -> Page:
    """Contracts, the newest first; no states means any. keep: as of `queries.base.page`."""
    where = Where().equal(customer_id=customer_id, owner_id=owner_id)
    where.any_of("state", [state.value for state in states])
    return page(context, "v_contract", COLUMNS, where, order="id DESC", keep=keep)


def resolve(context: Context, ref: str) -> ContractRef:
    """The contract that a person names by its number, in any case. Raises NotFound."""
    row = context.reader.one(
        "SELECT id, number, customer_id, state, version, quote_number FROM v_contract WHERE number = :number",
        {"number": fold(ref).upper()},
    )
    if row is None:
        raise NotFound(
            msg("there is no contract {number}", number=ref),
            msg("see: salesflow contract list"),
            code="unknown-contract",
        )
    return ContractRef(**{**row, "state": ContractState(row["state"])})


def show(context: Context, ref: str, revision: int | None = None) -> dict[str, Any]:
    """A contract with all that one of its revisions says, the newest one unless told otherwise. Raises NotFound."""
    found = resolve(context, ref)
    names = ", ".join(
        dict.fromkeys([*(column.key for column in SHOW if column.key not in _PARTS), *_OF_REVISION, "id"])
    )
    row = context.reader.rows(f"SELECT {names} FROM v_contract WHERE id = :id", {"id": found.id})[0]  # noqa: S608 - names of ours
    newest = row["revision"]
    if revision is not None and revision != newest:
        row |= _of_revision(context, found, revision)
    own = {"id": found.id, "revision": row["revision"]}
    approval = approvals.for_subject(context, SubjectKind.CONTRACT, found.id)
    draft = row["state"] == ContractState.DRAFT and row["revision"] == newest
    computed = {
        "returned_because": approvals.rejection(approval) if draft else None,
        "terms": _terms(context, own),
        "instalments": instalments(context, {found.id: row}, {found.id: row["revision"]})[found.id],
        "splits": _rows(context, "v_commission_split", SPLIT_COLUMNS, own, "share DESC, login"),
        "lines": _lines(context, row["quote_id"]),
        "orders": _orders(context, found.id),
        "revisions": _revisions(context, found.id, newest),
        "approval": approval,
    }
    return {column.key: computed.get(column.key, row.get(column.key)) for column in SHOW}


def instalments(
    context: Context, contracts: Mapping[int, Mapping[str, Any]], revisions: Mapping[int, int]
) -> dict[int, list[dict[str, Any]]]:
    """The instalments of a revision of each contract, with the days on which they are due as far as that is known.

    contracts: by key, each with `signed_on`; revisions: which one of each.
    """
    found: dict[int, list[dict[str, Any]]] = {key: [] for key in contracts}
    happened = _happened(context, contracts)
    names = ", ".join(column.key for column in INSTALMENT_COLUMNS)
    for some in pieces(list(contracts)):
        where = Where().any_of("contract_id", some)
        sql = f"SELECT contract_id, revision, {names} FROM v_instalment{where} ORDER BY contract_id, revision, position"  # noqa: S608 - names of ours
        for row in context.reader.rows(sql, where.parameters):
            key = row.pop("contract_id")
            if row.pop("revision") == revisions[key]:
                on = None if row["due_on"] is None else date.fromisoformat(row["due_on"])
                part = Part(row["share"], InstalmentEvent(row["event"]), row["days"], on)
                due = due_on(part, happened[key])
                found[key].append({**row, "due_on": None if due is None else due.isoformat()})
    return found


def _happened(context: Context, contracts: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[InstalmentEvent, date]]:
    """What of the events that instalments hang on has happened, and on which day: the first delivery and acceptance count."""
    from salesflow.clock import from_db

    found: dict[int, dict[InstalmentEvent, date]] = {key: {} for key in contracts}
    for key, row in contracts.items():
        if row["signed_on"] is not None:
            found[key][InstalmentEvent.SIGNING] = date.fromisoformat(row["signed_on"])
    events = {"delivered": InstalmentEvent.DELIVERY, "accepted": InstalmentEvent.ACCEPTANCE}
    for some in pieces(list(contracts)):
        where = Where().any_of("contract_id", some)
        sql = (
            "SELECT v_order.contract_id, change.to_state, min(change.at) AS at FROM v_order "  # noqa: S608 - names of ours
            "JOIN v_state_change change ON change.subject_kind = 'order' AND change.subject_id = v_order.id "
            f"AND change.to_state IN ('delivered', 'accepted'){where} GROUP BY v_order.contract_id, change.to_state"
        )
        for row in context.reader.rows(sql, where.parameters):
            found[row["contract_id"]][events[row["to_state"]]] = context.clock.local(from_db(row["at"])).date()
    return found


def _of_revision(context: Context, found: ContractRef, revision: int) -> dict[str, Any]:
    names = ", ".join(_OF_REVISION)
    row = context.reader.one(
        f"SELECT revision, {names} FROM v_contract_revision WHERE contract_id = :id AND revision = :revision",  # noqa: S608 - names of ours
        {"id": found.id, "revision": revision},
    )
    if row is None:
        raise NotFound(
            msg("{number} has no revision {revision}", number=found.number, revision=revision),
            msg("see: salesflow contract show {number}", number=found.number),
            code="unknown-revision",
        )
    if row["quote_id"] is None:
        return {**row, "quote_number": None, "quote_version": None}
    sql = "SELECT number AS quote_number, version AS quote_version FROM v_quote WHERE id = :id"
    return {**row, **context.reader.rows(sql, {"id": row["quote_id"]})[0]}


def _terms(context: Context, own: Mapping[str, int]) -> list[dict[str, Any]]:
    """The terms in the order in which contracts have them."""
    sql = "SELECT term AS name, text FROM v_contract_clause WHERE contract_id = :id AND revision = :revision"
    order = [term.value for term in ContractTerm]
    return sorted(context.reader.rows(sql, own), key=lambda row: order.index(row["name"]))


def _rows(
    context: Context, view: str, columns: Sequence[Column], own: Mapping[str, int], order: str
) -> list[dict[str, Any]]:
    names = ", ".join(column.key for column in columns)
    sql = f"SELECT {names} FROM {view} WHERE contract_id = :id AND revision = :revision ORDER BY {order}"  # noqa: S608 - names of ours
    return context.reader.rows(sql, own)


def _lines(context: Context, quote_id: int | None) -> list[dict[str, Any]]:
    if quote_id is None:
        return []
    names = ", ".join(column.key for column in LINE_COLUMNS)
    sql = f"SELECT {names} FROM v_quote_line WHERE quote_id = :id ORDER BY line"  # noqa: S608 - names of ours
    return context.reader.rows(sql, {"id": quote_id})


def _orders(context: Context, contract_id: int) -> list[str]:
    rows = context.reader.rows("SELECT number FROM v_order WHERE contract_id = :id ORDER BY id", {"id": contract_id})
    return [row["number"] for row in rows]


def _revisions(context: Context, contract_id: int, newest: int) -> list[dict[str, Any]]:
    sql = (
        'SELECT revision, amount, signed_on, reason, "by", made_at, in_force FROM v_contract_revision '
        "WHERE contract_id = :id ORDER BY revision"
    )
    rows = context.reader.rows(sql, {"id": contract_id})
    return [{**row, "standing": _standing(row, row.pop("in_force"), newest)} for row in rows]


def _standing(row: Mapping[str, Any], in_force: int | None, newest: int) -> Message:
    """What became of a revision."""
    if row["revision"] == in_force:
        return msg("in force")
    if row["signed_on"] is not None:
        return msg("superseded")
    return msg("not signed yet") if row["revision"] == newest else msg("given up")
