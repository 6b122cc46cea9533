"""Types of parameters: text on the command line -> dates, amounts, codes. They know the Context's clock and calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from salesflow.codes import context_of, parse_code
from salesflow.commands.typerbase import CompletionItem, MissingParameter, Parameter, ParamType, TyperContext
from salesflow.context import Context
from salesflow.errors import InvalidValue
from salesflow.i18n import label, msg, render

if TYPE_CHECKING:
    from salesflow.commands.items import ExtraText, ItemText
    from salesflow.money import MoneyRange


def wanted_without(other: str) -> Callable[[typer.Context, typer.CallbackParam, Any], Any]:
    """The callback of an option that is needed unless the `other` one (which is eager) is given."""

    def check(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
        if value is None and not ctx.params.get(other) and not ctx.resilient_parsing:
            raise MissingParameter(ctx=ctx, param=param)
        return value

    return check


class Parsed(ParamType):  # type: ignore[misc]  # Typer does not export it, so mypy sees Any
    """A value that is parsed with the Context; its error names the option."""

    name = "text"

    def parse(self, value: str, context: Context) -> Any:
        raise AssertionError(value)

    def convert(self, value: Any, param: Parameter | None, ctx: TyperContext | None) -> Any:
        if not isinstance(value, str) or ctx is None or not isinstance(ctx.obj, Context):
            return value
        try:
            return self.parse(value, ctx.obj)
        except InvalidValue as error:
            if param is None:
                raise
            argument = param.param_type_name == "argument"
            option = param.human_readable_name if argument else max(param.opts, key=len)
            named = msg("{option}: {problem}", option=option, problem=error.message)
            raise InvalidValue(named, error.hint, code=error.code, details=error.details) from error


class _Day(Parsed):
    name = "date"

    def parse(self, value: str, context: Context) -> date:
        from salesflow.dates import parse_date

        return parse_date(value, context.clock.today(), context.calendar.is_workday)


class _Moment(Parsed):
    name = "datetime"

    def parse(self, value: str, context: Context) -> datetime:
        from salesflow.dates import parse_instant

        now = context.clock.local(context.clock.now())
        return parse_instant(value, now, context.calendar.is_workday, default_time=now.time())


class _Past(Parsed):
    """A moment that has been. A date alone is taken at close of business, today's at the present moment."""

    name = "datetime"

    def parse(self, value: str, context: Context) -> datetime:
        from salesflow.dates import parse_instant

        now = context.clock.local(context.clock.now())
        close = context.policy.business.close
        found = parse_instant(value, now, context.calendar.is_workday, default_time=close)
        whole_day = found != parse_instant(value, now, context.calendar.is_workday, default_time=time.min)
        return now if whole_day and found > now and found.date() == now.date() else found


class _Money(Parsed):
    name = "amount"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_money

        return parse_money(value)


class _MoneyRange(Parsed):
    name = "from..to"

    def parse(self, value: str, context: Context) -> MoneyRange:
        from salesflow.money import parse_money_range

        return parse_money_range(value)


class _Need(Parsed):
    """A need's number, or its reference: 12, N12."""

    name = "need"

    def parse(self, value: str, context: Context) -> int:
        found = re.fullmatch(r"[Nn]?(\d{1,18})", value.strip())
        if found is None:
            raise InvalidValue(
                msg("{value} is not a need", value=value),
                msg("write its number, such as N12; see: salesflow need show"),
            )
        return int(found[1])


class _Percent(Parsed):
    name = "percent"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_percent

        return parse_percent(value)


class _Quantity(Parsed):
    name = "quantity"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_quantity

        return parse_quantity(value)


class _Stock(Parsed):
    name = "quantity"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_quantity

        return parse_quantity(value, allow_zero=True)


class _Added(Parsed):
    """A quantity that comes to another one, or with a minus goes away from it."""

    name = "quantity"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_quantity

        typed = value.strip()
        if typed[:1] in ("-", "－", "−"):
            return -parse_quantity(typed[1:], allow_zero=True)
        return parse_quantity(typed.removeprefix("+"), allow_zero=True)


