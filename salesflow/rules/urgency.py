"""What comes first on an agenda."""

from __future__ import annotations

from typing import Final, NamedTuple

from salesflow.enums import Grade

_LONG: Final = 7  # days: what is later than a week is of another class than what is a day late
_GRADES: Final = {Grade.A: 0, Grade.B: 1, Grade.C: 2, None: 3}


class Urgency(NamedTuple):
    """How pressing a thing is: the smaller the more. `late`: 0 by more than a week, 1 late, 2 today, 3 to come, 4 undated."""

    late: int
    grade: int
    money: int
    days: int


def urgency(*, days_late: int | None, grade: Grade | None, at_risk: int = 0) -> Urgency:
    """Rank a thing to do: how late it is in classes, the customer's grade, the money at risk (fen), then the days themselves.

    days_late: negative for what is to come, None for what has no date. Source: order-toolkit (priorities of the day).
    """
    days = 0 if days_late is None else -days_late
    return Urgency(_class(days_late), _GRADES[grade], -at_risk, days)


def _class(days_late: int | None) -> int:
    if days_late is None:
        return 4
    if days_late <= 0:
        return 2 if days_late == 0 else 3
    return 0 if days_late > _LONG else 1
