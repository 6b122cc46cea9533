"""The first schema.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True).with_variant(sqlite.DATETIME(truncate_microseconds=True), "sqlite")  # type: ignore[no-untyped-call]  # not annotated


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("subject_ref", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("current_step", sa.Integer(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'rejected', 'withdrawn', 'void')", name=op.f("ck_approval_state_code")
        ),
        sa.CheckConstraint("round >= 1", name=op.f("ck_approval_round_min")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_approval_customer_id"), use_alter=True),
        sa.ForeignKeyConstraint(["submitted_by"], ["staff.id"], name=op.f("fk_approval_submitted_by"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("number", name=op.f("uq_approval_number")),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "round", name=op.f("uq_approval_subject_kind_subject_id_round")
        ),
    )
    op.create_index("ix_approval_state", "approval", ["state", "submitted_at"], unique=False)
    op.create_table(
        "approval_step",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("deadline_workdays", sa.Integer(), nullable=False),
        sa.Column("waiting_since", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("self_approved", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('approved', 'rejected')", name=op.f("ck_approval_step_decision_code")
        ),
        sa.CheckConstraint(
            "role IN ('rep', 'senior_rep', 'assistant', 'manager', 'finance', 'legal', 'operations', 'service', 'technical', 'director')",
            name=op.f("ck_approval_step_role_code"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_step_approval_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_approval_step_decided_by"), use_alter=True),
        sa.PrimaryKeyConstraint("approval_id", "step", name=op.f("pk_approval_step")),
    )
    op.create_index("ix_approval_step_role", "approval_step", ["role", "decision"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("os_user", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_ref", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_ref"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("concern", sa.String(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("phone_masked", sa.String(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("email_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("email_masked", sa.String(), nullable=True),
        sa.Column("email_index", sa.LargeBinary(), nullable=True),
        sa.Column("wechat_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("wechat_masked", sa.String(), nullable=True),
        sa.Column("wechat_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('decision_maker', 'user', 'procurement', 'technical', 'finance', 'influencer', 'other')",
            name=op.f("ck_contact_role_code"),
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_contact_name_text")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_customer_id"), "contact", ["customer_id"], unique=False)
    op.create_index(
        "ix_contact_email_index",
        "contact",
        ["email_index"],
        unique=False,
        sqlite_where=sa.text("email_index IS NOT NULL"),
    )
    op.create_index(
        "ix_contact_phone_index",
        "contact",
        ["phone_index"],
        unique=False,
        sqlite_where=sa.text("phone_index IS NOT NULL"),
    )
    op.create_index(
        "ix_contact_wechat_index",
        "contact",
        ["wechat_index"],
        unique=False,
        sqlite_where=sa.text("wechat_index IS NOT NULL"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_counter_value_min")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", sa.String(), nullable=False),
        sa.Column("name_norm", sa.String(), nullable=False),
        sa.Column("pinyin", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("size", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_detail", sa.String(), nullable=True),
        sa.Column("first_contact_at", INSTANT, nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("budget_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("budget_consent", sa.String(), nullable=True),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", INSTANT, nullable=False),
        sa.Column("uncontacted_since", INSTANT, nullable=True),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("entry_late", sa.Boolean(), nullable=False),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("last_progress_on", sa.Date(), nullable=True),
        sa.Column("next_follow_up_on", sa.Date(), nullable=True),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("grade IS NULL OR grade IN ('A', 'B', 'C')", name=op.f("ck_customer_grade_code")),
        sa.CheckConstraint("kind IN ('company', 'person')", name=op.f("ck_customer_kind_code")),
        sa.CheckConstraint(
            "source IN ('exhibition', 'referral', 'website', 'inbound', 'campaign', 'cold-call', 'existing-customer', 'other')",
            name=op.f("ck_customer_source_code"),
        ),
        sa.CheckConstraint(
            "status IN ('prospect', 'interested', 'hot', 'won', 'lost', 'invalid')",
            name=op.f("ck_customer_status_code"),
        ),
        sa.CheckConstraint(
            "length(CAST(last_contact_on AS VARCHAR(20))) = 10", name=op.f("ck_customer_last_contact_on_date")
        ),
        sa.CheckConstraint(
            "length(CAST(last_progress_on AS VARCHAR(20))) = 10", name=op.f("ck_customer_last_progress_on_date")
        ),
        sa.CheckConstraint(
            "length(CAST(next_follow_up_on AS VARCHAR(20))) = 10", name=op.f("ck_customer_next_follow_up_on_date")
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_customer_name_text")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_customer_import_id"), use_alter=True),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_customer_owner_id"), use_alter=True),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_customer_recorded_by"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
    )
    op.create_index(
        "ix_customer_due",
        "customer",
        ["owner_id", "next_follow_up_on", "status", "grade", "archived_at", "last_progress_on", "first_contact_at"],
        unique=False,
    )
    op.create_index(
        "ix_customer_grade_status",
        "customer",
        ["grade", "status", "last_progress_on", "owner_id", "archived_at", "first_contact_at"],
        unique=False,
    )
    op.create_index("ix_customer_name", "customer", ["name_folded", "archived_at"], unique=False)
    op.create_index(op.f("ix_customer_name_norm"), "customer", ["name_norm"], unique=False)
    op.create_index(op.f("ix_customer_next_follow_up_on"), "customer", ["next_follow_up_on"], unique=False)
    op.create_index(op.f("ix_customer_recorded_at"), "customer", ["recorded_at"], unique=False)
    op.create_index(
        "ix_customer_uncontacted",
        "customer",
        ["owner_id", "status", "grade", "uncontacted_since", "archived_at"],
        unique=False,
        sqlite_where=sa.text("uncontacted_since IS NOT NULL"),
    )
    op.create_table(
        "customer_tag",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_tag_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_customer_tag_tag_id"), use_alter=True),
        sa.PrimaryKeyConstraint("customer_id", "tag_id", name=op.f("pk_customer_tag")),
    )
    op.create_table(
        "followup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("scene", sa.String(), nullable=True),
        sa.Column("feedback", sa.String(), nullable=True),
        sa.Column("resolved", sa.String(), nullable=True),
        sa.Column("open_points", sa.String(), nullable=True),
        sa.Column("risk", sa.String(), nullable=True),
        sa.Column("next", sa.String(), nullable=True),
        sa.Column("progress", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "method IN ('phone', 'visit', 'wechat', 'email', 'online-meeting', 'demo', 'invite', 'other')",
            name=op.f("ck_followup_method_code"),
        ),
        sa.CheckConstraint("length(content) > 0", name=op.f("ck_followup_content_text")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_followup_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_followup_contact_id"), use_alter=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_followup_customer_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup")),
    )
    op.create_index("ix_followup_at", "followup", ["at"], unique=False)
    op.create_index("ix_followup_by", "followup", ["by_id", "at"], unique=False)
    op.create_index("ix_followup_customer", "followup", ["customer_id", "at"], unique=False)
    op.create_index("ix_followup_recorded_at", "followup", ["recorded_at"], unique=False)
    op.create_table(
        "grade_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("from_grade", sa.String(), nullable=True),
        sa.Column("to_grade", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "from_grade IS NULL OR from_grade IN ('A', 'B', 'C')", name=op.f("ck_grade_change_from_grade_code")
        ),
        sa.CheckConstraint(
            "to_grade IS NULL OR to_grade IN ('A', 'B', 'C')", name=op.f("ck_grade_change_to_grade_code")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_grade_change_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_grade_change_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["run_id"], ["stale_run.id"], name=op.f("fk_grade_change_run_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_change")),
    )
    op.create_index(op.f("ix_grade_change_at"), "grade_change", ["at"], unique=False)
    op.create_index(op.f("ix_grade_change_customer_id"), "grade_change", ["customer_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.CheckConstraint("created >= 0", name=op.f("ck_import_run_created_min")),
        sa.CheckConstraint("read >= 0", name=op.f("ck_import_run_read_min")),
        sa.CheckConstraint("skipped >= 0", name=op.f("ck_import_run_skipped_min")),
        sa.CheckConstraint("updated >= 0", name=op.f("ck_import_run_updated_min")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_import_run_by_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_order_line_amount_min")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_order_line_quantity_min")),
        sa.CheckConstraint("tax >= 0", name=op.f("ck_order_line_tax_min")),
        sa.CheckConstraint("tax_rate BETWEEN 0 AND 10000", name=op.f("ck_order_line_tax_rate_range")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_order_line_unit_price_min")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_line_order_id"), use_alter=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id"), use_alter=True),
        sa.PrimaryKeyConstraint("order_id", "line", name=op.f("pk_order_line")),
    )
    op.create_table(
        "plan_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("focus", sa.String(), nullable=True),
        sa.Column("goal", sa.String(), nullable=True),
        sa.Column("support_role", sa.String(), nullable=True),
        sa.Column("support_id", sa.Integer(), nullable=True),
        sa.Column("support_for", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("beyond_cadence", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("followup_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "method IS NULL OR method IN ('phone', 'visit', 'wechat', 'email', 'online-meeting', 'demo', 'invite', 'other')",
            name=op.f("ck_plan_item_method_code"),
        ),
        sa.CheckConstraint("state IN ('pending', 'done', 'cancelled')", name=op.f("ck_plan_item_state_code")),
        sa.CheckConstraint(
            "support_role IS NULL OR support_role IN ('rep', 'senior_rep', 'assistant', 'manager', 'finance', 'legal', 'operations', 'service', 'technical', 'director')",
            name=op.f("ck_plan_item_support_role_code"),
        ),
        sa.CheckConstraint("length(CAST(due_on AS VARCHAR(20))) = 10", name=op.f("ck_plan_item_due_on_date")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_plan_item_created_by"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_plan_item_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["followup_id"], ["followup.id"], name=op.f("fk_plan_item_followup_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["support_id"], ["staff.id"], name=op.f("fk_plan_item_support_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item")),
    )
    op.create_index("ix_plan_item_customer", "plan_item", ["customer_id", "state", "due_on"], unique=False)
    op.create_index("ix_plan_item_due", "plan_item", ["due_on", "closed_at"], unique=False)
    op.create_index(
        "ix_plan_item_support_id",
        "plan_item",
        ["support_id"],
        unique=False,
        sqlite_where=sa.text("support_id IS NOT NULL"),
    )
    op.create_index(
        "ix_plan_item_support_role",
        "plan_item",
        ["support_role"],
        unique=False,
        sqlite_where=sa.text("support_role IS NOT NULL"),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("resolved", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("applied_by", sa.Integer(), nullable=False),
        sa.Column("applied_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["applied_by"], ["staff.id"], name=op.f("fk_policy_version_applied_by"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("list_price", sa.BigInteger(), nullable=False),
        sa.Column("floor_price", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("net", sa.Boolean(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("customised", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_product_cost_min")),
        sa.CheckConstraint("floor_price >= 0", name=op.f("ck_product_floor_price_min")),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_product_lead_days_min")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_product_name_text")),
        sa.CheckConstraint("length(sku) > 0", name=op.f("ck_product_sku_text")),
        sa.CheckConstraint("list_price >= 0", name=op.f("ck_product_list_price_min")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_product_stock_min")),
        sa.CheckConstraint("tax_rate BETWEEN 0 AND 10000", name=op.f("ck_product_tax_rate_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("quote_discount", sa.Integer(), nullable=False),
        sa.Column("goods_total", sa.BigInteger(), nullable=False),
        sa.Column("discount_total", sa.BigInteger(), nullable=False),
        sa.Column("freight", sa.BigInteger(), nullable=False),
        sa.Column("extras_total", sa.BigInteger(), nullable=False),
        sa.Column("tax_total", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("max_discount", sa.Integer(), nullable=False),
        sa.Column("payment_terms", sa.String(), nullable=True),
        sa.Column("delivery_days", sa.Integer(), nullable=True),
        sa.Column("warranty", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'pending_approval', 'approved', 'sent', 'accepted', 'declined', 'superseded')",
            name=op.f("ck_quote_state_code"),
        ),
        sa.CheckConstraint("discount_total >= 0", name=op.f("ck_quote_discount_total_min")),
        sa.CheckConstraint("extras_total >= 0", name=op.f("ck_quote_extras_total_min")),
        sa.CheckConstraint("freight >= 0", name=op.f("ck_quote_freight_min")),
        sa.CheckConstraint("goods_total >= 0", name=op.f("ck_quote_goods_total_min")),
        sa.CheckConstraint("length(CAST(accepted_on AS VARCHAR(20))) = 10", name=op.f("ck_quote_accepted_on_date")),
        sa.CheckConstraint("length(CAST(created_on AS VARCHAR(20))) = 10", name=op.f("ck_quote_created_on_date")),
        sa.CheckConstraint("length(CAST(valid_until AS VARCHAR(20))) = 10", name=op.f("ck_quote_valid_until_date")),
        sa.CheckConstraint("max_discount BETWEEN 0 AND 10000", name=op.f("ck_quote_max_discount_range")),
        sa.CheckConstraint("quote_discount BETWEEN 0 AND 10000", name=op.f("ck_quote_quote_discount_range")),
        sa.CheckConstraint("tax_total >= 0", name=op.f("ck_quote_tax_total_min")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_quote_total_min")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_quote_customer_id"), use_alter=True),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_quote_owner_id"), use_alter=True),
        sa.ForeignKeyConstraint(["policy_id"], ["policy_version.id"], name=op.f("fk_quote_policy_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_quote_number_version")),
    )
    op.create_index(op.f("ix_quote_created_at"), "quote", ["created_at"], unique=False)
    op.create_index(op.f("ix_quote_customer_id"), "quote", ["customer_id"], unique=False)
    op.create_index("ix_quote_owner", "quote", ["owner_id", "state", "valid_until"], unique=False)
    op.create_table(
        "quote_extra",
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_quote_extra_amount_min")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_extra_quote_id"), use_alter=True),
        sa.PrimaryKeyConstraint("quote_id", "position", name=op.f("pk_quote_extra")),
    )
    op.create_table(
        "quote_line",
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("list_price", sa.BigInteger(), nullable=False),
        sa.Column("given_price", sa.BigInteger(), nullable=True),
        sa.Column("given_discount", sa.Integer(), nullable=True),
        sa.Column("list_amount", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("discount_rule", sa.String(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("net", sa.Boolean(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("floor_price", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_quote_line_amount_min")),
        sa.CheckConstraint("discount BETWEEN 0 AND 10000", name=op.f("ck_quote_line_discount_range")),
        sa.CheckConstraint("given_discount BETWEEN 0 AND 10000", name=op.f("ck_quote_line_given_discount_range")),
        sa.CheckConstraint("given_price >= 0", name=op.f("ck_quote_line_given_price_min")),
        sa.CheckConstraint("list_amount >= 0", name=op.f("ck_quote_line_list_amount_min")),
        sa.CheckConstraint("list_price >= 0", name=op.f("ck_quote_line_list_price_min")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_quote_line_quantity_min")),
        sa.CheckConstraint("tax >= 0", name=op.f("ck_quote_line_tax_min")),
        sa.CheckConstraint("tax_rate BETWEEN 0 AND 10000", name=op.f("ck_quote_line_tax_rate_range")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_quote_line_unit_price_min")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_quote_line_product_id"), use_alter=True),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_line_quote_id"), use_alter=True),
        sa.PrimaryKeyConstraint("quote_id", "line", name=op.f("pk_quote_line")),
    )
    op.create_table(
        "sales_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("expected_delivery_on", sa.Date(), nullable=True),
        sa.Column("payment_terms", sa.String(), nullable=True),
        sa.Column("delivery_address", sa.String(), nullable=True),
        sa.Column("receiver", sa.String(), nullable=True),
        sa.Column("receiver_phone_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("receiver_phone_masked", sa.String(), nullable=True),
        sa.Column("freight", sa.BigInteger(), nullable=False),
        sa.Column("extras_total", sa.BigInteger(), nullable=False),
        sa.Column("tax_total", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'in_fulfilment', 'shipped', 'delivered', 'accepted', 'closed', 'cancelled')",
            name=op.f("ck_sales_order_state_code"),
        ),
        sa.CheckConstraint(
            "length(CAST(expected_delivery_on AS VARCHAR(20))) = 10",
            name=op.f("ck_sales_order_expected_delivery_on_date"),
        ),
        sa.CheckConstraint("tax_total >= 0", name=op.f("ck_sales_order_tax_total_min")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_sales_order_total_min")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_sales_order_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_sales_order_owner_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy_version.id"], name=op.f("fk_sales_order_policy_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_sales_order_quote_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_order_number")),
    )
    op.create_index(op.f("ix_sales_order_created_at"), "sales_order", ["created_at"], unique=False)
    op.create_index(op.f("ix_sales_order_customer_id"), "sales_order", ["customer_id"], unique=False)
    op.create_index("ix_sales_order_owner", "sales_order", ["owner_id", "state"], unique=False)
    op.create_index(op.f("ix_sales_order_quote_id"), "sales_order", ["quote_id"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(login) > 0", name=op.f("ck_staff_login_text")),
        sa.ForeignKeyConstraint(["manager_id"], ["staff.id"], name=op.f("fk_staff_manager_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("by_default", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "role IN ('rep', 'senior_rep', 'assistant', 'manager', 'finance', 'legal', 'operations', 'service', 'technical', 'director')",
            name=op.f("ck_staff_role_role_code"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id"), use_alter=True),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_role")),
    )
    op.create_table(
        "stale_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_stale_run_by_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_run")),
    )
    op.create_table(
        "state_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_state_change_by_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_change")),
    )
    op.create_index(op.f("ix_state_change_at"), "state_change", ["at"], unique=False)
    op.create_index("ix_state_change_subject", "state_change", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "status_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("from_status", sa.String(), nullable=True),
        sa.Column("to_status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("loss_reason", sa.String(), nullable=True),
        sa.Column("competitor", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "from_status IS NULL OR from_status IN ('prospect', 'interested', 'hot', 'won', 'lost', 'invalid')",
            name=op.f("ck_status_change_from_status_code"),
        ),
        sa.CheckConstraint(
            "loss_reason IS NULL OR loss_reason IN ('price', 'need-mismatch', 'competitor', 'timing', 'budget-cut', 'no-contact', 'other')",
            name=op.f("ck_status_change_loss_reason_code"),
        ),
        sa.CheckConstraint(
            "to_status IN ('prospect', 'interested', 'hot', 'won', 'lost', 'invalid')",
            name=op.f("ck_status_change_to_status_code"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_status_change_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_status_change_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["run_id"], ["stale_run.id"], name=op.f("fk_status_change_run_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
    )
    op.create_index(op.f("ix_status_change_at"), "status_change", ["at"], unique=False)
    op.create_index(op.f("ix_status_change_customer_id"), "status_change", ["customer_id"], unique=False)
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_norm", sa.String(), nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_tag_name_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name_norm", name=op.f("uq_tag_name_norm")),
    )
    if op.get_context().dialect.name == "sqlite":
        for happening in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{happening.lower()} BEFORE {happening} ON audit_entry "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END"
            )
