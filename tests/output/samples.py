"""Rows of both languages, as the database gives them, and what the tests of every format ask about lines of text."""

from __future__ import annotations

import io
from datetime import timedelta, timezone
from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.i18n import msg
from salesflow.output.options import Format, OutputOptions
from salesflow.output.render import render
from salesflow.output.results import Listing, Record, Result
from salesflow.text import width

CHINA: Final = timezone(timedelta(hours=8))
ESCAPES: Final = "\x1b[31m红\x1b]0;title\x07\x9b2J\u202eevil\x7f"

LINES: Final = (Column("line", "Line", Kind.INTEGER), Column("sku", "SKU"), Column("unit_price", "Price", Kind.PRICE))
OWNER: Final = (Column("login", "Login"), Column("full_name", "Full name"), Column("phone", "Phone"))
COLUMNS: Final = (
    Column("code", "Code"),
    Column("name", "Name", flexible=True),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("days_overdue", "Days", Kind.INTEGER, urgent=True),
    Column("total", "Total", Kind.MONEY),
    Column("due_on", "Due", Kind.DATE),
    Column("last_at", "Last contact", Kind.INSTANT),
    Column("note", "Note", flexible=True),
    Column("region", "Region", table=False),
    Column("lines", "Lines", Kind.ROWS, columns=LINES),
    Column("owner", "Owner", Kind.RECORD, columns=OWNER),
)

MINGYUAN: Final[dict[str, Any]] = {
    "code": "C0001",
    "name": "上海明远自动化设备有限公司",
    "grade": "A",
    "status": "hot",
    "days_overdue": 9,
    "total": 123450,
    "due_on": "2026-03-12",
    "last_at": "2026-03-12 01:00:00",
    "note": "价格偏高\n下周\t再谈",
    "region": "华东",
    "lines": [
        {"line": 1, "sku": "A-1", "unit_price": 123456},
        {"line": 10, "sku": "螺丝", "unit_price": 5000},
    ],
    "owner": {"login": "li.lei", "full_name": "李雷", "phone": None},
}
MUELLER: Final[dict[str, Any]] = {
    "code": "C0002",
    "name": "Müller & Söhne",
    "grade": "C",
    "status": "won",
    "days_overdue": 0,
    "total": -5,
    "due_on": None,
    "last_at": None,
    "note": None,
    "region": None,
    "lines": [],
    "owner": None,
}


def listing(*rows: dict[str, Any], **more: Any) -> Listing:
    """A listing of customers: the two of this module unless others are given."""
    settings = {"title": msg("Customers"), "empty": msg("there are no customers"), **more}
    return Listing(COLUMNS, rows or (MINGYUAN, MUELLER), "code", **settings)


def record(row: dict[str, Any] | None = None) -> Record:
    return Record(COLUMNS, MINGYUAN if row is None else row, "code", title=msg("Customer {name}", name="上海明远"))


def written(result: Result, form: Format | None = None, language: str = "en", **options: Any) -> tuple[str, str]:
    """What is written to a pipe: (stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    render(result, OutputOptions(form, zone=CHINA, **options), out, err, language)
    return out.getvalue(), err.getvalue()


def cells(line: str) -> list[str]:
    """The line as the cells of a terminal: a wide character is followed by an empty cell."""
    found: list[str] = []
    for character in line:
        found += [character, ""][: width(character)]
    return found


def starts(heading_line: str, headings: list[str]) -> list[int]:
    """The cells in which these headings begin."""
    return [width(heading_line[: heading_line.index(heading)]) for heading in headings]
