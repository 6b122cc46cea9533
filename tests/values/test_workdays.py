"""Working days against the State Council's notices for 2025 and 2026, estimated years and a company's own days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays

from salesflow.workdays import Calendar, _general_workdays
from salesflow.workdays_table import TABLE

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOSE = time(18)
OFFICIAL = Calendar()


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 3)),  # New Year
        (date(2026, 2, 15), date(2026, 2, 23)),  # Spring Festival
        (date(2026, 4, 4), date(2026, 4, 6)),  # Qingming
        (date(2026, 5, 1), date(2026, 5, 5)),  # Labour Day
        (date(2026, 6, 19), date(2026, 6, 21)),  # Dragon Boat
        (date(2026, 9, 25), date(2026, 9, 27)),  # Mid-Autumn
        (date(2026, 10, 1), date(2026, 10, 7)),  # National Day
        (date(2025, 1, 28), date(2025, 2, 4)),  # Spring Festival
        (date(2025, 5, 1), date(2025, 5, 5)),
        (date(2025, 10, 1), date(2025, 10, 8)),  # National Day and Mid-Autumn
    ],
)
def test_official_holidays(first: date, last: date) -> None:
    assert [day for day in days(first, last) if OFFICIAL.is_workday(day)] == []


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
    ],
)
def test_make_up_days_at_weekends_are_working_days(day: date) -> None:
    assert day.weekday() >= 5
    assert OFFICIAL.is_workday(day)
    assert not OFFICIAL.is_estimated(day)


@pytest.mark.parametrize("day", [date(2026, 2, 13), date(2026, 2, 24), date(2026, 9, 30), date(2026, 10, 8)])
def test_the_days_around_a_holiday_are_working_days(day: date) -> None:
    assert OFFICIAL.is_workday(day)


def test_the_table_has_every_year_that_the_library_knows() -> None:
    assert list(TABLE) == sorted({day.year for day in holidays})


def test_a_year_that_only_a_newer_library_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [OFFICIAL.is_workday(day) for day in days(date(2026, 1, 1), date(2026, 12, 31))]
    monkeypatch.delitem(TABLE, 2026)
    _general_workdays.cache_clear()
    later = Calendar()
    assert [later.is_workday(day) for day in days(date(2026, 1, 1), date(2026, 12, 31))] == known
    assert not later.is_estimated(date(2026, 3, 2))
    _general_workdays.cache_clear()


@pytest.mark.parametrize("year", list(TABLE))
def test_every_day_of_a_known_year_is_as_the_library_has_it(year: int) -> None:
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        assert OFFICIAL.is_workday(day) is chinese_calendar.is_workday(day), day
        assert not OFFICIAL.is_estimated(day)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2040, 1, 1), False),  # Sunday and New Year
        (date(2040, 1, 2), True),
        (date(2040, 5, 1), False),  # Tuesday
        (date(2040, 5, 2), False),
        (date(2040, 5, 3), True),
        (date(2040, 9, 29), False),  # Saturday: no make-up days are known
        (date(2040, 10, 1), False),  # Monday
        (date(2040, 10, 2), False),
        (date(2040, 10, 3), False),
        (date(2040, 10, 4), True),
        (date(1999, 10, 1), False),  # Friday
        (date(1999, 10, 4), True),
    ],
)
def test_other_years_have_weekends_and_fixed_holidays_and_are_estimated(day: date, works: bool) -> None:
    assert OFFICIAL.is_workday(day) is works
    assert OFFICIAL.is_estimated(day)


def test_a_companys_own_days_go_before_the_official_ones() -> None:
    own = Calendar(
        holidays=frozenset([date(2026, 3, 9), date(2026, 2, 14), date(2026, 3, 13)]),
        workdays=frozenset([date(2026, 3, 7), date(2026, 10, 1), date(2026, 3, 13)]),
    )
    assert not own.is_workday(date(2026, 3, 9))
    assert not own.is_workday(date(2026, 2, 14))
    assert own.is_workday(date(2026, 3, 7))
    assert own.is_workday(date(2026, 10, 1))
    assert own.is_workday(date(2026, 3, 13)), "named as both: a working day"
    assert OFFICIAL.is_workday(date(2026, 3, 9)), "another calendar is not touched"


def test_a_day_that_the_company_has_named_is_not_estimated() -> None:
    own = Calendar(holidays=frozenset([date(2040, 2, 13)]), workdays=frozenset([date(2040, 2, 11)]))
    assert not own.is_estimated(date(2040, 2, 13))
    assert not own.is_estimated(date(2040, 2, 11))
    assert own.is_estimated(date(2040, 2, 14))


def test_calendars_with_the_same_days_are_equal() -> None:
    used = Calendar(frozenset([date(2026, 3, 9)]))
    used.is_workday(date(2026, 3, 9))
    assert used == Calendar(frozenset([date(2026, 3, 9)]))
    assert hash(used) == hash(Calendar(frozenset([date(2026, 3, 9)])))
    assert used != OFFICIAL


@pytest.mark.parametrize(
    ("day", "following", "preceding"),
    [
        (date(2026, 3, 5), date(2026, 3, 5), date(2026, 3, 5)),
        (date(2026, 3, 7), date(2026, 3, 9), date(2026, 3, 6)),
        (date(2026, 2, 14), date(2026, 2, 14), date(2026, 2, 14)),
        (date(2026, 2, 15), date(2026, 2, 24), date(2026, 2, 14)),
        (date(2026, 2, 23), date(2026, 2, 24), date(2026, 2, 14)),
        (date(2026, 10, 3), date(2026, 10, 8), date(2026, 9, 30)),
        (date(2026, 1, 1), date(2026, 1, 4), date(2025, 12, 31)),
    ],
)
def test_rolling_to_a_working_day(day: date, following: date, preceding: date) -> None:
    assert OFFICIAL.following(day) == following
    assert OFFICIAL.preceding(day) == preceding


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 3, 5), 1, date(2026, 3, 6)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 0, date(2026, 3, 7)),
        (date(2026, 3, 5), 3, date(2026, 3, 10)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 27), 1, date(2026, 2, 28)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # Thursday 8, Friday 9, Saturday 10
        (date(2025, 12, 31), 1, date(2026, 1, 4)),
        (date(2025, 12, 31), 248, date(2026, 12, 31)),  # 2026 has 248 working days
        (date(2026, 3, 5), -1, date(2026, 3, 4)),
        (date(2026, 3, 9), -1, date(2026, 3, 6)),
        (date(2026, 3, 8), -1, date(2026, 3, 6)),
        (date(2026, 3, 5), -4, date(2026, 2, 28)),
        (date(2026, 1, 4), -1, date(2025, 12, 31)),
        (date(2039, 12, 30), 1, date(2040, 1, 2)),
    ],
)
def test_adding_working_days(day: date, count: int, expected: date) -> None:
    assert OFFICIAL.add_workdays(day, count) == expected


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2026, 3, 5), date(2026, 3, 5), 0),
        (date(2026, 3, 5), date(2026, 3, 6), 1),
        (date(2026, 3, 6), date(2026, 3, 8), 0),
        (date(2026, 3, 6), date(2026, 3, 9), 1),
        (date(2026, 2, 13), date(2026, 2, 24), 2),
        (date(2026, 2, 14), date(2026, 2, 23), 0),
        (date(2025, 12, 31), date(2026, 12, 31), 248),
        (date(2024, 12, 31), date(2026, 12, 31), 496),
        (date(2026, 3, 9), date(2026, 3, 6), -1),
    ],
)
def test_counting_working_days(start: date, end: date, count: int) -> None:
    assert OFFICIAL.workdays_between(start, end) == count


@pytest.mark.parametrize(
    ("event", "count", "deadline"),
    [
        (datetime(2026, 3, 6, 9, 0, tzinfo=SHANGHAI), 1, datetime(2026, 3, 9, 18, tzinfo=SHANGHAI)),  # Friday
        (datetime(2026, 3, 6, 23, 59, tzinfo=SHANGHAI), 1, datetime(2026, 3, 9, 18, tzinfo=SHANGHAI)),
        (datetime(2026, 3, 7, 0, 0, tzinfo=SHANGHAI), 1, datetime(2026, 3, 9, 18, tzinfo=SHANGHAI)),  # Saturday
        (datetime(2026, 3, 8, 20, 0, tzinfo=SHANGHAI), 1, datetime(2026, 3, 9, 18, tzinfo=SHANGHAI)),
        (datetime(2026, 3, 9, 0, 0, tzinfo=SHANGHAI), 1, datetime(2026, 3, 10, 18, tzinfo=SHANGHAI)),
        (datetime(2026, 2, 13, 10, 0, tzinfo=SHANGHAI), 1, datetime(2026, 2, 14, 18, tzinfo=SHANGHAI)),  # make-up day
        (datetime(2026, 2, 14, 10, 0, tzinfo=SHANGHAI), 1, datetime(2026, 2, 24, 18, tzinfo=SHANGHAI)),
        (datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI), 2, datetime(2026, 10, 9, 18, tzinfo=SHANGHAI)),
    ],
)
def test_a_deadline_in_working_days_ends_at_the_close_of_business(
    event: datetime, count: int, deadline: datetime
) -> None:
    assert OFFICIAL.end_of_workdays(event, count, CLOSE) == deadline


def test_a_deadline_has_the_events_zone_and_the_given_hour() -> None:
    event = datetime(2026, 3, 6, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert OFFICIAL.end_of_workdays(event, 1, time(17, 30)).isoformat() == "2026-03-09T17:30:00+01:00"


def test_a_naive_event_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="2026-03-06"):
        OFFICIAL.end_of_workdays(datetime(2026, 3, 6, 9, 0), 1, CLOSE)  # noqa: DTZ001 - that it is refused is the test


def test_a_datetime_counts_as_its_day() -> None:
    assert not OFFICIAL.is_workday(datetime(2026, 3, 7, 9, 0, tzinfo=SHANGHAI))
    assert OFFICIAL.is_workday(datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI))
