"""The content of attachments: files beside the database, each named by its SHA-256 and there once, for their owner alone.

`<database>.files/ab/abcdef…`. A file has its name only when it is whole and on the disk, and gets it before the record that
names it is committed: a crash leaves at most a file that no record names. Who adds and who removes files holds the write
lock of the database, so that nothing is tidied away which is about to be named.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import BinaryIO, Final, NamedTuple

from salesflow.db.files import publish, workshop
from salesflow.enums import AttachmentProblem
from salesflow.errors import FileProblem
from salesflow.i18n import msg

PIECE: Final = 1024 * 1024
MEGABYTE: Final = 1024 * 1024
_OPENING: Final = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)  # a pipe must not make us wait


class Content(NamedTuple):
    """What is kept: the SHA-256 in hexadecimal, the size in bytes, and whether the store did not have it before."""

    sha256: str
    size: int
    new: bool


def folder(database: str) -> str:
    """Where a database's files are."""
    return database + ".files"


def place(database: str, digest: str) -> str:
    """The file with the content of that SHA-256."""
    return os.path.join(folder(database), digest[:2], digest)


@contextmanager
def acceptable(path: str, limit: int) -> Iterator[BinaryIO]:
    """The file, opened, where it can be attached: an ordinary file that is not empty and has at most `limit` MB.

    Raises FileProblem for any other.
    """
    try:
        descriptor = os.open(path, _OPENING)
    except FileNotFoundError as error:
        raise FileProblem(
            msg("there is no file {path}", path=path), msg("check the name"), code="missing-file"
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    with os.fdopen(descriptor, "rb") if _is_file(descriptor) else _closed(descriptor, path) as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            raise FileProblem(
                msg("{path} is empty", path=path), msg("look whether it is the right file"), code="empty-file"
            )
        if size > limit * MEGABYTE:
            raise _too_large(path, limit)
        yield file


def put(database: str, path: str, limit: int) -> Content:
    """Keep a copy of the file. Raises FileProblem as `acceptable` does, also for a file that grows too large meanwhile."""
    with acceptable(path, limit) as source:
        try:
            os.makedirs(folder(database), mode=0o700, exist_ok=True)
            with workshop(os.path.join(folder(database), "draft")) as room:
                return _kept(database, source, path, os.path.join(room, "draft"), limit)
        except OSError as error:
            raise _unwritable(folder(database), error) from error


def discard(path: str) -> None:
    """Remove a file of the store, or what a crash left of a draft."""
    if os.path.isdir(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        os.unlink(path)


def export(database: str, digest: str, target: str, name: str) -> str:
    """Copy a content to a folder under a name that is not taken there: "name (2).pdf" and so on. Gives the copy's path.

    Raises FileProblem where the content is missing or changed, or the folder cannot be written to.
    """
    try:
        source = open(place(database, digest), "rb")  # noqa: SIM115 - closed below; its errors are not those of the target
    except OSError as error:
        raise _damaged(name, digest) from error
    try:
        with source, workshop(os.path.join(target, "draft")) as room:
            draft = os.path.join(room, "draft")
            if _copied(source, draft)[0] != digest:
                raise _damaged(name, digest)
            return _published(draft, target, name)
    except OSError as error:
        raise _unwritable(target, error) from error


def flaws(database: str, sizes: Mapping[str, int]) -> Iterator[tuple[str, AttachmentProblem]]:
    """The contents (SHA-256 -> size) that are missing or changed. Every byte is read."""
    for digest, size in sizes.items():
        path = place(database, digest)
        try:
            whole = os.path.getsize(path) == size and _digest(path) == digest
        except OSError:
            yield digest, AttachmentProblem.MISSING
        else:
            if not whole:
                yield digest, AttachmentProblem.CHANGED


def strangers(database: str, known: Container[str]) -> Iterator[str]:
    """Paths in the store whose names no record knows: what was removed, and what a crash left."""
    home = folder(database)
    for part in sorted(os.listdir(home)) if os.path.isdir(home) else ():
        inside = os.path.join(home, part)
        if len(part) != 2 or not os.path.isdir(inside):
            yield inside
            continue
        for name in sorted(os.listdir(inside)):
            if name not in known or name[:2] != part:
                yield os.path.join(inside, name)


def copy_all(database: str, target: str, digests: Container[str]) -> int:
    """Copy the contents to another store's folder, for a backup; gives how many. What is missing is left out."""
    count = 0
    for path in _stored(database):
        if os.path.basename(path) in digests:
            copy = os.path.join(target, os.path.basename(path)[:2], os.path.basename(path))
            os.makedirs(os.path.dirname(copy), mode=0o700, exist_ok=True)
            with open(path, "rb") as source:
                _copied(source, copy)
            count += 1
    return count


def _stored(database: str) -> Iterator[str]:
    """Every file of the store under its name."""
    yield from (path for path in strangers(database, ()) if len(os.path.basename(os.path.dirname(path))) == 2)


def _kept(database: str, source: BinaryIO, path: str, draft: str, limit: int) -> Content:
    def check(size: int) -> None:
        if size > limit * MEGABYTE:
            raise _too_large(path, limit)

    digest, size = _copied(source, draft, check)
    target = place(database, digest)
    new = not os.path.exists(target)
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    os.replace(draft, target)  # also over one that is there: if that is damaged it is sound now
    for parent in (os.path.dirname(target), folder(database)):
        _sync_folder(parent)
    return Content(digest, size, new)


def _copied(source: BinaryIO, target: str, check: Callable[[int], None] = lambda _: None) -> tuple[str, int]:
    """Copy to a new file of its owner's alone, down to the disk; gives the SHA-256 and the size. `check` sees it grow."""
    digest, size = sha256(), 0
    with os.fdopen(
        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
    ) as file:
        while piece := source.read(PIECE):
            size += len(piece)
            check(size)
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def _published(draft: str, target: str, name: str) -> str:
    stem, ending = os.path.splitext(name)
    number, candidate = 2, os.path.join(target, name)
    while True:
        try:
            publish(draft, candidate)
        except FileExistsError:
            candidate = os.path.join(target, f"{stem} ({number}){ending}")
            number += 1
        else:
            return candidate


def _digest(path: str) -> str:
    digest = sha256()
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _sync_folder(path: str) -> None:
    """Make sure that a name is on the disk, where the system lets one ask for that."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _closed(descriptor: int, path: str) -> BinaryIO:
    os.close(descriptor)
    raise FileProblem(msg("{path} is not a file", path=path), msg("name a file"), code="not-a-file")


def _too_large(path: str, limit: int) -> FileProblem:
    return FileProblem(
        msg("{path} is larger than {limit} MB", path=path, limit=limit),
        msg("make it smaller, or raise the policy's limits.attachment"),
        code="too-large",
    )


def _unreadable(path: str, error: OSError) -> FileProblem:
    return FileProblem(
        msg("{path} cannot be read: {reason}", path=path, reason=error.strerror or str(error)),
        msg("check the file's permissions"),
    )


def _unwritable(path: str, error: OSError) -> FileProblem:
    return FileProblem(
        msg("{path} cannot be written: {reason}", path=path, reason=error.strerror or str(error)),
        msg("name a folder that exists and that you may write to"),
    )


def _damaged(name: str, digest: str) -> FileProblem:
    return FileProblem(
        msg("the content of {name} is missing or changed", name=name),
        msg("see: salesflow attachment verify; put it back from a backup, or attach the file again"),
        code="damaged",
        details={"sha256": digest},
    )
