"""The read views of tags, shared contacts, corrections, objections, scripts, attachments and the outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, func, literal_column, select, union_all

from salesflow.enums import ObjectionOutcome
from salesflow.models.attachment import Attachment
from salesflow.models.contact import Contact
from salesflow.models.followup import Followup, FollowupCorrection
from salesflow.models.objection import Objection, Script
from salesflow.models.outbox import OutboxAttachment, OutboxMessage
from salesflow.models.product import Product
from salesflow.models.tag import CustomerTag, Tag
from salesflow.models.view_parts import all_of, by_staff, customer, login_of, of_customer, staff, table_of

attachment, outbox = table_of(Attachment), table_of(OutboxMessage)
outbox_attachment = table_of(OutboxAttachment)
objection, script, product = table_of(Objection), table_of(Script), table_of(Product)
tag, customer_tag, contact = table_of(Tag), table_of(CustomerTag), table_of(Contact)
correction, followup = table_of(FollowupCorrection), table_of(Followup)


def _product_of(table: Any, column: str = "sku", label: str = "product") -> Any:
    return select(product.c[column]).where(product.c.id == table.c.product_id).scalar_subquery().label(label)


def followup_correction_view() -> Select[Any]:
    """Corrections, with whose follow-up it is."""
    whose = (followup.c.customer_id, followup.c.at.label("followup_at"))
    return select(*all_of(correction), *whose, staff.c.login.label("by")).select_from(
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


def attachment_view() -> Select[Any]:
    """Attachments that were not removed, with whose they are."""
    return (
        by_staff(attachment, "by_id")
        .add_columns(*_of_customer(attachment, "code", "name", "archived_at"))
        .where(attachment.c.removed_at.is_(None))
    )


def _of_customer(table: Any, *columns: str) -> list[Any]:
    """Fields of the customer that a record may have."""
    return [
        select(customer.c[name]).where(customer.c.id == table.c.customer_id).scalar_subquery().label(f"customer_{name}")
        for name in columns
    ]


def outbox_view() -> Select[Any]:
    """Mails; the address of a contact is masked."""
    code = select(customer.c.code).where(customer.c.id == outbox.c.customer_id).scalar_subquery().label("customer_code")
    return by_staff(outbox, "created_by", "recipient_cipher").add_columns(login_of(outbox.c.staff_id, "staff"), code)


def outbox_attachment_view() -> Select[Any]:
    """The files that go with mails."""
    return select(*all_of(outbox_attachment), attachment.c.name, attachment.c.size, attachment.c.sha256).select_from(
        outbox_attachment.join(attachment, attachment.c.id == outbox_attachment.c.attachment_id)
    )


def tag_view() -> Select[Any]:
    """Tags, with how many customers that are not archived have each."""
    uses = (
        select(func.count())
        .select_from(customer_tag.join(customer, customer.c.id == customer_tag.c.customer_id))
        .where(customer_tag.c.tag_id == tag.c.id, customer.c.archived_at.is_(None))
        .scalar_subquery()
        .label("uses")
    )
    return select(*all_of(tag), tag.c.retired_at.is_not(None).label("retired"), uses)


def shared_contact_view() -> CompoundSelect[Any]:
    """Contacts with a value that another customer's contact has too. `value_id` is the same for the same value: the first
    contact that has it.
    """
    parts = []
    for kind in ("phone", "email", "wechat"):
        first, other = contact.alias("first_contact"), contact.alias("other_contact")
        value = contact.c[f"{kind}_index"]
        same = and_(first.c[f"{kind}_index"] == value, first.c.removed_at.is_(None))
        elsewhere = select(1).where(
            other.c[f"{kind}_index"] == value,
            other.c.removed_at.is_(None),
            other.c.customer_id != contact.c.customer_id,
        )
        parts.append(
            select(
                literal_column(f"'{kind}'").label("kind"),
                select(func.min(first.c.id)).where(same).scalar_subquery().label("value_id"),
                contact.c.id.label("contact_id"),
                contact.c.customer_id,
                contact.c.name,
                contact.c[f"{kind}_masked"].label("masked"),
            ).where(value.is_not(None), contact.c.removed_at.is_(None), elsewhere.exists())
        )
    return union_all(*parts)
