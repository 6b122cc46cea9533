"""Instants are UTC and of whole seconds; the business date is the configured zone's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from salesflow.clock import Clock, fixed_clock, from_db, system_clock, to_db, zone
from salesflow.errors import InvalidValue

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_now_is_utc_and_cut_to_whole_seconds() -> None:
    local = datetime(2026, 3, 5, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
    now = Clock(lambda: local, SHANGHAI).now()
    assert now == datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC)
    assert now.tzinfo is UTC


@pytest.mark.parametrize(
    ("instant", "zone_name", "today"),
    [
        (datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC), "Asia/Shanghai", date(2026, 3, 5)),
        (datetime(2026, 3, 5, 16, 0, 0, tzinfo=UTC), "Asia/Shanghai", date(2026, 3, 6)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), "Asia/Shanghai", date(2027, 1, 1)),
        (datetime(2026, 3, 5, 4, 59, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 4)),
        (datetime(2026, 3, 5, 16, 0, 0, tzinfo=UTC), "UTC", date(2026, 3, 5)),
    ],
)
def test_today_is_the_date_in_the_zone(instant: datetime, zone_name: str, today: date) -> None:
    assert fixed_clock(instant, zone_name).today() == today


def test_local_shows_an_instant_in_the_zone() -> None:
    clock = fixed_clock(datetime(2026, 3, 5, tzinfo=UTC), "Asia/Shanghai")
    local = clock.local(datetime(2026, 3, 5, 6, 30, tzinfo=UTC))
    assert local.isoformat() == "2026-03-05T14:30:00+08:00"


def test_a_fixed_clock_stands_still() -> None:
    clock = fixed_clock(datetime(2026, 3, 5, 14, 30, 15, 5, tzinfo=timezone(timedelta(hours=8))), "Asia/Shanghai")
    assert clock.now() == clock.now() == datetime(2026, 3, 5, 6, 30, 15, tzinfo=UTC)


def test_the_system_clock_runs() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    now = system_clock("Asia/Shanghai").now()
    assert before <= now <= datetime.now(UTC)


def test_a_clock_cannot_be_changed() -> None:
    clock = fixed_clock(datetime(2026, 3, 5, tzinfo=UTC), "UTC")
    with pytest.raises(AttributeError):
        clock.zone = SHANGHAI  # type: ignore[misc]  # that it is refused is the test


def test_naive_times_are_a_mistake_of_the_program() -> None:
    naive = datetime(2026, 3, 5, 14, 30)  # noqa: DTZ001 - that it is refused is the test
    with pytest.raises(ValueError, match="2026-03-05"):
        fixed_clock(naive, "UTC")
    with pytest.raises(ValueError, match="2026-03-05"):
        to_db(naive)
    with pytest.raises(ValueError, match="2026-03-05"):
        fixed_clock(datetime(2026, 3, 5, tzinfo=UTC), "UTC").local(naive)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Asia",
        "Mars/Olympus",
        "../etc/passwd",
        "/etc/passwd",
        "北京",
        "Asia/Shanghai ",
        "x\0y",
        "a" * 300,
        "\udc80",
    ],
)
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        zone(name)
    assert str(refused.value) == f'there is no time zone "{name}"'
    assert "Asia/Shanghai" in str(refused.value.hint)
    assert refused.value.details == {"value": name}


def test_known_zones() -> None:
    for year in range(1992, 2100):
        moment = datetime(year, 7, 1, 12)  # noqa: DTZ001 - a wall clock's time, put into either zone below
        assert moment.replace(tzinfo=zone("Asia/Shanghai")).utcoffset() == moment.replace(tzinfo=SHANGHAI).utcoffset()
    assert str(zone("Asia/Shanghai")) == "Asia/Shanghai"
    assert zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert zone("UTC").utcoffset(datetime(2026, 3, 5, tzinfo=UTC)) == timedelta(0)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 3, 5, 14, 30, 15, tzinfo=SHANGHAI), "2026-03-05 06:30:15"),
        (datetime(2026, 1, 1, 7, 59, 59, 999_999, tzinfo=SHANGHAI), "2025-12-31 23:59:59"),
        (datetime(2024, 2, 29, 0, 0, 0, tzinfo=UTC), "2024-02-29 00:00:00"),
        (datetime(987, 6, 5, 4, 3, 2, tzinfo=UTC), "0987-06-05 04:03:02"),
    ],
)
def test_the_database_form(instant: datetime, text: str) -> None:
    assert to_db(instant) == text
    assert from_db(text) == instant.replace(microsecond=0)
    assert from_db(text).tzinfo is UTC


@pytest.mark.parametrize("fraction", [".0", ".9", ".000000", ".123456", ".999999999"])
def test_a_fraction_is_cut_off_when_reading(fraction: str) -> None:
    assert from_db("2026-03-05 06:30:15" + fraction) == datetime(2026, 3, 5, 6, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-05",
        "2026-03-05T06:30:00",
        "2026-03-05 06:30",
        "2026-03-05 06:30:00Z",
        "2026-03-05 06:30:00+08:00",
        "2026-03-05 06:30:00.",
        "2026-02-30 06:30:00",
        "2026-03-05 24:00:00",
        " 2026-03-05 06:30:00",
        "2026-03-05 06:30:00\n",
        "２０２６-03-05 06:30:00",
    ],
)
def test_other_texts_are_no_stored_instants(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not a stored point in time"):
        from_db(text)
