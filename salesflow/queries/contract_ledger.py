"""The contract ledger (合同台帐), and its monthly reconciliation with the orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from salesflow.clock import to_db
from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import ContractState, Difference, OrderState
from salesflow.i18n import Message, label, msg
from salesflow.money import display_money
from salesflow.queries.base import Page, Where, arranged, pieces
from salesflow.queries.contracts import instalments
from salesflow.rules.instalments import overdue

COLUMNS: Final = (
    Column("number", "No."),
    Column("customer_code", "Customer code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("title", "Title", flexible=True, table=False),
    Column("signed_on", "Signed", Kind.DATE),
    Column("amount", "Amount", Kind.MONEY),
    Column("delivered", "Delivered", Kind.MONEY, spare=True),
    Column("invoiced", "Invoiced", Kind.MONEY, spare=True),
    Column("collected", "Collected", Kind.MONEY, spare=True),
    Column("outstanding", "Outstanding", Kind.MONEY),
    Column("overdue", "Past due", Kind.MONEY, urgent=True),
    Column("next_due_on", "Next due", Kind.DATE, table=False),
    Column("state", "State", Kind.CODE, labels="contractstate"),
    Column("owner", "Owner", table=False),
    Column("in_force", "Revision in force", Kind.INTEGER, table=False),
    Column("ended_on", "Ended", Kind.DATE, table=False),
)
DIFFERENCES: Final = (
    Column("kind", "Difference", Kind.CODE, labels="difference"),
    Column("ref", "Record"),
    Column("customer_name", "Customer", flexible=True),
    Column("text", "What differs", Kind.MESSAGE, flexible=True),
    Column("amount", "Amount", Kind.MONEY),
    Column("customer_code", "Customer code", table=False),
)
_READ: Final = tuple(
    column.key for column in COLUMNS if column.key not in ("outstanding", "overdue", "next_due_on", "state")
)
_DELIVERED: Final = (OrderState.DELIVERED.value, OrderState.ACCEPTED.value, OrderState.CLOSED.value)
_ENDED: Final = (ContractState.TERMINATED.value, ContractState.CLOSED.value)


class Wanted(NamedTuple):
    """Which contracts of the ledger: signed from `first` to `last`, of an owner, of a customer, only those overdue."""

    first: date | None = None
    last: date | None = None
    owner_id: int | None = None
    customer_id: int | None = None
    overdue: bool = False


class Ledger(NamedTuple):
    """The contracts that are shown, and what all that were asked for come to; None where there are none."""

    page: Page
    totals: Message | None


def ledger(context: Context, wanted: Wanted, *, keep: int | None = None) -> Ledger:
    """The contracts that are or were in force, the latest signed first. keep: as of `queries.base.page`."""
    rows = _rows(context, wanted)
    if wanted.overdue:
        rows = [row for row in rows if row["overdue"]]
    return Ledger(arranged(context.asked, COLUMNS, rows, keep=keep), _totals(rows))


def _totals(rows: Sequence[Mapping[str, Any]]) -> Message | None:
    if not rows:
        return None
    sums = {key: display_money(sum(row[key] for row in rows)) for key in ("amount", "outstanding", "overdue")}
    return msg("{amount} in all; outstanding: {outstanding}; overdue: {overdue}", **sums)


def differences(context: Context, month: tuple[date, date]) -> list[dict[str, Any]]:
    """What does not agree in a month (its first and last day): contracts in force against their orders, deliveries and dues.

    All as it stood at the end of its last day, or stands now where that comes first: contracts signed by then with the
    revision that was in force, orders made by then in the state in which they were. Which contract an order rests on is
    known as of now alone.
    """
    first, last = month
    day = min(last, context.clock.today())
    rows = _rows(context, Wanted(last=day), day)
    ordered = _ordered(context, [row["id"] for row in rows], day)
    found = [one for row in rows for one in _of_contract(row, ordered.get(row["id"], []), first)]
    return [*found, *_without_contract(context, month)]


def _rows(context: Context, wanted: Wanted, day: date | None = None) -> list[dict[str, Any]]:
    """The ledger as it stands, or stood at the end of a day."""
    where = Where().equal(owner_id=wanted.owner_id, customer_id=wanted.customer_id)
    where.between("signed_on", *(None if end is None else end.isoformat() for end in (wanted.first, wanted.last)))
    names = ", ".join((*_READ, "id", "state"))
    sql = f"SELECT {names} FROM v_contract_ledger{where} ORDER BY signed_on DESC, id DESC"  # noqa: S608 - names of ours
    rows = context.reader.rows(sql, where.parameters)
    if day is not None:
        rows = _back_then(context, rows, day)
    by_id = {row["id"]: row for row in rows}
    parts = instalments(context, by_id, {key: row["in_force"] for key, row in by_id.items()})
    return [_complete(row, parts[row["id"]], day or context.clock.today()) for row in rows]


def _back_then(context: Context, rows: Sequence[Mapping[str, Any]], day: date) -> list[dict[str, Any]]:
    """The rows with the revision that was in force at the end of a day, and not ended yet where that came later."""
    amounts: dict[int, tuple[int, int]] = {}
    for some in pieces([row["id"] for row in rows]):
        where = Where().any_of("contract_id", some).between("signed_on", None, day.isoformat())
        sql = f"SELECT contract_id, revision, amount FROM v_contract_revision{where} ORDER BY revision"  # noqa: S608 - names of ours
        for one in context.reader.rows(sql, where.parameters):
            amounts[one["contract_id"]] = (one["revision"], one["amount"])
    found = []
    for row in rows:
        ended = row["ended_on"] is not None and row["ended_on"] <= day.isoformat()
        standing = {} if ended else {"ended_on": None, "state": ContractState.SIGNED.value}
        revision, amount = amounts.get(row["id"], (row["in_force"], row["amount"]))
        found.append({**row, **standing, "in_force": revision, "amount": amount})
    return found


def _complete(row: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], day: date) -> dict[str, Any]:
    """A contract of the ledger with what is outstanding and overdue on a day; an ended one expects nothing more."""
    ended = row["state"] in _ENDED
    dues = [(part["amount"], None if part["due_on"] is None else date.fromisoformat(part["due_on"])) for part in parts]
    paid = row["collected"]
    later = sorted(due for _, due in dues if due is not None and due >= day)
    computed = {
        "outstanding": 0 if ended else row["amount"] - paid,
        "overdue": 0 if ended else overdue(dues, collected=paid, today=day),
        "next_due_on": later[0].isoformat() if later and not ended else None,
        "state": row["state"] if ended else ContractState.SIGNED.value,
    }
    complete = {column.key: computed.get(column.key, row.get(column.key)) for column in COLUMNS}
    return {**complete, "id": row["id"]}


def _ordered(context: Context, keys: Sequence[int], day: date) -> dict[int, list[dict[str, Any]]]:
    """The orders of contracts that were made by the end of a day and not cancelled by then, in the state of that time."""
    end = to_db(_midnight(context, day + timedelta(days=1)))
    state = (
        "(SELECT to_state FROM v_state_change change WHERE change.subject_kind = 'order' "
        "AND change.subject_id = v_order.id AND change.at < :end ORDER BY change.id DESC LIMIT 1)"
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for some in pieces(keys):
        where = Where().any_of("contract_id", some).add("created_at < :end", end=end)
        sql = f"SELECT contract_id, number, {state} AS state, total FROM v_order{where} ORDER BY id"  # noqa: S608 - names of ours
        for row in context.reader.rows(sql, where.parameters):
            if row["state"] != OrderState.CANCELLED:
                found.setdefault(row["contract_id"], []).append(row)
    return found


def _midnight(context: Context, day: date) -> datetime:
    """The moment at which a day begins in the office."""
    return datetime.combine(day, time(), context.clock.zone)


def _of_contract(row: Mapping[str, Any], orders: Sequence[Mapping[str, Any]], first: date) -> Iterator[dict[str, Any]]:
    """What differs between a contract, its orders, what was delivered and what is due; first: the month's first day."""
    if row["state"] == ContractState.TERMINATED:
        yield from _of_terminated(row, orders)
    elif row["ended_on"] is None or row["ended_on"] >= first.isoformat():
        yield from _of_running(row, orders)


