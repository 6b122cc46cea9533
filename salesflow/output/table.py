"""Tables for a terminal, drawn by Rich, as wide as the terminal at most."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TextIO

from salesflow.columns import Column, Columns, Kind, Row
from salesflow.i18n import msg, render
from salesflow.output.fitting import GAP, Fitted, fit
from salesflow.output.layout import Grid, Pairs, groups, outline, select, shown, ungrouped
from salesflow.output.notes import print_note
from salesflow.output.options import OutputOptions, coloured, terminal_width
from salesflow.output.results import Listing, Record
from salesflow.output.values import NUMERIC, Locale, heading, one_line, plain_writer
from salesflow.text import shorten, wrapped

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

_PIECE: Final = 200  # rows drawn at a time: the first ones are seen while the others are still being drawn
_LATE_DAYS: Final = 7
_GRADES: Final = {"A": "bold", "C": "dim"}
_CODES: Final = {
    "hot": "yellow",
    "won": "green",
    "approved": "green",
    "accepted": "green",
    "returned": "red",
    "rejected": "red",
    "declined": "red",
    "expired": "dim",
    "superseded": "dim",
    "withdrawn": "dim",
    "void": "dim",
    "cancelled": "dim",
    "lost": "dim",
    "invalid": "dim",
}


def write_table(result: Listing | Record, options: OutputOptions, out: TextIO, err: TextIO, locale: Locale) -> None:
    """Draw a listing or a record; what had to be left out for lack of width is named on `err`."""
    screen = _Screen(options, out, err, locale)
    if isinstance(result, Listing):
        screen.listing(result)
    else:
        screen.record(result)
    screen.report_hidden()


class _Screen:
    """One terminal, with what was hidden to fit it."""

    def __init__(self, options: OutputOptions, out: TextIO, err: TextIO, locale: Locale) -> None:
        self._fields = options.fields
        self._out, self._err = out, err
        self._locale = locale
        self._width = terminal_width(out)
        self._console = _console(out, self._width, in_colour=coloured(options, out))
        self._hidden: list[str] = []

    def listing(self, listing: Listing) -> None:
        """The listing's title and table, or a table for each group under its heading; nothing for no rows."""
        if not listing.rows:
            return
        columns = shown(listing, self._fields)
        body = ungrouped(listing, columns)
        keep = (listing.ref, *(column.key for column in body if column.urgent))
        indent = GAP if listing.compact else 0
        fitted = self._fitted(body, listing.rows, self._width - indent, keep, headed=not listing.compact)
        if listing.title is not None:
            self._heading(render(listing.title, self._locale.language))
        for number, (name, rows) in enumerate(groups(listing, columns, self._locale)):
            if not listing.compact and (number or (name and listing.title is not None)):
                self._out.write("\n")
            if name:
                self._heading(shorten(name, self._width) if listing.compact else name)
            self._grid(fitted, rows, indent, compact=listing.compact)

    def record(self, record: Record) -> None:
        """The record's title, its fields as two columns, then its nested tables under their headings."""
        blocks = outline(select(record.columns, self._fields), record.row, self._locale, keep_empty=bool(self._fields))
        if record.title is not None:
            self._heading(render(record.title, self._locale.language))
        for number, block in enumerate(blocks):
            if number or record.title is not None:
                self._out.write("\n")
            if block.heading:
                self._heading(block.heading, indent=GAP * (block.depth - 1))
            if isinstance(block, Pairs):
                self._pairs(block)
            else:
                self._nested(block)

    def report_hidden(self) -> None:
        """Say which columns were left out, and how they can be seen."""
        if self._hidden:
            text = msg(
                "no room for {fields}: choose with --fields, or see all with --format plain", fields=self._hidden
            )
            print_note(text, self._err, self._locale.language)

    def _nested(self, block: Grid) -> None:
        indent = GAP * block.depth
        fitted = self._fitted(block.columns, block.rows, self._width - indent, prefix=f"{block.key}.")
        self._grid(fitted, block.rows, indent)

    def _fitted(
        self,
        columns: Columns,
        rows: Sequence[Row],
        room: int,
        keep: Sequence[str] = (),
        prefix: str = "",
        *,
        headed: bool = True,
    ) -> Fitted:
        from rich.cells import cell_len

        headings = [cell_len(heading(column, self._locale.language)) if headed else 0 for column in columns]
        writers = [plain_writer(column, self._locale) for column in columns]
        wanted = [
            max((cell_len(write(row[column.key])) for row in rows), default=0)
            for column, write in zip(columns, writers, strict=True)
        ]
        fitted = fit(columns, list(map(max, wanted, headings)), headings, room, keep)
        self._hidden += [prefix + column.key for column in fitted.hidden]
        return fitted

    def _grid(self, fitted: Fitted, rows: Sequence[Row], indent: int = 0, *, compact: bool = False) -> None:
        """A table of the rows; a compact one has no headings, and every row on one line."""
        from rich.text import Text

        writers = [
            (column, plain_writer(column, self._locale), cells, wrapped if _wraps(column) and not compact else shorten)
            for column, cells in zip(fitted.columns, fitted.widths, strict=True)
        ]
        rest, headed = iter(rows), not compact
        while piece := list(islice(rest, _PIECE)):
            table = self._table(fitted, headed=headed)
            for row in piece:
                table.add_row(
                    *(
                        Text(fitting(write(row[column.key]), cells), _style(column, row[column.key]))
                        for column, write, cells, fitting in writers
                    )
                )
            self._draw(table, indent)
            headed = False

    def _table(self, fitted: Fitted, *, headed: bool) -> Table:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), show_header=headed)
        for column, width in zip(fitted.columns, fitted.widths, strict=True):
            table.add_column(
                Text(heading(column, self._locale.language)),
                width=width,
                no_wrap=not _wraps(column),
                overflow="fold" if _wraps(column) else "ellipsis",
                justify="right" if column.kind in NUMERIC else "left",
            )
        return table

    def _pairs(self, block: Pairs) -> None:
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, GAP, 0, 0))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for field in block.fields:
            grid.add_row(Text(field.heading), Text(field.text.expandtabs(4), style=_style(field.column, field.value)))
        self._draw(grid, GAP * block.depth)

    def _heading(self, text: str, indent: int = 0) -> None:
        from rich.text import Text

        self._draw(Text(one_line(text), style="bold"), indent)

    def _draw(self, drawn: RenderableType, indent: int) -> None:
        """Write through our own stream: Rich would end the process where a pipe is closed."""
        from rich.padding import Padding

        with self._console.capture() as captured:
            self._console.print(Padding(drawn, (0, 0, 0, indent), expand=False))
        self._out.write("".join(line.rstrip(" ") + "\n" for line in captured.get().splitlines()))


def _wraps(column: Column) -> bool:
    """A sentence or a list is read to its end: where there is no room beside the other columns it goes on below."""
    return column.kind in (Kind.MESSAGE, Kind.OBJECT, Kind.LIST) and column.flexible


def _console(out: TextIO, width: int, *, in_colour: bool) -> Console:
    from rich.console import Console, detect_legacy_windows

    escapes = in_colour and not detect_legacy_windows()  # an old Windows console would show them as text
    return Console(
        file=out,  # only asked for its encoding
        width=width,
        color_system="standard" if escapes else None,
        force_terminal=escapes,
        no_color=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _style(column: Column, value: Any) -> str:
    """The colour of a value: urgent days, and modestly the codes that tell a good end from a bad one."""
    if column.urgent and column.kind is Kind.INTEGER and value:
        return "red" if value > _LATE_DAYS else "yellow" if value > 0 else ""
    if column.kind is Kind.CODE and value is not None:
        return (_GRADES if column.labels == "grade" else _CODES).get(str(value), "")
    return ""
