"""salesflow rules: the rule book, as it is listed and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesflow.rules.registry import RULES
from salesflow.text import width
from tests.conftest import Office

KEYS = ["id", "title", "strength", "parameters", "source", "applies_to"]
IN_SCOPE = {
    "entry-deadline", "need-specific", "budget-consent", "status-reason", "status-transition", "loss-reason", "won-evidence",
    "cadence", "log-deadline", "stale-downgrade", "quote-validity", "auto-discount", "discount-authority", "price-floor",
    "order-approval", "credit-limit", "rejection-reason", "separation-of-duties",
}  # fmt: skip
GUIDES = {"template-guide", "process-toolkit", "order-toolkit", "tracker", "process-overview"}


def apply(office: Office, folder: Path, document: str) -> None:
    file = folder / "policy.toml"
    file.write_text(document, encoding="utf-8")
    office.ok("policy", "apply", str(file), "--reason", "试行", user="zhang.wei")


def test_every_rule_is_listed(office: Office) -> None:
    found = office.json("rules", "list")
    assert [list(row) for row in found] == [KEYS] * len(RULES)
    assert {row["id"] for row in found} >= IN_SCOPE
    assert office.ok("rules", "list", "--format", "ids").out.splitlines() == [rule.id for rule in RULES]
    for row in found:
        assert row["source"] and set(row["source"]) <= GUIDES, row
        assert row["strength"] and set(row["strength"]) <= {"off", "hint", "flag", "route", "refuse", "compute"}, row
        assert row["applies_to"] and set(row["applies_to"]) <= {
            "customer",
            "follow-up",
            "opportunity",
            "quote",
            "contract",
            "order",
            "approval",
            "price",
        }, row


def test_a_rule_with_its_parameters(office: Office) -> None:
    rules = {row["id"]: row for row in office.json("rules", "list")}
    assert rules["discount-authority"] == {
        "id": "discount-authority",
        "title": "Who may give how much discount",
        "strength": ["route"],
        "parameters": {"rep": "10", "senior_rep": "10", "manager": "20"},
        "source": ["template-guide"],
        "applies_to": ["quote"],
    }
    assert rules["status-reason"]["parameters"] == {}
    assert rules["credit-limit"]["strength"] == ["route", "refuse"]


def test_the_policy_in_force_shows(office: Office, tmp_path: Path) -> None:
    apply(office, tmp_path, '[discount-authority]\nrep = 8\n[need-specific]\nstrength = "refuse"\n')
    rules = {row["id"]: row for row in office.json("rules", "list")}
    assert rules["discount-authority"]["parameters"]["rep"] == "8"
    assert rules["need-specific"]["strength"] == ["refuse"]
    apply(office, tmp_path, '[need-specific]\nstrength = "off"\n')
    assert office.json("rules", "show", "need-specific")["strength"] == ["off"]


def test_the_list_for_people(office: Office) -> None:
    heading, first, *_ = office.ok("rules", "list").out.splitlines()
    assert heading.split() == ["Rule", "Title", "Strength", "Source"]
    assert first.split("  ")[0] == "entry-deadline"
    assert first.endswith("template-guide, order-toolkit, process-toolkit")
    heading, *lines = office.ok("rules", "list", lang="zh").out.splitlines()
    assert heading.split() == ["规则", "标题", "力度", "出处"]
    [line] = [line for line in lines if line.startswith("credit-limit ")]
    assert "转审批、拒绝" in line
    assert line.endswith("order-toolkit、process-overview")


def test_the_list_options_work(office: Office) -> None:
    assert (
        office.ok("rules", "list", "--sort", "id", "--limit", "2", "--format", "ids").out
        == "approval-deadline\nassign\n"
    )
    done = office.run("rules", "list", "--sort", "parameters")
    assert (done.status, done.out) == (2, "")
    assert "parameters is not a field to sort by" in done.err


def test_a_rule_is_shown_with_all_that_is_known_of_it(office: Office) -> None:
    found = office.json("rules", "show", "stale-downgrade")
    assert list(found) == [*KEYS, "text", "keys"]
    assert found["text"].startswith("An open customer of the given grade with whom nothing progressed")
    assert [(key["key"], key["value"]) for key in found["keys"]] == [
        ("grade", "B"),
        ("days", "14"),
        ("to", "C"),
        ("warn_days", "3"),
    ]
    out = office.ok("rules", "show", "stale-downgrade").out.splitlines()
    assert out[:3] == [
        "Rule:       stale-downgrade",
        "Title:      A customer without progress falls",
        "Strength:   compute",
    ]
    assert "Applies to: customer" in out
    assert out[-1].split("  ")[1:3] == ["stale-downgrade.warn_days", "the owner is warned so many days before (days)"]
    assert out[-1].endswith("  3")


def test_a_rule_in_chinese(office: Office) -> None:
    out = office.ok("rules", "show", "cadence", lang="zh").out
    assert out.startswith("规则:     cadence\n标题:     最长跟进间隔\n力度:     计算\n")
    assert "客户、跟进" in out
    assert "The next follow-up" not in out
    assert office.json("rules", "show", "cadence", lang="zh")["applies_to"] == ["customer", "follow-up"]


@pytest.mark.parametrize("rule", sorted(rule.id for rule in RULES))
def test_each_can_be_shown_in_eighty_columns(office: Office, rule: str) -> None:
    office.environment["COLUMNS"] = "80"
    for lang in ("en", "zh"):
        out = office.ok("rules", "show", rule, "--format", "table", lang=lang).out
        assert max(width(line) for line in out.splitlines()) <= 80


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("cadense", 'error [not-found]: there is no rule "cadense": did you mean cadence?\n'),
        ("discount", 'error [not-found]: there is no rule "discount": did you mean discount-authority?\n'),
        ("xyz", 'error [not-found]: there is no rule "xyz": see: salesflow rules list\n'),
        ("", 'error [not-found]: there is no rule "": see: salesflow rules list\n'),
    ],
)
def test_an_unknown_rule(office: Office, typed: str, says: str) -> None:
    done = office.run("rules", "show", typed)
    assert (done.status, done.out, done.err) == (3, "", says)


def test_the_shell_completes_rules(office: Office) -> None:
    done = office.program(
        _SALESFLOW_COMPLETE="complete_bash", COMP_WORDS="salesflow rules show price-f", COMP_CWORD="3"
    )
    assert (done.status, done.out.split(",")[-1].strip()) == (0, "price-floor")


def test_as_a_program_of_its_own(office: Office) -> None:
    done = office.program("rules", "list", "--format", "ids")
    assert (done.status, done.err, done.out.count("\n")) == (0, "", len(RULES))


def test_the_rule_book_before_there_is_a_database(office: Office, tmp_path: Path) -> None:
    office.database = tmp_path / "none.db"
    done = office.run("rules", "list", "--format", "ids")
    assert (done.status, done.out.splitlines()) == (0, [rule.id for rule in RULES])
    assert "there is no database yet: these are the rules of preset balanced" in done.err
    assert "cadence" in office.ok("rules", "show", "cadence").out
    assert not (tmp_path / "none.db").exists()
    assert office.run("policy", "show").status == 7, "a policy is in force only in a database"
