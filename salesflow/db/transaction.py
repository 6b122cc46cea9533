"""The write side: one session in one `BEGIN IMMEDIATE` transaction; everything in it is kept together or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import OperationalError as LockedOrBroken
from sqlalchemy.pool import NullPool
from sqlmodel import Session, SQLModel, insert

from salesflow.clock import to_db
from salesflow.db import audit, search, trail
from salesflow.db.reader import BUSY_SECONDS, locked, missing
from salesflow.db.schema import is_current, problem
from salesflow.errors import Conflict, RuleRefused
from salesflow.i18n import msg
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.context import Actor, Context

ATTEMPT_SECONDS = 0.5
ROWS_AT_ONCE = 500  # in one statement
Record = TypeVar("Record", bound=SQLModel)
T = TypeVar("T")
_file: ContextVar[str] = ContextVar("file")


def connect(path: str) -> sqlite3.Connection:
    """A connection that writes: foreign keys on, write-ahead log, every commit safe on the disk."""
    import os

    if not os.path.exists(path):
        raise missing(path)
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        search.register(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise problem(error, path) from error
    return connection


@cache
def _engine() -> Engine:
    """One for the process, so that each statement is compiled once; the file that it opens is the one that `engine` names.

    Its transactions take the write lock at once, so that two writers queue instead of failing half-way.
    """
    made = create_engine(
        "sqlite://", creator=lambda: connect(_file.get()), poolclass=NullPool, insertmanyvalues_page_size=ROWS_AT_ONCE
    )
    # The search index writes what it has gathered at each statement: rows of one table go into few of them.
    made.dialect.use_insertmanyvalues_wo_returning = True
    event.listen(made, "begin", _begin)
    return made


@contextmanager
def engine(path: str) -> Iterator[Engine]:
    """What connects to a file, as long as this lasts. It keeps no connection open."""
    before = _file.set(path)
    try:
        yield _engine()
    finally:
        _file.reset(before)


def _begin(connection: Any) -> None:
    """Take the write lock, in several attempts: the driver cannot be interrupted while it waits, but between two it can."""
    end = monotonic() + BUSY_SECONDS
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(min(ATTEMPT_SECONDS, BUSY_SECONDS) * 1000)}")
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except LockedOrBroken as error:
            if "locked" not in str(error.orig) or monotonic() > end:
                raise
        else:
            break
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


class Transaction:
    """What a service gets: the session, the moment, numbers, the audit trail, and a place for decisions."""

    def __init__(self, session: Session, context: Context, actor: Actor) -> None:
        self.session = session
        self.context = context
        self.actor = actor
        self.now: datetime = context.clock.now()
        self._entries: list[audit.Entry] = []
        self._driver: Any = None

    def decide(self, decision: Decision[T]) -> Decision[T]:
        """Act on a rule's answer: a refusal ends the command, a hint or flag is shown at its end; gives it back."""
        if decision.strength is Strength.REFUSE:
            raise RuleRefused(decision)
        if decision.strength in (Strength.HINT, Strength.FLAG):
            self.context.notes.append(decision)
        return decision

    def add(self, record: Record) -> Record:
        """Add a record and write it out, so that its key is known."""
        self.session.add(record)
        self.session.flush()
        return record

    def insert(self, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows of one table at once."""
        if rows:
            self.session.execute(insert(cast("Any", table).__table__), rows)

    def look_up(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row of a small query, or None: through the driver alone, because an import asks several for each row."""
        return cast("tuple[Any, ...] | None", self.driver.execute(sql, parameters).fetchone())

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's own connection, inside this transaction."""
        if self._driver is None:
            self._driver = self.session.connection().connection.driver_connection
        return cast("sqlite3.Connection", self._driver)

    def next_number(self, series: str, count: int = 1) -> int:
        """Take `count` numbers of a series (gap-free: they are given back when the transaction fails); the first of them."""
        last = self.session.execute(
            text(
                "INSERT INTO counter (name, value) VALUES (:name, :count) "
                "ON CONFLICT (name) DO UPDATE SET value = counter.value + :count RETURNING value"
            ),
            {"name": series, "count": count},
        ).scalar_one()
        return int(last) - count + 1

    def audit(
        self,
        action: str,
        kind: str,
        ref: str,
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        rule: str | None = None,
    ) -> None:
        """Note a change: `kind` and `ref` name the record, `before` and `after` are its changed fields."""
        self._entries.append(audit.Entry(action, kind, ref, before, after, rule))

    def changed(self, record: SQLModel, fields: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
        """Set the fields that differ; gives what they were and what they are, for `audit`. Counts the record's changes up:
        its version, or of an offer, whose versions are records of their own, its edition.
        """
        before = {name: getattr(record, name) for name, value in fields.items() if getattr(record, name) != value}
        after = {name: fields[name] for name in before}
        for name, value in after.items():
            setattr(record, name, value)
        counter = "edition" if hasattr(record, "edition") else "version"
        if after and hasattr(record, counter):
            setattr(record, counter, getattr(record, counter) + 1)
        return before, after

    def drop_audit(self) -> None:
        """Forget the entries noted since the last were written: what they tell of was rolled back."""
        self._entries.clear()

    def write_audit(self) -> None:
        """Chain the noted entries to the trail: before the commit, and earlier by who notes very many.

        What they say of persons goes in as `db.trail` has it; the customers must be written by then.
        """
        if not self._entries:
            return
        self.session.flush()
        run = self.session.execute
        head = run(text("SELECT value FROM setting WHERE name = :name"), {"name": audit.HEAD_SETTING}).scalar()
        last_id, last_hash = (0, audit.GENESIS) if head is None else _parsed_head(str(head))
        from salesflow.models.audit import AuditEntry

        rows = list(
            audit.chain(
                trail.sealed(self._entries, self.driver),
                last_id=last_id,
                last_hash=last_hash,
                at=to_db(self.now),
                staff=self.actor.login,
                os_user=self.context.os_user,
            )
        )
        self.insert(AuditEntry, [{**row, "at": self.now} for row in rows])
        run(
            text(
                "INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value"
            ),
            {"name": audit.HEAD_SETTING, "value": f"{rows[-1]['id']}:{rows[-1]['hash'].hex()}"},
        )
        self._entries.clear()


def _parsed_head(head: str) -> tuple[int, bytes]:
    number, _, digest = head.partition(":")
    return int(number), bytes.fromhex(digest)


@contextmanager
def transaction(path: str, context: Context, actor: Actor) -> Iterator[Transaction]:
    """Open, begin, hand out, write the audit trail, commit; on any failure nothing is kept."""
    with engine(path) as made:
        try:
            with Session(made, expire_on_commit=False) as session:
                event.listen(session, "after_begin", _check_schema)
                work = Transaction(session, context, actor)
                yield work
                session.flush()
                work.write_audit()
                session.commit()
        except IntegrityError as error:
            raise Conflict(
                msg("the database refused the change: {reason}", reason=str(error.orig)),
                msg("somebody may have changed the record meanwhile; look again and repeat"),
            ) from error
        except LockedOrBroken as error:
            raise locked(_original(error), path) from error
        except DBAPIError as error:
            raise problem(_original(error), path) from error


def _original(error: DBAPIError) -> sqlite3.OperationalError:
    return error.orig if isinstance(error.orig, sqlite3.OperationalError) else sqlite3.OperationalError(str(error.orig))


def _check_schema(_session: Session, _begun: object, connection: Connection) -> None:
    """Refuse a file that was put in the place of the one that was read from: that one has this program's schema."""
    path = _file.get()
    if not is_current(cast("sqlite3.Connection", connection.connection.driver_connection), path):
        raise Conflict(
            msg("{path} was replaced meanwhile by an older database", path=path), msg("nothing was changed; try again")
        )


def insert_rows(work: Transaction, table: type[SQLModel], rows: Iterable[Mapping[str, Any]], size: int = 2000) -> int:
    """Write a long stream of rows in bounded memory; gives how many."""
    count, batch = 0, []
    for row in rows:
        batch.append(row)
        count += 1
        if len(batch) >= size:
            work.insert(table, batch)
            batch = []
    work.insert(table, batch)
    return count
