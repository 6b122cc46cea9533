"""Tab: what the shell is offered for values, and that nothing is ever said when something is wrong."""

from __future__ import annotations

import pytest

from tests import leads
from tests.conftest import Office


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(office, leads.new("杭州云帆科技有限公司", tags=("国企",)), leads.new("杭州云海贸易有限公司", region="SH"))
    return office


def offered(office: Office, line: str, lang: str = "en", **extra: str) -> list[str]:
    """What fish would show when Tab is pressed at the end of the line: "value: meaning"."""
    done = office.program(lang=lang, _SALESFLOW_COMPLETE="complete_fish", _TYPER_COMPLETE_ARGS=f"salesflow {line}",
                          _TYPER_COMPLETE_FISH_ACTION="get-args", **extra)  # fmt: skip
    assert (done.status, done.err) == (0, "")
    return [": ".join(row.split("\t")) for row in done.out.splitlines() if row]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("customer show HZ", ["HZ2026001: 杭州云帆科技有限公司"]),
        ("customer show ", ["HZ2026001: 杭州云帆科技有限公司", "SH2026001: 杭州云海贸易有限公司"]),
        ("customer show 杭州云海", ["杭州云海贸易有限公司: SH2026001"]),
        ("contact reveal S", ["SH2026001: 杭州云海贸易有限公司"]),
        ("customer status XX", []),
        ("customer status HZ2026001 in", ["interested", "invalid"]),
        ("customer list --grade ", ["A", "B", "C"]),
        ("customer list --owner z", ["zhang.wei: 张伟", "zhao.lei: 赵磊"]),
        ("customer list --tag ", ["国企"]),
        ("customer add --industry man", ["manufacturing"]),
        ("customer sh", ["show: Show a customer's file: contacts, plan,..."]),
    ],
)
def test_values(stock: Office, line: str, values: list[str]) -> None:
    assert offered(stock, line) == values


def test_meanings_are_in_the_readers_language(stock: Office) -> None:
    assert offered(stock, "customer list --status ho", lang="zh") == ["hot: 高意向"]
    assert offered(stock, "customer list --industry 制造", lang="zh") == ["制造业: manufacturing"]
    assert offered(stock, "customer list --industry ret", lang="zh") == ["retail: 零售业"]


def test_the_database_is_the_one_on_the_command_line(stock: Office) -> None:
    elsewhere = {"SALESFLOW_DB": "/nowhere/at.all"}
    assert offered(stock, f"--db {stock.database} customer show HZ", **elsewhere) == ["HZ2026001: 杭州云帆科技有限公司"]
    assert offered(stock, "customer show HZ", **elsewhere) == []


def test_nothing_is_said_where_there_is_no_database(office: Office) -> None:
    office.database.write_text("no database")
    assert offered(office, "customer show HZ") == []


def test_archived_customers_are_not_offered_and_fifty_are_enough(office: Office) -> None:
    leads.add(office, *(leads.new(f"公司{number}号") for number in range(60)))
    leads.archive(office, "HZ2026001")
    values = offered(office, "customer show HZ")
    assert len(values) == 50
    assert values[0] == "HZ2026002: 公司1号"
