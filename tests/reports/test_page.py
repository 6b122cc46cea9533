"""The page of a report: complete, harmless, with charts that show what the tables say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from salesflow import i18n
from salesflow.columns import Column, Kind
from salesflow.documents.charts import Chart, Plot, draw
from salesflow.documents.weekly import PLOTS
from salesflow.enums import Grade
from salesflow.output.values import Locale
from salesflow.reports.weekly_columns import SECTIONS
from tests import leads
from tests.conftest import Office
from tests.reports import season

VOID = ("meta", "rect", "br")
LOCALE = Locale(ZoneInfo("Asia/Shanghai"), "en")


class Page(HTMLParser):
    """A page as it is read: balanced, its texts, its headings, its tables, its drawings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.drawings: list[str] = []
        self.language = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.links += [str(value) for name, value in attrs if name in ("src", "href", "action", "data", "srcset")]
        if tag == "svg":
            self.drawings.append(str(given["aria-label"]))
        if tag == "html":
            self.language = str(given["lang"])

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))

    def of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def page(review: Office, *words: str, lang: str = "en") -> tuple[str, Page]:
    text = review.ok("report", "weekly", "--week", season.WEEK, "--format", "html", *words, lang=lang).out
    return text, Page(text)


def test_it_is_complete_in_itself(review: Office) -> None:
    text, read = page(review)
    assert text.startswith("<!DOCTYPE html>\n")
    assert read.links == []
    assert not re.search(r"https?:|url\(|@import|<script", text)


@pytest.mark.parametrize(("lang", "code", "first"), [("en", "en", "New customers"), ("zh", "zh-CN", "新增客户")])
def test_it_is_in_the_readers_language(review: Office, lang: str, code: str, first: str) -> None:
    _, read = page(review, lang=lang)
    assert (read.language, read.of("h2")[0]) == (code, first)
    assert read.of("title") == read.of("h1")
    assert len(read.of("h2")) == len(SECTIONS) - 1, "there are no collections yet"


def test_it_has_what_the_report_has(review: Office) -> None:
    _, read = page(review)
    for text in ("17,751.00", "杭州明远制造有限公司", "AP2026-0001", "2026-03-17", "33.33 %"):
        assert text in read.of("td") + read.of("dd")


def test_it_draws_what_there_is(review: Office) -> None:
    _, read = page(review)
    assert read.drawings == [
        "By lead source", "By status", "Key steps", "By reason", "By person", "By person", "By day",
    ]  # fmt: skip
    _, empty = page(review, "--owner", "sun.li")
    assert empty.drawings == []


def test_one_section_alone(review: Office) -> None:
    _, read = page(review, "--fields", "week,quotes")
    assert (read.of("h2"), read.of("dt")[0]) == (["Quoting"], "Week")


def test_names_cannot_become_markup(review: Office) -> None:
    name = '<script>alert("1")</script> & Söhne'
    leads.add(review, leads.new(name, grade=Grade.A), user="li.na", now="2026-03-15 12:00")
    text, read = page(review)
    assert name in read.of("td")
    assert "<script" not in text


def test_every_plot_is_of_a_table() -> None:
    sections = {column.key: column for column in SECTIONS}
    for place, plot in PLOTS.items():
        section, table = place.split(".")
        found = next(column for column in sections[section].columns if column.key == table)
        assert {plot.label, *plot.bars} <= {column.key for column in found.columns}


TABLE = Column(
    "people",
    "By person",
    Kind.ROWS,
    columns=(
        Column("person", "Person"),
        Column("on_time", "On time", Kind.INTEGER),
        Column("late", "Done late", Kind.INTEGER),
        Column("share", "Share", Kind.PERCENT),
    ),
)
ROWS = (
    {"person": "li.na", "on_time": 3, "late": 1, "share": 7500},
    {"person": "a.very.long.login.of.somebody", "on_time": 0, "late": 2, "share": None},
)


def chart(*bars: str, stacked: bool = False, rows: object = ROWS) -> Chart | None:
    return draw(TABLE, rows, Plot("person", bars, stacked=stacked), LOCALE)  # type: ignore[arg-type]  # also no rows at all


def test_bars_are_as_long_as_their_numbers() -> None:
    i18n.set_language("en")
    drawn = chart("on_time", "late")
    assert drawn is not None
    assert [[bar.width for bar in line.bars] for line in drawn.lines] == [[440, 146], [0, 293]]
    assert [[text for _, _, text in line.values] for line in drawn.lines] == [["3", "1"], ["0", "2"]]
    assert drawn.legend == ("On time", "Done late")
    assert [line.label for line in drawn.lines] == ["li.na", "a.very.long.login…"]


def test_bars_in_one_line_follow_one_another() -> None:
    drawn = chart("on_time", "late", stacked=True)
    assert drawn is not None
    assert [[(bar.x, bar.width) for bar in line.bars] for line in drawn.lines] == [
        [(130, 330), (460, 110)],
        [(130, 0), (130, 220)],
    ]
    assert [[text for _, _, text in line.values] for line in drawn.lines] == [["4"], ["2"]]


def test_one_series_needs_no_legend() -> None:
    drawn = chart("share")
    assert drawn is not None
    assert drawn.legend == ()
    assert [[text for _, _, text in line.values] for line in drawn.lines] == [["75 %"], [""]]


@pytest.mark.parametrize("rows", [(), ({"person": "li.na", "on_time": 0, "late": 0, "share": None},)])
def test_nothing_is_drawn_of_nothing(rows: object) -> None:
    assert chart("on_time", "late", rows=rows) is None
