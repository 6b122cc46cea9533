"""A paper as Markdown, for a wiki or a mail: what customers wrote is escaped, so that none of it becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from salesflow.documents.paper import Block, Entry, Facts, Paper, Prose, Signatures, Table, Terms, Totals
from salesflow.documents.paper_parts import cells
from salesflow.money import display_money
from salesflow.output.markup import escaped

_BEGINS: Final = r"[#+=-]|\d+(?=[.)])"  # what would make a heading, a list or a rule of a paragraph
_LINE: Final = "\\_" * 20


def write(paper: Paper) -> bytes:
    mark = [] if paper.mark is None else [f"> **{escaped(paper.mark)}**"]
    head = [f"**{escaped(paper.letterhead.name)}**", *map(_begun, paper.letterhead.lines)]
    between = "：" if paper.language == "zh" else ": "
    parts = [
        *mark,
        "  \n".join(head),
        f"# {escaped(paper.title)} {escaped(paper.reference)}",
        *(part for block in paper.blocks for part in _block(block, paper.language, between)),
        *mark,
    ]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _block(block: Block, language: str, between: str) -> Iterator[str]:
    if isinstance(block, (Table, Terms)) and block.name:
        yield f"## {escaped(block.name)}"
    if isinstance(block, Table):
        right = [column.right for column in block.columns]
        yield _grid([column.name for column in block.columns], cells(block, language), right)
    elif isinstance(block, Totals):
        strong = [("**" if one.strong else "", one) for one in block.sums]
        rows = [
            [f"{mark}{escaped(one.label)}{mark}", f"{mark}{display_money(one.amount)}{mark}"] for mark, one in strong
        ]
        yield "\n".join(["| | |", "| --- | ---: |", *(_row(row) for row in rows)])
        yield _pair(block.words, between)
    elif isinstance(block, Terms) and block.numbered:
        for entry in block.entries:
            yield f"### {escaped(entry.label)}"
            yield _begun(entry.text)
    elif isinstance(block, Prose):
        yield _begun(block.text)
    elif isinstance(block, Signatures):
        for party in block.parties:
            yield "  \n".join([f"**{escaped(party.name)}**", *(_pair(entry, between) for entry in party.entries)])
    else:
        listed = (*block.left, *block.right) if isinstance(block, Facts) else block.entries
        yield "\n".join(f"- {_pair(entry, between)}" for entry in listed)


def _begun(text: str) -> str:
    """A text at the beginning of a line. A number is followed by an escaped sign, any other sign escaped itself."""
    found = escaped(text.strip())
    match = re.match(_BEGINS, found)
    if match is None:
        return found
    at = match.end() if match[0].isdigit() else 0
    return f"{found[:at]}\\{found[at:]}"


def _pair(entry: Entry, between: str) -> str:
    if not entry.label:
        return _begun(entry.text)
    return f"{escaped(entry.label)}{between}{escaped(entry.text) if entry.text else _LINE}"


def _grid(names: list[str], rows: list[list[str]], right: list[bool]) -> str:
    lines = [_row([escaped(name) for name in names]), _row(["---:" if one else "---" for one in right])]
    return "\n".join([*lines, *(_row([escaped(cell) for cell in row]) for row in rows)])


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"
