"""What goes along when a book of customers goes to somebody else, and what does not go by itself."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import OrderState, QuoteState
from salesflow.i18n import Message, label, msg
from salesflow.money import display_money

COLUMNS: Final[Columns] = (
    Column("kind", "Kind", Kind.CODE, labels="obligation"),
    Column("ref", "Reference"),
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("due_on", "Due", Kind.DATE),
    Column("text", "What", Kind.MESSAGE, flexible=True),
    Column("goes_along", "Goes along", Kind.FLAG),
)
_OPEN_QUOTES: Final = tuple(
    state.value for state in (QuoteState.DRAFT, QuoteState.PENDING_APPROVAL, QuoteState.APPROVED, QuoteState.SENT)
)
_DONE_ORDERS: Final = tuple(state.value for state in (OrderState.CLOSED, OrderState.CANCELLED))


class _Question(NamedTuple):
    """One kind of obligation: its rows, whether they go along, and what is said of each."""

    kind: str
    sql: str
    goes_along: bool
    said: Any


def obligations(context: Context, staff_id: int, *, together: bool) -> list[dict[str, Any]]:
    """Every open obligation of somebody, kind by kind in the order of enums.Obligation, the earliest first.

    `together`: the whole book goes to one person, who then gives the support that was asked of the other; where it goes
    to many, nobody is told to.
    """
    found = []
    asked = {"me": staff_id, "today": context.clock.today().isoformat()}
    for question in _QUESTIONS:
        for row in context.reader.rows(question.sql, asked):
            named = {column.key: row.get(column.key) for column in COLUMNS}
            goes = question.goes_along and (together or question.kind != "support")
            found.append({**named, "kind": question.kind, "text": question.said(row), "goes_along": goes})
    return found


def _plan(row: dict[str, Any]) -> Message:
    action = label("method", row["method"]) if row["method"] else msg("follow up")
    return msg("{action}: {what}", action=action, what=row["focus"]) if row["focus"] else action


def _quote(row: dict[str, Any]) -> Message:
    return msg("{state}, {total}", state=label("quotestate", row["state"]), total=display_money(row["total"]))


def _order(row: dict[str, Any]) -> Message:
    return msg("{state}, {total}", state=label("orderstate", row["state"]), total=display_money(row["total"]))


def _submitted(row: dict[str, Any]) -> Message:
    return msg("{subject} waits for the role {role}", subject=row["subject_ref"], role=label("role", row["role"]))


def _inbox(row: dict[str, Any]) -> Message:
    return msg(
        "{subject} waits for the role {role}, which nobody else holds",
        subject=row["subject_ref"],
        role=label("role", row["role"]),
    )


def _support(row: dict[str, Any]) -> Message:
    return msg("support: {what}", what=row["support_for"] or row["focus"] or "")


def _contract(row: dict[str, Any]) -> Message:
    return msg("{state}, {total}", state=label("contractstate", row["state"]), total=display_money(row["amount"]))


def _objection(row: dict[str, Any]) -> Message:
    return msg("{state}: {what}", state=label("objectionoutcome", row["outcome"]), what=row["statement"])


def _opportunity(row: dict[str, Any]) -> Message:
    stage = label("opportunitystate", row["stage"])
    return msg("{stage}, {amount}: {what}", stage=stage, amount=display_money(row["amount"]), what=row["title"])


def _listed(states: tuple[str, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_QUESTIONS: Final = (
    _Question(
        "plan",
        "SELECT id AS ref, customer_code, customer_name, due_on, method, focus FROM v_followup_due WHERE owner_id = :me "
        "ORDER BY due_on, id",
        True,
        _plan,
    ),
    _Question(
        "quote",
        "SELECT number AS ref, customer_code, customer_name, valid_until AS due_on, state, total FROM v_quote "  # noqa: S608 - names of ours
        f"WHERE owner_id = :me AND state IN ({_listed(_OPEN_QUOTES)}) AND valid_until >= :today ORDER BY valid_until, number",
        True,
        _quote,
    ),
    _Question(
        "order",
        "SELECT number AS ref, customer_code, customer_name, expected_delivery_on AS due_on, state, total FROM v_order "  # noqa: S608 - names of ours
        f"WHERE owner_id = :me AND state NOT IN ({_listed(_DONE_ORDERS)}) ORDER BY expected_delivery_on, number",
        True,
        _order,
    ),
    _Question(
        "contract",
        "SELECT number AS ref, customer_code, customer_name, NULL AS due_on, state, amount FROM v_contract "
        "WHERE owner_id = :me AND ended_on IS NULL ORDER BY number",
        True,
        _contract,
    ),
    _Question(
        "objection",
        "SELECT number AS ref, customer_code, customer_name, NULL AS due_on, outcome, statement FROM v_objection "
        "WHERE owner_id = :me AND outcome <> 'resolved' AND archived_at IS NULL ORDER BY number",
        True,
        _objection,
    ),
    _Question(
        "opportunity",
        "SELECT number AS ref, customer_code, customer_name, expected_close AS due_on, stage, amount, title FROM v_opportunity "
        "WHERE owner_id = :me AND closed_on IS NULL AND archived_at IS NULL ORDER BY expected_close, number",
        True,
        _opportunity,
    ),
    _Question(
        "support",
        "SELECT id AS ref, customer_code, customer_name, due_on, support_for, focus FROM v_plan_item "
        "WHERE support_id = :me AND state = 'pending' ORDER BY due_on, id",
        True,
        _support,
    ),
    _Question(
        "submission",
        "SELECT number AS ref, customer_code, customer_name, NULL AS due_on, subject_ref, waiting_for_role AS role FROM v_approval "
        "WHERE submitted_by_id = :me AND state = 'pending' ORDER BY number",
        True,
        _submitted,
    ),
    _Question(
        "decision",
        "SELECT number AS ref, customer_code, customer_name, NULL AS due_on, subject_ref, waiting_for_role AS role "
        "FROM v_approval a WHERE state = 'pending' "
        "AND EXISTS (SELECT 1 FROM v_staff_role r WHERE r.role = a.waiting_for_role AND r.staff_id = :me) "
        "AND NOT EXISTS (SELECT 1 FROM v_staff_role r WHERE r.role = a.waiting_for_role AND r.staff_id <> :me AND r.active) "
        "ORDER BY number",
        False,
        _inbox,
    ),
)
