"""The library of replies as it is listed, searched and suggested from."""

from __future__ import annotations

from typing import Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import ObjectionKind
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, arranged, page
from salesflow.text import fold

COLUMNS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("kind", "Kind", Kind.CODE, labels="objectionkind"),
    Column("title", "Title", flexible=True),
    Column("text", "Reply", flexible=True),
    Column("product", "Product"),
    Column("product_name", "Product name", table=False),
    Column("used", "Used", Kind.INTEGER),
    Column("resolved", "Resolved", Kind.INTEGER),
    Column("retired", "Out of use", Kind.FLAG, table=False),
    Column("created_at", "Recorded", Kind.INSTANT, table=False),
    Column("by", "By", table=False),
)
_RETIRED: Final = next(column for column in COLUMNS if column.key == "retired")
ALL_COLUMNS: Final = (*(column for column in COLUMNS if column is not _RETIRED), _RETIRED._replace(table=True))
SUGGESTED: Final = 2
_FIELDS: Final = ", ".join(f'"{column.key}"' for column in COLUMNS)
_MOST_HELPFUL: Final = "resolved DESC, used DESC, id"


def listed(
    context: Context,
    *,
    kind: ObjectionKind | None = None,
    product: str | None = None,
    retired: bool = False,
    keep: int | None = None,
) -> Page:
    """Scripts by kind, those first that helped most; with `retired` also the ones that are out of use."""
    where = Where().equal(kind=kind and kind.value, product=product)
    if not retired:
        where.add("NOT retired")
    return page(context, "v_script", COLUMNS, where, order=f"kind, {_MOST_HELPFUL}", keep=keep)


def search(context: Context, text: str, *, kind: ObjectionKind | None = None) -> Page:
    """Scripts in use that have every word of the text, in any case and width: in the title first, those that helped most first."""
    words = fold(text).split()
    where = Where().equal(kind=kind and kind.value).add("NOT retired")
    sql = f"SELECT {_FIELDS} FROM v_script{where} ORDER BY {_MOST_HELPFUL}"  # noqa: S608 - names of ours
    rows = [row for row in context.reader.rows(sql, where.parameters) if words and _has(words, _said(row))]
    rows.sort(key=lambda row: not _has(words, fold(row["title"])))
    return arranged(context.asked, COLUMNS, rows)


def suggested(context: Context, kind: ObjectionKind, product: str | None = None) -> list[dict[str, Any]]:
    """The two scripts that were used most in resolved objections of the kind; one for another product is none."""
    return context.reader.rows(
        f"SELECT {_FIELDS} FROM v_script WHERE kind = :kind AND NOT retired AND (product IS NULL OR product = :product) "  # noqa: S608 - names of ours
        f"ORDER BY {_MOST_HELPFUL} LIMIT {SUGGESTED}",
        {"kind": kind.value, "product": product},
    )


def show(context: Context, script_id: int) -> dict[str, Any]:
    """One script, whole. Raises NotFound."""
    row = context.reader.one(f"SELECT {_FIELDS} FROM v_script WHERE id = :id", {"id": script_id})  # noqa: S608 - names of ours
    if row is None:
        raise NotFound(
            msg("there is no script {id}", id=script_id), msg("see: salesflow script list --all"), code="unknown-script"
        )
    return row


def _has(words: list[str], text: str) -> bool:
    return all(word in text for word in words)


def _said(row: dict[str, Any]) -> str:
    return fold(" ".join(str(row[name] or "") for name in ("title", "text", "product", "product_name")))
