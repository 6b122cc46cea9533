"""salesflow opportunity, as people and programs use it."""

from __future__ import annotations

import json

import pytest

from salesflow.enums import OpportunityStage
from salesflow.i18n import render
from salesflow.queries import opportunities as queries
from tests import deals, leads
from tests.conftest import PROGRAM, Office, outside
from tests.terminal import sit_down

KEYS = [
    "number", "customer_code", "customer_name", "title", "stage", "days_in_stage", "days_over", "amount", "probability",
    "expected_close", "days_overdue", "weighted", "owner", "stage_since", "created_at", "closed_on", "loss_reason", "version",
]  # fmt: skip
NESTED = ["products", "history", "quotes", "contracts", "orders", "followups"]
NEW = ("--title", "扫码终端 50 台", "--amount", "20万", "--expected-close", "2026-05-31")


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    office.ok("opportunity", "add", "明远", *NEW, "--product", deals.SKU)
    return office


def numbers(office: Office, *words: str, **settings: str) -> list[str]:
    return [row["number"] for row in office.json("opportunity", "list", *words, **settings)]


def test_adding_says_what_it_is_worth(office: Office) -> None:
    deals.furnish(office)
    done = office.ok("opportunity", "add", "明远", *NEW)
    assert done.out.splitlines() == [
        f"SJ2026-0001: opportunity of HZ2026001 {deals.NAME}",
        "200,000.00 at 10 %: weighted 20,000.00",
        "in stage discovery since 2026-03-02; it may be there until 2026-04-01",
    ]
    made = office.json("opportunity", "add", "明远", "--title", "二期", *NEW[2:], "--product", "yf-900")
    assert list(made) == [*KEYS, *NESTED]
    assert (made["number"], made["stage"], made["amount"], made["weighted"]) == (
        "SJ2026-0002", "discovery", "200000.00", "20000.00",
    )  # fmt: skip
    assert office.ok("opportunity", "add", "明远", "--title", "三期", *NEW[2:], "--quiet").out == "SJ2026-0003\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("add", "明远", *NEW), 6, "there is an open opportunity with that title already: SJ2026-0001"),
        (("add", "没有", *NEW), 3, "there is no customer 没有"),
        (
            ("add", "明远", "--title", "x", "--amount", "-5", "--expected-close", "2026-05-31"),
            2,
            "must not be negative",
        ),
        (("add", "明远", "--title", "x", "--amount", "5", "--expected-close", "2026-02-30"), 2, "--expected-close"),
        (("move", "SJ2026-0009", "proposal"), 3, "there is no opportunity SJ2026-0009"),
        (("move", "SJ2026-0001", "propsal"), 2, "propsal"),
        (("move", "SJ2026-0001", "won"), 2, "an opportunity is not moved to won"),
        (("lose", "SJ2026-0001", "--reason", "nothing"), 2, "nothing"),
        (("win", "SJ2026-0001", "--on", "tomorrow"), 2, "2026-03-03 is in the future"),
        (("edit", "SJ2026-0001"), 2, "there is nothing to change"),
        (("list", "--mine", "--owner", "li.na"), 2, "--owner and --mine exclude each other"),
    ],
)
def test_what_is_refused_is_one_line(shop: Office, words: tuple[str, ...], status: int, said: str) -> None:
    before = leads.rows(shop, "SELECT count(*) AS n FROM audit_entry")
    done = shop.run("opportunity", *words)
    assert done.out == ""
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert done.status == status
    assert leads.rows(shop, "SELECT count(*) AS n FROM audit_entry") == before


