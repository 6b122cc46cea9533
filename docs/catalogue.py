"""The Chinese catalogue: collects every text that a person can meet, and keeps the .po file in step with the source.

    python docs/catalogue.py            rewrite the catalogue: new texts empty, texts that are gone removed
    python docs/catalogue.py --check    say what is missing; exit 1 where something is

A text is found where it is marked: `msg`, `nmsg` and `label` calls, column headings, enumerations, and the help of every
command and option (by walking the tree of commands).
"""

from __future__ import annotations

import ast
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PO = ROOT / "salesflow" / "locale" / "zh_CN" / "LC_MESSAGES" / "salesflow.po"


class Text(NamedTuple):
    """A text to translate: its English, its plural where it has one, its context where it is a label or a heading."""

    text: str
    plural: str | None = None
    context: str | None = None


def collect() -> dict[Text, str]:
    """Every text, and where it was found first."""
    found: dict[Text, str] = {}
    for text, place in [*_marked(), *_labels(), *_help()]:
        if text.text:
            found.setdefault(text, place)
    return found


def _marked() -> Iterator[tuple[Text, str]]:
    for path in sorted((ROOT / "salesflow").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                text = _from_call(node.func.id, [_literal(argument) for argument in node.args], node.keywords, place)
                if text is not None:
                    yield text, place


def _from_call(name: str, words: list[str | None], keywords: list[ast.keyword], place: str) -> Text | None:
    if name == "msg":
        return Text(_required(words[0], place))
    if name == "nmsg":
        return Text(_required(words[0], place), _required(words[1], place))
    if name == "label" and len(words) == 2 and words[0] and words[1]:
        return Text(words[1], None, words[0])
    if name == "Column":
        heading = (
            words[1]
            if len(words) > 1
            else next((_literal(word.value) for word in keywords if word.arg == "header"), None)
        )
        return None if heading is None else Text(heading, None, "column")
    return None


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _required(word: str | None, place: str) -> str:
    if word is None:
        raise SystemExit(f"{place}: a message must be a literal, or it cannot be translated")
    return word


def _labels() -> Iterator[tuple[Text, str]]:
    from salesflow import enums, enums_more
    from salesflow.rules.decision import Strength
    from salesflow.rules.rule import (
        APPROVAL,
        CONTRACT,
        CUSTOMER,
        FOLLOW_UP,
        OBJECTION,
        OPPORTUNITY,
        ORDER,
        PRICE,
        QUOTE,
    )

    for strength in Strength:
        yield Text(strength.value, None, "strength"), "salesflow/rules/decision.py"
    for subject in (CUSTOMER, FOLLOW_UP, OPPORTUNITY, PRICE, QUOTE, CONTRACT, ORDER, OBJECTION, APPROVAL):
        yield Text(subject, None, "subject"), "salesflow/rules/registry.py"

    for codes in (*vars(enums).values(), *vars(enums_more).values()):
        if isinstance(codes, type) and issubclass(codes, enums.Code) and codes is not enums.Code:
            for code in codes:
                yield Text(code.value, None, codes.kind()), f"salesflow/enums.py: {codes.__name__}"


def _help() -> Iterator[tuple[Text, str]]:
    from salesflow.commands.help import is_example, paragraphs

    for path, command in walk():
        place = " ".join(("salesflow", *path))
        for paragraph in paragraphs(command.help or ""):
            if not is_example(paragraph):
                yield Text(paragraph), place
        for param in [*command.params, command.get_help_option(_context(command))]:
            if getattr(param, "help", None) and not getattr(param, "hidden", False):
                yield Text(param.help), place


def _context(command: Any) -> Any:
    from salesflow.commands.typerbase import TyperContext

    return TyperContext(command)


def walk() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command by its words: the root, each noun, each verb."""
    from typer.main import get_group

    from salesflow.cli import NOUNS, app, load

    yield (), get_group(app)
    for noun in NOUNS:
        group = load(noun)
        yield (noun,), group
        for verb, command in getattr(group, "commands", {}).items():
            yield (noun, verb), command


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def read() -> dict[Text, str]:
    """The catalogue as it is: each text with its Chinese."""
    from babel.messages.pofile import read_po

    if not PO.exists():
        return {}
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    translated: dict[Text, str] = {}
    for message in catalogue:
        if not message.id:
            continue
        texts = message.id if isinstance(message.id, tuple) else (message.id, None)
        chinese = message.string[0] if isinstance(message.string, tuple) else message.string
        translated[Text(str(texts[0]), texts[1], message.context)] = str(chinese)
    return translated


def problems() -> list[str]:
    """What is wrong with the catalogue, a line each; empty when it is complete."""
    texts, chinese = collect(), read()
    wrong = [
        f"{place}: no Chinese for {text.context or 'text'}: {text.text!r}"
        for text, place in texts.items()
        if not chinese.get(text)
    ]
    wrong += [f"no longer in the source: {text.text!r}" for text in chinese if text not in texts]
    for text, translation in chinese.items():
        allowed = placeholders(text.text) | placeholders(text.plural or "")
        if (
            translation
            and text.context is None
            and placeholders(translation) != allowed & (placeholders(translation) | placeholders(text.text))
        ):
            wrong.append(f"placeholders differ: {text.text!r} / {translation!r}")
    return wrong


def update(known: dict[Text, str]) -> None:
    """Write the catalogue anew with what is known, sorted by text, without dates or line numbers, so that changes read well."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalogue = Catalog(locale="zh_CN", project="salesflow", header_comment="# Chinese texts of salesflow.")
    for text, place in sorted(collect().items(), key=lambda item: (item[0].context or "", item[0].text)):
        texts = text.text if text.plural is None else (text.text, text.plural)
        chinese = known.get(text, "")
        catalogue.add(
            texts, chinese if text.plural is None else (chinese,), context=text.context, auto_comments=[place]
        )
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=False, sort_output=False)
    lines = PO.read_text(encoding="utf-8").splitlines(keepends=True)
    changing = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Report-Msgid')
    PO.write_text("".join(line for line in lines if not line.startswith(changing)), encoding="utf-8")


def main() -> None:
    if "--check" in sys.argv[1:]:
        found = problems()
        sys.stdout.writelines(f"{line}\n" for line in found)
        sys.exit(1 if found else 0)
    update(read())
    missing = [line for line in problems() if "no Chinese" in line]
    sys.stdout.writelines(f"{line}\n" for line in missing)


if __name__ == "__main__":
    main()
