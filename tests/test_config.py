"""The configuration file: where it lives, what it may say, how it is changed without losing anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from salesflow import config
from salesflow.errors import FileProblem, InvalidValue, UsageError


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_no_file_is_an_empty_configuration(tmp_path: Path) -> None:
    settings = config.load(str(tmp_path / "none.toml"))
    assert settings.values == {}
    assert settings.text("user") is None
    assert settings.items("industries.extra") == []


def test_what_is_in_the_file(tmp_path: Path) -> None:
    settings = config.load(
        written(tmp_path, 'user = "li.na"\nlang = "zh"\n[industries]\nextra = ["无人机", "预制菜"]\n')
    )
    assert settings.text("user") == "li.na"
    assert settings.items("industries.extra") == ["无人机", "预制菜"]
    assert settings.values == {"user": "li.na", "lang": "zh", "industries.extra": ["无人机", "预制菜"]}


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert config.load(written(tmp_path, b'\xef\xbb\xbfuser = "li.na"\n')).text("user") == "li.na"


@pytest.mark.parametrize(
    ("text", "kind", "message", "hint"),
    [
        ('usr = "x"', UsageError, "there is no configuration key usr", "did you mean user?"),
        ('zzz = "x"', UsageError, "there is no configuration key zzz", "the keys are: db, user, lang"),
        ('[industries]\nmore = ["x"]', UsageError, "there is no configuration key industries.more", "industries.extra"),
        ("user = 5", InvalidValue, "5 is not a value for user", "user: your staff login"),
        ('lang = "fr"', InvalidValue, "'fr' is not a value for lang", "zh or en"),
        (
            '[industries]\nextra = "x"',
            InvalidValue,
            "'x' is not a value for industries.extra",
            "industries of your own",
        ),
        (
            "[industries]\nextra = [1]",
            InvalidValue,
            "[1] is not a value for industries.extra",
            "industries of your own",
        ),
        ("user = ", InvalidValue, "is not TOML", "correct it with an editor"),
        (b'user = "\xff"', InvalidValue, "is not TOML", "correct it with an editor"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, text: str | bytes, kind: type[UsageError], message: str, hint: str
) -> None:
    with pytest.raises(kind) as caught:
        config.load(written(tmp_path, text))
    assert message in str(caught.value)
    assert hint in str(caught.value.hint)
    assert caught.value.exit_status == 2


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be read: Is a directory"):
        config.load(str(tmp_path))


def test_where_it_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    assert config.config_path({"SALESFLOW_CONFIG": "/x.toml"}) == "/x.toml"
    assert config.config_path({"SALESFLOW_CONFIG": ""}) == str(tmp_path / ".config" / "salesflow" / "config.toml")
    assert config.default_database() == str(tmp_path / ".local" / "share" / "salesflow" / "salesflow.db")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/me")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert config.config_path({}) == "/etc/me/salesflow/config.toml"
    assert config.default_database() == str(tmp_path / ".local" / "share" / "salesflow" / "salesflow.db")


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_where_it_lives_agrees_with_platformdirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str) -> None:
    import platformdirs

    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(config, "platform", system)
    folder = platformdirs.user_config_dir("salesflow", appauthor=False, roaming=True)
    data = platformdirs.user_data_dir("salesflow", appauthor=False, roaming=True)
    assert config.config_path({}) == os.path.join(folder, "config.toml")
    assert config.default_database() == os.path.join(data, "salesflow.db")


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("user", " li.na ", "li.na"),
        ("lang", "zh", "zh"),
        ("timezone", " Europe/Berlin ", "Europe/Berlin"),
        ("industries.extra", "无人机,预制菜，低空 , ", ["无人机", "预制菜", "低空"]),
    ],
)
def test_values_as_typed(name: str, typed: str, value: object) -> None:
    assert config.parse(config.key(name), typed) == value


@pytest.mark.parametrize(("name", "typed"), [("lang", "fr"), ("lang", "ZH"), ("timezone", "Mars/Base")])
def test_values_that_cannot_be(name: str, typed: str) -> None:
    with pytest.raises(InvalidValue):
        config.parse(config.key(name), typed)


def test_writing_keeps_comments_and_order(tmp_path: Path) -> None:
    path = written(tmp_path, '# mine\nuser = "li.na" # me\n\n[industries]\nextra = ["x"]\n')
    config.write(path, {"user": "zhang.wei", "lang": "zh"})
    text = Path(path).read_text(encoding="utf-8")
    assert text.startswith('# mine\nuser = "zhang.wei" # me\n')
    settings = config.load(path)
    assert settings.values == {"user": "zhang.wei", "lang": "zh", "industries.extra": ["x"]}


@pytest.mark.parametrize("text", ['industries.extra = ["a"]\n', 'industries = { extra = ["a"] } # mine\n'])
def test_writing_into_a_table_written_otherwise(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    config.write(path, {"industries.extra": ["b"], "user": "li.na"})
    assert config.load(path).values == {"industries.extra": ["b"], "user": "li.na"}
    assert ("# mine" in Path(path).read_text(encoding="utf-8")) == ("# mine" in text)


def test_writing_makes_folders_and_tables_and_removes_keys(tmp_path: Path) -> None:
    path = str(tmp_path / "a" / "b" / "config.toml")
    config.write(path, {"industries.extra": ["无人机"], "user": "li.na"})
    assert config.load(path).values == {"user": "li.na", "industries.extra": ["无人机"]}
    config.write(path, {"industries.extra": None, "lang": None})
    assert config.load(path).values == {"user": "li.na"}
    assert os.listdir(tmp_path / "a" / "b") == ["config.toml"], "nothing else is left"


def test_writing_where_one_cannot(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path / "file" / "config.toml", tmp_path / "folder.toml"):
        (tmp_path / "folder.toml").mkdir(exist_ok=True)
        with pytest.raises(FileProblem) as caught:
            config.write(str(path), {"user": "li.na"})
        assert "cannot be" in str(caught.value)
