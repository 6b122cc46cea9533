"""Everything that can go wrong in a way that a user can act on: class -> code -> exit status -> message.

A command raises one of these; the root command's error boundary prints one line and exits. Exit 1 is kept for defects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from salesflow.i18n import Message, render

if TYPE_CHECKING:
    from salesflow.rules.decision import Decision


LONGEST_VALUE = 500  # characters of one value in a message


class SalesflowError(Exception):
    """What is wrong (`message`), what to do (`hint`), and for programs a stable `code` and `details` (JSON values)."""

    exit_status: ClassVar[int] = 1
    kind: ClassVar[str] = "failure"

    def __init__(
        self,
        message: Message,
        hint: Message | None = None,
        *,
        code: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = _brief(message)
        self.hint = hint
        self.code = code or self.kind
        self.details = dict(details or {})

    def __str__(self) -> str:
        return render(self.message)


def _brief(message: Message) -> Message:
    """The message with no value in it that would bury it: what somebody pasted by mistake may be very long."""
    cut = {
        name: f"{value[:LONGEST_VALUE]}…"
        for name, value in message.values.items()
        if isinstance(value, str) and len(value) > LONGEST_VALUE
    }
    return message._replace(values={**message.values, **cut}) if cut else message


class UsageError(SalesflowError):
    """The command line or a value in it cannot be understood."""

    exit_status = 2
    kind = "usage"


class InvalidValue(UsageError):
    """A value that cannot be parsed: a date, an amount, a code. The hint shows the accepted forms."""

    kind = "invalid-value"


class NotFound(SalesflowError):
    exit_status = 3
    kind = "not-found"


class Ambiguous(NotFound):
    """A reference that more than one record answers to; `details["candidates"]` lists them."""

    kind = "ambiguous"


class Refused(SalesflowError):
    """Refused by the record's state."""

    exit_status = 4
    kind = "refused"


class RuleRefused(Refused):
    """Refused by a rule: the code is the rule's id."""

    def __init__(self, decision: Decision[Any]) -> None:
        super().__init__(decision.message, decision.hint, code=decision.rule, details={"rule": decision.rule})
        self.decision = decision


class NotPermitted(SalesflowError):
    """The acting staff member's roles do not allow this."""

    exit_status = 5
    kind = "not-permitted"


class Conflict(SalesflowError):
    """Changed meanwhile, or the database stayed locked."""

    exit_status = 6
    kind = "conflict"


class Duplicate(Conflict):
    """There is one already; the message names it."""

    kind = "duplicate"


class DatabaseProblem(SalesflowError):
    """Missing, corrupted, read-only, full, or newer than this program. Also for other files that cannot be read or written."""

    exit_status = 7
    kind = "database"


class FileProblem(DatabaseProblem):
    kind = "file"


class MailProblem(SalesflowError):
    """The mail server is not configured, cannot be reached, or does not take a mail."""

    exit_status = 7
    kind = "mail"
