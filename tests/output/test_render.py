"""The renderer as a whole: every kind of result in every format, and what it costs to start."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import salesflow
from salesflow.columns import Column
from salesflow.errors import UsageError
from salesflow.i18n import msg
from salesflow.output.options import Format, OutputOptions
from salesflow.output.render import render
from salesflow.output.results import Document, Listing, Record, Written
from tests.output.conftest import Screen
from tests.output.samples import ESCAPES, MINGYUAN, MUELLER, listing, record, written

ADDED = Written(
    msg("added {code}", code="C0002"), "C0002", record(MUELLER), (msg("grade C: {why}", why="no budget\n"),)
)
BARE = Written(msg("sent {code}", code="Q2026-0001"), "Q2026-0001")
ALL = (listing(), record(), ADDED, BARE)


def test_ids() -> None:
    assert written(listing(), Format.IDS) == ("C0001\nC0002\n", "")
    assert written(record(), Format.IDS) == ("C0001\n", "")
    assert written(Listing(listing().columns, (), "code"), Format.IDS) == ("", "")
    assert written(listing({**MUELLER, "code": "C1\x1b\nC2"}), Format.IDS) == ("C1\\x1b↵C2\n", "")


def test_an_id_need_not_be_a_column() -> None:
    assert written(Listing((Column("name", "Name"),), [{"id": 7, "name": "x"}], "id"), Format.IDS)[0] == "7\n"


def test_what_was_written() -> None:
    assert written(ADDED) == ("added C0002\ngrade C: no budget↵\n", "")
    assert written(BARE) == ("sent Q2026-0001\n", "")


@pytest.mark.parametrize("result", [ADDED, BARE])
@pytest.mark.parametrize("form", [None, *Format])
def test_quiet_is_the_reference_alone(result: Written, form: Format | None) -> None:
    assert written(result, form, quiet=True) == (f"{result.ref}\n", "")


def test_quiet_listings() -> None:
    assert written(listing(more=True), quiet=True) == ("C0001\nC0002\n", "")


@pytest.mark.parametrize("form", [form for form in Format if form is not Format.IDS])
def test_what_was_written_in_a_format_is_the_record(form: Format) -> None:
    assert written(ADDED, form) == written(record(MUELLER), form)


def test_what_was_written_without_a_record() -> None:
    assert json.loads(written(BARE, Format.JSON)[0]) == {"ref": "Q2026-0001"}
    assert written(BARE, Format.JSON, fields=("number",))[0] == '{\n  "ref": "Q2026-0001"\n}\n'
    assert written(BARE, Format.JSONL)[0] == '{"ref": "Q2026-0001"}\n'
    assert written(BARE, Format.CSV)[0] == "ref\r\nQ2026-0001\r\n"
    assert written(BARE, Format.PLAIN)[0] == "sent Q2026-0001\n"
    assert written(BARE, Format.IDS)[0] == "Q2026-0001\n"


def test_a_document_is_written_as_it_is() -> None:
    text = "# 周报\n\n\t| a |\n"
    for form in (None, *Format):
        assert written(Document(text), form) == (text, "")
    assert written(Document("a\x1b[31m"))[0] == "a\\x1b[31m"


@pytest.mark.parametrize("form", [form for form in Format if form is not Format.IDS])
def test_it_is_said_that_there_is_more(form: Format) -> None:
    more = "note: there are more than these 2: raise --limit to see them\n"
    assert more in written(listing(more=True), form)[1]
    assert more not in written(listing(), form)[1]


@pytest.mark.parametrize("form", [None, *Format])
@pytest.mark.parametrize("result", [listing(), record(), ADDED])
def test_unknown_fields_are_refused_before_anything_is_written(
    result: Listing | Record | Written, form: Format | None
) -> None:
    out = io.StringIO()
    if isinstance(result, Written) and form in (None, Format.IDS):
        return
    with pytest.raises(UsageError):
        render(result, OutputOptions(form, ("code", "nmae")), out, io.StringIO(), "en")
    assert out.getvalue() == ""


@pytest.mark.parametrize("form", Format)
def test_no_format_lets_user_text_control_the_terminal(form: Format, screen: Screen) -> None:
    row = {
        **MINGYUAN,
        "code": ESCAPES,
        "name": ESCAPES,
        "note": ESCAPES,
        "lines": [{**MINGYUAN["lines"][0], "sku": ESCAPES}],
    }
    sentence = msg("added {code}", code=ESCAPES)
    results = (listing(row), record(row), Written(sentence, ESCAPES), Written(sentence, ESCAPES, record(row)))
    for result in results:
        for shown in (*written(result, form), *screen(result, 100, format=form)):
            assert not set(shown) & {"\x1b", "\x07", "\x9b", "\x7f", "\u202e", "\r"} - (
                {"\r"} if form is Format.CSV else set()
            )


def test_nothing_but_the_terminal_is_told_that_there_is_nothing(screen: Screen) -> None:
    empty = Listing(listing().columns, (), "code", empty=msg("there are no customers"))
    assert screen(empty, 80, format=Format.PLAIN) == ("", "there are no customers\n")
    assert screen(empty, 80, format=Format.JSON) == ("[]\n", "")
    assert written(empty, Format.TABLE) == ("", "")
    assert written(empty) == ("", "")


@pytest.mark.parametrize("form", Format)
def test_a_closed_pipe_is_an_error_for_the_caller(form: Format) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError), os.fdopen(writing, "w", buffering=1) as out:
        render(listing(), OutputOptions(form), out, io.StringIO(), "en")


HEAVY = ("rich", "tabulate", "wcwidth", "csv", "html", "json", "difflib", "gettext", "zoneinfo")
SCRIPT = """
import sys
from salesflow.columns import Column, Kind
from salesflow.output.options import Format, OutputOptions
from salesflow.output.render import render
from salesflow.output.results import Listing
COLUMNS = (
    Column("code", "Code"),
    Column("name", "Name"),
    Column("status", "Status", Kind.CODE, labels="status"),
    Column("total", "Total", Kind.MONEY),
    Column("at", "At", Kind.INSTANT),
)
ROWS = [dict(code="C0001", name="上海明远↵", status="hot", total=5, at="2026-03-12 01:00:00")]
if len(sys.argv) > 1:
    render(Listing(COLUMNS, ROWS, "code"), OutputOptions(Format(sys.argv[1])), sys.stdout, sys.stderr)
print(*(name for name in {heavy!r} if name in sys.modules), sep=",", file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        ((), set()),
        (("plain",), set()),
        (("ids",), set()),
        (("json",), {"json"}),
        (("csv",), {"csv", "json"}),
        (("table",), {"rich"}),
        (("markdown",), {"tabulate"}),
    ],
)
def test_only_what_a_format_needs_is_imported(arguments: tuple[str, ...], loaded: set[str]) -> None:
    script = SCRIPT.format(heavy=HEAVY)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # it imports json itself
    environ = {**ours, "PYTHONPATH": str(Path(salesflow.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, check=True, encoding="utf-8", env=environ
    )
    found = set(done.stderr.strip().split(",")) - {""}
    assert loaded <= found
    if not {"rich", "tabulate"} & loaded:
        assert found == loaded
    else:
        assert not found & ({"rich", "tabulate"} - loaded)
