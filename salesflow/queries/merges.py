"""What a merge of two customers does, as it is told."""

from __future__ import annotations

from typing import Final

from salesflow.columns import Column, Kind

FIELDS: Final = (
    Column("name", "Customer name"),
    Column("kind", "Kind", Kind.CODE, labels="kind"),
    Column("industry", "Industry", Kind.CODE, labels="industry"),
    Column("region", "Region"),
    Column("source", "Lead source", Kind.CODE, labels="source"),
    Column("first_contact_at", "First contact", Kind.INSTANT),
    Column("need", "Need"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("owner", "Owner"),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("size", "Size"),
    Column("address", "Address"),
    Column("source_detail", "Source detail"),
    Column("budget", "Budget"),
    Column("remark", "Remark"),
)
"""The fields that two customers may have in different ways."""

_MOVED: Final = (
    Column("kind", "Kind", Kind.CODE, labels="belonging"),
    Column("count", "Count", Kind.INTEGER),
)
_VALUES: Final = (
    Column("field", "Field"),
    Column("value", "Stays", flexible=True),
    Column("taken_over", "Taken over", Kind.FLAG),
    Column("other", "Gives way", flexible=True),
)
_OPPORTUNITIES: Final = (
    Column("number", "No."),
    Column("twin", "There twice as"),
)
COLUMNS: Final = (
    Column("code", "Code"),
    Column("name", "Customer name"),
    Column("merged_code", "Merged code"),
    Column("merged_name", "Merged name"),
    Column("dry_run", "Dry run", Kind.FLAG),
    Column("next_follow_up_on", "Next follow-up", Kind.DATE),
    Column("contacts_united", "Contacts that were there twice", Kind.INTEGER),
    Column("moved", "Moved", Kind.ROWS, columns=_MOVED),
    Column("values", "Values", Kind.ROWS, columns=_VALUES),
    Column("opportunities", "Open opportunities that are there twice", Kind.ROWS, columns=_OPPORTUNITIES),
)
