"""Which week, and whose."""

from __future__ import annotations

from datetime import date

import pytest

from salesflow.clock import fixed_clock
from salesflow.enums import Role, Scope
from salesflow.errors import InvalidValue, NotFound, UsageError
from salesflow.queries import period
from salesflow.services import staff
from tests import deals
from tests.conftest import Office, moment


def week(
    office: Office, now: str, name: str | None = None, *, zone: str = "Asia/Shanghai", last: bool = False
) -> period.Period:
    context = office.context(now=now)
    context.clock = fixed_clock(moment(now), zone)
    try:
        return period.week(context, name, last=last)
    finally:
        context.close()


def test_the_running_week_goes_on_until_now(office: Office) -> None:
    assert week(office, "2026-03-04 09:30:15") == period.Period(
        "2026-W10",
        date(2026, 3, 2),
        date(2026, 3, 8),
        "2026-03-01 16:00:00",
        "2026-03-04 01:30:16",
        "2026-03-04 01:30:15",
        date(2026, 3, 3),
        running=True,
    )


def test_a_week_that_is_over_ends_on_sunday_at_24_00(office: Office) -> None:
    ended = period.Period(
        "2026-W10",
        date(2026, 3, 2),
        date(2026, 3, 8),
        "2026-03-01 16:00:00",
        "2026-03-08 16:00:00",
        "2026-03-08 16:00:00",
        date(2026, 3, 8),
        running=False,
    )
    assert week(office, "2026-03-12 10:00", "2026-W10") == ended
    assert week(office, "2026-03-12 10:00", last=True) == ended
    assert week(office, "2026-03-09 00:00", "2026-W10") == ended
    assert week(office, "2026-03-08 23:59:59", "2026-W10").running


@pytest.mark.parametrize(
    ("now", "name", "first", "last"),
    [
        ("2027-01-02 10:00", "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2025-01-01 10:00", "2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        ("2024-12-30 00:00", "2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        ("2021-01-03 23:59", "2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
    ],
)
def test_weeks_across_the_turn_of_a_year(office: Office, now: str, name: str, first: date, last: date) -> None:
    found = week(office, now)
    assert (found.name, found.first, found.last) == (name, first, last)
    assert week(office, now, name) == found


def test_the_last_week_of_a_year_with_53(office: Office) -> None:
    assert week(office, "2027-01-04 08:00", last=True).name == "2026-W53"
    with pytest.raises(InvalidValue, match="not an ISO week"):
        week(office, "2026-03-04 09:30", "2025-W53")


def test_a_week_with_another_number_of_hours(office: Office) -> None:
    """In Berlin the clocks go forward in the night to Sunday 2026-03-29, and back in October."""
    spring = week(office, "2026-05-01 10:00", "2026-W13", zone="Europe/Berlin")
    assert (spring.start, spring.end) == ("2026-03-22 23:00:00", "2026-03-29 22:00:00")
    autumn = week(office, "2026-12-01 10:00", "2026-W43", zone="Europe/Berlin")
    assert (autumn.start, autumn.end) == ("2026-10-18 22:00:00", "2026-10-25 23:00:00")


def test_a_week_in_the_future_is_refused(office: Office) -> None:
    with pytest.raises(InvalidValue) as refused:
        week(office, "2026-03-08 23:59:59", "2026-W11")
    assert str(refused.value) == "the week 2026-W11 begins on 2026-03-09"
    assert str(refused.value.hint) == "a report looks back: name a week that has begun, such as 2026-W10"
    assert week(office, "2026-03-09 00:00:00", "2026-W11").running


def test_two_weeks_at_once_are_refused(office: Office) -> None:
    with pytest.raises(UsageError, match="name two weeks"):
        week(office, "2026-03-04 10:00", "2026-W09", last=True)


def people(office: Office, user: str, **asked: object) -> period.People:
    context = office.context(user=user)
    try:
        return period.people(context, **asked)  # type: ignore[arg-type]  # the tests say what they ask
    finally:
        context.close()


@pytest.mark.parametrize("user", ["zhang.wei", "wang.fang", "liu.yang", "sun.li"])
def test_who_does_not_sell_sees_everything(office: Office, user: str) -> None:
    assert people(office, user) == period.People(Scope.ALL)


@pytest.mark.parametrize("user", ["li.na", "zhao.lei"])
def test_who_sells_sees_their_own(office: Office, user: str) -> None:
    found = people(office, user)
    assert (found.scope, found.logins) == (Scope.OWNER, (user,))
    assert people(office, user, everybody=True) == period.People(Scope.ALL)


def test_a_manager_who_sells_sees_everything(office: Office) -> None:
    deals.hire(office, "qian.ming", Role.REP, Role.MANAGER)
    assert people(office, "qian.ming") == period.People(Scope.ALL)


def test_of_one_person_who_may_have_left(office: Office) -> None:
    deals.dismiss(office, "chen.jie")
    assert people(office, "zhang.wei", owner="chen.jie").logins == ("chen.jie",)
    with pytest.raises(NotFound, match=r"no active staff member chen\.ji"):
        people(office, "zhang.wei", owner="chen.ji")


def test_a_team_is_all_below(office: Office) -> None:
    with office.context(user="wang.fang").transaction() as work:
        staff.add(work, staff.NewStaff("wu.xia", "吴霞", manager="zhang.wei"))
        staff.add(work, staff.NewStaff("he.yu", "何雨", manager="wu.xia"))
    assert people(office, "wang.fang", team="zhang.wei").logins == ("zhang.wei", "wu.xia", "he.yu")
    assert len(people(office, "li.na", team="wang.fang").logins) == 9
    assert people(office, "li.na", team="li.na").logins == ("li.na",)


def test_only_one_of_them_at_a_time(office: Office) -> None:
    with pytest.raises(UsageError, match="exclude one another"):
        people(office, "zhang.wei", owner="li.na", everybody=True)
