"""How every list is read: conditions, order, limit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from salesflow.columns import Column, Kind
from salesflow.context import Asked, Context
from salesflow.errors import UsageError
from salesflow.i18n import msg
from salesflow.queries import base
from salesflow.queries.base import Where
from tests.conftest import Office

COLUMNS = (
    Column("login", "Login"),
    Column("name", "Name"),
    Column("since", "Since", Kind.INSTANT, order="-created_at"),
    Column("said", "Said", Kind.MESSAGE),
)


@pytest.fixture
def context(office: Office) -> Iterator[Context]:
    made = office.context()
    yield made
    made.close()


def logins(context: Context, where: Where | None = None, **settings: object) -> list[str]:
    page = base.page(context, "v_staff", COLUMNS, where, order="login", computed=("since", "said"), **settings)  # type: ignore[arg-type]  # a test's shorthand
    return [row["login"] for row in page.rows]


def test_conditions_hold_together() -> None:
    where = Where()
    assert (str(where), bool(where)) == ("", False)
    where.equal(region="HZ", owner=None).between("day", "2026-03-01", None).between("late", None, 5).any_of(
        "grade", "AB"
    ).any_of("x", ())
    where.add("(a OR b = :b)", b=1)
    assert str(where) == (
        " WHERE region = :region AND day >= :day_first AND late <= :late_last AND grade IN (:grade_3, :grade_4) AND (a OR b = :b)"
    )
    assert where.parameters == {
        "region": "HZ",
        "day_first": "2026-03-01",
        "late_last": 5,
        "grade_3": "A",
        "grade_4": "B",
        "b": 1,
    }
    assert bool(where)


def test_of_one_column_there_may_be_several_conditions(context: Context) -> None:
    where = Where().any_of("login", ("li.na", "sun.li")).any_of("login", ("wang.fang", "li.na"))
    assert logins(context, where) == ["li.na"]


def test_a_page_is_filtered_sorted_and_limited(context: Context) -> None:
    everybody = ["chen.jie", "li.na", "liu.yang", "sun.li", "wang.fang", "zhang.wei", "zhao.lei"]
    assert logins(context) == everybody
    assert logins(context, Where().equal(region="SH")) == ["chen.jie"]
    assert logins(context, keep=2) == everybody[:2]
    context.asked.limit = 0
    assert logins(context, keep=2) == everybody, "0 is all"
    context.asked.limit = 3
    assert logins(context, keep=2) == everybody[:3]
    context.asked.reverse = True
    assert logins(context) == everybody[:-4:-1]
    context.asked.limit, context.asked.sort = None, "name"
    descending = logins(context)
    context.asked.reverse = False
    assert logins(context) == descending[::-1]
    assert logins(context, by_key=True, keep=2) == descending[:-3:-1]


def test_more_is_told(context: Context) -> None:
    def more(limit: int | None) -> bool:
        context.asked.limit = limit
        return base.page(context, "v_staff", COLUMNS[:2], order="login").more

    assert [more(None), more(0), more(6), more(7), more(8)] == [False, False, True, False, False]


def test_columns_that_are_computed_and_read_besides(context: Context) -> None:
    context.asked.limit = 1
    page = base.page(context, "v_staff", COLUMNS, order="login", computed=("since", "said"), also=("region", "login"))
    assert page.rows == [{"login": "chen.jie", "name": "陈杰", "region": "SH"}]
    filled = base.fill(page.rows, COLUMNS, since=lambda row: row["region"], said=lambda row: 5)
    assert filled == [{"login": "chen.jie", "name": "陈杰", "since": "SH", "said": 5}]


def test_sorting_by_another_column_of_the_view(context: Context) -> None:
    """since is computed, but has an order of its own: the newest first."""
    context.asked.sort = "since"
    assert logins(context)[0] == "chen.jie", "all of the same moment: then as without --sort"
    with pytest.raises(UsageError, match="said is not a field to sort by"):
        base.sortable("said", COLUMNS, {"said"})
    with pytest.raises(UsageError) as caught:
        base.sortable("nam", COLUMNS, {"said"})
    assert str(caught.value.hint) == "did you mean name? Sort by one of: login, name, since"
    with pytest.raises(UsageError) as caught:
        base.sortable("zzz", COLUMNS)
    assert str(caught.value.hint) == "sort by one of: login, name, since, said"


@pytest.mark.parametrize(
    ("asked", "ids", "more"),
    [
        (Asked(), [1, 2, 3], False),
        (Asked(reverse=True), [3, 2, 1], False),
        (Asked(sort="name"), [3, 1, 2], False),
        (Asked(sort="name", reverse=True), [1, 3, 2], False),
        (Asked(limit=2), [1, 2], True),
        (Asked(limit=0), [1, 2, 3], False),
        (Asked(limit=3, sort="login"), [1, 2, 3], False),
    ],
)
def test_rows_that_were_computed(asked: Asked, ids: list[int], more: bool) -> None:
    rows = [
        {"id": 1, "login": "a", "name": "y", "since": "1", "said": msg("x")},
        {"id": 2, "login": "b", "name": None, "since": "1", "said": msg("x")},
        {"id": 3, "login": "c", "name": "x", "since": "1", "said": msg("x")},
    ]
    page = base.arranged(asked, COLUMNS, rows)
    assert ([row["id"] for row in page.rows], page.more) == (ids, more)
    with pytest.raises(UsageError):
        base.arranged(Asked(sort="said"), COLUMNS, rows)


def test_pieces() -> None:
    assert [len(piece) for piece in base.pieces(range(1001))] == [500, 500, 1]
    assert list(base.pieces([])) == []
