"""The outbox as a change: mails are queued once, and each is sent at most once.

A mail is marked and that is committed before the server hears of it, so that after a crash nobody sends it again by
mistake: it stays in the state `sending`, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import col, select

from salesflow.addresses import wire
from salesflow.enums import MINUTES_UNDER_WAY, MailState
from salesflow.errors import Conflict, FileProblem, InvalidValue, MailProblem, NotFound, Refused
from salesflow.i18n import label, msg
from salesflow.models.outbox import OutboxAttachment, OutboxMessage
from salesflow.services import mail
from salesflow.services.mail import Letter, Outcome
from salesflow.services.outbox_letters import UNKNOWN, Held, address_to_contact, held_back, hold, letter
from salesflow.text import reason as required_reason

if TYPE_CHECKING:
    import smtplib

    from salesflow.context import Context
    from salesflow.db.transaction import Transaction
    from salesflow.subject import Subject

_STATES: Final = {
    Outcome.SENT: MailState.SENT,
    Outcome.AGAIN: MailState.QUEUED,
    Outcome.FAILED: MailState.FAILED,
    Outcome.UNKNOWN: MailState.SENDING,
}
_CANCELLED: Final = (
    "SELECT 1 FROM audit_entry WHERE subject_kind = 'mail' AND subject_ref = :id AND action = 'mail.cancel'"
)


class NewMail(NamedTuple):
    """A mail, to a staff member (a key, a login and an address) or to a contact by its key, whose own address it goes to.

    about: the record that it is about. attachments: keys of files of that record. `dedupe`: a mail with the same one is
    queued only once, ever.
    """

    kind: str
    subject: str
    body: str
    staff_id: int | None = None
    login: str | None = None
    recipient: str = ""
    contact_id: int | None = None
    about: Subject | None = None
    attachments: Sequence[int] = ()
    dedupe: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was handed over: its key, and what became of it."""

    id: int
    outcome: Outcome


def queue(work: Transaction, new: NewMail) -> int | None:
    """Put a mail into the outbox; gives its key, None where it was queued before."""
    if new.dedupe is not None:
        same = select(OutboxMessage.id).where(OutboxMessage.dedupe == new.dedupe)
        if work.session.exec(same).first() is not None:
            return None
    about = new.about
    made = work.add(
        OutboxMessage(
            kind=new.kind,
            recipient=new.recipient or UNKNOWN,
            staff_id=new.staff_id,
            subject=new.subject,
            body=new.body,
            created_at=work.now,
            created_by=work.actor.id,
            dedupe=new.dedupe,
            subject_kind=None if about is None else about.kind,
            subject_id=None if about is None else about.id,
            subject_ref=None if about is None else about.ref,
        )
    )
    assert made.id is not None
    if new.contact_id is not None:
        address_to_contact(work, made, new.contact_id)
    files = enumerate(new.attachments, 1)
    work.insert(
        OutboxAttachment,
        [{"message_id": made.id, "position": position, "attachment_id": key} for position, key in files],
    )
    facts = {"kind": new.kind, "staff": new.login, "contact_id": new.contact_id, "ref": about and about.ref}
    work.audit(
        "mail.queue", "mail", str(made.id), after={name: fact for name, fact in facts.items() if fact is not None}
    )
    return made.id


def cancel(work: Transaction, key: int, reason: str) -> OutboxMessage:
    """Take a mail back that has not gone out: it is marked as failed, with the reason. Raises NotFound, Refused, InvalidValue."""
    found = _existing(work, key)
    if found.state in (MailState.SENT, MailState.SENDING):
        state = label("mailstate", found.state)
        raise Refused(
            msg("mail {id} is {state} already", id=key, state=state),
            msg("see: salesflow outbox show {id}", id=key),
            code="state",
        )
    _refuse_taken_back(work, found)
    why = required_reason(reason, limit=work.context.policy.limits.line, multiline=False)
    before = {"state": found.state}
    found.state, found.error = MailState.FAILED, why
    work.session.add(found)
    work.audit("mail.cancel", "mail", str(key), before=before, after={"state": found.state})
    return found


def _refuse_taken_back(work: Transaction, found: OutboxMessage) -> None:
    if work.look_up(_CANCELLED, {"id": str(found.id)}) is not None:
        raise Refused(
            msg("mail {id} was taken back: {reason}", id=found.id, reason=found.error),
            msg("see: salesflow outbox show {id}", id=found.id),
            code="state",
        )


