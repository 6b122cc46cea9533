"""The tag library as it is listed, with how often each tag is used."""

from __future__ import annotations

from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.queries.base import Page, Where, page
from salesflow.text import fold

COLUMNS: Final = (
    Column("name", "Tag"),
    Column("uses", "Customers", Kind.INTEGER),
    Column("retired", "Out of use", Kind.FLAG),
    Column("retired_at", "Out of use since", Kind.INSTANT, table=False),
)


def listed(context: Context, *, retired: bool | None = False, keep: int | None = None) -> Page:
    """Tags by name: those in use, with `retired` those that are retired, with None both. Archived customers do not count."""
    return page(context, "v_tag", COLUMNS, Where().equal(retired=retired), order="name_norm", keep=keep)


def show(context: Context, name: str) -> dict[str, Any]:
    """One tag of the library that is there, as it is listed."""
    names = ", ".join(column.key for column in COLUMNS)
    row = context.reader.one(f"SELECT {names} FROM v_tag WHERE name_norm = :norm", {"norm": fold(name)})  # noqa: S608 - names of ours
    assert row is not None
    return row