def _of_terminated(row: Mapping[str, Any], orders: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The orders that go on without it, month after month until they are closed."""
    for order in orders:
        if order["state"] != OrderState.CLOSED:
            state = label("orderstate", order["state"])
            text = msg("{contract} is terminated, the order is {state}", contract=row["number"], state=state)
            yield _difference(Difference.ORDER_ON_ENDED, row, text, order["total"], order["number"])


def _of_running(row: Mapping[str, Any], orders: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A contract in force, or closed within the month, against its orders, what was delivered and what is due."""
    total, amount = sum(order["total"] for order in orders), row["amount"]
    delivered = sum(order["total"] for order in orders if order["state"] in _DELIVERED)
    if not orders and row["state"] == ContractState.SIGNED:
        text = msg("signed on {date}, and there is no order", date=row["signed_on"])
        yield _difference(Difference.NO_ORDER, row, text, amount)
    elif orders and total != amount:
        text = msg(
            "the contract comes to {amount}, its orders to {total}",
            amount=display_money(amount),
            total=display_money(total),
        )
        yield _difference(Difference.ORDER_AMOUNT, row, text, total - amount)
    if delivered > amount:
        shown = {"delivered": display_money(delivered), "amount": display_money(amount)}
        text = msg("{delivered} delivered, {amount} contracted", **shown)
        yield _difference(Difference.DELIVERED_MORE, row, text, delivered - amount)
    if row["invoiced"] > amount:
        text = msg("{invoiced} invoiced, {amount} contracted", **_shown(row, "invoiced", "amount"))
        yield _difference(Difference.INVOICED_MORE, row, text, row["invoiced"] - amount)
    if row["collected"] > amount:
        text = msg("{collected} collected, {amount} contracted", **_shown(row, "collected", "amount"))
        yield _difference(Difference.COLLECTED_MORE, row, text, row["collected"] - amount)
    if row["overdue"]:
        text = msg("{overdue} was due and is not in", **_shown(row, "overdue"))
        yield _difference(Difference.OVERDUE, row, text, row["overdue"])


def _without_contract(context: Context, month: tuple[date, date]) -> Iterator[dict[str, Any]]:
    """Orders made in the month without a contract, though they are above what the policy allows that (rule contract-first)."""
    parameters = {
        "start": to_db(_midnight(context, month[0])),
        "end": to_db(_midnight(context, month[1] + timedelta(days=1))),
        "above": context.policy.contract_first.above,
    }
    sql = (
        "SELECT number, customer_code, customer_name, total FROM v_order WHERE contract_number IS NULL "
        "AND created_at >= :start AND created_at < :end AND total > :above AND state <> 'cancelled' ORDER BY id"
    )
    for row in context.reader.rows(sql, parameters):
        text = msg("an order over {total} without a contract", **_shown(row, "total"))
        yield _difference(Difference.WITHOUT_CONTRACT, row, text, row["total"])


def _shown(row: Mapping[str, Any], *keys: str) -> dict[str, object]:
    return {key: display_money(row[key]) for key in keys}


def _difference(
    kind: Difference, row: Mapping[str, Any], text: Message, amount: int, ref: str | None = None
) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "ref": ref or row["number"],
        "customer_name": row["customer_name"],
        "text": text,
        "amount": amount,
        "customer_code": row["customer_code"],
    }
