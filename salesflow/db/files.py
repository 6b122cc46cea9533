"""Files that appear under their name only when they are whole, and never take another's place."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def workshop(path: str) -> Iterator[str]:
    """A folder of its owner's alone beside the path, for files that are not finished; it goes away with all that is left in it."""
    folder = tempfile.mkdtemp(prefix=".salesflow-", dir=os.path.dirname(os.path.abspath(path)))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(made: str, path: str) -> None:
    """Give a finished file its name, in one step. Raises FileExistsError where the name is taken."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError as error:  # a medium without links, such as a memory stick
        if os.path.exists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path) from error
        os.rename(made, path)
    else:
        os.unlink(made)
