"""The read views of products, quotes, approvals and orders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, and_, select

from salesflow.models.approval import Approval, ApprovalStep
from salesflow.models.contract import Contract
from salesflow.models.customer import Customer
from salesflow.models.order import OrderLine, SalesOrder
from salesflow.models.quote import Quote, QuoteExtra, QuoteLine
from salesflow.models.view_parts import all_of, login_of, staff, table_of
from salesflow.models.views_needs import number_of_opportunity

customer, contract = table_of(Customer), table_of(Contract)
quote, quote_line, quote_extra = table_of(Quote), table_of(QuoteLine), table_of(QuoteExtra)
approval, approval_step = table_of(Approval), table_of(ApprovalStep)
sales_order, order_line = table_of(SalesOrder), table_of(OrderLine)


def quote_view() -> Select[Any]:
    """Quotes, with the customer as it is now."""
    return select(
        *all_of(quote),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        customer.c.grade.label("customer_grade"),
        customer.c.archived_at,
        staff.c.login.label("owner"),
        number_of_opportunity(quote.c.opportunity_id),
    ).select_from(
        quote.join(customer, customer.c.id == quote.c.customer_id).join(staff, staff.c.id == quote.c.owner_id)
    )


def quote_total_view() -> Select[Any]:
    """What is offered to each customer, and until when: the quote table alone."""
    return select(*(quote.c[name] for name in ("customer_id", "state", "valid_until", "total")))


def order_total_view() -> Select[Any]:
    """What each customer has ordered: the order table alone."""
    return select(*(sales_order.c[name] for name in ("customer_id", "state", "total")))


def of_quote(lines: Table) -> Select[Any]:
    """What belongs to a quote, with the quote's number and version."""
    return select(
        *all_of(lines), quote.c.number.label("quote_number"), quote.c.version.label("quote_version")
    ).select_from(lines.join(quote, quote.c.id == lines.c.quote_id))


def approval_view() -> Select[Any]:
    """Approvals, each with the step whose turn it is."""
    step = approval_step
    return select(
        *all_of(approval, "submitted_by", "withdrawn_by"),
        staff.c.login.label("submitted_by"),
        approval.c.submitted_by.label("submitted_by_id"),
        login_of(approval.c.withdrawn_by, "withdrawn_by"),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        step.c.role.label("waiting_for_role"),
        step.c.waiting_since,
        step.c.due_at,
        step.c.rule.label("waiting_rule"),
        step.c.why.label("waiting_why"),
    ).select_from(
        approval.join(staff, staff.c.id == approval.c.submitted_by)
        .outerjoin(customer, customer.c.id == approval.c.customer_id)
        .outerjoin(
            step,
            and_(
                step.c.approval_id == approval.c.id,
                step.c.step == approval.c.current_step,
                approval.c.state == "pending",
            ),
        )
    )


def approval_step_view() -> Select[Any]:
    """Every step of every approval."""
    return select(
        *all_of(approval_step, "decided_by", "decided_for"),
        approval.c.number,
        login_of(approval_step.c.decided_by, "decided_by"),
        login_of(approval_step.c.decided_for, "decided_for"),
    ).select_from(approval_step.join(approval, approval.c.id == approval_step.c.approval_id))


def order_view() -> Select[Any]:
    """Orders, with the quote that each was made from, and the contract that it rests on."""
    return select(
        *all_of(sales_order, "receiver_phone_cipher"),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        staff.c.login.label("owner"),
        quote.c.number.label("quote_number"),
        contract.c.number.label("contract_number"),
        customer.c.archived_at,
    ).select_from(
        sales_order.join(customer, customer.c.id == sales_order.c.customer_id)
        .join(staff, staff.c.id == sales_order.c.owner_id)
        .outerjoin(quote, quote.c.id == sales_order.c.quote_id)
        .outerjoin(contract, contract.c.id == sales_order.c.contract_id)
    )


def order_line_view() -> Select[Any]:
    return select(*all_of(order_line), sales_order.c.number.label("order_number")).select_from(
        order_line.join(sales_order, sales_order.c.id == order_line.c.order_id)
    )
