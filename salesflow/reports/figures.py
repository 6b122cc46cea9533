"""The arithmetic that reports share: shares, quartiles, sums by one field. Whole numbers alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesflow.money import half_up


def share(part: int, whole: int) -> int | None:
    """What part of the whole, in basis points; None of nothing."""
    return half_up(part * 10_000, whole) if whole else None


def quartiles(values: Sequence[int]) -> tuple[int | None, int | None, int | None]:
    """First quartile, median and third quartile in thousandths; all None without values.

    Between two values the quartile lies where Excel's QUARTILE.INC puts it.
    """
    if not values:
        return None, None, None
    ordered = sorted(values)
    return _cut(ordered, 1), _cut(ordered, 2), _cut(ordered, 3)


def _cut(ordered: Sequence[int], quarter: int) -> int:
    place, rest = divmod((len(ordered) - 1) * quarter, 4)
    after = ordered[min(place + 1, len(ordered) - 1)]
    return ordered[place] * 1000 + (after - ordered[place]) * rest * 250


def total(rows: Iterable[Mapping[str, Any]], **wanted: object) -> int:
    """The sum of the rows' counts, of those alone whose fields have these values."""
    return sum(row["count"] for row in rows if all(row[name] == value for name, value in wanted.items()))


def sums(rows: Iterable[Mapping[str, Any]], field: str) -> Counter[Any]:
    """The rows' counts added up by one field."""
    found: Counter[Any] = Counter()
    for row in rows:
        found[row[field]] += row["count"]
    return found


def by_field(rows: Iterable[Mapping[str, Any]], field: str, order: Sequence[Any] | None = None) -> list[dict[str, Any]]:
    """A row for each value of a field: the value, `count`, and `share` of the whole; in the order given, else the most first."""
    found = sums(rows, field)
    whole = found.total()
    values = sorted(found, key=lambda value: (-found[value], str(value))) if order is None else order
    return [
        {field: value, "count": found[value], "share": share(found[value], whole)} for value in values if found[value]
    ]
