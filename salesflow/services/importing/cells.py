"""Readers: from a cell that is not blank to a field's value, or an InvalidValue that says what is wrong with it.

What a spreadsheet makes of things is undone here: numbers for telephone numbers and codes, serial numbers for dates, 0.13
for 13 %, line breaks inside a name. A formula that stands as text is refused: its value is meant, and it is not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from salesflow.codes import names_of, parse_code
from salesflow.dates import parse_date, parse_instant
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.money import parse_money, parse_percent, parse_quantity
from salesflow.services.importing.layout import Reader
from salesflow.services.tabular import Broken, Cell, Verbatim, is_blank, text_of
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.context import Context

C = TypeVar("C", bound=StrEnum)

_ERROR: Final = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_BREAK: Final = re.compile(r"[ \t\xa0\u3000]*[\r\n\t\u2028\u2029]+[ \t\xa0\u3000]*")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # days since 30 December 1899: the years 1954 to 2119
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a day on the calendar, in no zone
_YEARLESS: Final = re.compile(r"\s*\d{1,2}\s*月")
_YES: Final = ("是", "有", "y", "yes", "true", "1", "√", "✓")
_NO: Final = ("否", "n", "no", "false", "0", "×", "x")
_NOTHING: Final = frozenset(("无", "暂无", "没有", "-", "--", "—", "——", "/", "\\", "n/a", "na", "null", "none", "nil"))
_LONGEST_NOTHING: Final = 6
_MOST_KEPT: Final = 20_000
_LONGEST_KEPT: Final = 100


def says_nothing(cell: Cell) -> bool:
    """Whether a cell is blank, or has what people put into one that they leave blank: 无, -, n/a."""
    if not isinstance(cell, str):
        return False
    return is_blank(cell) or (len(cell) <= _LONGEST_NOTHING and fold(cell) in _NOTHING)


def plain(cell: Cell) -> str:
    """The cell's text. Refuses errors of the spreadsheet and formulas."""
    if isinstance(cell, Broken):
        raise InvalidValue(cell.why)
    if not isinstance(cell, str):
        return text_of(cell)
    if cell[:1] in ("=", "＝") and not isinstance(cell, Verbatim):
        raise InvalidValue(
            msg("the cell has the formula {formula}: put its value there", formula=cell[:50]), code="formula"
        )
    if cell[:1] == "#" and _ERROR.fullmatch(cell.strip()):
        raise InvalidValue(msg("the cell shows the error {error}", error=cell.strip()))
    return cell


def line(limit: int) -> Reader:
    """A text on one line; line breaks that were put in to make it fit are taken out."""

    def read(cell: Cell) -> str:
        return clean(unbroken(plain(cell)), limit=limit, what=msg("the text"), multiline=False)

    return read


def unbroken(text: str) -> str:
    """The text on one line: nothing stands for a line break beside Chinese, a blank between words."""
    return text if text.isprintable() else _BREAK.sub(_joint, text.strip())


def _joint(match: re.Match[str]) -> str:
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return " " if before.isascii() and after.isascii() else ""


def long(limit: int) -> Reader:
    """A text that may have several lines."""
    return lambda cell: clean(plain(cell), limit=limit, what=msg("the text"))


def code(codes: type[C], others: Mapping[str, C]) -> Reader:
    """One of the codes: itself, its label, or another word for it."""
    known = {name: found for found in codes for name in names_of(codes, found)}
    known |= {fold(word): found for word, found in others.items()}

    def read(cell: Cell) -> C:
        text = plain(cell)
        return known.get(fold(text)) or parse_code(codes, text)

    return read


def words(mapping: Mapping[C, str]) -> dict[str, C]:
    """Other words for codes, from a table of them with blanks between."""
    return {word: code for code, listed in mapping.items() for word in listed.split()}


def flag(yes: tuple[str, ...] = (), no: tuple[str, ...] = ()) -> Reader:
    """Yes or no, in the usual words and these."""
    answers = {fold(word): True for word in (*_YES, *yes)} | {fold(word): False for word in (*_NO, *no)}

    def read(cell: Cell) -> bool:
        text = plain(cell)
        if fold(text) not in answers:
            raise InvalidValue(msg('"{value}" is neither yes nor no', value=text), msg("write 是 or 否"))
        return answers[fold(text)]

    return read


def money(cell: Cell) -> int:
    """Fen of an amount in yuan."""
    return parse_money(plain(cell))


