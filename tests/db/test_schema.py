"""The schema: migrations make what the models say, the views are the code's, constraints hold, upgrades keep everything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from salesflow.db import schema, upgrade
from salesflow.db.metadata import metadata
from salesflow.errors import Conflict
from salesflow.models.views import definitions
from tests.conftest import Office


def test_the_migrations_make_what_the_models_say(office: Office) -> None:
    engine = create_engine(f"sqlite:///{office.database}")
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or "_search" not in name}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata()) == []
    engine.dispose()


def test_the_revisions_are_the_migrations_that_exist() -> None:
    folder = Path(upgrade.__file__).parent / "migrations"
    scripts = list(ScriptDirectory(str(folder)).walk_revisions())
    assert [script.revision for script in reversed(scripts)] == list(schema.REVISIONS)


def test_the_views_in_a_database_are_those_in_the_code(office: Office) -> None:
    connection = sqlite3.connect(office.database)
    for name, definition in definitions().items():
        cursor = connection.execute(f"SELECT * FROM {name} LIMIT 0")
        assert [column[0] for column in cursor.description] == [
            column.name for column in definition.selected_columns
        ], name
    known = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert known == set(definitions())
    connection.close()


def test_an_older_database_is_backed_up_and_upgraded_by_itself(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(office.database)
    connection.execute("DROP VIEW v_staff")
    connection.execute("CREATE VIEW v_gone AS SELECT 1 AS one")
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.commit()
    connection.close()
    monkeypatch.setattr(schema, "REVISIONS", ("0000", *schema.REVISIONS))
    monkeypatch.setattr(upgrade, "upgrade", _finish)
    assert len(office.json("staff", "list")) == 7
    backups = sorted(office.database.parent.glob("office.db.before-*"))
    assert [path.name for path in backups] == [f"office.db.before-{schema.HEAD}"]
    kept = sqlite3.connect(backups[0])
    assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == ("0000",)
    assert kept.execute("SELECT count(*) FROM staff").fetchone() == (7,)
    kept.close()


def test_a_file_that_is_replaced_by_an_older_one_meanwhile_is_not_written(office: Office) -> None:
    context = office.context()
    assert context.actor.login == "li.na"
    connection = sqlite3.connect(office.database)
    connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.commit()
    connection.close()
    with pytest.raises(Conflict, match="replaced meanwhile"), context.transaction() as work:
        work.next_number("quote")
    assert not office.database.with_name("office.db.before-0003").exists()


def _finish(path: str) -> None:
    """What an upgrade with one more migration does: views away, migration, views anew, in one transaction."""
    from salesflow.db.transaction import engine
    from salesflow.models.views import create_views, drop_views

    with engine(path) as writing, writing.begin() as connection:
        drop_views(connection)
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{schema.HEAD}'")
        create_views(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO staff (login, name, active, created_at, version) VALUES ('wang.fang', 'x', 1, '2026-01-01 00:00:00', 1)",
        "INSERT INTO staff_role (staff_id, role, by_default) VALUES (1, 'king', 0)",
        "INSERT INTO staff_role (staff_id, role, by_default) VALUES (99, 'rep', 0)",
        (
            "INSERT INTO plan_item (customer_id, due_on, state, beyond_cadence, created_at, created_by) "
            "VALUES (1, '2026-3-5', 'pending', 0, '2026-01-01 00:00:00', 1)"
        ),
        (
            "INSERT INTO product (sku, name, spec, unit, list_price, tax_rate, net, customised, created_at, version) "
            "VALUES ('A', 'x', '', '台', -1, 1300, 0, 0, '2026-01-01 00:00:00', 1)"
        ),
        (
            "INSERT INTO product (sku, name, spec, unit, list_price, tax_rate, net, customised, created_at, version) "
            "VALUES ('A', 'x', '', '台', 1, 10001, 0, 0, '2026-01-01 00:00:00', 1)"
        ),
    ],
)
def test_the_database_refuses_what_the_code_should_not_try(office: Office, statement: str) -> None:
    connection = transaction_connection(office)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def transaction_connection(office: Office) -> sqlite3.Connection:
    from salesflow.db.transaction import connect

    return connect(str(office.database))
