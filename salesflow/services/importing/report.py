"""What became of every row of an import, kept small: a list may have hundreds of thousands."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from salesflow.enums import ImportOutcome
from salesflow.i18n import Message, msg

_OUTCOMES = tuple(ImportOutcome)


class RowReports(Sequence[Mapping[str, Any]]):
    """{row, code, outcome, reason} of each row that was read, in the file's order, made when asked for."""

    def __init__(self) -> None:
        self._numbers = array("L")
        self._outcomes = bytearray()
        self._codes: list[str | None] = []
        self._reasons: dict[int, Message] = {}

    def start(self, number: int) -> int:
        """A row was read; gives its index. It counts as skipped until more is known."""
        self._numbers.append(number)
        self._outcomes.append(_OUTCOMES.index(ImportOutcome.SKIPPED))
        self._codes.append(None)
        return len(self._codes) - 1

    def bad(self, index: int, reason: Message) -> None:
        self._reasons[index] = reason
        self._outcomes[index] = _OUTCOMES.index(ImportOutcome.ERROR)

    def written(self, index: int, code: str, outcome: ImportOutcome) -> None:
        self._codes[index] = code
        self._outcomes[index] = _OUTCOMES.index(outcome)

    def undo(self) -> None:
        """Nothing was kept: what seemed written was not."""
        bad = _OUTCOMES.index(ImportOutcome.ERROR)
        skipped = _OUTCOMES.index(ImportOutcome.SKIPPED)
        self._outcomes = bytearray(outcome if outcome == bad else skipped for outcome in self._outcomes)
        self._codes = [None] * len(self._codes)

    def number(self, index: int) -> int:
        return self._numbers[index]

    def reason(self, index: int) -> Message:
        return self._reasons[index]

    def count(self, outcome: Any) -> int:
        return self._outcomes.count(_OUTCOMES.index(outcome))

    def problems(self) -> Iterator[tuple[int, Message]]:
        """(row number, reason) of the bad rows, in the file's order."""
        return ((self._numbers[index], self._reasons[index]) for index in sorted(self._reasons))

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return {
            "row": self._numbers[place],
            "code": self._codes[place],
            "outcome": _OUTCOMES[self._outcomes[place]].value,
            "reason": self._reasons.get(place),
        }


@dataclass(slots=True)
class Report:
    """An import, done or only tried. `number` is None where nothing was kept; `rejected`: because of bad rows.

    ignored: the columns that were left out; spare: the field that would take one in, if there is one.
    """

    record: str
    file: str
    sheet: str = ""
    number: int | None = None
    dry_run: bool = False
    rejected: bool = False
    ignored: tuple[str, ...] = ()
    spare: str | None = None
    errors_file: str | None = None
    rows: RowReports = field(default_factory=RowReports)

    @property
    def read(self) -> int:
        return len(self.rows)

    @property
    def created(self) -> int:
        return self.rows.count(ImportOutcome.CREATED)

    @property
    def updated(self) -> int:
        return self.rows.count(ImportOutcome.UPDATED)

    @property
    def bad(self) -> int:
        return self.rows.count(ImportOutcome.ERROR)

    @property
    def skipped(self) -> int:
        """Rows that changed nothing: bad ones, unchanged ones, and all of them where the import was rejected."""
        return self.read - self.created - self.updated

    def row(self) -> Mapping[str, Any]:
        """The report as a record."""
        return {
            "number": self.number,
            "record": self.record,
            "file": self.file,
            "sheet": self.sheet or None,
            "dry_run": self.dry_run,
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "skipped": self.skipped,
            "ignored_columns": list(self.ignored),
            "errors_file": self.errors_file,
            "rows": self.rows,
        }


def joined(reasons: Sequence[Message]) -> Message:
    """Several reasons as one sentence."""
    whole = reasons[0]
    for reason in reasons[1:]:
        whole = msg("{reasons}; {reason}", reasons=whole, reason=reason)
    return whole
