"""Types of parameters: what is typed becomes a value, and what cannot be is said with the option's name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from salesflow.commands import params
from salesflow.commands.typerbase import TyperCommand, TyperContext, TyperOption
from salesflow.context import Context
from salesflow.enums import Grade, Status
from salesflow.errors import InvalidValue
from tests.conftest import Office, moment


def converted(office: Office, kind: Any, typed: str) -> Any:
    ctx = TyperContext(TyperCommand("x"), obj=office.context())
    return kind.convert(typed, TyperOption(param_decls=["-o", "--option"]), ctx)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (params.DAY, "下周一", date(2026, 3, 9)),
        (params.DAY, "+3wd", date(2026, 3, 5)),
        (params.MOMENT, "2026-03-01 16:00", moment("2026-03-01 16:00")),
        (params.MOMENT, "yesterday", moment("2026-03-01 09:00")),
        (params.MONEY, "1.2万", 1_200_000),
        (params.PERCENT, "15", 1_500),
        (params.QUANTITY, "1.5", 1_500),
        (params.STOCK, "0", 0),
        (params.DAYS, "2w", 14),
        (params.COUNT, " 20 ", 20),
        (params.CODE(Status), "hot", Status.HOT),
        (params.CODE(Grade), "a", Grade.A),
        (params.SPAN, "2026-03-01..2026-03-31", params.DateRange(date(2026, 3, 1), date(2026, 3, 31))),
        (params.SPAN, "..2026-03-31", params.DateRange(None, date(2026, 3, 31))),
        (params.SPAN, "2026-03-01..", params.DateRange(date(2026, 3, 1), None)),
        (params.SPAN, "2026-02", params.DateRange(date(2026, 2, 1), date(2026, 2, 28))),
        (params.SPAN, "2026-12", params.DateRange(date(2026, 12, 1), date(2026, 12, 31))),
        (params.SPAN, "2026-W10", params.DateRange(date(2026, 3, 2), date(2026, 3, 8))),
        (params.SPAN, "today", params.DateRange(date(2026, 3, 2), date(2026, 3, 2))),
    ],
)
def test_values(office: Office, kind: Any, typed: str, value: date | datetime | int | str) -> None:
    assert converted(office, kind, typed) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (params.DAY, "2026-02-30"),
        (params.MOMENT, "noonish"),
        (params.MONEY, "1.234"),
        (params.PERCENT, "many"),
        (params.QUANTITY, "0"),
        (params.STOCK, "-1"),
        (params.DAYS, "soon"),
        (params.COUNT, "1.5"),
        (params.COUNT, "1234567890"),
        (params.CODE(Status), "warm"),
        (params.SPAN, "2026-03-31..2026-03-01"),
        (params.SPAN, "2026-13"),
        (params.SPAN, "2026-W60"),
        (params.SPAN, "a..b..c"),
        (params.ITEM, "YF-100"),
        (params.EXTRA, "="),
        (params.INDUSTRY, "astrology"),
    ],
)
def test_what_cannot_be_names_its_option(office: Office, kind: Any, typed: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        converted(office, kind, typed)
    assert str(caught.value).startswith("--option: ")
    assert caught.value.hint is not None


def test_without_a_context_nothing_is_parsed(office: Office) -> None:
    """As in the shell's completion."""
    assert params.DAY.convert("下周一", None, None) == "下周一"
    assert params.DAY.convert(date(2026, 3, 5), None, TyperContext(TyperCommand("x"), obj=office.context())) == date(
        2026, 3, 5
    )
    with pytest.raises(InvalidValue) as caught:
        params.DAY.convert("x", None, TyperContext(TyperCommand("x"), obj=office.context()))
    assert not str(caught.value).startswith("--")
    assert isinstance(office.context(), Context)
