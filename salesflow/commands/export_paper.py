"""What the exports of papers share: their options, and what is said of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from salesflow import i18n
from salesflow.columns import Column, Kind
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.output.results import Document, Record, Written

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.documents.paper import Paper

_STDOUT = "-"
_COLUMNS = (
    Column("file", "File"),
    Column("format", "Format"),
    Column("language", "Language"),
    Column("mark", "Mark"),
    Column("size", "Bytes", Kind.INTEGER),
)


def _languages(incomplete: str) -> list[str]:
    return [name for name in i18n.LANGUAGES if name.startswith(incomplete)]


To = Annotated[
    str,
    typer.Option(
        "--to", metavar="FILE|-", help="The file, .pdf, .docx, .xlsx, .html or .md; - is standard output (Markdown)."
    ),
]
Language = Annotated[
    str | None,
    typer.Option("--language", metavar="zh|en", help="Its language (the interface's).", autocompletion=_languages),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def checked(language: str | None) -> str:
    """The language that a paper is to be in. Raises InvalidValue."""
    if language is not None and language not in i18n.LANGUAGES:
        raise InvalidValue(
            msg("there is no paper in the language {language}", language=language),
            msg("use one of: {choices}", choices=list(i18n.LANGUAGES)),
        )
    return language or i18n.language()


def perform(context: Context, paper: Paper, to: str, *, force: bool) -> Written | Document:
    """Write the paper to the file; for standard output hand it out as Markdown."""
    from salesflow.documents import papers

    if to == _STDOUT:
        return Document(papers.content(context, paper, "md").decode())
    made = papers.write(context, paper, to, papers.form_of(to, force=force))
    row = {"file": made.path, "format": made.form, "language": made.language, "mark": made.mark, "size": made.size}
    details = () if made.mark is None else (msg("it is marked on every page: {mark}", mark=made.mark),)
    said = msg("{reference} is in {file}", reference=paper.reference, file=to)
    return Written(said, to, Record(_COLUMNS, row, "file"), details)
