"""JSON as salesflow writes it: UTF-8 as it is, but nothing in it that could control a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from salesflow import i18n

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

# What json leaves as it is and a terminal might obey: delete, C1, marks of direction, line separators, lone surrogates.
_HARMFUL: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def dumps(value: Json, indent: int | None = None) -> str:
    """One JSON text, on one line unless indented; control and bidi characters are written as their escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if text.isascii() and "\x7f" not in text else _HARMFUL.sub(_escape, text)


def loads(text: str) -> Json:
    """The value of a JSON text that the database gave."""
    value: Json = json.loads(text)
    return value


def jsonable(value: object, language: str | None = None) -> Json:
    """A fact or an error's detail as JSON: dates in ISO form, messages as sentences, anything unknown as its text."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, i18n.Message):
        return i18n.render(value, language)
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): jsonable(item, language) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [jsonable(item, language) for item in value]
    return str(value)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
