"""Imports as they are listed, and what one says of itself, of each row of its file, and of being taken back."""

from __future__ import annotations

from typing import Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import ImportRecord
from salesflow.queries.base import Page, Where, page

ROW_COLUMNS: Final = (
    Column("row", "Row", Kind.INTEGER),
    Column("code", "Reference"),
    Column("outcome", "Outcome", Kind.CODE, labels="importoutcome"),
    Column("reason", "Reason", Kind.MESSAGE, flexible=True),
)
COLUMNS: Final = (
    Column("number", "Import number", Kind.INTEGER),
    Column("record", "Kind", table=False),
    Column("file", "File", flexible=True),
    Column("sheet", "Sheet", table=False),
    Column("dry_run", "Dry run", Kind.FLAG, table=False),
    Column("read", "Rows read", Kind.INTEGER),
    Column("created", "Rows added", Kind.INTEGER),
    Column("updated", "Rows changed", Kind.INTEGER),
    Column("skipped", "Rows left as they are", Kind.INTEGER),
    Column("ignored_columns", "Columns left out", Kind.LIST, table=False),
    Column("errors_file", "Bad rows in", table=False),
    Column("rows", "Rows", Kind.ROWS, columns=ROW_COLUMNS),
)
LIST_COLUMNS: Final = (
    Column("number", "No.", Kind.INTEGER),
    Column("record", "Kind", Kind.CODE, labels="importrecord"),
    Column("file", "File", flexible=True),
    Column("at", "At", Kind.INSTANT),
    Column("by", "By"),
    Column("reverted_at", "Taken back", Kind.INSTANT),
    Column("read", "Read", Kind.INTEGER),
    Column("created", "Added", Kind.INTEGER),
    Column("updated", "Changed", Kind.INTEGER),
    Column("skipped", "Left", Kind.INTEGER),
    Column("reverted_by", "Taken back by", table=False),
)
LEFT_COLUMNS: Final = (
    Column("code", "Reference"),
    Column("name", "Customer name", flexible=True),
    Column("reason", "Reason", Kind.MESSAGE, flexible=True),
)
REVERT_COLUMNS: Final = (
    Column("number", "Import number", Kind.INTEGER),
    Column("record", "Kind", Kind.CODE, labels="importrecord"),
    Column("file", "File"),
    Column("dry_run", "Dry run", Kind.FLAG),
    Column("removed", "Customers removed", Kind.INTEGER),
    Column("followups_removed", "Follow-ups removed", Kind.INTEGER),
    Column("restored", "Customers restored", Kind.INTEGER),
    Column("left_count", "Customers left as they are", Kind.INTEGER),
    Column("left", "Left as they are", Kind.ROWS, columns=LEFT_COLUMNS),
)


def listed(context: Context, *, record: ImportRecord | None = None, keep: int | None = None) -> Page:
    """Imports, the newest first."""
    where = Where().equal(record=None if record is None else record.value)
    return page(context, "v_import_run", LIST_COLUMNS, where, order="number DESC", keep=keep)
