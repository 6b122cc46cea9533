"""Changing a customer's contacts by the rows of a list: the contact of that name, else the primary one, or a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import update

from salesflow.models.contact import Contact
from salesflow.services import contacts
from salesflow.services.contacts import KINDS, NewContact
from salesflow.services.records import load

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.services.customers import Intake
    from salesflow.services.importing import Values
    from salesflow.services.importing.changes import Changes

_PLAIN: Final = ("title", "role", "concern")
_KEPT: Final = (
    "id",
    "version",
    "name",
    *_PLAIN,
    *(f"{kind}_{form}" for kind in KINDS for form in ("index", "cipher", "masked")),
)
_OF: Final = f"SELECT {', '.join(_KEPT)} FROM contact WHERE customer_id = :customer AND removed_at IS NULL"  # noqa: S608 - names of ours
_NAMED: Final = _OF + " AND name = :name ORDER BY is_primary DESC, id LIMIT 1 OFFSET :skip"
_PRIMARY: Final = _OF + " AND is_primary LIMIT 1"


class ContactChange(NamedTuple):
    """What a row changes of a contact, or the contact that it adds."""

    new: NewContact | None = None
    id: int = 0
    columns: Mapping[str, Any] = {}
    before: Mapping[str, Any] = {}
    after: Mapping[str, Any] = {}
    former: Mapping[str, Any] = {}


class ContactUpdates:
    """Looks at what rows say of contacts, and writes it at once, so that later rows meet it."""

    def __init__(self, work: Transaction, intake: Intake, changes: Changes, *, allow_duplicate: bool) -> None:
        self._work = work
        self._intake = intake
        self._changes = changes
        self._allow_duplicate = allow_duplicate

    def look_at(self, customer_id: int, code: str, values: Values) -> list[ContactChange]:
        """What the row changes of the customer's contacts. Writes nothing.

        Of several with one name each is taken in turn. Raises InvalidValue for a value that cannot be kept, Duplicate for one
        that another customer's contact has.
        """
        met: Counter[str | None] = Counter()
        found = []
        for person in (values, *values.get("more", ())):
            name = person.get("contact")
            found.append(self._look_at(customer_id, code, person, met[name]))
            met[name] += 1
        return [change for change in found if change is not None]

    def _look_at(self, customer_id: int, code: str, values: Values, skip: int) -> ContactChange | None:
        given: dict[str, Any] = {name: values[name] for name in (*_PLAIN, *KINDS) if name in values}
        if "contact" not in values and not given:
            return None
        name = values.get("contact")
        row = self._work.look_up(
            _PRIMARY if name is None else _NAMED, {"customer": customer_id, "name": name, "skip": skip}
        )
        if row is None and name is None:
            return None
        if row is None:
            new = NewContact(str(name), **given)
            self._refuse_twin(contacts.checked(new, self._work.context.policy.limits, self._work.context.vault), code)
            return ContactChange(new)
        return self._change(dict(zip(_KEPT, row, strict=True)), given, code)

    def _change(self, kept: Mapping[str, Any], given: Mapping[str, Any], code: str) -> ContactChange | None:
        columns: dict[str, Any] = {
            name: str(given[name]) for name in _PLAIN if name in given and str(given[name]) != kept[name]
        }
        before = {name: kept[name] for name in columns}
        after = dict(columns)
        if any(kind in given for kind in KINDS):
            limits, vault = self._work.context.policy.limits, self._work.context.vault
            values = {kind: given[kind] for kind in KINDS if kind in given}
            contact = contacts.checked(NewContact(kept["name"], **values), limits, vault)
            moved = {kind: index for kind, index in contact.indexes.items() if index != kept[f"{kind}_index"]}
            self._refuse_twin(contact._replace(indexes=moved), code)
            sealed = contacts.sealed(vault, contact, kept["id"])
            columns |= {name: value for name, value in sealed.items() if name.partition("_")[0] in moved}
            before |= {kind: kept[f"{kind}_cipher"] for kind in moved}
            after |= {kind: sealed[f"{kind}_cipher"] for kind in moved}
        former = {name: kept[name] for name in ("version", *columns)}
        return ContactChange(None, kept["id"], columns, before, after, former) if columns else None

    def _refuse_twin(self, contact: contacts.Checked, code: str) -> None:
        if self._allow_duplicate or not contact.indexes:
            return
        self._intake.flush()
        for kind, index in contact.indexes.items():
            twin = contacts.twin(self._work, contact._replace(indexes={kind: index}))
            if twin is not None and twin.customer_code != code:
                raise contacts.known_already(contact, twin)

    def write(self, customer_id: int, code: str, change: ContactChange) -> None:
        """Write what `look_at` found."""
        if change.new is not None:
            self._intake.flush()
            made = contacts.add(self._work, load(self._work, customer_id), change.new, allow_duplicate=True)
            assert made.id is not None
            self._changes.note("contact", made.id, added=True)
            return
        table = cast("Any", Contact).__table__
        columns = {**change.columns, "version": table.c.version + 1}
        self._work.session.execute(update(table).where(table.c.id == change.id).values(columns))
        self._changes.note("contact", change.id, change.former)
        after = {"id": change.id, **change.after}
        self._work.audit("contact.edit", "contact", code, before=change.before, after=after)
