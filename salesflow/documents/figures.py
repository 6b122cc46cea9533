"""A report as a table of figures, one on a line: what a spreadsheet can filter and pivot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from salesflow.columns import Column, Columns, Kind, Row
from salesflow.output.layout import select
from salesflow.output.results import Listing, Record
from salesflow.output.values import NESTED, NUMERIC, Locale, json_writer

COLUMNS: Final = (
    Column("section", "Section"),
    Column("group", "Group"),
    Column("item", "Item"),
    Column("figure", "Figure"),
    Column("value", "Value"),
)
_OF_RECORDS: Final = "customer_code"


def figures(report: Record, fields: Sequence[str], locale: Locale) -> Listing:
    """Every figure of the report with its section, its group (`by_source`) and its item (`referral`); values as in JSON.

    Lists of single records are left out: a drill has them.
    """
    columns = select(report.columns, fields)
    own = tuple(column for column in columns if column.kind not in NESTED)
    rows = [*_scalars("", "", own, report.row, locale)]
    for column in columns:
        if column.kind is Kind.RECORD:
            rows += _record(column.key, "", column.columns, report.row[column.key], locale)
    return Listing(COLUMNS, rows, "section", report.title)


def _record(section: str, group: str, columns: Columns, row: Row, locale: Locale) -> Iterator[Row]:
    yield from _scalars(section, group, tuple(column for column in columns if column.kind not in NESTED), row, locale)
    for column in columns:
        if column.kind is Kind.RECORD:
            yield from _record(section, column.key, column.columns, row[column.key], locale)
        elif column.kind is Kind.ROWS and all(inner.key != _OF_RECORDS for inner in column.columns):
            for item in row[column.key]:
                yield from _item(section, column.key, column.columns, item, locale)


def _item(section: str, group: str, columns: Columns, row: Row, locale: Locale) -> Iterator[Row]:
    name = " > ".join(_value(column, row, locale) for column in columns if column.kind not in NUMERIC)
    for column in columns:
        if column.kind in NUMERIC:
            yield _line(section, group, name, column, row, locale)


def _scalars(section: str, group: str, columns: Columns, row: Row, locale: Locale) -> Iterator[Row]:
    for column in columns:
        yield _line(section, group, "", column, row, locale)


def _line(section: str, group: str, item: str, column: Column, row: Row, locale: Locale) -> dict[str, Any]:
    value = _value(column, row, locale)
    return {"section": section, "group": group, "item": item, "figure": column.key, "value": value}


def _value(column: Column, row: Row, locale: Locale) -> str:
    value = json_writer(column, locale)(row[column.key])
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
