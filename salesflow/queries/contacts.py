"""Contacts as they are listed, their phone, e-mail and WeChat masked, and the one that a name stands for."""

from __future__ import annotations

from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.queries.base import Page, Where, page

OF_CUSTOMER: Final = (
    Column("name", "Name"),
    Column("title", "Job title", flexible=True),
    Column("phone_masked", "Phone"),
    Column("email_masked", "E-mail", flexible=True),
    Column("wechat_masked", "WeChat"),
    Column("role", "Role", Kind.CODE, labels="chainrole"),
    Column("primary", "Primary", Kind.FLAG),
    Column("concern", "Concern", table=False),
    Column("version", "Version", Kind.INTEGER, table=False),
)
COLUMNS: Final = (
    Column("customer_code", "Customer code"),
    Column("customer_name", "Customer", flexible=True),
    *OF_CUSTOMER,
)
REVEALED: Final = (
    Column("customer_code", "Customer code"),
    Column("customer_name", "Customer"),
    Column("name", "Name"),
    Column("title", "Job title"),
    Column("role", "Role", Kind.CODE, labels="chainrole"),
    Column("phone", "Phone"),
    Column("email", "E-mail"),
    Column("wechat", "WeChat"),
)
CHANGED: Final = (*OF_CUSTOMER, *(column for column in REVEALED if column.key in ("phone", "email", "wechat")))
"""What a change of a contact may be about."""
_ORDER: Final = 'customer_id, "primary" DESC, id'


def listed(context: Context, customer_id: int | None = None, *, keep: int | None = None) -> Page:
    """Contacts by customer, the primary one first: of one customer, or of all that are not archived."""
    where = Where().equal(customer_id=customer_id)
    if customer_id is None:
        where.add("archived_at IS NULL")
    return page(context, "v_contact", COLUMNS, where, order=_ORDER, keep=keep)


def of_customer(context: Context, customer_id: int) -> list[dict[str, Any]]:
    """A customer's contacts, the primary one first."""
    names = ", ".join(f'"{column.key}"' for column in OF_CUSTOMER)
    return context.reader.rows(
        f'SELECT {names} FROM v_contact WHERE customer_id = :id ORDER BY "primary" DESC, id',  # noqa: S608 - names of ours
        {"id": customer_id},
    )


def show(context: Context, contact_id: int | None) -> dict[str, Any]:
    """One contact that is there, by its key."""
    names = ", ".join(f'"{column.key}"' for column in COLUMNS)
    row = context.reader.one(f"SELECT {names} FROM v_contact WHERE id = :id", {"id": contact_id})  # noqa: S608 - names of ours
    assert row is not None
    return row
