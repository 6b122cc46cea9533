"""The write side: all or nothing, numbers without gaps, decisions acted on, errors of the database in our own words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from salesflow.context import Context
from salesflow.db import transaction as transactions
from salesflow.errors import Conflict, DatabaseProblem, RuleRefused
from salesflow.i18n import msg
from salesflow.models.staff import Staff
from salesflow.models.system import Counter, Setting
from salesflow.rules.decision import Decision, Strength
from salesflow.services import staff
from tests.conftest import Office


@pytest.fixture
def context(office: Office) -> Iterator[Context]:
    made = office.context(user="wang.fang")
    yield made
    made.close()


def decision(strength: Strength) -> Decision[int]:
    return Decision("cadence", "ok", strength, msg("because"), {"days": 5}, 7, msg("do something"))


def number(context: Context, series: str, count: int = 1) -> int:
    with context.transaction() as work:
        return work.next_number(series, count)


def test_numbers_count_up_and_are_given_back_when_it_fails(context: Context) -> None:
    assert [number(context, "quote/2026") for _ in range(3)] == [1, 2, 3]
    assert number(context, "quote/2027") == 1
    assert number(context, "quote/2026", 10) == 4
    with pytest.raises(ZeroDivisionError), context.transaction() as work:
        assert work.next_number("quote/2026") / 0
    assert number(context, "quote/2026") == 14


@pytest.mark.parametrize(
    ("strength", "noted"),
    [(Strength.HINT, True), (Strength.FLAG, True), (Strength.COMPUTE, False), (Strength.OFF, False)],
)
def test_a_decision_is_acted_on(context: Context, strength: Strength, noted: bool) -> None:
    with context.transaction() as work:
        assert work.decide(decision(strength)).value == 7
    assert context.notes == ([decision(strength)] if noted else [])


def test_a_refusal_ends_everything(context: Context) -> None:
    with pytest.raises(RuleRefused) as caught, context.transaction() as work:
        refuse_after_adding(work)
    assert (caught.value.code, caught.value.exit_status, str(caught.value)) == ("cadence", 4, "because")
    assert caught.value.details == {"rule": "cadence"}
    assert context.reader.value("SELECT count(*) FROM v_staff") == 7


def refuse_after_adding(work: transactions.Transaction) -> None:
    staff.add(work, staff.NewStaff("wu.min", "吴敏"))
    work.decide(decision(Strength.REFUSE))


def test_changes_are_told_from_what_stays(context: Context) -> None:
    with context.transaction() as work:
        person = work.session.get(Staff, 3)
        assert person is not None
        version = person.version
        assert work.changed(person, {"name": "李娜娜", "region": "HZ"}) == ({"name": "李娜"}, {"name": "李娜娜"})
        assert person.version == version + 1
        assert work.changed(person, {"name": "李娜娜"}) == ({}, {})
        assert person.version == version + 1
        setting = work.add(Setting(name="moon", value="full"))
        assert work.changed(setting, {"value": "new"}) == ({"value": "full"}, {"value": "new"})


def test_the_trail_is_written_with_the_change(context: Context) -> None:
    def entries() -> int:
        return int(context.reader.value("SELECT count(*) FROM v_audit"))

    before = entries()
    with context.transaction() as work:
        work.write_audit()
        work.audit("a.b", "staff", "li.na", before={"x": 1}, after={"x": 2}, rule="cadence")
        work.audit("a.c", "staff", "li.na")
        work.write_audit()
        work.audit("a.d", "staff", "li.na")
        work.drop_audit()
        work.audit("a.e", "staff", "li.na")
    assert entries() == before + 3
    newest = context.reader.rows("SELECT action, before, after, rule, staff, at FROM v_audit ORDER BY id DESC LIMIT 3")
    assert [row["action"] for row in newest] == ["a.e", "a.c", "a.b"]
    assert newest[2] == {
        "action": "a.b",
        "before": '{"x":1}',
        "after": '{"x":2}',
        "rule": "cadence",
        "staff": "wang.fang",
        "at": "2026-03-02 01:00:00",
    }


def test_small_queries_see_what_was_written(context: Context) -> None:
    with context.transaction() as work:
        assert work.look_up("SELECT value FROM counter WHERE name = :name", {"name": "x"}) is None
        work.next_number("x", 5)
        assert work.look_up("SELECT value FROM counter WHERE name = :name", {"name": "x"}) == (5,)


def test_many_rows_in_pieces(context: Context) -> None:
    with context.transaction() as work:
        rows = ({"name": f"n{position}", "value": position} for position in range(25))
        assert transactions.insert_rows(work, Counter, rows, size=10) == 25
        assert transactions.insert_rows(work, Counter, iter(()), size=10) == 0
        assert work.look_up("SELECT count(*), sum(value) FROM counter WHERE name LIKE :name", {"name": "n%"}) == (
            25,
            300,
        )


def test_what_the_database_refuses_is_a_conflict(context: Context) -> None:
    with pytest.raises(Conflict, match="the database refused the change: UNIQUE constraint failed") as caught:
        add_twice(context)
    assert caught.value.exit_status == 6


def add_twice(context: Context) -> None:
    with context.transaction() as work:
        work.add(Staff(login="li.na", name="x", created_at=work.now))


def test_a_query_that_cannot_be_is_a_problem_with_the_file(context: Context) -> None:
    with pytest.raises(DatabaseProblem, match="no such table: nowhere"), context.transaction() as work:
        work.session.execute(text("SELECT * FROM nowhere"))


def test_a_writer_checks_the_schema_first(office: Office, context: Context) -> None:
    connection = sqlite3.connect(office.database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with (
        pytest.raises(DatabaseProblem) as caught,
        transactions.transaction(str(office.database), context, context.actor),
    ):
        raise AssertionError("not reached")
    assert caught.value.code == "newer-database"


def test_foreign_keys_hold_and_every_commit_is_on_the_disk(office: Office) -> None:
    connection = transactions.connect(str(office.database))
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
