"""salesflow followup import and export: the log of follow-ups in and out of spreadsheets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import complete, export_file, import_file
from salesflow.commands.base import Write, current
from salesflow.commands.followup import app
from salesflow.commands.params import DAY
from salesflow.i18n import Message, nmsg
from salesflow.output.results import Failed, Stream, Written

if TYPE_CHECKING:
    from salesflow.services.exporting import Table


@app.command("import", cls=Write)
def import_(
    ctx: typer.Context,
    file: import_file.File,
    mapping: import_file.Mapping = None,
    default: import_file.Default = None,
    sheet: import_file.Sheet = None,
    skip_errors: import_file.SkipErrors = False,
    errors_to: import_file.ErrorsTo = None,
    dry_run: import_file.DryRun = False,
    create_missing: Annotated[
        bool,
        typer.Option("--create-missing", help="Make customers that are not there, where a row says enough of one."),
    ] = False,
    encoding: import_file.Encoding = None,
    header_row: import_file.HeaderRow = None,
) -> Written | Failed:
    """Import follow-ups from a list: all rows, or none if one of them is bad. What is there already is left as it is.

    The titles may be those of the guides' form (跟进时间, 跟进人, 跟进方式, 跟进内容, 客户反馈, 下一步行动, 当前状态,
    下次跟进时间, 备注) beside 客户编号 or 客户名称, or the names of fields. Each row needs a customer, a time, a method and
    the content; without 跟进人 it is yours. A time without an hour is at close of business.

    The newest row of each customer decides its status and its next follow-up, if nothing newer was logged. With
    --create-missing a row also needs 所属行业, 需求描述, 联系人 and a phone, e-mail or WeChat.

    salesflow followup import 跟进记录表.xlsx --dry-run
    salesflow followup import log.csv --map 拜访纪要=content --default method=visit --skip-errors
    salesflow followup import old.csv --create-missing --default industry=制造业 --default "need=待确认：历史客户"
    """
    from salesflow.services.followup_import import import_followups
    from salesflow.services.importing import Job

    job = Job(
        file,
        sheet,
        tuple(mapping or ()),
        tuple(default or ()),
        skip_errors,
        dry_run,
        errors_to=errors_to,
        create_missing=create_missing,
        encoding=encoding,
        header_row=header_row,
    )
    return import_file.perform(ctx, job, import_followups)


@app.command("export", cls=export_file.Export)
def export(
    ctx: typer.Context,
    file: export_file.File = "-",
    form: export_file.Form = None,
    force: export_file.Force = False,
    first: Annotated[date | None, typer.Option("--from", click_type=DAY, help="From this day on.")] = None,
    last: Annotated[date | None, typer.Option("--to", click_type=DAY, help="Up to this day.")] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="LOGIN", help="With this one's customers.", autocompletion=complete.staff),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="LOGIN", help="Logged by this one.", autocompletion=complete.staff)
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option(
            "--customer", metavar="CUSTOMER", help="Only with this customer.", autocompletion=complete.customer
        ),
    ] = None,
) -> Written | Stream:
    """Export follow-ups, the oldest first, with the titles of the guides' form.

    The newest of each customer has its status and the date of the next follow-up. What a spreadsheet would run as a formula
    has an apostrophe in front, which the import takes away again.

    salesflow followup export 跟进记录.xlsx --from 2026-03-01 --owner li.na
    salesflow followup export --customer HZ2026001
    """
    from salesflow.queries import customers, followup_export, staff
    from salesflow.services.followup_export import table

    context = current(ctx)
    chosen = {
        "customer_id": None if customer is None else customers.resolve(context, customer).id,
        "owner_id": None if owner is None else staff.staff_id(context, owner, everybody=True),
        "by_id": None if by is None else staff.staff_id(context, by, everybody=True),
    }

    def made() -> Table:
        found = followup_export.exported(context, first=first, last=last, **chosen)
        return table(context, found.rows, count=found.total)

    return export_file.perform(file, form, force, made, _said)


def _said(count: int, path: str) -> Message:
    return nmsg("{count} follow-up is in {file}", "{count} follow-ups are in {file}", count=count, file=path)
