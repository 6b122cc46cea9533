"""Every key of the policy: what it means, its unit, its bounds, and what cannot be true of several together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from salesflow.enums import Grade, Status
from salesflow.i18n import Message, msg
from salesflow.money import display_percent, parse_money
from salesflow.rules.decision import Strength
from salesflow.rules.policy_kinds import Code, Flag, Kind, Scaled, Stages, Texts, Tiers, TimeOfDay, Whole

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy


class Key(NamedTuple):
    kind: Kind
    doc: Message


class Parameter(NamedTuple):
    """One key as `policy show` explains it; value and default as people write them, without the unit."""

    table: str
    key: str
    value: str
    default: str
    unit: Message | None
    doc: Message
    rule: str | None
    """The rule that the table belongs to; None for a table that several rules use."""


class Problem(NamedTuple):
    """Values that exclude one another; `keys` of one table, the first stated one is where to look."""

    table: str
    keys: tuple[str, ...]
    text: Message


GENERAL: Final = ("business", "limits", "corrections", "plan_templates", "escalation", "opportunity")
"""The tables that are no rule's."""

_DAYS: Final = msg("days")
_WORKDAYS: Final = Whole(msg("working days"), 1, 60)
_OFF_OR_DAYS: Final = Whole(_DAYS, 0, 3_650)
_SOME_DAYS: Final = Whole(_DAYS, 1, 3_650)
_HOURS: Final = Whole(msg("hours"), 1, 8_760)
_CHARACTERS: Final = msg("characters")
_CELLS: Final = Whole(msg("letters; a Chinese character counts two"), 0, 200)
_WEIGHT: Final = Whole(None, 0, 100)
_SCORE: Final = Scaled(None, 100, 500)
_PERCENT: Final = Scaled(msg("%"), 0, 10_000)
_YUAN: Final = Scaled(msg("yuan"), 0, 10**15, parse=parse_money)
_PIECES: Final = Scaled(None, 1, 10**12, places=3)
_LINT: Final = Code((Strength.OFF, Strength.HINT), Strength)
_ANY: Final = Code((Strength.OFF, Strength.HINT, Strength.FLAG, Strength.REFUSE), Strength)

