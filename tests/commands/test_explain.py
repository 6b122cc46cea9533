"""salesflow explain: what is printed, in both languages, as JSON and at 80 columns."""

from __future__ import annotations

import pytest

from salesflow.text import width
from tests import deals, leads
from tests.conftest import Office

KEYS = ["ref", "kind", "name", "policy_id", "decided_under", "decisions", "inputs"]
DECISION_KEYS = ["rule", "outcome", "strength", "text", "source", "facts"]
REFS = ("HZ2026001", "Q2026-0001", "DD2026-0001", "AP2026-0001", "AP2026-0002")


@pytest.fixture
def busy(office: Office) -> Office:
    """A customer, a quote at 12 % that waits for the manager, an order that is approved by the manager."""
    deals.furnish(office)
    deals.quote(office, discount=deals.ABOVE)
    deals.ordered(office)
    deals.approve(office, "AP2026-0002", "zhang.wei")
    return office


def test_a_quote_explained(busy: Office) -> None:
    assert busy.ok("explain", "q2026-0001").out == (
        "Record:                Q2026-0001\n"
        "Kind:                  quote\n"
        "Customer:              杭州明远制造有限公司\n"
        "Policy version:        1\n"
        "Decided under version: 1\n"
        "\n"
        "Rules:\n"
        "  Rule                Outcome  Strength  Why\n"
        "  price-valid         first    compute   line 1: YF-100 costs 10,000.00, its first price\n"
        "  auto-discount       none     compute   line 1: no automatic discount\n"
        "  needs-before-quote  none     hint      no needs of the customer are kept\n"
        "  discount-authority  above    route     12 % on line 1 is above the submitter's 10 %; it needs: manager\n"
        "  price-floor         ok       off       line 1: 8,800.00 is not below the floor\n"
        "  quote-validity      ok       off       the quote stands until 2026-04-01\n"
        "  approval-deadline   pending  compute   manager: to be decided by 2026-03-03 18:00, within 1 working day\n"
        "\n"
        "Inputs and sources:\n"
        "  Rule                Facts                                                                                                              Source\n"
        "  price-valid         line: 1; sku: YF-100; on: 2026-03-02; list_price: 10,000.00; floor_price: 7,000.00; valid_from: null; price: null  process-overview\n"
        "  auto-discount       line: 1; grade: null; quantity: 1; list_amount: 10,000.00; discount: 0 %                                           template-guide\n"
        "  needs-before-quote  list_version: null; confirmed_version: null; confirmed_on: null                                                    template-guide, order-toolkit\n"
        '  discount-authority  discount: 12 %; line: 1; authority: 10 %; roles: ["rep"]                                                           template-guide\n'
        "  price-floor         line: 1; amount: 8,800.00; floor_amount: 7,000.00; cost_amount: 6,000.00; min_margin: 0 %                          order-toolkit, process-overview\n"
        "  quote-validity      valid_until: 2026-04-01; today: 2026-03-02; days_left: 30                                                          template-guide\n"
        "  approval-deadline   role: manager; waiting_since: 2026-03-02T09:00:00+08:00; decided: null; due_at: 2026-03-03T18:00:00+08:00          process-toolkit\n"
    )


def test_a_quote_explained_in_chinese(busy: Office) -> None:
    lines = busy.ok("explain", "Q2026-0001", lang="zh").out.splitlines()
    assert [line.split() for line in lines[:3]] == [
        ["记录:", "Q2026-0001"],
        ["类别:", "报价"],
        ["客户:", "杭州明远制造有限公司"],
    ]
    [authority, _] = [line for line in lines if line.startswith("  discount-authority")]
    assert authority.split()[:3] == ["discount-authority", "above", "转审批"]
    assert "12 %" in authority
    assert "above the" not in authority


@pytest.mark.parametrize("ref", REFS)
def test_no_english_sentence_is_left_in_chinese(busy: Office, ref: str) -> None:
    found = busy.json("explain", ref, lang="zh")["decisions"]
    english = {decision["text"] for decision in busy.json("explain", ref)["decisions"]}
    assert not english & {decision["text"] for decision in found}
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in decision["text"]) for decision in found)


@pytest.mark.parametrize("ref", REFS)
def test_the_keys(busy: Office, ref: str) -> None:
    found = busy.json("explain", ref)
    assert list(found) == KEYS
    assert found["ref"] == ref
    assert found["kind"] == {"H": "customer", "Q": "quote", "D": "order", "A": "approval"}[ref[0]]
    assert found["decisions"]
    assert [list(decision) for decision in found["decisions"]] == [DECISION_KEYS] * len(found["decisions"])
    chinese = busy.json("explain", ref, lang="zh")["decisions"]
    for english, other in zip(found["decisions"], chinese, strict=True):
        assert {**other, "text": ""} == {**english, "text": ""}  # codes and keys are the same in every language


