"""The one renderer: what a command returned, written to stdout in the format that was asked for.

The module of a format is imported when it is used, so that a pipe never pays for tables nor a list for CSV. A pipe that
was closed on the other side raises BrokenPipeError, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TextIO

from salesflow.columns import Column
from salesflow.i18n import msg
from salesflow.output import layout, notes
from salesflow.output.options import Format, OutputOptions, resolve
from salesflow.output.results import Digest, Document, Failed, Listing, Record, Result, Stream, Written
from salesflow.output.values import Locale, one_line
from salesflow.text import printable

_REF: Final = (Column("ref", "Reference"),)
_SENTENCE_FORMATS: Final = frozenset((Format.TABLE, Format.PLAIN))
_OBJECT_FORMATS: Final = frozenset((Format.JSON, Format.JSONL))


def render(result: Result, options: OutputOptions, out: TextIO, err: TextIO, language: str | None = None) -> None:
    """Write a result: data to `out`, what is to be said about it to `err`; `language` None is the process's.

    UsageError for unknown `options.fields`, before anything is written.
    """
    locale = Locale(options.zone, language)
    if isinstance(result, Document):
        text = printable(result.text, keep_newlines=True)
        out.write(text if out.isatty() else text.replace("\n", result.line_end))
    elif isinstance(result, Stream):
        out.writelines(printable(part, keep_newlines=True) for part in result.parts)
    elif isinstance(result, Written):
        _written(result, options, out, err, locale)
    elif isinstance(result, Failed):
        _failed(result, options, out, err, locale)
    else:
        _data(result, options, out, err, locale)


def _written(result: Written, options: OutputOptions, out: TextIO, err: TextIO, locale: Locale) -> None:
    """One line unless told otherwise; the whole record where a format is named; the reference alone with --quiet."""
    if resolve(options, out) is Format.IDS:
        out.write(one_line(result.ref) + "\n")
    elif options.format is None or (result.record is None and options.format in _SENTENCE_FORMATS):
        for text in (result.text, *result.details):
            notes.print_line(text, out, locale.language)
    elif result.record is not None:
        _data(result.record, options, out, err, locale)
    else:
        only = Record(_REF, {"ref": result.ref}, "ref")
        _data(only, OutputOptions(options.format, zone=options.zone), out, err, locale)


def _failed(result: Failed, options: OutputOptions, out: TextIO, err: TextIO, locale: Locale) -> None:
    """The parts where a format is named for them, else their lines; the error in any case."""
    if options.format is not None:
        _data(result.record, options, out, err, locale)
    else:
        for text in result.lines:
            notes.print_line(text, err, locale.language)
    notes.print_error(result.error, err, as_json=options.format in _OBJECT_FORMATS, language=locale.language)


def _data(result: Listing | Record | Digest, options: OutputOptions, out: TextIO, err: TextIO, locale: Locale) -> None:
    found = resolve(options, out)
    if isinstance(result, Digest):
        result = _form(result, found)
    layout.select(result.columns, options.fields)
    if found is Format.TABLE:
        from salesflow.output.table import write_table

        write_table(result, options, out, err, locale)
    else:
        _writer(found)(result, options.fields, out, locale)
    if isinstance(result, Listing) and not options.quiet:
        _remarks(result, found, out, err, locale)
    if result.remark is not None and not options.quiet:
        notes.print_note(result.remark, err, locale.language)


def _form(digest: Digest, found: Format) -> Listing | Record:
    """The form of a digest that a format is for."""
    if found in _OBJECT_FORMATS:
        return digest.record
    return digest.screen or digest.listing if found is Format.TABLE else digest.listing


def _remarks(listing: Listing, found: Format, out: TextIO, err: TextIO, locale: Locale) -> None:
    """Tell a person at a terminal that there is nothing, and everybody that there is more than was written."""
    if not listing.rows and listing.empty is not None and found in _SENTENCE_FORMATS and out.isatty():
        notes.print_line(listing.empty, err, locale.language)
    if listing.more:
        text = msg("there are more than these {count}: raise --limit to see them", count=len(listing.rows))
        notes.print_note(text, err, locale.language)


def _writer(found: Format) -> Callable[[Listing | Record, Sequence[str], TextIO, Locale], None]:
    if found is Format.IDS:
        return _write_ids
    if found is Format.PLAIN:
        from salesflow.output import plain

        return plain.write_plain
    if found in (Format.MARKDOWN, Format.HTML):
        from salesflow.output import markup

        return markup.write_markdown if found is Format.MARKDOWN else markup.write_html
    from salesflow.output import data

    return {
        Format.JSON: data.write_json,
        Format.JSONL: data.write_jsonl,
        Format.CSV: data.write_csv,
        Format.TSV: data.write_tsv,
    }[found]


def _write_ids(result: Listing | Record, _fields: Sequence[str], out: TextIO, _locale: Locale) -> None:
    """One reference on a line, and nothing else."""
    rows = (result.row,) if isinstance(result, Record) else result.rows
    layout.write_lines(out, (one_line(str(row[result.ref])) for row in rows))
