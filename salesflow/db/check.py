"""`db check`: is the file sound, is the trail whole, do the stored copies and the search index say what the records say, is
the key the right one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from salesflow.db import audit, search, store, vault
from salesflow.db.backup import integrity
from salesflow.enums import AttachmentProblem
from salesflow.errors import DatabaseProblem
from salesflow.i18n import Message, msg

SHOWN = 20  # of each kind: a broken copy is usually broken for all


class Problem(NamedTuple):
    """One thing that is wrong: what kind, which record, and the sentence."""

    kind: str
    ref: str
    text: Message


# What each stored copy must be, computed from the records: the query gives (reference, stored, computed) where they differ.
# A grade that goes up because a sweep is taken back is no progress.
# A business date lies between -1.6 and 0.6 days from its instant in UTC, in whatever zone it was written.
COPIES = {
    "next_follow_up_on": """
        SELECT code, next_follow_up_on, due FROM (
            SELECT code, next_follow_up_on,
                   (SELECT min(due_on) FROM plan_item WHERE customer_id = customer.id AND state = 'pending') AS due
            FROM customer
        ) WHERE next_follow_up_on IS NOT due""",
    "uncontacted_since": """
        SELECT code, uncontacted_since, since FROM (
            SELECT code, uncontacted_since,
                   CASE WHEN NOT EXISTS (
                       SELECT 1 FROM followup WHERE customer_id = customer.id AND at >= customer.assigned_at
                   ) THEN assigned_at END AS since
            FROM customer
        ) WHERE uncontacted_since IS NOT since""",
    "last_contact_on": """
        SELECT code, last_contact_on, latest FROM (
            SELECT code, last_contact_on, (
                SELECT max(at) FROM (
                    SELECT first_contact_at AS at UNION ALL SELECT max(at) FROM followup WHERE customer_id = customer.id
                )
            ) AS latest
            FROM customer
        ) WHERE coalesce(julianday(last_contact_on) - julianday(latest), 9) NOT BETWEEN -1.6 AND 0.6""",
    "last_progress_on": """
        SELECT code, last_progress_on, latest FROM (
            SELECT code, last_progress_on, (
                SELECT max(at) FROM (
                    SELECT max(at) AS at FROM followup WHERE customer_id = customer.id AND progress
                    UNION ALL
                    SELECT max(at) FROM status_change WHERE customer_id = customer.id AND (
                        (from_status = 'prospect' AND to_status IN ('interested', 'hot', 'won'))
                        OR (from_status = 'interested' AND to_status IN ('hot', 'won'))
                        OR (from_status = 'hot' AND to_status = 'won')
                    )
                    UNION ALL
                    SELECT max(at) FROM grade_change WHERE customer_id = customer.id
                        AND to_grade < from_grade AND run_id IS NULL
                    UNION ALL
                    SELECT max(accepted_on) FROM quote WHERE customer_id = customer.id
                    UNION ALL
                    SELECT max(sent_at) FROM quote WHERE customer_id = customer.id
                    UNION ALL
                    SELECT max(confirmed_on) FROM need_list WHERE customer_id = customer.id
                    UNION ALL
                    SELECT max(contract_revision.signed_on) FROM contract_revision
                        JOIN contract ON contract.id = contract_revision.contract_id
                        WHERE contract.customer_id = customer.id
                    UNION ALL
                    SELECT max(approved_at) FROM sales_order WHERE customer_id = customer.id
                )
            ) AS latest
            FROM customer
        ) WHERE (last_progress_on IS NULL) <> (latest IS NULL)
            OR julianday(last_progress_on) - julianday(latest) NOT BETWEEN -1.6 AND 0.6""",
    "status": """
        SELECT code, status, last FROM (
            SELECT code, status,
                   (SELECT to_status FROM status_change WHERE customer_id = customer.id ORDER BY id DESC LIMIT 1) AS last
            FROM customer
        ) WHERE status IS NOT last""",
    "merged_into_id": """
        SELECT code, kept, last FROM (
            SELECT customer.code, kept.code AS kept, coalesce(last.code, kept.code) AS last
            FROM customer JOIN customer kept ON kept.id = customer.merged_into_id
            LEFT JOIN customer last ON last.id = kept.merged_into_id
        ) WHERE kept IS NOT last""",
    "quote total": """
        SELECT number, total, summed FROM (
            SELECT number, total, freight + extras_total
                   + (SELECT coalesce(sum(amount), 0) FROM quote_line WHERE quote_id = quote.id) AS summed
            FROM quote
        ) WHERE total <> summed""",
    "order total": """
        SELECT number, total, summed FROM (
            SELECT number, total, freight + extras_total
                   + (SELECT coalesce(sum(amount), 0) FROM order_line WHERE order_id = sales_order.id) AS summed
            FROM sales_order
        ) WHERE total <> summed""",
    "quote state": """
        SELECT number, state, last FROM (
            SELECT number, state, (SELECT to_state FROM state_change
                                   WHERE subject_kind = 'quote' AND subject_id = quote.id ORDER BY id DESC LIMIT 1) AS last
            FROM quote
        ) WHERE state IS NOT last""",
    "order state": """
        SELECT number, state, last FROM (
            SELECT number, state, (SELECT to_state FROM state_change
                                   WHERE subject_kind = 'order' AND subject_id = sales_order.id ORDER BY id DESC LIMIT 1) AS last
            FROM sales_order
        ) WHERE state IS NOT last""",
    "contract instalments": """
        SELECT number, amount, summed FROM (
            SELECT contract.number || ' ' || contract_revision.revision AS number, contract_revision.amount,
                   (SELECT sum(instalment.amount) FROM instalment WHERE instalment.contract_id = contract.id
                    AND instalment.revision = contract_revision.revision) AS summed
            FROM contract_revision JOIN contract ON contract.id = contract_revision.contract_id
        ) WHERE amount IS NOT summed""",
    "contract state": """
        SELECT number, state, last FROM (
            SELECT number, state, (SELECT to_state FROM state_change WHERE subject_kind = 'contract'
                                   AND subject_id = contract.id ORDER BY id DESC LIMIT 1) AS last
            FROM contract
        ) WHERE state IS NOT last""",
    "opportunity stage": """
        SELECT number, state, last FROM (
            SELECT number, state, (SELECT to_state FROM state_change WHERE subject_kind = 'opportunity'
                                   AND subject_id = opportunity.id ORDER BY id DESC LIMIT 1) AS last
            FROM opportunity
        ) WHERE state IS NOT last""",
}


def problems(connection: sqlite3.Connection, path: str) -> Iterator[Problem]:
    """Everything that is wrong with an open database, the worst first; nothing when it is sound."""
    damaged = integrity(connection)
    yield from (Problem("integrity", path, msg("{reason}", reason=reason)) for reason in damaged[:SHOWN])
    if damaged:
        return
    trail = audit.verify(connection)
    if not trail.ok:
        text = msg("the audit entry {entry} is altered, or out of order", entry=trail.first_bad)
        if trail.reason == "missing":
            text = msg("the audit entry {entry} is missing", entry=trail.first_bad)
        yield Problem("audit", str(trail.first_bad), text)
    for name, sql in COPIES.items():
        for ref, stored, computed in connection.execute(sql).fetchmany(SHOWN):
            text = msg(
                "{name} is {stored}, the records say {computed}", name=name, stored=str(stored), computed=str(computed)
            )
            yield Problem("copy", str(ref), text)
    yield from _attachments(connection, path)
    yield from _index(connection)
    yield from _key(connection, path)


def _attachments(connection: sqlite3.Connection, path: str) -> Iterator[Problem]:
    """The content of every attachment must be in the store as it was put there."""
    named = connection.execute(
        "SELECT sha256, size, id, name FROM attachment WHERE removed_at IS NULL ORDER BY id DESC"
    )
    kept = {digest: (size, str(key), name) for digest, size, key, name in named}
    sizes = {digest: size for digest, (size, _, _) in kept.items()}
    for digest, problem in islice(store.flaws(path, sizes), SHOWN):
        _, ref, name = kept[digest]
        text = msg("the file of {name} was changed", name=name)
        if problem is AttachmentProblem.MISSING:
            text = msg("the file of {name} is missing", name=name)
        yield Problem("attachment", ref, text)


def _index(connection: sqlite3.Connection) -> Iterator[Problem]:
    """The search index has every record, no other, and of a sample of them all words."""
    for table, key in islice(search.unindexed(connection), SHOWN):
        text = msg("the search index is wrong about {table} {key}: salesflow db reindex", table=table, key=key)
        yield Problem("search", f"{table} {key}", text)


def _key(connection: sqlite3.Connection, path: str) -> Iterator[Problem]:
    """The key must be there, and must open a contact value if there is one."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (vault.KEY_SETTING,)).fetchone()
    try:
        found = vault.Vault(vault.load_key(path, "" if row is None else str(row[0])))
        sealed = connection.execute(
            "SELECT phone_cipher, id FROM contact WHERE phone_cipher IS NOT NULL LIMIT 1"
        ).fetchone()
        if sealed is not None:
            found.decrypt(sealed[0], "contact.phone", sealed[1])
    except DatabaseProblem as error:
        yield Problem("key", path, error.message)
