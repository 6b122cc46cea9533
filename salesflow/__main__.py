"""The entry of the `salesflow` program: quick for what is asked most, and out at once when all is said."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    if sys.argv[1:] == ["--version"]:
        from salesflow import __version__

        sys.stdout.write(f"salesflow {__version__}\n")
        return
    import gc

    gc.disable()  # a command lives for a fraction of a second; the commands that make much turn it on again
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal may not know every character
    from salesflow.cli import app

    try:
        app()
    except SystemExit as leaving:
        if "coverage" in sys.modules:  # it writes its data when the interpreter ends in the ordinary way
            raise
        _leave(leaving.code if isinstance(leaving.code, int) else 1)


def _leave(status: int) -> None:
    """End the process without tearing down every module, once the output is out."""
    import os

    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or 7
    os._exit(status)


if __name__ == "__main__":
    main()
