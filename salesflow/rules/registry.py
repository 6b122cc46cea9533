"""The one list of all rules: what `rules list`, `rules show` and the documentation are made from.

`find` gives a rule by its id, `parameters` what the policy sets for it, `strengths` how it may act under a policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesflow.errors import NotFound
from salesflow.i18n import msg
from salesflow.rules.registry_contracts import CONTRACT_RULES
from salesflow.rules.registry_customers import CUSTOMER_RULES
from salesflow.rules.registry_sales import SALES_RULES
from salesflow.rules.rule import Rule

if TYPE_CHECKING:
    from salesflow.rules.decision import Strength
    from salesflow.rules.policy import Policy
    from salesflow.rules.policy_keys import Parameter

RULES: Final = (*CUSTOMER_RULES, *SALES_RULES, *CONTRACT_RULES)


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
