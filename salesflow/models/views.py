"""The read views: everything that lists, agendas, reports and other programs read, as selects over the tables.

They hold no data, so they are dropped and made anew at the end of each upgrade. They are also the public SQL interface:
columns are only ever added. Money is in fen, percentages in basis points, quantities in thousandths, instants in UTC.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, SelectBase, and_, func, inspect, literal_column, select, text

from salesflow.enums import PlanState, Status
from salesflow.models import views_approvals as approvals
from salesflow.models import views_contracts as contracts
from salesflow.models import views_deals as deals
from salesflow.models import views_library as library
from salesflow.models import views_needs as needs
from salesflow.models import views_prices as prices
from salesflow.models.audit import AuditEntry
from salesflow.models.change import GradeChange, Grading, OwnerChange, StallAnalysis, StatusChange
from salesflow.models.contact import Contact
from salesflow.models.followup import Followup, FollowupCorrection, PlanItem
from salesflow.models.run import ImportRun, StaleRun
from salesflow.models.staff import StaffRole
from salesflow.models.state import StateChange
from salesflow.models.system import PolicyVersion
from salesflow.models.tag import CustomerTag, Tag
from salesflow.models.view_parts import OF_CUSTOMER, all_of, by_staff, customer, login_of, of_customer, staff, table_of

staff_role = table_of(StaffRole)
contact, tag, customer_tag = table_of(Contact), table_of(Tag), table_of(CustomerTag)
followup, plan_item, correction = table_of(Followup), table_of(PlanItem), table_of(FollowupCorrection)
state_change, policy_version, audit_entry = table_of(StateChange), table_of(PolicyVersion), table_of(AuditEntry)
status_change, grade_change = table_of(StatusChange), table_of(GradeChange)
import_run, stale_run = table_of(ImportRun), table_of(StaleRun)

COMMA: Any = literal_column("','")  # SQLAlchemy 2.0 would leave a parameter of this function in the view


def _staff() -> Select[Any]:
    roles = (
        select(func.aggregate_strings(staff_role.c.role, COMMA))
        .where(staff_role.c.staff_id == staff.c.id)
        .scalar_subquery()
        .label("roles")
    )
    return select(*all_of(staff, "manager_id"), login_of(staff.c.manager_id, "manager"), roles)


def _staff_role() -> Select[Any]:
    """Who holds which role, and whether they are active."""
    return select(staff_role.c.staff_id, staff_role.c.role, staff.c.login, staff.c.active).select_from(
        staff_role.join(staff, staff.c.id == staff_role.c.staff_id)
    )


def _primary() -> Any:
    return and_(contact.c.customer_id == customer.c.id, contact.c.is_primary, contact.c.removed_at.is_(None))


def _of_primary(column: str, label: str) -> Any:
    """A field of the primary contact as one value: a list that does not want it does not look for it."""
    return select(contact.c[column]).where(_primary()).limit(1).scalar_subquery().label(label)


def _customer() -> Select[Any]:
    tags = (
        select(func.aggregate_strings(tag.c.name, COMMA))
        .select_from(customer_tag.join(tag, tag.c.id == customer_tag.c.tag_id))
        .where(customer_tag.c.customer_id == customer.c.id)
        .scalar_subquery()
        .label("tags")
    )
    hidden = ("budget_cipher", "recorded_by", "uncontacted_since", "trail_key")
    return select(
        *all_of(customer, *hidden),
        customer.c.budget_cipher.is_not(None).label("has_budget"),
        login_of(customer.c.owner_id, "owner"),
        login_of(customer.c.owner_id, "owner_name", "name"),
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
    names = ("id", "code", "name", "name_folded", "name_norm", "owner_id", "grade", "status", "archived_at")
    return select(*[column for column in all_of(customer) if column.name in (*names, "merged_into_id")])


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
    dates = ("last_contact_on", "last_progress_on", "archived_at", "merged_into_id")
    places = ("region", "industry")
    return select(*(customer.c[name] for name in (*names, *dates, *places)), login_of(customer.c.owner_id, "owner"))


def _contact() -> Select[Any]:
    secret = [f"{name}_{part}" for name in ("phone", "email", "wechat") for part in ("cipher", "index")]
    return (
        select(
            *all_of(contact, *secret, "removed_at", "is_primary"),
            contact.c.is_primary.label("primary"),
            customer.c.code.label("customer_code"),
            customer.c.name.label("customer_name"),
            customer.c.owner_id,
            customer.c.archived_at,
        )
        .select_from(contact.join(customer, customer.c.id == contact.c.customer_id))
        .where(contact.c.removed_at.is_(None))
    )


def _followup() -> Select[Any]:
    corrected = select(func.count()).where(correction.c.followup_id == followup.c.id)
    return select(
        *all_of(followup),
        *OF_CUSTOMER,
        staff.c.login.label("by"),
        contact.c.name.label("contact"),
        corrected.scalar_subquery().label("corrected"),
        needs.number_of_opportunity(followup.c.opportunity_id),
    ).select_from(
        followup.join(customer, customer.c.id == followup.c.customer_id)
        .join(staff, staff.c.id == followup.c.by_id)
        .outerjoin(contact, contact.c.id == followup.c.contact_id)
    )


def _followup_text() -> Select[Any]:
    """What a search reads of follow-ups: the table alone."""
    names = ("id", "customer_id", "content", "scene", "feedback", "resolved", "open_points", "risk", "next")
    return select(*(followup.c[name] for name in names))


def _plan_item() -> Select[Any]:
    return select(
        *all_of(plan_item),
        func.coalesce(plan_item.c.support_role, login_of(plan_item.c.support_id, "support")).label("support"),
        login_of(plan_item.c.created_by, "by"),
        *OF_CUSTOMER,
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
            *OF_CUSTOMER,
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


def _unplanned() -> Select[Any]:
    """Open customers without any plan: what v_followup_due would say of them if it could."""
    absent: list[Any] = [literal_column("NULL").label(name) for name in ("id", "due_on", "method", "focus", "rule")]
    return (
        select(
            *absent,
            customer.c.id.label("customer_id"),
            *OF_CUSTOMER,
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


def _made_plan() -> Select[Any]:
    """Plan items that people made, by hand or from a template: the table alone, so that asking whether there is one is quick."""
    return select(*(plan_item.c[name] for name in ("id", "customer_id", "created_at"))).where(
        plan_item.c.rule.is_(None)
    )


def _analysed() -> Select[Any]:
    """On which days customers were analysed: the table alone."""
    analysis = table_of(StallAnalysis)
    return select(analysis.c.customer_id, analysis.c.made_on)


def _owner_change() -> Select[Any]:
    change = table_of(OwnerChange)
    return of_customer(change).add_columns(
        login_of(change.c.from_id, "from_owner"), login_of(change.c.to_id, "to_owner")
    )


def _stale_run() -> Select[Any]:
    return (
        select(*all_of(stale_run, "undone_by"), staff.c.login.label("by"))
        .select_from(stale_run.join(staff, staff.c.id == stale_run.c.by_id))
        .add_columns(login_of(stale_run.c.undone_by, "undone_by"))
    )


def _import_run() -> Select[Any]:
    """Imports under their numbers; who took one back is named."""
    return by_staff(import_run, "by_id", "reverted_by").add_columns(
        import_run.c.id.label("number"),
        import_run.c.record_kind.label("record"),
        login_of(import_run.c.reverted_by, "reverted_by"),
    )


def definitions() -> dict[str, SelectBase]:
    """Every view by its name."""
    return {
        "v_staff": _staff(),
        "v_staff_role": _staff_role(),
        "v_customer": _customer(),
        "v_customer_name": _customer_name(),
        "v_customer_tag": select(*all_of(customer_tag)),
        "v_tag": library.tag_view(),
        "v_customer_dates": _customer_dates(),
        "v_customer_facts": _customer_facts(),
        "v_contact": _contact(),
        "v_shared_contact": library.shared_contact_view(),
        "v_contact_key": select(contact.c.id, contact.c.customer_id),
        "v_followup": _followup(),
        "v_followup_key": select(followup.c.id, followup.c.customer_id),
        "v_followup_text": _followup_text(),
        "v_plan_item": _plan_item(),
        "v_followup_due": _followup_due(),
        "v_unplanned": _unplanned(),
        "v_made_plan": _made_plan(),
        "v_status_change": of_customer(status_change),
        "v_grade_change": of_customer(grade_change),
        "v_grading": of_customer(table_of(Grading)),
        "v_owner_change": _owner_change(),
        "v_stall_analysis": of_customer(table_of(StallAnalysis)),
        "v_analysed": _analysed(),
        "v_followup_correction": library.followup_correction_view(),
        "v_objection": library.objection_view(),
        "v_script": library.script_view(),
        "v_attachment": library.attachment_view(),
        "v_outbox": library.outbox_view(),
        "v_outbox_attachment": library.outbox_attachment_view(),
        "v_product": prices.product_view(),
        "v_price": prices.price_view(),
        "v_quote": deals.quote_view(),
        "v_quote_total": deals.quote_total_view(),
        "v_order_total": deals.order_total_view(),
        "v_quote_line": deals.of_quote(deals.quote_line),
        "v_quote_extra": deals.of_quote(deals.quote_extra),
        "v_approval": deals.approval_view(),
        "v_approval_step": deals.approval_step_view(),
        "v_delegation": approvals.delegation_view(),
        "v_approval_hand": approvals.hand_view(),
        **contracts.parts(),
        "v_order": deals.order_view(),
        "v_order_line": deals.order_line_view(),
        "v_need": needs.need_view(),
        "v_need_key": select(needs.need.c.id, needs.need.c.customer_id),
        "v_need_text": needs.need_text_view(),
        "v_need_list": needs.need_list_view(),
        "v_need_state": needs.need_state_view(),
        "v_need_analysis": needs.need_analysis_view(),
        "v_need_analysis_key": select(needs.analysis.c.id, needs.analysis.c.customer_id),
        "v_need_analysis_text": needs.need_analysis_text_view(),
        "v_opportunity": needs.opportunity_view(),
        "v_opportunity_product": needs.opportunity_product_view(),
        "v_opportunity_document": needs.opportunity_document_view(),
        "v_state_change": by_staff(state_change, "by_id"),
        "v_import_run": _import_run(),
        "v_stale_run": _stale_run(),
        "v_policy": by_staff(policy_version, "applied_by"),
        "v_audit": select(*all_of(audit_entry, "hash")),
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