KEYS: Final[dict[str, dict[str, Key]]] = {
    "business": {
        "close": Key(TimeOfDay(), msg("when business closes: a deadline of N working days ends then")),
    },
    "limits": {
        "name": Key(Whole(_CHARACTERS, 10, 1_000), msg("longest name, title or tag")),
        "line": Key(Whole(_CHARACTERS, 10, 10_000), msg("longest one-line text, such as an address or a focus")),
        "text": Key(Whole(_CHARACTERS, 100, 1_000_000), msg("longest text, such as a follow-up's content or a need")),
        "attachment": Key(Whole(msg("MB"), 1, 2_000), msg("largest file that can be attached")),
    },
    "corrections": {
        "hours": Key(Whole(msg("hours"), 0, 8_760), msg("so long the author may edit a follow-up; afterwards it is amended")),
    },
    "plan_templates": {
        "stages": Key(Stages(Whole(_DAYS, 0, 3_650)), msg("the steps of the plan templates, in days after the plan is made")),
    },
    "escalation": {
        "remind_days": Key(_OFF_OR_DAYS, msg("a follow-up overdue by so many days reminds its owner again; 0: never")),
        "manager_days": Key(_OFF_OR_DAYS, msg("overdue by so many days it is on the manager's agenda; 0: never")),
        "owner_days": Key(_OFF_OR_DAYS, msg("overdue by so many days another owner is proposed; 0: never")),
    },
    "opportunity": {
        "discovery": Key(_PERCENT, msg("how likely an opportunity in the stage discovery is to be won")),
        "proposal": Key(_PERCENT, msg("how likely an opportunity in the stage proposal is to be won")),
        "negotiation": Key(_PERCENT, msg("how likely an opportunity in the stage negotiation is to be won")),
        "contract": Key(_PERCENT, msg("how likely an opportunity in the stage contract is to be won")),
    },
    "entry_deadline": {
        "hours": Key(_HOURS, msg("a lead is recorded within so many hours of its first contact")),
        "workdays": Key(Whole(msg("working days"), 0, 60), msg("if not 0: so many working days are allowed instead")),
    },
    "need_specific": {
        "strength": Key(_ANY, msg("what follows when a need is vague")),
        "min_length": Key(_CELLS, msg("a shorter need says too little")),
        "phrases": Key(Texts(), msg("what is vague unless a figure or a date stands beside it")),
    },
    "grade_score": {
        "industry_potential": Key(_WEIGHT, msg("weight of the industry's potential in the score")),
        "budget_match": Key(_WEIGHT, msg("weight of the budget's match in the score")),
        "decision_chain": Key(_WEIGHT, msg("weight of the access to the decision chain in the score")),
        "urgency": Key(_WEIGHT, msg("weight of the urgency in the score")),
        "a_from": Key(_SCORE, msg("grade A from this score on")),
        "b_from": Key(_SCORE, msg("grade B from this score on; below it C")),
    },
    "grading_deadline": {
        "workdays": Key(_WORKDAYS, msg("a new lead is graded by the end of so many working days after its record")),
    },
    "assign": {
        "weight_a": Key(_WEIGHT, msg("how much an open A customer weighs in its owner's load")),
        "weight_b": Key(_WEIGHT, msg("how much an open B customer weighs in its owner's load")),
        "weight_c": Key(_WEIGHT, msg("how much an open C customer, or one without a grade, weighs in its owner's load")),
    },
    "first_contact_deadline": {
        "a_hours": Key(_HOURS, msg("an A customer is contacted within so many hours of the assignment")),
        "b_days": Key(_SOME_DAYS, msg("a B customer is contacted within so many days of the assignment")),
        "c_days": Key(_SOME_DAYS, msg("a C customer, or one without a grade, is contacted within so many days")),
    },
    "cadence": {
        "a_days": Key(_SOME_DAYS, msg("longest gap between follow-ups of an A customer")),
        "b_days": Key(_SOME_DAYS, msg("longest gap between follow-ups of a B customer")),
        "c_days": Key(_SOME_DAYS, msg("longest gap for a C customer, or one without a grade")),
        "prospect_days": Key(_OFF_OR_DAYS, msg("if not 0: the gap for prospects, whatever the grade")),
        "interested_days": Key(_OFF_OR_DAYS, msg("if not 0: the gap for interested customers, whatever the grade")),
        "hot_days": Key(_OFF_OR_DAYS, msg("if not 0: the gap for hot customers, whatever the grade")),
        "won_days": Key(_OFF_OR_DAYS, msg("the gap for won customers; 0: none is due")),
        "won_months": Key(Whole(msg("months"), 0, 120), msg("if not 0: the gap for won customers in months, not days")),
        "a_contacts_per_week": Key(
            Whole(None, 0, 7),
            msg("if not 0: until an A customer had so many contacts in a calendar week, the next is due within that week"),
        ),
    },
    "log_deadline": {
        "hours": Key(_HOURS, msg("an interaction is logged within so many hours")),
    },
    "objective_wording": {
        "strength": Key(_LINT, msg("whether impressions in a feedback are hinted at")),
        "phrases": Key(Texts(), msg("what is an impression unless a figure, a date or the customer's words stand beside it")),
    },
    "plan_deadline": {
        "workdays": Key(_WORKDAYS, msg("an A customer has a plan within so many working days of its first contact")),
    },
    "plan_specific": {
        "strength": Key(_LINT, msg("whether vague plans are hinted at")),
        "min_length": Key(_CELLS, msg("what must be left of a plan without phrases, people and dates")),
        "phrases": Key(Texts(), msg("what says nothing about what a contact is for")),
    },
    "support_lead_time": {
        "strength": Key(_ANY, msg("what follows when support is asked for at short notice")),
        "workdays": Key(_WORKDAYS, msg("support is asked for so many working days ahead")),
    },
    "stale_downgrade": {
        "grade": Key(Code((Grade.A, Grade.B, Grade.C), Grade), msg("the grade that falls")),
        "days": Key(_OFF_OR_DAYS, msg("after so many days without progress; 0: never")),
        "to": Key(Code((Grade.C, Status.INVALID)), msg("what the customer becomes: grade C, or invalid")),
        "warn_days": Key(Whole(_DAYS, 0, 365), msg("the owner is warned so many days before")),
    },
    "stall_analysis": {
        "days": Key(_OFF_OR_DAYS, msg("an analysis is wanted after so many days without progress; 0: never")),
    },
    "lost_proposal": {
        "days": Key(_OFF_OR_DAYS, msg("a C customer is proposed as lost after so many days without contact; 0: never")),
    },
    "coaching_alert": {
        "workdays": Key(_WORKDAYS, msg("after so many working days without a new hot customer or deal a salesperson is coached")),
    },
    "opportunity_age": {
        "discovery_days": Key(_OFF_OR_DAYS, msg("longest stay in the stage discovery; 0: no limit")),
        "proposal_days": Key(_OFF_OR_DAYS, msg("longest stay in the stage proposal; 0: no limit")),
        "negotiation_days": Key(_OFF_OR_DAYS, msg("longest stay in the stage negotiation; 0: no limit")),
        "contract_days": Key(_OFF_OR_DAYS, msg("longest stay in the stage contract; 0: no limit")),
    },
    "auto_discount": {
        "grade_a": Key(_PERCENT, msg("automatic discount of an A customer")),
        "grade_b": Key(_PERCENT, msg("automatic discount of a B customer")),
        "grade_c": Key(_PERCENT, msg("automatic discount of a C customer")),
        "quantity_tiers": Key(Tiers(_PIECES, _PERCENT), msg("automatic discounts by a line's quantity")),
        "amount_tiers": Key(Tiers(_YUAN, _PERCENT), msg("automatic discounts by a line's amount at list price, in yuan")),
    },
    "discount_authority": {
        "rep": Key(_PERCENT, msg("largest discount that a sales representative or assistant gives alone")),
        "senior_rep": Key(_PERCENT, msg("largest discount that a senior representative gives alone")),
        "manager": Key(_PERCENT, msg("largest discount that a manager gives alone; beyond it the director decides")),
    },
    "price_floor": {
        "min_margin": Key(_PERCENT, msg("a line with a smaller margin over its cost needs the director")),
    },
    "price_approval": {
        "needed": Key(
            Code(("never", "decreases", "always")),
            msg("which changes of a list or floor price a manager approves; a manager's own decrease needs no other one"),
        ),
    },
    "quote_validity": {
        "days": Key(_SOME_DAYS, msg("a quote stands for so many days unless it says otherwise")),
        "warn_days": Key(Whole(_DAYS, 0, 365), msg("a quote is about to expire so many days before its end")),
    },
    "needs_before_quote": {
        "strength": Key(_ANY, msg("what follows when a quote rests on needs that the customer has not confirmed")),
    },
    "contract_approval": {
        "legal_workdays": Key(_WORKDAYS, msg("legal decides on a contract within so many working days")),
        "finance_workdays": Key(_WORKDAYS, msg("finance decides on a contract within so many working days")),
    },
    "contract_first": {
        "above": Key(_YUAN, msg("an order above this amount needs a signed contract; up to it an accepted quote does")),
    },
    "order_approval": {
        "director_above": Key(_YUAN, msg("an order above this amount also needs the director")),
    },
    "credit_limit": {
        "over_limit": Key(Code(("director", "refuse")), msg("an order over the credit limit needs the director, or is refused")),
        "overdue_step_days": Key(_OFF_OR_DAYS, msg("money overdue for more days than this needs the director")),
        "overdue_refuse_days": Key(_OFF_OR_DAYS, msg("money overdue for more days than this refuses the order")),
    },
    "separation_of_duties": {
        "strength": Key(_ANY, msg("what follows when somebody decides on their own submission")),
        "allow_only_holder": Key(Flag(), msg("whether a role's only active holder may, marked as self-approved")),
    },
    "approval_deadline": {
        "workdays": Key(Whole(msg("working days"), 1, 60), msg("an approval's step waits at most so many working days")),
    },
}  # fmt: skip


