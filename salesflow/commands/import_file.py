"""What the imports of all nouns share: their options, the progress bar, and how the outcome is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands.base import current
from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg, nmsg
from salesflow.output.progress import progress
from salesflow.output.results import Digest, Failed, Listing, Record, Written
from salesflow.queries.imports import COLUMNS, ROW_COLUMNS

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.output.progress import Advance
    from salesflow.services.importing import Job, Report

MOST_LINES = 20

File = Annotated[str, typer.Argument(metavar="FILE", help="The list: .xlsx, or .csv in UTF-8 or GB18030.")]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help='What a column of the file means; "-" leaves it out.'),
]
Default = Annotated[
    list[str] | None, typer.Option("--default", metavar="FIELD=VALUE", help="The value where a row has none.")
]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="The sheet (the one with such a list).")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="Of a text file, such as gb18030 (found out).")
]
HeaderRow = Annotated[
    int | None, typer.Option("--header-row", metavar="N", min=1, help="The row with the titles (found out).")
]
SkipErrors = Annotated[
    bool, typer.Option("--skip-errors", help="Import the good rows; write the bad ones to a file, with the reason.")
]
ErrorsTo = Annotated[
    str | None,
    typer.Option("--errors-to", metavar="FILE", help="Where the bad rows go (NAME.errors beside the file)."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
Update = Annotated[bool, typer.Option("--update", help="Change those that are there; blank cells change nothing.")]


def perform(
    ctx: typer.Context, job: Job, importer: Callable[[Context, Job, Advance | None], Report]
) -> Written | Failed:
    """Run an import, and put what became of it into a result."""
    import gc

    context = current(ctx)
    assert context.actor  # before a long file is read
    gc.enable()  # this one lives for longer than a moment
    with progress(sys.stderr) as advance:
        report = importer(context, job, advance)
    return _result(report)


def _result(report: Report) -> Written | Failed:
    row = report.row()
    record = Record(COLUMNS, row, "number")
    digest = Digest(record, Listing(ROW_COLUMNS, report.rows, "code"))
    if report.rejected:
        return Failed(_rejection(report), digest, _bad_rows(report))
    return Written(_summary(report), "" if report.number is None else str(report.number), digest, _details(report))


def _rejection(report: Report) -> InvalidValue:
    text = nmsg(
        "{count} row of {read} in {file} is bad; nothing was imported",
        "{count} rows of {read} in {file} are bad; nothing was imported",
        count=report.bad,
        read=report.read,
        file=report.file,
    )
    hint = msg("correct them, or import the others with --skip-errors")
    return InvalidValue(text, hint, code="bad-rows", details={"read": report.read, "bad": report.bad})


def _summary(report: Report) -> Message:
    values = {name: report.row()[name] for name in ("read", "created", "updated", "skipped")}
    if report.dry_run:
        return msg("of {read} rows {created} would be added, {updated} changed, {skipped} left as they are", **values)
    return msg(
        "import {number}: of {read} rows {created} added, {updated} changed, {skipped} left as they are",
        number=report.number,
        **values,
    )


def _details(report: Report) -> tuple[Message, ...]:
    lines = list(_bad_rows(report))
    if report.errors_file is not None:
        lines.append(
            nmsg(
                "{count} bad row is in {file}: correct it and import that file",
                "{count} bad rows are in {file}: correct them and import that file",
                count=report.bad,
                file=report.errors_file,
            )
        )
    if report.ignored:
        left = msg("columns left out: {columns}", columns=list(report.ignored))
        way = {"first": report.ignored[0], "field": report.spare}
        lines.append(
            left if report.spare is None else msg("{left}; keep one with: --map {first}={field}", left=left, **way)
        )
    return tuple(lines)


def _bad_rows(report: Report) -> tuple[Message, ...]:
    """The bad rows, a line each; of very many only the first."""
    lines = [
        msg("row {row}: {reason}", row=row, reason=reason) for row, reason in islice(report.rows.problems(), MOST_LINES)
    ]
    if report.bad > MOST_LINES:
        more = report.bad - MOST_LINES
        lines.append(nmsg("and {count} more; see all with --json", "and {count} more; see all with --json", count=more))
    return tuple(lines)
