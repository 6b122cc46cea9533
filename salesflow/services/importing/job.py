"""One import from beginning to end."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.errors import Duplicate, FileProblem, SalesflowError, UsageError
from salesflow.i18n import Message, label, msg, render
from salesflow.models.run import ImportRun
from salesflow.services.importing.header import Header, Titles
from salesflow.services.importing.layout import Layout, Options, Values
from salesflow.services.importing.report import Report, joined
from salesflow.services.importing.rows import RowReader, Said, find_list
from salesflow.services.importing.spool import Spool
from salesflow.services.tabular import Cell, Row, form_of
from salesflow.services.tabular.badrows import BadRow, free_path, write_bad_rows

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.db.transaction import Transaction

Progress = Callable[[Message, int, int], None]
_STEP: Final = 500


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be imported, and how. `mapping` are COLUMN=FIELD, `defaults` FIELD=VALUE for cells that are blank.

    skip_errors: import the good rows and write the bad ones to `errors_to` (a name beside the file unless given); else one
    bad row rejects the whole file. update: rows of records that are there change them. create_missing: rows about a customer
    that is not there make it. encoding, header_row: where they are not to be found out.
    """

    path: str
    sheet: str | None = None
    mapping: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    skip_errors: bool = False
    dry_run: bool = False
    update: bool = False
    errors_to: str | None = None
    allow_duplicate: bool = False
    create_missing: bool = False
    encoding: str | None = None
    header_row: int | None = None


class _Waiting(NamedTuple):
    """A row that is in order so far: what to write, and its cells where they may be needed again."""

    place: int
    item: Any
    cells: list[Cell]


class _Bad(NamedTuple):
    place: int
    cells: list[Cell]


class _Undone(Exception):
    """No error: it leaves the transaction without keeping anything."""


def run(context: Context, layout: Layout, job: Job, progress: Progress | None = None) -> Report:
    """Import a list; the report says what became of every row, also where nothing was kept.

    Reads and checks before the database is locked; duplicates are found under the lock. Raises UsageError for titles or
    options that do not fit, FileProblem for a file that cannot be read.
    """
    return _Import(context, layout, job, progress or _silent).run()


def _silent(_what: Message, _done: int, _total: int) -> None:
    pass


