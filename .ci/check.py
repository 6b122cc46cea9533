"""All checks from a clean clone, with nothing but Python 3.11 and its venv: environment, linters, types, tests, wheel.

    python3 .ci/check.py            everything, as CI does it
    python3 .ci/check.py lint test  only these steps; the environment is made where it is missing

The environment is .venv. Ends with exit 1 at the first step that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = "Scripts" if os.name == "nt" else "bin"
MEMORY = "/dev/shm"
FLOORS = (("salesflow/rules/*,salesflow/services/*", 95), ("salesflow/*", 90))


def run(*words: str | Path, **extra: str) -> None:
    """Run a command in the checkout; its failure ends everything."""
    print("$", *words, flush=True)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **extra}
    done = subprocess.run([str(word) for word in words], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        sys.exit(f"failed: {' '.join(map(str, words))}")


def tool(name: str) -> Path:
    return VENV / BIN / name


def install() -> None:
    """The environment: the project itself, editable, with what its checks need, in the versions of constraints.txt."""
    if not tool("python").exists():
        venv.create(VENV, with_pip=True)
    run(tool("python"), "-m", "pip", "install", "--quiet", "-c", "constraints.txt", "-e", ".[dev]")


def lint() -> None:
    run(tool("ruff"), "check")
    run(tool("ruff"), "format", "--check")


def types() -> None:
    run(tool("mypy"))


def contract() -> None:
    run(tool("lint-imports"))


def docs() -> None:
    """The Chinese catalogue is complete, and the pages made from the program are what it makes now."""
    run(tool("python"), "docs/catalogue.py", "--check")
    run(tool("python"), "docs/build.py", "--check")


def test() -> None:
    """All tests in parallel, a file at a time, with branch coverage of what runs in the tests' own processes."""
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    words = ["-n", "auto", "--dist", "loadfile", "-q", "--cov", "--cov-report=", "tests"]
    if not os.access(MEMORY, os.W_OK):
        run(tool("pytest"), *words)
    else:  # every commit of every test waits for the disk: in memory none does
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            run(tool("pytest"), f"--basetemp={folder}/tests", *words)
    for files, floor in FLOORS:
        run(tool("coverage"), "report", f"--include={files}", f"--fail-under={floor}")


def wheel() -> None:
    """The wheel, installed without the development dependencies, does its main job."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run(tool("python"), "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, ".")
        venv.create(place / "venv", with_pip=True)
        python, program = place / "venv" / BIN / "python", place / "venv" / BIN / "salesflow"
        built = next(place.glob("salesflow-*.whl"))
        run(python, "-m", "pip", "install", "--quiet", "-c", "constraints.txt", built)
        world = {"HOME": str(place), "SALESFLOW_CONFIG": str(place / "config.toml"), "SALESFLOW_LANG": "zh"}
        run(program, "--version", **world)
        run(program, "demo", "--dir", place / "demo", **world)
        office = {**world, "SALESFLOW_DB": str(place / "demo" / "salesflow.db"), "SALESFLOW_USER": "zhang.wei"}
        for words in (
            "today",
            "customer list --limit 3",
            "approval list",
            "report weekly --format markdown",
            "db check",
        ):
            run(program, *words.split(), **office)


STEPS: dict[str, Callable[[], None]] = {
    "lint": lint,
    "types": types,
    "contract": contract,
    "docs": docs,
    "wheel": wheel,
    "test": test,
}


def main() -> None:
    chosen = sys.argv[1:] or list(STEPS)
    unknown = [name for name in chosen if name not in STEPS]
    if unknown:
        sys.exit(f"no such step: {' '.join(unknown)}; the steps are: {' '.join(STEPS)}")
    install()
    for name in chosen:
        began = time.monotonic()
        STEPS[name]()
        print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
