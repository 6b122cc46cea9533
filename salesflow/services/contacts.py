"""The people at a customer. Phone, e-mail and WeChat are kept three ways: encrypted, masked, and as a keyed hash for look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.addresses import checked_email
from salesflow.enums import ChainRole
from salesflow.errors import Ambiguous, Duplicate, InvalidValue, NotFound
from salesflow.i18n import Message, msg
from salesflow.pinyin import sound
from salesflow.services.phones import mask_phone, parse_phone
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.db.vault import Vault
    from salesflow.models.contact import Contact
    from salesflow.models.customer import Customer
    from salesflow.rules.policy import Limits

KINDS: Final = ("phone", "email", "wechat")
_NAME, _TITLE, _CONCERN = msg("the contact's name"), msg("the contact's title"), msg("the contact's concern")
_LABELS: Final[Mapping[str, Message]] = {
    "phone": msg("the phone number"),
    "email": msg("the e-mail address"),
    "wechat": msg("the WeChat name"),
}
_SAME_AS_PHONE: Final = frozenset(("同手机", "同手机号", "同电话", "同号", "微信同号", "同上", "same as phone"))
_TWIN: Final = (
    " UNION ALL ".join(
        f"SELECT '{kind}', customer.code, customer.name, contact.name "  # noqa: S608 - names of ours
        "FROM contact JOIN customer ON customer.id = contact.customer_id "
        f"WHERE contact.{kind}_index = :{kind} AND contact.id <> :but "
        "AND contact.removed_at IS NULL AND customer.archived_at IS NULL"
        for kind in KINDS
    )
    + " LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact as typed. At least one of phone, e-mail and WeChat is needed."""

    name: str
    title: str | None = None
    phone: str | None = None
    email: str | None = None
    wechat: str | None = None
    role: ChainRole = ChainRole.OTHER
    concern: str | None = None


class Checked(NamedTuple):
    """A contact whose fields are in order: the plain columns, its values in the form that is kept, their keyed hashes."""

    columns: Mapping[str, Any]
    values: Mapping[str, str]
    indexes: Mapping[str, bytes]


class Twin(NamedTuple):
    """Who has a contact value already."""

    kind: str
    customer_code: str
    customer_name: str
    contact_name: str


def checked(new: NewContact, limits: Limits, vault: Vault) -> Checked:
    """The contact with its fields in order. Raises InvalidValue for one that cannot be kept."""
    columns, values = checked_columns(new, limits), _values(new, limits)
    return Checked(columns, values, {kind: _index(vault, kind, value) for kind, value in values.items()})


def checked_columns(new: NewContact, limits: Limits) -> dict[str, Any]:
    """The plain columns, without what the contact is reached by. Raises InvalidValue for a text that cannot be kept."""
    name = clean(new.name, limit=limits.name, what=_NAME, multiline=False)
    if not name:
        raise InvalidValue(msg("the contact's name is missing"), msg("every contact has a name"), code="missing-value")
    heard = sound(name, person=True)
    return {
        "name": name,
        "pinyin": heard.full,
        "initials": heard.initials,
        "title": optional(new.title, limits.line, _TITLE),
        "role": new.role.value,
        "concern": optional(new.concern, limits.text, _CONCERN, multiline=True),
    }


def _values(new: NewContact, limits: Limits) -> Mapping[str, str]:
    values: dict[str, str] = {}
    phone = optional(new.phone, limits.line, _LABELS["phone"])
    email = optional(new.email, limits.line, _LABELS["email"])
    wechat = optional(new.wechat, limits.line, _LABELS["wechat"])
    if phone is not None:
        values["phone"] = parse_phone(phone)
    if email is not None:
        values["email"] = checked_email(email)
    if wechat is not None and fold(wechat) in _SAME_AS_PHONE and "phone" in values:
        wechat = values["phone"].removeprefix("+86").partition(";")[0]
    if wechat is not None:
        values["wechat"] = wechat
    if not values:
        raise InvalidValue(
            msg("{contact} has neither phone, e-mail nor WeChat", contact=new.name.strip()),
            msg("give one of them at least: --phone, --email or --wechat"),
            code="missing-value",
        )
    return values


def optional(text: str | None, limit: int, what: Message, *, multiline: bool = False) -> str | None:
    """An optional text as it is kept: cleaned, None where nothing is left. Raises InvalidValue as `text.clean` does."""
    if text is None:
        return None
    return clean(text, limit=limit, what=what, multiline=multiline) or None


def mask(kind: str, value: str) -> str:
    """The form of a contact value that lists show: 138****6789, w***@example.com, zh***9."""
    if kind == "phone":
        return mask_phone(value)
    if kind == "email":
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}***@{domain}"
    return f"{value[:2]}***{value[-1:]}" if len(value) > 5 else f"{value[:1]}***"


def _index(vault: Vault, kind: str, value: str) -> bytes:
    """The keyed hash of a contact value; e-mail and WeChat are the same in any case."""
    return vault.index(value if kind == "phone" else fold(value), kind)


def sealed(vault: Vault, contact: Checked, contact_id: int) -> dict[str, Any]:
    """All columns of a contact's values; the encrypted form is bound to its row."""
    columns: dict[str, Any] = dict.fromkeys(
        f"{kind}_{form}" for kind in KINDS for form in ("cipher", "masked", "index")
    )
    for kind, value in contact.values.items():
        columns[f"{kind}_cipher"] = vault.encrypt(value, place(kind), contact_id)
        columns[f"{kind}_masked"] = mask(kind, value)
        columns[f"{kind}_index"] = contact.indexes[kind]
    return columns


