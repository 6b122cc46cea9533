"""Reading sheets and text files, whatever they are, and refusing the ones that are none."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from salesflow.errors import FileProblem, NotFound, SalesflowError, UsageError
from salesflow.i18n import msg
from salesflow.services import tabular
from salesflow.services.tabular import Broken, Cell, Verbatim, package, text_of, textfile, workbook
from salesflow.services.tabular.badrows import BadRow, free_path, write_bad_rows
from tests import sheets

MOMENT = datetime(2026, 3, 5, 14, 30)  # noqa: DTZ001 - a cell is in no zone
PLAIN = [["客户名称", "电话"], ["甲", "1"], ["乙", "2"]]


def cells_of(path: Path, sheet: str | None = None) -> list[list[Any]]:
    return [row.cells for found in tabular.sheets(str(path), sheet) for row in found.rows]


def problem(path: Path, sheet: str | None = None) -> SalesflowError:
    with pytest.raises(SalesflowError) as caught:
        cells_of(path, sheet)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("gb18030", ","),
        ("gbk", "\t"),
        ("utf-16", "\t"),
        ("utf-8", "，"),
        ("utf-8", "|"),
    ],
)
def test_a_text_file_is_read_in_its_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    if delimiter == "，":
        path = tmp_path / "list.csv"
        path.write_text("\n".join(delimiter.join(row) for row in PLAIN), encoding=encoding)
    else:
        path = sheets.text(tmp_path / "list.csv", PLAIN, encoding=encoding, delimiter=delimiter)
    (sheet,) = tabular.sheets(str(path))
    assert [row.cells for row in sheet.rows] == PLAIN
    assert sheet.delimiter == delimiter


def test_a_title_with_commas_does_not_hide_the_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("客户，名单, 2026\n名称;行业;电话\n甲;制造业;1\n乙;教育;2\n", encoding="utf-8")
    assert cells_of(path)[1:] == [["名称", "行业", "电话"], ["甲", "制造业", "1"], ["乙", "教育", "2"]]


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "list.csv", [["a"], ["two\nlines"], [], ["d"]])
    (sheet,) = tabular.sheets(str(path))
    assert [row.number for row in sheet.rows] == [1, 2, 3, 4]


def test_what_keeps_a_text_from_being_run_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('\'=1+1,\'+86 138,"=""0571""",\'quoted,=A1\n', encoding="utf-8")
    (cells,) = cells_of(path)
    assert cells == ["=1+1", "+86 138", "0571", "'quoted", "=A1"]
    assert [isinstance(cell, Verbatim) for cell in cells] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x80\x81\xff\xff", "neither UTF-8 nor GB18030"),
        (b"a,b\n\0\0\0", "neither UTF-8 nor GB18030"),
        ("客户,电话\n".encode() + b"\xff\xff\n", "neither UTF-8 nor GB18030"),
        (b'a,"b\nc,d\n', "row 1"),
        (b"PK\x03\x04 and more", "is a workbook"),
    ],
)
def test_what_is_no_text_file(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    found = problem(path)
    assert isinstance(found, FileProblem)
    assert said in str(found)


def test_a_text_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sheets.text(tmp_path / "list.csv", [[str(number)] for number in range(12)])
    monkeypatch.setattr(textfile, "MOST_ROWS", 10)
    assert "more than 10 rows" in str(problem(path))
    monkeypatch.setattr(tabular, "LARGEST_FILE", 10)
    assert problem(path).code == "too-large"


def test_a_line_without_an_end_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"x" * 10_000_000)
    assert problem(path).code == "unknown-encoding"


def test_a_workbook_is_read_with_its_types(tmp_path: Path) -> None:
    row = ["甲", 13812345678, 0.13, date(2026, 3, 5), MOMENT, True]
    (cells,) = cells_of(sheets.workbook(tmp_path / "list.xlsx", [row]))
    assert cells[:3] == ["甲", 13812345678.0, 0.13]
    assert cells[3:] == [date(2026, 3, 5), MOMENT, True]
    assert [text_of(cell) for cell in cells] == [
        "甲",
        "13812345678",
        "0.13",
        "2026-03-05",
        "2026-03-05 14:30:00",
        "TRUE",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1234.5, "1234.5"),
        (0.1 + 0.2, "0.3"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (-3.0, "-3"),
        (5, "5"),
    ],
)
def test_numbers_read_as_a_spreadsheet_shows_them(number: float, text: str) -> None:
    assert text_of(number) == text


