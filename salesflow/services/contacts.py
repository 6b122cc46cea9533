"""The people at a customer. Phone, e-mail and WeChat are kept three ways: encrypted, masked, and as a keyed hash for look-up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.enums import ChainRole
from salesflow.errors import Ambiguous, Duplicate, InvalidValue, NotFound
from salesflow.i18n import Message, msg
from salesflow.services.phones import mask_phone, parse_phone
from salesflow.text import clean, fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.db.vault import Vault
    from salesflow.models.customer import Contact, Customer
    from salesflow.rules.policy import Limits

KINDS: Final = ("phone", "email", "wechat")
_LABELS: Final[Mapping[str, Message]] = {
    "phone": msg("the phone number"),
    "email": msg("the e-mail address"),
    "wechat": msg("the WeChat name"),
}
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@(?:[^\s@<>,;:\"()\[\]\\.]+\.)+[^\s@<>,;:\"()\[\]\\.]{2,}")
_SAME_AS_PHONE: Final = frozenset(("同手机", "同手机号", "同电话", "同号", "微信同号", "同上", "same as phone"))
_TWINS: Final = {
    kind: f"SELECT customer.code, customer.name, contact.name FROM contact JOIN customer ON customer.id = contact.customer_id "  # noqa: S608 - names of ours
    f"WHERE contact.{kind}_index = :value AND contact.removed_at IS NULL AND customer.archived_at IS NULL ORDER BY customer.id LIMIT 1"
    for kind in KINDS
}


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
    """A contact whose fields are in order: the plain columns, and its values in the form that is kept."""

    columns: Mapping[str, Any]
    values: Mapping[str, str]


class Twin(NamedTuple):
    """Who has a contact value already."""

    customer_code: str
    customer_name: str
    contact_name: str


def checked(new: NewContact, limits: Limits) -> Checked:
    """The contact with its fields in order. Raises InvalidValue for one that cannot be kept."""
    name = clean(new.name, limit=limits.name, what=msg("the contact's name"), multiline=False)
    if not name:
        raise InvalidValue(msg("the contact's name is missing"), msg("every contact has a name"), code="missing-value")
    columns = {
        "name": name,
        "title": optional(new.title, limits.line, msg("the contact's title")),
        "role": new.role.value,
        "concern": optional(new.concern, limits.text, msg("the contact's concern"), multiline=True),
    }
    return Checked(columns, _values(new, limits))


def _values(new: NewContact, limits: Limits) -> Mapping[str, str]:
    values: dict[str, str] = {}
    phone = optional(new.phone, limits.line, _LABELS["phone"])
    email = optional(new.email, limits.line, _LABELS["email"])
    wechat = optional(new.wechat, limits.line, _LABELS["wechat"])
    if phone is not None:
        values["phone"] = parse_phone(phone)
    if email is not None:
        values["email"] = _checked_email(email)
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


def _checked_email(typed: str) -> str:
    address = unicodedata.normalize("NFKC", typed).removeprefix("mailto:")
    if not _EMAIL.fullmatch(address):
        raise InvalidValue(
            msg('"{value}" is not an e-mail address', value=typed), msg("write it like wang@example.com"), details={"value": typed}
        )
    return address


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


def look_up(vault: Vault, kind: str, value: str) -> bytes:
    """The keyed hash of a contact value; e-mail and WeChat are the same in any case."""
    return vault.index(value if kind == "phone" else fold(value), kind)


def sealed(vault: Vault, values: Mapping[str, str], contact_id: int) -> dict[str, Any]:
    """All columns of contact values for one contact; the encrypted form is bound to its row."""
    columns: dict[str, Any] = dict.fromkeys(f"{kind}_{form}" for kind in KINDS for form in ("cipher", "masked", "index"))
    for kind, value in values.items():
        columns[f"{kind}_cipher"] = vault.encrypt(value, place(kind), contact_id)
        columns[f"{kind}_masked"] = mask(kind, value)
        columns[f"{kind}_index"] = look_up(vault, kind, value)
    return columns


def place(kind: str) -> str:
    """The place to which the encrypted form of a contact value is bound."""
    return f"contact.{kind}"


def twin(work: Transaction, kind: str, index: bytes) -> Twin | None:
    """Who has a contact value already, by its keyed hash; removed contacts and archived customers do not count."""
    found = work.look_up(_TWINS[kind], {"value": index})
    return Twin(*found) if found else None


def known_already(kind: str, value: str, other: Twin) -> Duplicate:
    """The refusal of a contact value that somebody has already."""
    return Duplicate(
        msg(
            "{what} {value} is known already: {contact} of {code} {name}",
            what=_LABELS[kind],
            value=mask(kind, value),
            contact=other.contact_name,
            code=other.customer_code,
            name=other.customer_name,
        ),
        msg("see: salesflow customer show {code}; add it all the same with --allow-duplicate", code=other.customer_code),
        details={"twin": other.customer_code},
    )


def for_audit(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of a contact: its values only encrypted."""
    fields = ("id", "name", "title", "role", "concern", *(f"{kind}_cipher" for kind in KINDS))
    return {field.removesuffix("_cipher"): row[field] for field in fields if row[field] is not None}
