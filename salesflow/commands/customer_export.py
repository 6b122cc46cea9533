"""salesflow customer export: the customer list as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from salesflow.commands import customer_filter as chosen
from salesflow.commands import export_file
from salesflow.commands.base import current
from salesflow.commands.customer import app
from salesflow.i18n import Message, nmsg
from salesflow.output.results import Stream, Written
from salesflow.queries import customer_export

if TYPE_CHECKING:
    from salesflow.services.exporting import Table


@app.command("export", cls=export_file.Export)
def export(
    ctx: typer.Context,
    file: export_file.File = "-",
    form: export_file.Form = None,
    force: export_file.Force = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Contact values and budgets whole; noted in the audit trail.")
    ] = False,
    grade: chosen.Grades = None,
    status: chosen.Statuses = None,
    owner: chosen.Owners = None,
    region: chosen.Regions = None,
    industry: chosen.Industries = None,
    tag: chosen.Tags = None,
    source: chosen.Sources = None,
    stale: chosen.Stale = False,
    created: chosen.Created = None,
    due: chosen.Due = None,
    archived: chosen.Archived = False,
) -> Written | Stream:
    """Export the customer list with the columns that the import knows; further contacts in columns 联系人2, 手机2 ….

    Phones, e-mail addresses and WeChat names are masked, and such a list can still be corrected and imported with --update.
    What a spreadsheet would run as a formula has an apostrophe in front, which the import takes away again.

    salesflow customer export 客户.xlsx --owner li.na --status hot
    salesflow customer export customers.json --reveal
    """
    from salesflow.services.customer_export import table

    context = current(ctx)
    wanted = chosen.wanted(grade, status, owner, region, industry, tag, source, stale, created, due, archived)

    def made() -> Table:
        found = customer_export.exported(context, wanted)
        return table(context, found.rows, count=found.total, most_contacts=found.most_contacts, reveal=reveal)

    return export_file.perform(file, form, force, made, _said)


def _said(count: int, path: str) -> Message:
    return nmsg("{count} customer is in {file}", "{count} customers are in {file}", count=count, file=path)
