"""The world of a command: who acts, when, in which database, under which policy; and the one way to write."""

from __future__ import annotations

import getpass
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesflow import context as contexts
from salesflow.context import Actor
from salesflow.db.transaction import Transaction
from salesflow.enums import Role
from salesflow.errors import DatabaseProblem, InvalidValue, NotFound, NotPermitted, UsageError
from salesflow.queries import staff as staff_queries
from salesflow.services import staff
from tests.conftest import Office, moment


def made(office: Office, user: str | None = None, as_of: str | None = None) -> contexts.Context:
    environ = {"SALESFLOW_CONFIG": office.environment["SALESFLOW_CONFIG"]}
    return contexts.make(environ, database=str(office.database), user=user, as_of=as_of)


def configured(office: Office, text: str) -> None:
    Path(office.environment["SALESFLOW_CONFIG"]).write_text(text, encoding="utf-8")


# --- who


def test_who_acts_option_configuration_system(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "chen.jie")
    assert made(office).actor.login == "chen.jie"
    configured(office, 'user = "zhang.wei"\n')
    assert made(office).actor.login == "zhang.wei"
    assert made(office, user="li.na").actor == Actor(3, "li.na", "李娜", "HZ", frozenset({Role.REP}))


def test_who_is_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    with pytest.raises(NotPermitted, match="root is not a staff login") as caught:
        _ = made(office).actor
    assert caught.value.code == "unknown-user"
    assert "--user LOGIN" in str(caught.value.hint)


def test_a_system_without_an_account(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert made(office).os_user == "unknown"


def test_who_left_may_not_act(office: Office) -> None:
    from sqlalchemy import text

    with office.context().transaction() as work:
        work.session.execute(text("UPDATE staff SET active = FALSE WHERE login = 'chen.jie'"))
    with pytest.raises(NotPermitted, match=r"chen\.jie is no longer active"):
        _ = made(office, user="chen.jie").actor


def test_roles_are_required() -> None:
    actor = Actor(1, "li.na", "李娜", None, frozenset({Role.REP}))
    actor.require(Role.REP, Role.MANAGER)
    with pytest.raises(NotPermitted) as caught:
        actor.require(Role.MANAGER, Role.DIRECTOR)
    assert caught.value.exit_status == 5
    assert str(caught.value) == "li.na may not do this: it needs the role manager, director"


# --- when


def test_the_clock_is_the_machines_in_the_business_zone(office: Office) -> None:
    context = made(office)
    assert abs((context.clock.now() - datetime.now(UTC)).total_seconds()) < 5
    assert str(context.clock.zone) == "Asia/Shanghai"
    assert context.as_of is None
    configured(office, 'timezone = "Europe/Berlin"\n')
    assert str(made(office).clock.zone) == "Europe/Berlin"


def test_the_clock_stands_still_as_of_a_moment(office: Office) -> None:
    assert made(office, as_of="2026-03-02 09:30").clock.now() == moment("2026-03-02 09:30")
    assert made(office, as_of="2026-03-02").clock.now() == moment("2026-03-02 23:59:59")
    with pytest.raises(InvalidValue):
        made(office, as_of="whenever")


def test_a_zone_that_is_none(office: Office) -> None:
    configured(office, 'timezone = "Mars/Base"\n')
    with pytest.raises(InvalidValue, match="no time zone"):
        made(office)


# --- where


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("sqlite:////srv/x.db", "/srv/x.db"),
        ("sqlite:///x.db", "x.db"),
        ("x.db", "x.db"),
        ("/srv/客户 1.db", "/srv/客户 1.db"),
    ],
)
def test_the_file_of_an_address(named: str, path: str) -> None:
    assert contexts.make({"SALESFLOW_CONFIG": "/none"}, database=named).database == path


@pytest.mark.parametrize("named", ["postgresql://h/x", "sqlite://x.db", "://", "http://x"])
def test_an_address_that_is_none(named: str) -> None:
    with pytest.raises(UsageError, match="is not the address of an SQLite file"):
        contexts.make({"SALESFLOW_CONFIG": "/none"}, database=named)


# --- what is in force


