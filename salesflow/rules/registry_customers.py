"""The rules on customers and follow-ups, in the order in which a lead meets them."""

from __future__ import annotations

from typing import Final

from salesflow.i18n import msg
from salesflow.rules import assignment, cadence, coaching, consent, deadlines, grading, stale, status, wording
from salesflow.rules.rule import (
    COMPUTE,
    CUSTOMER,
    FLAG,
    FOLLOW_UP,
    HINT,
    ORDER_TOOLKIT,
    PROCESS_OVERVIEW,
    PROCESS_TOOLKIT,
    REFUSE,
    TEMPLATE_GUIDE,
    TRACKER,
    Rule,
)

CUSTOMER_RULES: Final = (
    Rule(
        deadlines.ENTRY_DEADLINE,
        msg("A lead is recorded soon after its first contact"),
        FLAG,
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
        HINT,
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
        REFUSE,
        (TEMPLATE_GUIDE,),
        (CUSTOMER,),
        consent.budget_consent,
        None,
        msg("A customer's budget is stored only where the record says when and how the customer agreed to that."),
    ),
    Rule(
        grading.GRADE_SCORE,
        msg("Scores give the grade"),
        COMPUTE,
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
        deadlines.GRADING_DEADLINE,
        msg("A new lead is graded soon"),
        FLAG,
        (ORDER_TOOLKIT,),
        (CUSTOMER,),
        deadlines.grading_deadline,
        "grading_deadline",
        msg(
            "A new lead is graded by the close of business of the next working day after its record. Until then it is on the"
            " manager's agenda."
        ),
    ),
    Rule(
        assignment.ASSIGN,
        msg("Who gets a customer"),
        COMPUTE,
        (PROCESS_TOOLKIT, ORDER_TOOLKIT),
        (CUSTOMER,),
        assignment.assign,
        "assign",
        msg(
            "A customer of grade A goes to a senior representative, one of grade C to an assistant where there is one; then the"
            " region decides, then (for B and C) who has customers of the industry, and among those left the one with the"
            " fewest open customers, weighted by their grades. A criterion that nobody meets is passed over."
        ),
    ),
    Rule(
        deadlines.FIRST_CONTACT_DEADLINE,
        msg("A new owner contacts the customer soon"),
        FLAG,
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
        COMPUTE,
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
        FLAG,
        (TRACKER, PROCESS_TOOLKIT),
        (FOLLOW_UP,),
        deadlines.log_deadline,
        "log_deadline",
        msg("An interaction is logged within a number of hours. A later record is kept and marked as late."),
    ),
    Rule(
        wording.OBJECTIVE_WORDING,
        msg("Feedback says what the customer said"),
        HINT,
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
        deadlines.PLAN_DEADLINE,
        msg("An A customer has a plan soon"),
        FLAG,
        (PROCESS_TOOLKIT,),
        (CUSTOMER,),
        deadlines.plan_deadline,
        "plan_deadline",
        msg(
            "An A customer has a follow-up plan, made by hand or from a template, by the close of business of a number of"
            " working days after its first contact. The date that rule cadence computes is no plan."
        ),
    ),
    Rule(
        wording.PLAN_SPECIFIC,
        msg("A plan says what, with whom and when"),
        HINT,
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
        deadlines.SUPPORT_LEAD_TIME,
        msg("Support is asked for ahead"),
        FLAG,
        (PROCESS_TOOLKIT,),
        (FOLLOW_UP,),
        deadlines.support_lead_time,
        "support_lead_time",
        msg("Whoever needs the support of others for a planned contact asks for it a number of working days ahead."),
    ),
    Rule(
        stale.STALE_DOWNGRADE,
        msg("A customer without progress falls"),
        COMPUTE,
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
        FLAG,
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
        COMPUTE,
        (TRACKER,),
        (CUSTOMER,),
        stale.lost_proposal,
        "lost_proposal",
        msg(
            "An open customer of grade C without any contact for a number of days is proposed as lost, for want of contact."
        ),
    ),
    Rule(
        coaching.COACHING_ALERT,
        msg("A salesperson without success is coached"),
        FLAG,
        (PROCESS_OVERVIEW,),
        (CUSTOMER,),
        coaching.coaching_alert,
        "coaching_alert",
        msg(
            "A salesperson with whom no customer became hot or won for a number of working days comes on the manager's agenda,"
            " to look at their work together."
        ),
    ),
    Rule(
        status.STATUS_REASON,
        msg("A change of status has a reason"),
        REFUSE,
        (TRACKER,),
        (CUSTOMER,),
        status.status_reason,
        None,
        msg("Every change of a customer's status says why."),
    ),
    Rule(
        status.STATUS_TRANSITION,
        msg("Which status may follow which"),
        REFUSE,
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
        REFUSE,
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
        REFUSE,
        (TRACKER,),
        (CUSTOMER,),
        status.loss_reason,
        None,
        msg("A customer becomes lost only with the category of the reason, so that losses can be counted."),
    ),
)
