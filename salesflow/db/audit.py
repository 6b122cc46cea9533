"""The audit trail: one entry for every change, each chained to the one before by its hash.

hash = SHA-256(hash of the entry before + JSON array of the entry's fields). An altered, missing or reordered entry breaks the
chain at its place; the newest entry is also written down as the head, so that a trail cut off at its end is found.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from salesflow.clock import to_db

FIELDS = ("id", "at", "staff", "os_user", "action", "subject_kind", "subject_ref", "before", "after", "rule")
GENESIS = b"\0" * 32
HEAD_COUNTER = "audit"
HEAD_SETTING = "audit_head"


class Entry(NamedTuple):
    """What an entry says besides who and when. `before` and `after` are JSON values of the record's changed fields."""

    action: str
    subject_kind: str
    subject_ref: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    rule: str | None = None


class Verification(NamedTuple):
    ok: bool
    entries: int
    first_bad: int | None
    reason: str | None


def canonical(values: Mapping[str, object] | None) -> str | None:
    """The JSON text of a record's fields: sorted, without the empty ones; instants in UTC, encrypted values in hexadecimal."""
    if values is None:
        return None
    present = {name: value for name, value in values.items() if value is not None}
    return _encoded(present)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return to_db(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value))


# one encoder each: making one costs more than what it encodes
_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode
_listed = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def chained(previous: bytes, fields: Sequence[object]) -> bytes:
    """The hash of an entry, given the hash of the one before and its fields in the order of FIELDS."""
    return sha256(previous + _listed(list(fields)).encode()).digest()


def chain(
    entries: Iterable[Entry], *, last_id: int, last_hash: bytes, at: str, staff: str, os_user: str
) -> Iterable[dict[str, Any]]:
    """The rows of the audit table for the entries of one transaction. `at` is UTC text "YYYY-MM-DD HH:MM:SS"."""
    for number, entry in enumerate(entries, last_id + 1):
        fields = (
            number,
            at,
            staff,
            os_user,
            entry.action,
            entry.subject_kind,
            entry.subject_ref,
            canonical(entry.before),
            canonical(entry.after),
            entry.rule,
        )
        last_hash = chained(last_hash, fields)
        yield {**dict(zip(FIELDS, fields, strict=True)), "hash": last_hash}


def verify(connection: sqlite3.Connection) -> Verification:
    """Walk the whole chain. `first_bad` is the id of the first entry that is altered, missing or out of order."""
    previous, count = GENESIS, 0
    rows = connection.execute(f"SELECT {', '.join(FIELDS)}, hash FROM audit_entry ORDER BY id")  # noqa: S608 - our own column names
    for row in rows:
        if row[0] != count + 1:
            return Verification(False, count, count + 1, "missing")
        count += 1
        if chained(previous, row[:-1]) != row[-1]:
            return Verification(False, count, count, "altered")
        previous = row[-1]
    head = connection.execute("SELECT value FROM setting WHERE name = ?", (HEAD_SETTING,)).fetchone()
    if head is not None and head[0] != f"{count}:{previous.hex()}":
        return Verification(False, count, count + 1, "missing")
    return Verification(True, count, None, None)
