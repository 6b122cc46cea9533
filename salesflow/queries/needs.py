"""What customers need: the form with the five questions and the list, and how each customer's list stands."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from salesflow.columns import Column, Columns, Kind
from salesflow.context import Context
from salesflow.enums import NeedQuestion
from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.queries.base import Page, Where, page

COLUMNS: Final = (
    Column("customer_code", "Code"),
    Column("customer_name", "Customer", flexible=True),
    Column("version", "Version", Kind.INTEGER),
    Column("needs", "Needs", Kind.INTEGER),
    Column("confirmed_version", "Confirmed version", Kind.INTEGER),
    Column("confirmed_on", "Confirmed", Kind.DATE),
    Column("changed", "Not confirmed", Kind.FLAG),
    Column("started_at", "Since", Kind.INSTANT, table=False),
    Column("owner", "Owner"),
)
"""How a customer's list stands; `changed`: its newest version is not confirmed."""
NEED_COLUMNS: Final = (
    Column("id", "No.", Kind.INTEGER),
    Column("kind", "Kind", Kind.CODE, labels="needkind"),
    Column("priority", "Priority", Kind.INTEGER),
    Column("text", "Need", flexible=True),
    Column("quantity", "Quantity", Kind.QUANTITY),
    Column("spec", "Specification", flexible=True),
    Column("due_on", "Due", Kind.DATE),
    Column("since", "Since version", Kind.INTEGER, table=False),
    Column("by", "By", table=False),
    Column("version", "Changes", Kind.INTEGER, table=False),
)
ANSWER_COLUMNS: Final = (
    Column("question", "Question", Kind.CODE, labels="needquestion"),
    Column("answer", "Answer", flexible=True),
    Column("unanswered", "Unanswered", Kind.FLAG),
)
CHAIN_COLUMNS: Final = (
    Column("role", "Role", Kind.CODE, labels="chainrole"),
    Column("name", "Name"),
    Column("title", "Job title", flexible=True),
    Column("concern", "Concern", flexible=True),
)
VERSION_COLUMNS: Final = (
    Column("version", "Version", Kind.INTEGER),
    Column("started_at", "Since", Kind.INSTANT),
    Column("confirmed_on", "Confirmed", Kind.DATE),
    Column("confirmed_by", "Confirmed by"),
    Column("recorded_by", "Recorded by"),
    Column("evidence", "Evidence", flexible=True),
)
SHOW: Final[Columns] = (
    Column("customer_code", "Code"),
    Column("customer_name", "Customer"),
    Column("owner", "Owner"),
    Column("need", "Need"),
    Column("answers", "Questions", Kind.ROWS, columns=ANSWER_COLUMNS),
    Column("unanswered", "Unanswered", Kind.LIST, labels="needquestion"),
    Column("budget_consent", "Budget consent"),
    Column("analysed_at", "Analysed", Kind.INSTANT),
    Column("version", "Version of the list", Kind.INTEGER),
    Column("confirmed_on", "Confirmed", Kind.DATE),
    Column("confirmed_by", "Confirmed by"),
    Column("evidence", "Evidence"),
    Column("evidence_id", "Attachment", Kind.INTEGER),
    Column("confirmed_version", "Confirmed version", Kind.INTEGER),
    Column("changed", "Not confirmed", Kind.FLAG),
    Column("needs", "Needs", Kind.ROWS, columns=NEED_COLUMNS),
    Column("decision_chain", "Decision chain", Kind.ROWS, columns=CHAIN_COLUMNS),
    Column("versions", "Versions", Kind.ROWS, columns=VERSION_COLUMNS),
)
HIDDEN: Final = "***"
_RIGID_FIRST: Final = "kind DESC, priority, id"


class Standing(NamedTuple):
    """How a customer's list stands: the last confirmed version and when, and whether it has changed since (or never was one)."""

    confirmed_version: int | None = None
    confirmed_on: date | None = None
    changed_since: bool = False


def standing(context: Context, customer_id: int) -> Standing:
    """How a customer's list of needs stands; `changed_since` is False where there is no list at all."""
    row = state(context, customer_id)
    if row is None:
        return Standing()
    on = None if row["confirmed_on"] is None else date.fromisoformat(row["confirmed_on"])
    return Standing(row["confirmed_version"], on, bool(row["changed"]))


def state(context: Context, customer_id: int) -> dict[str, Any] | None:
    """How a customer's list stands, as COLUMNS has it; None where there is none."""
    names = ", ".join(column.key for column in COLUMNS)
    return context.reader.one(f"SELECT {names} FROM v_need_state WHERE customer_id = :id", {"id": customer_id})  # noqa: S608 - names of ours


def listed(
    context: Context, *, owner_id: int | None = None, unconfirmed: bool = False, keep: int | None = None
) -> Page:
    """The lists of customers that are not archived, by customer. unconfirmed: only those with something to confirm."""
    where = Where().equal(owner_id=owner_id).add("archived_at IS NULL")
    if unconfirmed:
        where.add("changed AND needs > 0")
    return page(context, "v_need_state", COLUMNS, where, order="customer_code", keep=keep)


