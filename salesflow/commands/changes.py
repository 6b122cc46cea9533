"""How a change of fields is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Protocol

from salesflow.clock import to_db
from salesflow.columns import Column, Columns, by_key
from salesflow.context import Context
from salesflow.i18n import Message, label, msg
from salesflow.output.values import to_text
from salesflow.text import shorten, width

_LONGEST: Final = 40  # cells of a value in a sentence


class Change(Protocol):
    """A field that changed, as the services of editing give it: what it was and what it is."""

    @property
    def field(self) -> str: ...
    @property
    def old(self) -> Any: ...
    @property
    def new(self) -> Any: ...


def told(context: Context, columns: Columns, changes: Iterable[Change]) -> list[Message]:
    """Each change as a part of a sentence: what was and what is where both are short, else the field alone."""
    known = by_key(columns)
    return [_told(context, known[change.field], change) for change in changes]


def _told(context: Context, column: Column, change: Change) -> Message:
    field = label("column", column.header)
    old, new = (_text(context, column, value) for value in (change.old, change.new))
    if max(width(old), width(new)) > _LONGEST or "\n" in old + new or not (old or new):
        return field
    if not old:
        return msg("{field} {new}", field=field, new=new)
    if not new:
        return msg("{field} {old} -> empty", field=field, old=old)
    return msg("{field} {old} -> {new}", field=field, old=old, new=new)


def shown(context: Context, column: Column, value: Any) -> str:
    """A value as people read it, of a long text the beginning."""
    return shorten(_text(context, column, value), _LONGEST)


def _text(context: Context, column: Column, value: Any) -> str:
    if value is None:
        return ""
    stored = to_db(value) if isinstance(value, datetime) else value
    return to_text(column, stored, context.clock.zone)