def send(context: Context, *, limit: int | None = None, retry: int | None = None) -> Iterator[Sent]:
    """Send what is queued, the oldest first, or with `retry` one mail whose fate is unknown or that failed.

    Gives each mail when its fate is known and kept. Raises MailProblem where the server is not configured or does not take
    us (what is queued stays so), for a retry NotFound, Refused (it is sent, or was taken back), Conflict.
    """
    to = mail.server(context.settings)
    with _conversation(context, to) as talk:
        done = after = 0
        while limit is None or done < limit:
            claimed = _claimed(context, after, retry)
            if claimed is None:
                return
            if isinstance(claimed, Held):
                yield Sent(claimed.id, Outcome.FAILED)
            else:
                yield _deliver(context, to, talk, claimed)
            done, after = done + 1, claimed.id
            if retry is not None:
                return


class _Talk:
    """The conversation with the server: begun with the first mail, and anew after one that broke off."""

    def __init__(self, context: Context, to: mail.Server) -> None:
        self._context, self._to = context, to
        self._open: smtplib.SMTP | None = None

    def begin(self) -> smtplib.SMTP:
        if self._open is None or self._open.sock is None:
            secret = None if self._to.user is None else mail.password(self._context.settings, self._context.environ)
            self._open = mail.connect(self._to, secret)
        return self._open

    def end(self) -> None:
        if self._open is not None and self._open.sock is not None:
            import smtplib

            try:
                self._open.quit()
            except (OSError, smtplib.SMTPException):
                self._open.close()


@contextmanager
def _conversation(context: Context, to: mail.Server) -> Iterator[_Talk]:
    talk = _Talk(context, to)
    try:
        yield talk
    finally:
        talk.end()


def _claimed(context: Context, after: int, retry: int | None) -> Letter | Held | None:
    """Mark the next mail (or the one to be tried again) as being sent: committed before anything else happens."""
    with context.transaction() as work:
        if retry is not None:
            found: OutboxMessage | None = _retried(work, retry)
        else:
            queued = select(OutboxMessage).where(OutboxMessage.state == MailState.QUEUED, col(OutboxMessage.id) > after)
            found = work.session.exec(queued.order_by(col(OutboxMessage.id)).limit(1)).first()
        if found is None:
            return None
        assert found.id is not None
        before = found.state
        held = held_back(work, found)
        if held is not None:
            return hold(work, found, held)
        found.state, found.marked_at, found.error = MailState.SENDING, work.now, None
        found.attempts += 1
        work.session.add(found)
        after_it = {"state": MailState.SENDING.value, "attempts": found.attempts}
        work.audit("mail.send", "mail", str(found.id), before={"state": before}, after=after_it)
        return letter(work, found)


def _existing(work: Transaction, key: int) -> OutboxMessage:
    found = work.session.get(OutboxMessage, key)
    if found is None:
        raise NotFound(msg("there is no mail {id}", id=key), msg("see: salesflow outbox list"), code="unknown-mail")
    return found


def _retried(work: Transaction, key: int) -> OutboxMessage:
    found = _existing(work, key)
    if found.state == MailState.SENT:
        state = label("mailstate", found.state)
        raise Refused(
            msg("mail {id} is {state} already", id=key, state=state), msg("see: salesflow outbox show"), code="state"
        )
    _refuse_taken_back(work, found)
    marked = found.marked_at
    if (
        found.state == MailState.SENDING
        and marked is not None
        and work.now - marked < timedelta(minutes=MINUTES_UNDER_WAY)
    ):
        raise Conflict(
            msg("mail {id} may be on its way at this moment", id=key),
            msg("wait some minutes, look whether it came, then try again"),
            code="under-way",
        )
    return found


def _deliver(context: Context, to: mail.Server, talk: _Talk, one: Letter) -> Sent:
    """Hand a marked mail over and keep what became of it."""
    try:
        message = mail.compose(one, to.sender, to.sender_name)
    except (InvalidValue, FileProblem) as problem:
        return _kept(context, one, Outcome.FAILED, str(problem))
    except MailProblem as problem:
        return _kept(context, one, Outcome.AGAIN, str(problem))
    try:
        begun = talk.begin()
    except MailProblem as problem:
        _kept(context, one, Outcome.AGAIN, str(problem))
        raise
    return _kept(context, one, *mail.hand_over(begun, message, to.sender, wire(one.recipient)))


def _kept(context: Context, one: Letter, outcome: Outcome, said: str | None) -> Sent:
    with context.transaction() as work:
        found = work.session.get(OutboxMessage, one.id)
        assert found is not None
        found.state, found.error = _STATES[outcome], said
        found.sent_at = work.now if outcome is Outcome.SENT else None
        work.session.add(found)
        before = {"state": MailState.SENDING.value}
        work.audit("mail.send", "mail", str(one.id), before=before, after={"state": found.state, "error": said})
    return Sent(one.id, outcome)