@pytest.mark.parametrize("value", [time(9, 30), Broken(msg("wrong"), "#N/A"), float("inf")])
def test_every_cell_has_a_text(value: Any) -> None:
    assert text_of(value) in ("09:30:00", "#N/A", "Infinity")


def test_cells_keep_their_column_where_the_first_ones_are_empty(tmp_path: Path) -> None:
    path = sheets.workbook(tmp_path / "list.xlsx", [[], [None, None, "C2"], [None, None, None, "D3"]])
    (sheet,) = tabular.sheets(str(path))
    assert [(row.number, row.cells) for row in sheet.rows if any(row.cells)] == [
        (2, ["", "", "C2", ""]),
        (3, ["", "", "", "D3"]),
    ]


def test_errors_and_formulas_without_a_value_are_seen(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["名称", "备注"], ["甲", "=1+1"], ["乙", "#N/A"], ['=A1&"x"', None]):
        book.active.append(row)
    book.active["B3"].data_type = "e"
    book.save(tmp_path / "list.xlsx")
    rows = cells_of(tmp_path / "list.xlsx")
    assert rows[0] == ["名称", "备注"]
    formula, error, last = rows[1][1], rows[2][1], rows[3][0]
    assert isinstance(formula, Broken)
    assert isinstance(last, Broken), "also in a row that has nothing else"
    assert "never computed" in str(formula.why)
    assert isinstance(error, Broken)
    assert (error.shown, str(error.why)) == ("#N/A", "the cell shows the error #N/A")


