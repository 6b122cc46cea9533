"""The rules on quotes, orders and approvals."""

from __future__ import annotations

from typing import Final

from salesflow.i18n import msg
from salesflow.rules import approvals, authority, deadlines, opportunities, orders, prices, pricing, quote_needs
from salesflow.rules.decision import Strength
from salesflow.rules.rule import (
    APPROVAL,
    COMPUTE,
    FLAG,
    HINT,
    OPPORTUNITY,
    ORDER,
    ORDER_TOOLKIT,
    PRICE,
    PROCESS_OVERVIEW,
    PROCESS_TOOLKIT,
    QUOTE,
    REFUSE,
    ROUTE,
    TEMPLATE_GUIDE,
    Rule,
)

SALES_RULES: Final = (
    Rule(
        opportunities.OPPORTUNITY_AGE,
        msg("An opportunity moves on"),
        FLAG,
        (PROCESS_OVERVIEW,),
        (OPPORTUNITY,),
        opportunities.opportunity_age,
        "opportunity_age",
        msg("An open opportunity that stays in one stage for longer than the policy allows is shown until it moves."),
    ),
    Rule(
        prices.PRICE_VALID,
        msg("The price that holds on a day"),
        COMPUTE,
        (PROCESS_OVERVIEW,),
        (QUOTE, PRICE),
        prices.price_valid,
        None,
        msg(
            "A quote starts from the list price that holds on its date: the latest change of the price list up to that day,"
            " before the first of them the product's first price. A change that waits for its approval never counts."
        ),
    ),
    Rule(
        prices.PRICE_APPROVAL,
        msg("Who approves a change of a price"),
        ROUTE,
        (PROCESS_OVERVIEW,),
        (PRICE,),
        prices.price_approval,
        "price_approval",
        msg(
            "Where the policy says so, a manager approves each change of a list price or a floor price, or each decrease,"
            " however it is made: by hand, with the product, or by an import. It holds from its day on, at the earliest from"
            " the day of the approval."
        ),
    ),
    Rule(
        pricing.AUTO_DISCOUNT,
        msg("Discounts that need no asking"),
        COMPUTE,
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
        ROUTE,
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
        ROUTE,
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
        quote_needs.NEEDS_BEFORE_QUOTE,
        msg("A quote rests on confirmed needs"),
        HINT,
        (TEMPLATE_GUIDE, ORDER_TOOLKIT),
        (QUOTE,),
        quote_needs.needs_before_quote,
        "needs_before_quote",
        msg(
            "Before a price is named the customer has confirmed the list of needs, and they have not changed since. The policy"
            " says whether that is off, hinted at, flagged or refused."
        ),
    ),
    Rule(
        orders.ORDER_APPROVAL,
        msg("Who approves an order"),
        ROUTE,
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
        REFUSE,
        (ORDER_TOOLKIT,),
        (APPROVAL,),
        approvals.rejection_reason,
        None,
        msg("Whoever rejects a submission says why, so that it can be changed and submitted again."),
    ),
    Rule(
        approvals.SEPARATION_OF_DUTIES,
        msg("Nobody decides on their own submission"),
        REFUSE,
        (PROCESS_OVERVIEW,),
        (APPROVAL,),
        approvals.separation_of_duties,
        "separation_of_duties",
        msg(
            "Whoever submitted, made, changed or owns something does not decide on it, and no deputy decides two of its"
            " steps. Where the policy allows it, a role's only active holder may;"
            " the decision is then marked as self-approved wherever it shows."
        ),
    ),
    Rule(
        deadlines.APPROVAL_DEADLINE,
        msg("An approval does not wait long"),
        FLAG,
        (PROCESS_TOOLKIT,),
        (APPROVAL,),
        deadlines.approval_deadline,
        "approval_deadline",
        msg("Each step of an approval is decided within a number of working days of its turn. A longer wait is shown."),
    ),
)
