"""Attachments: files that belong to a record. The content goes to the store beside the database, the record names it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, select

from salesflow.db import store
from salesflow.enums import AttachmentKind, Method, Role
from salesflow.errors import Duplicate, InvalidValue, NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.attachment import Attachment
from salesflow.text import clean, file_name
from salesflow.text import reason as required_reason

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.subject import Subject

FORGOTTEN = "-"
_BY_METHOD = {Method.WECHAT: AttachmentKind.CHAT, Method.EMAIL: AttachmentKind.EMAIL}


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to attach. `name` is what it is called here, else its own name."""

    path: str
    kind: AttachmentKind
    name: str | None = None


def kind_for(method: Method) -> AttachmentKind:
    """What a file that came with a follow-up most likely is."""
    return _BY_METHOD.get(method, AttachmentKind.OTHER)


def attach(work: Transaction, subject: Subject, files: Sequence[NewFile]) -> list[Attachment]:
    """Attach files to a record: all of them, or none where one cannot be.

    Raises FileProblem for what is no ordinary file, is empty, unreadable or larger than the policy allows; InvalidValue for
    a name; Duplicate where the record has the same content as the same kind already; Refused where its customer's personal
    data was erased.
    """
    _refuse_forgotten(work, subject)
    limit = work.context.policy.limits.attachment
    names = [_name(work, file) for file in files]
    for file in files:
        with store.acceptable(file.path, limit):
            pass
    made: list[Attachment] = []
    fresh: list[str] = []
    try:
        for file, name in zip(files, names, strict=True):
            content = store.put(work.context.database, file.path, limit)
            if content.new:
                fresh.append(content.sha256)
            made.append(_record(work, subject, file.kind, name, content))
    except BaseException:
        for digest in fresh:
            store.discard(store.place(work.context.database, digest))
        raise
    return made


def _refuse_forgotten(work: Transaction, subject: Subject) -> None:
    """What was erased does not come back by the side door."""
    wanted = "SELECT code, name FROM customer WHERE id = :id AND forgotten_at IS NOT NULL"
    forgotten = work.look_up(wanted, {"id": subject.customer_id})
    if forgotten is not None:
        raise Refused(
            msg("the personal data of {code} {name} was erased", code=forgotten[0], name=forgotten[1]),
            msg("nothing more is kept of it"),
            code="forgotten",
        )


def _name(work: Transaction, file: NewFile) -> str:
    limit = work.context.policy.limits.name
    if file.name is None:
        return file_name(os.path.basename(file.path), "file")[:limit]
    name = clean(file.name, limit=limit, what=msg("the name of the file"), multiline=False)
    if not name:
        raise InvalidValue(msg("the name of the file is empty"), msg("leave --name out to keep its own name"))
    return name


def _record(work: Transaction, subject: Subject, kind: AttachmentKind, name: str, content: store.Content) -> Attachment:
    _refuse_twin(work, subject, kind, name, content.sha256)
    made = work.add(
        Attachment(
            subject_kind=subject.kind,
            subject_id=subject.id,
            subject_ref=subject.ref,
            customer_id=subject.customer_id,
            kind=kind,
            name=name,
            size=content.size,
            sha256=content.sha256,
            at=work.now,
            by_id=work.actor.id,
        )
    )
    after = {"id": made.id, "kind": kind.value, "size": content.size, "sha256": content.sha256}
    work.audit("attachment.add", subject.kind, subject.ref, after=after)
    return made


def _refuse_twin(work: Transaction, subject: Subject, kind: AttachmentKind, name: str, digest: str) -> None:
    twin = work.session.exec(
        select(Attachment.id).where(
            Attachment.sha256 == digest,
            Attachment.subject_kind == subject.kind,
            Attachment.subject_ref == subject.ref,
            Attachment.kind == kind,
            col(Attachment.removed_at).is_(None),
        )
    ).first()
    if twin is not None:
        raise Duplicate(
            msg("{ref} has {name} already: attachment {id}", ref=subject.ref, name=name, id=twin),
            msg("see: salesflow attachment list {ref}", ref=subject.ref),
            details={"id": twin},
        )


def remove(work: Transaction, attachment_id: int, reason: str) -> Attachment:
    """Take an attachment away: who attached it, or a manager. Its content stays until `prune`.

    Raises NotFound, NotPermitted, and InvalidValue for an empty reason.
    """
    found = work.session.get(Attachment, attachment_id)
    if found is None or found.removed_at is not None:
        raise NotFound(
            msg("there is no attachment {id}", id=attachment_id),
            msg("see: salesflow attachment list"),
            code="unknown-attachment",
        )
    why = required_reason(reason, limit=work.context.policy.limits.line)
    if found.by_id != work.actor.id:
        work.actor.require(Role.MANAGER, Role.DIRECTOR)
    found.removed_at = work.now
    work.session.add(found)
    before = {"id": found.id, "kind": found.kind, "size": found.size, "sha256": found.sha256}
    work.audit("attachment.remove", found.subject_kind, found.subject_ref, before=before, after={"reason": why})
    return found


def forget(work: Transaction, customer_id: int) -> int:
    """Take away all attachments of a customer and what they were called; gives how many. `prune` then removes the contents."""
    found = work.session.exec(
        select(Attachment).where(Attachment.customer_id == customer_id, Attachment.name != FORGOTTEN)
    ).all()
    for attachment in found:
        attachment.name = FORGOTTEN
        attachment.removed_at = attachment.removed_at or work.now
        work.session.add(attachment)
    return len(found)


def prune(work: Transaction, *, only: str | None = None) -> int:
    """Remove the files of the store that no attachment names (with `only`: that content alone); gives how many.

    The transaction holds the write lock, so nobody can be about to name one of them.
    """
    database = work.context.database
    named = set(work.session.exec(select(Attachment.sha256).where(col(Attachment.removed_at).is_(None))).all())
    strangers = [path for path in store.strangers(database, named) if only is None or os.path.basename(path) == only]
    for path in strangers:
        store.discard(path)
    contents = [name for name in map(os.path.basename, strangers) if re.fullmatch(r"[0-9a-f]{64}", name)]
    if strangers:
        work.audit("attachment.prune", "attachment", "", after={"files": len(strangers), "sha256": contents})
    return len(strangers)
