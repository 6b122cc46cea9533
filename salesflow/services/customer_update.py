"""Changing customers that are there by the rows of a list: what a row says replaces what is kept, a blank cell nothing.

Plain fields are compared through the driver and written in batches, so that a hundred thousand rows are no burden; the few
rows that move the plan (status, grade, first contact) or bring a new contact go the way that a single command goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import bindparam, update

from salesflow.clock import from_db
from salesflow.enums import Grade, ImportOutcome, Status
from salesflow.errors import Ambiguous, Duplicate, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.customer import Customer
from salesflow.models.tag import CustomerTag
from salesflow.rules.consent import budget_consent
from salesflow.services import assignment, schedule
from salesflow.services.contact_update import ContactUpdates
from salesflow.services.customer_changes import first_contact, sealed_budget
from salesflow.services.customer_fields import name_columns, parse_tags
from salesflow.services.customers import Intake, same_name, there_already
from salesflow.services.importing.changes import Changes, History
from salesflow.services.records import load
from salesflow.services.roster import Person
from salesflow.services.status import NewStatus, change_grade, change_status
from salesflow.text import fold, normalised_name

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.services.importing import Options, Values

_BATCH: Final = 1000
_PLAIN: Final = ("name", "kind", "industry", "size", "region", "address", "source", "source_detail", "need", "remark")
_DERIVED: Final = ("name_folded", "name_norm", "pinyin", "initials", "assigned_at", "uncontacted_since")
_MOVED: Final = ("status", "grade", "first_contact_at", "last_contact_on", "last_progress_on", "next_follow_up_on")
_KEPT: Final = (
    *_PLAIN, *_DERIVED, *_MOVED, "id", "code", "version", "owner_id", "budget_cipher", "budget_consent", "archived_at",
)  # fmt: skip
_FIND: Final = f"SELECT {', '.join(_KEPT)} FROM customer WHERE "  # noqa: S608 - names of ours
# Who was merged stands for the customer that it went into.
_BY_CODE: Final = _FIND + "id = (SELECT coalesce(merged_into_id, id) FROM customer WHERE code = :code)"  # noqa: S608 - names of ours
_BY_FORMER_NAME: Final = (
    _FIND + "id = (SELECT merged_into_id FROM customer WHERE name_norm = :name AND merged_into_id IS NOT NULL LIMIT 1)"  # noqa: S608 - names of ours
)
_BY_NAME: Final = _FIND + "name_norm = :name AND archived_at IS NULL ORDER BY id LIMIT 1 OFFSET :skip"
_OWNER: Final = "SELECT id, login, name FROM staff WHERE login = :login AND active"
_LOGIN: Final = "SELECT login FROM staff WHERE id = :id"
_TAGGED: Final = (
    "SELECT 1 FROM customer_tag JOIN tag ON tag.id = tag_id WHERE customer_id = :customer AND name_norm = :norm"
)


class Found(NamedTuple):
    """A customer that is there, with its fields as the database has them. Only one found by its own code is given a new name."""

    id: int
    code: str
    fields: Mapping[str, Any]
    by_code: bool


class _Edit:
    """What a row changes: the columns to write, for the audit trail what was and what is, for taking it back what came with it."""

    def __init__(self) -> None:
        self.columns: dict[str, Any] = {}
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}
        self.moved: dict[str, Any] = {}
        self.tags: list[int] = []

    def note(self, name: str, old: object, new: object, columns: Mapping[str, object]) -> None:
        self.before[name], self.after[name] = old, new
        self.columns |= columns


class CustomerUpdates:
    """Finds and changes customers. `intake` takes the new ones in beside; it is flushed before what could meet its keys.

    What was there before is kept, so that the import can be taken back.
    """

    def __init__(self, work: Transaction, import_id: int, intake: Intake, options: Options) -> None:
        self._work = work
        self._intake = intake
        self._options = options
        self._changes = Changes(work, import_id)
        self._history = History(work)
        self._people = ContactUpdates(work, intake, self._changes, allow_duplicate=options.allow_duplicate)
        self._waiting: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        self._count = 0

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
        return Found(fields["id"], code, fields, code == values.get("code", "").upper())

    def _named(self, name: str) -> tuple[Any, ...] | None:
        norm = normalised_name(name)
        first = self._work.look_up(_BY_NAME, {"name": norm, "skip": 0})
        second = None if first is None else self._work.look_up(_BY_NAME, {"name": norm, "skip": 1})
        if first is not None and second is not None:
            codes = [row[_KEPT.index("code")] for row in (first, second)]
            raise Ambiguous(msg("{name} is the name of more than one: give the code: {codes}", name=name, codes=codes))
        return first or self._work.look_up(_BY_FORMER_NAME, {"name": norm})

    def apply(self, found: Found, values: Values, reason: str) -> ImportOutcome:
        """Change the customer as the row says; `reason` is kept with a change of status or grade.

        What may be refused is looked at before anything is written. Raises as the single commands do.
        """
        edit = _Edit()
        self._edit_plain(found, values, edit)
        owner = self._edit_owner(found, values, edit)
        self._edit_budget(found, values, edit)
        people = self._people.look_at(found.id, found.code, values)
        tags = self._new_tags(found, values["tags"]) if "tags" in values else []
        moved = self._move(found, values, reason, edit)
        if owner is not None:
            assignment.keep_change(self._work, found.id, found.fields["owner_id"], owner, self._options.file)
        if tags:
            self._add_tags(found, tags, edit)
        if edit.columns:
            self._keep(found, edit)
        if edit.after:
            self._work.audit("customer.edit", "customer", found.code, before=edit.before, after=edit.after)
        for person in people:
            self._people.write(found.id, found.code, person)
        if not (edit.after or moved or people):
            return ImportOutcome.UNCHANGED
        names = ("version", *edit.columns, *(_MOVED if edit.moved else ()))
        former = {name: found.fields[name] for name in names}
        self._changes.note("customer", found.id, former, tags=edit.tags, **edit.moved)
        return ImportOutcome.UPDATED

    def _keep(self, found: Found, edit: _Edit) -> None:
        """Rows with the same columns are written together; a name at once, so that later rows meet it."""
        row = {f"new_{name}": value for name, value in edit.columns.items()}
        self._waiting[tuple(edit.columns)].append({**row, "key": found.id})
        self._count += 1
        if self._count >= _BATCH or "name" in edit.columns:
            self.flush()

    def finish(self) -> None:
        """Write what is still waiting, and what is needed to take it back."""
        self.flush()
        self._changes.finish()

    def flush(self) -> None:
        """Write what was changed since the last time."""
        table = cast("Any", Customer).__table__
        for columns, rows in self._waiting.items():
            new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
            statement = update(table).where(table.c.id == bindparam("key")).values(**new, version=table.c.version + 1)
            self._work.session.execute(statement, rows)
        self._waiting.clear()
        self._count = 0
        self._work.write_audit()

    def _edit_plain(self, found: Found, values: Values, edit: _Edit) -> None:
        for name in _PLAIN:
            known = name in values and (name != "name" or found.by_code)
            new = str(values[name]) if known else found.fields[name]
            if new != found.fields[name]:
                edit.note(name, found.fields[name], new, {name: new})
        if "name" in edit.after:
            named = name_columns(edit.after["name"], edit.after.get("kind", found.fields["kind"]))
            self._refuse_twin(found, named["name"], named["name_norm"])
            edit.columns |= named

    def _refuse_twin(self, found: Found, name: str, norm: str) -> None:
        if self._options.allow_duplicate:
            return
        self._intake.flush()
        twin = same_name(self._work, norm, but=found.id)
        if twin is not None:
            raise there_already(name, twin)

    def _edit_owner(self, found: Found, values: Values, edit: _Edit) -> Person | None:
        """The new owner, if there is one."""
        if "owner" not in values:
            return None
        former = self._work.look_up(_LOGIN, {"id": found.fields["owner_id"]})
        if former == (values["owner"],):  # also somebody who left: nothing changes
            return None
        row = self._work.look_up(_OWNER, {"login": values["owner"]})
        if row is None:
            raise NotFound(msg("there is no active staff member {login}", login=values["owner"]), code="unknown-staff")
        assignment.refuse_strange(self._work, found.fields)
        columns = {"owner_id": row[0], "assigned_at": self._work.now, "uncontacted_since": self._work.now}
        edit.note("owner", former[0] if former else None, values["owner"], columns)
        return Person(*row)

    def _edit_budget(self, found: Found, values: Values, edit: _Edit) -> None:
        consent = values.get("budget_consent") or found.fields["budget_consent"]
        self._work.decide(budget_consent(budget_given="budget" in values, consent=consent))
        sealed = found.fields["budget_cipher"]
        if "budget" in values:
            new = sealed_budget(self._work, found.id, sealed, values["budget"])
            if new != sealed:
                edit.note("budget", sealed, new, {"budget_cipher": new})
        former = found.fields["budget_consent"]
        if consent != former and (sealed is not None or "budget" in values):
            edit.note("budget_consent", former, consent, {"budget_consent": consent})

    def _move(self, found: Found, values: Values, reason: str, edit: _Edit) -> bool:
        """The changes that move the plan; hints of single rows are not shown."""
        kept = found.fields
        if not {"status", "grade", "first_contact"} & values.keys():
            return False
        status, grade = values.get("status", kept["status"]), values.get("grade", kept["grade"])
        moves = status != kept["status"] or grade != kept["grade"] or self._other_day(found, values)
        if not moves:
            return False
        shown = len(self._work.context.notes)
        pending = self._history.pending(found.id)
        if status != kept["status"]:
            asked = NewStatus(Status(status), reason, values.get("loss_reason"), override=True)
            change_status(self._work, load(self._work, found.id), asked)
        if grade != kept["grade"]:
            change_grade(self._work, load(self._work, found.id), Grade(grade), reason)
        if self._other_day(found, values):
            self._move_first_contact(found, values["first_contact"], edit)
        del self._work.context.notes[shown:]
        edit.moved = {"moved": True, **self._history.since(found.id, pending)}
        return True

    def _other_day(self, found: Found, values: Values) -> bool:
        """Whether the first contact was on another day; a list mostly gives the day alone, so only that is a change."""
        if "first_contact" not in values:
            return False
        local, kept = self._work.context.clock.local, from_db(found.fields["first_contact_at"])
        return bool(local(values["first_contact"]).date() != local(kept).date())

    def _move_first_contact(self, found: Found, given: datetime, edit: _Edit) -> None:
        kept = from_db(found.fields["first_contact_at"])
        customer = load(self._work, found.id)
        edit.note("first_contact_at", kept, given.astimezone(kept.tzinfo), {})
        self._work.changed(customer, first_contact(self._work, found.id, given))
        self._work.session.add(customer)
        schedule.replan(self._work, customer)

    def _new_tags(self, found: Found, typed: str) -> list[str]:
        """The tags that the customer lacks. Raises Refused for one that it may not get."""
        wanted = {"customer": found.id}
        new = [tag for tag in parse_tags((typed,)) if not self._work.look_up(_TAGGED, {**wanted, "norm": fold(tag)})]
        for tag in new:
            self._intake.check_tag(tag)
        return new

    def _add_tags(self, found: Found, new: list[str], edit: _Edit) -> None:
        """Tags are added; none is taken away."""
        keys = [self._intake.tag(tag) for tag in new]
        self._intake.flush()
        self._work.insert(CustomerTag, [{"customer_id": found.id, "tag_id": key} for key in keys])
        edit.tags = keys
        edit.note("tags", None, new, {})