def test_its_life(shop: Office) -> None:
    moved = shop.ok("opportunity", "move", "sj2026-0001", "negotiation")
    assert moved.out.splitlines()[0] == "SJ2026-0001: discovery -> negotiation"
    edited = shop.ok("opportunity", "edit", "SJ2026-0001", "--amount", "24万", "--without", deals.SKU)
    assert edited.out.splitlines()[0] == ("SJ2026-0001: Amount 200,000.00 -> 240,000.00, Products YF-100 -> empty")
    assert shop.ok("opportunity", "edit", "SJ2026-0001", "--amount", "24万").out.startswith(
        "SJ2026-0001: nothing changed\n"
    )
    lost = shop.ok("opportunity", "lose", "SJ2026-0001", "--reason", "price", "--note", "恒通低 15%")
    assert lost.out.splitlines() == [
        "SJ2026-0001: negotiation -> lost",
        "the customer has no other open opportunity; if it is lost too: salesflow customer status",
    ]
    assert shop.ok("opportunity", "move", "SJ2026-0001", "contract", "--reason", "恒通交不了货").status == 0
    assert shop.ok("opportunity", "win", "SJ2026-0001").out == "SJ2026-0001: contract -> won\n"
    page = shop.ok("opportunity", "show", "SJ2026-0001").out
    assert "恒通低 15%" in page
    assert "恒通交不了货" in page


def test_it_is_given_to_somebody_else(shop: Office) -> None:
    done = shop.ok("opportunity", "edit", "SJ2026-0001", "--owner", "zhao.lei")
    assert done.out.splitlines()[0] == "SJ2026-0001: Owner li.na -> zhao.lei"
    assert numbers(shop, "--mine", user="zhao.lei") == ["SJ2026-0001"]


def test_the_list_shows_open_ones(shop: Office) -> None:
    shop.ok("opportunity", "add", "明远", "--title", "二期", "--amount", "5万", "--expected-close", "2026-04-15")
    shop.ok("opportunity", "add", "明远", "--title", "丢的", "--amount", "5万", "--expected-close", "2026-04-15")
    shop.ok("opportunity", "lose", "SJ2026-0003", "--reason", "other")
    assert numbers(shop) == ["SJ2026-0002", "SJ2026-0001"]
    assert numbers(shop, "--all") == ["SJ2026-0002", "SJ2026-0003", "SJ2026-0001"]
    assert numbers(shop, "--stage", "lost") == ["SJ2026-0003"]
    assert numbers(shop, "--mine", user="zhao.lei") == []
    assert numbers(shop, "--owner", "li.na", "--customer", "明远") == ["SJ2026-0002", "SJ2026-0001"]
    assert numbers(shop, "--sort", "amount", "--reverse") == ["SJ2026-0001", "SJ2026-0002"]
    shop.ok("opportunity", "move", "SJ2026-0002", "proposal", now="2026-03-09 09:00")
    assert numbers(shop, "--sort", "days_in_stage", now="2026-03-10 09:00") == ["SJ2026-0002", "SJ2026-0001"]
    assert [list(row) for row in shop.json("opportunity", "list")] == [KEYS] * 2
    assert shop.ok("opportunity", "list", "--format", "ids").out == "SJ2026-0002\nSJ2026-0001\n"


def test_what_stands_still_is_flagged(shop: Office) -> None:
    later = {"now": "2026-04-02 09:00"}
    (row,) = shop.json("opportunity", "list", "--overdue", **later)
    assert (row["days_in_stage"], row["days_over"], row["days_overdue"]) == (31, 1, 0)
    assert numbers(shop, "--overdue", now="2026-04-01 23:00") == []
    shop.ok("opportunity", "move", "SJ2026-0001", "proposal", **later)
    assert numbers(shop, "--overdue", **later) == []
    (late,) = shop.json("opportunity", "list", "--overdue", now="2026-06-02 09:00")
    assert (late["days_over"], late["days_overdue"]) == (31, 2)


def test_what_is_closed_is_never_overdue(shop: Office) -> None:
    shop.ok("opportunity", "add", "明远", "--title", "二期", "--amount", "5万", "--expected-close", "2026-04-15")
    shop.ok("opportunity", "win", "SJ2026-0001")
    shop.ok("opportunity", "lose", "SJ2026-0002", "--reason", "price")
    shop.ok("opportunity", "add", "明远", "--title", "三期", "--amount", "5万", "--expected-close", "2026-04-15")
    later = {"now": "2027-01-04 09:00"}
    assert numbers(shop, "--stage", "won", **later) == ["SJ2026-0001"]
    assert numbers(shop, "--stage", "won", "--overdue", **later) == []
    assert numbers(shop, "--stage", "lost", "--overdue", **later) == []
    assert numbers(shop, "--stage", "discovery", "--overdue", **later) == ["SJ2026-0003"]
    assert numbers(shop, "--all", "--overdue", **later) == ["SJ2026-0003"]


