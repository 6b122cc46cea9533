"""The outbox as a change: mails are queued once, and each is sent at most once.

A mail is marked and that is committed before the server hears of it, so that after a crash nobody sends it again by
mistake: it stays in the state `sending`, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlmodel import col, select

from salesflow.enums import MINUTES_UNDER_WAY, MailState
from salesflow.errors import Conflict, MailProblem, NotFound, Refused
from salesflow.i18n import label, msg, render
from salesflow.models.outbox import OutboxMessage
from salesflow.services import mail
from salesflow.services.mail import Letter, Outcome

if TYPE_CHECKING:
    import smtplib

    from salesflow.context import Context
    from salesflow.db.transaction import Transaction

_STATES: Final = {
    Outcome.SENT: MailState.SENT,
    Outcome.AGAIN: MailState.QUEUED,
    Outcome.FAILED: MailState.FAILED,
    Outcome.UNKNOWN: MailState.SENDING,
}


class NewMail(NamedTuple):
    """A mail to a staff member (a key and a login). `dedupe`: a mail with the same one is queued only once, ever."""

    kind: str
    staff_id: int
    login: str
    recipient: str
    subject: str
    body: str
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
    made = work.add(
        OutboxMessage(
            kind=new.kind,
            recipient=new.recipient,
            staff_id=new.staff_id,
            subject=new.subject,
            body=new.body,
            created_at=work.now,
            created_by=work.actor.id,
            dedupe=new.dedupe,
        )
    )
    work.audit("mail.queue", "mail", str(made.id), after={"kind": new.kind, "staff": new.login})
    return made.id


def send(context: Context, *, limit: int | None = None, retry: int | None = None) -> Iterator[Sent]:
    """Send what is queued, the oldest first, or with `retry` one mail whose fate is unknown or that failed.

    Gives each mail when its fate is known and kept. Raises MailProblem where the server is not configured or does not take
    us (what is queued stays so), for a retry NotFound, Refused, Conflict.
    """
    to = mail.server(context.settings)
    with _conversation(context, to) as talk:
        done = after = 0
        while limit is None or done < limit:
            letter = _claimed(context, after, retry)
            if letter is None:
                return
            yield _deliver(context, to, talk, letter)
            done, after = done + 1, letter.id
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


def _claimed(context: Context, after: int, retry: int | None) -> Letter | None:
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
        found.state, found.marked_at, found.error = MailState.SENDING, work.now, None
        found.attempts += 1
        work.session.add(found)
        after_it = {"state": MailState.SENDING.value, "attempts": found.attempts}
        work.audit("mail.send", "mail", str(found.id), before={"state": before}, after=after_it)
        return Letter(found.id, found.recipient, found.subject, found.body, found.created_at)


def _retried(work: Transaction, key: int) -> OutboxMessage:
    found = work.session.get(OutboxMessage, key)
    if found is None:
        raise NotFound(msg("there is no mail {id}", id=key), msg("see: salesflow outbox list"), code="unknown-mail")
    if found.state == MailState.SENT:
        state = label("mailstate", found.state)
        raise Refused(
            msg("mail {id} is {state} already", id=key, state=state), msg("see: salesflow outbox show"), code="state"
        )
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


def _deliver(context: Context, to: mail.Server, talk: _Talk, letter: Letter) -> Sent:
    """Hand a marked mail over and keep what became of it."""
    try:
        message = mail.compose(letter, to.sender, to.sender_name)
    except ValueError:
        _keep(context, letter.id, Outcome.FAILED, render(mail.unusable(letter.recipient)))
        return Sent(letter.id, Outcome.FAILED)
    try:
        begun = talk.begin()
    except MailProblem as problem:
        _keep(context, letter.id, Outcome.AGAIN, str(problem))
        raise
    outcome, said = mail.hand_over(begun, message, to.sender, letter.recipient)
    _keep(context, letter.id, outcome, said)
    return Sent(letter.id, outcome)


def _keep(context: Context, key: int, outcome: Outcome, said: str | None) -> None:
    with context.transaction() as work:
        found = work.session.get(OutboxMessage, key)
        assert found is not None
        found.state, found.error = _STATES[outcome], said
        found.sent_at = work.now if outcome is Outcome.SENT else None
        work.session.add(found)
        before = {"state": MailState.SENDING.value}
        work.audit("mail.send", "mail", str(key), before=before, after={"state": found.state, "error": said})
