"""Attachments as they are listed, the record that a reference means, and whether the store has what the records name."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.db import store
from salesflow.enums import AttachmentKind, AttachmentProblem
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries import customers
from salesflow.queries.base import Page, Where, page
from salesflow.subject import FOLLOWUP_PREFIX, Subject, of_followup
from salesflow.text import file_name, fold

COLUMNS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("kind", "Kind", Kind.CODE, labels="attachmentkind"),
    Column("name", "File name", flexible=True),
    Column("size", "Bytes", Kind.INTEGER),
    Column("subject_kind", "Record kind", table=False),
    Column("subject_ref", "Record"),
    Column("customer_code", "Code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("at", "At", Kind.INSTANT),
    Column("by", "By", table=False),
    Column("sha256", "SHA-256", table=False),
)
PROBLEM: Final = (
    Column("problem", "What is wrong", Kind.CODE, labels="attachmentproblem"),
    Column("id", "No.", Kind.INTEGER),
    Column("name", "File name", flexible=True),
    Column("subject_ref", "Record"),
    Column("path", "File", flexible=True),
)
VERIFICATION: Final = (
    Column("ok", "Sound", Kind.FLAG),
    Column("attachments", "Attachments", Kind.INTEGER),
    Column("files", "Files", Kind.INTEGER),
    Column("pruned", "Removed files", Kind.INTEGER),
    Column("problems", "Problems", Kind.ROWS, columns=PROBLEM, table=False),
)
MOST: Final = 50

_YEARLY: Final = r"\d{4}-\d+"


class _Series(NamedTuple):
    """Records with numbers of one form: where they are read, and what the number is there."""

    kind: str
    form: str
    view: str
    column: str
    newest: str = "id DESC"


_SERIES: Final = (
    _Series("quote", f"Q{_YEARLY}", "v_quote", "number", "version DESC"),
    _Series("order", f"DD{_YEARLY}", "v_order", "number"),
    _Series("contract", f"HT{_YEARLY}", "v_contract", "number"),
    _Series("opportunity", f"SJ{_YEARLY}", "v_opportunity", "number"),
    _Series("approval", f"AP{_YEARLY}", "v_approval", "number"),
    _Series("followup", rf"{FOLLOWUP_PREFIX}\d{{1,18}}", "v_followup", "id"),
)


def subject(context: Context, ref: str) -> Subject:
    """The record that is meant: by its number a quote, an order, an approval, a follow-up (F12), else a customer.

    Raises NotFound, and Ambiguous for a customer.
    """
    wanted = fold(ref).upper()
    for series in _SERIES:
        if re.fullmatch(series.form, wanted, re.ASCII):
            return _numbered(context, series, wanted)
    return of_customer(customers.resolve(context, ref))


def of_customer(who: customers.CustomerRef) -> Subject:
    return Subject("customer", who.id, who.code, who.id)


def _numbered(context: Context, series: _Series, ref: str) -> Subject:
    number = ref.removeprefix(FOLLOWUP_PREFIX) if series.kind == "followup" else ref
    row = context.reader.one(
        f"SELECT id, customer_id FROM {series.view} WHERE {series.column} = :number ORDER BY {series.newest}",  # noqa: S608 - names of ours
        {"number": number},
    )
    if row is None:
        hint = msg("give the number of a quote, an order, an approval, a follow-up (F12), or a customer")
        raise NotFound(msg("there is no record {ref}", ref=ref), hint, code="unknown-record")
    if series.kind == "followup":
        return of_followup(row["id"], row["customer_id"])
    return Subject(series.kind, row["id"], ref, row["customer_id"])


def listed(context: Context, of: Subject | None = None, kind: AttachmentKind | None = None) -> Page:
    """Attachments, the newest first: of one record, of all that belongs to a customer, or all. `MOST` of them without a limit."""
    where = Where().equal(kind=kind)
    if of is None:
        where.add("customer_archived_at IS NULL")
    elif of.kind == "customer":
        where.equal(customer_id=of.id)
    else:
        where.equal(subject_kind=of.kind, subject_ref=of.ref)
    return page(context, "v_attachment", COLUMNS, where, order="at DESC, id DESC", keep=MOST)


def show(context: Context, attachment_id: int) -> dict[str, Any]:
    """One attachment. Raises NotFound."""
    return chosen(context, [attachment_id])[0]


def chosen(context: Context, keys: list[int]) -> list[dict[str, Any]]:
    """The attachments with these numbers, in their order. Raises NotFound for one that is not there."""
    names = ", ".join(f'"{column.key}"' for column in COLUMNS)
    found = []
    for key in keys:
        row = context.reader.one(f"SELECT {names} FROM v_attachment WHERE id = :id", {"id": key})  # noqa: S608 - names of ours
        if row is None:
            hint = msg("see: salesflow attachment list")
            raise NotFound(msg("there is no attachment {id}", id=key), hint, code="unknown-attachment")
        found.append(row)
    return found


def everything_of(context: Context, customer_id: int) -> list[dict[str, Any]]:
    """All attachments of a customer and its records, the oldest first."""
    names = ", ".join(f'"{column.key}"' for column in COLUMNS)
    return context.reader.rows(
        f"SELECT {names} FROM v_attachment WHERE customer_id = :id ORDER BY id",  # noqa: S608 - names of ours
        {"id": customer_id},
    )


def export(context: Context, row: dict[str, Any], folder: str) -> str:
    """Write an attachment to a folder, under its own name made safe; gives the path. Raises FileProblem."""
    return store.export(context.database, row["sha256"], folder, file_name(row["name"], f"attachment-{row['id']}"))


def verify(context: Context, pruned: int = 0) -> dict[str, Any]:
    """Whether the store has what the attachments name, and what else it has. Every byte is read."""
    named = context.reader.rows("SELECT id, name, subject_ref, sha256, size FROM v_attachment ORDER BY id")
    sizes = {row["sha256"]: row["size"] for row in named}
    wrong = dict(store.flaws(context.database, sizes))
    problems = [
        {
            "problem": wrong[row["sha256"]],
            **{key: row[key] for key in ("id", "name", "subject_ref")},
            "path": store.place(context.database, row["sha256"]),
        }
        for row in named
        if row["sha256"] in wrong
    ]
    strangers = [
        {"problem": AttachmentProblem.UNREFERENCED, "id": None, "name": None, "subject_ref": None, "path": path}
        for path in store.strangers(context.database, sizes)
    ]
    return {
        "ok": not problems,
        "attachments": len(named),
        "files": len(sizes),
        "pruned": pruned,
        "problems": [*problems, *strangers],
    }
