"""Whatever stands in a file: an import ends in a report or in one of our errors, and what it reports adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from salesflow.context import Context
from salesflow.errors import SalesflowError
from salesflow.i18n import render
from salesflow.services import tabular
from salesflow.services.customer_columns import TITLES
from salesflow.services.customer_import import import_customers
from salesflow.services.importing import Job
from salesflow.services.product_import import import_products
from tests import sheets
from tests.conftest import Office

T = TypeVar("T")

IN_A_FOLDER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.sampled_from(
    ["", " ", "甲公司", "制造业", "A", "A级", "成交", "流失", "13812345678", "微信 a", "a@b.cn", "李娜", "2026-02-30", "3月5日", "=1+1", "'=1", "#N/A",
     "展会", "其他", "HZ", "是", "5万", "-1", "1e999", "\x1b[31m", "a\nb", "客户名称", "0.13", "﻿", "\u202e", "💥", "x" * 600]
)  # fmt: skip
texts = words | st.text(max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
dates = st.dates(date(1900, 1, 1), date(9999, 12, 31)) | st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - cells are in no zone
cells = texts | numbers | dates | st.booleans() | st.none() | st.times().map(time.isoformat)
titles = st.sampled_from([title for listed in TITLES.values() for title in listed.split()]) | texts
tables = st.tuples(st.lists(titles, max_size=8), st.lists(st.lists(cells, max_size=8), max_size=8))
HEAD = ["客户名称", "产品编号", "产品名称", "单价"]


@contextmanager
def opened(office: Office) -> Iterator[Context]:
    context = office.context(user="zhang.wei")
    try:
        yield context
    finally:
        context.close()


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@IN_A_FOLDER
@given(table=tables, head=st.booleans(), update=st.booleans(), skip=st.booleans())
def test_any_cells(
    office: Office, form: str, table: tuple[list[str], list[list[Any]]], head: bool, update: bool, skip: bool
) -> None:
    first, rest = table
    path = office.database.parent / f"list.{form}"
    write = sheets.workbook if form == "xlsx" else sheets.text
    write(path, [[*(HEAD if head else []), *first], *rest])
    job = Job(str(path), update=update, skip_errors=skip, dry_run=True)
    with opened(office) as context:
        for importer in (import_customers, import_products):
            found = outcome(partial(importer, context, job))
            if isinstance(found, SalesflowError):
                assert found.exit_status in (2, 3, 7)
                assert render(found.message)
                continue
            report = found
            assert report.number is None
            assert report.read == report.created + report.updated + report.skipped == len(report.rows)
            assert report.rejected is (report.bad > 0 and not skip)
            for number, reason in report.rows.problems():
                assert number > 1
                assert render(reason)


@pytest.mark.parametrize("form", ["xlsx", "csv", "tsv"])
@IN_A_FOLDER
@given(
    content=st.binary(max_size=300), begin=st.sampled_from([b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe", b"a,b\n"])
)
def test_any_bytes(tmp_path: Path, form: str, content: bytes, begin: bytes) -> None:
    path = tmp_path / f"list.{form}"
    path.write_bytes(begin + content)
    read(path)


@IN_A_FOLDER
@given(place=st.integers(0), put=st.binary(min_size=1, max_size=8))
@example(place=5590, put=b"\x01")  # a part that lies at a place that cannot be
def test_workbooks_with_some_bytes_changed(tmp_path: Path, place: int, put: bytes) -> None:
    whole = sheets.customers(tmp_path / "whole.xlsx").read_bytes()
    at = place % len(whole)
    path = tmp_path / "list.xlsx"
    path.write_bytes(whole[:at] + put + whole[at + len(put) :])
    read(path)


@IN_A_FOLDER
@given(place=st.integers(0), put=st.binary(min_size=1, max_size=8))
def test_sheets_with_some_bytes_changed(tmp_path: Path, place: int, put: bytes) -> None:
    import zipfile

    path = sheets.customers(tmp_path / "list.xlsx")
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = sorted(parts)[place % len(parts)]
    at = place // len(parts) % max(1, len(parts[name]))
    parts[name] = parts[name][:at] + put + parts[name][at + len(put) :]
    with zipfile.ZipFile(path, "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    read(path)


def read(path: Path) -> None:
    """Read a file to its end; where it cannot be read, the error is one of ours."""
    found = outcome(
        lambda: [
            tabular.text_of(cell) for sheet in tabular.sheets(str(path)) for row in sheet.rows for cell in row.cells
        ]
    )
    if isinstance(found, SalesflowError):
        assert found.exit_status in (2, 7)
        assert render(found.message)


def outcome(run: Callable[[], T]) -> T | SalesflowError:
    try:
        return run()
    except SalesflowError as error:
        return error
