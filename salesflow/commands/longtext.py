"""Long texts: from standard input where the value is "-", or written in the user's editor."""

from __future__ import annotations

import os
import sys

from salesflow.errors import UsageError
from salesflow.i18n import msg

STDIN = "-"


def given(text: str | None, *, edit: bool = False) -> str:
    """The text of an option: as typed, from standard input for "-", from the editor with `edit` (which starts with it)."""
    typed = _from_stdin() if text == STDIN else text or ""
    return _from_editor(typed) if edit else typed


def _from_stdin() -> str:
    """All of standard input; bytes that are no text become characters that every text is checked for."""
    encoding = sys.stdin.encoding or "utf-8"
    return sys.stdin.buffer.read().decode(encoding, errors="surrogateescape").removeprefix("\ufeff")


def _from_editor(start: str) -> str:
    """What the user makes of the text in their editor ($VISUAL, else $EDITOR)."""
    import shlex
    import subprocess
    import tempfile

    usual = "notepad" if sys.platform == "win32" else "vi"
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or usual
    handle, path = tempfile.mkstemp(prefix="salesflow-", suffix=".txt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(start)
        ended = subprocess.run([*shlex.split(editor, posix=sys.platform != "win32"), path], check=False).returncode
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read().removeprefix("\ufeff")
    except (OSError, ValueError) as error:  # ValueError: a quotation mark without its partner
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            msg("the editor {editor} cannot be used: {reason}", editor=editor, reason=reason),
            msg("set EDITOR to a program that edits a file, or give the text with --content"),
        ) from error
    finally:
        os.unlink(path)
    if ended:
        raise UsageError(
            msg("the editor {editor} failed with status {status}", editor=editor, status=ended),
            msg("nothing was written; try again"),
        )
    return text
