"""Rows that wait: packed in batches, so that a hundred thousand of them take the room of a few thousand."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_BATCH: Final = 1000


class Spool(Generic[T]):
    """A list that only grows, and is read from its beginning. It stays in memory: what waits may be personal data."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._open: list[T] = []

    def append(self, item: T) -> None:
        self._open.append(item)
        if len(self._open) >= _BATCH:
            self._packed.append(zlib.compress(pickle.dumps(self._open, pickle.HIGHEST_PROTOCOL), 1))
            self._open = []

    def __iter__(self) -> Iterator[T]:
        for batch in self._packed:
            yield from pickle.loads(zlib.decompress(batch))  # noqa: S301 - packed a moment ago by this very object
        yield from self._open