class _Days(Parsed):
    name = "3d|2w"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.dates import parse_duration_days

        return parse_duration_days(value)


class _Count(Parsed):
    """A number of things: 0 or more."""

    name = "n"

    def parse(self, value: str, context: Context) -> int:
        if not re.fullmatch(r"\d{1,9}", value.strip()):
            raise InvalidValue(
                msg("{value} is not a whole number", value=value), msg("write up to nine digits and nothing else")
            )
        return int(value)


class _Followup(Parsed):
    """A follow-up's number, or its reference: 12, F12."""

    name = "followup"

    def parse(self, value: str, context: Context) -> int:
        found = re.fullmatch(r"[Ff]?(\d{1,18})", value.strip())
        if found is None:
            raise InvalidValue(
                msg("{value} is not a follow-up", value=value),
                msg("write its number, such as F12; see: salesflow followup list"),
            )
        return int(found[1])


class DateRange(NamedTuple):
    """First and last day, both included; either may be open."""

    first: date | None = None
    last: date | None = None


class _Span(Parsed):
    """2026-03-01..2026-03-31, open at either end, a single date, a month (2026-03) or a week (2026-W12)."""

    name = "from..to"

    def parse(self, value: str, context: Context) -> DateRange:
        from salesflow.dates import parse_date, parse_iso_week

        today, is_workday = context.clock.today(), context.calendar.is_workday
        typed = value.strip()
        if re.fullmatch(r"\d{4}-[wW]\d\d?", typed):
            return DateRange(*parse_iso_week(typed))
        if re.fullmatch(r"\d{4}-\d\d", typed):
            first = parse_date(f"{typed}-01", today, is_workday)
            return DateRange(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        start, dots, end = typed.partition("..")
        found = DateRange(*(parse_date(part, today, is_workday) if part.strip() else None for part in (start, end)))
        if not dots:
            return DateRange(found.first, found.first)
        if found.first is not None and found.last is not None and found.first > found.last:
            raise InvalidValue(
                msg("{first} is after {last}", first=found.first, last=found.last),
                msg("write FROM..TO, the earlier date first"),
            )
        return found


class _Industry(Parsed):
    """An industry's code, or any name for it in either language; also one of the configuration's own."""

    name = "industry"

    def parse(self, value: str, context: Context) -> str:
        from salesflow.services.industries import parse_industry

        return parse_industry(value, context.settings.items("industries.extra"))


class _Item(Parsed):
    name = "sku:qty[@price][-%]"

    def parse(self, value: str, context: Context) -> ItemText:
        from salesflow.commands.items import parse_item

        return parse_item(value)


class _Extra(Parsed):
    name = "text[=amount]"

    def parse(self, value: str, context: Context) -> ExtraText:
        from salesflow.commands.items import parse_extra

        return parse_extra(value)


class CODE(Parsed):
    """One of an enumeration's codes; its label in either language is accepted too."""

    def __init__(self, codes: type[StrEnum]) -> None:
        self.codes = codes
        self.name = codes.__name__.lower()

    def get_metavar(self, param: Parameter, ctx: TyperContext) -> str:
        return "|".join(code.value for code in self.codes)

    def parse(self, value: str, context: Context) -> StrEnum:
        return parse_code(self.codes, value)

    def shell_complete(self, _ctx: TyperContext, _param: Parameter, incomplete: str) -> list[CompletionItem]:
        """The codes that begin so, with their meaning where that says more."""
        meanings = {code.value: render(label(context_of(self.codes), code.value)) for code in self.codes}
        return [
            CompletionItem(code, help=None if meaning == code else meaning)
            for code, meaning in meanings.items()
            if code.startswith(incomplete)
        ]


DAY, MOMENT, MONEY, PERCENT, DAYS = _Day(), _Moment(), _Money(), _Percent(), _Days()
COUNT, FOLLOWUP, NEED = _Count(), _Followup(), _Need()
MONEY_RANGE = _MoneyRange()
QUANTITY, STOCK, ADDED = _Quantity(), _Stock(), _Added()
ITEM, EXTRA = _Item(), _Extra()
PAST, SPAN, INDUSTRY = _Past(), _Span(), _Industry()
