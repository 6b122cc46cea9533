"""The section of the agenda that is about opportunities."""

from __future__ import annotations

from datetime import date

from salesflow.enums import OpportunityStage
from salesflow.i18n import Message, label, msg
from salesflow.queries.agenda import Morning, Section, item


def opportunity(morning: Morning) -> Section:
    """Their open opportunities that should have closed, or are longer in their stage than rule opportunity-age allows."""
    command = "opportunity list --mine --overdue"
    if not morning.number("v_opportunity", morning.mine().add("closed_on IS NULL")):
        return Section("opportunity", 0, [], command)
    from salesflow.queries import opportunities  # for those who have some
    from salesflow.rules.opportunities import opportunity_age, weighted

    context = morning.context
    where = opportunities.late(context, morning.mine()).add("archived_at IS NULL")
    count = morning.number("v_opportunity", where)
    sql = f"SELECT * FROM v_opportunity{where} ORDER BY expected_close, number{morning.limit}"  # noqa: S608 - names of ours
    items = []
    for row in morning.rows(sql, where.parameters) if count else ():
        stage, since = OpportunityStage(row["stage"]), opportunities.since(context, row)
        aged = opportunity_age(context.policy, stage=stage, since=since, today=morning.today)
        until = None if aged.value is None else aged.value.isoformat()
        due_on = min(filter(None, (row["expected_close"], until)))
        worth = weighted(context.policy, stage=stage, amount=row["amount"])
        text = aged.message if aged.outcome == "old" else _to_close(stage, row["expected_close"])
        said = msg("{title}: {text}", title=row["title"], text=text)
        items.append(item(row, said, ref=row["number"], due_on=due_on, at_risk=worth))
    return Section("opportunity", count, items, command)


def _to_close(stage: OpportunityStage, day: str) -> Message:
    named = label(OpportunityStage.kind(), stage)
    return msg("in stage {stage}, expected to close on {date}", stage=named, date=date.fromisoformat(day))
