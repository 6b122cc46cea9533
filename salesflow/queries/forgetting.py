"""What erasing a customer's personal data did, as it is told."""

from __future__ import annotations

from typing import Final

from salesflow.columns import Column, Columns, Kind

COUNTS: Final[Columns] = (
    Column("customers", "Customer files", Kind.INTEGER),
    Column("contacts", "Contacts", Kind.INTEGER),
    Column("followups", "Follow-ups", Kind.INTEGER),
    Column("corrections", "Corrections of follow-ups", Kind.INTEGER),
    Column("plans", "Plan items", Kind.INTEGER),
    Column("plans_cancelled", "Cancelled plan items", Kind.INTEGER),
    Column("changes", "Reasons of changes", Kind.INTEGER),
    Column("stall_analyses", "Stall analyses", Kind.INTEGER),
    Column("objections", "Objections", Kind.INTEGER),
    Column("needs", "Needs", Kind.INTEGER),
    Column("need_analyses", "Analyses of needs", Kind.INTEGER),
    Column("opportunities", "Opportunities", Kind.INTEGER),
    Column("quotes", "Notes of quotes", Kind.INTEGER),
    Column("orders", "Receivers of orders", Kind.INTEGER),
    Column("approvals", "Comments of approvals", Kind.INTEGER),
    Column("attachments", "Attachments", Kind.INTEGER),
    Column("mails", "Mails", Kind.INTEGER),
    Column("import_changes", "Fields before imports", Kind.INTEGER),
)
COLUMNS: Final[Columns] = (
    Column("code", "Code"),
    Column("dry_run", "Dry run", Kind.FLAG),
    *COUNTS,
    Column("old_audit_entries", "Audit entries that keep words", Kind.INTEGER),
    Column("scrubbed", "Gone from the file", Kind.FLAG),
)
