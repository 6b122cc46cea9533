"""Tables on a real terminal: to the letter, in two widths and both languages."""

from __future__ import annotations

import pytest

from salesflow.columns import Column, Kind
from salesflow.i18n import msg
from salesflow.output.options import Format
from salesflow.output.results import Listing, Record
from salesflow.text import width
from tests.output.conftest import Screen
from tests.output.samples import ESCAPES, MINGYUAN, MUELLER, cells, listing, record, starts, written

HIDDEN = "note: no room for {}: choose with --fields, or see all with --format plain\n"

NARROW = """\
Customers
Code   Name          Grade  Status  Days     Total  Due         Last contact
────────────────────────────────────────────────────────────────────────────────
C0001  上海明远自…   A      hot        9  1,234.50  2026-03-12  2026-03-12 09:00
C0002  Müller & Sö…  C      won        0     -0.05
"""

WIDE = """\
Customers
Code   Name                        Grade  Status  Days     Total  Due         Last contact      Note
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────
C0001  上海明远自动化设备有限公司  A      hot        9  1,234.50  2026-03-12  2026-03-12 09:00  价格偏高↵下周 再谈
C0002  Müller & Söhne              C      won        0     -0.05
"""

NARROW_CHINESE = """\
客户
编号   名称           等级  状态    Days     Total  Due         Last contact
────────────────────────────────────────────────────────────────────────────────
C0001  上海明远自动…  A 级  高意向     9  1,234.50  2026-03-12  2026-03-12 09:00
C0002  Müller & Söh…  C     成交       0     -0.05
"""

RECORD = """\
Customer 上海明远

Code          C0001
Name          上海明远自动化设备有限公司
Grade         A
Status        hot
Days          9
Total         1,234.50
Due           2026-03-12
Last contact  2026-03-12 09:00
Note          价格偏高
              下周  再谈
Region        华东

Lines
  Line  SKU     Price
  ───────────────────
     1  A-1   12.3456
    10  螺丝     0.50

Owner
  Login      li.lei
  Full name  李雷
"""


def test_80_columns(screen: Screen) -> None:
    assert screen(listing(), 80) == (NARROW, HIDDEN.format("note"))


def test_200_columns(screen: Screen) -> None:
    assert screen(listing(), 200) == (WIDE, "")


@pytest.mark.usefixtures("chinese")
def test_chinese(screen: Screen) -> None:
    assert screen(listing(), 80, "zh")[0] == NARROW_CHINESE


@pytest.mark.parametrize("columns", [80, 200])
def test_record(screen: Screen, columns: int) -> None:
    assert screen(record(), columns) == (RECORD, "")


def test_record_leaves_out_what_is_empty(screen: Screen) -> None:
    shown, _ = screen(record(MUELLER), 80)
    assert shown.splitlines()[2:] == [
        "Code    C0002",
        "Name    Müller & Söhne",
        "Grade   C",
        "Status  won",
        "Days    0",
        "Total   -0.05",
    ]


@pytest.mark.parametrize("columns", range(20, 130, 7))
def test_no_line_is_wider_than_the_terminal(screen: Screen, columns: int) -> None:
    for result in (listing(title=None), record()):
        shown, _ = screen(result, columns)
        assert max(map(width, shown.splitlines())) <= columns


@pytest.mark.parametrize("columns", [45, 80, 120, 200])
def test_columns_line_up(screen: Screen, columns: int) -> None:
    rows = [MINGYUAN, MUELLER, {**MINGYUAN, "name": "Ａ公司é，한국", "status": "prospect"}]
    lines = screen(listing(*rows, title=None), columns)[0].splitlines()
    for start in starts(lines[0], ["Name", "Grade", "Status"]):
        assert all(cells(line)[start - 2 : start] == [" ", " "] for line in (lines[0], *lines[2:]))
        assert all(cells(line)[start] not in (" ", "") for line in lines[2:])


def test_what_is_essential_stays(screen: Screen) -> None:
    """The first column, the reference and what is urgent outlast the others."""
    shown, said = screen(listing(), 30)
    assert shown.splitlines()[1:] == [
        "Code   Name               Days",
        "─" * 30,
        "C0001  上海明远自动化设…     9",
        "C0002  Müller & Söhne        0",
    ]
    assert said == HIDDEN.format("grade, status, total, due_on, last_at, note")


def test_hidden_nested_columns_are_named(screen: Screen) -> None:
    lines = Column("lines", "Lines", Kind.ROWS, columns=(Column("sku", "SKU"), Column("spec", "Spec")))
    whole = Record((Column("n", "Number"), lines), {"n": "Q1", "lines": [{"sku": "A" * 15, "spec": "B" * 15}]}, "n")
    shown, said = screen(whole, 30)
    assert "A" * 15 in shown
    assert said == HIDDEN.format("lines.spec")


