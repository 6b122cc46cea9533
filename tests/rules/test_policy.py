"""The policy as it is kept: fast to load, complete, and equal to what its file says."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest

import salesflow.rules
from salesflow.enums import Grade
from salesflow.rules.decision import Strength
from salesflow.rules.policy import PRESETS, AutoDiscount, Business, Policy, StaleDowngrade, Tier, table_name
from salesflow.rules.policy_keys import KEYS, describe
from salesflow.rules.policy_toml import load_preset, preset_text

UNUSUAL = Policy(
    business=Business(time(17, 30)),
    stale_downgrade=StaleDowngrade(Grade.A, 20, "invalid", 5),
    auto_discount=AutoDiscount(quantity_tiers=(Tier(1_500, 250), Tier(10_000, 300)), amount_tiers=(Tier(123_456, 25),)),
)


@pytest.mark.parametrize("policy", [*map(load_preset, PRESETS), UNUSUAL])
def test_json_round_trip(policy: Policy) -> None:
    again = Policy.from_json(policy.to_json())
    assert again == policy
    assert isinstance(again.need_specific.strength, Strength)
    assert isinstance(again.stale_downgrade.grade, Grade)
    assert isinstance(again.business.close, time)
    assert all(isinstance(tier, Tier) for tier in again.auto_discount.quantity_tiers)
    assert all(type(getattr(again, name)) is type(getattr(policy, name)) for name in Policy._fields)


def test_json_is_plain() -> None:
    stored = json.loads(UNUSUAL.to_json())
    assert stored["business"] == {"close": "17:30"}
    assert stored["stale_downgrade"] == {"grade": "A", "days": 20, "to": "invalid", "warn_days": 5}
    assert stored["auto_discount"]["quantity_tiers"] == [[1_500, 250], [10_000, 300]]
    assert "便宜点" in UNUSUAL.to_json()


def test_what_was_stored_by_another_version_still_loads() -> None:
    stored = json.loads(UNUSUAL.to_json())
    del stored["cadence"], stored["stale_downgrade"]["warn_days"]
    stored["limits"]["gone"] = 1
    stored["table-of-the-future"] = {"x": 1}
    loaded = Policy.from_json(json.dumps(stored))
    assert loaded == UNUSUAL._replace(stale_downgrade=UNUSUAL.stale_downgrade._replace(warn_days=3))


def test_the_defaults_are_the_preset_balanced() -> None:
    assert load_preset("balanced") == Policy()


def test_the_file_of_balanced_states_every_key_and_what_it_means() -> None:
    comment, _, rest = preset_text("balanced").partition("\n\n")
    assert comment.startswith("# balanced: ")
    assert rest == Policy().to_toml()


def test_every_preset_is_a_file_and_every_file_a_preset() -> None:
    folder = Path(salesflow.rules.__file__).parent / "presets"
    assert sorted(path.stem for path in folder.glob("*.toml")) == sorted(PRESETS)


def test_the_presets_differ_where_the_guides_do() -> None:
    differences = {
        name: {
            f"{row.table}.{row.key}": (row.value, row.default)
            for row in load_preset(name).describe()
            if row.value != row.default
        }
        for name in PRESETS
    }
    assert differences == {
        "balanced": {},
        "template-guide": {"cadence.hot_days": ("0", "2")},
        "process-toolkit": {
            "entry-deadline.workdays": ("1", "0"),
            "cadence.a_days": ("3", "7"),
            "cadence.b_days": ("7", "14"),
            "cadence.hot_days": ("0", "2"),
            "cadence.a_contacts_per_week": ("2", "0"),
            "log-deadline.hours": ("2", "24"),
        },
        "order-toolkit": {
            "cadence.b_days": ("7", "14"),
            "cadence.c_days": ("7", "30"),
            "cadence.hot_days": ("0", "2"),
            "cadence.won_months": ("3", "0"),
        },
        "tracker": {"cadence.prospect_days": ("7", "0"), "cadence.interested_days": ("4", "0")},
    }


@pytest.mark.parametrize("name", PRESETS[1:])
def test_each_preset_but_balanced_extends_it(name: str) -> None:
    assert 'extends = "balanced"' in preset_text(name).splitlines()


def test_every_key_is_described_and_nothing_else() -> None:
    described = {attribute: tuple(keys) for attribute, keys in KEYS.items()}
    assert described == {attribute: getattr(Policy(), attribute)._fields for attribute in Policy._fields}


def test_every_default_is_within_its_own_bounds() -> None:
    for attribute, keys in KEYS.items():
        for name, key in keys.items():
            if name not in ("close", "phrases", "stages") and not name.endswith("_tiers"):
                value = getattr(getattr(Policy(), attribute), name)
                raw = value if not hasattr(key.kind, "places") else key.kind.show(value)
                written = key.kind.write(value)
                assert json.loads(written) == (raw if isinstance(raw, (int, str)) and raw == value else json.loads(raw))


def test_describe_says_all_about_a_key() -> None:
    rows = {(row.table, row.key): row for row in describe(UNUSUAL)}
    assert len(rows) == sum(len(keys) for keys in KEYS.values())
    days = rows["stale-downgrade", "days"]
    assert (days.value, days.default, str(days.unit), days.rule) == ("20", "14", "days", "stale-downgrade")
    assert str(days.doc) == "after so many days without progress; 0: never"
    shown = {key: row.value for key, row in rows.items()}
    assert shown["business", "close"] == "17:30"
    assert shown["auto-discount", "grade_a"] == "3"
    assert shown["auto-discount", "quantity_tiers"] == "1.5: 2.5 %, 10: 3 %"
    assert shown["auto-discount", "amount_tiers"] == "1234.56: 0.25 %"
    assert shown["order-approval", "director_above"] == "500000"
    assert shown["grade-score", "b_from"] == "2.5"
    assert shown["separation-of-duties", "allow_only_holder"] == "true"
    assert shown["stale-downgrade", "to"] == "invalid"
    assert shown["need-specific", "phrases"].startswith("便宜点, 便宜一点, ")
    assert rows["limits", "name"].rule is None
    assert rows["grade-score", "urgency"].unit is None


def test_a_table_is_called_as_its_rule() -> None:
    assert table_name("stale_downgrade") == "stale-downgrade"
