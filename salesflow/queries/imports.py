"""What an import says of itself and of each row of its file."""

from __future__ import annotations

from typing import Final

from salesflow.columns import Column, Kind

ROW_COLUMNS: Final = (
    Column("row", "Row", Kind.INTEGER),
    Column("code", "Code"),
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
