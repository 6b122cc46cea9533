"""Importing a price list: how a row becomes a product, or changes one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from salesflow.dates import parse_duration_days
from salesflow.enums import ImportOutcome, PriceState
from salesflow.errors import Duplicate
from salesflow.i18n import msg
from salesflow.rules.prices import approval_wanted
from salesflow.services import products
from salesflow.services.importing import Field, Job, Layout, Options, Reader, Report, Values, cells, run
from salesflow.services.importing.job import Progress
from salesflow.services.importing.layout import check_complete
from salesflow.services.product_records import load

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.db.transaction import Transaction
    from salesflow.services.tabular import Cell

_REQUIRED: Final = ("sku", "name", "list_price")
_TITLES: Final[Mapping[str, str]] = {
    "sku": "产品编号 产品编码 货号 商品编码 商品编号 物料编码 物料编号 产品代码 编号 编码 product_code item_no",
    "name": "产品名称 品名 商品名称 物料名称 名称 产品 product product_name",
    "spec": "规格型号 规格 型号 产品规格 规格说明 specification",
    "unit": "单位 计量单位 销售单位",
    "list_price": "单价 销售价 标准价 销售单价 标准售价 标准单价 售价 报价 含税单价 目录价 price unit_price",
    "floor_price": "底价 最低价 最低售价 最低限价 销售底价",
    "cost": "成本 成本价 单位成本 采购成本 采购价",
    "tax_rate": "税率 增值税率 tax vat",
    "net": "不含税 价格不含税",
    "lead_days": "交货周期 交期 供货周期 交货期 交付周期 lead_time",
    "stock": "库存 库存数量 现有库存 可用库存 数量",
    "customised": "定制 是否定制 可定制 定制产品 customized",
}


def import_products(context: Context, job: Job, progress: Progress | None = None) -> Report:
    """Import a price list. Raises as `importing.run` does."""
    return run(context, layout(context, update=job.update), job, progress)


def layout(context: Context, *, update: bool = False) -> Layout:
    """The layout of a price list. With `update` a row may say nothing of what a product that is there has already."""
    limits = context.policy.limits
    name, line = cells.line(limits.name), cells.line(limits.line)
    readers: dict[str, Reader] = {
        "sku": lambda cell: products.checked_sku(cells.plain(cell)),
        "name": name,
        "spec": line,
        "unit": name,
        "list_price": cells.money,
        "floor_price": cells.money,
        "cost": cells.money,
        "tax_rate": cells.percent,
        "net": cells.flag(),
        "lead_days": _days,
        "stock": cells.stock,
        "customised": cells.flag(("可定制", "定制", "定制品"), ("不可定制", "标准品", "标准", "现货")),
    }
    amounts = ("list_price", "floor_price", "cost")
    fields = tuple(
        Field(name, tuple(_TITLES[name].split()), read, amount=name in amounts) for name, read in readers.items()
    )
    return Layout("product", "sku", fields, () if update else _REQUIRED, _as_it_is, ProductWriter)


def _as_it_is(values: Values) -> Values:
    return values


def _days(cell: Cell) -> int:
    return parse_duration_days(cells.plain(cell))


class ProductWriter:
    """Writes the rows of a price list: new products, with `update` changes of those that are there."""

    def __init__(self, work: Transaction, _import_id: int, options: Options) -> None:
        self._work = work
        self._options = options
        self._waiting = 0

    def write(self, values: Values) -> tuple[str, ImportOutcome]:
        """Raises Duplicate, InvalidValue, Refused for a row that cannot be kept."""
        present = products.find(self._work, values["sku"]) if self._options.update and "sku" in values else None
        if present is not None:
            if present in self._options.rows:
                raise Duplicate(msg("{sku} is there twice", sku=present), details={"twin": present, "field": "sku"})
            return present, self._update(present, values)
        check_complete(values, _REQUIRED)
        return products.add(self._work, products.NewProduct(**values)).sku, ImportOutcome.CREATED

    def _update(self, sku: str, values: Values) -> ImportOutcome:
        """A price that waits for its approval already is no change."""
        record = load(self._work, sku)
        fields = {name: value for name, value in values.items() if name != "sku"}
        try:
            changed = products.change(self._work, record, fields, self._options.file)
        except Duplicate as waits:
            if waits.code != "waiting":
                raise
            rest = {name: value for name, value in fields.items() if name not in products.PRICES}
            changed = products.change(self._work, record, rest)
        if changed.price is not None and changed.price.price.state == PriceState.PENDING_APPROVAL:
            self._waiting += 1
        return ImportOutcome.UNCHANGED if changed.nothing else ImportOutcome.UPDATED

    def finish(self) -> None:
        """Every row is written at once; what needs an approval is told."""
        if self._waiting:
            self._work.decide(approval_wanted(self._waiting))
