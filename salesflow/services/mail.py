"""A mail as a message, and the conversation with the server that takes it. The libraries are imported where they are used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.addresses import wire
from salesflow.errors import FileProblem, InvalidValue, MailProblem, SalesflowError
from salesflow.i18n import Message, msg, render

if TYPE_CHECKING:
    import smtplib
    from datetime import datetime
    from email.headerregistry import Address
    from email.message import EmailMessage

    from salesflow.config import Settings

PASSWORD: Final = "SALESFLOW_MAIL_PASSWORD"  # noqa: S105 - the name of a variable
SECONDS: Final = 30  # the longest wait for one answer of the server
NOBODY: Final = "salesflow@localhost"  # who a mail is from until the configuration says it
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


class Outcome(StrEnum):
    """What became of a mail that was handed over. `UNKNOWN`: the server may have taken it."""

    SENT = "sent"
    AGAIN = "again"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Enclosed(NamedTuple):
    """A file that goes with a mail: what it is called, where its content is, and the SHA-256 that it must have."""

    name: str
    path: str
    sha256: str


class Letter(NamedTuple):
    """A mail as it goes out. `shown`: the mask of an address that is a contact's; `reply_to`: who is answered.

    by_person: somebody sends it to a customer, so that an answering machine answers it.
    """

    id: int
    recipient: str
    subject: str
    body: str
    created_at: datetime
    shown: str = ""
    reply_to: str | None = None
    files: tuple[Enclosed, ...] = ()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails go, and from whom. `password` is asked for only when the server is talked with."""

    host: str
    port: int
    security: str
    user: str | None
    sender: str
    sender_name: str


def server(settings: Settings) -> Server:
    """The server of the configuration. Raises MailProblem where it does not name one, or no address of ours."""
    host = settings.text("mail.host")
    if host is None or settings.text("mail.from") is None:
        raise MailProblem(
            msg("no mail server is configured"),
            msg(
                "set one with: salesflow config set mail.host HOST, and mail.from ADDRESS; "
                "or write the mails to files with: salesflow outbox export FOLDER"
            ),
        )
    security = settings.text("mail.security") or "starttls"
    port = settings.number("mail.port") or _PORTS[security]
    return Server(
        host, port, security, settings.text("mail.user"), sender(settings), settings.text("mail.from_name") or ""
    )


def sender(settings: Settings) -> str:
    """The address that mails come from, as servers understand it; nobody's until one is set. MailProblem for what is none."""
    given = settings.text("mail.from") or NOBODY
    problem = msg("mail.from is set to {address}, which is not an address", address=given)
    return _address(given, MailProblem(problem, msg("set it with: salesflow config set mail.from ADDRESS"))).addr_spec


def compose(letter: Letter, sender: str, sender_name: str = "") -> EmailMessage:
    """The mail as a message: plain text in UTF-8, its headers safe whatever the subject is, its Message-ID always the same.

    Raises InvalidValue for a recipient that is no address, FileProblem for a file whose content is not what it was, and
    MailProblem for an address of ours that is none.
    """
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime

    message = EmailMessage(SMTP.clone(cte_type="7bit"))
    message["Message-ID"] = message_id(letter, sender)
    message["Date"] = format_datetime(letter.created_at)
    message["From"] = _address(sender, MailProblem(_unusable(sender)), sender_name)
    message["To"] = _address(letter.recipient, InvalidValue(_unusable(letter.shown or letter.recipient)))
    message["Subject"] = _line(letter.subject)
    if letter.reply_to:
        message["Reply-To"] = _address(letter.reply_to, MailProblem(_unanswerable(letter.reply_to)))
    if not letter.by_person:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, charset="utf-8")
    for file in letter.files:
        _enclose(message, file)
    return message