def ten_thousands(reader: Reader) -> Reader:
    """The reader of an amount for a column in 万元: a bare number counts ten thousands."""

    def read(cell: Cell) -> Any:
        text = plain(cell).strip()
        return reader(f"{text}万" if re.fullmatch(r"[\d.,，]+", text) else text)

    return read


def percent(cell: Cell) -> int:
    """Basis points. A number below one without its sign is a share, as a spreadsheet keeps 13 %: 0.13."""
    text = plain(cell).strip()
    if re.fullmatch(r"0?\.\d{1,4}", text):
        text = f"{int(text.partition('.')[2].ljust(4, '0')) // 100}.{text.partition('.')[2].ljust(4, '0')[2:]}"
    return parse_percent(text)


def stock(cell: Cell) -> int:
    """Thousandths of a quantity, which may be nothing."""
    return parse_quantity(plain(cell), allow_zero=True)


def moment(context: Context, default: time | None = None) -> Reader:
    """An instant in the past, aware: a date with or without a time of day, a spreadsheet's date or its serial number.

    A date alone is at this time of day, as everywhere, or at the default; today's is not later than now. A day without its
    year is the last such day.
    """
    now = context.clock.local(context.clock.now())
    usual = default or now.time()
    is_workday = context.calendar.is_workday

    def typed(text: str) -> datetime:
        try:
            found = parse_instant(text, now, is_workday, default_time=usual)
        except InvalidValue as error:
            raise InvalidValue(
                msg('"{value}" is not a date', value=text.strip()), msg("write 2026-03-05, 2026/3/5 or 2026年3月5日")
            ) from error
        if found > now and _YEARLESS.match(text):
            found = parse_instant(f"{found.year - 1}年{text.strip()}", now, is_workday, default_time=usual)
        return found

    def read(cell: Cell) -> datetime:
        shown = plain(cell)
        day = _as_date(cell)
        given = typed(shown) if day is None else _on_the_clock(day, usual, now)
        if given > now and given.date() == now.date() and given.time() == usual:
            return now
        if given > now:
            raise InvalidValue(
                msg("{at} lies in the future", at=given.strftime("%Y-%m-%d %H:%M")),
                msg("write when it was"),
                code="future",
            )
        return given

    return read


def _on_the_clock(found: datetime, usual: time, now: datetime) -> datetime:
    """A spreadsheet's moment in the zone of `now`; midnight is what it has where only the day was given."""
    return datetime.combine(found, usual if found.time() == time() else found.time(), now.tzinfo)


def day(context: Context) -> Reader:
    """A day, past or to come: a date in any form, with or without a time of day, or a spreadsheet's serial number."""
    today, is_workday = context.clock.today(), context.calendar.is_workday
    now = context.clock.local(context.clock.now())

    def read(cell: Cell) -> date:
        shown = plain(cell)
        found = _as_date(cell)
        if found is not None:
            return found.date()
        try:
            return parse_date(shown, today, is_workday)
        except InvalidValue:
            pass
        try:
            return parse_instant(shown, now, is_workday, default_time=time()).date()
        except InvalidValue as error:
            raise InvalidValue(
                msg('"{value}" is not a date', value=shown.strip()), msg("write 2026-03-05, 2026/3/5 or 2026年3月5日")
            ) from error

    return read


def _as_date(cell: Cell) -> datetime | None:
    """The moment on the wall clock that a spreadsheet means; None for a text to be read."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    serial = _serial(cell)
    return None if serial is None else _EPOCH + timedelta(seconds=round(serial * 86_400))


def _serial(cell: Cell) -> float | None:
    if isinstance(cell, str) and re.fullmatch(r"\s*\d{5}(?:\.\d+)?\s*", cell):
        cell = float(cell)
    return cell if isinstance(cell, float) and _FIRST_SERIAL <= cell < _LAST_SERIAL else None


def kept(reader: Reader) -> Reader:
    """The reader with its answers kept: a long list has few different dates, industries and owners."""
    answers: dict[tuple[type, Cell], Any] = {}

    def read(cell: Cell) -> Any:
        key = (type(cell), cell)
        if key in answers:
            return answers[key]
        found = reader(cell)
        if len(answers) < _MOST_KEPT and not (isinstance(cell, str) and len(cell) > _LONGEST_KEPT):
            answers[key] = found
        return found

    return read
