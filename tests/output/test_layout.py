"""Which columns are shown, and how a record falls into blocks."""

from __future__ import annotations

import pytest

from salesflow.columns import keys
from salesflow.errors import UsageError
from salesflow.i18n import render
from salesflow.output.layout import Grid, Pairs, in_cells, outline, select
from salesflow.output.values import Locale
from tests.output.samples import CHINA, COLUMNS, MINGYUAN, MUELLER

LOCALE = Locale(CHINA, "en")


def test_select() -> None:
    assert select(COLUMNS, ()) == COLUMNS
    assert keys(select(COLUMNS, ("region", "code", "region"))) == ("region", "code")


@pytest.mark.parametrize(
    ("field", "nearest"), [("nme", "name"), ("day", "days_overdue"), ("NAME", "name"), ("zzz", None), ("", None)]
)
def test_an_unknown_field_names_the_nearest(field: str, nearest: str | None) -> None:
    with pytest.raises(UsageError) as raised:
        select(COLUMNS, ("code", field))
    listed = "code, name, grade, status, days_overdue, total, due_on, last_at, note, region, lines, owner"
    assert str(raised.value) == f'there is no field "{field}"'
    assert raised.value.hint is not None
    if nearest is None:
        assert render(raised.value.hint) == f"the fields are: {listed}"
    else:
        assert render(raised.value.hint) == f"did you mean {nearest}? The fields are: {listed}"
    assert raised.value.exit_status == 2
    assert raised.value.details["fields"] == list(keys(COLUMNS))


def test_a_table_has_what_is_meant_for_it() -> None:
    expected = ("code", "name", "grade", "status", "days_overdue", "total", "due_on", "last_at", "note")
    assert keys(in_cells(COLUMNS)) == expected
    assert keys(in_cells(COLUMNS, "region")) == (*expected, "region")


def test_outline() -> None:
    own, lines, owner = outline(COLUMNS, MINGYUAN, LOCALE)
    assert isinstance(own, Pairs)
    assert (own.depth, own.heading) == (0, "")
    assert [field.column.key for field in own.fields] == list(keys(COLUMNS[:10]))
    assert isinstance(lines, Grid)
    assert (lines.depth, lines.heading, lines.key, len(lines.rows)) == (1, "Lines", "lines", 2)
    assert isinstance(owner, Pairs)
    assert [(field.heading, field.text) for field in owner.fields] == [("Login", "li.lei"), ("Full name", "李雷")]


def test_outline_of_little() -> None:
    (block,) = outline(COLUMNS, MUELLER, LOCALE)
    assert isinstance(block, Pairs)
    assert [field.column.key for field in block.fields] == ["code", "name", "grade", "status", "days_overdue", "total"]
    assert list(outline(COLUMNS, dict.fromkeys(MUELLER), LOCALE)) == []
