"""Timing whole processes: medians of interleaved runs against a bare interpreter, wall time and peak memory."""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = (sys.executable, "-m", "salesflow")
BARE = (sys.executable, "-c", "pass")
RUNS = int(os.environ.get("BENCH_RUNS", "11"))


@dataclass(frozen=True)
class Run:
    """One finished process: seconds of wall time, peak memory in bytes, exit status."""

    seconds: float
    memory: int
    status: int


def environment(database: Path | None, **extra: str) -> dict[str, str]:
    """Nothing of the machine's own configuration; bytecode is kept, as it is for an installed program."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV") if name in os.environ}
    world = {
        **inherited,
        "SALESFLOW_CONFIG": "/nonexistent/salesflow.toml",
        "SALESFLOW_LANG": "zh",
        "PYTHONPATH": str(ROOT),
    }
    if database is not None:
        world |= {"SALESFLOW_DB": str(database), "HOME": str(database.parent)}
    return {**world, **extra}


def once(words: Sequence[str], world: Mapping[str, str], *, terminal: bool = False) -> Run:
    """Run a command to its end. With `terminal` its output is a pseudo-terminal of 120 columns."""
    if terminal:
        return _on_terminal(words, world)
    began = time.perf_counter()
    process = subprocess.Popen(
        words, env=dict(world), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(time.perf_counter() - began, usage.ru_maxrss * 1024, process.returncode)


def _on_terminal(words: Sequence[str], world: Mapping[str, str]) -> Run:
    ours, theirs = pty.openpty()
    began = time.perf_counter()
    process = subprocess.Popen(
        words,
        env={**world, "COLUMNS": "120", "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    drain = threading.Thread(target=_drain, args=(ours,), daemon=True)
    drain.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    drain.join(1)
    os.close(ours)
    return Run(seconds, usage.ru_maxrss * 1024, process.returncode)


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 65536):
            pass
    except OSError:  # the other side closed it
        return


def against_bare(
    commands: Sequence[Sequence[str]],
    world: Mapping[str, str],
    *,
    terminal: bool = False,
    statuses: tuple[int, ...] = (0,),
) -> tuple[float, float]:
    """(median seconds of the commands, its ratio to a bare interpreter), runs in turn. Commands are taken one a run.

    The first run is not counted. A command that ends with another status than the expected ones ends the benchmark.
    """
    bare, ours = [], []
    for number in range(RUNS + 1):
        words = commands[number % len(commands)]
        empty = once(BARE, world)
        run = once([*PROGRAM, *words], world, terminal=terminal)
        if run.status not in statuses:
            raise SystemExit(f"{' '.join(words)} ended with {run.status}")
        if number:
            bare.append(empty.seconds)
            ours.append(run.seconds)
    median = statistics.median(ours)
    return median, median / statistics.median(bare)
