"""How a table is made to fit: long texts give way first, then whole columns from the right, the spare ones before others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from salesflow.columns import Column, Columns

GAP: Final = 2
_LEAST_FLEXIBLE: Final = 12
_LEAST: Final = 4


class Fitted(NamedTuple):
    """The columns that remain, the cells that each may take, and the columns that had to go."""

    columns: Columns
    widths: tuple[int, ...]
    hidden: Columns


def fit(columns: Columns, wanted: Sequence[int], headings: Sequence[int], room: int, keep: Collection[str]) -> Fitted:
    """Choose columns and widths for `room` cells.

    wanted: the cells of the widest value or heading of each column; headings: those of the heading alone.
    keep: keys of the columns that are never hidden, beside the first one; where nothing else helps they are shortened.
    """
    chosen = list(range(len(columns)))
    while (widths := _shrunk(columns, wanted, headings, chosen, room)) is None:
        dispensable = [index for index in chosen[1:] if columns[index].key not in keep]
        if not dispensable:
            widths = _level([wanted[i] for i in chosen], [min(wanted[i], _LEAST) for i in chosen], _net(room, chosen))
            break
        chosen.remove(max(dispensable, key=lambda index: (columns[index].spare, index)))
    hidden = tuple(column for index, column in enumerate(columns) if index not in chosen)
    return Fitted(tuple(columns[index] for index in chosen), tuple(widths), hidden)


def _shrunk(
    columns: Columns, wanted: Sequence[int], headings: Sequence[int], chosen: Sequence[int], room: int
) -> list[int] | None:
    """The widths of these columns with the flexible ones shortened as far as needed; None if that is not enough."""
    least = [_least(columns[i], wanted[i], headings[i]) for i in chosen]
    if sum(least) > _net(room, chosen):
        return None
    return _level([wanted[i] for i in chosen], least, _net(room, chosen))


def _least(column: Column, wanted: int, heading: int) -> int:
    return min(wanted, max(heading, _LEAST_FLEXIBLE)) if column.flexible else wanted


def _net(room: int, chosen: Sequence[int]) -> int:
    return room - GAP * (len(chosen) - 1)


def _level(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The widths cut to one common height, as high as the room allows, but none below its least."""
    low, high = 0, max(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_cut(wanted, least, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return _cut(wanted, least, low)


def _cut(wanted: Sequence[int], least: Sequence[int], height: int) -> list[int]:
    return [max(low, min(full, height)) for full, low in zip(wanted, least, strict=True)]
