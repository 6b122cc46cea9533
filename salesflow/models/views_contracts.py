"""The read views of contracts: as they stand, their parts, and the ledger of what is in force."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select

from salesflow.models.contract import CommissionSplit, Contract, ContractClause, ContractRevision, Instalment
from salesflow.models.order import SalesOrder
from salesflow.models.quote import Quote
from salesflow.models.view_parts import all_of, customer, login_of, staff, table_of

contract, revision = table_of(Contract), table_of(ContractRevision)
clause, instalment, split = table_of(ContractClause), table_of(Instalment), table_of(CommissionSplit)
quote, sales_order = table_of(Quote), table_of(SalesOrder)

_DELIVERED = ("delivered", "accepted", "closed")
_OF_REVISION = ("quote_id", "title", "amount", "tax_total")


def _with(wanted: Any) -> Any:
    """A contract, its customer and owner, and the content of one of its revisions, with the quote that it rests on."""
    return (
        contract.join(customer, customer.c.id == contract.c.customer_id)
        .join(staff, staff.c.id == contract.c.owner_id)
        .join(revision, and_(revision.c.contract_id == contract.c.id, revision.c.revision == wanted))
        .outerjoin(quote, quote.c.id == revision.c.quote_id)
    )


def _columns() -> list[Any]:
    return [
        *all_of(contract),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        customer.c.archived_at,
        staff.c.login.label("owner"),
        *(revision.c[name] for name in _OF_REVISION),
        quote.c.number.label("quote_number"),
        quote.c.version.label("quote_version"),
    ]


def contract_view() -> Select[Any]:
    """Contracts, each with the content of its newest revision, which may still be on its way to the signature."""
    return select(*_columns(), revision.c.reason).select_from(_with(contract.c.revision))


def revision_view() -> Select[Any]:
    """Every revision of every contract."""
    return select(
        *all_of(revision), contract.c.number, contract.c.in_force, login_of(revision.c.by_id, "by")
    ).select_from(revision.join(contract, contract.c.id == revision.c.contract_id))


def split_view() -> Select[Any]:
    """Whose the commission of a revision is."""
    return select(*all_of(split), staff.c.login, staff.c.name).select_from(
        split.join(staff, staff.c.id == split.c.staff_id)
    )


def ledger_view() -> Select[Any]:
    """The contracts that are or were in force, with what was delivered, invoiced and collected of each.

    Delivered is what the customer signed for; invoices and payments are not recorded yet, so nothing is invoiced and
    collected.
    """
    nothing: ColumnElement[int] = literal_column("0")
    delivered = (
        select(func.coalesce(func.sum(sales_order.c.total), nothing))
        .where(sales_order.c.contract_id == contract.c.id, sales_order.c.state.in_(_DELIVERED))
        .scalar_subquery()
    )
    return select(
        *_columns(),
        delivered.label("delivered"),
        nothing.label("invoiced"),
        nothing.label("collected"),
    ).select_from(_with(contract.c.in_force))


def parts() -> dict[str, Select[Any]]:
    """The views of this module by their names."""
    return {
        "v_contract": contract_view(),
        "v_contract_revision": revision_view(),
        "v_contract_clause": select(*all_of(clause)),
        "v_instalment": select(*all_of(instalment)),
        "v_commission_split": split_view(),
        "v_contract_ledger": ledger_view(),
    }
