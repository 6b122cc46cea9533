"""Offices as far as a contract has come."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import deals
from tests.agreements import APPROVAL, ROUTE, drafted, sign, submitted
from tests.conftest import Office, copied, environment


@pytest.fixture(scope="session")
def stages(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An office as far as a contract has come, made once: an accepted quote, the contract approved, the contract signed."""
    found = {}
    folder = tmp_path_factory.mktemp("stages")
    office = Office(copied(template, folder), environment(folder))
    for stage in ("shop", "approved", "signed"):
        if stage == "shop":
            deals.furnish(office)
            deals.accepted(office)
        elif stage == "approved":
            drafted(office)
            submitted(office)
            deals.approve(office, APPROVAL, *ROUTE)
        else:
            sign(office)
        found[stage] = tmp_path_factory.mktemp(stage) / "office.db"
        shutil.copy(office.database, found[stage])
        shutil.copy(f"{office.database}.key", f"{found[stage]}.key")
    return found


@pytest.fixture
def shop(office: Office, stages: dict[str, Path]) -> Office:
    """A customer of li.na's with an accepted quote over 10,000.00."""
    copied(stages["shop"], office.database.parent)
    return office


@pytest.fixture
def approved(office: Office, stages: dict[str, Path]) -> Office:
    """The contract of that quote, approved on Monday at nine."""
    copied(stages["approved"], office.database.parent)
    return office


@pytest.fixture
def signed(office: Office, stages: dict[str, Path]) -> Office:
    """In force since Tuesday."""
    copied(stages["signed"], office.database.parent)
    return office