class _Import:
    """The state of one import."""

    def __init__(self, context: Context, layout: Layout, job: Job, progress: Progress) -> None:
        self._context, self._layout, self._job, self._progress = context, layout, job, progress
        self._titles = Titles(layout, job.mapping)
        self._defaults = self._read_defaults()
        self._waiting: Spool[_Waiting] = Spool()
        self._unreadable: Spool[_Bad] = Spool()
        self._refused: Spool[_Bad] = Spool()
        self._rows_of: dict[str, int] = {}
        self._report = Report(layout.record, os.path.basename(job.path), dry_run=job.dry_run, spare=layout.spare)
        self._delimiter = ","
        self._header: Header

    def run(self) -> Report:
        self._check_errors_to()
        self._read()
        report = self._report
        try:
            with self._context.transaction() as work:
                report.number = self._write(work)
                self._finish(work, report.number)
        except _Undone:
            report.number = None
            if report.rejected:
                report.rows.undo()
        return report

    def _check_errors_to(self) -> None:
        path = self._job.errors_to
        if path is None:
            return
        if not self._job.skip_errors:
            raise UsageError(
                msg("--errors-to goes with --skip-errors"),
                msg("add --skip-errors to import the rows that are in order"),
            )
        form_of(path)
        if os.path.lexists(path):
            raise FileProblem(
                msg("{path} exists already", path=path), msg("name a new file with --errors-to"), code="exists"
            )

    def _read_defaults(self) -> Values:
        found: Values = {}
        for pair in self._job.defaults:
            name, sign, value = pair.partition("=")
            if not sign or not value.strip():
                raise UsageError(
                    msg("--default {value} is not of the form FIELD=VALUE", value=pair),
                    msg("for example: --default industry=制造业"),
                )
            field = self._titles.field_named(name)
            try:
                found[field.name] = field.read(value)
            except SalesflowError as error:
                raise UsageError(
                    msg("--default {field}: {problem}", field=field.name, problem=error.message),
                    error.hint,
                    code=error.code,
                ) from error
        return found

    def _read(self) -> None:
        """Every row of the list: in order and waiting to be written, or known to be bad."""
        report = self._report
        found = find_list(
            self._job.path,
            self._job.sheet,
            self._titles,
            encoding=self._job.encoding,
            header_row=self._job.header_row,
        )
        reader = RowReader(self._layout, found.header, self._defaults)
        self._header, report.sheet, report.ignored = found.header, found.sheet.name, found.header.ignored
        self._delimiter = found.sheet.delimiter or ","
        for row in found.rows:
            said = reader.read(row)
            if said is not None:
                self._take(row, said)
            if row.number % _STEP == 0:
                self._progress(msg("reading"), row.number, max(found.sheet.total, row.number))
        if not report.rows:
            raise UsageError(
                msg("{file} has no rows below its titles in row {row}", file=report.file, row=found.header.row),
                msg("check that it is the right file and sheet"),
                code="no-rows",
            )

    def _take(self, row: Row, said: Said) -> None:
        place = self._report.rows.start(row.number)
        cells = row.cells if self._job.skip_errors else []
        problems = said.problems
        if not problems:
            try:
                self._waiting.append(_Waiting(place, self._layout.build(said.values), cells))
            except SalesflowError as error:
                problems = [error.message]
        if problems:
            self._report.rows.bad(place, joined(problems))
            self._unreadable.append(_Bad(place, cells))

    def _write(self, work: Transaction) -> int:
        """Write the rows that wait; gives the import's number."""
        job, rows = self._job, self._report.rows
        record = work.add(
            ImportRun(
                record_kind=self._layout.record,
                file=self._report.file,
                at=work.now,
                by_id=work.actor.id,
                read=len(rows),
                created=0,
                updated=0,
                skipped=0,
            )
        )
        assert record.id is not None
        writer = self._layout.writer(
            work,
            record.id,
            Options(job.update, job.allow_duplicate, self._report.file, self._rows_of, job.create_missing),
        )
        for count, (index, item, cells) in enumerate(self._waiting, 1):
            try:
                code, outcome = writer.write(item)
            except SalesflowError as error:
                rows.bad(index, self._refusal(error))
                self._refused.append(_Bad(index, cells))
            else:
                self._rows_of[code] = rows.number(index)
                rows.written(index, code, outcome)
            if count % _STEP == 0:
                self._progress(msg("writing"), count, len(rows))
        writer.finish()
        return record.id

    def _refusal(self, error: SalesflowError) -> Message:
        """Why a row was refused; a duplicate of another row of the file is said to be one of that row."""
        twin = self._rows_of.get(str(error.details.get("twin")))
        if isinstance(error, Duplicate) and twin is not None:
            field = self._layout.by_name().get(str(error.details.get("field")))
            if field is not None:
                return msg("{field} is the same as in row {row}", field=field.shown, row=twin)
            return msg("it is the same as row {row}", row=twin)
        return error.message

    def _finish(self, work: Transaction, number: int) -> None:
        """Write down what was done, and the bad rows to their file, before anything is kept; or see that nothing is."""
        report = self._report
        report.rejected = bool(report.bad) and not self._job.skip_errors
        if report.rejected or self._job.dry_run:
            raise _Undone
        if report.bad:
            path = self._job.errors_to or free_path(self._job.path)
            titles = [render(label("column", "Reason")), render(label("column", "Row")), *self._header.titles]
            write_bad_rows(path, titles, self._bad_rows(), self._delimiter)
            report.errors_file = path
        record = work.session.get(ImportRun, number)
        assert record is not None
        counts = {"read": report.read, "created": report.created, "updated": report.updated, "skipped": report.skipped}
        work.changed(record, counts)
        work.session.add(record)
        work.audit(f"{report.record}.import", "import", str(number), after={"file": report.file, **counts})

    def _bad_rows(self) -> Iterator[BadRow]:
        rows = self._report.rows
        for index, cells in heapq.merge(self._unreadable, self._refused):
            yield BadRow(rows.number(index), render(rows.reason(index)), cells)