def test_it_is_on_the_agenda_of_its_owner(shop: Office) -> None:
    def sections(now: str, user: str = "li.na") -> list[dict[str, object]]:
        found = shop.json("today", now=now, user=user)["sections"]
        return [item for section in found if section["kind"] == "opportunity" for item in section["items"]]

    assert sections("2026-04-01 09:00") == []
    (item,) = sections("2026-04-02 09:00")
    assert (item["ref"], item["due_on"], item["at_risk"]) == ("SJ2026-0001", "2026-04-01", "20000.00")
    assert item["text"] == "扫码终端 50 台: in stage discovery for 31 days, 30 are allowed"
    shop.ok("opportunity", "move", "SJ2026-0001", "contract", now="2026-05-30 09:00")
    (closing,) = sections("2026-06-01 09:00")
    assert closing["text"] == "扫码终端 50 台: in stage contract, expected to close on 2026-05-31"
    assert sections("2026-06-01 09:00", user="zhao.lei") == []


def test_what_belongs_to_it(shop: Office) -> None:
    order = deals.created(shop)
    for table, number in (("quote", "Q2026-0001"), ("sales_order", order)):
        leads.execute(shop, f"UPDATE {table} SET opportunity_id = 1 WHERE number = :number", number=number)
    contract = (
        "INSERT INTO contract (number, customer_id, owner_id, opportunity_id, state, revision, created_at, created_on, version) "
        "VALUES ('HT2026-0001', 1, 3, 1, 'draft', 1, '2026-03-02 01:00:00', '2026-03-02', 1)"
    )
    leads.execute(shop, contract)
    revision = (
        "INSERT INTO contract_revision (contract_id, revision, title, amount, reason, made_at, by_id, policy_id) "
        "VALUES (1, 1, '合同', 123, '', '2026-03-02 01:00:00', 3, 1)"
    )
    leads.execute(shop, revision)
    shop.ok(
        "followup", "log", "明远", "--method", "phone", "--content", "谈了 2 次交期", "--opportunity", "sj2026-0001"
    )
    page = shop.json("opportunity", "show", "SJ2026-0001")
    assert [(one["number"], one["state"]) for one in page["quotes"]] == [("Q2026-0001", "accepted")]
    assert [(one["number"], one["amount"]) for one in page["contracts"]] == [("HT2026-0001", "1.23")]
    assert [one["number"] for one in page["orders"]] == [order]
    assert [one["content"] for one in page["followups"]] == ["谈了 2 次交期"]


def test_a_follow_up_is_about_the_customers_own(shop: Office) -> None:
    leads.add(shop, leads.new(phone="13712345678"))
    words = ("--method", "phone", "--content", "谈了 2 次交期", "--opportunity", "SJ2026-0001")
    logged = shop.json("followup", "log", "明远", *words)
    assert logged["opportunity"] == "SJ2026-0001"
    assert shop.json("followup", "list")[0]["opportunity"] == "SJ2026-0001"
    done = shop.run("followup", "log", "云帆", *words)
    assert done.status != 0
    assert "SJ2026-0001 is not an opportunity of HZ2026002" in done.err
    assert len(shop.json("followup", "list")) == 1


def test_a_lost_customers_open_ones_are_named(shop: Office) -> None:
    lost = ("lost", "--reason", "价格高出 15%", "--loss-reason", "price")
    done = shop.ok("customer", "status", "明远", *lost)
    assert done.out.splitlines()[-1] == (
        "1 opportunity of HZ2026001 is still open: SJ2026-0001; close it with: salesflow opportunity lose"
    )
    assert "opportunit" not in shop.ok("customer", "status", "明远", "interested", "--reason", "回来了").out


def test_a_log_that_loses_the_customer_says_so_too(shop: Office) -> None:
    words = (
        "--method",
        "phone",
        "--content",
        "选了恒通",
        "--status",
        "lost",
        "--reason",
        "价格",
        "--loss-reason",
        "price",
    )
    assert "SJ2026-0001" in shop.ok("followup", "log", "明远", *words).out


