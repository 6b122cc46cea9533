"""How every list is read: a view, its columns, conditions, an order, a limit. The only place where such SQL is put together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from salesflow.columns import Column, Columns, Kind, Row, by_key
from salesflow.context import Asked, Context
from salesflow.errors import UsageError
from salesflow.i18n import msg

KEYS_AT_ONCE = 500
T = TypeVar("T")


class Page(NamedTuple):
    """Rows, and whether a limit cut them off."""

    rows: list[dict[str, Any]]
    more: bool = False


class Where:
    """Conditions that all hold, with their parameters. An absent value (None) adds no condition."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.parameters: dict[str, Any] = {}

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def add(self, condition: str, **parameters: object) -> Where:
        self.conditions.append(condition)
        self.parameters.update(parameters)
        return self

    def equal(self, **values: object) -> Where:
        """column = value, for each value that is not None."""
        for name, value in values.items():
            if value is not None:
                self.add(f"{name} = :{name}", **{name: value})
        return self

    def between(self, column: str, first: object, last: object) -> Where:
        """first <= column <= last; either end may be open (None)."""
        if first is not None:
            self.add(f"{column} >= :{column}_first", **{f"{column}_first": first})
        if last is not None:
            self.add(f"{column} <= :{column}_last", **{f"{column}_last": last})
        return self

    def any_of(self, column: str, values: Iterable[object]) -> Where:
        """column is one of the values; no values, no condition."""
        # counted on from the parameters that are there: of one column there may be several such conditions
        names = {f"{column}_{position}": value for position, value in enumerate(values, len(self.parameters))}
        if names:
            self.add(f"{column} IN ({', '.join(f':{name}' for name in names)})", **names)
        return self

    def __str__(self) -> str:
        return " WHERE " + " AND ".join(self.conditions) if self.conditions else ""


def page(
    context: Context,
    view: str,
    columns: Columns,
    where: Where | None = None,
    *,
    order: str,
    computed: Iterable[str] = (),
    also: Iterable[str] = (),
    keep: int | None = None,
    by_key: bool = False,
) -> Page:
    """The rows of a view that the conditions allow, sorted and limited as the command line asks.

    order: SQL order where the command line names none; it must be total, so that pages and golden files are stable.
    computed: keys of columns that the view does not have (the caller fills them in). also: view columns needed for that.
    keep: the limit where the command line names none.
    by_key: choose the rows by their `id` first, so that only the chosen ones are read whole: for views with many fields
    that are looked up, over tables with many rows.
    """
    conditions = Where() if where is None else where
    asked = context.asked
    skipped = set(computed)
    names = [column.key for column in columns if column.key not in skipped]
    names += [name for name in also if name not in names]
    limit = asked.limit if asked.limit is not None else keep
    chosen = f"{view}{conditions}"
    end = f" ORDER BY {_order(asked, columns, skipped, order)}" + (f" LIMIT {int(limit) + 1}" if limit else "")
    if by_key and limit:
        chosen = f"{view} WHERE id IN (SELECT id FROM {chosen}{end})"  # noqa: S608 - names of ours
    rows = context.reader.rows(
        f"SELECT {', '.join(_quoted(name) for name in names)} FROM {chosen}{end}",  # noqa: S608 - names of ours
        conditions.parameters,
    )
    return Page(rows[:limit], more=len(rows) > limit) if limit else Page(rows)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _order(asked: Asked, columns: Columns, computed: set[str], default: str) -> str:
    if asked.sort is None:
        return _reversed(default) if asked.reverse else default
    column = sortable(asked.sort, columns, computed)
    name = column.sort_key
    descending = name.startswith("-") != asked.reverse
    return f"{_quoted(name.lstrip('-'))}{' DESC' if descending else ''}, {_reversed(default) if asked.reverse else default}"


def sortable(key: str, columns: Columns, computed: Collection[str] = ()) -> Column:
    """The column to sort by. Raises UsageError with the nearest one."""
    possible = [column.key for column in columns if column.order or (column.key not in computed and not column.columns)]
    if key in possible:
        return by_key(columns)[key]
    from salesflow.text import nearest

    close = nearest(key, possible)
    hint = msg("sort by one of: {fields}", fields=possible)
    if close is not None:
        hint = msg("did you mean {name}? Sort by one of: {fields}", name=close, fields=possible)
    raise UsageError(msg("{key} is not a field to sort by", key=key), hint, code="unknown-field")


def _reversed(order: str) -> str:
    """The order the other way round, term by term."""
    terms = [term.strip() for term in order.split(",")]
    return ", ".join(term.removesuffix(" DESC") if term.endswith(" DESC") else f"{term} DESC" for term in terms)


def arranged(asked: Asked, columns: Columns, rows: Sequence[dict[str, Any]], *, keep: int | None = None) -> Page:
    """Rows that were computed, not read: sorted and limited as the command line asks; what is empty comes last.

    keep: the limit where the command line names none.
    """
    if asked.sort is not None:
        orderless = {column.key for column in columns if column.kind in (Kind.MESSAGE, Kind.OBJECT)}
        key = sortable(asked.sort, columns, orderless).key
        filled = sorted((row for row in rows if row[key] is not None), key=itemgetter(key), reverse=asked.reverse)
        rows = [*filled, *(row for row in rows if row[key] is None)]
    elif asked.reverse:
        rows = rows[::-1]
    limit = (keep if asked.limit is None else asked.limit) or len(rows)
    return Page(list(rows[:limit]), more=len(rows) > limit)


def pieces(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """Keys in pieces for `Where.any_of`: databases bound how many parameters a query has."""
    return (keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE))


def fill(rows: Iterable[dict[str, Any]], columns: Columns, **values: Any) -> list[Row]:
    """Rows in the columns' order with computed fields: each value is a function of the row."""
    names = [column.key for column in columns]
    filled: list[Row] = []
    for row in rows:
        complete: Mapping[str, Any] = {**row, **{name: make(row) for name, make in values.items()}}
        filled.append({name: complete[name] for name in names})
    return filled
