"""Changing customers that are there by the rows of a list: what a row says replaces what is kept, a blank cell nothing.

Plain fields are compared through the driver and written in batches, so that a hundred thousand rows are no burden; the few
rows that move the plan (status, grade, first contact) or bring a new contact go the way that a single command goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import bindparam, update

from salesflow.clock import from_db
from salesflow.enums import Grade, ImportOutcome, Kind, Status
from salesflow.errors import Ambiguous, Duplicate, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.customer import Customer, CustomerTag
from salesflow.money import format_money
from salesflow.rules.consent import budget_consent
from salesflow.services import schedule
from salesflow.services.contact_update import ContactChange, ContactUpdates
from salesflow.services.customer_fields import parse_tags
from salesflow.services.customers import BUDGET, Intake
from salesflow.services.pinyin import sound
from salesflow.services.records import load
from salesflow.services.status import NewStatus, change_grade, change_status
from salesflow.text import fold, normalised_name

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from salesflow.db.transaction import Transaction
    from salesflow.services.importing import Options, Values

_BATCH: Final = 1000
_PLAIN: Final = ("name", "kind", "industry", "size", "region", "address", "source", "source_detail", "need", "remark")
_KEPT: Final = (
    *_PLAIN, "id", "code", "owner_id", "status", "grade", "first_contact_at", "budget_cipher", "budget_consent", "archived_at",
)  # fmt: skip
_FIND: Final = f"SELECT {', '.join(_KEPT)} FROM customer WHERE "  # noqa: S608 - names of ours
_BY_CODE: Final = _FIND + "code = :code"
_BY_NAME: Final = _FIND + "name_norm = :name AND archived_at IS NULL ORDER BY id LIMIT 1 OFFSET :skip"
_SAME_NAME: Final = "SELECT code, name FROM customer WHERE name_norm = :name AND id <> :id AND archived_at IS NULL LIMIT 1"
_OWNER: Final = "SELECT id FROM staff WHERE login = :login AND active"
_LOGIN: Final = "SELECT login FROM staff WHERE id = :id"
_TAGGED: Final = "SELECT 1 FROM customer_tag WHERE customer_id = :customer AND tag_id = :tag"
_LATEST: Final = "SELECT max(at) FROM followup WHERE customer_id = :id"


class Found(NamedTuple):
    """A customer that is there, with its fields as the database has them."""

    id: int
    code: str
    fields: Mapping[str, Any]


class Batches:
    """Changes of many rows, written together: each table and each set of columns in one go."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._rows: defaultdict[tuple[type[SQLModel], tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
        self._count = 0

    def change(self, table: type[SQLModel], key: int, columns: Mapping[str, Any]) -> None:
        row = {f"new_{name}": value for name, value in columns.items()} | {"key": key}
        self._rows[table, tuple(columns)].append(row)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def flush(self) -> None:
        for (model, columns), rows in self._rows.items():
            table = cast("Any", model).__table__
            new = {name: bindparam(f"new_{name}") for name in columns}
            self._work.session.execute(update(table).where(table.c.id == bindparam("key")).values(**new, version=table.c.version + 1), rows)
        self._rows.clear()
        self._count = 0


