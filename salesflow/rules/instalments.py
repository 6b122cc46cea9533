"""The arithmetic of instalments: what each comes to, when it is due, and what of them is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from salesflow.enums import InstalmentEvent
from salesflow.money import Fen, display_percent, half_up

WHOLE: Final = 10_000
"""All of the money, in basis points."""


class Part(NamedTuple):
    """A part of the money: its share in basis points, due so many days after an event, or `on` a date."""

    share: int
    event: InstalmentEvent
    days: int = 0
    on: date | None = None


def amounts(total: Fen, shares: Sequence[int]) -> tuple[Fen, ...]:
    """What each share of a total comes to: to the fen, never less than nothing, and together the total where the shares are.

    Each is the rounded sum up to it less the rounded sum before it, so that no instalment bears all the rounding.
    """
    reached, before, found = 0, 0, []
    for share in shares:
        reached += share
        sum_up_to_it = half_up(total * reached, WHOLE)
        found.append(sum_up_to_it - before)
        before = sum_up_to_it
    return tuple(found)


def due_on(part: Part, happened: Mapping[InstalmentEvent, date]) -> date | None:
    """The day on which a part is due; None as long as what it hangs on has not happened."""
    if part.event is InstalmentEvent.DATE:
        return part.on
    event = happened.get(part.event)
    return None if event is None else event + timedelta(days=part.days)


def overdue(parts: Sequence[tuple[Fen, date | None]], *, collected: Fen, today: date) -> Fen:
    """What of the parts (amount, due day) should have come by yesterday and did not; `collected` pays the oldest first."""
    due = sum(amount for amount, day in parts if day is not None and day < today)
    return max(0, due - collected)


def typed(part: Part) -> str:
    """A part as it is typed: 60%@delivery+7d."""
    when = str(part.on) if part.event is InstalmentEvent.DATE else part.event.value
    return f"{display_percent(part.share).replace(' ', '')}@{when}{f'+{part.days}d' if part.days else ''}"
