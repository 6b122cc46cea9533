"""What stands after --term, --instalment and --split: NAME=TEXT, SHARE@EVENT+DAYS, LOGIN:SHARE. Signs of either width do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.codes import parse_code
from salesflow.commands.params import Parsed
from salesflow.enums import InstalmentEvent
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.money import parse_percent

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.enums import ContractTerm
    from salesflow.rules.instalments import Part

_PART: Final = r"(?P<share>[^@＠]+)[@＠]\s*(?P<when>[^+＋]+?)\s*(?:[+＋]\s*(?P<days>.+))?"
_PART_FORMS: Final = msg(
    "write SHARE@EVENT (signing, delivery, acceptance), SHARE@EVENT+DAYS or SHARE@DATE, such as: 30%@signing, 60%@delivery+7d, "
    "10%@2026-12-31"
)
_EVENTS: Final = {
    "签约": InstalmentEvent.SIGNING,
    "签订": InstalmentEvent.SIGNING,
    "到货": InstalmentEvent.DELIVERY,
    "交货": InstalmentEvent.DELIVERY,
}


class TermText(NamedTuple):
    """A term as typed, with its text."""

    term: ContractTerm
    text: str


class SplitText(NamedTuple):
    """A commission split as typed: a login and its share in basis points."""

    login: str
    share: int


class _Term(Parsed):
    """A term with its text: breach=逾期每日万分之五."""

    name = "name=text"

    def parse(self, value: str, context: Context) -> TermText:
        from salesflow.services.contract_terms import named

        match = re.fullmatch(r"(?P<name>[^=＝]+)[=＝](?P<text>.*)", value, re.DOTALL)
        if match is None:
            raise InvalidValue(
                msg('"{value}" is not a term', value=value), msg("write NAME=TEXT, such as: breach=0.05% a day")
            )
        return TermText(named(match["name"]), match["text"].strip())


class _Instalment(Parsed):
    """A part of the money: 30%@signing, 60%@delivery+7d, 10%@2026-12-31."""

    name = "share@event[+days]"

    def parse(self, value: str, context: Context) -> Part:
        from salesflow.dates import parse_date, parse_duration_days
        from salesflow.rules.instalments import Part

        match = re.fullmatch(_PART, value.strip())
        if match is None:
            raise InvalidValue(msg('"{value}" is not an instalment', value=value), _PART_FORMS)
        share, event = parse_percent(match["share"]), _event(match["when"])
        days = 0 if match["days"] is None else parse_duration_days(match["days"])
        if event is not None:
            return Part(share, event, days)
        try:
            on = parse_date(match["when"], context.clock.today(), context.calendar.is_workday)
        except InvalidValue:
            on = None
        if on is None or match["days"] is not None:
            raise InvalidValue(msg('"{value}" is not an instalment', value=value), _PART_FORMS)
        return Part(share, InstalmentEvent.DATE, 0, on)


class _Split(Parsed):
    """Somebody's share of the commission: li.na:60%."""

    name = "login:share"

    def parse(self, value: str, context: Context) -> SplitText:
        login, colon, share = value.replace("：", ":").rpartition(":")
        if not colon or not login.strip():
            raise InvalidValue(
                msg('"{value}" is not a split', value=value), msg("write LOGIN:SHARE, such as: li.na:60%")
            )
        return SplitText(login.strip(), parse_percent(share))


def _event(text: str) -> InstalmentEvent | None:
    """The event that a text names; None for what is no event, which is then a date."""
    known = _EVENTS.get(text)
    if known is not None:
        return known
    try:
        event = parse_code(InstalmentEvent, text)
    except InvalidValue:
        return None
    return None if event is InstalmentEvent.DATE else event


TERM, INSTALMENT, SPLIT = _Term(), _Instalment(), _Split()
