"""Importing a list of customers: how a row becomes a new customer, or changes one that is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from salesflow.enums import ImportOutcome, Kind, Source, Status
from salesflow.errors import Duplicate, InvalidValue
from salesflow.i18n import msg, render
from salesflow.services import contacts
from salesflow.services.contacts import NewContact
from salesflow.services.customer_columns import CONTACT, Masked, fields
from salesflow.services.customer_update import CustomerUpdates
from salesflow.services.customers import Intake, NewCustomer, NewStatus
from salesflow.services.importing import Job, Layout, Options, Report, Values, run
from salesflow.services.importing.job import Progress
from salesflow.services.importing.layout import check_complete
from salesflow.services.regions import REGION

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.db.transaction import Transaction

_REQUIRED: Final = ("name", "industry", "need")
_PLAIN: Final = (
    "name",
    "industry",
    "need",
    "size",
    "region",
    "address",
    "source_detail",
    "budget",
    "budget_consent",
    "grade",
    "owner",
    "remark",
)
_BY_CODE: Final = "SELECT code, name FROM customer WHERE code = :code"


def import_customers(context: Context, job: Job, progress: Progress | None = None) -> Report:
    """Import a list of customers. Raises as `importing.run` does."""
    return run(context, layout(context, update=job.update), job, progress)


def layout(context: Context, *, update: bool = False) -> Layout:
    """The layout of a customer list. With `update` a row may say nothing of what a customer that is there has already."""

    def build(values: Values) -> Values:
        _settle(values)
        _settle_contacts(values, update=update)
        if not update:
            _people(values)
        return values

    required = () if update else _REQUIRED
    return Layout("customer", "name", fields(context), required, build, CustomerWriter, CONTACT, "remark")


def _settle_contacts(values: Values, *, update: bool) -> None:
    """What is said of contacts, the further ones in a list of their own: `more`. A masked value says nothing of one who is there.

    Raises InvalidValue for a masked value of a new contact.
    """
    more: dict[int, Values] = {}
    for name in [name for name in values if name.rpartition("_")[0] in CONTACT]:
        field, _, number = name.rpartition("_")
        more.setdefault(int(number), {})[field] = values.pop(name)
    people = [values, *(more[number] for number in sorted(more))]
    for person in people:
        reach = person.pop("reach", {})
        for kind, value in ({"phone": reach} if isinstance(reach, Masked) else reach).items():
            person.setdefault(kind, value)
        for kind in [kind for kind in contacts.KINDS if isinstance(person.get(kind), Masked)]:
            masked = person.pop(kind)
            if not update:
                raise InvalidValue(
                    msg("{value} is masked: write the whole value, or export with --reveal", value=masked),
                    code="masked",
                )
    if people[1:]:
        values["more"] = people[1:]


def _settle(values: Values) -> None:
    """Give every field what a cell of another column says of it."""
    if "source" in values:
        values["source"], detail = values["source"]
        if detail is not None:
            values.setdefault("source_detail", detail)
    place = values.get("region")
    if place is not None and re.fullmatch(REGION, place.upper()):
        values["region"] = place.upper()
    elif place is not None:  # no code but the name of a place: it begins the address
        del values["region"]
        address = values.get("address", "")
        values["address"] = address if address.startswith(place) else f"{place} {address}".strip()


def _contact(values: Values) -> NewContact:
    """The row's contact; a person is its own one. Raises InvalidValue where nothing says whom to ask for."""
    name = values.get("contact")
    if name is None:
        if values.get("kind") is not Kind.PERSON:
            raise InvalidValue(
                msg("the contact's name is missing"), msg("every contact has a name"), code="missing-value"
            )
        name = values["name"]
    return _new_contact(name, values)


def _people(values: Values) -> tuple[NewContact, ...]:
    """The row's contacts, the primary one first."""
    return (_contact(values), *(_further(person) for person in values.get("more", ())))


def _further(person: Values) -> NewContact:
    if "contact" not in person:
        raise InvalidValue(msg("the contact's name is missing"), msg("every contact has a name"), code="missing-value")
    return _new_contact(person["contact"], person)


def _new_contact(name: str, values: Values) -> NewContact:
    given = {field: values[field] for field in (*contacts.KINDS, "title", "role", "concern") if field in values}
    if not any(kind in given for kind in contacts.KINDS):
        raise InvalidValue(
            msg("{contact} has neither phone, e-mail nor WeChat", contact=name),
            msg("give one of them at least"),
            code="missing-value",
        )
    return NewContact(name, **given)


class CustomerWriter:
    """Writes the rows of a customer list: new customers in batches, with `update` changes of those that are there."""

    def __init__(self, work: Transaction, import_id: int, options: Options) -> None:
        self._work = work
        self._options = options
        self._intake = Intake(work, allow_duplicate=options.allow_duplicate, import_id=import_id)
        self._updates = CustomerUpdates(work, import_id, self._intake, options) if options.update else None
        self._reason = render(msg("import of {file}", file=options.file))

    def write(self, values: Values) -> tuple[str, ImportOutcome]:
        """Raises Duplicate, InvalidValue, NotFound, RuleRefused for a row that cannot be kept."""
        if self._updates is not None:
            found = self._updates.find(values)
            if found is not None:
                return found.code, self._updates.apply(found, values, self._reason)
            check_complete(values, _REQUIRED)
        elif "code" in values:
            self._refuse_known_code(values["code"])
        return self._intake.add(self._new(values)), ImportOutcome.CREATED

    def finish(self) -> None:
        self._intake.flush()
        if self._updates is not None:
            self._updates.finish()

    def _refuse_known_code(self, code: str) -> None:
        found = self._work.look_up(_BY_CODE, {"code": code.upper()})
        if found is not None:
            raise Duplicate(
                msg("{code} is there already: {name}", code=found[0], name=found[1]),
                msg("change it with --update"),
                details={"twin": found[0], "field": "code"},
            )

    def _new(self, values: Values) -> NewCustomer:
        given: dict[str, Any] = {name: values[name] for name in _PLAIN if name in values}
        status = values.get("status", Status.PROSPECT)
        if status is not Status.PROSPECT:
            given["status"] = NewStatus(status, self._reason, values.get("loss_reason"), override=True)
        return NewCustomer(
            **given,
            source=values.get("source", Source.OTHER),
            kind=values.get("kind", Kind.COMPANY),
            first_contact_at=values.get("first_contact"),
            tags=(values["tags"],) if "tags" in values else (),
            contacts=_people(values),
            former_code=values.get("code"),
        )
