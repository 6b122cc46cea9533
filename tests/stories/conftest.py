"""Every story is told in both languages, the one of the first week in Chinese in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.team import Team

LANGUAGES = ("zh", "en")


@pytest.fixture(params=LANGUAGES)
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Team:
    processes = request.param == "zh" and request.path.stem == "test_first_week"
    found = Team(tmp_path, request.param, processes=processes)
    found.found()
    return found
