"""The read views: everything that lists, agendas, reports and other programs read, as selects over the tables.

They hold no data, so they are dropped and made anew at the end of each upgrade. They are also the public SQL interface:
columns are only ever added. Money is in fen, percentages in basis points, quantities in thousandths, instants in UTC.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, FromClause, Select, Table, and_, func, inspect, literal_column, select, text
from sqlmodel import SQLModel

from salesflow.enums import PlanState, Status
from salesflow.models.approval import Approval, ApprovalStep
from salesflow.models.audit import AuditEntry
from salesflow.models.change import GradeChange, StatusChange
from salesflow.models.contact import Contact
from salesflow.models.customer import Customer
from salesflow.models.followup import Followup, PlanItem
from salesflow.models.order import OrderLine, SalesOrder
from salesflow.models.product import Product
from salesflow.models.quote import Quote, QuoteExtra, QuoteLine
from salesflow.models.run import ImportRun, StaleRun
from salesflow.models.staff import Staff, StaffRole
from salesflow.models.state import StateChange
from salesflow.models.system import PolicyVersion
from salesflow.models.tag import CustomerTag, Tag


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


staff, staff_role = _table(Staff), _table(StaffRole)
customer, contact, tag, customer_tag = _table(Customer), _table(Contact), _table(Tag), _table(CustomerTag)
followup, plan_item = _table(Followup), _table(PlanItem)
product, quote, quote_line, quote_extra = _table(Product), _table(Quote), _table(QuoteLine), _table(QuoteExtra)
approval, approval_step = _table(Approval), _table(ApprovalStep)
sales_order, order_line = _table(SalesOrder), _table(OrderLine)
state_change, policy_version, audit_entry = _table(StateChange), _table(PolicyVersion), _table(AuditEntry)
status_change, grade_change = _table(StatusChange), _table(GradeChange)
import_run, stale_run = _table(ImportRun), _table(StaleRun)


def _all(table: FromClause, *without: str) -> list[Any]:
    return [column for column in table.c if column.name not in without]


def _login(staff_id: Any, label: str, column: str = "login") -> Any:
    """The login (or another field) of a staff member as one value: a list that does not want it does not look for it."""
    other = staff.alias(f"{label}_staff")
    return select(other.c[column]).where(other.c.id == staff_id).scalar_subquery().label(label)


def _staff() -> Select[Any]:
    roles = (
        select(func.aggregate_strings(staff_role.c.role, ","))
        .where(staff_role.c.staff_id == staff.c.id)
        .scalar_subquery()
        .label("roles")
    )
    return select(*_all(staff, "manager_id", "version"), _login(staff.c.manager_id, "manager"), roles)


def _primary() -> Any:
    return and_(contact.c.customer_id == customer.c.id, contact.c.is_primary, contact.c.removed_at.is_(None))


def _of_primary(column: str, label: str) -> Any:
    """A field of the primary contact as one value: a list that does not want it does not look for it."""
    return select(contact.c[column]).where(_primary()).limit(1).scalar_subquery().label(label)


def _customer() -> Select[Any]:
    tags = (
        select(func.aggregate_strings(tag.c.name, ","))
        .select_from(customer_tag.join(tag, tag.c.id == customer_tag.c.tag_id))
        .where(customer_tag.c.customer_id == customer.c.id)
        .scalar_subquery()
        .label("tags")
    )
    hidden = ("budget_cipher", "recorded_by", "uncontacted_since")
    return select(
        *_all(customer, *hidden),
        customer.c.budget_cipher.is_not(None).label("has_budget"),
        _login(customer.c.owner_id, "owner"),
        _login(customer.c.owner_id, "owner_name", "name"),
        *(_of_primary(name, label) for name, label in (("name", "contact"), ("title", "contact_title"))),
        _of_primary("phone_masked", "phone_masked"),
        tags,
    )


def _customer_dates() -> Select[Any]:
    """Customers that are not archived, with the dates that agendas go by: no joins, so that counting is quick."""
    names = ("id", "code", "name", "owner_id", "grade", "status", "assigned_at", "recorded_at", "first_contact_at")
    dates = ("uncontacted_since", "last_contact_on", "last_progress_on", "next_follow_up_on")
    return select(*(customer.c[name] for name in (*names, *dates))).where(customer.c.archived_at.is_(None))


def _customer_name() -> Select[Any]:
    """What a reference to a customer is looked up in: the customer table alone."""
    names = ("id", "code", "name", "name_folded", "owner_id", "grade", "status", "archived_at")
    return select(*[column for column in _all(customer) if column.name in names])


def _customer_facts() -> Select[Any]:
    """What reports count customers by, archived ones too: no joins, so that counting is quick."""
    names = (
        "id",
        "code",
        "name",
        "source",
        "grade",
        "status",
        "owner_id",
        "first_contact_at",
        "recorded_at",
        "entry_late",
    )
    dates = ("last_contact_on", "last_progress_on", "archived_at")
    return select(*(customer.c[name] for name in (*names, *dates)), _login(customer.c.owner_id, "owner"))


def _contact() -> Select[Any]:
    secret = [f"{name}_{part}" for name in ("phone", "email", "wechat") for part in ("cipher", "index")]
    return (
        select(
            *_all(contact, *secret, "removed_at", "is_primary"),
            contact.c.is_primary.label("primary"),
            customer.c.code.label("customer_code"),
            customer.c.name.label("customer_name"),
            customer.c.owner_id,
            customer.c.archived_at,
        )
        .select_from(contact.join(customer, customer.c.id == contact.c.customer_id))
        .where(contact.c.removed_at.is_(None))
    )


_CUSTOMER = (
    customer.c.code.label("customer_code"),
    customer.c.name.label("customer_name"),
    customer.c.owner_id,
)


def _followup() -> Select[Any]:
    return select(*_all(followup), *_CUSTOMER, staff.c.login.label("by"), contact.c.name.label("contact")).select_from(
        followup.join(customer, customer.c.id == followup.c.customer_id)
        .join(staff, staff.c.id == followup.c.by_id)
        .outerjoin(contact, contact.c.id == followup.c.contact_id)
    )


def _plan_item() -> Select[Any]:
    return select(
        *_all(plan_item),
        func.coalesce(plan_item.c.support_role, _login(plan_item.c.support_id, "support")).label("support"),
        *_CUSTOMER,
        customer.c.grade,
        customer.c.status,
        customer.c.archived_at,
        staff.c.login.label("owner"),
    ).select_from(
        plan_item.join(customer, customer.c.id == plan_item.c.customer_id).join(
            staff, staff.c.id == customer.c.owner_id
        )
    )


def _followup_due() -> Select[Any]:
    """Pending plan items of customers that are not archived: what is due, by date."""
    return (
        select(
            plan_item.c.id,
            plan_item.c.customer_id,
            plan_item.c.due_on,
            plan_item.c.method,
            plan_item.c.focus,
            plan_item.c.rule,
            plan_item.c.beyond_cadence,
            *_CUSTOMER,
            customer.c.grade,
            customer.c.status,
            customer.c.last_contact_on,
            customer.c.next_follow_up_on,
            staff.c.login.label("owner"),
            contact.c.phone_masked,
            contact.c.name.label("contact"),
        )
        .select_from(
            customer.join(plan_item, plan_item.c.customer_id == customer.c.id)
            .join(staff, staff.c.id == customer.c.owner_id)
            .outerjoin(contact, _primary())
        )
        .where(plan_item.c.state == PlanState.PENDING.value, customer.c.archived_at.is_(None))
    )


def _product() -> Select[Any]:
    return select(*_all(product), product.c.retired_at.is_not(None).label("retired"))


def _unplanned() -> Select[Any]:
    """Open customers without any plan: what v_followup_due would say of them if it could."""
    absent: list[Any] = [literal_column("NULL").label(name) for name in ("id", "due_on", "method", "focus", "rule")]
    return (
        select(
            *absent,
            customer.c.id.label("customer_id"),
            *_CUSTOMER,
            *(customer.c[name] for name in ("grade", "status", "last_contact_on")),
            staff.c.login.label("owner"),
            contact.c.phone_masked,
            contact.c.name.label("contact"),
        )
        .select_from(customer.join(staff, staff.c.id == customer.c.owner_id).outerjoin(contact, _primary()))
        .where(
            customer.c.next_follow_up_on.is_(None),
            customer.c.status.in_([status.value for status in Status if status.is_open]),
            customer.c.archived_at.is_(None),
        )
    )


def _quote() -> Select[Any]:
    return select(
        *_all(quote),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        customer.c.grade.label("customer_grade"),
        staff.c.login.label("owner"),
    ).select_from(
        quote.join(customer, customer.c.id == quote.c.customer_id).join(staff, staff.c.id == quote.c.owner_id)
    )


def _of_quote(lines: Table) -> Select[Any]:
    return select(
        *_all(lines), quote.c.number.label("quote_number"), quote.c.version.label("quote_version")
    ).select_from(lines.join(quote, quote.c.id == lines.c.quote_id))


def _approval() -> Select[Any]:
    step = approval_step
    return select(
        *_all(approval, "submitted_by"),
        staff.c.login.label("submitted_by"),
        approval.c.submitted_by.label("submitted_by_id"),
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


def _approval_step() -> Select[Any]:
    return select(
        *_all(approval_step, "decided_by"), approval.c.number, _login(approval_step.c.decided_by, "decided_by")
    ).select_from(approval_step.join(approval, approval.c.id == approval_step.c.approval_id))


def _order() -> Select[Any]:
    return select(
        *_all(sales_order, "receiver_phone_cipher"),
        customer.c.code.label("customer_code"),
        customer.c.name.label("customer_name"),
        staff.c.login.label("owner"),
        quote.c.number.label("quote_number"),
        literal_column("NULL").label("contract_number"),
    ).select_from(
        sales_order.join(customer, customer.c.id == sales_order.c.customer_id)
        .join(staff, staff.c.id == sales_order.c.owner_id)
        .outerjoin(quote, quote.c.id == sales_order.c.quote_id)
    )


def _order_line() -> Select[Any]:
    return select(*_all(order_line), sales_order.c.number.label("order_number")).select_from(
        order_line.join(sales_order, sales_order.c.id == order_line.c.order_id)
    )


def _of_customer(history: Table) -> Select[Any]:
    return select(*_all(history), *_CUSTOMER, staff.c.login.label("by")).select_from(
        history.join(customer, customer.c.id == history.c.customer_id).join(staff, staff.c.id == history.c.by_id)
    )


def _by_staff(table: Table, column: str) -> Select[Any]:
    return select(*_all(table), staff.c.login.label("by")).select_from(table.join(staff, staff.c.id == table.c[column]))


def definitions() -> dict[str, Select[Any]]:
    """Every view by its name."""
    return {
        "v_staff": _staff(),
        "v_customer": _customer(),
        "v_customer_name": _customer_name(),
        "v_customer_tag": select(*_all(customer_tag)),
        "v_tag": select(*_all(tag)),
        "v_customer_dates": _customer_dates(),
        "v_customer_facts": _customer_facts(),
        "v_contact": _contact(),
        "v_followup": _followup(),
        "v_plan_item": _plan_item(),
        "v_followup_due": _followup_due(),
        "v_unplanned": _unplanned(),
        "v_status_change": _of_customer(status_change),
        "v_grade_change": _of_customer(grade_change),
        "v_product": _product(),
        "v_quote": _quote(),
        "v_quote_line": _of_quote(quote_line),
        "v_quote_extra": _of_quote(quote_extra),
        "v_approval": _approval(),
        "v_approval_step": _approval_step(),
        "v_order": _order(),
        "v_order_line": _order_line(),
        "v_state_change": _by_staff(state_change, "by_id"),
        "v_import_run": _by_staff(import_run, "by_id"),
        "v_stale_run": _by_staff(stale_run, "by_id"),
        "v_policy": _by_staff(policy_version, "applied_by"),
        "v_audit": select(*_all(audit_entry, "hash")),
    }


def create_views(connection: Connection) -> None:
    for name, definition in definitions().items():
        sql = definition.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        connection.execute(text(f"CREATE VIEW {name} AS {str(sql).replace(':', chr(92) + ':')}"))


def drop_views(connection: Connection) -> None:
    """Drop all views of ours that the database has, also ones that the program no longer defines."""
    for name in inspect(connection).get_view_names():
        if name.startswith("v_"):
            connection.execute(text(f"DROP VIEW {name}"))