def _line(text: str) -> str:
    """A text that can stand in a header: nothing in it ends the line."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _enclose(message: EmailMessage, file: Enclosed) -> None:
    """Put a file into the mail. Raises FileProblem where its content is missing or another."""
    import mimetypes

    try:
        with open(file.path, "rb") as source:
            content = source.read()
    except OSError as error:
        raise FileProblem(
            msg("the attachment {name} cannot be read: {reason}", name=file.name, reason=error.strerror or str(error)),
            msg("see: salesflow attachment verify"),
        ) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise FileProblem(
            msg("the attachment {name} was altered", name=file.name), msg("see: salesflow attachment verify")
        )
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=_line(file.name))


def _address(spec: str, otherwise: SalesflowError, name: str = "") -> Address:
    """An address for a header. Raises `otherwise` for what is none; the library has more than one way to say so."""
    from email.errors import MessageError
    from email.headerregistry import Address

    try:
        return Address(_line(name), addr_spec=wire(spec))
    except (IndexError, MessageError, ValueError) as error:
        raise otherwise from error


def message_id(letter: Letter, sender: str) -> str:
    """The same for a mail whenever it is composed, so that a recipient's program knows one that came twice."""
    facts = "\n".join((str(letter.id), letter.recipient, letter.created_at.isoformat(), letter.subject))
    digest = hashlib.sha256(facts.encode()).hexdigest()[:20]
    return f"<{letter.id}.{digest}@{sender.rpartition('@')[2] or 'localhost'}>"


def password(settings: Settings, environ: Mapping[str, str]) -> str | None:
    """The password: the environment's, else what the configured command prints. Raises MailProblem where that fails."""
    if PASSWORD in environ:
        return environ[PASSWORD]
    command = settings.text("mail.password_command")
    if command is None:
        return None
    import shlex
    import subprocess

    try:
        said = subprocess.check_output(shlex.split(command), stderr=subprocess.PIPE, timeout=SECONDS, text=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise MailProblem(
            msg("mail.password_command fails: {reason}", reason=str(error)), msg("try it at the prompt")
        ) from error
    return said.rstrip("\r\n")


def connect(to: Server, secret: str | None) -> smtplib.SMTP:
    """A conversation with the server, logged in. Raises MailProblem where it cannot be begun."""
    import smtplib
    import ssl

    try:
        if to.security == "tls":
            begun: smtplib.SMTP = smtplib.SMTP_SSL(
                to.host, to.port, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            begun = smtplib.SMTP(to.host, to.port, timeout=SECONDS)
        try:
            if to.security == "starttls":
                begun.starttls(context=ssl.create_default_context())
            if to.user is not None:
                begun.login(to.user, secret or "")
            begun.ehlo_or_helo_if_needed()
        except BaseException:
            begun.close()
            raise
    except (OSError, OverflowError, ValueError, smtplib.SMTPException) as error:
        raise MailProblem(
            msg(
                "the mail server {host}:{port} does not take us: {reason}",
                host=to.host,
                port=to.port,
                reason=_said(error),
            ),
            msg("the mails wait in the outbox; see: salesflow config show"),
        ) from error
    return begun


def hand_over(talk: smtplib.SMTP, message: EmailMessage, sender: str, recipient: str) -> tuple[Outcome, str | None]:
    """Give the server one mail; what became of it, and what the server said unless it took it.

    Until the text itself is sent, whatever goes wrong leaves the mail with us; after that only the server's own answer tells.
    A server that does not take the sender is no fault of the mail: it waits.
    """
    import smtplib

    try:
        code, answer = talk.mail(sender)
        if code >= 300:
            _reset(talk)
            return Outcome.AGAIN, _refused(code, answer)[1]
        code, answer = talk.rcpt(recipient)
        if code >= 300:
            _reset(talk)
            return _refused(code, answer)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome.AGAIN, _said(error)
    try:
        code, answer = talk.data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        _reset(talk)
        return _refused(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome.UNKNOWN, _said(error)
    return (Outcome.SENT, None) if code == 250 else _refused(code, answer)


def _reset(talk: smtplib.SMTP) -> None:
    """Let the server forget the mail it does not take, so that the next one can follow; else the next one begins anew."""
    import smtplib

    try:
        talk.rset()
    except (OSError, smtplib.SMTPException):
        talk.close()


def _refused(code: int, answer: bytes | str) -> tuple[Outcome, str]:
    """4xx: not now. 5xx: never."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return Outcome.AGAIN if code < 500 else Outcome.FAILED, f"{code} {text}"


def _said(error: Exception) -> str:
    answer = getattr(error, "smtp_error", None)
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "replace")
    if isinstance(error, UnicodeError):  # what it says may be a part of the password
        return render(msg("its name, the login or the password is written as no server understands it"))
    reason = getattr(error, "strerror", None)
    return str(reason or error or type(error).__name__)


def _unusable(address: str) -> Message:
    return msg("{address} is not an address", address=address)


def _unanswerable(address: str) -> Message:
    return msg(
        "{address} is not an address for the answer: salesflow staff edit LOGIN --email ADDRESS", address=address
    )
