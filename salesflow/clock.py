"""The one source of "now": instants in UTC and whole seconds, and the business date in the configured zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Final, NamedTuple

from salesflow.errors import InvalidValue
from salesflow.i18n import msg

_STORED: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?"
_STORED_LENGTH: Final = len("2026-03-05 06:30:00")


class Clock(NamedTuple):
    """What time it is, and where: `source` gives any aware datetime, `zone` is the business's time zone."""

    source: Callable[[], datetime]
    zone: tzinfo

    def now(self) -> datetime:
        """The present instant: aware, UTC, whole seconds (the rest is cut off)."""
        return _utc(self.source())

    def today(self) -> date:
        """The business date: the present day in the clock's zone."""
        return self.local(self.now()).date()

    def local(self, instant: datetime) -> datetime:
        """An aware instant as the clock on the business's wall shows it: aware, in the clock's zone."""
        if instant.tzinfo is None:
            raise ValueError(instant)
        return instant.astimezone(self.zone)


def system_clock(zone_name: str) -> Clock:
    """The machine's clock, read in a zone such as "Asia/Shanghai"; InvalidValue if there is no such zone."""
    return Clock(lambda: datetime.now(UTC), zone(zone_name))


def fixed_clock(instant: datetime, zone_name: str) -> Clock:
    """A clock that stands still at an aware instant, so that what is read can be read again for any moment."""
    stopped = _utc(instant)
    return Clock(lambda: stopped, zone(zone_name))


def zone(name: str) -> tzinfo:
    """The time zone with an IANA name; InvalidValue if there is none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:  # zoneinfo has three ways to say no; a directory is an OSError
        raise InvalidValue(
            msg('there is no time zone "{value}"', value=name),
            msg("give an IANA name such as Asia/Shanghai or Europe/Berlin"),
            details={"value": name},
        ) from error


def to_db(instant: datetime) -> str:
    """An aware instant as the database keeps it: "YYYY-MM-DD HH:MM:SS" in UTC, which sorts as time does."""
    return _utc(instant).replace(tzinfo=None).isoformat(" ")


def from_db(text: str) -> datetime:
    """The instant of a stored text, aware, UTC. A fraction of a second is cut off; InvalidValue for any other text."""
    try:
        if re.fullmatch(_STORED, text, re.ASCII):
            return datetime.fromisoformat(text[:_STORED_LENGTH]).replace(tzinfo=UTC)
    except ValueError:  # the right shape, but no such day or hour
        pass
    raise InvalidValue(
        msg('"{value}" is not a stored point in time', value=text),
        msg("it must look like 2026-03-05 06:30:00, in UTC"),
        details={"value": text},
    )


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(instant)
    return instant.astimezone(UTC).replace(microsecond=0)
