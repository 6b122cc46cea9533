"""What is known of a rule beside its function: for people who look it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from salesflow.i18n import Message
from salesflow.rules.decision import Decision, Strength

TEMPLATE_GUIDE: Final = "template-guide"
PROCESS_TOOLKIT: Final = "process-toolkit"
ORDER_TOOLKIT: Final = "order-toolkit"
TRACKER: Final = "tracker"
PROCESS_OVERVIEW: Final = "process-overview"

CUSTOMER: Final = "customer"
FOLLOW_UP: Final = "follow-up"
QUOTE: Final = "quote"
ORDER: Final = "order"
CONTRACT: Final = "contract"
APPROVAL: Final = "approval"
OBJECTION: Final = "objection"
OPPORTUNITY: Final = "opportunity"
PRICE: Final = "price"

REFUSE: Final = (Strength.REFUSE,)
FLAG: Final = (Strength.FLAG,)
ROUTE: Final = (Strength.ROUTE,)
COMPUTE: Final = (Strength.COMPUTE,)
HINT: Final = (Strength.HINT,)


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
