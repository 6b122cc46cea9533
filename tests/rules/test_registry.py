"""The list of rules, and what must be true of each."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from salesflow.errors import NotFound
from salesflow.rules.decision import Strength
from salesflow.rules.policy import NeedSpecific, Policy, table_name
from salesflow.rules.policy_keys import GENERAL
from salesflow.rules.registry import RULES, find, parameters, strengths
from salesflow.rules.rule import Rule

SOURCES = {"template-guide", "process-toolkit", "order-toolkit", "tracker", "process-overview"}
SUBJECTS = {"customer", "follow-up", "opportunity", "quote", "contract", "order", "approval", "price"}
TESTS = Path(__file__).parent


def test_these_are_the_rules() -> None:
    assert {rule.id for rule in RULES} == {
        "entry-deadline", "need-specific", "budget-consent", "grade-score", "first-contact-deadline", "cadence",
        "log-deadline", "objective-wording", "plan-specific", "stale-downgrade", "stall-analysis", "lost-proposal",
        "status-reason", "status-transition", "won-evidence", "loss-reason", "auto-discount", "discount-authority",
        "price-floor", "quote-validity", "order-approval", "credit-limit", "rejection-reason", "separation-of-duties",
        "approval-deadline", "grading-deadline", "assign", "plan-deadline", "support-lead-time", "coaching-alert",
        "opportunity-age", "contract-terms", "contract-approval", "contract-first",
        "price-valid", "price-approval", "needs-before-quote",
    }  # fmt: skip
    assert len(RULES) == 37


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_complete(rule: Rule) -> None:
    assert rule.source
    assert set(rule.source) <= SOURCES
    assert rule.applies_to
    assert set(rule.applies_to) <= SUBJECTS
    assert rule.strengths
    assert str(rule.title)[0].isupper()
    assert not str(rule.title).endswith(".")
    assert str(rule.text).endswith(".")
    assert rule.table in (None, rule.id.replace("-", "_"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rules_docstring_names_its_sources_and_outcomes(rule: Rule) -> None:
    documentation = inspect.getdoc(rule.function) or ""
    _, found, sources = documentation.partition("Source:")
    assert found
    assert all(source in sources for source in rule.source)
    assert "Outcome" in documentation or rule.id == "grade-score"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_its_tests(rule: Rule) -> None:
    module = inspect.getmodule(rule.function)
    assert module is not None
    tests = TESTS / f"test_{module.__name__.rpartition('.')[2]}.py"
    assert f'"{rule.id}"' in tests.read_text(encoding="utf-8")


def test_every_table_of_the_policy_is_a_rules_or_general() -> None:
    tables = {rule.table for rule in RULES if rule.table is not None}
    assert tables | set(GENERAL) == set(Policy._fields)
    assert len(tables) == sum(rule.table is not None for rule in RULES)


def test_find() -> None:
    assert find("cadence").id == "cadence"
    with pytest.raises(NotFound) as caught:
        find("stale-downgrad")
    assert str(caught.value) == 'there is no rule "stale-downgrad"'
    assert str(caught.value.hint) == "did you mean stale-downgrade?"
    with pytest.raises(NotFound) as caught:
        find("qqq")
    assert str(caught.value.hint) == "see: salesflow rules list"


def test_strengths_follow_the_policy() -> None:
    policy = Policy(need_specific=NeedSpecific(Strength.REFUSE))
    assert strengths(find("need-specific"), policy) == (Strength.REFUSE,)
    assert strengths(find("need-specific"), Policy()) == (Strength.HINT,)
    assert strengths(find("credit-limit"), policy) == (Strength.ROUTE, Strength.REFUSE)
    assert strengths(find("status-reason"), policy) == (Strength.REFUSE,)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_parameters_are_the_rules_own(rule: Rule) -> None:
    found = parameters(rule, Policy())
    expected = () if rule.table is None else getattr(Policy(), rule.table)._fields
    assert tuple(parameter.key for parameter in found) == expected
    assert all(parameter.table == table_name(rule.table or "") for parameter in found)
