"""A paper as a workbook: numbers are numbers, texts are texts whatever they begin with, and it prints on pages of its width."""

from __future__ import annotations

import io
import math
from itertools import zip_longest
from typing import Any, Final

from salesflow.columns import Kind
from salesflow.documents.paper import Block, Column, Entry, Facts, Paper, Prose, Signatures, Table, Terms, Totals
from salesflow.text import wrapped

_SCALES: Final = {Kind.MONEY: 100, Kind.PERCENT: 10_000, Kind.QUANTITY: 1_000, Kind.PRICE: 10_000, Kind.INTEGER: 1}
_FORMATS: Final = {
    Kind.MONEY: "#,##0.00",
    Kind.PERCENT: "0.## %",
    Kind.QUANTITY: "#,##0.###",
    Kind.PRICE: "#,##0.00##",
    Kind.INTEGER: "0",
}
_WHOLE: Final = {
    Kind.PERCENT: "0 %",
    Kind.QUANTITY: "#,##0",
}  # a format with optional decimals would leave a dot behind
_WIDTHS: Final = {Kind.MONEY: 14, Kind.PERCENT: 8, Kind.QUANTITY: 9, Kind.PRICE: 14, Kind.INTEGER: 11}
_FONT: Final = "Microsoft YaHei"
_ACCENT: Final = "#1F4E79"
_ALARM: Final = "#C81E1E"
_FILLED: Final = {
    "align": "right",
    "bold": True,
    "font_color": "#FFFFFF",
    "bg_color": _ACCENT,
    "valign": "vcenter",
}
_FILLED_LEFT: Final = {**_FILLED, "align": "left", "indent": 1}
_LONGEST_CELL: Final = 32_767
_LINE_HEIGHT: Final = 15
_MOST_LINES: Final = 27  # no row is higher than 409 points
_SIZE: Final = 10
_APART: Final = 30  # rows between two marks


def write(paper: Paper) -> bytes:
    out = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": f"{paper.title} {paper.reference}",
                "author": paper.letterhead.name,
                "created": paper.made_at.replace(tzinfo=None),
            }
        )
        _Sheet(book, paper).fill()
    return out.getvalue()


