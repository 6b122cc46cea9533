"""Mails as files (.eml) that any mail program opens."""

from __future__ import annotations

import os
from collections.abc import Iterable

from salesflow.context import Context
from salesflow.errors import FileProblem
from salesflow.i18n import msg
from salesflow.services import mail


def export(context: Context, folder: str, letters: Iterable[tuple[str, mail.Letter]]) -> list[str]:
    """Write each mail (with its kind) to a file of its own in the folder, made where it is missing; gives the files' names.

    A mail's file has always the same name and content: writing it again replaces it. Raises FileProblem.
    """
    settings = context.settings
    sender, name = settings.text("mail.from") or mail.NOBODY, settings.text("mail.from_name") or ""
    written = []
    try:
        os.makedirs(folder, exist_ok=True)
        for kind, letter in letters:
            file = f"{letter.id:06d}-{kind}.eml"
            _write(os.path.join(folder, file), mail.compose(letter, sender, name).as_bytes())
            written.append(file)
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be written: {reason}", path=folder, reason=error.strerror or str(error)),
            msg("name a folder that you may write to"),
        ) from error
    except ValueError as error:
        raise FileProblem(
            mail.unusable(letter.shown or letter.recipient), msg("see: salesflow outbox show {id}", id=letter.id)
        ) from error
    return written


def _write(path: str, content: bytes) -> None:
    """In one step, so that nobody finds half a mail."""
    part = f"{path}.{os.getpid()}.part"
    with open(part, "wb") as file:
        file.write(content)
    os.replace(part, path)
