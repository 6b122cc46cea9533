"""The tests with the lowest versions that pyproject.toml allows, so that its lower bounds are known to be true.

    python3 .ci/lowest.py            all tests
    python3 .ci/lowest.py tests/db   only these

The environment is .venv-lowest, made where it is missing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-lowest"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*>=\s*(?P<lowest>[0-9][^,;\s]*)")


def lowest() -> list[str]:
    """`name==version` for every requirement of the project and of its tests; each must have a lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = set()
    for requirement in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        found = REQUIREMENT.match(requirement)
        if found is None:
            sys.exit(f"{requirement!r} in pyproject.toml has no lower bound")
        pinned.add(f"{found['name']}=={found['lowest']}")
    return sorted(pinned)


def run(*words: str | Path) -> None:
    """Run a command in the checkout; its failure ends everything."""
    print("$", *words, flush=True)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if subprocess.run([str(word) for word in words], cwd=ROOT, env=environment, check=False).returncode:
        sys.exit(f"failed: {' '.join(map(str, words))}")


def main() -> None:
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    constraints = VENV / "lowest.txt"
    constraints.write_text("\n".join(lowest()) + "\n", encoding="utf-8")
    run(PYTHON, "-m", "pip", "install", "--quiet", "-c", constraints, "-e", ".[dev]")
    run(PYTHON, "-m", "pytest", "-n", "2", "-q", *(sys.argv[1:] or ["tests"]))


if __name__ == "__main__":
    main()
