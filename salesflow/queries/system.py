"""The database about itself: what is in it, whether it is sound, and its audit trail."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from typing import Any

from salesflow.clock import to_db
from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.queries.base import Page, Where, page

INFO = (
    Column("path", "File"),
    Column("size", "Bytes", Kind.INTEGER),
    Column("schema", "Schema"),
    Column("company", "Company"),
    Column("region", "Region"),
    Column("policy", "Policy"),
    Column("customers", "Customers", Kind.INTEGER),
    Column("followups", "Follow-ups", Kind.INTEGER),
    Column("quotes", "Quotes", Kind.INTEGER),
    Column("orders", "Orders", Kind.INTEGER),
    Column("audit_entries", "Audit entries", Kind.INTEGER),
    Column("key", "Key of contact values"),
    Column("demo", "Demonstration", Kind.FLAG),
)

PROBLEM = (
    Column("kind", "Kind"),
    Column("ref", "Record"),
    Column("text", "What is wrong", Kind.MESSAGE, flexible=True),
)
CHECK = (
    Column("ok", "Sound", Kind.FLAG),
    Column("problems", "Problems", Kind.ROWS, columns=PROBLEM, table=False),
)
REINDEXED = (
    Column("path", "File"),
    Column("customer", "Customers", Kind.INTEGER),
    Column("contact", "Contacts", Kind.INTEGER),
    Column("followup", "Follow-ups", Kind.INTEGER),
)
VERIFICATION = (
    Column("ok", "Whole", Kind.FLAG),
    Column("entries", "Audit entries", Kind.INTEGER),
    Column("first_bad", "First bad entry", Kind.INTEGER),
    Column("reason", "What is wrong"),
)
AUDIT = (
    Column("id", "No.", Kind.INTEGER),
    Column("at", "At", Kind.INSTANT),
    Column("staff", "Staff"),
    Column("os_user", "System user", table=False),
    Column("action", "Action"),
    Column("subject_kind", "Kind", table=False),
    Column("subject_ref", "Record"),
    Column("rule", "Rule"),
    Column("before", "Before", flexible=True),
    Column("after", "After", flexible=True),
)


def info(context: Context) -> dict[str, Any]:
    """What the file is and how much is in it."""
    from salesflow.db.schema import revision

    reader = context.reader
    counted = {
        "customers": "v_customer",
        "followups": "v_followup",
        "quotes": "v_quote",
        "orders": "v_order",
        "audit_entries": "v_audit",
    }
    return {
        "path": os.path.abspath(context.database),
        "size": os.path.getsize(context.database),
        "schema": revision(reader.connection),
        "company": context.setting("company"),
        "region": context.setting("region"),
        "policy": reader.value("SELECT name FROM v_policy ORDER BY id DESC LIMIT 1"),
        **{name: reader.value(f"SELECT count(*) FROM {view}") for name, view in counted.items()},  # noqa: S608 - names of ours
        "key": _key_place(context),
        "demo": context.setting("demo") is not None,
    }


def _key_place(context: Context) -> str | None:
    from salesflow.db.vault import KEY_SETTING, key_file, load_key
    from salesflow.errors import DatabaseProblem

    try:
        load_key(context.database, str(context.setting(KEY_SETTING)))
    except DatabaseProblem:
        return None
    return key_file(context.database) if os.path.exists(key_file(context.database)) else "keyring"


def identity(context: Context) -> str:
    """What tells this database from any other, for as long as it lives: for identifiers that leave it."""
    from hashlib import sha256

    first = context.reader.one('SELECT at, staff, "action", subject_ref, "after" FROM v_audit ORDER BY id LIMIT 1')
    return sha256("\n".join(map(str, (first or {}).values())).encode()).hexdigest()[:12]


def check(context: Context) -> dict[str, Any]:
    """Everything that is wrong with the database; "ok" where that is nothing."""
    from salesflow.db.check import problems

    found = [problem._asdict() for problem in problems(context.reader.connection, context.database)]
    return {"ok": not found, "problems": found}


def verify(context: Context) -> dict[str, Any]:
    """Whether the audit trail is whole, and if not, where it breaks."""
    from salesflow.db import audit

    return audit.verify(context.reader.connection)._asdict()


def entries(
    context: Context,
    *,
    subject: str | None = None,
    by: str | None = None,
    action: str | None = None,
    since: date | None = None,
) -> Page:
    """Audit entries, the newest first: of one record, by one person, of one action ("quote" means all of quotes), since a day."""
    where = Where().equal(subject_ref=subject, staff=by)
    if action is not None:
        verbs = f"{action}."
        where.add(
            "(action = :action OR substr(action, 1, :length) = :verbs)", action=action, verbs=verbs, length=len(verbs)
        )
    if since is not None:
        start = datetime(since.year, since.month, since.day, tzinfo=context.clock.zone)
        where.add("at >= :since", since=to_db(start))
    if context.as_of is not None:
        where.add("at < :until", until=to_db(context.clock.now() + timedelta(seconds=1)))
    return page(context, "v_audit", AUDIT, where, order="id DESC")
