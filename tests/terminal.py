"""A real terminal for a test: the program runs on a pseudo-terminal, and somebody types answers to what it asks."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PATIENCE = 60.0
REACTION = 0.2  # nobody types faster; a key between the question and the wait for an answer may be overlooked


@dataclass(frozen=True)
class Seen:
    """What the screen showed (line ends as newlines), and what went to stdout where that was a pipe."""

    status: int
    screen: str
    piped: str


def sit_down(
    line: Sequence[str],
    environ: Mapping[str, str],
    answers: Sequence[tuple[str, str]] = (),
    *,
    columns: int = 80,
    stdout_piped: bool = False,
    cwd: str | os.PathLike[str] | None = None,
) -> Seen:
    """Run a command line at a terminal. `answers`: when the screen shows the first, the second is typed."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    reading, writing = os.pipe() if stdout_piped else (-1, slave)
    try:
        process = subprocess.Popen(
            line,
            stdin=slave,
            stdout=writing,
            stderr=slave,
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - nothing else runs in this process at the time
        )
    finally:
        os.close(slave)
        if stdout_piped:
            os.close(writing)
    try:
        screen = _converse(master, list(answers))
        piped = _rest(reading) if stdout_piped else b""
        return Seen(process.wait(PATIENCE), screen.replace(b"\r\n", b"\n").decode(), piped.decode())
    finally:
        process.kill()
        process.wait()
        os.close(master)
        if stdout_piped:
            os.close(reading)


def _take_terminal() -> None:
    """Make the terminal the one that controls the process, so that Ctrl-C reaches it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _converse(master: int, answers: list[tuple[str, str]]) -> bytes:
    """Read the screen until the program ends; type each answer once its question is there."""
    screen, read_to = b"", 0
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 1.0)
        if ready:
            piece = _read(master)
            if not piece:
                return screen
            screen += piece
        if answers and answers[0][0].encode() in screen[read_to:]:
            read_to = len(screen)
            time.sleep(REACTION)
            os.write(master, answers.pop(0)[1].encode())
    raise TimeoutError(screen.decode(errors="replace"))


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError as error:
        if error.errno == errno.EIO:  # Linux's way of saying that the other side has closed
            return b""
        raise


def _rest(descriptor: int) -> bytes:
    found = b""
    while piece := os.read(descriptor, 65536):
        found += piece
    return found