def describe(policy: Policy) -> list[Parameter]:
    """Every key of the policy in the order of the file, against the defaults, which are the preset "balanced"."""
    from salesflow.rules.policy import Policy, table_name

    defaults = Policy()
    rows = []
    for attribute, keys in KEYS.items():
        table = table_name(attribute)
        section, standard = getattr(policy, attribute), getattr(defaults, attribute)
        for name, key in keys.items():
            value, default = key.kind.show(getattr(section, name)), key.kind.show(getattr(standard, name))
            rule = None if attribute in GENERAL else table
            rows.append(Parameter(table, name, value, default, key.kind.unit, key.doc, rule))
    return rows


def changes(old: Policy, new: Policy) -> list[tuple[Parameter, Parameter]]:
    """The keys in which two policies differ, each as it is under the one and under the other."""
    return [(was, now) for was, now in zip(describe(old), describe(new), strict=True) if was.value != now.value]


def contradictions(policy: Policy) -> Iterator[Problem]:
    """What each key allows but not all of them together: A's cut-off below B's, a rep's authority above a manager's …"""
    scores = policy.grade_score
    weights = ("industry_potential", "budget_match", "decision_chain", "urgency")
    if not any(getattr(scores, weight) for weight in weights):
        yield Problem("grade_score", weights, msg("at least one weight must be above 0"))
    if scores.a_from < scores.b_from:
        cut_offs = {"a": _SCORE.show(scores.a_from), "b": _SCORE.show(scores.b_from)}
        text = msg("the cut-off of A, {a}, is below that of B, {b}", **cut_offs)
        yield Problem("grade_score", ("a_from", "b_from"), text)
    given = policy.discount_authority
    for lower, higher in (("rep", "senior_rep"), ("senior_rep", "manager")):
        if getattr(given, lower) > getattr(given, higher):
            text = msg(
                "{lower} may not give more ({more}) than {higher} ({less})",
                lower=lower,
                more=display_percent(getattr(given, lower)),
                higher=higher,
                less=display_percent(getattr(given, higher)),
            )
            yield Problem("discount_authority", (lower, higher), text)
    stale = policy.stale_downgrade
    if stale.to == stale.grade:
        yield Problem(
            "stale_downgrade", ("to", "grade"), msg("grade {grade} cannot fall to itself", grade=stale.grade.value)
        )
    ladder = policy.escalation
    steps = [name for name in ladder._fields if getattr(ladder, name)]
    for lower, higher in pairwise(steps):
        if getattr(ladder, lower) > getattr(ladder, higher):
            text = msg("{lower} comes after {higher}", lower=lower, higher=higher)
            yield Problem("escalation", (lower, higher), text)
    credit = policy.credit_limit
    if credit.overdue_step_days > credit.overdue_refuse_days:
        text = msg(
            "orders are refused after {refuse} days overdue, before the director is asked after {step}",
            refuse=credit.overdue_refuse_days,
            step=credit.overdue_step_days,
        )
        yield Problem("credit_limit", ("overdue_step_days", "overdue_refuse_days"), text)
