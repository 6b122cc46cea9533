"""What holds for every amount, text and day."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given, reject
from hypothesis import strategies as st
from wcwidth import wcswidth

from salesflow.clock import fixed_clock, from_db, to_db
from salesflow.dates import iso_week_of, parse_date, parse_duration_days, parse_instant, parse_iso_week, week_bounds
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.money import (
    add_tax,
    display_money,
    display_percent,
    format_money,
    format_percent,
    format_quantity,
    half_up,
    parse_money,
    parse_percent,
    parse_quantity,
    split_tax,
)
from salesflow.text import clean, fold, normalised_name, pad, printable, shorten, width
from salesflow.workdays import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(frozenset([date(2026, 3, 9), date(2030, 6, 3)]), frozenset([date(2026, 3, 7), date(2030, 6, 1)]))
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BUSINESS = "杭州科技（集团）有限公司,.-—…“”ABCxyz 019①★✓￥\u3000é\u0301ｱ한👍👨👩👧\u200d\ufe0f❤🇨🇳🏽1\u20e3"

fen = st.integers(-(10**15) + 1, 10**15 - 1)
rates = st.integers(0, 10_000)
days = st.dates(date(2003, 1, 1), date(2035, 12, 31))
instants = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
business_text = st.text(BUSINESS)
any_text = st.text(st.characters(exclude_categories=[]))


@given(fen)
def test_amounts_come_back_from_both_their_texts(amount: int) -> None:
    assert parse_money(display_money(amount), allow_negative=True) == amount
    assert parse_money(format_money(amount), allow_negative=True) == amount
    assert Decimal(format_money(amount)) == Decimal(amount) / 100


@given(st.integers(0, 10**11), st.sampled_from([("", 1), ("万", 10**4), ("亿", 10**8)]), st.integers(0, 10))
def test_amounts_are_exact_or_refused(digits: int, unit: tuple[str, int], decimals: int) -> None:
    text = f"{digits // 10**decimals}.{digits % 10**decimals:0{decimals}d}" if decimals else str(digits)
    exact = Fraction(digits, 10**decimals) * unit[1] * 100
    try:
        assert parse_money(text + unit[0]) == exact
    except InvalidValue:
        assert decimals > len(str(unit[1])) + 1 or exact >= 10**15


@given(rates)
def test_percentages_come_back_from_both_their_texts(points: int) -> None:
    assert parse_percent(display_percent(points)) == points
    assert parse_percent(format_percent(points)) == points


@given(st.integers(1, 10**12 - 1))
def test_quantities_come_back_from_their_text(thousandths: int) -> None:
    assert parse_quantity(format_quantity(thousandths)) == thousandths
    assert Decimal(format_quantity(thousandths)) == Decimal(thousandths) / 1000


@given(st.integers(), st.integers().filter(bool))
def test_half_up_is_the_nearest_integer_and_away_from_zero_in_the_middle(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = half_up(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@given(st.integers(-(10**12), 10**12), st.integers(0, 5))
def test_half_up_rounds_as_decimal_does(number: int, places: int) -> None:
    expected = Decimal(number).scaleb(-places).quantize(Decimal(1), ROUND_HALF_UP)
    assert half_up(number, 10**places) == expected


@given(fen, rates)
def test_tax_and_net_are_the_gross(amount: int, rate: int) -> None:
    net, tax = split_tax(amount, rate)
    assert net + tax == amount
    assert abs(tax - Fraction(amount * rate, 10_000 + rate)) <= Fraction(1, 2)
    gross, added = add_tax(amount, rate)
    assert gross - added == amount
    assert abs(added - Fraction(amount * rate, 10_000)) <= Fraction(1, 2)


@given(fen, rates)
def test_tax_of_a_credit_is_that_of_the_charge_with_the_other_sign(amount: int, rate: int) -> None:
    net, tax = split_tax(amount, rate)
    assert split_tax(-amount, rate) == (-net, -tax)


@given(instants)
def test_instants_come_back_from_the_database(instant: datetime) -> None:
    whole = instant.replace(microsecond=0)
    assert from_db(to_db(instant)) == whole
    assert fixed_clock(instant, "Asia/Shanghai").now() == whole


@given(st.lists(instants, min_size=2))
def test_stored_instants_sort_as_time_does(moments: list[datetime]) -> None:
    assert [to_db(moment) for moment in sorted(moments)] == sorted(to_db(moment) for moment in moments)


@given(days, days)
def test_every_day_comes_back_from_its_iso_and_chinese_forms(day: date, today: date) -> None:
    for text in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    ):
        assert parse_date(text, today, CALENDAR.is_workday) == day


@given(days, st.integers(0, 500))
def test_shifts_are_plain_arithmetic(today: date, count: int) -> None:
    assert parse_date(f"+{count}d", today, CALENDAR.is_workday) == today + timedelta(days=count)
    assert parse_date(f"{count}天前", today, CALENDAR.is_workday) == today - timedelta(days=count)
    assert parse_date(f"+{count}w", today, CALENDAR.is_workday) == today + timedelta(weeks=count)
    assert parse_duration_days(f"{count}周") == 7 * count


@given(days, st.integers(0, 60))
def test_working_days_are_the_calendars(today: date, count: int) -> None:
    assert parse_date(f"+{count}wd", today, CALENDAR.is_workday) == CALENDAR.add_workdays(today, count)
    assert parse_date(f"{count}个工作日前", today, CALENDAR.is_workday) == CALENDAR.add_workdays(today, -count)


@given(days, st.integers(0, 120))
def test_months_keep_the_day_or_end_the_month(today: date, count: int) -> None:
    later = parse_date(f"+{count}m", today, CALENDAR.is_workday)
    assert (later.year * 12 + later.month) - (today.year * 12 + today.month) == count
    assert later.day == today.day or (later.day < today.day and (later + timedelta(days=1)).day == 1)


@given(days, st.integers(0, 6))
def test_weekdays_mean_the_same_in_both_languages(today: date, weekday: int) -> None:
    english, chinese = WEEKDAYS[weekday], "一二三四五六日"[weekday]
    for before, prefix in (("", "周"), ("this ", "本周"), ("next ", "下星期"), ("last ", "上个礼拜")):
        found = parse_date(before + english, today, CALENDAR.is_workday)
        assert found == parse_date(prefix + chinese, today, CALENDAR.is_workday)
        assert found.weekday() == weekday
    assert 1 <= (parse_date(english, today, CALENDAR.is_workday) - today).days <= 7


@given(days)
def test_weeks_contain_their_days(day: date) -> None:
    monday, sunday = week_bounds(day)
    assert monday <= day <= sunday
    assert (monday.weekday(), (sunday - monday).days) == (0, 6)
    assert parse_iso_week(iso_week_of(day)) == (monday, sunday)


@given(instants)
def test_local_moments_come_back_from_their_text(instant: datetime) -> None:
    local = instant.astimezone(SHANGHAI).replace(microsecond=0, fold=0)
    now = datetime(2026, 3, 5, 10, 20, tzinfo=SHANGHAI)
    assert parse_instant(f"{local:%Y-%m-%d %H:%M:%S}", now, CALENDAR.is_workday, default_time=time(9)) == local
    assert parse_instant(instant.isoformat(), now, CALENDAR.is_workday, default_time=time(9)) == instant.replace(
        microsecond=0
    )


def refusal(parse: Callable[[], object]) -> InvalidValue | None:
    try:
        parse()
    except InvalidValue as refused:
        return refused
    return None


@given(any_text | st.text("0123456789+-:./ 年月日号周天个后前上下一二十点半wdmy"))
@example("²")
@example("+9999wd")
def test_any_text_is_a_value_or_refused(text: str) -> None:
    now = datetime(2026, 3, 5, 10, 20, tzinfo=SHANGHAI)
    parsers = (
        lambda: parse_date(text, now.date(), CALENDAR.is_workday),
        lambda: parse_instant(text, now, CALENDAR.is_workday, default_time=time(9)),
        lambda: parse_duration_days(text),
        lambda: parse_iso_week(text),
        lambda: parse_money(text, allow_negative=True),
        lambda: parse_percent(text),
        lambda: parse_quantity(text),
        lambda: from_db(text),
        lambda: clean(text, limit=20, what=msg("the name")),
    )
    for parse in parsers:
        refused = refusal(parse)
        assert refused is None or (str(refused) and refused.hint)


@given(any_text, st.booleans())
def test_clean_text_stays_as_it_is(text: str, multiline: bool) -> None:
    try:
        kept = clean(text, limit=50, what=msg("the note"), multiline=multiline)
    except InvalidValue:
        reject()
    assert clean(kept, limit=50, what=msg("the note"), multiline=multiline) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert kept == kept.strip()
    assert len(kept) <= 50


@given(any_text)
def test_printable_text_has_no_control_characters_and_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert printable(shown) == shown
    assert shown.encode().decode() == shown


@given(business_text)
def test_width_agrees_with_wcwidth(text: str) -> None:
    assert width(text) == wcswidth(text)


@given(business_text, st.integers(0, 40), st.sampled_from(["left", "right", "center"]))
def test_padding_fills_exactly(text: str, cells: int, align: str) -> None:
    padded = pad(text, cells, align)  # type: ignore[arg-type]  # the strategy's strings are the literals
    assert len(padded) == len(text) + max(0, cells - width(text))
    assert padded.strip(" ") == text.strip(" ")


@given(business_text, st.integers(0, 40))
def test_shortened_text_fits_and_wastes_no_more_than_a_cell(text: str, cells: int) -> None:
    short = shorten(text, cells)
    assert width(short) <= cells
    if width(text) <= cells:
        assert short == text
    elif cells:
        assert short.endswith("…")
        assert text.startswith(short[:-1])
        assert width(short) >= cells - 1


@given(any_text)
def test_folded_text_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text.strip()) == fold(text)


@given(any_text)
def test_a_name_never_becomes_empty(name: str) -> None:
    assert bool(normalised_name(name)) == bool(fold(name))


@given(
    st.text("杭州科技中国acme", min_size=1),
    st.sampled_from(["有限公司", "股份有限公司", "（集团）有限公司", " Co., Ltd."]),
)
def test_company_endings_make_no_difference(name: str, ending: str) -> None:
    assume(not name.endswith(("公司", "集团", "co", "c")))
    assert normalised_name(name + ending) == normalised_name(name)


def naive_add(day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if CALENDAR.is_workday(day):
            count -= 1 if count > 0 else -1
    return day


@given(days, st.integers(-300, 300))
def test_adding_working_days_is_counting_them_one_by_one(day: date, count: int) -> None:
    assert CALENDAR.add_workdays(day, count) == naive_add(day, count)


@given(days, days)
def test_counting_working_days_is_looking_at_each(start: date, end: date) -> None:
    first, last = min(start, end), max(start, end)
    between = sum(CALENDAR.is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert CALENDAR.workdays_between(start, end) == (between if start <= end else -between)


@given(days, st.integers(1, 300))
def test_adding_is_the_inverse_of_counting(day: date, count: int) -> None:
    assert CALENDAR.workdays_between(day, CALENDAR.add_workdays(day, count)) == count


@given(days)
def test_rolling_stays_near_and_ends_on_a_working_day(day: date) -> None:
    assert CALENDAR.preceding(day) <= day <= CALENDAR.following(day)
    assert CALENDAR.is_workday(CALENDAR.preceding(day))
    assert CALENDAR.is_workday(CALENDAR.following(day))
    if CALENDAR.is_workday(day):
        assert CALENDAR.preceding(day) == day == CALENDAR.following(day)


@given(days, st.times(), st.times(), st.integers(1, 20))
def test_the_hour_of_an_event_does_not_move_its_deadline(day: date, one: time, other: time, count: int) -> None:
    deadlines = {
        CALENDAR.end_of_workdays(datetime.combine(day, hour.replace(fold=0), SHANGHAI), count, time(18))
        for hour in (one, other)
    }
    assert deadlines == {datetime.combine(CALENDAR.add_workdays(day, count), time(18), SHANGHAI)}