class CustomerUpdates:
    """Finds and changes customers. New tags and contacts get their keys beside `intake`, which is flushed before them."""

    def __init__(self, work: Transaction, intake: Intake, options: Options) -> None:
        self._work = work
        self._intake = intake
        self._options = options
        self._batches = Batches(work)
        self._people = ContactUpdates(work, self._batches, allow_duplicate=options.allow_duplicate)
        self._tags: list[Mapping[str, int]] = []

    def find(self, values: Values) -> Found | None:
        """The customer that the row is about, by its code, else by its normalised name.

        Raises Ambiguous for a name that several have, Refused for an archived one, Duplicate for one that an earlier row
        was about.
        """
        row = self._work.look_up(_BY_CODE, {"code": values["code"].upper()}) if "code" in values else None
        if row is None and "name" in values:
            row = self._named(values["name"])
        if row is None:
            return None
        fields = dict(zip(_KEPT, row, strict=True))
        code = fields["code"]
        if fields["archived_at"] is not None:
            raise Refused(msg("{code} {name} is archived", code=code, name=fields["name"]), code="archived")
        if code in self._options.rows:
            raise Duplicate(msg("{code} {name} is there twice", code=code, name=fields["name"]), details={"twin": code})
        return Found(fields["id"], code, fields)

    def _named(self, name: str) -> tuple[Any, ...] | None:
        norm = normalised_name(name)
        first = self._work.look_up(_BY_NAME, {"name": norm, "skip": 0})
        second = None if first is None else self._work.look_up(_BY_NAME, {"name": norm, "skip": 1})
        if first is not None and second is not None:
            codes = [row[_KEPT.index("code")] for row in (first, second)]
            raise Ambiguous(msg("{name} is the name of more than one: give the code: {codes}", name=name, codes=codes))
        return first

    def apply(self, found: Found, values: Values, reason: str) -> ImportOutcome:
        """Change the customer as the row says; `reason` is kept with a change of status or grade.

        What may be refused is looked at before anything is written. Raises as the single commands do.
        """
        columns, before, after = self._plain(found, values)
        self._change_owner(found, values, columns, before, after)
        self._change_budget(found, values, columns, before, after)
        person = self._people.look_at(found.id, found.code, values)
        moved = self._change_status(found, values, reason)
        moved = self._change_grade(found, values, reason) or moved
        moved = self._change_first_contact(found, values, before, after) or moved
        tagged = self._add_tags(found, values, after)
        if columns:
            self._batches.change(Customer, found.id, columns)
        if before or after:
            self._work.audit("customer.edit", "customer", found.code, before=before, after=after)
        self._write_person(found, person)
        if len(self._batches) >= _BATCH:
            self.flush()
        changed = columns or moved or tagged or person is not None
        return ImportOutcome.UPDATED if changed else ImportOutcome.UNCHANGED

    def flush(self) -> None:
        """Write what was changed since the last time."""
        self._batches.flush()
        if self._tags:
            self._intake.flush()
            self._work.insert(CustomerTag, self._tags)
            self._tags.clear()
        self._work.write_audit()

    def _plain(self, found: Found, values: Values) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The columns to write, and for the audit trail the fields that differ before and after."""
        new = {name: str(values[name]) for name in _PLAIN if name in values}
        after: dict[str, Any] = {name: value for name, value in new.items() if value != found.fields[name]}
        before = {name: found.fields[name] for name in after}
        columns = dict(after)
        if "name" in after:
            norm = normalised_name(after["name"])
            self._refuse_twin(found, after["name"], norm)
            heard = sound(after["name"], person=new.get("kind", found.fields["kind"]) == Kind.PERSON)
            columns |= {"name_folded": fold(after["name"]), "name_norm": norm, "pinyin": heard.full, "initials": heard.initials}
        return columns, before, after

    def _refuse_twin(self, found: Found, name: str, norm: str) -> None:
        twin = None if self._options.allow_duplicate else self._work.look_up(_SAME_NAME, {"name": norm, "id": found.id})
        if twin is not None:
            raise Duplicate(
                msg("{name} is there already: {code} {twin}", name=name, code=twin[0], twin=twin[1]),
                details={"twin": twin[0], "field": "name"},
            )

    def _change_owner(
        self, found: Found, values: Values, columns: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        if "owner" not in values:
            return
        row = self._work.look_up(_OWNER, {"login": values["owner"]})
        if row is None:  # somebody who left since the list was read
            raise NotFound(msg("there is no active staff member {login}", login=values["owner"]), code="unknown-staff")
        if row[0] != found.fields["owner_id"]:
            columns |= {"owner_id": row[0], "assigned_at": self._work.now}
            former = self._work.look_up(_LOGIN, {"id": found.fields["owner_id"]})
            before["owner"], after["owner"] = former[0] if former else None, values["owner"]

    def _change_budget(
        self, found: Found, values: Values, columns: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        consent = values.get("budget_consent") or found.fields["budget_consent"]
        self._work.decide(budget_consent(budget_given="budget" in values, consent=consent))
        sealed, vault = found.fields["budget_cipher"], self._work.context.vault
        if "budget" in values:
            amount = format_money(values["budget"])
            if sealed is None or vault.decrypt(sealed, BUDGET, found.id) != amount:
                columns["budget_cipher"] = after["budget"] = vault.encrypt(amount, BUDGET, found.id)
                before["budget"] = sealed
        if consent != found.fields["budget_consent"] and (sealed is not None or "budget" in values):
            columns["budget_consent"] = after["budget_consent"] = consent
            before["budget_consent"] = found.fields["budget_consent"]

    def _change_status(self, found: Found, values: Values, reason: str) -> bool:
        new = values.get("status", found.fields["status"])
        if new == found.fields["status"]:
            return False
        asked = NewStatus(Status(new), reason, values.get("loss_reason"), override=True)
        with self._quietly():
            change_status(self._work, load(self._work, found.id), asked)
        return True

    def _change_grade(self, found: Found, values: Values, reason: str) -> bool:
        new = values.get("grade", found.fields["grade"])
        if new == found.fields["grade"]:
            return False
        with self._quietly():
            change_grade(self._work, load(self._work, found.id), Grade(new), reason)
        return True

    def _change_first_contact(self, found: Found, values: Values, before: dict[str, Any], after: dict[str, Any]) -> bool:
        """A day alone says nothing of the hour, so only another day counts as a change."""
        clock = self._work.context.clock
        kept = from_db(found.fields["first_contact_at"])
        given = values.get("first_contact", kept)
        if clock.local(given).date() == clock.local(kept).date():
            return False
        latest = self._work.look_up(_LATEST, {"id": found.id})
        days = [clock.local(moment).date() for moment in (given, from_db(latest[0]) if latest and latest[0] else given)]
        customer = load(self._work, found.id)
        was, became = self._work.changed(customer, {"first_contact_at": given, "last_contact_on": max(days)})
        before |= was
        after |= became
        self._work.session.add(customer)
        schedule.replan(self._work, customer)
        return True
...
