"""One object for programs and rows for people; blocks of rows that stand close together."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest

from salesflow.columns import Column, Kind
from salesflow.i18n import msg
from salesflow.output.options import Format, OutputOptions, terminal_height
from salesflow.output.render import render
from salesflow.output.results import Digest, Listing, Record, Written

ROWS = (Column("code", "Code"), Column("text", "What", Kind.MESSAGE, flexible=True))
RUN = (Column("run", "Run", Kind.INTEGER), Column("rows", "Rows", Kind.ROWS, columns=ROWS))
ALL = [{"code": f"C{number}", "text": msg("nothing is planned")} for number in range(3)]
DIGEST = Digest(
    Record(RUN, {"run": 7, "rows": ALL}, "run"),
    Listing(ROWS, ALL, "code"),
    Listing(ROWS, ALL[:1], "code", remark=msg("leave one of them out")),
)
Screen = Callable[..., tuple[str, str]]


def text(form: Format, result: Digest | Written = DIGEST, **options: bool) -> str:
    out = io.StringIO()
    render(result, OutputOptions(form, quiet=options.get("quiet", False)), out, io.StringIO())
    return out.getvalue()


def test_programs_get_the_object_and_people_the_rows(screen: Screen) -> None:
    rows = [{"code": f"C{number}", "text": "nothing is planned"} for number in range(3)]
    assert json.loads(text(Format.JSON)) == json.loads(text(Format.JSONL)) == {"run": 7, "rows": rows}
    assert text(Format.PLAIN).splitlines()[1:] == [f"C{number}    nothing is planned" for number in range(3)]
    assert text(Format.CSV).splitlines()[0] == "code,text"
    assert text(Format.IDS) == "C0\nC1\nC2\n"
    shown, said = screen(DIGEST, 60)
    assert [line.split()[0] for line in shown.splitlines()] == ["Code", "─" * 24, "C0"]
    assert said == "note: leave one of them out\n"


def test_without_a_screen_of_its_own_a_terminal_gets_all_rows(screen: Screen) -> None:
    shown, _ = screen(Digest(DIGEST.record, DIGEST.listing), 60)
    assert len(shown.splitlines()) == 5


def test_what_was_written_may_be_a_digest() -> None:
    done = Written(msg("sweep {run}: {count} changes", run=7, count=3), "7", DIGEST)
    assert json.loads(text(Format.JSON, done))["run"] == 7
    assert text(Format.IDS, done) == "7\n"
    assert text(Format.TSV, done).splitlines()[1] == "C0\tnothing is planned"


def test_blocks_stand_close_together_each_row_on_one_line(screen: Screen) -> None:
    columns = (Column("section", "Section"), *ROWS)
    long = msg("{code} {name}: {text}", code="杭州", name="云帆", text="一" * 60)
    rows = [
        {"section": "Overdue: 2", "code": "C1", "text": long},
        {"section": "Overdue: 2", "code": "C22", "text": msg("follow up")},
        {"section": "Due today: 1", "code": "C3", "text": msg("follow up")},
    ]
    listing = Listing(columns, rows, "code", title=msg("Monday"), group_by="section", compact=True)
    shown, said = screen(listing, 40)
    assert shown.splitlines() == [
        "Monday",
        "Overdue: 2",
        "  C1   杭州 云帆: 一一一一一一一一一一…",
        "  C22  follow up",
        "Due today: 1",
        "  C3   follow up",
    ]
    assert said == ""


@pytest.mark.parametrize(
    ("told", "lines"), [({}, 24), ({"LINES": "50"}, 50), ({"LINES": "x"}, 24), ({"LINES": "0"}, 24)]
)
def test_how_many_lines_there_are(told: dict[str, str], lines: int) -> None:
    assert terminal_height(io.StringIO(), told) == lines
