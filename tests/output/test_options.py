"""What is decided from the options, the environment and the terminal."""

from __future__ import annotations

import io

import pytest

from salesflow.output.options import Color, Format, OutputOptions, coloured, resolve, terminal_width


class Terminal(io.StringIO):
    """A stream that says that it is a terminal, of no known width."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("options", "on_terminal", "in_pipe"),
    [
        (OutputOptions(), Format.TABLE, Format.PLAIN),
        (OutputOptions(Format.JSON), Format.JSON, Format.JSON),
        (OutputOptions(Format.TABLE), Format.TABLE, Format.TABLE),
        (OutputOptions(quiet=True), Format.IDS, Format.IDS),
        (OutputOptions(Format.JSON, quiet=True), Format.IDS, Format.IDS),
    ],
)
def test_format(options: OutputOptions, on_terminal: Format, in_pipe: Format) -> None:
    assert resolve(options, Terminal()) is on_terminal
    assert resolve(options, io.StringIO()) is in_pipe


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, 80), ({"COLUMNS": "133"}, 133), ({"COLUMNS": "x"}, 80), ({"COLUMNS": "0"}, 80), ({"COLUMNS": "3"}, 20)],
)
def test_width(environ: dict[str, str], expected: int) -> None:
    assert terminal_width(Terminal(), environ) == expected


@pytest.mark.parametrize(
    ("color", "environ", "on_terminal", "in_pipe"),
    [
        ("auto", {}, True, False),
        ("auto", {"NO_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": ""}, True, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("always", {"NO_COLOR": "1"}, True, True),
        ("never", {}, False, False),
    ],
)
def test_colour(color: Color, environ: dict[str, str], on_terminal: bool, in_pipe: bool) -> None:
    assert coloured(OutputOptions(color=color), Terminal(), environ) is on_terminal
    assert coloured(OutputOptions(color=color), io.StringIO(), environ) is in_pipe
