"""Working days: the official Chinese calendar with its make-up days (调休), and a company's own days on top of it.

Beyond the years that the official calendar knows, weekends and the statutory holidays with a fixed date are used, and
such a day is called estimated.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time
from functools import cache, cached_property
from typing import Final

from salesflow.struct import Struct
from salesflow.workdays_table import TABLE

_FIXED_HOLIDAYS: Final = frozenset([(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)])


class _Year(Struct):
    """A year's working days as ordinals, in order and for looking up."""

    ordered: list[int]
    known: frozenset[int]


class Calendar(Struct):
    """A company's working days: its own `holidays` and `workdays` go before the official ones, and `workdays` first."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    @cached_property
    def _years(self) -> dict[int, _Year]:
        """Those that were asked for."""
        return {}

    def is_workday(self, day: date) -> bool:
        return day.toordinal() in self._year(day.year).known

    def is_estimated(self, day: date) -> bool:
        """Neither the official calendar knows the day's year nor does the company's own name the day."""
        return day not in self.holidays and day not in self.workdays and not _is_official(day.year)

    def following(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def preceding(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def add_workdays(self, day: date, count: int) -> date:
        """The count-th working day after the day, or before it if negative; the day itself for 0."""
        if count == 0:
            return day
        year = day.year
        ordered = self._year(year).ordered
        if count > 0:
            index = bisect_right(ordered, day.toordinal()) + count - 1
            while index >= len(ordered):
                index -= len(ordered)
                year += 1
                ordered = self._year(year).ordered
        else:
            index = bisect_left(ordered, day.toordinal()) + count
            while index < 0:
                year -= 1
                ordered = self._year(year).ordered
                index += len(ordered)
        return date.fromordinal(ordered[index])

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days there are after the start, up to and with the end; negative if the end is earlier."""
        if end < start:
            return -self.workdays_between(end, start)
        whole_years = sum(len(self._year(year).ordered) for year in range(start.year, end.year))
        return whole_years + self._worked_by(end) - self._worked_by(start)

    def end_of_workdays(self, event: datetime, count: int, close: time) -> datetime:
        """When a deadline of so many working days ends: close of business on the count-th one after the event's day.

        Whatever the hour of the event, which is local and aware, as is the result. Source: process-toolkit.
        """
        if event.tzinfo is None:
            raise ValueError(event)
        return datetime.combine(self.add_workdays(event.date(), count), close, event.tzinfo)

    def _worked_by(self, day: date) -> int:
        """Working days of the day's year up to and with the day."""
        return bisect_right(self._year(day.year).ordered, day.toordinal())

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            own = {day.toordinal() for day in self.workdays if day.year == year}
            off = {day.toordinal() for day in self.holidays}
            working = (_general_workdays(year) - off) | own
            found = self._years[year] = _Year(sorted(working), frozenset(working))
        return found


@cache
def _general_workdays(year: int) -> frozenset[int]:
    """Ordinals of the year's official working days, or of the estimated ones."""
    first, after = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1
    weekdays = {ordinal for ordinal in range(first, after) if (ordinal - 1) % 7 < 5}
    if year in TABLE:
        off, on = ({date(year, int(day[:2]), int(day[2:])).toordinal() for day in days.split()} for days in TABLE[year])
        return frozenset(weekdays - off | on)
    if _is_official(year):
        from chinese_calendar.constants import holidays, workdays

        days = [date.fromordinal(ordinal) for ordinal in range(first, after)]
        return frozenset(d.toordinal() for d in days if d in workdays or (d.weekday() < 5 and d not in holidays))
    return frozenset(weekdays - {date(year, month, day).toordinal() for month, day in _FIXED_HOLIDAYS})


def _is_official(year: int) -> bool:
    return year in TABLE or year in _official_years()


@cache
def _official_years() -> range:
    """The years that the library knows: announced each November for the next one, so it may know more than the table."""
    from chinese_calendar.constants import holidays

    return range(min(holidays).year, max(holidays).year + 1)