def test_the_facts_as_json(busy: Office) -> None:
    found = {decision["rule"]: decision for decision in busy.json("explain", "Q2026-0001")["decisions"]}
    assert found["discount-authority"] == {
        "rule": "discount-authority",
        "outcome": "above",
        "strength": "route",
        "text": "12 % on line 1 is above the submitter's 10 %; it needs: manager",
        "source": ["template-guide"],
        "facts": {"discount": "12 %", "line": 1, "authority": "10 %", "roles": ["rep"]},
    }
    assert found["quote-validity"]["facts"] == {"valid_until": "2026-04-01", "today": "2026-03-02", "days_left": 30}
    assert found["approval-deadline"]["facts"] == {
        "role": "manager",
        "waiting_since": "2026-03-02T09:00:00+08:00",
        "decided": None,
        "due_at": "2026-03-03T18:00:00+08:00",
    }


def test_the_reason_of_the_route_is_that_of_the_inbox(busy: Office) -> None:
    inbox = busy.json("approval", "list", user="zhang.wei")[0]
    found = {decision["rule"]: decision["text"] for decision in busy.json("explain", "Q2026-0001")["decisions"]}
    assert inbox["why"] == "12 % on line 1 is above 10 %"
    assert found[inbox["rule"]].startswith("12 % on line 1 is above the submitter's 10 %")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("ref", REFS)
def test_everything_fits_eighty_columns_and_no_sentence_is_cut(busy: Office, ref: str, lang: str) -> None:
    busy.environment["COLUMNS"] = "80"
    done = busy.ok("explain", ref, "--format", "table", lang=lang)
    lines = done.out.splitlines()
    assert max(width(line) for line in lines) <= 80
    rules = lines[: lines.index({"en": "Inputs and sources", "zh": "依据与出处"}[lang])]
    assert "…" not in "".join(rules)
    assert done.err == ""


def test_escapes_in_what_people_wrote_are_shown_harmlessly(busy: Office) -> None:
    leads.execute(busy, "UPDATE customer SET name = 'a\x1b[2Jb', budget_consent = 'c\x1b]0;d', budget_cipher = x'00'")
    for words in (("--format", "table"), ("--json",), ()):
        assert "\x1b" not in busy.ok("explain", "HZ2026001", *words).out


@pytest.mark.parametrize(
    ("ref", "code", "says"),
    [
        ("Q2026-0099", "unknown-quote", "there is no quote Q2026-0099: see: salesflow quote list"),
        ("DD2026-0099", "unknown-order", "there is no order DD2026-0099: see: salesflow order list"),
        ("AP2026-0099", "unknown-approval", "there is no approval AP2026-0099: see: salesflow approval list --all"),
        ("没有这家", "unknown-customer", "there is no customer 没有这家"),
        ("有限公司", "ambiguous", "有限公司 means more than one customer: give the code of one of them: HZ2026002"),
    ],
)
def test_what_is_not_there(busy: Office, ref: str, code: str, says: str) -> None:
    leads.add(busy, leads.new("杭州云海有限公司"))
    done = busy.run("explain", ref)
    assert (done.status, done.out, done.err.count("\n")) == (3, "", 1)
    assert f"error [{code}]: {says}" in done.err


@pytest.mark.parametrize(
    ("typed", "offered"), [("Q", "Q2026-0002 Q2026-0001"), ("AP", "AP2026-0001"), ("HZ", "HZ2026001")]
)
def test_the_shell_completes_whatever_can_be_explained(busy: Office, typed: str, offered: str) -> None:
    done = busy.program(_SALESFLOW_COMPLETE="complete_bash", COMP_WORDS=f"salesflow explain {typed}", COMP_CWORD="2")
    assert done.status == 0
    found = [line.split(",")[1].split("\t")[0] if "," in line else line for line in done.out.splitlines()]
    assert set(offered.split()) <= set(found)


def test_as_a_program_of_its_own(busy: Office) -> None:
    done = busy.program("explain", "DD2026-0001", "--json")
    assert (done.status, done.err) == (0, "")
    assert [decision["rule"] for decision in done.json["decisions"]][:3] == [
        "contract-first",
        "order-approval",
        "credit-limit",
    ]
