"""Messages: rendered late, in either language, kept and read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import i18n
from salesflow.i18n import Message, label, msg, nmsg, render


class Catalogue:
    """A catalogue of three texts, as gettext would give it."""

    texts: ClassVar = {
        "{name} owes {amount}": "{name} 欠 {amount}",
        "one\0{count}": "{count} 个",
        "status|hot": "高意向",
    }

    def gettext(self, message: str) -> str:
        return self.texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.texts.get(f"{msgid1}\0{{count}}", msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.texts.get(f"{context}|{message}", message)


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(i18n._State.catalogues, "zh", Catalogue())
    i18n.set_language("en")
    yield
    i18n.set_language("en")


OWES = msg("{name} owes {amount}", name="云帆", amount=5)


def test_a_message_is_rendered_in_the_language_of_the_moment() -> None:
    assert render(OWES) == str(OWES) == "云帆 owes 5"
    i18n.set_language("zh")
    assert i18n.language() == "zh"
    assert render(OWES) == str(OWES) == "云帆 欠 5"
    assert render(OWES, "en") == "云帆 owes 5"


def test_a_message_without_a_translation_stays_english() -> None:
    assert render(msg("no such text {x}", x=1), "zh") == "no such text 1"
    assert render(label("status", "cold"), "zh") == "cold"
    assert i18n.translate("", None, "zh") == ""
    assert render("just text", "zh") == "just text"


def test_labels_have_their_context() -> None:
    assert render(label("status", "hot"), "zh") == "高意向"
    assert render(label("grade", "hot"), "zh") == "hot"
    assert render(label("status", "hot"), "en") == "hot"


@pytest.mark.parametrize(("count", "english"), [(0, "0 things"), (1, "one"), (2, "2 things")])
def test_plurals(count: int, english: str) -> None:
    message = nmsg("one", "{count} things", count=count)
    assert render(message, "en") == english
    assert render(message, "zh") == f"{count} 个"


def test_lists_and_messages_inside_messages() -> None:
    message = msg("{who}: {what}", who=["a", label("status", "hot"), 3], what=OWES)
    assert render(message, "en") == "a, hot, 3: 云帆 owes 5"
    assert render(message, "zh") == "a、高意向、3: 云帆 欠 5"
    assert render(msg("{x}", x=()), "en") == ""


def test_braces_in_values_are_only_text() -> None:
    assert render(msg("{x}", x="{y} {0} {x.__class__}")) == "{y} {0} {x.__class__}"


def test_an_unknown_language_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="fr"):
        i18n.set_language("fr")


values = st.recursive(
    st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.builds(lambda x: Message("{x}", {"x": x}), inner),
    max_leaves=8,
)


@given(values, st.none() | st.text(max_size=5), st.none() | st.sampled_from(["status", "grade"]))
def test_what_was_kept_reads_the_same_again(value: object, plural: str | None, context: str | None) -> None:
    message = Message("{x} and {count}", {"x": value, "count": 2}, plural, context)
    again = i18n.load(i18n.dump(message))
    assert again == message


def test_what_is_no_number_and_no_text_is_kept_as_text() -> None:
    from datetime import date

    assert i18n.load(i18n.dump(msg("{day}", day=date(2026, 3, 5)))) == msg("{day}", day="2026-03-05")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH_TW"}, "zh"),
        ({"LC_ALL": "de_DE", "LANG": "zh_CN"}, "en"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "zh"),
        ({"SALESFLOW_LANG": "zh", "LC_ALL": "C"}, "zh"),
        ({"SALESFLOW_LANG": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_language_of_an_environment(environ: dict[str, str], language: str) -> None:
    assert i18n.preferred_language(environ) == language


def test_a_language_without_a_catalogue_gives_texts_back() -> None:
    assert i18n.catalogue("en").gettext("as it is") == "as it is"
