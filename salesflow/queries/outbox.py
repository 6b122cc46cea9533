"""The outbox as it is listed: mails that wait, were sent, failed, or whose fate is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from salesflow.clock import to_db
from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import MINUTES_UNDER_WAY, MailState
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, page, pieces

COLUMNS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("kind", "Kind", table=False),
    Column("recipient", "Recipient", flexible=True),
    Column("subject", "Subject line", flexible=True),
    Column("state", "State", Kind.CODE, labels="mailstate"),
    Column("created_at", "Since", Kind.INSTANT),
    Column("attempts", "Attempts", Kind.INTEGER, table=False),
    Column("error", "Error", flexible=True),
    Column("subject_ref", "Record", table=False),
    Column("customer_code", "Customer code", table=False),
    Column("staff", "Staff", table=False),
    Column("by", "By", table=False),
    Column("marked_at", "Begun", Kind.INSTANT, table=False),
    Column("sent_at", "Sent", Kind.INSTANT, table=False),
)
SHOW: Final = (
    *COLUMNS,
    Column("attachments", "Attachments", Kind.LIST),
    Column("body", "Text"),
)
SENT_ROWS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("recipient", "Recipient", flexible=True),
    Column("subject", "Subject line", flexible=True),
    Column("state", "State", Kind.CODE, labels="mailstate"),
    Column("error", "Error", flexible=True),
)
FILES: Final = (Column("id", "No.", Kind.INTEGER), Column("file", "File"), Column("error", "Error"))
COUNTS: Final = tuple(MailState)
SENT: Final = (
    *(Column(state.value, state.value.capitalize(), Kind.INTEGER) for state in COUNTS),
    Column("rows", "Mails", Kind.ROWS, columns=SENT_ROWS),
)
_LETTER: Final = "id, kind, recipient, subject, body, created_at"


def listed(context: Context, state: MailState | None = None, *, keep: int | None = None) -> Page:
    """Mails, the latest first; in one state only if it is named."""
    where = Where().equal(state=None if state is None else state.value)
    return page(context, "v_outbox", COLUMNS, where, order="id DESC", keep=keep)


def show(context: Context, key: int) -> dict[str, Any]:
    """One mail with its text. Raises NotFound."""
    names = ", ".join(f'"{column.key}"' for column in SHOW if column.key != "attachments")
    row = context.reader.one(f"SELECT {names} FROM v_outbox WHERE id = :id", {"id": key})  # noqa: S608 - names of ours
    if row is None:
        raise NotFound(msg("there is no mail {id}", id=key), msg("see: salesflow outbox list"), code="unknown-mail")
    files = context.reader.rows(
        "SELECT name FROM v_outbox_attachment WHERE message_id = :id ORDER BY position", {"id": key}
    )
    complete = {**row, "attachments": [file["name"] for file in files]}
    return {column.key: complete[column.key] for column in SHOW}


def letters(context: Context, state: MailState) -> list[dict[str, Any]]:
    """The mails of a state as they are written to files, the oldest first."""
    where = Where().equal(state=state.value)
    return context.reader.rows(f"SELECT {_LETTER} FROM v_outbox{where} ORDER BY id", where.parameters)  # noqa: S608 - names of ours


def waiting(context: Context, limit: int | None) -> list[dict[str, Any]]:
    """The mails that would be sent, the oldest first."""
    rows = letters(context, MailState.QUEUED)
    return [{**row, "state": MailState.QUEUED.value, "error": None} for row in rows[: limit or None]]


def uncertain(context: Context) -> list[int]:
    """Mails that were marked as being sent and of which nobody heard since: they may have gone out or not."""
    where = Where().equal(state=MailState.SENDING.value)
    where.add("marked_at < :before", before=to_db(context.clock.now() - timedelta(minutes=MINUTES_UNDER_WAY)))
    return [row["id"] for row in context.reader.rows(f"SELECT id FROM v_outbox{where} ORDER BY id", where.parameters)]  # noqa: S608 - names of ours


def handed_over(context: Context, keys: Iterable[int]) -> dict[str, Any]:
    """What became of these mails, as SENT has it."""
    names = ", ".join(column.key for column in SENT_ROWS)
    rows: list[dict[str, Any]] = []
    for some in pieces(list(keys)):
        where = Where().any_of("id", some)
        rows += context.reader.rows(f"SELECT {names} FROM v_outbox{where} ORDER BY id", where.parameters)  # noqa: S608 - names of ours
    return summed(rows)


def summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Mails with their number in each state, as SENT has it."""
    counts = {state.value: sum(row["state"] == state.value for row in rows) for state in COUNTS}
    return {**counts, "rows": rows}
