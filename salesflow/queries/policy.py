"""The policy in force, the presets, and the rule book with the parameters that the policy sets."""

from __future__ import annotations

from typing import Any

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.rules.policy import PRESETS, Policy
from salesflow.rules.registry import RULES, Rule, find, parameters, strengths

PARAMETERS = (
    Column("table", "Table"),
    Column("key", "Key"),
    Column("unit", "Unit", Kind.MESSAGE),
    Column("value", "Value", flexible=True),
    Column("default", "Default", table=False),
    Column("meaning", "Meaning", Kind.MESSAGE, table=False),
    Column("rule", "Rule", table=False),
)
EXPLAINED = tuple(column._replace(table=column.key != "rule", flexible=column.key == "meaning") for column in PARAMETERS)

DIFFERENCE = (
    Column("table", "Table"),
    Column("key", "Key"),
    Column("value", "Value"),
    Column("default", "Default"),
    Column("unit", "Unit", Kind.MESSAGE),
)
PRESET = (
    Column("name", "Preset"),
    Column("in_force", "In force", Kind.FLAG),
    Column("differences", "Differences", Kind.ROWS, columns=DIFFERENCE, table=False),
    Column("summary", "Differences from balanced", flexible=True),
)

RULE = (
    Column("id", "Rule"),
    Column("title", "Title", Kind.MESSAGE, flexible=True),
    Column("strength", "Strength", Kind.LIST, labels="strength"),
    Column("parameters", "Parameters", Kind.OBJECT, table=False),
    Column("source", "Source", Kind.LIST, flexible=True),
    Column("applies_to", "Applies to", Kind.LIST, labels="subject", table=False),
)
RULE_PAGE = (*RULE, Column("text", "Text", Kind.MESSAGE), Column("keys", "Parameters explained", Kind.ROWS, columns=EXPLAINED))


def shown(policy: Policy) -> list[dict[str, Any]]:
    """Every parameter of a policy, table by table."""
    return [_parameter(entry) for entry in policy.describe()]


def _parameter(entry: Any) -> dict[str, Any]:
    return {
        "table": entry.table,
        "key": entry.key,
        "value": entry.value,
        "default": entry.default,
        "unit": entry.unit,
        "meaning": entry.doc,
        "rule": entry.rule,
    }


def presets(context: Context) -> list[dict[str, Any]]:
    """Each preset with what it changes, and whether the policy in force was made from it as it is."""
    from salesflow.rules.policy_toml import load_preset

    in_force = context.policy
    return [_preset(name, load_preset(name), in_force) for name in PRESETS]


def _preset(name: str, preset: Policy, in_force: Policy) -> dict[str, Any]:
    differences = [row for row in shown(preset) if row["value"] != row["default"]]
    summary = ", ".join(f"{row['table']}.{row['key']} = {row['value']}" for row in differences)
    return {"name": name, "in_force": preset == in_force, "differences": differences, "summary": summary}


def rules(context: Context) -> list[dict[str, Any]]:
    """The rule book under the policy in force."""
    return [_rule(rule, context.policy) for rule in RULES]


def rule(context: Context, rule_id: str) -> dict[str, Any]:
    """One rule with its text and each parameter explained. Raises NotFound with the nearest id."""
    found = find(rule_id)
    policy = context.policy
    return {**_rule(found, policy), "text": found.text, "keys": [_parameter(entry) for entry in parameters(found, policy)]}


def _rule(found: Rule, policy: Policy) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "strength": [strength.value for strength in strengths(found, policy)],
        "parameters": {entry.key: entry.value for entry in parameters(found, policy)},
        "source": list(found.source),
        "applies_to": list(found.applies_to),
    }
