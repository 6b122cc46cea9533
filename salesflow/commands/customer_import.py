"""salesflow customer import: a team's list of customers out of a spreadsheet."""

from __future__ import annotations

from typing import Annotated

import typer

from salesflow.commands import import_file
from salesflow.commands.base import Write
from salesflow.commands.customer import app
from salesflow.output.results import Failed, Written


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
    update: import_file.Update = False,
    encoding: import_file.Encoding = None,
    header_row: import_file.HeaderRow = None,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Even if the name or the contact is known already.")
    ] = False,
) -> Written | Failed:
    """Import customers from a list: all rows, or none if one of them is bad.

    The titles of the columns may be Chinese as on the guides' forms (客户名称, 所属行业, 联系人, 联系方式, 需求描述 …) or the
    names of fields; rows above them are passed over. Each row needs a name, an industry, a need, and a contact with a
    phone, e-mail or WeChat; without more it is a company of other source, first contacted now, in your charge.

    With --update a row is found by its code, else by its name. A region that is no code begins the address; a code
    that is not known here goes to the remark.

    salesflow customer import 客户信息登记表.xlsx --dry-run
    salesflow customer import old.csv --map 公司全称=name --map 传真=- --default industry=制造业 --skip-errors
    """
    from salesflow.services.customer_import import import_customers
    from salesflow.services.importing import Job

    job = Job(
        file,
        sheet,
        tuple(mapping or ()),
        tuple(default or ()),
        skip_errors,
        dry_run,
        update,
        errors_to,
        allow_duplicate,
        encoding=encoding,
        header_row=header_row,
    )
    return import_file.perform(ctx, job, import_customers)
