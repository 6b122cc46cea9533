"""Types of parameters: text on the command line -> dates, amounts, codes. They know the Context's clock and calendar."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from salesflow.commands.typerbase import Parameter, ParamType, TyperContext
from salesflow.codes import parse_code
from salesflow.context import Context
from salesflow.errors import InvalidValue
from salesflow.i18n import msg


class _Parsed(ParamType):  # type: ignore[misc]  # Typer does not export it, so mypy sees Any
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
            option = max(param.opts, key=len)
            named = msg("{option}: {problem}", option=option, problem=error.message)
            raise InvalidValue(named, error.hint, code=error.code, details=error.details) from error


class _Day(_Parsed):
    name = "date"

    def parse(self, value: str, context: Context) -> date:
        from salesflow.dates import parse_date

        return parse_date(value, context.clock.today(), context.calendar.is_workday)


class _Moment(_Parsed):
    name = "datetime"

    def parse(self, value: str, context: Context) -> datetime:
        from salesflow.dates import parse_instant

        now = context.clock.local(context.clock.now())
        return parse_instant(value, now, context.calendar.is_workday, default_time=now.time())


class _Money(_Parsed):
    name = "amount"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_money

        return parse_money(value)


class _Percent(_Parsed):
    name = "percent"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_percent

        return parse_percent(value)


class _Quantity(_Parsed):
    name = "quantity"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_quantity

        return parse_quantity(value)


class _Stock(_Parsed):
    name = "quantity"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.money import parse_quantity

        return parse_quantity(value, allow_zero=True)


class _Days(_Parsed):
    name = "3d|2w"

    def parse(self, value: str, context: Context) -> int:
        from salesflow.dates import parse_duration_days

        return parse_duration_days(value)


class _Item(_Parsed):
    name = "sku:qty[@price][-%]"

    def parse(self, value: str, context: Context) -> ItemText:
        from salesflow.commands.items import parse_item

        return parse_item(value)


class _Extra(_Parsed):
    name = "text[=amount]"

    def parse(self, value: str, context: Context) -> ExtraText:
        from salesflow.commands.items import parse_extra

        return parse_extra(value)


class CODE(_Parsed):
    """One of an enumeration's codes; its label in either language is accepted too."""

    def __init__(self, codes: type[StrEnum]) -> None:
        self.codes = codes
        self.name = codes.__name__.lower()

    def get_metavar(self, param: Parameter, ctx: TyperContext) -> str:
        return "|".join(code.value for code in self.codes)

    def parse(self, value: str, context: Context) -> StrEnum:
        return parse_code(self.codes, value)


DAY, MOMENT, MONEY, PERCENT, DAYS = _Day(), _Moment(), _Money(), _Percent(), _Days()
QUANTITY, STOCK = _Quantity(), _Stock()
ITEM, EXTRA = _Item(), _Extra()
