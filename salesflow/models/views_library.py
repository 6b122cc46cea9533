"""The read views of corrections, objections, scripts, attachments and the outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from salesflow.enums import ObjectionOutcome
from salesflow.models.attachment import Attachment
from salesflow.models.followup import Followup, FollowupCorrection
from salesflow.models.objection import Objection, Script
from salesflow.models.outbox import OutboxMessage
from salesflow.models.product import Product
from salesflow.models.view_parts import all_of, by_staff, customer, login_of, of_customer, staff, table_of

attachment, outbox = table_of(Attachment), table_of(OutboxMessage)
objection, script, product = table_of(Objection), table_of(Script), table_of(Product)
correction, followup = table_of(FollowupCorrection), table_of(Followup)


def _product_of(table: Any, column: str = "sku", label: str = "product") -> Any:
    return select(product.c[column]).where(product.c.id == table.c.product_id).scalar_subquery().label(label)


def followup_correction_view() -> Select[Any]:
    """Corrections, with whose follow-up it is."""
    return select(*all_of(correction), followup.c.customer_id, staff.c.login.label("by")).select_from(
        correction.join(followup, followup.c.id == correction.c.followup_id).join(
            staff, staff.c.id == correction.c.by_id
        )
    )


def objection_view() -> Select[Any]:
    return of_customer(objection).add_columns(
        _product_of(objection),
        customer.c.archived_at,
        select(script.c.title).where(script.c.id == objection.c.script_id).scalar_subquery().label("script"),
    )


def script_view() -> Select[Any]:
    """Scripts, with how often each was used, and how often the objection was resolved."""
    used = select(func.count()).where(objection.c.script_id == script.c.id)
    resolved = used.where(objection.c.outcome == ObjectionOutcome.RESOLVED.value)
    return by_staff(script, "created_by").add_columns(
        _product_of(script),
        _product_of(script, "name", "product_name"),
        script.c.retired_at.is_not(None).label("retired"),
        used.scalar_subquery().label("used"),
        resolved.scalar_subquery().label("resolved"),
    )


def outbox_view() -> Select[Any]:
    return by_staff(outbox, "created_by").add_columns(login_of(outbox.c.staff_id, "staff"))
