"""Changing and removing the contacts of a customer, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import ChainRole, ContactField
from salesflow.errors import Refused, UsageError
from salesflow.i18n import msg
from salesflow.services import contacts
from salesflow.services.contacts import KINDS, Checked, NewContact, for_audit, optional, place
from salesflow.services.customer_edit import Change
from salesflow.services.records import refuse_changed

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.contact import Contact
    from salesflow.models.customer import Customer

_PLAIN: Final = ("name", "title", "role", "concern")
_FIELDS: Final = (*_PLAIN, *KINDS, "primary")
_DERIVED: Final = ("pinyin", "initials")


@dataclass(frozen=True, slots=True)
class ContactEdit:
    """What is to be changed, as typed; None is left as it is. `clear` names what is to be empty, `primary` makes it that."""

    name: str | None = None
    title: str | None = None
    phone: str | None = None
    email: str | None = None
    wechat: str | None = None
    role: ChainRole | None = None
    concern: str | None = None
    primary: bool = False
    clear: tuple[ContactField, ...] = ()


class Edited(NamedTuple):
    """The contact as it is now, and what changed; phone, e-mail and WeChat masked."""

    contact: Contact
    changes: Sequence[Change]


class Removed(NamedTuple):
    """The contact that was removed, and the one that is primary in its place, if it was that."""

    contact: Contact
    primary: Contact | None


def edit(
    work: Transaction,
    customer: Customer,
    name: str | None,
    wanted: ContactEdit,
    *,
    if_version: int | None = None,
    allow_duplicate: bool = False,
) -> Edited:
    """Change the contact of that name or with it as a part of its name, else the primary one.

    Raises UsageError where nothing is given, InvalidValue for a value that cannot be kept, NotFound, Ambiguous, Duplicate for
    a value that another contact has, Conflict where somebody changed it since `if_version`, Refused where it could no longer
    be reached.
    """
    assert customer.id is not None
    _check_asked(wanted)
    people = contacts.of_customer(work, customer.id)
    contact = contacts.among(customer, people, name)
    refuse_changed(contact, if_version, name=contact.name, look=f"salesflow customer show {customer.code}")
    values = _values(work, contact, wanted)
    _refuse_unreachable(contact, wanted)
    other = None if allow_duplicate else contacts.twin(work, values, but=contact.id or 0)
    if other is not None:
        raise contacts.known_already(values, other)
    columns = {**_plain(work, contact, wanted), **_reached(work, contact, values, wanted)}
    was = contact.model_dump()
    _, after = work.changed(contact, columns | ({"is_primary": True} if wanted.primary else {}))
    work.session.add(contact)
    if "is_primary" in after:
        _unset_primary(work, [one for one in people if one is not contact])
    changed = [field for field in _FIELDS if _column(field, "index") in after]
    _audit(work, customer, was, contact.model_dump(), changed)
    return Edited(contact, [_change(field, was, contact.model_dump()) for field in changed])


def remove(work: Transaction, customer: Customer, name: str, reason: str | None = None) -> Removed:
    """Remove a contact; what was logged of it goes on naming it. The next one becomes primary where it was that.

    Raises NotFound, Ambiguous, InvalidValue for the reason, Refused for the customer's last contact.
    """
    assert customer.id is not None
    why = optional(reason, work.context.policy.limits.text, msg("the reason"), multiline=True)
    people = contacts.of_customer(work, customer.id)
    contact = contacts.among(customer, people, name)
    others = [one for one in people if one is not contact]
    if not others:
        raise Refused(
            msg(
                "{contact} is the last contact of {code} {name}",
                contact=contact.name,
                code=customer.code,
                name=customer.name,
            ),
            msg("add another one first: salesflow contact add {code} --name NAME --phone NUMBER", code=customer.code),
            code="last-contact",
        )
    heir = others[0] if contact.is_primary else None
    work.changed(contact, {"removed_at": work.now, "is_primary": False})
    work.session.add(contact)
    work.session.flush()
    if heir is not None:
        work.changed(heir, {"is_primary": True})
        work.session.add(heir)
    after = {"reason": why, "primary": None if heir is None else heir.id}
    work.audit("contact.remove", "contact", customer.code, before=for_audit(contact.model_dump()), after=after)
    return Removed(contact, heir)


def _check_asked(wanted: ContactEdit) -> None:
    given = {field.name for field in fields(wanted) if getattr(wanted, field.name) not in (None, (), False)}
    if not given:
        raise UsageError(
            msg("there is nothing to change"), msg("give what is to be changed, such as --title TEXT, or --clear FIELD")
        )
    for field in wanted.clear:
        if field.value in given:
            raise UsageError(
                msg("--{option} is given and cleared at once", option=field.value), msg("leave out one of the two")
            )


def _plain(work: Transaction, contact: Contact, wanted: ContactEdit) -> dict[str, Any]:
    """The plain columns that are wanted, changed or not."""
    given = {name: getattr(wanted, name) for name in _PLAIN if getattr(wanted, name) is not None}
    typed = NewContact(**{"name": contact.name, **given})
    columns = contacts.checked_columns(typed, work.context.policy.limits)
    for name in given:
        if columns[name] is None:
            raise _empty(name)
    wanted_names = {*given, *(_DERIVED if columns["name"] != contact.name else ())}
    cleared = {field.value for field in wanted.clear} - set(KINDS)
    return {name: value for name, value in columns.items() if name in wanted_names} | dict.fromkeys(cleared, None)


def _empty(name: str) -> UsageError:
    return UsageError(msg("--{option} is empty", option=name), msg("to leave it empty: --clear {option}", option=name))


def _values(work: Transaction, contact: Contact, wanted: ContactEdit) -> Checked:
    """Phone, e-mail and WeChat that are given and differ from what is kept."""
    given = {kind: getattr(wanted, kind) for kind in KINDS if getattr(wanted, kind) is not None}
    for kind, typed in given.items():
        if not typed.strip():
            raise _empty(kind)
    if not given:
        return Checked({}, {}, {})
    if "wechat" in given and "phone" not in given and contact.phone_cipher is not None:
        # "the same as the phone" is understood of the phone that is kept
        given["phone"] = work.context.vault.decrypt(contact.phone_cipher, place("phone"), contact.id or 0)
    found = contacts.checked(NewContact(contact.name, **given), work.context.policy.limits, work.context.vault)
    return found._replace(
        indexes={kind: index for kind, index in found.indexes.items() if index != getattr(contact, f"{kind}_index")}
    )


def _reached(work: Transaction, contact: Contact, values: Checked, wanted: ContactEdit) -> dict[str, Any]:
    """All columns of the values that change or end."""
    assert contact.id is not None
    changed = {*values.indexes, *(field.value for field in wanted.clear if field.value in KINDS)}
    kept = values._replace(values={kind: values.values[kind] for kind in values.indexes})
    sealed = contacts.sealed(work.context.vault, kept, contact.id)
    return {name: value for name, value in sealed.items() if name.partition("_")[0] in changed}


def _refuse_unreachable(contact: Contact, wanted: ContactEdit) -> None:
    left = {kind for kind in KINDS if getattr(contact, f"{kind}_cipher") is not None}
    left -= {field.value for field in wanted.clear}
    left |= {kind for kind in KINDS if getattr(wanted, kind) is not None}
    if not left:
        raise Refused(
            msg("{contact} would have neither phone, e-mail nor WeChat", contact=contact.name),
            msg("one of them stays: give another one in its place, or remove the contact: salesflow contact remove"),
            code="last-value",
        )


def _unset_primary(work: Transaction, others: list[Contact]) -> None:
    for other in others:
        work.changed(other, {"is_primary": False})
        work.session.add(other)


def _column(field: str, form: str) -> str:
    """The column of a field: phone, e-mail and WeChat have one for each of their forms."""
    if field in KINDS:
        return f"{field}_{form}"
    return "is_primary" if field == "primary" else field


def _change(field: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Change:
    column = _column(field, "masked")
    return Change(field, was[column], now[column])


def _audit(
    work: Transaction, customer: Customer, was: Mapping[str, Any], now: Mapping[str, Any], changed: Sequence[str]
) -> None:
    if changed:
        columns = {field: _column(field, "cipher") for field in changed}
        before = {field: was[column] for field, column in columns.items()}
        after = {field: now[column] for field, column in columns.items()}
        work.audit("contact.edit", "contact", customer.code, before=before, after={"id": now["id"], **after})
