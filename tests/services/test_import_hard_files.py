"""Files as people really have them: other encodings, other programs, dates and numbers of spreadsheets, and bombs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.errors import SalesflowError
from tests import leads, sheets
from tests.conftest import Office
from tests.services.test_import_customers import listed, problem, reasons, take

TITLES = ",".join(sheets.TITLES)
LINE = ",".join(sheets.ROWS[0])


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(office: Office, tmp_path: Path, encoding: str, end: str) -> None:
    begin = "\ufeff" if encoding == "utf-16-le" else ""
    report = take(office, text(tmp_path / "list.csv", f"{begin}{TITLES}{end}{LINE}{end}{end}", encoding))
    assert (report.created, reasons(report)) == (1, [])


@pytest.mark.parametrize(("given", "ok"), [("big5", True), ("BIG5", True), ("utf-8", False), ("utf-16", False)])
def test_an_encoding_that_is_named(office: Office, tmp_path: Path, given: str, ok: bool) -> None:
    path = text(tmp_path / "list.csv", "客戶名稱,name,所屬行業,industry\n甲,臺北科技,乙,教育\n", "big5")
    how: dict[str, Any] = {"encoding": given, "mapping": ("客戶名稱=-",)}
    if ok:
        assert reasons(take(office, path, **how))[0][1].startswith("需求标签 (need) is missing")
    else:
        error = problem(office, path, **how)
        assert error.code == "unknown-encoding"
        assert f"is not the {given.upper()} text that it is said to be" in str(error)


def test_gb18030_behind_the_mark_of_utf_8(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{TITLES}\n{LINE}\n".encode("gb18030"))
    error = problem(office, path)
    assert "is not the UTF-8 text that it is said to be" in str(error)
    path.write_bytes(f"{TITLES}\n{LINE}\n".encode("gb18030"))
    assert take(office, path, encoding="gb18030").created == 1


@pytest.mark.parametrize("given", ["klingon", "rot13", "hex", "\0"])
def test_encodings_that_are_none(office: Office, tmp_path: Path, given: str) -> None:
    error = problem(office, text(tmp_path / "list.csv", TITLES), encoding=given)
    assert (error.code, error.exit_status) == ("unknown-encoding", 2)


def test_a_workbook_has_no_encoding(office: Office, tmp_path: Path) -> None:
    assert "--encoding is for text files" in str(
        problem(office, sheets.customers(tmp_path / "a.xlsx"), encoding="utf-8")
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_quotes_and_line_breaks_inside_cells(office: Office, tmp_path: Path, delimiter: str) -> None:
    row = ("杭州“云帆”科技", "互联网", "张伟", "13812345678", '他说 "50 台"\n6 月底前上线')
    report = take(office, sheets.text(tmp_path / "list.csv", [sheets.TITLES, row], delimiter=delimiter))
    assert report.created == 1
    assert listed(office, "need") == [(row[4],)]


def test_two_rows_that_could_be_the_titles(office: Office, tmp_path: Path) -> None:
    other = ("公司名称", "行业", "联系人", "电话", "需求标签")
    path = sheets.customers(tmp_path / "list.xlsx", sheets.ROWS[0], other, sheets.ROWS[1])
    error = problem(office, path)
    assert (error.code, str(error.hint)) == ("two-headers", "say which it is, such as: --header-row 1")
    report = take(office, path, header_row=3)
    assert (report.created, listed(office)) == (1, [("HZ2026001", sheets.ROWS[1][0])])


def test_titles_far_down(office: Office, tmp_path: Path) -> None:
    above = [[f"说明 {number}", "", ""] for number in range(60)]
    path = sheets.text(tmp_path / "list.csv", [*above, sheets.TITLES, sheets.ROWS[0]])
    assert problem(office, path).code == "no-name-column"
    assert take(office, path, header_row=61).created == 1
    assert problem(office, path, header_row=500).code == "no-name-column"


def test_two_sheets_that_could_be_the_list(office: Office, tmp_path: Path) -> None:
    path = sheets.workbook(
        tmp_path / "list.xlsx", [sheets.TITLES, sheets.ROWS[0]], 旧名单=[sheets.TITLES, sheets.ROWS[1]]
    )
    error = problem(office, path)
    assert (error.code, str(error.hint)) == ("two-sheets", "import one at a time, such as: --sheet 客户")
    assert take(office, path, sheet="旧名单").created == 1


@pytest.mark.parametrize("system", [False, True], ids=["1900", "1904"])
def test_dates_of_both_systems(office: Office, tmp_path: Path, system: bool) -> None:
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904 if system else CALENDAR_WINDOWS_1900
    sheet = book.active
    sheet.append([*sheets.TITLES, "初次接触时间"])
    sheet.append([*sheets.ROWS[0], date(2026, 2, 24)])
    book.save(tmp_path / "list.xlsx")
    assert take(office, tmp_path / "list.xlsx").created == 1
    assert listed(office, "substr(first_contact_at, 1, 10)") == [("2026-02-24",)]


@pytest.mark.parametrize("typed", [46077, 46077.0, "46077", "2026年2月24日", "2026/2/24", "2026-02-24", "2026.2.24"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_dates_in_every_style(office: Office, tmp_path: Path, typed: Any, form: str) -> None:
    path = sheets.customers(
        tmp_path / f"list.{form}", (*sheets.ROWS[0], typed), titles=(*sheets.TITLES, "初次接触时间")
    )
    assert reasons(take(office, path)) == []
    assert listed(office, "substr(first_contact_at, 1, 10)") == [("2026-02-24",)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (13812345678.0, None),
        (13812345678, None),
        ("13812345678.0", None),
        ("1.3812345678E+10", None),
        ("1.38E+10", 'the phone number "1.38E+10" has lost digits'),
    ],
)
def test_telephone_numbers_as_numbers(office: Office, tmp_path: Path, typed: Any, said: str | None) -> None:
    row = (*sheets.ROWS[0][:3], typed, sheets.ROWS[0][4])
    found = reasons(take(office, sheets.customers(tmp_path / "list.xlsx", row)))
    assert (found == []) if said is None else (said in found[0][1])


def test_what_stands_for_nothing_and_empty_rows_and_columns(office: Office, tmp_path: Path) -> None:
    titles = (*sheets.TITLES, "备注", "企业规模", "客户等级", "", "")
    rows = [(*sheets.ROWS[0], "-", "/", "无", "", ""), *[("",) * 10] * 30]
    for form in ("xlsx", "csv"):
        report = take(office, sheets.customers(tmp_path / f"list.{form}", *rows, titles=titles), allow_duplicate=True)
        assert (report.read, report.created) == (1, 1)
    assert listed(office, "remark", "size", "grade") == [(None, None, None)] * 2


def test_titles_in_merged_cells(office: Office, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "客户信息登记表")
        sheet.merge_range(1, 0, 2, 0, "客户名称")
        for column, title in enumerate(sheets.TITLES[1:], 1):
            sheet.merge_range(1, column, 2, column, title)
        sheet.write_row(3, 0, sheets.ROWS[0])
    assert take(office, path).created == 1


def packed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A good workbook with its parts changed."""
    sheets.customers(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def bomb(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet1.xml"] += b" " * (64 * 1024**2)


def strings(parts: dict[str, bytes]) -> None:
    parts["xl/sharedStrings.xml"] = b"<sst>" + b"<si><t>a</t></si>" * 4_000_000 + b"</sst>"


def entities(parts: dict[str, bytes]) -> None:
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts["xl/workbook.xml"]


def far(parts: dict[str, bytes]) -> None:
    sheet = parts["xl/worksheets/sheet1.xml"]
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", row)


def dimension(parts: dict[str, bytes]) -> None:
    import re

    parts["xl/worksheets/sheet1.xml"] = re.sub(
        rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', parts["xl/worksheets/sheet1.xml"]
    )


@pytest.mark.parametrize(
    ("change", "code"), [(bomb, "too-large"), (strings, "too-large"), (entities, "not-a-workbook"), (far, "too-large")]
)
def test_bombs(office: Office, tmp_path: Path, change: Callable[[dict[str, bytes]], None], code: str) -> None:
    error = problem(office, packed(tmp_path / "list.xlsx", change))
    assert (error.code, error.exit_status) == (code, 7)


def test_a_dimension_that_boasts_is_not_believed(office: Office, tmp_path: Path) -> None:
    assert take(office, packed(tmp_path / "list.xlsx", dimension)).created == 2


def test_very_many_parts(office: Office, tmp_path: Path) -> None:
    def many(parts: dict[str, bytes]) -> None:
        parts.update({f"xl/media/{number}.png": b"" for number in range(20_000)})

    error = problem(office, packed(tmp_path / "list.xlsx", many))
    assert error.code == "too-large"


def two_million_rows(parts: dict[str, bytes]) -> None:
    sheet = parts["xl/worksheets/sheet1.xml"]
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(10, 2_000_010, 400))
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", rows + b"</sheetData>")


def test_more_rows_than_a_sheet_can_have(office: Office, tmp_path: Path) -> None:
    assert problem(office, packed(tmp_path / "list.xlsx", two_million_rows)).code == "too-large"


def ods() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, ods(), b"<html><table></table></html>", b"", b"PK\x03\x04"],
    ids=["xls or encrypted", "ods or numbers", "html", "empty", "cut off"],
)
def test_what_is_named_xlsx_and_is_none(office: Office, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    error = problem(office, path)
    assert isinstance(error, SalesflowError)
    assert (error.code, error.exit_status) == ("not-a-workbook", 7)
    assert error.hint is not None


@pytest.mark.parametrize("name", ["list.xls", "list.ods", "list.numbers", "list"])
def test_other_kinds_of_file(office: Office, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    assert problem(office, path).code == "not-a-list"


def test_contacts_in_columns_of_their_own(office: Office, tmp_path: Path) -> None:
    titles = (*sheets.TITLES, "联系人2", "电话2", "联系人3", "联系方式3")
    good = (*sheets.ROWS[0], "王五", "13812345670", "赵六", "微信 zl66")
    report = take(office, sheets.customers(tmp_path / "list.csv", good, titles=titles))
    assert reasons(report) == []
    people = leads.rows(office, "SELECT name, is_primary, phone_masked, wechat_masked FROM contact ORDER BY id")
    assert [tuple(row.values()) for row in people] == [
        ("张伟", 1, "138****5678", None), ("王五", 0, "138****5670", None), ("赵六", 0, None, "z***"),
    ]  # fmt: skip
    bad = [(*sheets.ROWS[1], "王五", "", "", ""), (*sheets.ROWS[1], "", "13812345671", "", "")]
    for row, said in zip(
        bad, ("王五 has neither phone, e-mail nor WeChat", "the contact's name is missing"), strict=True
    ):
        report = take(office, sheets.customers(tmp_path / "bad.csv", row, titles=titles))
        assert reasons(report) == [(2, said)]
