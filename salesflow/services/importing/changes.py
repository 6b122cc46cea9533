"""What an import changes of records that are there, written down so that it can be taken back.

An ImportChange keeps as JSON: `fields`, the columns as the database had them (bytes in hexadecimal, below `sealed`);
`made` and `closed`, the rows of the history and the plan that came or ended with it; `tags` that were added; `added` for a
record that the import made beside one that was there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import text

from salesflow.models.run import ImportChange

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_BATCH: Final = 1000
_HISTORY: Final = ("status_change", "grade_change", "plan_item")
_SET_VERSIONS: Final = (
    "UPDATE import_change SET version = (SELECT version FROM {kind} WHERE id = record_id)"
    " WHERE import_id = :import_id AND record_kind = :kind"
)


class Changes:
    """The changes of one import. `finish` notes the versions that the records have then."""

    def __init__(self, work: Transaction, import_id: int) -> None:
        self._work = work
        self._import_id = import_id
        self._rows: list[dict[str, Any]] = []
        self._kinds: set[str] = set()

    def note(self, kind: str, record_id: int, fields: Mapping[str, Any] | None = None, **more: object) -> None:
        """A record that is changed, with its fields as they were."""
        plain = {name: value for name, value in (fields or {}).items() if not isinstance(value, bytes)}
        sealed = {name: value.hex() for name, value in (fields or {}).items() if isinstance(value, bytes)}
        kept = {"fields": plain, "sealed": sealed, **more}
        before = json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False)
        self._kinds.add(kind)
        self._rows.append(
            {
                "import_id": self._import_id,
                "record_kind": kind,
                "record_id": record_id,
                "version": 0,
                "before": before,
            }
        )
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        self._work.insert(ImportChange, self._rows)
        self._rows.clear()

    def finish(self) -> None:
        self.flush()
        self._work.session.flush()
        for kind in sorted(self._kinds):
            statement = text(_SET_VERSIONS.format(kind=kind))
            self._work.session.execute(statement, {"import_id": self._import_id, "kind": kind})


def former(before: str) -> dict[str, Any]:
    """The columns of a change as they were."""
    kept = json.loads(before)
    sealed = {name: bytes.fromhex(value) for name, value in kept.get("sealed", {}).items()}
    found: dict[str, Any] = kept.get("fields", {}) | sealed
    return found


class History:
    """What comes to a customer's history and plan, and what ends, from now on."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._last = {table: work.look_up(f"SELECT max(id) FROM {table}", {}) for table in _HISTORY}  # noqa: S608 - names of ours

    def pending(self, customer_id: int) -> list[int]:
        """The plan items that are still to happen."""
        sql = "SELECT id FROM plan_item WHERE customer_id = :customer AND state = 'pending' ORDER BY id"
        return list(self._work.session.execute(text(sql), {"customer": customer_id}).scalars())

    def since(self, customer_id: int, pending: Sequence[int]) -> dict[str, Any]:
        """`made` and `closed`, given what was pending before."""
        self._work.session.flush()
        made = {table: self._made(table, customer_id) for table in _HISTORY}
        still = set(self.pending(customer_id))
        return {
            "made": {table: keys for table, keys in made.items() if keys},
            "closed": [key for key in pending if key not in still],
        }

    def _made(self, table: str, customer_id: int) -> list[int]:
        last = self._last[table]
        sql = f"SELECT id FROM {table} WHERE customer_id = :customer AND id > :last ORDER BY id"  # noqa: S608 - names of ours
        parameters = {"customer": customer_id, "last": (last and last[0]) or 0}
        return list(self._work.session.execute(text(sql), parameters).scalars())
