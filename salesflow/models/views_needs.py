"""The read views of needs and opportunities."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, func, literal_column, select, union_all

from salesflow.models.attachment import Attachment
from salesflow.models.contact import Contact
from salesflow.models.contract import Contract, ContractRevision
from salesflow.models.need import Need, NeedAnalysis, NeedList
from salesflow.models.opportunity import Opportunity, OpportunityProduct
from salesflow.models.order import SalesOrder
from salesflow.models.product import Product
from salesflow.models.quote import Quote
from salesflow.models.view_parts import all_of, by_staff, customer, login_of, staff, table_of

opportunity, opportunity_product = table_of(Opportunity), table_of(OpportunityProduct)
need, need_list, analysis = table_of(Need), table_of(NeedList), table_of(NeedAnalysis)
product, contact, attachment = table_of(Product), table_of(Contact), table_of(Attachment)
quote, order, contract, revision = (table_of(model) for model in (Quote, SalesOrder, Contract, ContractRevision))


def opportunity_view() -> Select[Any]:
    """Opportunities, with the customer as it is now."""
    return select(
        *all_of(opportunity, "created_by", "state"),
        opportunity.c.state.label("stage"),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        customer.c.archived_at,
        staff.c.login.label("owner"),
    ).select_from(
        opportunity.join(customer, customer.c.id == opportunity.c.customer_id).join(
            staff, staff.c.id == opportunity.c.owner_id
        )
    )


def number_of_opportunity(opportunity_id: Any) -> Any:
    """The number of a record's opportunity as one value."""
    found = select(opportunity.c.number).where(opportunity.c.id == opportunity_id)
    return found.scalar_subquery().label("opportunity")


def opportunity_product_view() -> Select[Any]:
    return select(*all_of(opportunity_product), product.c.sku, product.c.name).select_from(
        opportunity_product.join(product, product.c.id == opportunity_product.c.product_id)
    )


def opportunity_document_view() -> CompoundSelect[Any]:
    """The quotes, contracts and orders that belong to opportunities; of a contract the amount of its newest revision."""
    newest = and_(revision.c.contract_id == contract.c.id, revision.c.revision == contract.c.revision)
    parts: tuple[tuple[Any, ...], ...] = (
        (quote, "quote", quote.c.version, quote.c.total, quote),
        (contract, "contract", contract.c.revision, revision.c.amount, contract.join(revision, newest)),
        (order, "order", literal_column("1"), order.c.total, order),
    )
    return union_all(
        *(
            select(
                table.c.opportunity_id,
                literal_column(f"'{kind}'").label("kind"),
                table.c.number,
                version.label("version"),
                table.c.state,
                amount.label("amount"),
                table.c.created_at.label("made_at"),
            )
            .select_from(source)
            .where(table.c.opportunity_id.is_not(None))
            for table, kind, version, amount, source in parts
        )
    )


def need_view() -> Select[Any]:
    """Needs, with who wrote each down; those of earlier versions of the list too."""
    return by_staff(need, "by_id")


def need_text_view() -> Select[Any]:
    """What a search reads of the needs that are on a list now."""
    names = ("id", "customer_id", "text", "spec")
    return select(*(need.c[name] for name in names)).where(need.c.until.is_(None))


def need_list_view() -> Select[Any]:
    """The versions of the lists, with the contact who confirmed each and the login of who recorded that."""
    by = select(contact.c.name).where(contact.c.id == need_list.c.confirmed_by).scalar_subquery()
    there = (attachment.c.id == need_list.c.evidence_id, attachment.c.removed_at.is_(None))
    evidence = select(attachment.c.name).where(*there).scalar_subquery()
    return select(
        *all_of(need_list, "confirmed_by", "recorded_by"),
        need_list.c.confirmed_by.label("contact_id"),
        by.label("confirmed_by"),
        evidence.label("evidence"),
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


def need_analysis_text_view() -> Select[Any]:
    """What a search reads of the answers."""
    names = ("id", "customer_id", "pain", "goal", "timeline", "decision_process")
    return select(*(analysis.c[name] for name in names))


def need_state_view() -> Select[Any]:
    """How each customer's list of needs stands: its newest version, how many needs are on it, and the last confirmed one."""
    newer, last = need_list.alias("newer"), need_list.alias("last_confirmed")
    is_newest = (
        ~select(1).where(newer.c.customer_id == need_list.c.customer_id, newer.c.version > need_list.c.version).exists()
    )
    count = select(func.count()).where(need.c.customer_id == need_list.c.customer_id, need.c.until.is_(None))
    confirmed = (last.c.customer_id == need_list.c.customer_id, last.c.confirmed_on.is_not(None))
    return (
        select(
            need_list.c.customer_id,
            customer.c.code.label("customer_code"),
            customer.c.name.label("customer_name"),
            customer.c.owner_id,
            customer.c.archived_at,
            staff.c.login.label("owner"),
            need_list.c.version,
            need_list.c.started_at,
            count.scalar_subquery().label("needs"),
            select(func.max(last.c.version)).where(*confirmed).scalar_subquery().label("confirmed_version"),
            select(func.max(last.c.confirmed_on)).where(*confirmed).scalar_subquery().label("confirmed_on"),
            need_list.c.confirmed_on.is_(None).label("changed"),
        )
        .select_from(
            need_list.join(customer, customer.c.id == need_list.c.customer_id).join(
                staff, staff.c.id == customer.c.owner_id
            )
        )
        .where(is_newest)
    )
