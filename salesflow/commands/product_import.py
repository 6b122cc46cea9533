"""salesflow product import: a price list out of a spreadsheet."""

from __future__ import annotations

import typer

from salesflow.commands import import_file
from salesflow.commands.base import Write
from salesflow.commands.product import app
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
) -> Written | Failed:
    """Import products from a price list: all rows, or none if one of them is bad.

    The titles of the columns may be Chinese (产品编号, 产品名称, 规格型号, 单位, 单价, 底价, 税率, 交货周期, 库存 …) or the
    names of fields; rows above them are passed over. Each row needs a SKU, a name and a list price. With --update a row
    changes the product of its SKU.

    salesflow product import 产品价目表.xlsx --dry-run
    salesflow product import prices.csv --map 型号=sku --default tax_rate=13% --update
    """
    from salesflow.services.importing import Job
    from salesflow.services.product_import import import_products

    job = Job(
        file,
        sheet,
        tuple(mapping or ()),
        tuple(default or ()),
        skip_errors,
        dry_run,
        update,
        errors_to,
        encoding=encoding,
        header_row=header_row,
    )
    return import_file.perform(ctx, job, import_products)
