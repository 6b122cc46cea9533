"""The customer list as a file that the import reads again: the same columns, each further contact in columns of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from salesflow.clock import from_db
from salesflow.i18n import label, render
from salesflow.services import exporting
from salesflow.services.contacts import KINDS, place
from salesflow.services.customer_columns import CONTACT, TITLES
from salesflow.services.customers import BUDGET
from salesflow.services.exporting import Record, Table
from salesflow.services.industries import INDUSTRIES, name_of
from salesflow.services.phones import dialled

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.db.vault import Vault
    from salesflow.services.tabular import Cell

_AT_ONCE: Final = 500
_PERSON: Final = tuple(field for field in CONTACT if field != "reach")
_FIELDS: Final = tuple(field for field in TITLES if field not in CONTACT)
_LABELS: Final = {
    "kind": "kind",
    "source": "source",
    "grade": "grade",
    "status": "status",
    "loss_reason": "lossreason",
    "role": "chainrole",
}
_JSON: Final = {"first_contact": "first_contact_at"}


def table(context: Context, rows: Iterable[Record], *, count: int, most_contacts: int, reveal: bool = False) -> Table:
    """The customers (as `queries.customer_export` reads them) as a list. Values of contacts and budgets only with `reveal`.

    What is revealed is noted in the audit trail before the first is read.
    """
    names = Counter(row["name"] for row in context.reader.rows("SELECT name FROM v_staff"))
    shown = {kind: _Labels(kind) for kind in _LABELS.values()}
    numbers = range(1, max(1, most_contacts) + 1)
    titles = [exporting.title(field, TITLES) for field in _FIELDS]
    titles += [exporting.title(field, TITLES, number) for number in numbers for field in _PERSON]
    local = context.clock.local

    def cells(row: Record, as_text: bool) -> list[Cell]:
        said = row | {
            "industry": name_of(row["industry"]) if row["industry"] in INDUSTRIES else row["industry"],
            "owner": row["owner_name"] if names[row["owner_name"]] == 1 else row["owner"],
            "tags": ",".join(row["tags"]),
            "first_contact": exporting.moment(local(from_db(row["first_contact_at"])), as_text=as_text),
        }
        found = [_cell(said, field, shown) for field in _FIELDS]
        for person in row["contacts"]:
            found += [_cell(person, field, shown) for field in _PERSON]
        return found

    def as_json(row: Record) -> Record:
        at = local(from_db(row["first_contact_at"])).isoformat()
        said = row | {"first_contact_at": at}
        found = {_JSON.get(field, field): said.get(_JSON.get(field, field)) for field in _FIELDS}
        people = [{"name": one["contact"], **{name: one[name] for name in _PERSON[1:]}} for one in row["contacts"]]
        return found | {"contacts": people}

    if reveal:
        with context.transaction() as work:
            work.audit("customer.export", "customer", "*", after={"customers": count})
    return Table(count, titles, _with_values(context, rows, reveal=reveal), cells, as_json)


class _Labels(dict[str, str]):
    """What a person reads for each code of one kind, made once."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, code: str) -> str:
        self[code] = render(label(self._kind, code))
        return self[code]


def _cell(row: Record, field: str, shown: dict[str, _Labels]) -> Cell:
    value: Any = row.get(field)
    if value is None:
        return ""
    kind = _LABELS.get(field)
    return value if kind is None else shown[kind][value]


def _with_values(context: Context, rows: Iterable[Record], *, reveal: bool) -> Iterator[Record]:
    """The customers with the values of their contacts: masked, or with `reveal` whole, and then with the budget."""
    source = iter(rows)
    while piece := list(islice(source, _AT_ONCE)):
        if reveal:
            _reveal(context, piece)
        for row in piece:
            people = [
                {**one, "contact": one["name"], **{kind: one.get(kind, one[f"{kind}_masked"]) for kind in KINDS}}
                for one in row["contacts"]
            ]
            yield {**row, "contacts": people}


def _reveal(context: Context, piece: Sequence[Record]) -> None:
    vault = context.vault
    sealed = _sealed(context, "contact", [f"{kind}_cipher" for kind in KINDS], [one["id"] for one in _people(piece)])
    for person in _people(piece):
        for kind in KINDS:
            person[kind] = _opened(vault, sealed[person["id"]][f"{kind}_cipher"], place(kind), person["id"])
        person["phone"] = person["phone"] and dialled(person["phone"])
    budgets = _sealed(context, "customer", ["budget_cipher"], [row["id"] for row in piece])
    for row in piece:
        row["budget"] = _opened(vault, budgets[row["id"]]["budget_cipher"], BUDGET, row["id"])


def _people(piece: Sequence[Record]) -> Iterator[Record]:
    return (person for row in piece for person in row["contacts"])


def _sealed(context: Context, name: str, columns: Sequence[str], keys: Sequence[int]) -> dict[int, Record]:
    """The encrypted columns of some rows by their keys."""
    found: dict[int, Record] = {}
    for start in range(0, len(keys), _AT_ONCE):
        marks = {f"key_{number}": key for number, key in enumerate(keys[start : start + _AT_ONCE])}
        listed = ", ".join(f":{mark}" for mark in marks)
        sql = f"SELECT id, {', '.join(columns)} FROM {name} WHERE id IN ({listed})"  # noqa: S608 - names of ours
        found |= {row["id"]: row for row in context.reader.stream(sql, marks)}
    return found


def _opened(vault: Vault, sealed: bytes | None, where: str, key: int) -> str | None:
    return None if sealed is None else vault.decrypt(sealed, where, key)
