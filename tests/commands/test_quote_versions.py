"""salesflow quote revise, submit, diff, accept, decline, and what list and show make of versions: texts, JSON, exit statuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesflow.text import width
from tests import deals
from tests.conftest import Office

Q = "Q2026-0001"
MAKE = ("quote", "make", "明远", "--item")
REVISE = ("quote", "revise", Q)


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    office.ok("product", "add", "SVC-1", "--name", "实施服务", "--list-price", "1200")
    office.ok(*MAKE, "YF-100:2", "--item", "SVC-1:10", "--payment-terms", "月结")
    return office


def test_revising_says_what_it_comes_to(shop: Office) -> None:
    done = shop.ok(
        "quote", "revise", "q2026-0001", "--set-item", "yf-100:3", "--drop-item", "SVC-1", "--discount", "12"
    )
    assert done.out.splitlines() == [
        "made version 2 of Q2026-0001 for 杭州明远制造有限公司: 32,000.00 -> 26,400.00",
        "valid until 2026-04-01, 30 days from 2026-03-02",
        "step 1: manager [discount-authority]: 12 % on line 1 is above 10 %",
        "it waits for its approval, AP2026-0001",
    ]
    assert done.err.startswith("hint [needs-before-quote]: ")


def test_what_is_written_as_json_is_the_new_version(shop: Office) -> None:
    made = shop.json(*REVISE, "--add-item", "YF-100:1@9500", "--extra", "培训", "--draft")
    assert made == shop.json("quote", "show", Q)
    assert (made["version"], made["state"], [line["sku"] for line in made["lines"]]) == (
        2, "draft", ["YF-100", "SVC-1", "YF-100"]
    )  # fmt: skip
    assert [(one["version"], one["state"]) for one in made["versions"]] == [(1, "superseded"), (2, "draft")]
    assert shop.ok(*REVISE, "--no-extras", "--quiet").out == f"{Q}\n"
    assert shop.json("quote", "show", Q)["extras"] == []


def test_an_earlier_version_stays_readable(shop: Office) -> None:
    shop.ok(*REVISE, "--item", "YF-100:1")
    first = shop.json("quote", "show", Q, "--version", "1")
    assert (first["version"], first["state"], len(first["lines"])) == (1, "superseded", 2)
    assert shop.json("quote", "show", Q)["version"] == 2
    done = shop.run("quote", "show", Q, "--version", "3")
    assert (done.status, done.out) == (3, "")
    assert done.err == (
        "error [unknown-version]: Q2026-0001 has no version 3: the newest one is 2: salesflow quote show Q2026-0001\n"
    )


def test_a_list_has_each_quote_once(shop: Office) -> None:
    shop.ok(*REVISE, "--discount", "1")
    shop.ok(*MAKE, "YF-100:1")
    ids = ("--format", "ids")
    assert shop.ok("quote", "list", *ids).out == f"Q2026-0002\n{Q}\n"
    assert shop.ok("quote", "list", "--versions", *ids).out == f"Q2026-0002\n{Q}\n{Q}\n"
    assert shop.ok("quote", "list", "--state", "superseded", *ids).out == f"{Q}\n"
    assert {row["version"] for row in shop.json("quote", "list", "--versions")} == {1, 2}


def test_submitting_a_draft(shop: Office) -> None:
    shop.ok(*MAKE, "YF-100:1-12%", "--draft")
    assert shop.ok("quote", "submit", "q2026-0002").out.splitlines() == [
        "submitted Q2026-0002 for HZ2026001 杭州明远制造有限公司: 8,800.00",
        "valid until 2026-04-01, 30 days from 2026-03-02",
        "step 1: manager [discount-authority]: 12 % on line 1 is above 10 %",
        "it waits for its approval, AP2026-0001",
    ]
    again = shop.run("quote", "submit", "Q2026-0002")
    assert (again.status, again.out) == (4, "")


def test_the_differences_for_people(shop: Office) -> None:
    shop.ok(*REVISE, "--set-item", "YF-100:3@9000", "--extra", "培训", "--warranty", "一年")
    done = shop.ok("quote", "diff", Q)
    assert done.out.splitlines() == [
        "Line            Field             Before     After      Change",
        "line 1: YF-100  Quantity          2          3          +1",
        "line 1: YF-100  Discount          0 %        10 %       +10 %",
        "line 1: YF-100  Unit price        10,000.00  9,000.00   -1,000.00",
        "line 1: YF-100  Tax               2,300.88   3,106.19   +805.31",
        "line 1: YF-100  Amount            20,000.00  27,000.00  +7,000.00",
        "line 1: YF-100  Margin            40 %       33.33 %    -6.67 %",
        "培训            extra                        0.00",
        "the quote       Goods             32,000.00  39,000.00  +7,000.00",
        "the quote       Discount          0.00       3,000.00   +3,000.00",
        "the quote       Tax included      3,681.41   4,486.72   +805.31",
        "the quote       Total             32,000.00  39,000.00  +7,000.00",
        "the quote       Largest discount  0 %        10 %       +10 %",
        "the quote       Warranty                     一年",
    ]
    assert done.err == "note: 1 line is as before\n"


def test_the_differences_for_spreadsheets_are_numbers(shop: Office) -> None:
    shop.ok(*REVISE, "--set-item", "YF-100:3@9000", "--discount", "5", "--extra", "培训=200", "--warranty", "-1 年")
    lines = shop.ok("quote", "diff", Q, "--format", "csv").out.splitlines()
    assert lines[:3] == [
        "field,where,what,before,after,change",
        "quantity,line 1: YF-100,Quantity,2,3,1",
        "discount,line 1: YF-100,Discount,0.00,10.00,10.00",
    ]
    assert "amount,line 2: SVC-1,Amount,12000.00,11400.00,-600.00" in lines
    assert "extra,培训,extra,,200.00," in lines
    assert "warranty,the quote,Warranty,,'-1 年," in lines, "a text stays one"
    back = shop.ok("quote", "diff", Q, "2", "1", "--format", "tsv").out
    assert "amount\tline 2: SVC-1\tAmount\t11400.00\t12000.00\t600.00" in back


DIFF_KEYS = [
    "number", "customer_code", "customer_name", "from_version", "to_version", "lines", "unchanged_lines", "totals", "rates",
    "terms", "extras",
]  # fmt: skip
SIDES = ("quantity", "list_price", "discount", "unit_price", "tax_rate", "tax", "amount", "margin")
GIVEN_KEYS = [
    "number", "version", "created_on", "state", "list_total", "given_away", "discount", "max_discount", "approved_by",
    "free_extras", "self_approved", "total", "owner", "accepted_on",
]  # fmt: skip


def test_the_keys_that_scripts_rely_on(shop: Office) -> None:
    shop.ok(*REVISE, "--discount", "5", "--extra", "培训", "--note", "急")
    found = shop.json("quote", "diff", Q, "1", "2")
    assert list(found) == DIFF_KEYS
    assert list(found["lines"][0]) == [
        "change", "sku", "name", "line_before", "line_after", *(f"{key}_{side}" for key in SIDES for side in ("before", "after"))
    ]  # fmt: skip
    assert list(found["totals"][0]) == ["field", "before", "after", "change"]
    assert list(found["rates"][0]) == ["field", "before", "after", "change"]
    assert list(found["terms"][0]) == ["field", "before", "after"]
    assert list(found["extras"][0]) == ["text", "before", "after"]
    line = found["lines"][0]
    assert (line["unit_price_before"], line["unit_price_after"], line["margin_after"]) == (
        "10000.00",
        "9500.00",
        "36.84",
    )
    given = shop.json("quote", "list", "--concessions", "明远")
    assert list(given) == ["customer_code", "customer_name", "accepted", "open", "ended", "quotes"]
    assert list(given["quotes"][0]) == GIVEN_KEYS
    assert list(given["accepted"]) == ["quotes", "list_total", "given_away", "discount"]


def test_what_was_given_for_people(shop: Office) -> None:
    shop.ok(*REVISE, "--discount", "12", "--extra", "培训")
    shop.ok("approval", "approve", "AP2026-0001", user="zhang.wei")
    shop.ok("quote", "accept", Q)
    done = shop.ok("quote", "list", "--concessions", "明远")
    assert done.out.splitlines() == [
        "No.         Version  Made        Outcome     Given away  All in  Approved by  Free extras",
        "Q2026-0001        2  2026-03-02  accepted      3,840.00    12 %  zhang.wei    培训",
        "Q2026-0001        1  2026-03-02  superseded        0.00     0 %",
    ]
    assert done.err == (
        "note: accepted: 3,840.00 off 32,000.00 (12 %); open: 0.00 off 0.00 (0 %); declined or expired: 0.00 off 0.00 (0 %)\n"
    )
    first = shop.ok("quote", "list", "--concessions", "明远", "--limit", "1", "--format", "ids")
    assert first.out == f"{Q}\n"
    assert "there are more than these 1: raise --limit to see them" in first.err


@pytest.mark.parametrize(
    "words",
    [
        ("diff", Q), ("diff", Q, "--lang-is-zh"), ("list", "--concessions", "明远"), ("list", "--versions"), ("show", Q),
        ("revise", "--help"), ("submit", "--help"), ("diff", "--help"), ("decline", "--help"), ("accept", "--help"),
    ],
)  # fmt: skip
def test_everything_fits_eighty_columns(shop: Office, words: tuple[str, ...]) -> None:
    shop.environment["COLUMNS"] = "80"
    shop.ok(
        *REVISE,
        "--set-item",
        "SVC-1:12@999.99",
        "--discount",
        "2.5",
        "--extra",
        "现场培训两天，含差旅",
        "--note",
        "急" * 60,
    )
    lang = "zh" if "--lang-is-zh" in words else "en"
    plain = [word for word in words if word != "--lang-is-zh"]
    table = () if "--help" in words else ("--format", "table")
    out = shop.ok("quote", *plain, *table, lang=lang).out
    assert out
    assert max(width(line) for line in out.splitlines()) <= 80


def test_accepting_with_evidence(shop: Office, tmp_path: Path) -> None:
    (tmp_path / "确认.txt").write_text("同意", encoding="utf-8")
    done = shop.ok("quote", "accept", Q, "--on", "today", "--evidence", str(tmp_path / "确认.txt"))
    assert done.out == "HZ2026001 杭州明远制造有限公司 accepted Q2026-0001 on 2026-03-02: 32,000.00\n"
    assert [row["name"] for row in shop.json("attachment", "list", Q)] == ["确认.txt"]


def test_evidence_that_is_not_there(shop: Office) -> None:
    before = deals.written(shop)
    done = shop.run("quote", "accept", Q, "--evidence", "/nowhere/确认.txt")
    assert (done.status, done.out, done.err.count("\n")) == (7, "", 1)
    assert deals.written(shop) == before


def test_declining(shop: Office) -> None:
    done = shop.ok("quote", "decline", Q, "--reason", "比恒通贵 8%", "--loss-reason", "price")
    assert done.out == "HZ2026001 杭州明远制造有限公司 declined Q2026-0001: 32,000.00\n"
    shown = shop.json("quote", "show", Q)
    assert (shown["state"], shown["declined_because"], shown["loss_reason"]) == ("declined", "比恒通贵 8%", "price")
    assert shop.run("quote", "decline", Q, "--reason", "再说一次").status == 4
    assert shop.json(*REVISE, "--discount", "8")["state"] == "approved"


WRONG: list[tuple[tuple[str, ...], int, str]] = [
    (
        (*REVISE,),
        4,
        "[unchanged]: the next version of Q2026-0001 would be the same as version 1: say what is to change",
    ),
    ((*REVISE, "--item", "YF-100"), 2, '--item: "YF-100" is not an item'),
    ((*REVISE, "--item", "NO-1:1"), 3, "there is no product NO-1"),
    ((*REVISE, "--set-item", "YF-900:1"), 3, "[no-line]: no line has YF-900: add one: --add-item YF-900:QUANTITY"),
    ((*REVISE, "--drop-item", "9"), 3, "[no-line]: there is no line 9"),
    ((*REVISE, "--item", "YF-100:1", "--drop-item", "1"), 2, "--item replaces all lines"),
    ((*REVISE, "--extra", "x", "--no-extras"), 2, "--extra and --no-extras exclude one another"),
    ((*REVISE, "--add-item", "YF-100:0"), 2, 'the quantity "0" must be above 0'),
    ((*REVISE, "--valid-days", "0"), 2, "a quote cannot be valid for 0 days"),
    ((*REVISE, "--opportunity", "SJ2026-0001"), 3, "[unknown-opportunity]: there is no opportunity SJ2026-0001"),
    ((*REVISE, "--discount", "3", "--if-version", "2"), 6, "[changed]: the newest version of Q2026-0001 is 1, not 2"),
    (("quote", "revise", "Q2026-0009", "--discount", "3"), 3, "there is no quote Q2026-0009"),
    (("quote", "submit", Q), 4, "[state]: Q2026-0001 is approved; only a draft is submitted"),
    (("quote", "diff", Q), 4, "[one-version]: Q2026-0001 has no version before version 1"),
    (("quote", "diff", Q, "1", "2"), 3, "Q2026-0001 has no version 2"),
    (("quote", "diff", Q, "a"), 2, "is not a whole number"),
    (("quote", "decline", Q), 2, "--reason is missing"),
    (("quote", "decline", Q, "--reason", " "), 2, "the reason is empty"),
    (("quote", "decline", Q, "--reason", "x", "--loss-reason", "weather"), 2, "weather"),
    (
        ("quote", "list", "--concessions", "明远", "--state", "sent", "--versions"),
        2,
        "--concessions and --state, --versions exclude",
    ),
    (
        ("quote", "list", "--concessions", "明远", "--customer", "明远"),
        2,
        "--concessions and --customer exclude each other",
    ),
    (("quote", "list", "--concessions", "没有"), 3, "there is no customer 没有"),
    ((*MAKE, "YF-100:1", "--opportunity", "SJ2026-0001"), 3, "there is no opportunity SJ2026-0001"),
]


@pytest.mark.parametrize(("words", "status", "says"), WRONG)
def test_one_clear_line_and_nothing_written(shop: Office, words: tuple[str, ...], status: int, says: str) -> None:
    before = deals.written(shop)
    done = shop.run(*words)
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1), done.err
    assert says in done.err
    assert deals.written(shop) == before


def test_an_empty_database(office: Office) -> None:
    assert office.json("quote", "list", "--versions") == []
    for words in (
        ("quote", "diff", Q),
        ("quote", "revise", Q),
        ("quote", "submit", Q),
        ("quote", "show", Q, "--version", "1"),
    ):
        assert office.run(*words).status == 3


def test_text_cannot_control_the_terminal(shop: Office) -> None:
    for option in ("--note", "--warranty", "--payment-terms"):
        done = shop.run(*REVISE, option, "\x1b[2J")
        assert (done.status, "\x1b" in done.err) == (2, False)
    done = shop.run("quote", "decline", Q, "--reason", "\x1b]0;x\x07")
    assert (done.status, "\x1b" in done.err) == (2, False)


def test_in_processes_of_their_own(shop: Office) -> None:
    done = shop.program(*REVISE, "--discount", "5", "--quiet")
    assert (done.status, done.out) == (0, f"{Q}\n")
    assert (
        shop.program("quote", "diff", Q, "--format", "csv").out.splitlines()[0]
        == "field,where,what,before,after,change"
    )
    assert shop.program("quote", "decline", Q, "--reason", "贵", "--quiet").out == f"{Q}\n"


@pytest.mark.parametrize("verb", ["revise", "submit", "diff", "accept", "decline"])
def test_the_help_has_an_example(office: Office, verb: str) -> None:
    assert f"salesflow quote {verb}" in office.ok("quote", verb, "--help").out.split("\n\n", 1)[1]
