"""What a stored value looks like: as JSON, and as text for people. Nothing else in the program formats a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow import clock, i18n, money
from salesflow.columns import Column, Figure, Kind
from salesflow.i18n import msg
from salesflow.text import printable

if TYPE_CHECKING:
    from salesflow.output.jsontext import Json

NUMERIC: Final = frozenset((Kind.INTEGER, Kind.MONEY, Kind.PERCENT, Kind.QUANTITY, Kind.PRICE))
NESTED: Final = frozenset((Kind.RECORD, Kind.ROWS))
_NEWLINE_SIGN: Final = "↵"


class Locale(NamedTuple):
    """For whom a value is written: the zone that instants are shown in, and the language (None: the process's)."""

    zone: tzinfo
    language: str | None = None


# A column's values are Any: what the database gives for a kind is what columns.Kind says, and nobody else reads it.
JsonWriter = Callable[[Any], "Json"]
TextWriter = Callable[[Any], str]


def to_json(column: Column, value: object, zone: tzinfo, language: str | None = None) -> Json:
    """The value as JSON has it; None is null."""
    return json_writer(column, Locale(zone, language))(value)


def to_text(column: Column, value: object, zone: tzinfo, language: str | None = None) -> str:
    """The value for people, harmless on a terminal; may have several lines. None is the empty text."""
    return text_writer(column, Locale(zone, language))(value)


def to_plain(column: Column, value: object, zone: tzinfo, language: str | None = None) -> str:
    """As `to_text`, on one line and without tabs."""
    return plain_writer(column, Locale(zone, language))(value)


def json_writer(column: Column, locale: Locale) -> JsonWriter:
    """What turns a column's values into JSON; made once for many rows."""
    write = _JSON[column.kind](column, locale)
    return lambda value: None if value is None else write(value)


def text_writer(column: Column, locale: Locale) -> TextWriter:
    """What turns a column's values into text for people; made once for many rows."""
    write = _TEXT[column.kind](column, locale)
    return lambda value: "" if value is None else write(value)


def plain_writer(column: Column, locale: Locale) -> TextWriter:
    """As `text_writer`, each value on one line."""
    if column.kind is Kind.TEXT:  # most cells are: one look at each
        return lambda value: "" if value is None else one_line(str(value))
    write = text_writer(column, locale)
    if column.kind is Kind.OBJECT:
        return lambda value: write(value).replace("\n", "; ")
    return write if column.kind in _ALWAYS_ONE_LINE else lambda value: one_line(write(value))


def one_line(text: str) -> str:
    """The text with newlines as a visible sign and tabs as blanks, harmless on a terminal."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\n", _NEWLINE_SIGN).replace("\t", " ")
    return printable(text)


def heading(column: Column, language: str | None = None) -> str:
    """The column's heading in the reader's language."""
    return i18n.translate(column.header, "column", language)


def row_writer(columns: Iterable[Column], locale: Locale) -> Callable[[Mapping[str, Any]], dict[str, Json]]:
    """What turns rows into JSON objects with the columns' keys, in their order."""
    writers = [(column.key, json_writer(column, locale)) for column in columns]
    return lambda row: {key: write(row[key]) for key, write in writers}


def local_time(value: str, zone: tzinfo) -> datetime:
    """A stored instant as the clock in that zone shows it."""
    return clock.from_db(value).astimezone(zone)


def _string(_column: Column, _locale: Locale) -> TextWriter:
    return str


def _message(_column: Column, locale: Locale) -> TextWriter:
    return lambda value: i18n.render(value, locale.language)


def _json_strings(_column: Column, _locale: Locale) -> JsonWriter:
    return lambda value: [str(item) for item in _items(value)]


def _json_object(_column: Column, locale: Locale) -> JsonWriter:
    from salesflow.output.jsontext import jsonable

    return lambda value: jsonable(_mapping(value), locale.language)


def _json_rows(column: Column, locale: Locale) -> JsonWriter:
    write = row_writer(column.columns, locale)
    return lambda value: [write(row) for row in value]


def _text(_column: Column, _locale: Locale) -> TextWriter:
    return lambda value: printable(str(value), keep_newlines=True)


def _label(column: Column, locale: Locale) -> TextWriter:
    """Labels of codes, each made once; a column without a catalogue of labels shows its codes."""
    if not column.labels:
        return _text(column, locale)
    labels: dict[str, str] = {}

    def write(value: object) -> str:
        code = str(value)
        if code not in labels:
            found = i18n.render(i18n.label(column.labels, code), locale.language)
            labels[code] = printable(found, keep_newlines=True)
        return labels[code]

    return write


def _flag(_column: Column, locale: Locale) -> TextWriter:
    yes = i18n.render(msg("yes"), locale.language)
    return lambda value: yes if value else ""


def _list(column: Column, locale: Locale) -> TextWriter:
    comma = "、" if (locale.language or i18n.language()) == "zh" else ", "
    write = _label(column, locale)
    return lambda value: comma.join(write(item) for item in _items(value))


def _lines(_column: Column, locale: Locale) -> TextWriter:
    from salesflow.output.jsontext import dumps, jsonable

    def shown(value: object) -> str:
        found = jsonable(value, locale.language)
        return found if isinstance(found, str) else dumps(found)

    return lambda value: "\n".join(one_line(f"{key}: {shown(item)}") for key, item in _mapping(value).items())


def _compact(column: Column, locale: Locale) -> TextWriter:
    """A nested record in a single cell, where somebody asked for it by name: its JSON."""
    from salesflow.output.jsontext import dumps

    write = json_writer(column, locale)
    return lambda value: dumps(write(value))


def _sentence(_column: Column, locale: Locale) -> TextWriter:
    return lambda value: printable(i18n.render(value, locale.language), keep_newlines=True)


def _own_json(_column: Column, locale: Locale) -> JsonWriter:
    return lambda figure: json_writer(_of(figure), locale)(figure.value)


def _own_text(_column: Column, locale: Locale) -> TextWriter:
    def write(figure: Figure) -> str:
        sign = "+" if figure.signed and figure.value > 0 else ""
        return sign + text_writer(_of(figure), locale)(figure.value)

    return write


def _of(figure: Figure) -> Column:
    return Column("", "", figure.kind)


def _items(value: str | Iterable[object]) -> Iterable[object]:
    """A list's members, whether it comes as JSON text or as a sequence."""
    if not isinstance(value, str):
        return value
    from salesflow.output.jsontext import loads

    found = loads(value)
    return found if isinstance(found, list) else [found]


def _mapping(value: str | Mapping[str, object]) -> Mapping[str, object]:
    if not isinstance(value, str):
        return value
    from salesflow.output.jsontext import loads

    found = loads(value)
    return found if isinstance(found, dict) else {"": found}


_JSON: Final[Mapping[Kind, Callable[[Column, Locale], JsonWriter]]] = {
    Kind.TEXT: _string,
    Kind.CODE: _string,
    Kind.INTEGER: lambda _column, _locale: int,
    Kind.MONEY: lambda _column, _locale: money.format_money,
    Kind.PERCENT: lambda _column, _locale: money.format_percent,
    Kind.QUANTITY: lambda _column, _locale: money.format_quantity,
    Kind.PRICE: lambda _column, _locale: lambda value: money.display_price(value, ""),
    Kind.DATE: _string,
    Kind.INSTANT: lambda _column, locale: lambda value: local_time(value, locale.zone).isoformat(),
    Kind.FLAG: lambda _column, _locale: bool,
    Kind.LIST: _json_strings,
    Kind.OBJECT: _json_object,
    Kind.RECORD: lambda column, locale: row_writer(column.columns, locale),
    Kind.ROWS: _json_rows,
    Kind.MESSAGE: _message,
    Kind.FIGURE: _own_json,
}

_TEXT: Final[Mapping[Kind, Callable[[Column, Locale], TextWriter]]] = {
    Kind.TEXT: _text,
    Kind.CODE: _label,
    Kind.INTEGER: _string,
    Kind.MONEY: lambda _column, _locale: money.display_money,
    Kind.PERCENT: lambda _column, _locale: money.display_percent,
    Kind.QUANTITY: lambda _column, _locale: money.format_quantity,
    Kind.PRICE: lambda _column, _locale: money.display_price,
    Kind.DATE: _text,
    Kind.INSTANT: lambda _column, locale: lambda value: local_time(value, locale.zone).isoformat(" ")[:16],
    Kind.FLAG: _flag,
    Kind.LIST: _list,
    Kind.OBJECT: _lines,
    Kind.RECORD: _compact,
    Kind.ROWS: _compact,
    Kind.MESSAGE: _sentence,
    Kind.FIGURE: _own_text,
}

_ALWAYS_ONE_LINE: Final = NUMERIC | {Kind.INSTANT, Kind.FLAG}