def test_the_file_the_timeline_and_explain_know_it(shop: Office) -> None:
    shop.ok("opportunity", "move", "SJ2026-0001", "proposal")
    (one,) = shop.json("customer", "show", "明远")["opportunities"]
    assert (one["number"], one["stage"], one["amount"]) == ("SJ2026-0001", "proposal", "200000.00")
    entries = shop.json("customer", "timeline", "明远", "--kind", "opportunity")["entries"]
    assert [entry["text"] for entry in entries] == ["discovery -> proposal", "扫码终端 50 台, 200,000.00: discovery"]
    why = shop.json("explain", "sj2026-0001")
    assert (why["kind"], [one["rule"] for one in why["decisions"]]) == ("opportunity", ["opportunity-age"])


def test_files_are_attached_to_it(shop: Office, tmp_path: object) -> None:
    path = f"{tmp_path}/方案.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.write("方案")
    shop.ok("attachment", "add", "SJ2026-0001", path, "--kind", "proposal")
    assert [one["subject_ref"] for one in shop.json("attachment", "list", "SJ2026-0001")] == ["SJ2026-0001"]


def test_as_a_program_of_its_own(shop: Office) -> None:
    done = shop.program("opportunity", "add", "明远", "--title", "二期", *NEW[2:], "--json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["number"] == "SJ2026-0002"
    assert shop.program("opportunity", "list", "--format", "ids").out.split() == ["SJ2026-0001", "SJ2026-0002"]


def test_in_an_empty_database(office: Office) -> None:
    assert office.json("opportunity", "list") == []
    assert office.ok("opportunity", "list").out == ""


def test_at_a_terminal_what_is_late_comes_first_and_the_sum_last(shop: Office) -> None:
    environ = outside(shop.environ(now="2026-06-02 09:00"), COLUMNS="80", TERM="xterm")
    seen = sit_down([*PROGRAM, "opportunity", "list"], environ)
    assert "SJ2026-0001" in seen.screen
    assert "1 open opportunity over 200,000.00, weighted 20,000.00" in seen.screen
    assert max(map(len, seen.screen.splitlines()[:3])) <= 120


def test_the_sum_is_that_of_the_stage_asked_for(shop: Office) -> None:
    shop.ok("opportunity", "add", "明远", "--title", "二期", "--amount", "5万", "--expected-close", "2026-04-15")
    shop.ok("opportunity", "move", "SJ2026-0002", "negotiation")
    context = shop.context()
    sums = {stage: queries.pipeline(context, queries.Wanted(stage)) for stage in OpportunityStage}
    assert {stage.value: render(said) for stage, said in sums.items() if said is not None} == {
        "discovery": "1 open opportunity over 200,000.00, weighted 20,000.00",
        "negotiation": "1 open opportunity over 50,000.00, weighted 30,000.00",
    }


def test_completion_offers_open_ones(shop: Office) -> None:
    extra = {"_SALESFLOW_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": "salesflow opportunity show SJ"}
    assert "SJ2026-0001" in shop.program(_TYPER_COMPLETE_FISH_ACTION="get-args", **extra).out


def test_in_chinese(shop: Office) -> None:
    zh = {"lang": "zh"}
    moved = shop.ok("opportunity", "move", "SJ2026-0001", "谈判", **zh)
    assert moved.out.splitlines() == [
        "SJ2026-0001：需求挖掘 → 谈判", "200,000.00，概率 60 %：加权 120,000.00", "2026-03-02 起处于谈判阶段；最迟到 2026-03-23",
    ]  # fmt: skip
    back = shop.run("opportunity", "move", "SJ2026-0001", "方案", **zh)
    assert back.err == "错误 [missing-value]：SJ2026-0001 从谈判退回方案：须注明原因：请说明原因：--reason 文字\n"
    shop.ok("opportunity", "lose", "SJ2026-0001", "--reason", "价格", "--note", "恒通低 15%", **zh)
    assert "价格：恒通低 15%" in shop.ok("opportunity", "show", "SJ2026-0001", **zh).out
