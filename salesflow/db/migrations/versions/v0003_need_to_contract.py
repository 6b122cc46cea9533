"""From the need to the signed contract: prices by date, needs, opportunities, contracts, delegations, mails to customers.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import sqlite

from salesflow.db import search

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True).with_variant(sqlite.DATETIME(truncate_microseconds=True), "sqlite")  # type: ignore[no-untyped-call]  # not annotated

# New columns that refer to another table: Alembic would rebuild the whole table for them.
REFERENCES = (
    ("approval_step", "decided_for", "staff"),
    ("approval", "withdrawn_by", "staff"),
    ("outbox_message", "contact_id", "contact"),
    ("outbox_message", "customer_id", "customer"),
    ("quote", "opportunity_id", "opportunity"),
    ("sales_order", "contract_id", "contract"),
    ("sales_order", "opportunity_id", "opportunity"),
    ("followup", "opportunity_id", "opportunity"),
)
# Few records have one.
INDEXED = REFERENCES[3:]


def upgrade() -> None:
    op.create_table(
        "commission_split",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.CheckConstraint("share BETWEEN 1 AND 10000", name=op.f("ck_commission_split_share_range")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_commission_split_contract_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_commission_split_staff_id"), use_alter=True),
        sa.PrimaryKeyConstraint("contract_id", "revision", "staff_id", name=op.f("pk_commission_split")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'pending_approval', 'approved', 'signed', 'terminated', 'closed')",
            name=op.f("ck_contract_state_code"),
        ),
        sa.CheckConstraint("length(CAST(created_on AS VARCHAR(20))) = 10", name=op.f("ck_contract_created_on_date")),
        sa.CheckConstraint("length(CAST(ended_on AS VARCHAR(20))) = 10", name=op.f("ck_contract_ended_on_date")),
        sa.CheckConstraint("length(CAST(signed_on AS VARCHAR(20))) = 10", name=op.f("ck_contract_signed_on_date")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_contract_revision_min")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_contract_customer_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_contract_opportunity_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_contract_owner_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
    )
    op.create_index(op.f("ix_contract_created_at"), "contract", ["created_at"], unique=False)
    op.create_index("ix_contract_customer", "contract", ["customer_id", "state"], unique=False)
    op.create_index(op.f("ix_contract_opportunity_id"), "contract", ["opportunity_id"], unique=False)
    op.create_index("ix_contract_owner", "contract", ["owner_id", "state"], unique=False)
    op.create_index(op.f("ix_contract_signed_on"), "contract", ["signed_on"], unique=False)
    op.create_table(
        "contract_clause",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint(
            "term IN ('content', 'price', 'delivery', 'payment', 'breach', 'confidentiality')",
            name=op.f("ck_contract_clause_term_code"),
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_contract_clause_text_text")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_clause_contract_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("contract_id", "revision", "term", name=op.f("pk_contract_clause")),
    )
    op.create_table(
        "contract_revision",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_total", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_contract_revision_amount_min")),
        sa.CheckConstraint(
            "length(CAST(signed_on AS VARCHAR(20))) = 10", name=op.f("ck_contract_revision_signed_on_date")
        ),
        sa.CheckConstraint("tax_total >= 0", name=op.f("ck_contract_revision_tax_total_min")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_contract_revision_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_revision_contract_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy_version.id"], name=op.f("fk_contract_revision_policy_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_contract_revision_quote_id"), use_alter=True),
        sa.PrimaryKeyConstraint("contract_id", "revision", name=op.f("pk_contract_revision")),
    )
    op.create_index(op.f("ix_contract_revision_quote_id"), "contract_revision", ["quote_id"], unique=False)
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint("length(CAST(end_on AS VARCHAR(20))) = 10", name=op.f("ck_delegation_end_on_date")),
        sa.CheckConstraint("length(CAST(start_on AS VARCHAR(20))) = 10", name=op.f("ck_delegation_start_on_date")),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_delegation_from_id"), use_alter=True),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_delegation_made_by"), use_alter=True),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_delegation_to_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_to", "delegation", ["to_id", "end_on"], unique=False)
    op.create_table(
        "instalment",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "event IN ('signing', 'delivery', 'acceptance', 'date')", name=op.f("ck_instalment_event_code")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_instalment_amount_min")),
        sa.CheckConstraint("days >= 0", name=op.f("ck_instalment_days_min")),
        sa.CheckConstraint("length(CAST(due_on AS VARCHAR(20))) = 10", name=op.f("ck_instalment_due_on_date")),
        sa.CheckConstraint("share BETWEEN 1 AND 10000", name=op.f("ck_instalment_share_range")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_instalment_contract_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("contract_id", "revision", "position", name=op.f("pk_instalment")),
    )
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("spec", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('rigid', 'flexible')", name=op.f("ck_need_kind_code")),
        sa.CheckConstraint("length(CAST(due_on AS VARCHAR(20))) = 10", name=op.f("ck_need_due_on_date")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_need_text_text")),
        sa.CheckConstraint("priority BETWEEN 1 AND 5", name=op.f("ck_need_priority_range")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_need_quantity_min")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_need_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_need_customer_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index("ix_need_customer", "need", ["customer_id", "until"], unique=False)
    op.create_table(
        "need_analysis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("pain", sa.String(), nullable=True),
        sa.Column("goal", sa.String(), nullable=True),
        sa.Column("budget_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("budget_consent", sa.String(), nullable=True),
        sa.Column("timeline", sa.String(), nullable=True),
        sa.Column("decision_process", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_need_analysis_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_need_analysis_customer_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_analysis")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_need_analysis_customer_id")),
    )
    op.create_table(
        "need_list",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "length(CAST(confirmed_on AS VARCHAR(20))) = 10", name=op.f("ck_need_list_confirmed_on_date")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_need_list_version_min")),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["contact.id"], name=op.f("fk_need_list_confirmed_by"), use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_need_list_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["attachment.id"], name=op.f("fk_need_list_evidence_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_need_list_recorded_by"), use_alter=True),
        sa.PrimaryKeyConstraint("customer_id", "version", name=op.f("pk_need_list")),
    )
    op.create_table(
        "opportunity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("expected_close", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage_since", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("loss_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "loss_reason IS NULL OR loss_reason IN ('price', 'need-mismatch', 'competitor', 'timing', 'budget-cut', 'no-contact', 'other')",
            name=op.f("ck_opportunity_loss_reason_code"),
        ),
        sa.CheckConstraint(
            "state IN ('discovery', 'proposal', 'negotiation', 'contract', 'won', 'lost')",
            name=op.f("ck_opportunity_state_code"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_opportunity_amount_min")),
        sa.CheckConstraint("length(CAST(closed_on AS VARCHAR(20))) = 10", name=op.f("ck_opportunity_closed_on_date")),
        sa.CheckConstraint(
            "length(CAST(expected_close AS VARCHAR(20))) = 10", name=op.f("ck_opportunity_expected_close_date")
        ),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_opportunity_title_text")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_opportunity_created_by"), use_alter=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_opportunity_customer_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_opportunity_owner_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sa.UniqueConstraint("number", name=op.f("uq_opportunity_number")),
    )
    op.create_index("ix_opportunity_customer", "opportunity", ["customer_id", "state"], unique=False)
    op.create_index("ix_opportunity_owner", "opportunity", ["owner_id", "state", "expected_close"], unique=False)
    op.create_table(
        "opportunity_product",
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_opportunity_product_opportunity_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_opportunity_product_product_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("opportunity_id", "product_id", name=op.f("pk_opportunity_product")),
    )
    op.create_table(
        "outbox_attachment",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_outbox_attachment_attachment_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_message.id"], name=op.f("fk_outbox_attachment_message_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("message_id", "position", name=op.f("pk_outbox_attachment")),
    )
    op.create_index(op.f("ix_outbox_attachment_attachment_id"), "outbox_attachment", ["attachment_id"], unique=False)
    op.create_table(
        "price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("list_price", sa.BigInteger(), nullable=True),
        sa.Column("floor_price", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending_approval', 'valid', 'rejected', 'withdrawn')", name=op.f("ck_price_state_code")
        ),
        sa.CheckConstraint("floor_price >= 0", name=op.f("ck_price_floor_price_min")),
        sa.CheckConstraint("length(CAST(valid_from AS VARCHAR(20))) = 10", name=op.f("ck_price_valid_from_date")),
        sa.CheckConstraint("list_price >= 0", name=op.f("ck_price_list_price_min")),
        sa.CheckConstraint("list_price IS NOT NULL OR floor_price IS NOT NULL", name=op.f("ck_price_price_any")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_price_by_id"), use_alter=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_price_product_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
        sa.UniqueConstraint("number", name=op.f("uq_price_number")),
    )
    op.create_index("ix_price_product", "price", ["product_id", "state", "valid_from"], unique=False)
    op.add_column("approval", sa.Column("withdrawn_because", sa.String(), nullable=True))
    op.create_index("ix_approval_subject", "approval", ["subject_kind", "subject_ref", "round"], unique=True)
    op.add_column("quote", sa.Column("sent_at", INSTANT, nullable=True))
    op.execute(
        "ALTER TABLE quote ADD COLUMN loss_reason VARCHAR CONSTRAINT ck_quote_loss_reason_code CHECK (loss_reason IS NULL OR "
        "loss_reason IN ('price', 'need-mismatch', 'competitor', 'timing', 'budget-cut', 'no-contact', 'other'))"
    )
    op.add_column("outbox_message", sa.Column("recipient_cipher", sa.LargeBinary(), nullable=True))
    op.add_column("outbox_message", sa.Column("subject_kind", sa.String(), nullable=True))
    op.add_column("outbox_message", sa.Column("subject_id", sa.Integer(), nullable=True))
    op.add_column("outbox_message", sa.Column("subject_ref", sa.String(), nullable=True))
    for table, name, target in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT fk_{table}_{name} REFERENCES {target} (id)"
        )
    for table, name, _ in INDEXED:
        op.create_index(f"ix_{table}_{name}", table, [name], unique=False, sqlite_where=sa.text(f"{name} IS NOT NULL"))
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    search.create(connection, "need", "need_analysis")
