"""A database of the first release, with data, brought up to date: everything is kept, and can be searched."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from salesflow.db.schema import HEAD
from salesflow.db.transaction import engine
from salesflow.db.upgrade import _alembic
from tests.conftest import Office
from tests.faults.hardship import sound

AT = "2026-01-05 01:00:00"
STAFF = "INSERT INTO staff (id, login, name, region, active, created_at, version) VALUES (?, ?, ?, 'HZ', 1, ?, 1)"
NAMES = ("北京华信科技有限公司", "单县曾氏食品有限公司", "张女士")
KEPT = ("staff", "staff_role", "customer", "contact", "followup", "plan_item", "status_change", "counter", "setting", "policy_version", "audit_entry")  # fmt: skip


def insert(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))


@pytest.fixture
def old(office: Office, tmp_path: Path) -> Office:
    """The office as the first release kept it, with three customers: the schema of revision 0001, filled by plain SQL."""
    path = tmp_path / "old.db"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with engine(str(path)) as writing, writing.begin() as made:
        command.upgrade(_alembic(made), "0001")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("ATTACH ? AS current", (str(office.database),))
    for table in ("staff", "staff_role", "setting", "policy_version", "counter", "audit_entry"):
        columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
        names = ", ".join(f'"{name}"' for name in columns)
        connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM current.{table}")
    connection.execute("DETACH current")
    for key, name in enumerate(NAMES, 1):
        insert(
            connection, "customer", id=key, code=f"HZ2026{key:03d}", kind="person" if key == 3 else "company", name=name,
            name_folded=name, name_norm=name.removesuffix("有限公司"), pinyin="x", initials="x", industry="manufacturing",
            region="HZ", source="exhibition", first_contact_at=AT, need=f"三坐标测量机 {key} 台", status="prospect",
            owner_id=3, assigned_at=AT, recorded_at=AT, recorded_by=3, entry_late=0, last_contact_on="2026-01-06",
            next_follow_up_on="2026-03-10", version=1,
        )  # fmt: skip
        insert(
            connection,
            "contact",
            id=key,
            customer_id=key,
            name=("王建国", "单晓燕", "仇英")[key - 1],
            role="other",
            is_primary=1,
            created_at=AT,
            version=1,
        )
        insert(connection, "status_change", customer_id=key, at=AT, by_id=3, to_status="prospect", reason="新建")
        insert(
            connection,
            "plan_item",
            customer_id=key,
            due_on="2026-03-10",
            state="pending",
            beyond_cadence=0,
            created_at=AT,
            created_by=3,
        )
        insert(
            connection, "followup", id=key, customer_id=key, at="2026-01-06 02:00:00", recorded_at="2026-01-06 02:00:00",
            by_id=3, method="phone", content=f"电话确认第 {key} 版报价", feedback="周五前答复", progress=0, late=0,
        )  # fmt: skip
    connection.close()
    shutil.copy(f"{office.database}.key", f"{path}.key")
    office.database = path
    return office


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What the tables of the first release hold, in its columns."""
    connection = sqlite3.connect(path)
    found = {}
    for table in KEPT:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        columns = [name for name in names if name not in ("pinyin", "initials") and name in FIRST[table]]
        quoted = ", ".join(f'"{name}"' for name in columns)
        found[table] = sorted(connection.execute(f"SELECT {quoted} FROM {table}").fetchall(), key=repr)
    connection.close()
    return found


FIRST: dict[str, set[str]] = {}


def test_everything_is_kept_and_can_be_searched(old: Office) -> None:
    connection = sqlite3.connect(old.database)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    for table in KEPT:
        FIRST[table] = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    connection.close()
    before = contents(old.database)
    assert [len(before[table]) for table in ("customer", "contact", "followup")] == [3, 3, 3]
    assert [row["code"] for row in old.json("find", "华信")] == ["HZ2026001"]
    assert contents(old.database) == before
    assert contents(Path(f"{old.database}.before-{HEAD}")) == before
    assert sound(old.database) == []
    for text, code, place in (
        ("hxkj", "HZ2026001", "pinyin"),
        ("shanxian", "HZ2026002", "pinyin"),
        ("zhangnvshi", "HZ2026003", "pinyin"),
        ("王建国", "HZ2026001", "contact"),
        ("shanxiaoyan", "HZ2026002", "contact"),
        ("qy", "HZ2026003", "contact"),
        ("报价 第 2 版", "HZ2026002", "followup"),
        ("测量机 3", "HZ2026003", "need"),
    ):
        assert [(row["code"], row["matched"]) for row in old.json("find", text)] == [(code, place)], text
    old.ok("followup", "log", "HZ2026001", "--method", "visit", "--content", "现场演示")
    assert [row["code"] for row in old.json("find", "现场演示")] == ["HZ2026001"]


def test_an_upgrade_that_fails_changes_nothing(old: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesflow.db import search

    def refuse(_connection: sqlite3.Connection, *_tables: str) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(search, "create", refuse)
    done = old.run("find", "华信")
    assert (done.status, done.out) == (7, "")
    assert "no space left" in done.err
    connection = sqlite3.connect(old.database)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE '%_search%'").fetchone() == (0,)
    connection.close()
