"""Which customer a row of a list is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.errors import Ambiguous, Refused
from salesflow.i18n import msg
from salesflow.text import fold, normalised_name

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

_FIND: Final = "SELECT id, code, name, name_folded, archived_at, merged_into_id FROM customer WHERE "
_BY_ID: Final = _FIND + "id = :id"
_BY_CODE: Final = _FIND + "code = :code"
_BY_NAME: Final = (
    _FIND + "name_norm = :norm AND (archived_at IS NULL OR merged_into_id IS NOT NULL)"
    " ORDER BY archived_at IS NOT NULL, name_folded <> :folded, id LIMIT 1 OFFSET :skip"
)
_MOST_KEPT: Final = 50_000


class Ref(NamedTuple):
    """A customer that is there."""

    id: int
    code: str


class Customers:
    """Finds customers by code, also one that was merged away, else by name; the answers are kept."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._found: dict[tuple[str | None, str | None], Ref] = {}

    def find(self, code: str | None, name: str | None) -> Ref | None:
        """None where there is no such customer. Raises Ambiguous for a name that several have, Refused for an archived one."""
        key = (code, name)
        if key in self._found:
            return self._found[key]
        row = self._by_code(code) or (None if name is None else self._by_name(name))
        if row is None:
            return None
        if row[5] is not None:
            row = self._work.look_up(_BY_ID, {"id": row[5]}) or row
        if row[4] is not None:
            raise Refused(msg("{code} {name} is archived", code=row[1], name=row[2]), code="archived")
        if len(self._found) < _MOST_KEPT:
            self._found[key] = Ref(row[0], row[1])
        return Ref(row[0], row[1])

    def _by_code(self, code: str | None) -> tuple[Any, ...] | None:
        return None if code is None else self._work.look_up(_BY_CODE, {"code": code.upper()})

    def _by_name(self, name: str) -> tuple[Any, ...] | None:
        """The one of exactly that name before others of which only the company's form differs."""
        asked = {"norm": normalised_name(name), "folded": fold(name)}
        first = self._work.look_up(_BY_NAME, {**asked, "skip": 0})
        second = None if first is None else self._work.look_up(_BY_NAME, {**asked, "skip": 1})
        if first is None or second is None or second[4] is not None:
            return first
        if first[3] == asked["folded"] != second[3]:
            return first
        raise Ambiguous(
            msg("{name} is the name of more than one: give the code: {codes}", name=name, codes=[first[1], second[1]])
        )
