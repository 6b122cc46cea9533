"""The entry of the `salesflow` program: quick for what is asked most, and out at once when all is said."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # what typing has by this name, without importing it for `--version`
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> None:
    """Run the command line and leave with its exit status."""
    _prepare_streams()
    if sys.argv[1:] == ["--version"]:
        from salesflow import __version__

        _leave(0, f"salesflow {__version__}\n")
    import gc

    gc.disable()  # a command lives for a fraction of a second; the commands that make much turn it on again
    try:
        from salesflow.cli import app

        app()
    except KeyboardInterrupt:  # before there was a command, or after it
        _leave(130)
    except SystemExit as leaving:
        _leave(leaving.code if isinstance(leaving.code, int) else 1)


def _prepare_streams() -> None:
    """Give a stream that was closed the null device: nothing else may get its number, least of all the database."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal may not know every character


def _leave(status: int, last_words: str = "") -> NoReturn:
    """End the process without tearing down every module, once the output is out."""
    import os

    try:
        sys.stdout.write(last_words)
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or 7
    os._exit(status)


if __name__ == "__main__":
    main()
