"""What a list of one kind of record looks like: its fields with the titles that people give their columns. A third kind of
list is one more such table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from salesflow.enums import ImportOutcome
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.services.tabular import Cell
from salesflow.text import fold

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction

Values = dict[str, Any]  # a field's value is what its reader gives
Reader = Callable[[Cell], Any]

_NOISE: Final = re.compile(r"[\s_\-*:#'\".,、。【】]+")
_REMARK: Final = re.compile(r"\(.*?\)|\[.*?\]|<.*?>|【.*?】")
IGNORED: Final = frozenset(("序号", "no", "行号", "row", "原因", "reason", "错误原因"))


class Field(NamedTuple):
    """One field: its name (the English title, and what `--map` takes), other titles, how a cell is read.

    joins: what stands between the texts of several columns; without it two columns for one field are an error.
    amount: the column may be in 万元, as its title says.
    """

    name: str
    titles: tuple[str, ...]
    read: Reader
    joins: str = ""
    amount: bool = False

    @property
    def shown(self) -> str:
        return f"{self.titles[0]} ({self.name})"

    def again(self, name: str, number: int) -> Field:
        """The same field once more, under a name of its own."""
        return self._replace(name=name, titles=(f"{self.titles[0]}{number}",))


class Writer(Protocol):
    """Writes the rows of one import, in order. A row that is refused leaves nothing behind, so that the next can follow."""

    def write(self, item: Any) -> tuple[str, ImportOutcome]:
        """Write one row; gives the record's reference and what became of it. Raises SalesflowError for a row that cannot be."""

    def finish(self) -> None:
        """Write what is still waiting."""


class Options(NamedTuple):
    """What changes how rows are written. `rows` are the rows of this import by the reference of the record that each made."""

    update: bool = False
    allow_duplicate: bool = False
    file: str = ""
    rows: Mapping[str, int] = {}
    create_missing: bool = False


class Layout(NamedTuple):
    """A kind of list. `key` is the field without which a row of titles is none; `build` makes what `writer` writes.

    `build` raises SalesflowError for a row whose fields do not go together; it runs before the database is locked.
    `numbered`: fields that a row may have several times, as 联系人2, 手机2 … (`contact_2`); a group counts where the first of
    them, which names it, has a column. `spare`: the field for texts that no other field is for.
    """

    record: str
    key: str
    fields: tuple[Field, ...]
    required: tuple[str, ...]
    build: Callable[[Values], Any]
    writer: Callable[[Transaction, int, Options], Writer]
    numbered: tuple[str, ...] = ()
    spare: str | None = None

    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    def titles(self) -> dict[str, str]:
        """Every known title, normalised -> the field's name."""
        return {normal(title): field.name for field in self.fields for title in (field.name, *field.titles)}


def numbered(name: str, number: int) -> str:
    """The name of a field's further appearance: `phone_2`."""
    return f"{name}_{number}"


def check_complete(values: Values, required: tuple[str, ...]) -> None:
    """Raise InvalidValue for a row that turns out to be a new record and lacks what one must have."""
    missing = [name for name in required if name not in values]
    if missing:
        raise InvalidValue(msg("it would be a new one, and lacks: {fields}", fields=missing), code="missing-value")


def normal(title: str) -> str:
    """A column's title without what people add to it: blanks, line breaks, width, case, a colon, an asterisk."""
    return _NOISE.sub("", fold(title))


def field_of(title: str, titles: Mapping[str, str]) -> str | None:
    """The field that a title names: as a whole, without a remark in brackets, or as "手机/电话" where both are one."""
    whole = normal(title)
    found = titles.get(whole) or titles.get(normal(_REMARK.sub("", fold(title))))
    if found is None and "/" in whole:
        parts = {titles.get(part) for part in normal(_REMARK.sub("", fold(title))).split("/")}
        found = parts.pop() if len(parts) == 1 else None
    return found
