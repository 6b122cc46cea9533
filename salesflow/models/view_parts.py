"""What the definitions of the read views are put together from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Table, select
from sqlmodel import SQLModel

from salesflow.models.staff import Staff


def table_of(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


staff = table_of(Staff)


def all_of(table: FromClause, *without: str) -> list[Any]:
    return [column for column in table.c if column.name not in without]


def login_of(staff_id: Any, label: str, column: str = "login") -> Any:
    """The login (or another field) of a staff member as one value: a list that does not want it does not look for it."""
    other = staff.alias(f"{label}_staff")
    return select(other.c[column]).where(other.c.id == staff_id).scalar_subquery().label(label)
