"""A paper's parts as templates take them: names and texts, the values of tables written for readers."""

from __future__ import annotations

from typing import Any

from salesflow.documents.paper import Block, Paper, Signatures, Table, Totals, shown
from salesflow.money import display_money


def plain(paper: Paper) -> dict[str, Any]:
    """The paper as mappings, lists and texts."""
    return {
        "language": paper.language,
        "title": paper.title,
        "reference": paper.reference,
        "letterhead": paper.letterhead._asdict(),
        "mark": paper.mark,
        "paging": paper.paging,
        "wide": paper.wide,
        "blocks": [_block(block, paper.language) for block in paper.blocks],
    }


def cells(table: Table, language: str) -> list[list[str]]:
    """The table's values for readers."""
    return [
        [shown(column, value, language) for column, value in zip(table.columns, row, strict=True)] for row in table.rows
    ]


def _block(block: Block, language: str) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Table):
        columns = [{"name": column.name, "share": column.share, "right": column.right} for column in block.columns]
        return {"kind": kind, "name": block.name, "columns": columns, "rows": cells(block, language)}
    if isinstance(block, Totals):
        sums = [{**one._asdict(), "amount": display_money(one.amount)} for one in block.sums]
        return {"kind": kind, "sums": sums, "words": block.words._asdict()}
    if isinstance(block, Signatures):
        parties = [{"name": party.name, "entries": _pairs(party.entries)} for party in block.parties]
        return {"kind": kind, "parties": parties}
    return {
        "kind": kind,
        **{name: _pairs(value) if isinstance(value, tuple) else value for name, value in block._asdict().items()},
    }


def _pairs(entries: Any) -> list[dict[str, str]]:
    return [entry._asdict() for entry in entries]
