"""Importing a list of follow-ups: how a row becomes a follow-up of a customer that is there, or that is made for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.clock import to_db
from salesflow.enums import ImportOutcome, Source
from salesflow.errors import InvalidValue, NotFound
from salesflow.i18n import msg
from salesflow.models.followup import Followup
from salesflow.services import contacts
from salesflow.services.customer_columns import Masked
from salesflow.services.customers import Intake, NewContact, NewCustomer
from salesflow.services.followup_columns import TEXTS, TITLES, fields
from salesflow.services.followup_customers import Customers, Ref
from salesflow.services.followup_effects import Effects, Newest
from salesflow.services.importing import Job, Layout, Options, Report, Values, run
from salesflow.services.importing.job import Progress
from salesflow.text import fold

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.db.transaction import Transaction

_BATCH: Final = 1000
_REQUIRED: Final = ("at", "method", "content")
_STAFF: Final = "SELECT id, active FROM staff WHERE login = :login"
_CONTACT: Final = (
    "SELECT id, name FROM contact WHERE customer_id = :customer AND removed_at IS NULL ORDER BY is_primary DESC, id"
    " LIMIT 1 OFFSET :skip"
)
_SAME: Final = (
    "SELECT id FROM followup WHERE customer_id = :customer AND at >= :first AND at <= :last AND method = :method"
    " AND content = :content LIMIT 1"
)


def import_followups(context: Context, job: Job, progress: Progress | None = None) -> Report:
    """Import a list of follow-ups. Raises as `importing.run` does."""
    return run(context, layout(context), job, progress)


def layout(context: Context) -> Layout:
    return Layout("followup", "content", fields(context), _REQUIRED, _build, FollowupWriter, spare="remark")


def _build(values: Values) -> Values:
    """The row with its remark behind its content. Raises InvalidValue for one that names no customer."""
    if "code" not in values and "customer" not in values:
        raise InvalidValue(msg("{column} is missing", column=TITLES["customer"].split()[0]), code="missing-value")
    if "remark" in values:
        values["content"] = f"{values['content']}\n备注：{values.pop('remark')}"
    reach = values.pop("reach", {})
    for kind, value in ({} if isinstance(reach, Masked) else reach).items():
        values.setdefault(kind, value)
    return {name: value for name, value in values.items() if not isinstance(value, Masked)}


class _Same(NamedTuple):
    """What two identical follow-ups have in common; `at` is a moment or a day."""

    customer_id: int
    at: str
    method: str
    content: str


class FollowupWriter:
    """Writes the rows of a list of follow-ups in batches; what they mean for the customers is settled at the end."""

    def __init__(self, work: Transaction, import_id: int, options: Options) -> None:
        self._work = work
        self._import_id = import_id
        self._options = options
        self._customers = Customers(work)
        self._effects = Effects(work, import_id, options.file)
        self._intake = Intake(work, allow_duplicate=options.allow_duplicate, import_id=import_id)
        self._staff: dict[str, tuple[int, bool]] = {}
        self._rows: list[dict[str, Any]] = []
        self._known: dict[_Same, int] = {}
        last = work.look_up("SELECT max(id) FROM followup", {})
        self._last_id = int(last[0] or 0) if last else 0

    def write(self, values: Values) -> tuple[str, ImportOutcome]:
        """Raises NotFound, Ambiguous, Refused, InvalidValue, Duplicate for a row that cannot be kept."""
        author_id, active = self._author(values.get("by"))
        customer = self._customer(values, active=active)
        at, whole_day = values["at"]
        same = [
            _Same(customer.id, when, values["method"], values["content"]) for when in _when(at, whole_day=whole_day)
        ]
        twin = self._twin(same[-1], at, whole_day=whole_day)
        if twin is not None:
            return str(twin), ImportOutcome.UNCHANGED
        contact_id = self._contact(customer, values["contact"]) if "contact" in values else None
        self._last_id += 1
        self._known |= dict.fromkeys(same, self._last_id)
        row = {
            "id": self._last_id,
            "customer_id": customer.id,
            "contact_id": contact_id,
            "at": at,
            "recorded_at": self._work.now,
            "by_id": author_id,
            "method": values["method"].value,
            "progress": values.get("progress", False),
            "late": False,  # when it was written down the first time is not known
            "import_id": self._import_id,
            **{column: values.get(field) for field, column in TEXTS.items()},
        }
        self._rows.append(row)
        self._effects.note(
            customer.id,
            Newest(at, self._last_id, *(values.get(name) for name in ("status", "loss_reason", "next_on", "next"))),
            progress=row["progress"],
        )
        after = {"customer": customer.code, "at": at, "method": row["method"], "import": self._import_id}
        self._work.audit("followup.log", "followup", str(self._last_id), after=after)
        if len(self._rows) >= _BATCH:
            self._flush()
        return str(self._last_id), ImportOutcome.CREATED

    def finish(self) -> None:
        self._flush()
        self._effects.settle()

    def _flush(self) -> None:
        self._work.insert(Followup, self._rows)
        self._rows.clear()
        self._known.clear()
        self._work.write_audit()

    def _twin(self, same: _Same, at: datetime, *, whole_day: bool) -> int | None:
        """The key of the same follow-up, which is waiting or there."""
        known = self._known.get(same)
        if known is not None:
            return known
        first = self._work.context.clock.local(at).replace(hour=0, minute=0, second=0) if whole_day else at
        last = first + timedelta(days=1, seconds=-1) if whole_day else at
        found = self._work.look_up(
            _SAME,
            {
                "customer": same.customer_id,
                "first": to_db(first),
                "last": to_db(last),
                "method": same.method,
                "content": same.content,
            },
        )
        return None if found is None else int(found[0])

    def _author(self, login: str | None) -> tuple[int, bool]:
        """The key of who followed up, also of one who left since, and whether that one is still there."""
        name = login or self._work.actor.login
        if name not in self._staff:
            found = self._work.look_up(_STAFF, {"login": name})
            assert found is not None  # it was there when the row was read, and staff is never removed
            self._staff[name] = found[0], bool(found[1])
        return self._staff[name]

    def _customer(self, values: Values, *, active: bool) -> Ref:
        found = self._customers.find(values.get("code"), values.get("customer"))
        if found is not None:
            return found
        if self._options.create_missing:
            return self._made(values, active=active)
        raise NotFound(
            msg(
                "there is no customer {ref}: add it first, or make it with --create-missing",
                ref=values.get("customer") or values["code"],
            ),
            code="unknown-customer",
        )

    def _made(self, values: Values, *, active: bool) -> Ref:
        """A new customer with the row's contact. Raises InvalidValue that names what the row lacks for one."""
        reach = {kind: values[kind] for kind in contacts.KINDS if kind in values}
        lacking = [name for name in ("customer", "industry", "need", "contact") if name not in values]
        if lacking or not reach:
            names = [TITLES[name].split()[0] for name in lacking] + ([] if reach else ["手机 / 邮箱 / 微信"])
            raise InvalidValue(
                msg(
                    "{customer} is not there, and to make it the row lacks: {fields}",
                    customer=values.get("customer") or values["code"],
                    fields=names,
                ),
                code="missing-value",
            )
        person = NewContact(values["contact"], **reach)
        code = self._intake.add(
            NewCustomer(
                values["customer"],
                values["industry"],
                Source.OTHER,
                values["need"],
                (person,),
                first_contact_at=values["at"].at,
                owner=values.get("by") if active else None,
                former_code=values.get("code"),
            )
        )
        self._intake.flush()
        found = self._customers.find(code, None)
        assert found is not None
        return found

    def _contact(self, customer: Ref, name: str) -> int:
        """The customer's contact of that name. Raises NotFound that names those there are."""
        wanted, names = fold(name), list[str]()
        while row := self._work.look_up(_CONTACT, {"customer": customer.id, "skip": len(names)}):
            if fold(row[1]) == wanted:
                return int(row[0])
            names.append(row[1])
        raise NotFound(
            msg("{code} has no contact {name}; its contacts are: {names}", code=customer.code, name=name, names=names),
            code="unknown-contact",
        )


def _when(at: datetime, *, whole_day: bool) -> tuple[str, ...]:
    """By what the moment is known among the rows that wait: always as itself and as its day; a day alone last."""
    moment, day = to_db(at), at.strftime("%Y-%m-%d")
    return (moment, day) if whole_day else (day, moment)