def test_a_formula_that_was_computed_gives_its_value(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "list.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, '="杭州"&"云帆"', None, "杭州云帆")
        sheet.write_formula(0, 1, "=1+1", None, 2)
        sheet.write_formula(0, 2, '=""', None, "")
        sheet.write_string(0, 3, "=1+1")
        sheet.write_formula(0, 4, "=1/0", None, "#DIV/0!")
    (cells,) = cells_of(tmp_path / "list.xlsx")
    assert cells[:2] == ["杭州云帆", 2.0]
    assert cells[3] == "=1+1"
    assert isinstance(cells[4], Broken)


def test_control_characters_of_a_workbook_are_no_letters(tmp_path: Path) -> None:
    (cells,) = cells_of(sheets.workbook(tmp_path / "list.xlsx", [["a\x1b[31m", "b_x000D_c", "_x"]]))
    assert cells == ["a\x1b[31m", "b\rc", "_x"]


def test_hidden_sheets_are_passed_over_unless_they_are_named(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["shown"])
    hidden = book.create_sheet("内部")
    hidden.append(["hidden"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "list.xlsx")
    assert cells_of(tmp_path / "list.xlsx") == [["shown"]]
    assert cells_of(tmp_path / "list.xlsx", "内部") == [["hidden"]]


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = sheets.workbook(tmp_path / "list.xlsx", PLAIN, name="客户信息")
    found = problem(path, "客户信息表")
    assert isinstance(found, NotFound)
    assert "客户信息" in str(found.hint)
    assert isinstance(problem(sheets.text(tmp_path / "list.csv", PLAIN), "客户"), UsageError)


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The workbook with some of its parts changed."""
    with zipfile.ZipFile(path) as package_:
        parts = {name: package_.read(name) for name in package_.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package_:
        for name, content in parts.items():
            package_.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.pop("xl/workbook.xml"),
        lambda parts: parts.pop("xl/_rels/workbook.xml.rels"),
        lambda parts: parts.pop("xl/sharedStrings.xml"),
        lambda parts: parts.pop(SHEET),
        lambda parts: parts.update({"xl/workbook.xml": b"<!DOCTYPE x><workbook/>"}),
        lambda parts: parts.update({"xl/workbook.xml": b"<workbook"}),
        lambda parts: parts.update({SHEET: parts[SHEET][: len(parts[SHEET]) // 2] + b"<junk"}),
    ],
)
def test_a_damaged_workbook(tmp_path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    found = problem(changed(sheets.workbook(tmp_path / "list.xlsx", PLAIN), change))
    assert (found.exit_status, found.code) == (7, "not-a-workbook")
    assert "\n" not in str(found)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    assert problem(path).code == "not-a-workbook"


def test_files_that_are_none(tmp_path: Path) -> None:
    assert problem(tmp_path / "nothing.xlsx").code == "missing-file"
    assert problem(tmp_path).code == "not-a-list"
    (tmp_path / "list.pdf").write_bytes(b"%PDF")
    assert isinstance(problem(tmp_path / "list.pdf"), UsageError)


def test_a_stray_cell_far_away_does_not_fill_the_memory(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "客户名称", "x"
    book.save(tmp_path / "list.xlsx")
    found = problem(tmp_path / "list.xlsx")
    assert found.code == "too-large"
    assert "1048576 rows and 16384 columns" in str(found)


def test_cells_without_a_place_are_counted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def strip(parts: dict[str, bytes]) -> None:
        import re

        parts[SHEET] = re.sub(rb' r="[A-Z]*\d+"', b"", parts[SHEET])

    path = changed(sheets.workbook(tmp_path / "list.xlsx", [["a", "b"], [1, 2], [3, 4]]), strip)
    assert package.scan(str(path), SHEET)[:2] == (3, 2)
    assert cells_of(path) == [["a", "b"], [1.0, 2.0], [3.0, 4.0]]
    monkeypatch.setattr(workbook, "MOST_CELLS", 5)
    assert problem(path).code == "too-large"


def test_a_package_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed(
        sheets.workbook(tmp_path / "list.xlsx", PLAIN),
        lambda parts: parts.update({"xl/media/x.bin": b"0" * 12_000_000}),
    )
    assert problem(bomb).code == "too-large"
    monkeypatch.setattr(package, "LARGEST_UNPACKED", 1000)
    assert problem(sheets.workbook(tmp_path / "b.xlsx", PLAIN)).code == "too-large"


def test_bad_rows_are_written_in_their_form(tmp_path: Path) -> None:
    cells: list[Cell] = [
        "=1+1",
        13812345678.0,
        date(2026, 3, 5),
        MOMENT,
        True,
        Broken(msg("x"), "#N/A"),
    ]
    rows = [BadRow(7, "原因：=", [*cells, "", time(9, 30), date(1899, 12, 31)])]
    write_bad_rows(str(tmp_path / "bad.xlsx"), ["原因", "行号", "备注"], rows, ",")
    back = sheets.read_back(tmp_path / "bad.xlsx")
    assert back[0][:3] == ["原因", "行号", "备注"]
    assert back[1][:5] == ["原因：=", 7, "=1+1", 13812345678, datetime.combine(date(2026, 3, 5), time())]
    assert cells_of(tmp_path / "bad.xlsx")[1][2] == "=1+1", "as text, not as a formula"
    write_bad_rows(str(tmp_path / "bad.csv"), ["原因", "行号", "备注"], rows, ";")
    raw = (tmp_path / "bad.csv").read_bytes()
    assert raw.startswith(codecs.BOM_UTF8)
    assert (
        raw.decode("utf-8-sig")
        .splitlines()[1]
        .startswith("原因：=;7;'=1+1;13812345678;2026-03-05;2026-03-05 14:30:00;TRUE;#N/A;")
    )
    assert not (tmp_path / "bad.csv.part").exists()


def test_the_name_of_the_bad_rows_is_a_free_one(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert free_path(str(path)) == str(tmp_path / "list.errors.xlsx")
    (tmp_path / "list.errors.xlsx").touch()
    assert free_path(str(path)) == str(tmp_path / "list.errors-2.xlsx")
    assert free_path(str(tmp_path / "list.errors.xlsx")) == str(tmp_path / "list.errors-2.xlsx")
    assert free_path("a.xlsm") == "a.errors.xlsx"


def test_bad_rows_that_cannot_be_written(tmp_path: Path) -> None:
    for name in ("missing/bad.csv", "missing/bad.xlsx"):
        with pytest.raises(FileProblem):
            write_bad_rows(str(tmp_path / name), ["a"], [BadRow(1, "b", ["c"])], ",")
