"""How columns share the room: examples, and what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.columns import Column
from salesflow.output.fitting import GAP, fit

CODE, NAME, NOTE, DATE = (
    Column("code", "Code"),
    Column("name", "Name", flexible=True),
    Column("note", "Note", flexible=True),
    Column("date", "Date"),
)
ALL = (CODE, NAME, NOTE, DATE)
HEADINGS = (4, 4, 4, 4)


@pytest.mark.parametrize(
    ("room", "shown", "widths"),
    [
        (100, "code name note date", (5, 26, 40, 10)),
        (87, "code name note date", (5, 26, 40, 10)),
        (75, "code name note date", (5, 26, 28, 10)),
        (69, "code name note date", (5, 24, 24, 10)),
        (45, "code name note date", (5, 12, 12, 10)),
        (44, "code name note", (5, 17, 17)),
        (33, "code name note", (5, 12, 12)),
        (32, "code name", (5, 25)),
        (18, "code", (5,)),
        (3, "code", (4,)),
    ],
)
def test_examples(room: int, shown: str, widths: tuple[int, ...]) -> None:
    fitted = fit(ALL, (5, 26, 40, 10), HEADINGS, room, ())
    assert " ".join(column.key for column in fitted.columns) == shown
    assert fitted.widths == widths
    assert [column.key for column in ALL if column not in fitted.columns] == [column.key for column in fitted.hidden]


def test_kept_columns_are_shortened_in_the_end() -> None:
    fitted = fit((CODE, DATE), (10, 10), (4, 4), 15, ("date",))
    assert fitted.columns == (CODE, DATE)
    assert fitted.hidden == ()
    assert fitted.widths == (6, 6)


def test_spare_columns_go_first() -> None:
    spare = Column("tax", "Tax", spare=True)
    columns = (CODE, spare, DATE._replace(key="made"), DATE)
    chosen = [
        [column.key for column in fit(columns, (5, 8, 10, 10), HEADINGS, room, ()).columns] for room in (39, 38, 28)
    ]
    assert chosen == [["code", "tax", "made", "date"], ["code", "made", "date"], ["code", "made"]]


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[Column, ...], list[int], list[int]]:
    flexible = draw(st.lists(st.booleans(), min_size=1, max_size=9))
    headings = [draw(st.integers(1, 20)) for _ in flexible]
    wanted = [heading + draw(st.integers(0, 300)) for heading in headings]
    columns = tuple(Column(f"c{index}", "Header", flexible=flag) for index, flag in enumerate(flexible))
    return columns, wanted, headings


@given(tables(), st.integers(20, 250))
def test_always(table: tuple[tuple[Column, ...], list[int], list[int]], room: int) -> None:
    columns, wanted, headings = table
    fitted = fit(columns, wanted, headings, room, ())
    used = sum(fitted.widths) + GAP * (len(fitted.widths) - 1)
    assert used <= room
    assert fitted.columns[0] is columns[0]
    assert set(fitted.columns) | set(fitted.hidden) == set(columns)
    assert list(fitted.columns) == [column for column in columns if column in fitted.columns]
    full = [wanted[columns.index(column)] for column in fitted.columns]
    assert all(width <= most for width, most in zip(fitted.widths, full, strict=True))
    if len(fitted.columns) > 1:
        rigid = [(w, f) for c, w, f in zip(fitted.columns, fitted.widths, full, strict=True) if not c.flexible]
        assert all(width == most for width, most in rigid)
    if sum(wanted) + GAP * (len(wanted) - 1) <= room:
        assert (fitted.hidden, list(fitted.widths)) == ((), wanted)
