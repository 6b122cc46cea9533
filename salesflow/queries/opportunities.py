"""Opportunities as they are listed: with what they are worth so weighted, and how long they have been where they are."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from salesflow.clock import from_db, to_db
from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.enums import OpportunityStage, Status
from salesflow.errors import NotFound
from salesflow.i18n import Message, msg, nmsg
from salesflow.money import display_money
from salesflow.queries.base import Page, Where, page
from salesflow.rules.opportunities import allowed_days, probability, weighted
from salesflow.text import fold

COLUMNS: Final = (
    Column("number", "No."),
    Column("customer_code", "Code", table=False),
    Column("customer_name", "Customer", flexible=True),
    Column("title", "Title", flexible=True),
    Column("stage", "Stage", Kind.CODE, labels=OpportunityStage.kind()),
    Column("days_in_stage", "Days", Kind.INTEGER, order="-stage_since", spare=True),
    Column("days_over", "Over", Kind.INTEGER, urgent=True),
    Column("amount", "Amount", Kind.MONEY),
    Column("probability", "Probability", Kind.PERCENT, table=False),
    Column("expected_close", "Close", Kind.DATE, spare=True),
    Column("days_overdue", "Late by", Kind.INTEGER, order="-expected_close", urgent=True),
    Column("weighted", "Weighted amount", Kind.MONEY, spare=True),
    Column("owner", "Owner", spare=True),
    Column("stage_since", "Since", Kind.INSTANT, table=False),
    Column("created_at", "Recorded", Kind.INSTANT, table=False),
    Column("closed_on", "Closed", Kind.DATE, table=False),
    Column("loss_reason", "Loss reason", Kind.CODE, labels="lossreason", table=False),
    Column("version", "Version", Kind.INTEGER, table=False),
)
COMPUTED: Final = ("days_in_stage", "days_over", "probability", "weighted", "days_overdue")
OPEN: Final = tuple(stage for stage in OpportunityStage if stage.is_open)


class OpportunityRef(NamedTuple):
    """An opportunity, as another record refers to it."""

    id: int
    number: str
    customer_id: int
    stage: OpportunityStage


class Wanted(NamedTuple):
    """Which opportunities: every field that is given must hold.

    closed: also those that are won or lost. late: only those that are too long in their stage, or should have closed.
    """

    stage: OpportunityStage | None = None
    owner_id: int | None = None
    customer_id: int | None = None
    closed: bool = False
    late: bool = False


def resolve(context: Context, ref: str) -> OpportunityRef:
    """The opportunity that a person names by its number, in any case. Raises NotFound."""
    row = context.reader.one(
        "SELECT id, number, customer_id, stage FROM v_opportunity WHERE number = :number", {"number": fold(ref).upper()}
    )
    if row is None:
        raise NotFound(
            msg("there is no opportunity {number}", number=ref),
            msg("see: salesflow opportunity list"),
            code="unknown-opportunity",
        )
    return OpportunityRef(row["id"], row["number"], row["customer_id"], OpportunityStage(row["stage"]))


def listed(context: Context, wanted: Wanted | None = None, *, keep: int | None = None) -> Page:
    """Opportunities, those first that are to close first; without those of archived customers unless one is named."""
    where = conditions(context, wanted or Wanted())
    found = page(context, "v_opportunity", COLUMNS, where, order="expected_close, number", computed=COMPUTED, keep=keep)
    return Page([completed(context, row) for row in found.rows], found.more)


def pipeline(context: Context, wanted: Wanted) -> Message | None:
    """What the open ones of those that are wanted come to; None where there are none."""
    where = conditions(context, wanted).any_of("stage", [stage.value for stage in OPEN])
    sql = f"SELECT stage, amount FROM v_opportunity{where}"  # noqa: S608 - names of ours
    rows = context.reader.rows(sql, where.parameters)
    if not rows:
        return None
    worth = (weighted(context.policy, stage=OpportunityStage(row["stage"]), amount=row["amount"]) for row in rows)
    return nmsg(
        "{count} open opportunity over {amount}, weighted {weighted}",
        "{count} open opportunities over {amount}, weighted {weighted}",
        count=len(rows),
        amount=display_money(sum(row["amount"] for row in rows)),
        weighted=display_money(sum(worth)),
    )


def conditions(context: Context, wanted: Wanted) -> Where:
    """What holds of the opportunities that are wanted, in terms of v_opportunity."""
    where = Where().equal(owner_id=wanted.owner_id, customer_id=wanted.customer_id)
    stages = OPEN if wanted.stage is None and not wanted.closed else ()
    where.any_of("stage", [stage.value for stage in (stages if wanted.stage is None else (wanted.stage,))])
    if wanted.customer_id is None:
        where.add("archived_at IS NULL")
    return late(context, where) if wanted.late else where


def late(context: Context, where: Where) -> Where:
    """The conditions, and that it is open and should have closed, or is too long in its stage (rule opportunity-age)."""
    today = context.clock.today()
    parts = ["expected_close < :today"]
    parameters: dict[str, object] = {"today": today.isoformat()}
    for stage in OPEN:
        days = allowed_days(context.policy, stage)
        if days:
            parts.append(f"(stage = '{stage.value}' AND stage_since < :{stage.value}_start)")
            start = datetime.combine(today - timedelta(days=days), time(), context.clock.zone)
            parameters[f"{stage.value}_start"] = to_db(start)
    return where.any_of("stage", [stage.value for stage in OPEN]).add(f"({' OR '.join(parts)})", **parameters)


def completed(context: Context, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the view with its computed fields; what else the row has follows."""
    stage, today = OpportunityStage(row["stage"]), context.clock.today()
    days = max(0, (today - since(context, row)).days) if stage.is_open else None
    allowed = allowed_days(context.policy, stage)
    late_by = (today - date.fromisoformat(row["expected_close"])).days if stage.is_open else 0
    complete = {
        **row,
        "days_in_stage": days,
        "days_over": None if days is None else max(0, days - allowed) if allowed else 0,
        "probability": probability(context.policy, stage),
        "weighted": weighted(context.policy, stage=stage, amount=row["amount"]),
        "days_overdue": max(0, late_by) if stage.is_open else None,
    }
    keys = [column.key for column in COLUMNS]
    return {key: complete[key] for key in (*keys, *(name for name in row if name not in keys))}


def since(context: Context, row: dict[str, Any]) -> date:
    """The business day since which an opportunity has been in its stage."""
    return context.clock.local(from_db(row["stage_since"])).date()


def open_of(context: Context, customer_id: int) -> list[str]:
    """The numbers of a customer's opportunities that are neither won nor lost."""
    where = Where().equal(customer_id=customer_id).any_of("stage", [stage.value for stage in OPEN])
    rows = context.reader.rows(f"SELECT number FROM v_opportunity{where} ORDER BY number", where.parameters)  # noqa: S608 - names of ours
    return [row["number"] for row in rows]


def left_open(context: Context, code: str, customer_id: int, status: Status) -> tuple[Message, ...]:
    """What is to be said of the open opportunities of a customer that has become lost or invalid."""
    numbers = open_of(context, customer_id) if status in (Status.LOST, Status.INVALID) else []
    if not numbers:
        return ()
    return (
        nmsg(
            "{count} opportunity of {code} is still open: {numbers}; close it with: salesflow opportunity lose",
            "{count} opportunities of {code} are still open: {numbers}; close them with: salesflow opportunity lose",
            count=len(numbers),
            code=code,
            numbers=numbers,
        ),
    )
