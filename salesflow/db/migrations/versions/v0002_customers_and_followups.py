"""What the customer file and the follow-ups need to be complete: scores, owners, analyses, corrections, objections and scripts,
attachments, the outbox, imports and sweeps that can be taken back, merged customers.

Revision: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

from salesflow.db import search
from salesflow.pinyin import sound

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True).with_variant(sqlite.DATETIME(truncate_microseconds=True), "sqlite")  # type: ignore[no-untyped-call]  # not annotated


# New columns that refer to another table: Alembic would rebuild the whole table for them.
REFERENCES = (
    ("customer", "merged_into_id", "customer"),
    ("followup", "import_id", "import_run"),
    ("import_run", "reverted_by", "staff"),
    ("plan_item", "origin_id", "plan_item"),
    ("plan_item", "import_id", "import_run"),
    ("stale_run", "undone_by", "staff"),
)
COLUMNS: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("customer", sa.Column("forgotten_at", INSTANT, nullable=True)),
    ("customer", sa.Column("trail_key", sa.LargeBinary(), nullable=True)),
    ("contact", sa.Column("pinyin", sa.String(), server_default="", nullable=False)),
    ("contact", sa.Column("initials", sa.String(), server_default="", nullable=False)),
    ("followup", sa.Column("version", sa.Integer(), server_default="1", nullable=False)),
    ("import_run", sa.Column("reverted_at", INSTANT, nullable=True)),
    ("plan_item", sa.Column("slips", sa.Integer(), server_default="0", nullable=False)),
    ("plan_item", sa.Column("template", sa.String(), nullable=True)),
    ("plan_item", sa.Column("support_late", sa.Boolean(), server_default="0", nullable=False)),
    ("staff", sa.Column("email", sa.String(), nullable=True)),
    ("stale_run", sa.Column("undone_at", INSTANT, nullable=True)),
    ("status_change", sa.Column("version", sa.Integer(), nullable=True)),
    ("grade_change", sa.Column("version", sa.Integer(), nullable=True)),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, column)
    for table, name, target in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT fk_{table}_{name} REFERENCES {target} (id)"
        )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("subject_ref", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('business-card', 'chat', 'email', 'proposal', 'contract', 'acceptance', 'other')",
            name=op.f("ck_attachment_kind_code"),
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_attachment_name_text")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachment_size_min")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_attachment_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_attachment_customer_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_customer", "attachment", ["customer_id", "at"], unique=False)
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"], unique=False)
    op.create_index("ix_attachment_subject", "attachment", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "followup_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("followup_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('edit', 'amendment')", name=op.f("ck_followup_correction_kind_code")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_followup_correction_text_text")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_followup_correction_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["followup_id"], ["followup.id"], name=op.f("fk_followup_correction_followup_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_correction")),
    )
    op.create_index(op.f("ix_followup_correction_followup_id"), "followup_correction", ["followup_id"], unique=False)
    op.create_table(
        "grading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("industry_potential", sa.Integer(), nullable=False),
        sa.Column("budget_match", sa.Integer(), nullable=False),
        sa.Column("decision_chain", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("grade IN ('A', 'B', 'C')", name=op.f("ck_grading_grade_code")),
        sa.CheckConstraint("budget_match BETWEEN 1 AND 5", name=op.f("ck_grading_budget_match_range")),
        sa.CheckConstraint("decision_chain BETWEEN 1 AND 5", name=op.f("ck_grading_decision_chain_range")),
        sa.CheckConstraint("industry_potential BETWEEN 1 AND 5", name=op.f("ck_grading_industry_potential_range")),
        sa.CheckConstraint("urgency BETWEEN 1 AND 5", name=op.f("ck_grading_urgency_range")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_grading_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_grading_customer_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy_version.id"], name=op.f("fk_grading_policy_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading")),
    )
    op.create_index(op.f("ix_grading_customer_id"), "grading", ["customer_id"], unique=False)
    op.create_table(
        "import_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_import_change_import_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
        sa.UniqueConstraint(
            "import_id", "record_kind", "record_id", name=op.f("uq_import_change_import_id_record_kind_record_id")
        ),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("script_id", sa.Integer(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("acknowledge", sa.String(), nullable=True),
        sa.Column("explain", sa.String(), nullable=True),
        sa.Column("resolve", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=True),
        sa.Column("discount", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('price', 'delivery', 'quality', 'service', 'contract', 'competitor', 'other')",
            name=op.f("ck_objection_kind_code"),
        ),
        sa.CheckConstraint("outcome IN ('open', 'resolved', 'escalated')", name=op.f("ck_objection_outcome_code")),
        sa.CheckConstraint("discount BETWEEN 0 AND 10000", name=op.f("ck_objection_discount_range")),
        sa.CheckConstraint("length(statement) > 0", name=op.f("ck_objection_statement_text")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_objection_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_objection_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_objection_product_id"), use_alter=True),
        sa.ForeignKeyConstraint(["script_id"], ["script.id"], name=op.f("fk_objection_script_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("number", name=op.f("uq_objection_number")),
    )
    op.create_index("ix_objection_customer", "objection", ["customer_id", "at"], unique=False)
    op.create_index("ix_objection_kind", "objection", ["kind", "outcome"], unique=False)
    op.create_index("ix_objection_owner", "objection", ["outcome", "by_id"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("marked_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("dedupe", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed')", name=op.f("ck_outbox_message_state_code")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_message_attempts_min")),
        sa.CheckConstraint("length(recipient) > 0", name=op.f("ck_outbox_message_recipient_text")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name=op.f("fk_outbox_message_created_by"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_outbox_message_staff_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_outbox_message_dedupe")),
    )
    op.create_index("ix_outbox_message_state", "outbox_message", ["state", "created_at"], unique=False)
    op.create_table(
        "owner_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_owner_change_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_owner_change_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_owner_change_from_id"), use_alter=True),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_owner_change_to_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_change")),
    )
    op.create_index(op.f("ix_owner_change_at"), "owner_change", ["at"], unique=False)
    op.create_index(op.f("ix_owner_change_customer_id"), "owner_change", ["customer_id"], unique=False)
    op.create_table(
        "script",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('price', 'delivery', 'quality', 'service', 'contract', 'competitor', 'other')",
            name=op.f("ck_script_kind_code"),
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_script_text_text")),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_script_title_text")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_script_created_by"), use_alter=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_script_product_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script")),
    )
    op.create_table(
        "stall_analysis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("strategy", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('need-change', 'competitor', 'budget', 'contact-left', 'no-response', 'other')",
            name=op.f("ck_stall_analysis_cause_code"),
        ),
        sa.CheckConstraint("length(strategy) > 0", name=op.f("ck_stall_analysis_strategy_text")),
        sa.CheckConstraint(
            "length(CAST(made_on AS VARCHAR(20))) = 10", name=op.f("ck_stall_analysis_made_on_date")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_stall_analysis_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_stall_analysis_customer_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stall_analysis")),
    )
    op.create_index(op.f("ix_customer_tag_tag_id"), "customer_tag", ["tag_id"], unique=False)
    op.create_index("ix_stall_analysis_customer", "stall_analysis", ["customer_id", "made_on"], unique=False)
    for table in ("status_change", "grade_change"):
        op.create_index(
            f"ix_{table}_run_id", table, ["run_id"], unique=False, sqlite_where=sa.text("run_id IS NOT NULL")
        )
    op.create_index(
        "ix_customer_merged_into_id",
        "customer",
        ["merged_into_id"],
        unique=False,
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_status_change_success",
        "status_change",
        ["at", "customer_id"],
        unique=False,
        sqlite_where=sa.text("to_status IN ('hot', 'won')"),
    )
    op.create_index(
        "ix_plan_item_made", "plan_item", ["customer_id"], unique=False, sqlite_where=sa.text("rule IS NULL")
    )
    op.create_index(
        "ix_followup_contact_id",
        "followup",
        ["contact_id"],
        unique=False,
        sqlite_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ix_plan_item_followup_id",
        "plan_item",
        ["followup_id"],
        unique=False,
        sqlite_where=sa.text("followup_id IS NOT NULL"),
    )
    op.create_index(
        "ix_plan_item_origin_id",
        "plan_item",
        ["origin_id"],
        unique=False,
        sqlite_where=sa.text("origin_id IS NOT NULL"),
    )
    op.drop_index("ix_plan_item_customer", "plan_item")  # most items are done: their state and day took space for nothing
    op.create_index("ix_plan_item_customer", "plan_item", ["customer_id"], unique=False)
    op.create_index(
        "ix_plan_item_pending",
        "plan_item",
        ["customer_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_approval_customer", "approval", ["customer_id"], unique=False)
    op.drop_index("ix_audit_entry_subject", "audit_entry")  # the kind took space, and kept a search by reference from using it
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_ref"], unique=False)
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute("UPDATE customer SET trail_key = randomblob(16)")
    _sound(connection)
    search.create(connection, "customer", "contact", "followup")


def _sound(connection: Any) -> None:
    """How names sound: contacts did not have it, and some surnames and places of customers were read wrongly."""
    people = connection.execute("SELECT 'contact', id, name, 1, pinyin, initials FROM contact").fetchall()
    firms = "SELECT 'customer', id, name, kind = 'person', pinyin, initials FROM customer"
    for table, key, name, person, *stored in [*people, *connection.execute(firms).fetchall()]:
        heard = sound(name, person=bool(person))
        if list(heard) != stored:
            connection.execute(f"UPDATE {table} SET pinyin = ?, initials = ? WHERE id = ?", (*heard, key))
