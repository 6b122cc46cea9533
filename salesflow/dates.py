"""Dates, times and weeks as people type them, in English and Chinese.

A weekday alone (friday, 周五) is the next such day after today, never today. With this, next or last (本周五, 下周五)
it is that day of this, the next or the last ISO week, Monday to Sunday, in both languages. A month and day without a
year are of this year, except that across the turn of the year the day is meant that is at most 90 days ahead or 31 days
ago: 1月5日 in December is next January's, 12月30日 in January last December's. A day alone (15号) is of this month. One
month after the 31st is the last day of the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from salesflow.errors import InvalidValue
from salesflow.i18n import Message, msg
from salesflow.text import fold

IsWorkday = Callable[[date], bool]

_YEARS: Final = range(1900, 2200)
_NEAR: Final = range(-31, 91)
_ONE_DAY: Final = timedelta(days=1)
_MOST_DAYS: Final = 3660

_DATE_FORMS: Final = msg(
    "write 2026-03-05, 3月15日, today, tomorrow, +3d, +2w, +1m, +3wd (working days), friday, next monday, "
    "明天, 3天后, 下周一 or 月底"
)
_INSTANT_FORMS: Final = msg("write 2026-03-05 14:30, 14:30, yesterday 16:00, 昨天 16:00, 下午3点半 or a date alone")
_DURATION_FORMS: Final = msg("write 3d, 2w, 3, 3天 or 两周")
_WEEK_FORMS: Final = msg("write 2026-W12")

_DAYS: Final = {
    "today": 0, "tomorrow": 1, "yesterday": -1,
    "今天": 0, "明天": 1, "后天": 2, "大后天": 3, "昨天": -1, "前天": -2, "大前天": -3,
    "今日": 0, "明日": 1, "昨日": -1,
}  # fmt: skip
_STEPS: Final = {
    "this": 0, "next": 1, "last": -1,
    "本": 0, "这": 0, "今": 0, "下": 1, "明": 1, "后": 2, "上": -1, "去": -1, "前": -2,
}  # fmt: skip
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_WEEKDAYS: Final = "一二三四五六日"
_NUMERALS: Final = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
# The hours of the day that are called so: three in the afternoon is the one of 3 and 15 that is among them.
_PERIODS: Final = {
    "凌晨": range(6), "清晨": range(4, 9), "早晨": range(5, 12), "早上": range(5, 12), "上午": range(5, 13),
    "中午": range(11, 15), "下午": range(12, 20), "傍晚": range(16, 20), "晚上": range(17, 24),
    "am": range(12), "pm": range(12, 24),
}  # fmt: skip

_N: Final = r"(?:\d{1,4}|[一二三四五六七八九]?十[一二三四五六七八九]?|[〇零一二两三四五六七八九])"
_TIME: Final = (
    rf"(?P<period>{'|'.join(list(_PERIODS)[:-2])})?"
    rf"(?:(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    rf"|(?P<o_clock>{_N})(?:[点时](?P<part>半|一刻|三刻|整|钟|{_N}分?)?|(?= ?[ap]m)))(?: ?(?P<half>am|pm))?"
)


def parse_date(text: str, today: date, is_workday: IsWorkday) -> date:
    """The day that is meant, seen from `today`; `is_workday` serves +3wd and 3个工作日后. The forms: see the module.

    InvalidValue for an unknown form, an impossible day (29 February 2026), and beyond the years 1900 to 2199.
    """
    try:
        found = _find_date(_plain(text), today, is_workday)
    except (ValueError, OverflowError) as error:
        raise _invalid(msg('there is no day "{value}"', value=text), _DATE_FORMS, text) from error
    if found is None:
        raise _invalid(msg('"{value}" is not a date', value=text), _DATE_FORMS, text)
    return found


def parse_instant(text: str, now_local: datetime, is_workday: IsWorkday, *, default_time: time) -> datetime:
    """The moment that is meant, aware, in the zone of `now_local`: a date, a time of day (today), both, or "now".

    A date alone is at `default_time`; 3点 is three at night, 下午3点 and 3pm in the afternoon. Errors as for dates.
    """
    if now_local.tzinfo is None:
        raise ValueError(now_local)
    try:
        found = _find_instant(_plain(text), now_local, is_workday, default_time)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise _invalid(msg('"{value}" is not a point in time', value=text), _INSTANT_FORMS, text)
    return found


def parse_duration_days(text: str) -> int:
    """Calendar days of a duration, 0 to 3660: 3d, 2w, 3, 3天, 两周; InvalidValue for anything else."""
    match = re.fullmatch(rf"(?P<count>{_N}) ?(?P<unit>d|days?|天|日|w|weeks?|个?(?:周|星期|礼拜))?", _plain(text))
    days = _number(match["count"]) * _days_in(match["unit"] or "d") if match else _MOST_DAYS + 1
    if days > _MOST_DAYS:
        raise _invalid(msg('"{value}" is not a number of days or weeks', value=text), _DURATION_FORMS, text)
    return days


def parse_iso_week(text: str) -> tuple[date, date]:
    """Monday and Sunday of an ISO 8601 week such as 2026-W12; InvalidValue for any other text or week."""
    match = re.fullmatch(r"(\d{4})-?w(\d\d?)", _plain(text))
    try:
        if match and int(match[1]) in _YEARS:
            return week_bounds(date.fromisocalendar(int(match[1]), int(match[2]), 1))
    except ValueError:  # no such week in that year
        pass
    raise _invalid(msg('"{value}" is not an ISO week', value=text), _WEEK_FORMS, text)


def iso_week_of(day: date) -> str:
    """The ISO 8601 week of a day: "2026-W12"; its year is the week's, not always the day's."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def week_bounds(day: date) -> tuple[date, date]:
    """Monday and Sunday of the day's ISO week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _plain(text: str) -> str:
    """Of one width and case, and without the white space that may stand beside Chinese characters."""
    return re.sub(r" ?([^\x00-\x7f]) ?", r"\1", fold(text))


def _find_date(typed: str, today: date, is_workday: IsWorkday) -> date | None:
    """The day; None if it has none of the forms; ValueError or OverflowError if there is no such day."""
    if typed in _DAYS:
        return today + timedelta(days=_DAYS[typed])
    for pattern, read in _GRAMMAR:
        match = re.fullmatch(pattern, typed)
        if match:
            found = read(match, today, is_workday)
            if found.year not in _YEARS:
                raise ValueError(found)
            return found
    return None


def _calendar_day(match: re.Match[str], today: date, _: IsWorkday) -> date:
    given = match.groupdict()
    name = given.get("name")
    month = _MONTHS.index(name[:3]) + 1 if name else _number(match["month"])

    def in_year(year: int) -> date:
        if given.get("edge"):
            return _edge(date(year, month, 1), 1, match["edge"])
        return date(year, month, _number(match["day"]))

    if given.get("year"):
        return in_year(_year(match["year"], today))
    neighbour = today.year + (1 if today.month > 6 else -1)
    try:
        across = in_year(neighbour)
    except ValueError:  # 29 February
        return in_year(today.year)
    return across if (across - today).days in _NEAR else in_year(today.year)


def _shifted(match: re.Match[str], today: date, is_workday: IsWorkday) -> date:
    count = _number(match["count"])
    direction = -1 if match.groupdict().get("sign") in ("-", "前", "ago") else 1
    unit = match["unit"].removeprefix("个")
    if unit in ("wd", "working day", "工作日"):
        return _workdays_later(today, count, direction, is_workday)
    if unit in ("m", "month", "月"):
        return months_later(today, direction * count)
    if unit in ("y", "year", "年"):
        return months_later(today, direction * count * 12)
    return today + timedelta(days=direction * count * _days_in(unit))


def _weekday(match: re.Match[str], today: date, _: IsWorkday) -> date:
    name = match["name"].replace("天", "日")
    index = _CHINESE_WEEKDAYS.index(name) if name in _CHINESE_WEEKDAYS else _WEEKDAYS.index(name[:3])
    if match["step"]:
        return week_bounds(today)[0] + timedelta(days=7 * _steps(match["step"]) + index)
    return today + timedelta(days=(index - today.weekday() - 1) % 7 + 1)


def _in_month(match: re.Match[str], today: date, _: IsWorkday) -> date:
    first = months_later(today.replace(day=1), _steps(match["step"]))
    day = match.groupdict().get("day")
    return first.replace(day=_number(day)) if day else _edge(first, 1, match["edge"])


def _in_year(match: re.Match[str], today: date, _: IsWorkday) -> date:
    return _edge(date(_year(match["year"] or "今", today), 1, 1), 12, match["edge"])


_EDGE: Final = "(?P<edge>[初底末])"
_ENGLISH_EDGE: Final = "(?:the )?(?P<edge>start|end) of"
_CHINESE_YEAR: Final = r"(?P<year>\d{4}|[〇零一二三四五六七八九]{4}|[前去今明后])年"
_WEEKDAY_NAME: Final = (
    r"(?P<name>mon(day)?|tue(s(day)?)?|wed(nesday)?|thu(r(s(day)?)?)?|fri(day)?|sat(urday)?|sun(day)?)"
)
_MONTH_NAME: Final = (
    r"(?P<name>jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?)"
)
# The first that matches whole is read; they are compiled when first tried.
_GRAMMAR: Final[tuple[tuple[str, Callable[[re.Match[str], date, IsWorkday], date]], ...]] = (
    (r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})", _calendar_day),
    (r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", _calendar_day),
    (r"(?P<sign>[+-])(?P<count>\d{1,4})(?P<unit>wd|[dwmy])", _shifted),
    (rf"(?P<count>{_N})(?P<unit>天|日|年|个月|个?(?:周|星期|礼拜|工作日))[以之]?(?P<sign>[前后])", _shifted),
    (rf"(?:(?P<step>上+|下+|本|这)个?)?(?:周|星期|礼拜)(?P<name>[{_CHINESE_WEEKDAYS}天])", _weekday),
    (rf"(?:{_CHINESE_YEAR})?(?P<month>{_N})月(?:(?P<day>{_N})[日号]?|{_EDGE})", _calendar_day),
    (rf"(?:(?P<step>this|next|last) )?{_WEEKDAY_NAME}", _weekday),
    (rf"(?:(?P<step>上+|下+|本|这)个?)?月{_EDGE}", _in_month),
    (rf"(?:(?P<step>上+|下+|本|这)个?月)?(?P<day>{_N})[日号]", _in_month),
    (rf"(?:{_CHINESE_YEAR}年?|年){_EDGE}", _in_year),
    (rf"{_ENGLISH_EDGE}(?: the| (?P<step>this|next|last))? month", _in_month),
    (rf"{_ENGLISH_EDGE}(?: the| (?P<year>this|next|last))? year", _in_year),
    (rf"{_MONTH_NAME} (?P<day>\d{{1,2}})(?:,? (?P<year>\d{{4}}))?", _calendar_day),
    (rf"(?P<day>\d{{1,2}}) {_MONTH_NAME}(?: (?P<year>\d{{4}}))?", _calendar_day),
    (r"in (?P<count>\d{1,4}) (?P<unit>day|week|month|year|working day)s?", _shifted),
    (r"(?P<count>\d{1,4}) (?P<unit>day|week|month|year|working day)s? (?P<sign>ago)", _shifted),
)


def _find_instant(typed: str, now: datetime, is_workday: IsWorkday, default_time: time) -> datetime | None:
    if typed in ("now", "现在"):
        return now.replace(microsecond=0)
    if re.fullmatch(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(:\d\d(\.\d+)?)?(z|[+-]\d\d:?\d\d)?", typed):
        moment = datetime.fromisoformat(typed.upper())
        moment = moment.replace(tzinfo=now.tzinfo) if moment.tzinfo is None else moment.astimezone(now.tzinfo)
        return moment.replace(microsecond=0) if moment.year in _YEARS else None
    day = _find_date(typed, now.date(), is_workday)
    if day:
        return datetime.combine(day, default_time, now.tzinfo)
    # 周二十点 is Tuesday at ten: every place where the time may begin is tried
    for start in range(len(typed)):
        match = re.fullmatch(_TIME, typed[start:])
        day = _day_before_time(typed[:start], typed[start], now.date(), is_workday) if match else None
        if match and day:
            return datetime.combine(day, _time_of_day(match), now.tzinfo)
    return None


def _day_before_time(typed: str, following: str, today: date, is_workday: IsWorkday) -> date | None:
    if not typed:
        return today
    if typed[-1] != " " and typed[-1].isascii() and following.isascii():
        return None  # 2026-03-0514:30
    return _find_date(typed.strip().removesuffix(" at"), today, is_workday)


def _time_of_day(match: re.Match[str]) -> time:
    hour = _number(match["hour"] or match["o_clock"])
    period = match["period"] or match["half"]
    if period:
        alike = {hour, 0 if hour == 12 else hour, hour + 12 if 0 < hour < 12 else hour}
        (hour,) = alike.intersection(_PERIODS[period])  # ValueError if it is not called so
    part = (match["part"] or "").rstrip("整钟分")
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(part) or _number(part or match["minute"] or "0")
    return time(hour, minute, int(match["second"] or 0))


def _edge(first: date, months: int, edge: str) -> date:
    return first if edge in ("初", "start") else months_later(first, months) - _ONE_DAY


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    from dateutil.relativedelta import relativedelta

    later: date = day + relativedelta(months=months)
    return later


def _workdays_later(day: date, count: int, direction: int, is_workday: IsWorkday) -> date:
    while count:
        day += direction * _ONE_DAY
        count -= is_workday(day)
    return day


def _days_in(unit: str) -> int:
    return 7 if unit.removeprefix("个")[0] in "w周星礼" else 1


def _steps(words: str | None) -> int:
    """How far from this one: next is 1, 上上 is -2."""
    return _STEPS[words] if words in _STEPS else sum(_STEPS[word] for word in words or "")


def _year(text: str, today: date) -> int:
    if text in _STEPS:
        return today.year + _STEPS[text]
    return int("".join(str(_NUMERALS.get(digit, digit)) for digit in text))


def _number(text: str) -> int:
    """A number in digits or in Chinese numerals below a hundred, well-formed."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + _NUMERALS.get(ones, 0)


def _invalid(message: Message, forms: Message, value: str) -> InvalidValue:
    return InvalidValue(message, forms, details={"value": value})
