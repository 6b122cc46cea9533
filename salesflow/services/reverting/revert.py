"""One import taken back, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from salesflow.enums import Role
from salesflow.errors import NotFound, Refused
from salesflow.i18n import Message, msg
from salesflow.models.run import ImportRun
from salesflow.services.reverting.changed import restore_changed
from salesflow.services.reverting.created import remove_created
from salesflow.services.reverting.tables import Run, pieces, table

if TYPE_CHECKING:
    from salesflow.context import Context
    from salesflow.db.transaction import Transaction

_KINDS: Final = ("customer", "followup")
_HINT: Final = msg("see: salesflow import list")


@dataclass(frozen=True, slots=True)
class Left:
    """A customer that stays as it is, and why."""

    code: str
    name: str
    reason: Message


@dataclass(slots=True)
class Reverted:
    """What became of an import that was taken back: customers and follow-ups removed, customers restored, customers left."""

    run: Run
    dry_run: bool
    removed: int = 0
    followups: int = 0
    restored: int = 0
    left: list[Left] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Every record was touched since: then the import stands, and can be taken back later."""
        return bool(self.left) and not (self.removed or self.followups or self.restored)

    def row(self) -> Mapping[str, Any]:
        return {
            "number": self.run.number,
            "record": self.run.record,
            "file": self.run.file,
            "dry_run": self.dry_run,
            "removed": self.removed,
            "followups_removed": self.followups,
            "restored": self.restored,
            "left_count": len(self.left),
            "left": [{"code": one.code, "name": one.name, "reason": one.reason} for one in self.left],
        }


def revert(context: Context, number: int, *, dry_run: bool = False) -> Reverted:
    """Take an import back; with `dry_run` only see what would become of it. Where there is `nothing` to take back, nothing is done.

    Raises NotFound, NotPermitted for one who neither imported it nor leads, Refused for an import that was taken back already.
    """
    with context.transaction() as work:
        found = _take_back(work, number, dry_run=dry_run)
        if dry_run or found.nothing:
            work.session.rollback()
            work.drop_audit()
    return found


def _take_back(work: Transaction, number: int, *, dry_run: bool) -> Reverted:
    record = _allowed(work, number)
    run = Run(number, record.at, record.record_kind, record.file)
    left: dict[int, Message] = {}
    found = Reverted(run, dry_run)
    before = _followups(work, run)
    found.restored = restore_changed(work, run, left)
    found.removed = remove_created(work, run, left)
    found.followups = before - _followups(work, run)
    found.left = list(_named(work, left))
    record.reverted_at, record.reverted_by = work.now, work.actor.id
    work.session.add(record)
    counts = {"removed": found.removed, "followups_removed": found.followups, "restored": found.restored}
    work.audit("import.revert", "import", str(number), after={**counts, "left": len(found.left)})
    return found


def _allowed(work: Transaction, number: int) -> ImportRun:
    record = work.session.get(ImportRun, number)
    if record is None:
        raise NotFound(msg("there is no import {number}", number=number), _HINT, code="unknown-import")
    if record.by_id != work.actor.id:
        work.actor.require(Role.MANAGER, Role.DIRECTOR)
    if record.reverted_at is not None:
        day = work.context.clock.local(record.reverted_at).strftime("%Y-%m-%d %H:%M")
        raise Refused(msg("import {number} was taken back already on {at}", number=number, at=day), _HINT, code="state")
    if record.record_kind not in _KINDS:
        raise Refused(
            msg("an import of products is not taken back"),
            msg("correct the list and import it with --update"),
            code="products",
        )
    return record


def _followups(work: Transaction, run: Run) -> int:
    found = work.look_up("SELECT count(*) FROM followup WHERE import_id = :number", {"number": run.number})
    return int(found[0]) if found else 0


def _named(work: Transaction, left: Mapping[int, Message]) -> list[Left]:
    customer = table("customer")
    found = []
    for piece in pieces(sorted(left)):
        rows = select(customer.c.id, customer.c.code, customer.c.name).where(customer.c.id.in_(piece))
        found += [Left(code, name, left[key]) for key, code, name in work.session.execute(rows)]
    return sorted(found, key=lambda one: one.code)
