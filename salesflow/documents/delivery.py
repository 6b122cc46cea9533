"""Reports on their way out: in the shape that a format wants, to stdout or to a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from salesflow.context import Asked, Context
from salesflow.errors import FileProblem, InvalidValue
from salesflow.i18n import msg
from salesflow.output.options import Format, OutputOptions
from salesflow.output.results import Document, Listing, Record, Result, Written
from salesflow.output.values import Locale

if TYPE_CHECKING:
    from salesflow.documents.charts import Plot

_FORMATS: Final = {
    ".md": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".txt": Format.PLAIN,
}
_BYTE_ORDER_MARK: Final = "\ufeff"


def choose(asked: Asked, path: str | None) -> None:
    """Let a file's suffix say the format where nothing else does. Raises InvalidValue for a suffix that says none."""
    if path is None or asked.format is not None:
        return
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in _FORMATS:
        raise InvalidValue(
            msg("the name {path} does not say the format", path=path),
            msg("let it end in one of {suffixes}, or give --format", suffixes=list(_FORMATS)),
        )
    asked.format = _FORMATS[suffix].value


def deliver(
    context: Context, result: Record | Listing, path: str | None, plots: Mapping[str, Plot] | None = None
) -> Result:
    """The result in its format: itself, or where a file is named what was written there. Raises FileProblem.

    plots: what a report draws on its page.
    """
    shaped = _shaped(context, result, plots or {})
    if path is None:
        return shaped
    replaced = save(path, _text(context, shaped), spreadsheet=context.asked.format == Format.CSV)
    context.asked.format, context.asked.fields = None, ()  # they were for the file
    text = msg("wrote {path}", path=path)
    if replaced:
        text = msg("wrote {path} over the file that was there", path=path)
    return Written(text, path)


def save(path: str, text: str, *, spreadsheet: bool = False) -> bool:
    """Write a text file whole or not at all; True where it took the place of another. Raises FileProblem.

    spreadsheet: with a mark by which spreadsheets know that the text is UTF-8.
    """
    import tempfile

    folder = os.path.dirname(os.path.abspath(path))
    replaced = os.path.exists(path)
    try:
        if os.path.isdir(path):
            raise IsADirectoryError(21, os.strerror(21), path)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=folder, prefix=".", delete=False
        ) as file:
            try:
                file.write(_BYTE_ORDER_MARK + text if spreadsheet else text)
                file.close()
                os.chmod(file.name, _mode(path))
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be written: {reason}", path=path, reason=error.strerror or str(error)),
            msg("check the folder and its permissions"),
        ) from error
    return replaced


def _mode(path: str) -> int:
    """The permissions of the file that is replaced, or those that any new file gets."""
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _shaped(context: Context, result: Record | Listing, plots: Mapping[str, Plot]) -> Record | Listing | Document:
    if not isinstance(result, Record):
        return result
    asked, locale = context.asked, Locale(context.clock.zone)
    if asked.format == Format.HTML:
        from salesflow.documents.report_html import page

        return Document(page(result, asked.fields, locale, plots))
    if asked.format in (Format.CSV, Format.TSV):
        from salesflow.documents.figures import figures

        fields, asked.fields = asked.fields, ()
        return figures(result, fields, locale)
    return result


def _text(context: Context, result: Record | Listing | Document) -> str:
    import io
    import sys

    from salesflow.output.render import render

    asked = context.asked
    assert asked.format is not None
    options = OutputOptions(Format(asked.format), asked.fields, zone=context.clock.zone)
    out = io.StringIO()
    render(result, options, out, sys.stderr)
    return out.getvalue()
