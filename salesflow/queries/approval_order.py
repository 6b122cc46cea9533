"""An order on the page of its approval, with the credit that its customer uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.i18n import Message, msg
from salesflow.queries import orders
from salesflow.queries.approval_part import Asked, Part, edited

ORDER_COLUMNS = (
    *(
        column
        for column in orders.COLUMNS
        if column.key not in ("returned_because", "approval", "approved_at", "lines")
    ),
    Column("exposure", "Credit in use", Kind.MONEY),
    Column("exposure_after", "Credit in use with this", Kind.MONEY),
    Column("lines", "Lines", Kind.ROWS, columns=orders.LINE_COLUMNS),
)

_FIELDS: Final[Mapping[str, Message]] = {
    "expected_delivery_on": msg("delivery"),
    "payment_terms": msg("payment terms"),
    "delivery_address": msg("delivery address"),
    "receiver": msg("receiver"),
    "receiver_phone_masked": msg("receiver's phone"),
    "note": msg("note"),
}


def show(context: Context, asked: Asked) -> dict[str, Any]:
    """What an approver looks at in an order, with the credit that its customer uses."""
    order = orders.by_id(context, asked.id)
    customer_id = orders.resolve(context, order["number"]).customer_id
    used = orders.exposure(context, customer_id, without=asked.id)
    computed = {"exposure": used, "exposure_after": used + order["total"]}
    return {column.key: computed.get(column.key, order.get(column.key)) for column in ORDER_COLUMNS}


PART: Final = Part(
    Column("order", "Order", Kind.RECORD, columns=ORDER_COLUMNS, table=False), show, changed=edited(_FIELDS)
)
