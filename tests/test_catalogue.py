"""The Chinese catalogue: complete, in step with the source, compiled by the build, and used."""

from __future__ import annotations

import gettext
import shutil
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import hatch_build
from salesflow import commands, i18n, queries, reports
from salesflow.columns import Column
from tests.conftest import ROOT, Office
from tests.test_help import tool

catalogue = tool("catalogue")


def test_every_text_has_its_chinese() -> None:
    assert catalogue.problems() == []


def test_the_file_is_as_the_tool_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, before = catalogue.read(), catalogue.PO.read_text(encoding="utf-8")
    monkeypatch.setattr(catalogue, "PO", tmp_path / "salesflow.po")
    catalogue.update(known)
    assert (tmp_path / "salesflow.po").read_text(encoding="utf-8") == before


def test_two_fields_of_a_record_do_not_share_their_chinese() -> None:
    chinese = catalogue.read()
    shared = set()
    for package in (queries, reports, commands):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(import_module(module.name)).items():
                if isinstance(value, tuple) and value and all(isinstance(one, Column) for one in value):
                    headings = {one.header: chinese.get(catalogue.Text(one.header, None, "column")) for one in value}
                    told = [text for text in headings.values() if text]
                    shared |= {(module.name, name, text) for text in told if told.count(text) > 1}
    assert shared == set()


def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Text = catalogue.Text  # noqa: N806 - it is a class
    monkeypatch.setattr(
        catalogue, "collect", lambda: {Text("new {x}"): "a.py", Text("{n} thing", "{n} things"): "b.py"}
    )
    monkeypatch.setattr(catalogue, "read", lambda: {Text("old"): "旧", Text("{n} thing", "{n} things"): "{m} 件"})
    assert catalogue.problems() == [
        "a.py: no Chinese for text: 'new {x}'",
        "no longer in the source: 'old'",
        "placeholders differ: '{n} thing' / '{m} 件'",
    ]


def test_a_message_that_is_no_literal_cannot_be_collected() -> None:
    with pytest.raises(SystemExit, match="must be a literal"):
        catalogue._from_call("msg", [None], [], "a.py")


def test_texts_are_found_where_they_are_marked() -> None:
    found = {(text.text, text.plural, text.context) for text in catalogue.collect()}
    assert ("there is no database at {path}", None, None) in found
    assert ("hot", None, "status") in found
    assert ("Login", None, "column") in found
    assert ("Add a staff member.", None, None) in found
    assert ("The person's name.", None, None) in found
    assert ("Staff and their roles.", None, None) in found
    assert not [text for text, _, _ in found if text.startswith("salesflow staff add")], "examples are not translated"


def test_the_build_compiles_the_catalogue(tmp_path: Path) -> None:
    place = Path("salesflow", "locale", "zh_CN", "LC_MESSAGES")
    (tmp_path / place).mkdir(parents=True)
    shutil.copy(ROOT / place / "salesflow.po", tmp_path / place)
    assert hatch_build.compile_catalogues(tmp_path) == [tmp_path / place / "salesflow.mo"]
    with (tmp_path / place / "salesflow.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    chinese = {text: translation for text, translation in catalogue.read().items() if translation}
    for text, translation in chinese.items():
        if text.context is not None:
            assert compiled.pgettext(text.context, text.text) == translation
        elif text.plural is not None:
            assert compiled.ngettext(text.text, text.plural, 2) == translation
        else:
            assert compiled.gettext(text.text) == translation


def test_the_compiled_catalogue_is_there_and_of_today() -> None:
    """An editable install compiles it once; `make messages` does after changes."""
    i18n.set_language("zh")
    try:
        shown = {text: i18n.translate(text.text, text.context) for text in catalogue.read() if text.plural is None}
    finally:
        i18n.set_language("en")
    stale = [
        text.text
        for text, chinese in catalogue.read().items()
        if text.plural is None and shown[text] != (chinese or text.text)
    ]
    assert stale == []


def test_chinese_is_spoken(office: Office) -> None:
    assert office.run("staff", "lst", lang="zh").err == (
        "错误 [unknown-command]：没有 salesflow staff lst 这个命令：是不是 list？参见：salesflow staff --help\n"
    )
    assert office.ok("staff", "list", "--fields", "login,roles", lang="zh").out.splitlines()[0] == "账号       角色"
    assert "销售" in office.ok("staff", "list", "--format", "table", lang="zh").out
    assert office.ok("staff", "--help", lang="zh").out.startswith("用法：")


def test_codes_stay_english_for_programs(office: Office) -> None:
    chinese, english = office.json("staff", "list", lang="zh"), office.json("staff", "list", lang="en")
    assert chinese == english
    assert chinese[0]["roles"] == ["rep"]