class _Sheet:
    """The one sheet, written from top to bottom.

    A sheet does not find out by itself how high merged cells are: `_high` says it before they are written, `_down` goes on
    below them.
    """

    def __init__(self, book: Any, paper: Paper) -> None:
        self._book, self._paper = book, paper
        self._sheet = book.add_worksheet(
            "".join(letter for letter in paper.reference if letter not in r"[]:*?/\'")[:31]
        )
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        tables = [block for block in paper.blocks if isinstance(block, Table)]
        self._main = max(
            tables, key=lambda table: len(table.columns), default=Table("", (Column("", share=1),) * 4, ())
        )
        self._last = len(self._main.columns) - 1
        self._row, self._deep = 0, 1

    def fill(self) -> None:
        self._page()
        self._marked()
        head = self._paper.letterhead
        self._across(head.name, bold=True, font_size=16, font_color=_ACCENT)
        for line in head.lines:
            self._across(line, font_color="#52606D", font_size=9)
        self._across(self._paper.title, bold=True, font_size=18, align="center", top=2, top_color=_ACCENT)
        self._row += 1
        for block in self._paper.blocks:
            self._block(block)
        self._marked()
        self._behind()

    def _page(self) -> None:
        sheet, (before, between, after) = self._sheet, self._paper.paging
        if self._paper.wide:
            sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.5, 0.5, 0.7, 0.7)
        sheet.hide_gridlines(2)
        named = f"{self._paper.title} {self._paper.reference}".replace("&", "&&")[:80]
        sheet.set_footer(f"&L{named}&R{before}&P{between}&N{after}")
        if self._paper.mark is not None:
            sheet.set_header(f"&C&14&KC81E1E{self._paper.mark}")
        for place, column in enumerate(self._main.columns):
            width = 4 + 4 * column.share if column.share else _WIDTHS.get(column.kind, 8)
            sheet.set_column(place, place, width, self._style())

    def _marked(self) -> None:
        if self._paper.mark is not None:
            self._across(
                self._paper.mark,
                bold=True,
                font_size=20,
                font_color=_ALARM,
                align="center",
                border=2,
                border_color=_ALARM,
            )

    def _behind(self) -> None:
        """The mark again, large and pale, over the cells of every page or so: a sheet knows no background that is printed."""
        look = {"fill": {"none": True}, "line": {"none": True}, "width": 620, "height": 130, "object_position": 3}
        font = {"name": _FONT, "size": 48, "bold": True, "color": "#F0B8B8"}
        for row in range(12, max(13, self._row - 3), _APART) if self._paper.mark is not None else ():
            align = {"horizontal": "center", "vertical": "middle"}
            self._sheet.insert_textbox(row, 1, self._paper.mark, {**look, "font": font, "align": align})

    def _block(self, block: Block) -> None:
        if isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Totals):
            self._totals(block)
        elif isinstance(block, Terms):
            self._terms(block)
        elif isinstance(block, Prose):
            self._across(block.text)
        elif isinstance(block, Signatures):
            self._signatures(block)
        self._row += 1

    def _facts(self, block: Facts) -> None:
        middle = max(2, self._last - 4)
        places = ((0, 1, middle - 1), (middle, min(middle + 2, self._last), self._last))
        for pair in zip_longest(block.left, block.right):
            found = [(entry, *place) for entry, place in zip(pair, places, strict=True) if entry]
            self._high(*((entry.text, second, last) for entry, _, second, last in found))
            for entry, first, second, last in found:
                self._text(first, second - 1, entry.label, font_color="#52606D")
                self._text(second, last, entry.text)
            self._down()

    def _table(self, block: Table) -> None:
        """A narrower table than the main one: its widest text goes over the columns that it has not."""
        self._heading(block.name)
        spans = self._spans(block)
        self._high(*((column.name, *span) for column, span in zip(block.columns, spans, strict=True)))
        for column, (first, last) in zip(block.columns, spans, strict=True):
            self._text(first, last, column.name, **(_FILLED if column.right else _FILLED_LEFT))
        if block is self._main and len(block.rows) > 1:
            self._sheet.repeat_rows(self._row)
        self._down()
        for row in block.rows:
            cells = list(zip(block.columns, spans, row, strict=True))
            self._high(*((str(value), *span) for column, span, value in cells if column.kind is Kind.TEXT))
            for column, (first, last), value in cells:
                self._value(first, last, column, value)
            self._down()

    def _spans(self, block: Table) -> list[tuple[int, int]]:
        spare, spans, at = self._last + 1 - len(block.columns), [], 0
        widest = max(range(len(block.columns)), key=lambda place: block.columns[place].share)
        for place in range(len(block.columns)):
            last = at + (spare if place == widest else 0)
            spans.append((at, last))
            at = last + 1
        return spans

    def _value(self, first: int, last: int, column: Column, value: Any) -> None:
        look = {"bottom": 4, "bottom_color": "#CBD2D9"}
        if column.kind not in _SCALES or value is None:
            self._text(first, last, "" if value is None else str(value), indent=1, **look)
            return
        form = _WHOLE.get(column.kind, "") if value % (100 if column.kind is Kind.PERCENT else 1_000) == 0 else ""
        form = form or _FORMATS[column.kind]
        if column.zero:
            form = f'{form};-{form};"{column.zero}"'
        self._number(first, last, value, _SCALES[column.kind], num_format=form, **look)

    def _totals(self, block: Totals) -> None:
        for one in block.sums:
            look: dict[str, Any] = {"bold": True, "font_size": 13, "font_color": _ACCENT} if one.strong else {}
            first, last = max(0, self._last - 3), max(0, self._last - 2)
            self._high((one.label, first, last), size=look.get("font_size", _SIZE))
            self._text(first, last, one.label, **look)
            self._number(max(1, self._last - 1), self._last, one.amount, 100, num_format="#,##0.00", **look)
            self._down()
        self._high((block.words.text, 2, self._last))
        self._text(0, 1, block.words.label, font_color="#52606D", bg_color="#F0F4F8")
        self._text(2, self._last, block.words.text, bold=True, bg_color="#F0F4F8")
        self._down()

    def _terms(self, block: Terms) -> None:
        self._heading(block.name)
        for entry in block.entries:
            if block.numbered:
                self._across(entry.label, bold=True)
                self._across(entry.text)
                continue
            self._high((entry.text, 2, self._last))
            self._text(0, 1, entry.label, font_color="#52606D")
            self._text(2, self._last, entry.text)
            self._down()

    def _signatures(self, block: Signatures) -> None:
        half = (self._last + 1) // 2
        places = ((0, half - 1), (half + 1, self._last))
        self._row += 1
        for (first, last), party in zip(places, block.parties, strict=False):
            self._text(first, last, party.name, bold=True, font_color=_ACCENT)
        self._down()
        for entries in zip_longest(*(party.entries for party in block.parties)):
            found = [(_signed(entry), entry, *place) for entry, place in zip(entries, places, strict=False) if entry]
            self._high(*((text, first, last) for text, _, first, last in found))
            for text, entry, first, last in found:
                self._text(first, last, text, **({} if entry.text else {"bottom": 1, "valign": "bottom"}))
            self._down()

    def _heading(self, name: str) -> None:
        if name:
            self._across(name, bold=True, font_color=_ACCENT)

    def _across(self, text: str, **look: Any) -> None:
        self._high((text, 0, self._last), size=look.get("font_size", _SIZE))
        self._text(0, self._last, text, **look)
        self._down()

    def _high(self, *texts: tuple[str, int, int], size: int = _SIZE) -> None:
        """Make the row as high as these texts need, each between its columns; what is more than a row's goes over several."""
        lines = max(
            (self._lines(text, self._breadth(first, last) * _SIZE // size) for text, first, last in texts), default=1
        )
        height = lines * max(_LINE_HEIGHT, 1.5 * size)
        self._deep = math.ceil(height / (_MOST_LINES * _LINE_HEIGHT))
        for row in range(self._row, self._row + self._deep):
            self._sheet.set_row(row, math.ceil(height / self._deep))

    def _down(self) -> None:
        self._row, self._deep = self._row + self._deep, 1

    def _text(self, first: int, last: int, text: str, **look: Any) -> None:
        style = self._merged(first, last, text_wrap=True, **{"valign": "top", **look})
        self._sheet.write_string(self._row, first, text[:_LONGEST_CELL], style)

    def _number(self, first: int, last: int, value: int, scale: int, **look: Any) -> None:
        self._sheet.write_number(
            self._row, first, value / scale, self._merged(first, last, align="right", valign="top", **look)
        )

    def _merged(self, first: int, last: int, **look: Any) -> Any:
        """The look of a cell, which goes over these columns."""
        style, end = self._style(**look), self._row + self._deep - 1
        if first < last or self._row < end:
            self._sheet.merge_range(self._row, first, end, last, "", style)
        return style

    def _style(self, **look: Any) -> Any:
        """A format, made once for each look."""
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": _FONT, "font_size": _SIZE, **look})
        return self._made[key]

    def _breadth(self, first: int, last: int) -> int:
        """The characters, of Latin width, that have room in the columns."""
        columns = self._main.columns[first : last + 1]
        return sum(4 + 4 * one.share if one.share else _WIDTHS.get(one.kind, 8) for one in columns)

    @staticmethod
    def _lines(text: str, breadth: int) -> int:
        """How many lines a text takes."""
        return wrapped(text[:_LONGEST_CELL], max(2, breadth - 1)).count("\n") + 1


def _signed(entry: Entry) -> str:
    """What stands on a line of a signature block; a line to write on is twice as high."""
    return f"{entry.label}  {entry.text}".strip() if entry.text else f"\n{entry.label}"
