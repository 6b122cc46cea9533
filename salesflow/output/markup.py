"""For pages: Markdown tables, and small complete HTML documents."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TextIO

from salesflow import i18n
from salesflow.columns import Columns, Row
from salesflow.output.layout import Pairs, groups, outline, select, shown, ungrouped, write_lines
from salesflow.output.results import Listing, Record
from salesflow.output.values import NUMERIC, Locale, heading, one_line, text_writer

_MARKDOWN: Final = re.compile(r"[\\|<>\[\]*_`~&]")
_PROGRAM: Final = "salesflow"
_LANG: Final = {"zh": "zh-CN"}
_HEAD: Final = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 2em; }}
table {{ border-collapse: collapse; margin-bottom: 1em; }}
th, td {{ border-bottom: 1px solid #ccc; padding: 0.3em 0.8em; text-align: left; vertical-align: top; }}
td {{ white-space: pre-line; }}
</style>
</head>
<body>"""
_FOOT: Final = "</body>\n</html>"


class _Heading(NamedTuple):
    level: int
    text: str


class _Table(NamedTuple):
    headings: list[str]
    rows: list[list[str]]
    right: list[bool]


def write_markdown(result: Listing | Record, fields: Sequence[str], out: TextIO, locale: Locale) -> None:
    """Headings and tables as GitHub reads them; nothing for an empty listing."""
    if isinstance(result, Listing) and not result.rows:
        return
    for number, part in enumerate(_parts(result, fields, locale)):
        if number:
            out.write("\n")
        out.write((_hashes(part) if isinstance(part, _Heading) else _pipes(part)) + "\n")


def write_html(result: Listing | Record, fields: Sequence[str], out: TextIO, locale: Locale) -> None:
    """A page that is complete in itself, with the language that it is in."""
    write_lines(out, _page(result, fields, locale))


def _page(result: Listing | Record, fields: Sequence[str], locale: Locale) -> Iterator[str]:
    language = locale.language or i18n.language()
    title = _PROGRAM if result.title is None else one_line(i18n.render(result.title, language))
    yield _HEAD.format(lang=_LANG.get(language, language), title=html.escape(title))
    for part in _parts(result, fields, locale):
        if isinstance(part, _Heading):
            yield f"<h{part.level}>{html.escape(one_line(part.text))}</h{part.level}>"
        else:
            yield _tabulated(part, "html")
    yield _FOOT


def _parts(result: Listing | Record, fields: Sequence[str], locale: Locale) -> Iterator[_Heading | _Table]:
    if result.title is not None:
        yield _Heading(1, i18n.render(result.title, locale.language))
    yield from _listing(result, fields, locale) if isinstance(result, Listing) else _record(result, fields, locale)


def _listing(listing: Listing, fields: Sequence[str], locale: Locale) -> Iterator[_Heading | _Table]:
    columns = shown(listing, fields)
    for name, rows in groups(listing, columns, locale):
        if name:
            yield _Heading(2, name)
        yield _grid(ungrouped(listing, columns), rows, locale)


def _record(record: Record, fields: Sequence[str], locale: Locale) -> Iterator[_Heading | _Table]:
    for block in outline(select(record.columns, fields), record.row, locale, keep_empty=bool(fields)):
        if block.heading:
            yield _Heading(block.depth + 1, block.heading)
        if not isinstance(block, Pairs):
            yield _grid(block.columns, block.rows, locale)
        elif block.fields:
            names = [i18n.translate(name, "column", locale.language) for name in ("Field", "Value")]
            yield _Table(names, [[field.heading, field.text] for field in block.fields], [False, False])


def _grid(columns: Columns, rows: Sequence[Row], locale: Locale) -> _Table:
    writers = [(column.key, text_writer(column, locale)) for column in columns]
    return _Table(
        [heading(column, locale.language) for column in columns],
        [[write(row[key]) for key, write in writers] for row in rows],
        [column.kind in NUMERIC for column in columns],
    )


def _hashes(part: _Heading) -> str:
    text = escaped(one_line(part.text)).replace("#", r"\#")  # at its end they would be taken for decoration
    return f"{'#' * part.level} {text}"


def _pipes(table: _Table) -> str:
    headings = [escaped(name) for name in table.headings]
    return _tabulated(_Table(headings, [[escaped(cell) for cell in row] for row in table.rows], table.right), "pipe")


def _tabulated(table: _Table, tablefmt: str) -> str:
    """Drawn by tabulate, which must not take a text for a number: 007 and 1e5 stay as they are."""
    from tabulate import tabulate

    aligned = ["right" if right else ("left" if tablefmt == "pipe" else None) for right in table.right]
    text: str = tabulate(
        table.rows,
        headers=table.headings,
        tablefmt=tablefmt,
        disable_numparse=True,
        stralign=None,
        numalign=None,
        colalign=aligned,
    )
    return text


def escaped(text: str) -> str:
    """The text with everything escaped that Markdown would read as markup; a new line stays one."""
    return _MARKDOWN.sub(r"\\\g<0>", text).replace("\n", "<br>").replace("\t", " ")