def place(kind: str) -> str:
    """The place to which the encrypted form of a contact value is bound."""
    return f"contact.{kind}"


def twin(work: Transaction, contact: Checked, *, but: int = 0) -> Twin | None:
    """Who has one of a contact's values already, `but` the contact itself; removed contacts and archived customers do not count."""
    found = work.look_up(_TWIN, {"but": but, **{kind: contact.indexes.get(kind) for kind in KINDS}})
    return Twin(*found) if found else None


def known_already(contact: Checked, other: Twin) -> Duplicate:
    """The refusal of a contact value that somebody has already."""
    hint = msg(
        "see: salesflow customer show {code}; add it all the same with --allow-duplicate", code=other.customer_code
    )
    return shared(other, mask(other.kind, contact.values[other.kind]), hint)


def shared(other: Twin, masked: str, hint: Message) -> Duplicate:
    """The refusal of a contact value, named in its masked form, because of who has it too."""
    return Duplicate(
        msg(
            "{what} {value} is known already: {contact} of {code} {name}",
            what=_LABELS[other.kind],
            value=masked,
            contact=other.contact_name,
            code=other.customer_code,
            name=other.customer_name,
        ),
        hint,
        details={"twin": other.customer_code, "field": other.kind},
    )


def for_audit(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of a contact: its values only encrypted."""
    fields = ("id", "name", "title", "role", "concern", *(f"{kind}_cipher" for kind in KINDS))
    return {field.removesuffix("_cipher"): row[field] for field in fields if row[field] is not None}


def add(
    work: Transaction, customer: Customer, new: NewContact, *, primary: bool = False, allow_duplicate: bool = False
) -> Contact:
    """Add a contact to a customer; the first one is primary, another one on request, in place of the one that was.

    Raises InvalidValue for a field that cannot be kept, Duplicate for a contact value that somebody has already.
    """
    from salesflow.models.contact import Contact

    assert customer.id is not None
    vault = work.context.vault
    found = checked(new, work.context.policy.limits, vault)
    other = None if allow_duplicate else twin(work, found)
    if other is not None:
        raise known_already(found, other)
    others = of_customer(work, customer.id)
    made = work.add(Contact(customer_id=customer.id, **found.columns, created_at=work.now))
    assert made.id is not None
    for column, kept in sealed(vault, found, made.id).items():
        setattr(made, column, kept)
    made.is_primary = primary or not others
    for contact in others if made.is_primary else ():
        contact.is_primary = False
        work.session.add(contact)
    work.session.add(made)
    after = {**for_audit(made.model_dump()), "primary": made.is_primary}
    work.audit("contact.add", "contact", customer.code, after=after)
    return made


class Revealed(NamedTuple):
    """A contact with its values as they are."""

    contact: Contact
    values: Mapping[str, str | None]


def reveal(work: Transaction, customer: Customer, name: str | None) -> Revealed:
    """The whole values of one contact, by its name or a part of it, else of the primary one; noted in the audit trail.

    Raises NotFound, Ambiguous, and DatabaseProblem where the key is not the right one.
    """
    assert customer.id is not None
    return opened(work, customer, among(customer, of_customer(work, customer.id), name))


def opened(work: Transaction, customer: Customer, contact: Contact) -> Revealed:
    """The whole values of a contact; noted in the audit trail. Raises DatabaseProblem where the key is not the right one."""
    assert contact.id is not None
    values: dict[str, str | None] = {}
    for kind in KINDS:
        cipher = getattr(contact, f"{kind}_cipher")
        values[kind] = None if cipher is None else work.context.vault.decrypt(cipher, place(kind), contact.id)
    shown = [kind for kind in KINDS if values[kind] is not None]
    work.audit(
        "contact.reveal", "contact", customer.code, after={"id": contact.id, "name": contact.name, "shown": shown}
    )
    return Revealed(contact, values)


def named(work: Transaction, customer: Customer, name: str) -> Contact:
    """The customer's contact of that name, or with it as a part of its name. Raises NotFound, Ambiguous."""
    assert customer.id is not None
    return among(customer, of_customer(work, customer.id), name)


def of_customer(work: Transaction, customer_id: int) -> list[Contact]:
    """The contacts that are not removed, the primary one first."""
    from sqlmodel import col, select

    from salesflow.models.contact import Contact

    found = select(Contact).where(Contact.customer_id == customer_id, col(Contact.removed_at).is_(None))
    return list(work.session.exec(found.order_by(col(Contact.is_primary).desc(), col(Contact.id))).all())


def among(customer: Customer, people: list[Contact], name: str | None) -> Contact:
    """The one of that name, or with it as a part of its name; without a name the first. Raises NotFound, Ambiguous."""
    names = [contact.name for contact in people]
    found = people[:1]
    if name is not None:
        wanted = fold(name)
        found = [contact for contact in people if fold(contact.name) == wanted]
        found = found or [contact for contact in people if wanted and wanted in fold(contact.name)]
    if not found:
        raise NotFound(
            msg("{code} {customer} has no contact {name}", code=customer.code, customer=customer.name, name=name or ""),
            msg("its contacts are: {names}", names=names) if names else msg("add one with: salesflow contact add"),
            code="unknown-contact",
        )
    if len(found) > 1:
        raise Ambiguous(
            msg("{name} means more than one contact of {code}", name=name or "", code=customer.code),
            msg("give the whole name; its contacts are: {names}", names=names),
            details={"candidates": [contact.name for contact in found]},
        )
    return found[0]
