"""Customers found by a text in anything that is kept of them, the best first.

The index (db/search.py) proposes, the record's own text decides. A class of matches is looked through when the better ones
have not filled the list; of a text that very many have, the newest records stand for all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.db import grams
from salesflow.db.search import INDEXED, Among, newest
from salesflow.enums import Matched
from salesflow.errors import InvalidValue
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, arranged, pieces
from salesflow.text import around, fold, normalised_name

COLUMNS: Final = (
    Column("code", "Code"),
    Column("name", "Customer name", flexible=True),
    Column("grade", "Grade", Kind.CODE, labels="grade"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("owner", "Owner"),
    Column("matched", "Found in", Kind.CODE, labels="matched"),
    Column("snippet", "Passage", flexible=True),
    Column("next_follow_up_on", "Next follow-up", Kind.DATE, table=False),
    Column("last_contact_on", "Last contact", Kind.DATE, table=False),
)
SCREENFUL: Final = 20
_CANDIDATES: Final = 200  # of one class, at least: where more match, the best of these are the best
_PIECES: Final = 10  # times as many are read at most
_FEW: Final = 100  # customers of one owner whose records are looked up one by one
_EVERYTHING: Final = 1 << 40
_SHORTEST_CODE: Final = 3  # characters from which on a beginning of codes is looked for
_LAST: Final = "\U0010ffff"  # behind everything that begins alike
_WORDS: Final = 5  # are asked of the index; the text itself is asked for all
_FIELDS: Final = ", ".join(
    (*(column.key for column in COLUMNS if column.key not in ("matched", "snippet")),
     "id", "name_folded", "name_norm", "initials", "pinyin", "need", "remark")
)  # fmt: skip


class Rank(IntEnum):
    """How well a customer matches: the smaller the better."""

    IS_CODE = 0
    IS_NAME = 1
    BEGINS_NAME = 2
    IN_NAME = 3
    BEGINS_CODE = 4
    BEGINS_SOUND = 5
    IN_SOUND = 6
    CONTACT = 7
    NEED = 8
    REMARK = 9
    FOLLOWUP = 10

    @property
    def place(self) -> Matched:
        """Where that is."""
        kind = self.name.rpartition("_")[2]
        return Matched.PINYIN if kind == "SOUND" else Matched[kind]


class Wanted(NamedTuple):
    """What is looked for, whose, and in which places (none for all). archived: among the archived ones instead."""

    text: str
    places: Collection[Matched] = ()
    owner_id: int | None = None
    archived: bool = False


class Hit(NamedTuple):
    """A customer's best match: how good it is, and the passage."""

    rank: Rank
    passage: str


def found(context: Context, wanted: Wanted) -> Page:
    """Customers that have all words of the text in one record: their own, a contact's, a need, or a follow-up. One row each.

    20 unless a limit is asked for. Raises InvalidValue for a text without anything to look for.
    """
    return _Search(context, wanted).page()


