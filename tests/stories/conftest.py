"""Every story is told in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.team import Team

LANGUAGES = ("zh", "en")


@pytest.fixture(params=LANGUAGES)
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Team:
    found = Team(tmp_path, request.param)
    found.found()
    return found
