"""Encrypted values: what cannot be read without the key, moved, or altered; where the key is found."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.db import vault
from salesflow.errors import DatabaseProblem
from tests.conftest import Office, environment

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))


@given(st.text(max_size=200), st.integers(min_value=1, max_value=10**9))
def test_what_is_sealed_opens_again(value: str, row: int) -> None:
    sealed = vault.Vault(KEY).encrypt(value, "contact.phone", row)
    assert vault.Vault(KEY).decrypt(sealed, "contact.phone", row) == value
    assert len(value) < 4 or value.encode() not in sealed


@pytest.mark.parametrize(
    ("key", "place", "row"), [(OTHER, "contact.phone", 7), (KEY, "contact.email", 7), (KEY, "contact.phone", 8)]
)
def test_another_key_place_or_row_does_not_open_it(key: bytes, place: str, row: int) -> None:
    sealed = vault.Vault(KEY).encrypt("+8613812346789", "contact.phone", 7)
    with pytest.raises(DatabaseProblem) as caught:
        vault.Vault(key).decrypt(sealed, place, row)
    assert caught.value.code == "wrong-key"


def test_an_altered_value_does_not_open() -> None:
    sealed = bytearray(vault.Vault(KEY).encrypt("+8613812346789", "contact.phone", 7))
    sealed[20] ^= 1
    with pytest.raises(DatabaseProblem):
        vault.Vault(KEY).decrypt(bytes(sealed), "contact.phone", 7)


def test_the_same_value_is_sealed_differently_each_time_but_has_one_index() -> None:
    one = vault.Vault(KEY)
    assert one.encrypt("x", "contact.phone", 1) != one.encrypt("x", "contact.phone", 1)
    assert one.index("x", "phone") == one.index("x", "phone")
    assert one.index("x", "phone") != one.index("x", "email")
    assert one.index("x", "phone") != vault.Vault(OTHER).index("x", "phone")


def test_a_key_file_is_for_its_owner_alone_and_found_again(tmp_path: Path) -> None:
    database = str(tmp_path / "a.db")
    fingerprint, place = vault.create_key(database, use_keyring=False)
    assert place == f"{database}.key"
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600
    assert vault.fingerprint(vault.load_key(database, fingerprint)) == fingerprint
    with pytest.raises(FileExistsError):
        vault.create_key(database, use_keyring=False)


def test_a_key_comes_from_the_environment_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESFLOW_KEY", KEY.hex())
    assert vault.load_key(str(tmp_path / "a.db"), vault.fingerprint(KEY)) == KEY


@pytest.mark.parametrize("text", [None, "", "zz", OTHER.hex(), KEY.hex()[:-2], "\x00\xff"])
def test_no_key_or_another_is_a_clear_error(tmp_path: Path, text: str | None) -> None:
    database = tmp_path / "a.db"
    if text is not None:
        (tmp_path / "a.db.key").write_text(text, encoding="utf-8")
    with pytest.raises(DatabaseProblem) as caught:
        vault.load_key(str(database), vault.fingerprint(KEY))
    assert caught.value.code == "missing-key"


# --- the operating system's keyring


class Keyring(ModuleType):
    """A keyring in memory, with what we use of the package's interface."""

    def __init__(self, *, works: bool = True) -> None:
        super().__init__("keyring")
        self.works = works
        self.kept: dict[tuple[str, str], str] = {}
        self.errors = ModuleType("keyring.errors")
        self.errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]  # made here

    def set_password(self, service: str, user: str, password: str) -> None:
        if not self.works:
            raise RuntimeError("no backend")
        self.kept[service, user] = password

    def get_password(self, service: str, user: str) -> str | None:
        if not self.works:
            raise self.errors.KeyringError
        return self.kept.get((service, user))


def install(monkeypatch: pytest.MonkeyPatch, keyring: Keyring | None) -> None:
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", None if keyring is None else keyring.errors)


def test_a_key_is_kept_in_the_keyring_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = Keyring()
    install(monkeypatch, keyring)
    database = str(tmp_path / "a.db")
    fingerprint, place = vault.create_key(database, use_keyring=True)
    assert place == "keyring"
    assert list(keyring.kept) == [("salesflow", fingerprint)]
    assert not Path(f"{database}.key").exists()
    assert vault.fingerprint(vault.load_key(database, fingerprint)) == fingerprint
    keyring.kept["salesflow", fingerprint] = "something else"
    with pytest.raises(DatabaseProblem):
        vault.load_key(database, fingerprint)


@pytest.mark.parametrize("keyring", [None, Keyring(works=False)], ids=["none", "broken"])
def test_without_a_keyring_the_key_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: Keyring | None
) -> None:
    install(monkeypatch, keyring)
    database = str(tmp_path / "a.db")
    fingerprint, place = vault.create_key(database, use_keyring=True)
    assert place == f"{database}.key"
    assert vault.fingerprint(vault.load_key(database, fingerprint)) == fingerprint
    with pytest.raises(DatabaseProblem):
        vault.load_key(str(tmp_path / "b.db"), fingerprint)


def test_init_and_info_with_a_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Keyring())
    monkeypatch.delenv("SALESFLOW_AS_OF", raising=False)
    office = Office(tmp_path / "a.db", environment(tmp_path))
    made = office.ok("init", "--company", "云帆", "--region", "HZ", "--login", "li.na")
    assert "is in the system's keyring" in made.out
    assert office.json("db", "info")["key"] == "keyring"
    assert office.json("db", "check")["ok"]
