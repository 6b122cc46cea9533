"""Plan templates: several stages planned at once, as the policy has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlmodel import select

from salesflow.enums import Method, PlanState, Role
from salesflow.errors import NotFound, Refused
from salesflow.i18n import msg
from salesflow.models.followup import PlanItem
from salesflow.services import plans, schedule, support
from salesflow.services.records import load
from salesflow.text import fold, nearest

if TYPE_CHECKING:
    from salesflow.db.transaction import Transaction
    from salesflow.models.customer import Customer
    from salesflow.rules.policy import Policy, Stage


def plan(
    work: Transaction, customer_id: int, name: str, *, start: date | None = None, again: bool = False
) -> list[plans.Planned]:
    """Plan every stage of a template: so many days after the start (today), on the following working day.

    The computed plan item gives way as for a single plan, and dates and support are flagged so; the words are the policy's,
    so they are not hinted at. Raises NotFound for the template, InvalidValue for a start that has passed, Refused where
    its stages are still pending (unless `again`), or nobody can give the support.
    """
    stages = _stages(work.context.policy, name)
    first = start or work.context.clock.today()
    plans.check_day(work, first)
    customer = load(work, customer_id)
    if not again:
        _refuse_pending(work, customer, stages[0].template)
    return [_plan(work, customer, stage, first) for stage in sorted(stages, key=lambda stage: stage.day)]


def _stages(policy: Policy, name: str) -> Sequence[Stage]:
    wanted = fold(name)
    found = [stage for stage in policy.plan_templates.stages if fold(stage.template) == wanted]
    if found:
        return found
    known = list(dict.fromkeys(stage.template for stage in policy.plan_templates.stages))
    close = nearest(name, known)
    hint = msg("the templates are: {names}", names=known)
    if not known:
        hint = msg("the policy has none: see plan_templates in salesflow policy show --explain")
    elif close is not None:
        hint = msg("did you mean {name}? The templates are: {names}", name=close, names=known)
    raise NotFound(msg("there is no plan template {name}", name=name), hint, code="unknown-template")


def _refuse_pending(work: Transaction, customer: Customer, template: str) -> None:
    pending = select(PlanItem.id).where(
        PlanItem.customer_id == customer.id, PlanItem.state == PlanState.PENDING, PlanItem.template == template
    )
    keys = [str(key) for key in work.session.exec(pending.order_by("due_on", "id"))]
    if keys:
        raise Refused(
            msg(
                "template {name} is planned for {code} already: plan items {ids}",
                name=template,
                code=customer.code,
                ids=keys,
            ),
            msg("see: salesflow followup list {code} --plan; --again plans it once more", code=customer.code),
            code="planned",
            details={"ids": [int(key) for key in keys]},
        )


def _plan(work: Transaction, customer: Customer, stage: Stage, start: date) -> plans.Planned:
    on = work.context.calendar.following(start + timedelta(days=stage.day))
    role = Role(stage.support) if stage.support else None
    about = schedule.Stage(
        Method(stage.method), stage.focus, stage.goal or None, support_role=role, template=stage.template
    )
    return plans.add(work, customer, on, support.asked(work, about, on))
