"""What the definitions of the read views are put together from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Select, Table, select
from sqlmodel import SQLModel

from salesflow.models.customer import Customer
from salesflow.models.staff import Staff


def table_of(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


staff, customer = table_of(Staff), table_of(Customer)
OF_CUSTOMER: Any = (
    customer.c.code.label("customer_code"),
    customer.c.name.label("customer_name"),
    customer.c.owner_id,
)


def all_of(table: FromClause, *without: str) -> list[Any]:
    return [column for column in table.c if column.name not in without]


def login_of(staff_id: Any, label: str, column: str = "login") -> Any:
    """The login (or another field) of a staff member as one value: a list that does not want it does not look for it."""
    other = staff.alias(f"{label}_staff")
    return select(other.c[column]).where(other.c.id == staff_id).scalar_subquery().label(label)


def of_customer(history: Table) -> Select[Any]:
    """A table of what happened to customers, with the customer as it is now and the login of who did it."""
    return select(*all_of(history), *OF_CUSTOMER, staff.c.login.label("by")).select_from(
        history.join(customer, customer.c.id == history.c.customer_id).join(staff, staff.c.id == history.c.by_id)
    )


def by_staff(table: Table, column: str, *without: str) -> Select[Any]:
    """A table (without some of its columns) with the login of the staff member that a column names."""
    return select(*all_of(table, *without), staff.c.login.label("by")).select_from(
        table.join(staff, staff.c.id == table.c[column])
    )