def standing_on(context: Context, customer_id: int, version: int | None = None) -> list[dict[str, Any]]:
    """The needs of a version of a customer's list (the newest one), the rigid ones first, by priority."""
    where = Where().equal(customer_id=customer_id)
    if version is None:
        where.add("until IS NULL")
    else:
        where.add("since <= :version AND (until IS NULL OR until > :version)", version=version)
    names = ", ".join(f'"{column.key}"' for column in NEED_COLUMNS)
    return context.reader.rows(f"SELECT {names} FROM v_need{where} ORDER BY {_RIGID_FIRST}", where.parameters)  # noqa: S608 - names of ours


def show(context: Context, customer_id: int, version: int | None = None, budget: str | None = None) -> dict[str, Any]:
    """A customer's form (客户需求分析表), with the newest version of its list unless another is named.

    budget: its range where it was revealed. Raises NotFound for a version that is not there.
    """
    own = {"id": customer_id}
    (head,) = context.reader.rows("SELECT code, name, owner, need FROM v_customer WHERE id = :id", own)
    row: dict[str, Any] = dict.fromkeys(column.key for column in SHOW)
    row |= {"customer_code": head["code"], "customer_name": head["name"], "owner": head["owner"], "need": head["need"]}
    row |= _analysis(context, own, budget)
    versions = _versions(context, own)
    row |= _chosen(head["code"], versions, version)
    row["confirmed_version"] = (state(context, customer_id) or row)["confirmed_version"]
    row["needs"] = standing_on(context, customer_id, version)
    row["decision_chain"] = _chain(context, own)
    row["versions"] = [{column.key: one[column.key] for column in VERSION_COLUMNS} for one in versions]
    return row


def shown_need(context: Context, need_id: int) -> dict[str, Any]:
    """One need, by its key."""
    names = ", ".join(f'"{column.key}"' for column in NEED_COLUMNS)
    (row,) = context.reader.rows(f"SELECT {names} FROM v_need WHERE id = :id", {"id": need_id})  # noqa: S608 - names of ours
    return row


def customer_of(context: Context, need_id: int) -> int | None:
    """Whose need that is; None where there is no such need."""
    found = context.reader.value("SELECT customer_id FROM v_need WHERE id = :id", {"id": need_id})
    return None if found is None else int(found)


def unanswered(context: Context, customer_id: int) -> list[NeedQuestion]:
    """The questions of a customer's analysis that nobody has answered yet."""
    return [NeedQuestion(code) for code in _analysis(context, {"id": customer_id}, None)["unanswered"]]


def _analysis(context: Context, own: dict[str, int], budget: str | None) -> dict[str, Any]:
    sql = (
        "SELECT pain, goal, has_budget, budget_consent, timeline, decision_process, at FROM v_need_analysis "
        "WHERE customer_id = :id"
    )
    found = context.reader.one(sql, own) or {}
    told = {**found, NeedQuestion.BUDGET_RANGE.value: (budget or HIDDEN) if found.get("has_budget") else None}
    answers = [{"question": question.value, "answer": told.get(question.value)} for question in NeedQuestion]
    return {
        "answers": [{**answer, "unanswered": answer["answer"] is None} for answer in answers],
        "unanswered": [answer["question"] for answer in answers if answer["answer"] is None],
        "budget_consent": found.get("budget_consent"),
        "analysed_at": found.get("at"),
    }


def _versions(context: Context, own: dict[str, int]) -> list[dict[str, Any]]:
    sql = (
        "SELECT version, started_at, confirmed_on, confirmed_by, recorded_by, evidence_id, evidence FROM v_need_list "
        "WHERE customer_id = :id ORDER BY version"
    )
    return context.reader.rows(sql, own)


def _chosen(code: str, versions: list[dict[str, Any]], version: int | None) -> dict[str, Any]:
    """The version that is shown: its number, and its confirmation."""
    keys = ("version", "confirmed_on", "confirmed_by", "evidence_id", "evidence")
    found = [one for one in versions if version is None or one["version"] == version]
    if not found and version is not None:
        raise NotFound(
            msg("the list of {code} has no version {version}", code=code, version=version),
            msg("its versions are: {versions}", versions=[one["version"] for one in versions])
            if versions
            else msg("it has none yet; begin it with: salesflow need add {code} TEXT", code=code),
            code="unknown-version",
        )
    return {**{key: found[-1][key] for key in keys}, "changed": found[-1]["confirmed_on"] is None} if found else {}


def _chain(context: Context, own: dict[str, int]) -> list[dict[str, Any]]:
    names = ", ".join(column.key for column in CHAIN_COLUMNS)
    sql = f'SELECT {names} FROM v_contact WHERE customer_id = :id ORDER BY "primary" DESC, id'  # noqa: S608 - names of ours
    return context.reader.rows(sql, own)
