"""What of the audit trail is personal: it goes in encrypted with the customer's own key, and is lost when that key is.

The trail is never altered. So a person's words, which may have to be erased, are readable in it only as long as the
customer has its `trail_key`; the fields that are facts (grades, dates, amounts of deals) stand in it as they are.
"""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import sqlite3

    from salesflow.db.audit import Entry

SEALED: Final = "sealed"
PERSONAL: Final[Mapping[str, frozenset[str]]] = {
    "customer": frozenset(
        ("need", "address", "source_detail", "remark", "budget", "budget_consent", "contacts", "reason")
    ),
    "contact": frozenset(("name", "title", "concern", "phone", "email", "wechat", "reason")),
    "quote": frozenset(("note", "reason")),
    "order": frozenset(
        ("receiver", "receiver_phone_cipher", "receiver_phone_masked", "delivery_address", "note", "reason"),
    ),
    "contract": frozenset(("title", "reason")),
    "approval": frozenset(("comment", "withdrawn_because")),
    "followup": frozenset(("reason",)),
    "need": frozenset(
        ("pain", "goal", "budget_range", "budget_consent", "timeline", "decision_process", "text", "spec", "reason")
    ),
    "opportunity": frozenset(("title", "reason")),
}
"""By the kind of record an entry is about, the fields that may tell of a person. A person's own name is one, a company's not."""

_NONCE_BYTES: Final = 12
_AT_ONCE: Final = 500
_OWN_NAME: Final = frozenset(("name",))
_REASON: Final = frozenset(("reason",))  # a rule's is made of facts
_BY_CODE: Final = "SELECT code, id, kind, trail_key FROM customer WHERE code IN "
_OF_DEAL: Final = (
    "SELECT deal.number, customer.id, customer.kind, trail_key FROM {} deal "
    "JOIN customer ON customer.id = deal.customer_id WHERE deal.number IN "
)
_OWNERS: Final[Mapping[str, str]] = {
    "customer": _BY_CODE,
    "contact": _BY_CODE,
    "need": _BY_CODE,
    "opportunity": _OF_DEAL.format("opportunity"),
    "quote": _OF_DEAL.format("quote"),
    "contract": _OF_DEAL.format("contract"),
    "order": _OF_DEAL.format("sales_order"),
    "approval": _OF_DEAL.format("approval"),
    "followup": "SELECT followup.id, customer.id, customer.kind, trail_key FROM followup "
    "JOIN customer ON customer.id = followup.customer_id WHERE followup.id IN ",
}

_KEYS: Final = """SELECT file.trail_key, file.id FROM customer
    JOIN customer file ON file.id = customer.id OR file.merged_into_id = customer.id
    WHERE customer.code = :code AND file.trail_key IS NOT NULL ORDER BY file.id"""


class _Owner(NamedTuple):
    """The customer whom an entry is about."""

    id: int
    person: bool
    key: bytes | None


_NOBODY: Final = _Owner(0, person=True, key=None)


def sealed(entries: Sequence[Entry], connection: sqlite3.Connection) -> Iterator[Entry]:
    """The entries as they go into the trail: what is personal in them encrypted, under `sealed`, by the names of its fields.

    Of a customer that is not there, or whose key is gone, the names alone are left.
    """
    owners = {kind: _owners(connection, kind, entries) for kind in _OWNERS}
    for entry in entries:
        if entry.subject_kind not in owners:
            yield entry
            continue
        owner = owners[entry.subject_kind].get(_key(entry), _NOBODY)
        names = _personal(entry.subject_kind, entry.rule, person=owner.person)
        yield entry._replace(before=_split(entry.before, names, owner), after=_split(entry.after, names, owner))


def _key(entry: Entry) -> str:
    """What the record is found by: its reference, of a follow-up the number alone, which people write as F12."""
    return entry.subject_ref.removeprefix("F") if entry.subject_kind == "followup" else entry.subject_ref


def _personal(kind: str, rule: str | None, *, person: bool) -> frozenset[str]:
    names = PERSONAL.get(kind, frozenset()) | (_OWN_NAME if person and kind == "customer" else frozenset())
    return names if rule is None else names - _REASON


def _owners(connection: sqlite3.Connection, kind: str, entries: Iterable[Entry]) -> dict[str, _Owner]:
    """The customers of those entries that have something personal, by the reference that the entry has."""
    names = _personal(kind, None, person=True)
    refs = {
        _key(entry)
        for entry in entries
        if entry.subject_kind == kind and not names.isdisjoint((*(entry.before or ()), *(entry.after or ())))
    }
    found: dict[str, _Owner] = {}
    for some in _pieces(sorted(refs)):
        marks = ", ".join("?" * len(some))
        for ref, key, what, secret in connection.execute(f"{_OWNERS[kind]}({marks})", some):
            found[str(ref)] = _Owner(key, what == "person", secret)
    return found


def _pieces(refs: Sequence[str]) -> Iterator[Sequence[str]]:
    return (refs[start : start + _AT_ONCE] for start in range(0, len(refs), _AT_ONCE))


def _split(fields: Mapping[str, object] | None, names: frozenset[str], owner: _Owner) -> Mapping[str, object] | None:
    """The fields with the personal ones in one encrypted piece."""
    personal = {name: value for name, value in (fields or {}).items() if name in names and value is not None}
    if fields is None or not personal:
        return fields
    rest = {name: value for name, value in fields.items() if name not in names}
    data = "" if owner.key is None else _encrypted(personal, owner.key, owner.id)
    return {**rest, SEALED: {",".join(sorted(personal)): data}}


def _encrypted(fields: Mapping[str, object], key: bytes, customer_id: int) -> str:
    """Base64 of nonce and AES-GCM ciphertext of the compressed JSON, bound to the customer."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from salesflow.db.audit import canonical

    nonce = secrets.token_bytes(_NONCE_BYTES)
    text = zlib.compress((canonical(fields) or "").encode(), 9)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, text, str(customer_id).encode())).decode()


def opened(values: Mapping[str, Any], key: bytes, customer_id: int) -> dict[str, Any]:
    """An entry's `before` or `after` with its personal fields readable. Raises InvalidTag for another key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    found = {name: value for name, value in values.items() if name != SEALED}
    for data in values.get(SEALED, {}).values():
        blob = base64.b64decode(data)
        plain = AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], str(customer_id).encode())
        found |= json.loads(zlib.decompress(plain))
    return found


def unsealed(connection: sqlite3.Connection, values: Mapping[str, Any], code: str | None) -> dict[str, Any]:
    """What `opened` gives for an entry about the customer or a file merged into it; without the personal fields where the
    key is gone.
    """
    from cryptography.exceptions import InvalidTag

    for key, customer_id in connection.execute(_KEYS, {"code": code}):
        try:
            return opened(values, key, customer_id)
        except InvalidTag:  # another one's: records move when customers are merged
            continue
    return {name: value for name, value in values.items() if name != SEALED}


def readable(values: Mapping[str, Any], kind: str, rule: str | None, *, person: bool) -> bool:
    """Whether personal fields stand in an entry as they are, as entries of earlier versions have them."""
    return not _personal(kind, rule, person=person).isdisjoint(values)
