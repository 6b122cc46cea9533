"""Making a database: with any preset, and nothing left behind where it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesflow.db import files, upgrade
from salesflow.errors import DatabaseProblem
from salesflow.i18n import msg
from salesflow.services import setup
from tests.conftest import Office, environment

NEW = setup.NewDatabase("云帆", "HZ", "wang.fang", "王芳", use_keyring=False)


@pytest.fixture
def fresh(tmp_path: Path) -> Office:
    return Office(tmp_path / "place" / "new.db", environment(tmp_path), user="wang.fang")


@pytest.mark.parametrize("preset", ["balanced", "template-guide", "process-toolkit", "order-toolkit", "tracker"])
def test_presets(fresh: Office, preset: str) -> None:
    setup.create(fresh.context(), setup.NewDatabase("云帆", "HZ", "wang.fang", "王芳", preset, use_keyring=False))
    context = fresh.context()
    assert context.reader.one("SELECT name, document FROM v_policy") == {
        "name": preset,
        "document": f'extends = "{preset}"\n',
    }
    assert context.policy.limits.name == 200
    context.close()


def test_facts_and_where_the_key_is(fresh: Office) -> None:
    new = setup.NewDatabase("云帆", "hz", "Wang.Fang", "王芳", use_keyring=False, settings=(("demo", "1"),))
    assert setup.create(fresh.context(), new) == f"{fresh.database}.key"
    assert sorted(path.name for path in fresh.database.parent.iterdir()) == ["new.db", "new.db.key"]
    context = fresh.context()
    assert [context.setting(name) for name in ("company", "region", "demo")] == ["云帆", "HZ", "1"]
    assert context.actor.login == "wang.fang"
    context.close()


def failing(path: str) -> None:
    raise DatabaseProblem(msg("no space"), code="disk-full")


def test_nothing_is_left_where_it_fails(fresh: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "upgrade", failing)
    with pytest.raises(DatabaseProblem, match="no space"):
        setup.create(fresh.context(), NEW)
    assert list(fresh.database.parent.iterdir()) == []


def test_who_is_quicker_wins(fresh: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both found the name free; the second takes its key away again and leaves the other's database alone."""

    def late(made: str, path: str) -> None:
        if path == str(fresh.database):
            fresh.database.write_text("theirs", encoding="utf-8")
        files.publish(made, path)

    monkeypatch.setattr("salesflow.db.upgrade.publish", late)
    with pytest.raises(DatabaseProblem) as caught:
        setup.create(fresh.context(), NEW)
    assert caught.value.code == "exists"
    assert fresh.database.read_text(encoding="utf-8") == "theirs"
    assert [path.name for path in fresh.database.parent.iterdir()] == ["new.db"]