def test_fields(screen: Screen) -> None:
    shown, said = screen(listing(), 80, fields=("region", "name"))
    assert shown.splitlines()[1:] == [
        "Region  Name",
        "──────────────────────────────────",
        "华东    上海明远自动化设备有限公司",
        "        Müller & Söhne",
    ]
    assert said == ""


def test_a_nested_field_in_a_cell_is_json(screen: Screen) -> None:
    shown, _ = screen(listing(MUELLER, {**MINGYUAN, "lines": MINGYUAN["lines"][1:]}), 80, fields=("code", "lines"))
    assert shown.splitlines()[3:] == [
        "C0002  []",
        'C0001  [{"line": 10, "sku": "螺丝", "unit_price": "0.50"}]',
    ]


def test_empty_fields_are_shown_where_they_were_asked_for(screen: Screen) -> None:
    shown, _ = screen(record(MUELLER), 80, fields=("note", "code"))
    assert shown.splitlines()[2:] == ["Note", "Code  C0002"]


def test_groups(screen: Screen) -> None:
    rows = [MINGYUAN, {**MINGYUAN, "code": "C0003"}, MUELLER]
    assert screen(listing(*rows, group_by="status"), 80, fields=("status", "code", "name"))[0] == (
        "Customers\n"
        "\n"
        "hot\n"
        "Code   Name\n"
        "─────────────────────────────────\n"
        "C0001  上海明远自动化设备有限公司\n"
        "C0003  上海明远自动化设备有限公司\n"
        "\n"
        "won\n"
        "Code   Name\n"
        "─────────────────────────────────\n"
        "C0002  Müller & Söhne\n"
    )


def test_not_grouped_by_a_field_that_was_not_asked_for(screen: Screen) -> None:
    shown, _ = screen(listing(title=None, group_by="status"), 80, fields=("code",))
    assert shown == "Code\n─────\nC0001\nC0002\n"


def test_nothing_is_said_at_a_terminal(screen: Screen) -> None:
    empty = Listing((Column("code", "Code"),), (), "code", title=msg("Customers"), empty=msg("there are no customers"))
    assert screen(empty, 80) == ("", "there are no customers\n")
    assert screen(empty, 80, quiet=True) == ("", "")


def test_colours_of_urgency(screen: Screen) -> None:
    columns = (
        Column("code", "Code"),
        Column("days", "Days", Kind.INTEGER, urgent=True),
        Column("n", "N", Kind.INTEGER),
    )
    rows = [{"code": "C1", "days": days, "n": 9} for days in (8, 7, 1, 0, -3, None)]
    shown = screen(Listing(columns, rows, "code"), 80, color="auto")[0].splitlines()
    assert shown[0] == "\x1b[1mCode\x1b[0m\x1b[1m \x1b[0m \x1b[1mDays\x1b[0m\x1b[1m \x1b[0m \x1b[1mN\x1b[0m"
    assert shown[2:] == [
        "C1    \x1b[31m   8\x1b[0m  9",
        "C1    \x1b[33m   7\x1b[0m  9",
        "C1    \x1b[33m   1\x1b[0m  9",
        "C1       0  9",
        "C1      -3  9",
        "C1          9",
    ]


def test_no_colour_where_it_is_not_wanted(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in screen(listing(), 80, color="auto")[0]
    assert "\x1b" not in screen(listing(), 80, color="never")[0]
    assert "\x1b" not in written(listing(), Format.TABLE)[0]
    assert "\x1b[31m" in written(listing(), Format.TABLE, color="always")[0]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in screen(listing(), 80, color="auto")[0]
    assert "\x1b[31m" in screen(listing(), 80, color="always")[0]


def test_user_text_is_neither_escape_nor_markup(screen: Screen) -> None:
    row = {**MINGYUAN, "name": f"{ESCAPES}[bold]:smile:", "lines": None, "owner": None}
    expected = r"\x1b[31m红\x1b]0;title\x07\x9b2J\u202eevil\x7f[bold]:smile:"
    for result in (listing(row), record(row)):
        shown, _ = screen(result, 200)
        assert expected in shown
        assert not set(shown) & set(ESCAPES) - set("[31m红]0;titleJ2evil")


def test_many_rows_are_drawn_in_pieces_under_one_heading() -> None:
    rows = [{**MUELLER, "code": f"C{number:04d}"} for number in range(450)]
    lines = written(listing(*rows), Format.TABLE)[0].splitlines()
    assert len(lines) == 450 + 3
    assert lines[3].startswith("C0000  Müller")
    assert lines[-1].startswith("C0449  Müller")


def test_a_forced_table_in_a_pipe_is_as_wide_as_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert written(listing(), Format.TABLE) == (WIDE, "")
    monkeypatch.setenv("COLUMNS", "80")
    assert written(listing(), Format.TABLE)[0] == NARROW
