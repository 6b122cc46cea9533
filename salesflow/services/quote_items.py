"""How the lines of a quote change from one version to the next: all anew, or some of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from salesflow.errors import InvalidValue, NotFound, UsageError
from salesflow.i18n import msg
from salesflow.services.quote_lines import NewItem


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """items: all lines anew (None: as they are). Else lines are dropped (by SKU or number), set (by SKU), then added."""

    items: Sequence[NewItem] | None = None
    drop: Sequence[str] = ()
    set: Sequence[NewItem] = ()
    add: Sequence[NewItem] = ()


def changed(items: Sequence[NewItem], changes: ItemChanges) -> list[NewItem]:
    """The lines after the changes, in their order.

    A line that is set keeps its place, and its price and discount where it is given neither. Raises UsageError for lines
    that are given both anew and changed, NotFound for a line that is not there, InvalidValue where several could be meant.
    """
    if changes.items is not None:
        if changes.drop or changes.set or changes.add:
            raise UsageError(
                msg("--item replaces all lines"),
                msg("leave it out to change some of them: --set-item, --add-item, --drop-item"),
            )
        return list(changes.items)
    gone = {_meant(items, wanted) for wanted in changes.drop}
    kept = {position: item for position, item in enumerate(items) if position not in gone}
    for item in changes.set:
        position = _of_sku(kept, item)
        kept[position] = _set(kept[position], item)
    return [*kept.values(), *changes.add]


def _set(before: NewItem, item: NewItem) -> NewItem:
    if item.unit_price is None and item.discount is None:
        return replace(before, quantity=item.quantity)
    return item


def _of_sku(items: Mapping[int, NewItem], item: NewItem) -> int:
    """The position of the one line with a product."""
    found = [position for position, one in items.items() if one.sku == item.sku]
    if not found:
        raise NotFound(
            msg("no line has {sku}", sku=item.sku),
            msg("add one: --add-item {sku}:QUANTITY", sku=item.sku),
            code="no-line",
        )
    if len(found) > 1:
        raise InvalidValue(
            msg("several lines have {sku}: {lines}", sku=item.sku, lines=[position + 1 for position in found]),
            msg("drop the one by its number and add it anew: --drop-item LINE --add-item {sku}:QUANTITY", sku=item.sku),
            code="several-lines",
        )
    return found[0]


def _meant(items: Sequence[NewItem], wanted: str) -> int:
    """The position of the line that is dropped: by its SKU, else by its number as the version before shows it."""
    of_sku = [position for position, one in enumerate(items) if one.sku == wanted]
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 0
    of_number = [number - 1] if 1 <= number <= len(items) else []
    found = sorted({*of_sku, *of_number})
    if len(found) == 1:
        return found[0]
    lines: list[int] = [position + 1 for position in found]
    if found:
        raise InvalidValue(
            msg("several lines are {wanted}: {lines}", wanted=wanted, lines=lines),
            msg("name one by its number"),
            code="several-lines",
        )
    raise NotFound(
        msg("there is no line {wanted}", wanted=wanted),
        msg("give a SKU or a line's number; see: salesflow quote show"),
        code="no-line",
    )
