"""Opening a file with the program that the desktop has for it, where there is a desktop."""

from __future__ import annotations

import os
import sys
from shutil import which
from tempfile import mkdtemp

# What a desktop would run instead of showing it: a copy of such a file is made, but not opened.
PROGRAMS = """
    .app .application .bat .chm .cmd .com .command .cpl .desktop .dll .exe .hta .inf .jar .js .jse .lnk .msi .msp .pif .ps1
    .py .pyw .reg .scf .scr .sh .url .vb .vbe .vbs .workflow .ws .wsf .wsh
"""


def temporary_folder() -> str:
    """A new folder of its owner's alone."""
    return mkdtemp(prefix="salesflow-")


def open_copy(path: str) -> bool:
    """Make the copy read-only and open it; False where there is no desktop, or the file is a program."""
    os.chmod(path, 0o400)
    if os.path.splitext(path)[1].lower() in PROGRAMS.split():
        return False
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - what the system has for this kind of file
        return True
    opener = which("open" if sys.platform == "darwin" else "xdg-open")
    desktop = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if opener is None or not desktop:
        return False
    import subprocess

    # The shell leaves at once: where the opener is the viewer itself, it runs for as long as somebody looks.
    subprocess.run(
        ["sh", "-c", '"$0" "$1" </dev/null >/dev/null 2>&1 &', opener, path], start_new_session=True, check=True
    )
    return True
