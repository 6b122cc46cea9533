"""One follow-up whole: its words as they are now, what they were, what was put beside them, the files that go with it."""

from __future__ import annotations

import json
from typing import Any, Final

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import CorrectionKind
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries import attachments
from salesflow.queries.base import Where
from salesflow.queries.followups import COLUMNS
from salesflow.subject import of_followup

CORRECTION: Final = (
    Column("id", "No.", Kind.INTEGER, table=False),
    Column("kind", "Kind", Kind.CODE, labels="correctionkind"),
    Column("at", "At", Kind.INSTANT),
    Column("by", "By"),
    Column("text", "Correction", flexible=True),
    Column("before", "Before", Kind.OBJECT, flexible=True),
)
_FILE: Final = tuple(
    column for column in attachments.COLUMNS if column.key in ("id", "kind", "name", "size", "at", "by")
)
PAGE: Final[Columns] = (
    *COLUMNS,
    Column("version", "Version", Kind.INTEGER),
    Column("corrections", "Corrections", Kind.ROWS, columns=CORRECTION),
    Column("attachments", "Attachments", Kind.ROWS, columns=_FILE),
)


def show(context: Context, followup_id: int) -> dict[str, Any]:
    """A follow-up with its corrections, the oldest first. Raises NotFound."""
    names = ", ".join(f'"{column.key}"' for column in COLUMNS)
    row = context.reader.one(
        f"SELECT {names}, version, customer_id FROM v_followup WHERE id = :id",  # noqa: S608 - names of ours
        {"id": followup_id},
    )
    if row is None:
        hint = msg("see: salesflow followup list")
        raise NotFound(msg("there is no follow-up {id}", id=followup_id), hint, code="unknown-followup")
    subject = of_followup(followup_id, row.pop("customer_id"))
    return {**row, "corrections": _corrections(context, followup_id), "attachments": _files(context, subject.ref)}


def _corrections(context: Context, followup_id: int) -> list[dict[str, Any]]:
    """An edit has the former words in `before`, an amendment a text of its own."""
    rows = context.reader.rows(
        'SELECT id, kind, at, "by", text FROM v_followup_correction WHERE followup_id = :id ORDER BY id',
        {"id": followup_id},
    )
    return [
        {**row, "text": None, "before": json.loads(row["text"])}
        if row["kind"] == CorrectionKind.EDIT
        else {**row, "before": None}
        for row in rows
    ]


def _files(context: Context, ref: str) -> list[dict[str, Any]]:
    names = ", ".join(f'"{column.key}"' for column in _FILE)
    where = Where().equal(subject_kind="followup", subject_ref=ref)
    return context.reader.rows(f"SELECT {names} FROM v_attachment{where} ORDER BY id", where.parameters)  # noqa: S608 - names of ours
