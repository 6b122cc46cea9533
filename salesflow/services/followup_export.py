"""The log of follow-ups as a file that the import reads again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from salesflow.clock import from_db
from salesflow.i18n import label, msg, render
from salesflow.services import exporting
from salesflow.services.exporting import Record, Table
from salesflow.services.followup_columns import TITLES

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.services.tabular import Cell

_ONLY_READ: Final = ("loss_reason", "industry", "need")  # what a list may say beside, and none of ours does
_FIELDS: Final = tuple(field for field in TITLES if field not in _ONLY_READ)
_COLUMNS: Final = {
    "code": "customer_code",
    "customer": "customer_name",
    "next_on": "next_follow_up_on",
    "open": "open_points",
}
_JSON: Final = (
    "customer_code", "customer_name", "by", "method", "content", "feedback", "next", "status", "next_follow_up_on", "contact",
    "scene", "resolved", "open_points", "risk",
)  # fmt: skip


def table(context: Context, rows: Iterable[Record], *, count: int) -> Table:
    """The follow-ups (as `queries.followup_export` reads them) as a list: oldest first, with the titles of the guides' form."""
    staff = context.reader.rows("SELECT login, name FROM v_staff")
    counted = Counter(row["name"] for row in staff)
    names = {row["login"]: row["name"] if counted[row["name"]] == 1 else row["login"] for row in staff}
    titles = [exporting.title(field, TITLES) for field in _FIELDS]
    local = context.clock.local
    yes, no = render(msg("yes")), render(msg("no"))

    def cells(row: Record, as_text: bool) -> list[Cell]:
        said: dict[str, Any] = row | {
            "at": exporting.moment(local(from_db(row["at"])), as_text=as_text),
            "by": names[row["by"]],
            "method": render(label("method", row["method"])),
            "status": row["status"] and render(label("status", row["status"])),
            "progress": yes if row["progress"] else no,
        }
        found = (said.get(_COLUMNS.get(field, field)) for field in _FIELDS)
        return ["" if value is None else value for value in found]

    def as_json(row: Record) -> Record:
        at = local(from_db(row["at"])).isoformat()
        return {"at": at} | {name: row[name] for name in _JSON} | {"progress": bool(row["progress"])}

    return Table(count, titles, rows, cells, as_json)