def test_the_policy_is_the_one_applied_last(office: Office) -> None:
    context = office.context()
    assert (context.policy_id, context.policy.limits.name) == (1, 200)
    assert context.policy is context.policy
    from salesflow.models.system import PolicyVersion

    with context.transaction() as work:
        changed = context.policy.to_json().replace('"name":200', '"name":201').replace('"name": 200', '"name": 201')
        work.add(PolicyVersion(name="x", document="", resolved=changed, reason="r", applied_by=1, applied_at=work.now))
    assert (context.policy_id, context.policy.limits.name) == (2, 201), "what was read before is forgotten"
    context.close()


def test_a_database_without_a_policy(office: Office) -> None:
    from sqlalchemy import text

    with office.context().transaction() as work:
        work.session.execute(text("DELETE FROM policy_version"))
    with pytest.raises(NotFound, match="the database has no policy"):
        _ = office.context().policy


def test_the_vault_needs_its_key(office: Office) -> None:
    sealed = office.context().vault.encrypt("13812345678", "contact.phone", 1)
    assert office.context().vault.decrypt(sealed, "contact.phone", 1) == "13812345678"
    Path(f"{office.database}.key").unlink()
    with pytest.raises(DatabaseProblem, match="the key of this database was not found"):
        _ = office.context().vault


def test_facts_about_the_database(office: Office) -> None:
    assert office.context().setting("company") == "杭州云帆科技有限公司"
    assert office.context().setting("moon") is None


# --- writing


def add_and_fail(work: Transaction) -> None:
    staff.add(work, staff.NewStaff("wu.min", "吴敏"))
    raise ZeroDivisionError


def test_a_transaction_is_kept_whole_or_not_at_all(office: Office) -> None:
    context = office.context(user="zhang.wei")
    before = context.reader.value("SELECT count(*) FROM v_audit")
    with pytest.raises(ZeroDivisionError), context.transaction() as work:
        add_and_fail(work)
    assert context.reader.value("SELECT count(*) FROM v_staff") == 7
    assert context.reader.value("SELECT count(*) FROM v_audit") == before
    with context.transaction() as work:
        staff.add(work, staff.NewStaff("wu.min", "吴敏"))
    assert context.reader.value("SELECT count(*) FROM v_staff") == 8, "the reader sees what was written"
    assert context.reader.value("SELECT count(*) FROM v_audit") == before + 1
    context.close()


def test_as_of_does_not_write_but_in_a_demonstration(office: Office) -> None:
    from sqlalchemy import text

    with office.context().transaction() as work:
        work.session.execute(text("DELETE FROM setting WHERE name = 'demo'"))
    with pytest.raises(UsageError, match="--as-of is for commands that only read"), office.context().transaction():
        pass


def test_who_is_nobody_writes_nothing(office: Office) -> None:
    with pytest.raises(NotPermitted), office.context(user="nobody").transaction():
        raise AssertionError("not reached")


def test_nothing_is_left_beside_the_database_after_writing(office: Office) -> None:
    with office.context(user="zhang.wei").transaction() as work:
        staff.add(work, staff.NewStaff("wu.min", "吴敏"))
    assert sorted(path.name for path in office.database.parent.glob("office.db*")) == ["office.db", "office.db.key"]


# --- what the database's constraints never let happen, and a damaged file brings all the same


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE policy_version SET resolved = '{'",
        "UPDATE policy_version SET resolved = '[]'",
        "UPDATE policy_version SET resolved = '{\"limits\": 5}'",
        "UPDATE staff_role SET role = 'king' WHERE staff_id = 3",
    ],
)
def test_damaged_values(office: Office, damage: str) -> None:
    connection = sqlite3.connect(office.database)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(damage)
    connection.commit()
    connection.close()
    context = office.context()
    with pytest.raises(DatabaseProblem, match="is damaged") as caught:
        _ = (context.actor, context.policy)
    assert caught.value.code == "damaged"
    context.close()


def test_nobody_is_shown_who_is_not_there(office: Office) -> None:
    context = office.context()
    with pytest.raises(NotFound, match=r"there is no active staff member li\.naa") as caught:
        staff_queries.show(context, "li.naa")
    assert str(caught.value.hint) == "did you mean li.na? See: salesflow staff list"
    with pytest.raises(NotFound) as caught:
        staff_queries.staff_id(context, "zzz")
    assert str(caught.value.hint) == "see: salesflow staff list"
    assert staff_queries.staff_id(context, "li.na") == 3
    context.close()
