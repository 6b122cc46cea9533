"""The customer file: taking customers in, one or a hundred thousand, by one path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from salesflow.enums import PlanState, Status
from salesflow.errors import Duplicate
from salesflow.i18n import msg, render
from salesflow.models.change import GradeChange, StatusChange
from salesflow.models.contact import Contact
from salesflow.models.customer import Customer
from salesflow.models.followup import PlanItem
from salesflow.money import format_money
from salesflow.rules.cadence import CADENCE
from salesflow.rules.decision import Decision
from salesflow.services import contacts, status
from salesflow.services.contacts import NewContact, Twin, optional
from salesflow.services.customer_fields import Checked, Desk, NewCustomer
from salesflow.services.records import load
from salesflow.services.status import NewStatus
from salesflow.text import fold

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from salesflow.db.transaction import Transaction
    from salesflow.i18n import Message

__all__ = [
    "BUDGET", "Intake", "NewContact", "NewCustomer", "NewStatus", "add", "change_status", "load", "same_name", "there_already",
]  # fmt: skip

BUDGET: Final = "customer.budget"
_BATCH: Final = 500
# Who was merged stands for the customer that it went into.
_SAME_NAME: Final = """SELECT kept.code, kept.name FROM customer
    JOIN customer kept ON kept.id = coalesce(customer.merged_into_id, customer.id)
    WHERE customer.name_norm = :name AND kept.archived_at IS NULL AND kept.id <> :but
    ORDER BY customer.archived_at IS NOT NULL, customer.id LIMIT 1"""
# parents before children
_TABLES: Final[tuple[type[SQLModel], ...]] = (Customer, Contact, StatusChange, GradeChange, PlanItem)


def add(work: Transaction, new: NewCustomer, *, allow_duplicate: bool = False) -> str:
    """Add one customer; gives its code. Raises as `Intake.add` does."""
    intake = Intake(work, allow_duplicate=allow_duplicate)
    code = intake.add(new)
    intake.flush()
    return code


def change_status(work: Transaction, customer_id: int, new: NewStatus) -> Decision[date]:
    """Change a customer's status on somebody's word; gives the decision on the next follow-up.

    Raises InvalidValue for a text that cannot be kept, Refused for an archived customer, RuleRefused as `services.status`.
    """
    limits = work.context.policy.limits
    reason = optional(new.reason, limits.text, msg("the reason"), multiline=True) or ""
    competitor = optional(new.competitor, limits.line, msg("the competitor"))
    cleaned = replace(new, reason=reason, competitor=competitor)
    due = status.change_status(work, load(work, customer_id), cleaned)
    assert due is not None
    return due


def same_name(work: Transaction, norm: str, *, but: int = 0) -> tuple[str, str] | None:
    """Code and name of the customer that has, or had before a merge, the same normalised name; `but` a customer itself."""
    found = work.look_up(_SAME_NAME, {"name": norm, "but": but})
    return None if found is None else (found[0], found[1])


def there_already(name: str, twin: tuple[str, str], hint: Message | None = None) -> Duplicate:
    """The refusal of a name that another customer has."""
    code, other = twin
    text = msg("{name} is there already: {code} {twin}", name=name, code=code, twin=other)
    return Duplicate(text, hint, details={"twin": code, "field": "name"})


class Intake:
    """Takes customers in: checks each, gives it its code, and writes them in batches.

    A customer that is refused leaves no trace, so that the next one can follow. Nothing may add customers beside it
    until it is flushed. import_id: the import that they come with; hints and flags of single rows are then not shown.
    `due` is what rule cadence said of the customer added last, `new_tags` the tags that the library had not.
    """

    def __init__(self, work: Transaction, *, allow_duplicate: bool = False, import_id: int | None = None) -> None:
        self._work = work
        self._vault = work.context.vault
        self._allow_duplicate = allow_duplicate
        self._import_id = import_id
        self._desk = Desk(work, thorough=import_id is None)
        self._year = work.context.clock.local(work.now).year
        self._last_ids: dict[str, int] = {}
        self._rows: dict[type[SQLModel], list[Mapping[str, Any]]] = {table: [] for table in _TABLES}
        self._names: dict[str, tuple[str, str]] = {}
        self._values: dict[tuple[str, bytes], Twin] = {}
        self._numbers: dict[str, int] = {}
        self._taken: defaultdict[str, int] = defaultdict(int)
        self._tags: dict[str, int] = {}
        self._checked_tags: set[str] = set()
        self._new_tags: list[Mapping[str, Any]] = []
        self._tagged: list[Mapping[str, Any]] = []
        self.due: Decision[date] | None = None
        self.new_tags: list[str] = []

    def add(self, new: NewCustomer) -> str:
        """Take one customer in; gives its code.

        Raises InvalidValue for a field that cannot be kept, NotFound for an unknown owner, RuleRefused (budget-consent,
        or need-specific where the policy says so), Duplicate naming the twin.
        """
        checked = self._desk.check(new)
        if not self._allow_duplicate:
            self._refuse_twin(checked)
        for tag in checked.tags:
            self.check_tag(tag)
        if self._import_id is None:
            for remark in checked.remarks:
                self._work.decide(remark)
        self.due = checked.due
        code = self._next_code(checked.columns["region"])
        if new.former_code is not None and new.former_code.upper() != code:
            former = render(msg("former code {code}", code=new.former_code))
            checked.columns["remark"] = "\n".join(filter(None, (checked.columns["remark"], former)))
        self._keep(checked, code)
        if len(self._rows[Customer]) >= _BATCH:
            self.flush()
            self._work.write_audit()
        return code

    def flush(self) -> None:
        """Write what was taken in since the last time."""
        for table, rows in self._rows.items():
            self._work.insert(table, rows)
            rows.clear()
        self._write_tags()
        for series, count in self._taken.items():
            self._work.next_number(series, count)
        self._taken.clear()
        self._names.clear()
        self._values.clear()
        self._last_ids.clear()

    def _next_id(self, table: str) -> int:
        """The next key: the write lock is held, and until the next flush nobody else adds a row."""
        if table not in self._last_ids:
            found = self._work.look_up(f"SELECT max(id) FROM {table}", {})  # noqa: S608 - names of ours
            self._last_ids[table] = int(found[0] or 0) if found else 0
        self._last_ids[table] += 1
        return self._last_ids[table]

    def _next_code(self, region: str) -> str:
        """Region, year and serial; the counter itself moves when the customers are written, so that no number is lost."""
        series = f"customer/{region}{self._year}"
        if series not in self._numbers:
            self._numbers[series] = self._work.next_number(series, 0)
        number = self._numbers[series]
        self._numbers[series] += 1
        self._taken[series] += 1
        return f"{region}{self._year}{number:03d}"

    def _refuse_twin(self, checked: Checked) -> None:
        norm = checked.columns["name_norm"]
        same = self._names.get(norm) or same_name(self._work, norm)
        if same is not None:
            hint = msg("see: salesflow customer show {code}; add it all the same with --allow-duplicate", code=same[0])
            raise there_already(checked.columns["name"], same, hint)
        for contact in checked.contacts:
            pending = (self._values.get(pair) for pair in contact.indexes.items())
            twin = next(filter(None, pending), None) or contacts.twin(self._work, contact)
            if twin is not None:
                raise contacts.known_already(contact, twin)

    def _keep(self, checked: Checked, code: str) -> None:
        key, columns = self._next_id("customer"), checked.columns
        budget = None if checked.budget is None else self._vault.encrypt(format_money(checked.budget), BUDGET, key)
        columns |= {"id": key, "code": code, "budget_cipher": budget, "import_id": self._import_id}
        self._rows[Customer].append(columns)
        self._names[columns["name_norm"]] = (code, columns["name"])
        people = [
            self._keep_contact(contact, key, first=number == 0) for number, contact in enumerate(checked.contacts)
        ]
        for contact in checked.contacts:  # so that a later row of the same batch is known as a twin
            for kind, index in contact.indexes.items():
                self._values[kind, index] = Twin(kind, code, columns["name"], contact.columns["name"])
        for tag in checked.tags:
            self._tagged.append({"customer_id": key, "tag_id": self.tag(tag)})
        self._keep_history(checked, key)
        self._audit(checked, code, people)

    def _keep_contact(self, contact: contacts.Checked, customer_id: int, *, first: bool) -> Mapping[str, Any]:
        contact_id = self._next_id("contact")
        row = {
            "id": contact_id,
            "customer_id": customer_id,
            **contact.columns,
            "is_primary": first,
            **contacts.sealed(self._vault, contact, contact_id),
            "created_at": self._work.now,
        }
        self._rows[Contact].append(row)
        return row

    def _keep_history(self, checked: Checked, key: int) -> None:
        columns, status = checked.columns, checked.status
        made = {"customer_id": key, "at": self._work.now, "by_id": self._work.actor.id, "reason": status.reason}
        lost = status.loss_reason if status.status is Status.LOST else None
        self._rows[StatusChange].append({**made, "to_status": status.status.value, "loss_reason": lost})
        if columns["grade"] is not None:
            self._rows[GradeChange].append({**made, "to_grade": columns["grade"]})
        if columns["next_follow_up_on"] is not None:
            self._rows[PlanItem].append(
                {
                    "customer_id": key,
                    "due_on": columns["next_follow_up_on"],
                    "state": PlanState.PENDING.value,
                    "rule": CADENCE,
                    "created_at": self._work.now,
                    "created_by": self._work.actor.id,
                    "import_id": self._import_id,
                }
            )

    def check_tag(self, name: str) -> None:
        """Refuse a tag that a customer may not get: a retired one, and where a person typed it a new one near another.

        Raises Refused, Duplicate naming the near one.
        """
        norm = fold(name)
        if norm in self._checked_tags:
            return
        found = self._work.look_up("SELECT retired_at FROM tag WHERE name_norm = :norm", {"norm": norm})
        typed = self._import_id is None
        if (found is None and typed) or (found is not None and found[0] is not None):
            from salesflow.services import tags

            tags.check(self._work, name, near=typed)
        self._checked_tags.add(norm)

    def tag(self, name: str) -> int:
        """The tag's key, which is there after the next flush at the latest; a tag that the library lacks is added to it."""
        norm = fold(name)
        if norm not in self._tags:
            found = self._work.look_up("SELECT id FROM tag WHERE name_norm = :norm", {"norm": norm})
            self._tags[norm] = found[0] if found else self._new_tag(name, norm)
        return self._tags[norm]

    def _new_tag(self, name: str, norm: str) -> int:
        key = self._next_id("tag")
        self._new_tags.append({"id": key, "name": name, "name_norm": norm})
        self.new_tags.append(name)
        self._work.audit("tag.add", "tag", name)
        return key

    def _write_tags(self) -> None:
        if self._new_tags or self._tagged:
            from salesflow.models.tag import CustomerTag, Tag

            self._work.insert(Tag, self._new_tags)
            self._work.insert(CustomerTag, self._tagged)
            self._new_tags.clear()
            self._tagged.clear()

    def _audit(self, checked: Checked, code: str, people: list[Mapping[str, Any]]) -> None:
        left_out = ("id", "code", "name_folded", "name_norm", "pinyin", "initials", "owner_id", "budget_cipher")
        after = {name: value for name, value in checked.columns.items() if name not in left_out}
        after |= {
            "owner": checked.owner.login,
            "budget": checked.columns["budget_cipher"],
            "tags": checked.tags or None,
            "contacts": [contacts.for_audit(contact) for contact in people],
        }
        self._work.audit("customer.add", "customer", code, after=after)