class _Search:
    def __init__(self, context: Context, wanted: Wanted) -> None:
        places = frozenset(wanted.places)
        if Matched.NAME in places:
            places |= {Matched.PINYIN}
        self._context, self._wanted = context, wanted._replace(places=places)
        self._text = fold(wanted.text)
        # A word without a letter or digit is in no index, and nobody's reason to search.
        self._words = [word for word in dict.fromkeys(self._text.split()) if any(map(str.isalnum, word))]
        if not self._words:
            raise InvalidValue(
                msg('"{text}" has nothing to look for', text=wanted.text),
                msg("give a code, a part of a name, its initials, or words of a need, a remark or a follow-up"),
            )
        limit = context.asked.limit
        self._limit = SCREENFUL if limit is None else limit or _EVERYTHING
        self._most = max(_CANDIDATES, 2 * self._limit)
        self._hits: dict[int, Hit] = {}
        self._rows: dict[int, Mapping[str, Any]] = {}
        self._few: bool | None = None

    def page(self) -> Page:
        """The best of what is found, in the columns' order."""
        for place, look in self._steps():
            if self._in_wanted(place) and len(self._hits) <= self._limit:
                look()
        best = sorted(self._hits, key=self._order)
        keys = [column.key for column in COLUMNS]
        rows = []
        for key in best[: self._limit]:
            hit = self._hits[key]
            shown = {**self._rows[key], "matched": hit.rank.place.value, "snippet": hit.passage}
            rows.append({name: shown[name] for name in keys})
        return Page(arranged(self._context.asked, COLUMNS, rows).rows, more=len(best) > self._limit)

    def _order(self, key: int) -> tuple[Any, ...]:
        """By the match, then the grade (none last), then the latest contact."""
        row, last = self._rows[key], self._rows[key]["last_contact_on"] or ""
        return self._hits[key].rank, row["grade"] or "~", [-ord(digit) for digit in last], row["code"]

    def _steps(self) -> Iterator[tuple[Matched, Callable[[], None]]]:
        """The classes of matches, the best first, each with what looks for it."""
        yield Matched.CODE, self._by_code
        yield Matched.NAME, self._by_name
        yield Matched.NAME, lambda: self._own((grams.NAME,), ())
        yield Matched.CODE, self._by_begin_of_code
        named = (grams.NAME, grams.INITIALS, grams.PINYIN)
        yield Matched.PINYIN, lambda: self._own(named[1:], named[:1])
        yield Matched.CONTACT, self._contacts
        yield Matched.NEED, lambda: self._own((grams.NEED,), named)
        yield Matched.NEED, lambda: self._texts("need", Rank.NEED)
        yield Matched.NEED, lambda: self._texts("need_analysis", Rank.NEED)
        yield Matched.REMARK, lambda: self._own((grams.REMARK,), (*named, grams.NEED))
        yield Matched.FOLLOWUP, lambda: self._texts("followup", Rank.FOLLOWUP)

    def _by_code(self) -> None:
        """A merged customer's code stands for the one that it became."""
        where = Where().add("code = :code", code=self._text.upper())
        key = "coalesce(merged_into_id, id)"
        rows = self._context.reader.rows(f"SELECT {key} AS id FROM v_customer_name{where}", where.parameters)  # noqa: S608 - names of ours
        for row in self._customers([row["id"] for row in rows]):
            self._keep(row, Hit(Rank.IS_CODE, row["code"]))

    def _by_name(self) -> None:
        """Exactly so, or with another ending; else names that begin so: the index on names has them in order."""
        text = self._text
        self._judge(self._keys("name_folded = :name OR name_norm = :norm", name=text, norm=normalised_name(text)))
        self._judge(self._keys("name_folded >= :name AND name_folded < :end", name=text, end=f"{text}{_LAST}"))

    def _by_begin_of_code(self) -> None:
        start = self._text.upper()
        if len(start) < _SHORTEST_CODE:
            return
        for row in self._customers(self._keys("code >= :code AND code < :end", code=start, end=f"{start}{_LAST}")):
            self._keep(row, Hit(Rank.BEGINS_CODE, row["code"]))

    def _keys(self, condition: str, **parameters: str) -> list[int]:
        where = self._of_owner(Where().add(f"({condition})", **parameters)).add(self._visible)
        rows = self._context.reader.rows(
            f"SELECT id FROM v_customer_name{where} LIMIT :most",  # noqa: S608 - names of ours
            {**where.parameters, "most": self._most},
        )
        return [row["id"] for row in rows]

    def _own(self, codes: Sequence[str], besides: Sequence[str]) -> None:
        """Customers that have the words in these fields of their own, or some of them in better ones."""
        for keys in self._proposed("customer", codes, () if self._wanted.places else besides):
            self._judge(keys)

    def _proposed(self, table: str, codes: Sequence[str], besides: Sequence[str] = ()) -> Iterator[Sequence[int]]:
        """What the index has for the words, in pieces, the newest first, until there are enough hits."""
        expression = grams.every(self._words[:_WORDS], codes, besides)
        looked, last = 0, None
        while expression is not None and len(self._hits) <= self._limit and looked < _PIECES * self._most:
            keys = newest(self._context.reader, table, expression, self._most, last, self._among(table))
            if not keys:
                break
            looked, last = looked + len(keys), keys[-1]
            yield keys

    def _among(self, table: str) -> Among | None:
        """The records to look among, where not everybody's are wanted."""
        if self._wanted.owner_id is None and not self._wanted.archived:
            return None
        where = self._of_owner(Where()).add(self._visible)
        keys = f"SELECT id FROM v_customer_name{where}"  # noqa: S608 - names of ours
        if self._few is None:
            count = f"SELECT count(*) FROM (SELECT 1 FROM v_customer_name{where} LIMIT {_FEW + 1})"  # noqa: S608 - names of ours
            self._few = self._context.reader.value(count, where.parameters) <= _FEW
        if table != "customer":
            keys = f"SELECT id FROM v_{table}_key WHERE customer_id IN ({keys})"  # noqa: S608 - names of ours
        return Among(keys, where.parameters, self._few)

    def _judge(self, keys: Iterable[int]) -> None:
        for row in self._customers(keys):
            hit = self._hit(row)
            if hit is not None:
                self._keep(row, hit)

    def _hit(self, row: Mapping[str, Any]) -> Hit | None:
        """How a customer's own fields match: as well as the word does that matches worst; None where one is missing."""
        if self._in_wanted(Matched.NAME) and (
            row["name_folded"] == self._text or row["name_norm"] == normalised_name(self._text)
        ):
            return Hit(Rank.IS_NAME, row["name"])
        hits = [self._best(row, word) for word in self._words]
        complete = [hit for hit in hits if hit is not None]
        return max(complete, key=lambda hit: hit.rank) if len(complete) == len(hits) else None

    def _best(self, row: Mapping[str, Any], word: str) -> Hit | None:
        """The best of a customer's fields that has the word."""
        if self._in_wanted(Matched.NAME) and (word in row["name_folded"] or word in row["name_norm"]):
            return Hit(Rank.BEGINS_NAME if row["name_folded"].startswith(self._text) else Rank.IN_NAME, row["name"])
        sound = _sounding(row, word) if self._in_wanted(Matched.PINYIN) else None
        if sound is not None:
            return Hit(Rank.BEGINS_SOUND if sound.startswith(word) else Rank.IN_SOUND, sound)
        for rank, place in ((Rank.NEED, Matched.NEED), (Rank.REMARK, Matched.REMARK)):
            text = row[place.value] or ""
            if self._in_wanted(place) and word in fold(text):
                return Hit(rank, around(text, word))
        return None

    def _contacts(self) -> None:
        """Customers with a contact who is called so."""
        for keys in self._proposed("contact", (grams.NAME, grams.INITIALS, grams.PINYIN)):
            people: dict[int, str] = {}
            for row in self._records("v_contact", "customer_id, name, title, initials, pinyin", keys):
                name = fold(row["name"])
                if all(word in name or _sounding(row, word) for word in self._words):
                    people.setdefault(row["customer_id"], " ".join(filter(None, (row["name"], row["title"]))))
            for row in self._customers(people):
                self._keep(row, Hit(Rank.CONTACT, people[row["id"]]))

    def _texts(self, table: str, rank: Rank) -> None:
        """Customers with a follow-up, a need, or answers that have the words."""
        names = INDEXED[table]
        for keys in self._proposed(table, (grams.NOTE,)):
            passages: dict[int, str] = {}
            for row in self._records(f"v_{table}_text", f"customer_id, {', '.join(names)}", keys):
                texts = {fold(text): text for text in (row[name] for name in names) if text}
                if all(any(word in folded for folded in texts) for word in self._words):
                    first = next(text for folded, text in texts.items() if self._words[0] in folded)
                    passages.setdefault(row["customer_id"], around(first, self._words[0]))
            for row in self._customers(passages):
                self._keep(row, Hit(rank, passages[row["id"]]))

    def _records(self, view: str, fields: str, keys: Sequence[int]) -> Iterator[dict[str, Any]]:
        """What is kept of customers, by its keys, the newest first."""
        for some in pieces(keys):
            where = Where().any_of("id", some)
            sql = f"SELECT {fields} FROM {view}{where} ORDER BY id DESC"  # noqa: S608 - names of ours
            yield from self._context.reader.rows(sql, where.parameters)

    def _customers(self, keys: Iterable[int]) -> Iterator[dict[str, Any]]:
        """Those customers that are wanted, and have not been found already."""
        for some in pieces([key for key in keys if key not in self._hits]):
            where = self._of_owner(Where().any_of("id", some)).add(self._visible)
            sql = f"SELECT {_FIELDS} FROM v_customer{where}"  # noqa: S608 - names of ours
            yield from self._context.reader.rows(sql, where.parameters)

    def _keep(self, row: Mapping[str, Any], hit: Hit) -> None:
        self._hits[row["id"]] = hit
        self._rows[row["id"]] = row

    def _of_owner(self, where: Where) -> Where:
        return where.equal(owner_id=self._wanted.owner_id)

    @property
    def _visible(self) -> str:
        return f"archived_at IS {'NOT ' if self._wanted.archived else ''}NULL"

    def _in_wanted(self, place: Matched) -> bool:
        return not self._wanted.places or place in self._wanted.places


def _sounding(row: Mapping[str, Any], word: str) -> str | None:
    """The initials or the pinyin of a name that has the word; two letters are only looked for among initials."""
    sounds = (row["initials"], row["pinyin"]) if len(word) > 2 else (row["initials"],)
    return next((sound for sound in sounds if len(word) > 1 and word in sound), None)
