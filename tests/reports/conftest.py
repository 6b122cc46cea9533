"""The office of the weekly review: made once, each test works on a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesflow import i18n
from tests.conftest import Office, environment
from tests.reports import season


def _office(source: Path, folder: Path) -> Office:
    for suffix in ("", ".key"):
        shutil.copy(f"{source}{suffix}", folder / f"office.db{suffix}")
    return Office(folder / "office.db", environment(folder), now=season.OVER, user="zhang.wei")


@pytest.fixture(scope="session")
def reviewed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the end of the week."""
    folder = tmp_path_factory.mktemp("season")
    office = _office(template, folder)
    office.now, office.user = "2026-03-02 09:00", "li.na"
    season.before(office)
    season.during(office)
    return office.database


@pytest.fixture
def review(reviewed: Path, tmp_path: Path) -> Iterator[Office]:
    """The office in the first moment after the week 2026-W11, zhang.wei (a manager) at the keyboard, in English."""
    i18n.set_language("en")
    yield _office(reviewed, tmp_path)
    i18n.set_language("en")
