"""The read views of needs and opportunities."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from salesflow.models.contact import Contact
from salesflow.models.need import Need, NeedAnalysis, NeedList
from salesflow.models.opportunity import Opportunity, OpportunityProduct
from salesflow.models.product import Product
from salesflow.models.view_parts import all_of, by_staff, customer, login_of, staff, table_of

opportunity, opportunity_product = table_of(Opportunity), table_of(OpportunityProduct)
need, need_list, analysis = table_of(Need), table_of(NeedList), table_of(NeedAnalysis)
product, contact = table_of(Product), table_of(Contact)


def opportunity_view() -> Select[Any]:
    """Opportunities, with the customer as it is now."""
    return select(
        *all_of(opportunity, "created_by"),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        customer.c.archived_at,
        staff.c.login.label("owner"),
    ).select_from(
        opportunity.join(customer, customer.c.id == opportunity.c.customer_id).join(
            staff, staff.c.id == opportunity.c.owner_id
        )
    )


def opportunity_product_view() -> Select[Any]:
    return select(*all_of(opportunity_product), product.c.sku, product.c.name).select_from(
        opportunity_product.join(product, product.c.id == opportunity_product.c.product_id)
    )


def need_view() -> Select[Any]:
    """Needs, with who wrote each down; those of earlier versions of the list too."""
    return by_staff(need, "by_id")


def need_list_view() -> Select[Any]:
    """The versions of the lists, with the contact who confirmed each and the login of who recorded that."""
    by = select(contact.c.name).where(contact.c.id == need_list.c.confirmed_by).scalar_subquery()
    return select(
        *all_of(need_list, "confirmed_by", "recorded_by"),
        need_list.c.confirmed_by.label("contact_id"),
        by.label("confirmed_by"),
        login_of(need_list.c.recorded_by, "recorded_by"),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        customer.c.owner_id,
        customer.c.archived_at,
    ).select_from(need_list.join(customer, customer.c.id == need_list.c.customer_id))


def need_analysis_view() -> Select[Any]:
    """The answers to the five questions; of the budget only whether there is one."""
    return by_staff(analysis, "by_id", "budget_cipher").add_columns(
        analysis.c.budget_cipher.is_not(None).label("has_budget")
    )
