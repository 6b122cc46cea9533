"""The one list of all rules: what `rules list`, `rules show` and the documentation are made from.

`find` gives a rule by its id, `parameters` what the policy sets for it, `strengths` how it may act under a policy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesflow.errors import NotFound
from salesflow.i18n import Message, msg
from salesflow.rules import (
    approvals,
    authority,
    cadence,
    consent,
    deadlines,
    grading,
    orders,
    pricing,
    stale,
    status,
    wording,
)
from salesflow.rules.decision import Decision, Strength

if TYPE_CHECKING:
    from salesflow.rules.policy import Policy
    from salesflow.rules.policy_keys import Parameter

TEMPLATE_GUIDE: Final = "template-guide"
PROCESS_TOOLKIT: Final = "process-toolkit"
ORDER_TOOLKIT: Final = "order-toolkit"
TRACKER: Final = "tracker"
PROCESS_OVERVIEW: Final = "process-overview"

CUSTOMER: Final = "customer"
FOLLOW_UP: Final = "follow-up"
QUOTE: Final = "quote"
ORDER: Final = "order"
APPROVAL: Final = "approval"


class Rule(NamedTuple):
    """A rule as people look it up; `strengths` are the ones it may act with where the policy has no say in it."""

    id: str
    title: Message
    strengths: tuple[Strength, ...]
    source: tuple[str, ...]
    applies_to: tuple[str, ...]
    function: Callable[..., Decision[Any]]
    table: str | None
    """The attribute of `Policy` with its parameters, None where it has none."""
    text: Message


_REFUSE: Final = (Strength.REFUSE,)
_FLAG: Final = (Strength.FLAG,)
_ROUTE: Final = (Strength.ROUTE,)
_COMPUTE: Final = (Strength.COMPUTE,)
_HINT: Final = (Strength.HINT,)

RULES: Final = (
    Rule(
        deadlines.ENTRY_DEADLINE,
        msg("A lead is recorded soon after its first contact"),
        _FLAG,
        (TEMPLATE_GUIDE, ORDER_TOOLKIT, PROCESS_TOOLKIT),
        (CUSTOMER,),
        deadlines.entry_deadline,
        "entry_deadline",
        msg(
            "A new lead is recorded within a number of hours of its first contact, or by the close of business of a number of"
            " working days after it. A later record is kept and marked as late."
        ),
    ),
    Rule(
        wording.NEED_SPECIFIC,
        msg("A need is concrete"),
        _HINT,
        (PROCESS_TOOLKIT, TEMPLATE_GUIDE),
        (CUSTOMER,),
        wording.need_specific,
        "need_specific",
        msg(
            "A need says enough to work with, and gives figures or dates where it is about price, time or quantity."
            ' Vague words such as "cheaper" or "as soon as possible" are pointed out unless a figure stands beside them.'
        ),
    ),
    Rule(
        consent.BUDGET_CONSENT,
        msg("A budget is kept only with the customer's consent"),
        _REFUSE,
        (TEMPLATE_GUIDE,),
        (CUSTOMER,),
        consent.budget_consent,
        None,
        msg("A customer's budget is stored only where the record says when and how the customer agreed to that."),
    ),
    Rule(
        grading.GRADE_SCORE,
        msg("Scores give the grade"),
        _COMPUTE,
        (PROCESS_TOOLKIT, TEMPLATE_GUIDE),
        (CUSTOMER,),
        grading.grade_score,
        "grade_score",
        msg(
            "Industry potential, budget match, decision chain and urgency are scored from 1 to 5. Their weighted mean gives"
            " the grade: A from the upper cut-off on, B from the lower one on, else C."
        ),
    ),
    Rule(
        deadlines.FIRST_CONTACT_DEADLINE,
        msg("A new owner contacts the customer soon"),
        _FLAG,
        (ORDER_TOOLKIT,),
        (CUSTOMER,),
        deadlines.first_contact_deadline,
        "first_contact_deadline",
        msg(
            "After a customer is assigned, its owner calls or visits within a number of hours for grade A, and within a number"
            " of days for B, C and customers without a grade."
        ),
    ),
    Rule(
        cadence.CADENCE,
        msg("The longest gap between follow-ups"),
        _COMPUTE,
        (TEMPLATE_GUIDE, PROCESS_TOOLKIT, ORDER_TOOLKIT, TRACKER),
        (CUSTOMER, FOLLOW_UP),
        cadence.cadence,
        "cadence",
        msg(
            "The next follow-up is due a number of days after the last contact, or after the first contact or the assignment"
            " where there was none yet. The number depends on the customer's grade or status. A date that is no working day"
            " moves to the following one; where A customers are contacted several times a week, it stays within the week."
            " A later date chosen by hand is accepted and marked as beyond cadence. Lost and invalid customers have none."
        ),
    ),
    Rule(
        deadlines.LOG_DEADLINE,
        msg("An interaction is logged soon"),
        _FLAG,
        (TRACKER, PROCESS_TOOLKIT),
        (FOLLOW_UP,),
        deadlines.log_deadline,
        "log_deadline",
        msg("An interaction is logged within a number of hours. A later record is kept and marked as late."),
    ),
    Rule(
        wording.OBJECTIVE_WORDING,
        msg("Feedback says what the customer said"),
        _HINT,
        (PROCESS_TOOLKIT, TRACKER),
        (FOLLOW_UP,),
        wording.objective_wording,
        "objective_wording",
        msg(
            'Feedback states what the customer said, and by when, not an impression such as "very interested".'
            " It is only ever hinted at."
        ),
    ),
    Rule(
        wording.PLAN_SPECIFIC,
        msg("A plan says what, with whom and when"),
        _HINT,
        (PROCESS_TOOLKIT,),
        (FOLLOW_UP,),
        wording.plan_specific,
        "plan_specific",
        msg(
            'A planned contact says what is to be discussed and with whom, not just "follow up".'
            " With whom is clear where the customer has only one contact."
        ),
    ),
    Rule(
        stale.STALE_DOWNGRADE,
        msg("A customer without progress falls"),
        _COMPUTE,
        (PROCESS_TOOLKIT,),
        (CUSTOMER,),
        stale.stale_downgrade,
        "stale_downgrade",
        msg(
            "An open customer of the given grade with whom nothing progressed for a number of days falls to grade C or becomes"
            " invalid. A follow-up by itself is no progress. The owner is warned some days before."
        ),
    ),
    Rule(
        stale.STALL_ANALYSIS,
        msg("A stalled customer wants an analysis"),
        _FLAG,
        (TEMPLATE_GUIDE,),
        (CUSTOMER,),
        stale.stall_analysis,
        "stall_analysis",
        msg(
            "An open customer of any grade with whom nothing progressed for a number of days stays on the manager's agenda"
            " until the cause and a strategy are recorded."
        ),
    ),
    Rule(
        stale.LOST_PROPOSAL,
        msg("A customer that nobody contacts is proposed as lost"),
        _COMPUTE,
        (TRACKER,),
        (CUSTOMER,),
        stale.lost_proposal,
        "lost_proposal",
        msg(
            "An open customer of grade C without any contact for a number of days is proposed as lost, for want of contact."
        ),
    ),
    Rule(
        status.STATUS_REASON,
        msg("A change of status has a reason"),
        _REFUSE,
        (TRACKER,),
        (CUSTOMER,),
        status.status_reason,
        None,
        msg("Every change of a customer's status says why."),
    ),
    Rule(
        status.STATUS_TRANSITION,
        msg("Which status may follow which"),
        _REFUSE,
        (TRACKER,),
        (CUSTOMER,),
        status.status_transition,
        None,
        msg(
            "A customer moves from prospect to interested to hot to won, one step at a time, and may go back a step. Whoever is"
            " not won yet may become lost or invalid; from there a customer is reopened as prospect or interested."
        ),
    ),
    Rule(
        status.WON_EVIDENCE,
        msg("Won needs a signed contract and a first payment"),
        _REFUSE,
        (TRACKER,),
        (CUSTOMER,),
        status.won_evidence,
        None,
        msg(
            "A customer is won when there is a signed contract and a first payment. A manager may decide otherwise with a"
            " reason, which is marked."
        ),
    ),
    Rule(
        status.LOSS_REASON,
        msg("A lost customer has a category of loss"),
        _REFUSE,
        (TRACKER,),
        (CUSTOMER,),
        status.loss_reason,
        None,
        msg("A customer becomes lost only with the category of the reason, so that losses can be counted."),
    ),
    Rule(
        pricing.AUTO_DISCOUNT,
        msg("Discounts that need no asking"),
        _COMPUTE,
        (TEMPLATE_GUIDE,),
        (QUOTE,),
        pricing.auto_discount,
        "auto_discount",
        msg(
            "A line without a discount of its own gets the one for the customer's grade, for its quantity or for its amount:"
            " the best of them, not their sum."
        ),
    ),
    Rule(
        authority.DISCOUNT_AUTHORITY,
        msg("Who may give how much discount"),
        _ROUTE,
        (TEMPLATE_GUIDE,),
        (QUOTE,),
        authority.discount_authority,
        "discount_authority",
        msg(
            "Each role may give discounts up to a limit. The discount off the list price, automatic ones included, of each line"
            " and of the goods as a whole counts. Above the submitter's own limit the manager approves, and above the manager's"
            " also the director."
        ),
    ),
    Rule(
        pricing.PRICE_FLOOR,
        msg("A price below the floor needs the director"),
        _ROUTE,
        (ORDER_TOOLKIT, PROCESS_OVERVIEW),
        (QUOTE,),
        pricing.price_floor,
        "price_floor",
        msg(
            "A line below the product's floor price, or below the minimum margin over its cost, is approved by the director."
        ),
    ),
    Rule(
        pricing.QUOTE_VALIDITY,
        msg("How long a quote stands"),
        (Strength.COMPUTE, Strength.REFUSE),
        (TEMPLATE_GUIDE,),
        (QUOTE,),
        pricing.quote_validity,
        "quote_validity",
        msg(
            "A quote stands for a number of days. After its last day it cannot be accepted: its next version gets a new date."
        ),
    ),
    Rule(
        orders.ORDER_APPROVAL,
        msg("Who approves an order"),
        _ROUTE,
        (ORDER_TOOLKIT,),
        (ORDER,),
        orders.order_approval,
        "order_approval",
        msg(
            "An order goes to the manager (amount and policy), to finance (payment terms and credit limit) and to operations"
            " (delivery capacity), and above an amount also to the director."
        ),
    ),
    Rule(
        orders.CREDIT_LIMIT,
        msg("An order against the customer's credit"),
        (Strength.ROUTE, Strength.REFUSE),
        (ORDER_TOOLKIT, PROCESS_OVERVIEW),
        (ORDER,),
        orders.credit_limit,
        "credit_limit",
        msg(
            "An order that takes the customer's exposure over the credit limit, or comes while money is overdue, needs the"
            " director; it is refused where money is long overdue. A customer with a limit of 0 pays in advance."
            " Without a limit only overdue money counts."
        ),
    ),
    Rule(
        approvals.REJECTION_REASON,
        msg("A rejection has a reason"),
        _REFUSE,
        (ORDER_TOOLKIT,),
        (APPROVAL,),
        approvals.rejection_reason,
        None,
        msg("Whoever rejects a submission says why, so that it can be changed and submitted again."),
    ),
    Rule(
        approvals.SEPARATION_OF_DUTIES,
        msg("Nobody decides on their own submission"),
        _REFUSE,
        (PROCESS_OVERVIEW,),
        (APPROVAL,),
        approvals.separation_of_duties,
        "separation_of_duties",
        msg(
            "Whoever submitted something does not decide on it. Where the policy allows it, a role's only active holder may;"
            " the decision is then marked as self-approved wherever it shows."
        ),
    ),
    Rule(
        deadlines.APPROVAL_DEADLINE,
        msg("An approval does not wait long"),
        _FLAG,
        (PROCESS_TOOLKIT,),
        (APPROVAL,),
        deadlines.approval_deadline,
        "approval_deadline",
        msg("Each step of an approval is decided within a number of working days of its turn. A longer wait is shown."),
    ),
)


def find(rule_id: str) -> Rule:
    """The rule with that id; NotFound with the nearest one for any other."""
    for rule in RULES:
        if rule.id == rule_id:
            return rule
    from salesflow.text import nearest

    meant = nearest(rule_id, [rule.id for rule in RULES])
    hint = msg("see: salesflow rules list") if meant is None else msg("did you mean {name}?", name=meant)
    raise NotFound(msg('there is no rule "{value}"', value=rule_id), hint)


def strengths(rule: Rule, policy: Policy) -> tuple[Strength, ...]:
    """How the rule may act under the policy: as the policy chooses, or as the rule is."""
    chosen = getattr(getattr(policy, rule.table or "", None), "strength", None)
    return rule.strengths if chosen is None else (chosen,)


def parameters(rule: Rule, policy: Policy) -> list[Parameter]:
    """What the policy sets for the rule; empty where it sets nothing."""
    return [parameter for parameter in policy.describe() if parameter.rule == rule.id]
