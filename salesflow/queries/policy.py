"""The policy in force and its versions, the presets, and the rule book with the parameters that the policy sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from salesflow.columns import Column, Kind
from salesflow.context import Context
from salesflow.errors import DatabaseProblem
from salesflow.i18n import Message, msg
from salesflow.queries.base import Page, arranged
from salesflow.rules.policy import PRESETS, Policy
from salesflow.rules.registry import RULES, find, parameters, strengths
from salesflow.rules.rule import Rule

if TYPE_CHECKING:
    from salesflow.rules.policy_keys import Parameter

PARAMETERS: Final = (
    Column("id", "Parameter", table=False),
    Column("table", "Table"),
    Column("key", "Key"),
    Column("meaning", "Meaning", Kind.MESSAGE, table=False, flexible=True),
    Column("unit", "Unit", Kind.MESSAGE, flexible=True),
    Column("value", "Value", flexible=True),
    Column("default", "Default", table=False),
    Column("rule", "Rule", table=False),
)
EXPLAINED: Final = tuple(column._replace(table=column.key in ("id", "meaning", "value")) for column in PARAMETERS)

CHANGE: Final = (
    Column("id", "Parameter", table=False),
    Column("table", "Table"),
    Column("key", "Key"),
    Column("before", "Before", flexible=True),
    Column("after", "After", flexible=True),
    Column("unit", "Unit", Kind.MESSAGE, flexible=True),
)
VERSION: Final = (
    Column("version", "Policy version", Kind.INTEGER),
    Column("name", "Policy"),
    Column("reason", "Reason"),
    Column("applied_by", "Applied by"),
    Column("applied_at", "Applied", Kind.INSTANT),
    Column("changes", "Changes", Kind.ROWS, columns=CHANGE, table=False),
)

DIFFERENCE: Final = (
    Column("id", "Parameter", table=False),
    Column("table", "Table"),
    Column("key", "Key"),
    Column("value", "Value", flexible=True),
    Column("default", "Default", flexible=True),
    Column("unit", "Unit", Kind.MESSAGE, flexible=True),
)
PRESET: Final = (
    Column("name", "Preset"),
    Column("in_force", "In force", Kind.FLAG),
    Column("differences", "Differences", Kind.ROWS, columns=DIFFERENCE, table=False),
    Column("summary", "Differences from balanced", Kind.MESSAGE, flexible=True),
)

RULE: Final = (
    Column("id", "Rule"),
    Column("title", "Title", Kind.MESSAGE, flexible=True),
    Column("strength", "Strength", Kind.LIST, labels="strength"),
    Column("parameters", "Parameters", Kind.OBJECT, table=False),
    Column("source", "Source", Kind.LIST, flexible=True),
    Column("applies_to", "Applies to", Kind.LIST, labels="subject", table=False),
)
RULE_PAGE: Final = (
    *RULE,
    Column("text", "Text", Kind.MESSAGE),
    Column("keys", "Parameters explained", Kind.ROWS, columns=EXPLAINED),
)


def shown(context: Context) -> Page:
    """Every parameter of the policy in force, table by table."""
    return arranged(context.asked, PARAMETERS, [_parameter(entry) for entry in context.policy.describe()])


def _parameter(entry: Parameter) -> dict[str, Any]:
    return {
        "id": f"{entry.table}.{entry.key}",
        "table": entry.table,
        "key": entry.key,
        "value": entry.value,
        "default": entry.default,
        "unit": entry.unit,
        "meaning": entry.doc if entry.unit is None else msg("{meaning} ({unit})", meaning=entry.doc, unit=entry.unit),
        "rule": entry.rule,
    }


def changes(old: Policy, new: Policy) -> list[dict[str, Any]]:
    """The parameters in which the new policy differs from the old one."""
    from salesflow.rules.policy_keys import changes as changed

    return [
        {
            "id": f"{now.table}.{now.key}",
            "table": now.table,
            "key": now.key,
            "before": was.value,
            "after": now.value,
            "unit": now.unit,
        }
        for was, now in changed(old, new)
    ]


def version(context: Context, number: int) -> dict[str, Any]:
    """One version of the policy, with what it changed against the one before it."""
    last_two = context.reader.rows(
        "SELECT id AS version, name, reason, by AS applied_by, applied_at, resolved FROM v_policy "
        "WHERE id <= :number ORDER BY id DESC LIMIT 2",
        {"number": number},
    )
    policies = [Policy.from_json(row.pop("resolved")) for row in last_two]
    return {**last_two[0], "changes": changes(policies[-1], policies[0])}


def presets(context: Context) -> Page:
    """Each preset with what it changes, and whether the policy in force is that preset as it is."""
    from salesflow.rules.policy_toml import load_preset

    found = [_preset(name, load_preset(name), context.policy) for name in PRESETS]
    return arranged(context.asked, PRESET, found)


def _preset(name: str, preset: Policy, in_force: Policy) -> dict[str, Any]:
    differences = [row for row in map(_parameter, preset.describe()) if row["value"] != row["default"]]
    summary = msg("{differences}", differences=[f"{row['id']} = {row['value']}" for row in differences])
    return {"name": name, "in_force": preset == in_force, "differences": differences, "summary": summary}


def in_force(context: Context) -> tuple[Policy, Message | None]:
    """The policy in force; where there is no database yet the one that a new one starts with, and a word about it."""
    try:
        return context.policy, None
    except DatabaseProblem as error:
        if error.code != "missing-database":
            raise
        from salesflow.rules.policy_toml import load_preset

        name = PRESETS[0]
        return load_preset(name), msg("there is no database yet: these are the rules of preset {name}", name=name)


def rules(context: Context, policy: Policy) -> Page:
    """The rule book under a policy."""
    return arranged(context.asked, RULE, [_rule(rule, policy) for rule in RULES])


def rule(policy: Policy, rule_id: str) -> dict[str, Any]:
    """One rule with its text and each parameter explained. Raises NotFound with the nearest id."""
    found = find(rule_id)
    keys = [_parameter(entry) for entry in parameters(found, policy)]
    return {**_rule(found, policy), "text": found.text, "keys": keys}


def _rule(found: Rule, policy: Policy) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "strength": [strength.value for strength in strengths(found, policy)],
        "parameters": {entry.key: entry.value for entry in parameters(found, policy)},
        "source": list(found.source),
        "applies_to": list(found.applies_to),
    }
