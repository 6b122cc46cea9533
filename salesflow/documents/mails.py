"""Mails as files (.eml) that any mail program opens."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from salesflow.context import Context
from salesflow.errors import FileProblem, InvalidValue, MailProblem
from salesflow.i18n import msg
from salesflow.services import mail


def export(context: Context, folder: str, letters: Iterable[tuple[str, mail.Letter]]) -> list[dict[str, Any]]:
    """Write each mail (with its kind) to a file of its own in the folder, made where it is missing.

    Gives for each its key and the file's name, or what keeps it from being a mail; the others are written all the same.
    A mail's file has always the same name and content: writing it again replaces it. Raises FileProblem, MailProblem.
    """
    sender, name = mail.sender(context.settings), context.settings.text("mail.from_name") or ""
    rows = []
    try:
        os.makedirs(folder, exist_ok=True)
        for kind, letter in letters:
            row: dict[str, Any] = {"id": letter.id, "file": f"{letter.id:06d}-{kind}.eml", "error": None}
            try:
                content = mail.compose(letter, sender, name).as_bytes()
            except (InvalidValue, FileProblem, MailProblem) as problem:
                row.update(file=None, error=str(problem))
            else:
                _write(os.path.join(folder, row["file"]), content)
            rows.append(row)
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be written: {reason}", path=folder, reason=error.strerror or str(error)),
            msg("name a folder that you may write to"),
        ) from error
    return rows


def _write(path: str, content: bytes) -> None:
    """In one step, so that nobody finds half a mail."""
    part = f"{path}.{os.getpid()}.part"
    with open(part, "wb") as file:
        file.write(content)
    os.replace(part, path)
