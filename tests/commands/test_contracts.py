"""salesflow contract: what is printed, in both languages, as JSON and on a narrow terminal; what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesflow.text import width
from tests import deals
from tests.conftest import Office

KEYS = {
    "number", "revision", "customer_code", "customer_name", "title", "state", "amount", "signed_on", "quote_number", "quote_version",
    "owner", "in_force", "tax_total", "created_on", "ended_on", "returned_because", "reason", "version", "terms", "instalments",
    "splits", "lines", "orders", "revisions", "approval",
}  # fmt: skip
LEDGER_KEYS = {
    "number", "customer_code", "customer_name", "title", "signed_on", "amount", "delivered", "invoiced", "collected", "outstanding",
    "overdue", "next_due_on", "state", "owner", "in_force", "ended_on",
}  # fmt: skip
TERMS = """# 一、标的
扫码终端 10 台
# 2. 价格
含税总价 10,000 元
## 交付
30 天内
# 付款方式
分三期
# 违约责任
每日万分之五
"""
PARTS = ("--instalment", "30%@签约", "--instalment", "60%@delivery+7d", "--instalment", "10%@2026-12-31")


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Office:
    """An accepted quote over 10,000.00, and a file with the terms."""
    deals.furnish(office)
    deals.accepted(office)
    (tmp_path / "terms.md").write_text(TERMS, encoding="utf-8")
    return office


def draft(shop: Office, *more: str, lang: str = "en") -> str:
    file = str(shop.database.parent / "terms.md")
    return shop.ok("contract", "draft", "--quote", "q2026-0001", "--terms", file, *PARTS, *more, lang=lang).out


def sign(shop: Office) -> None:
    shop.ok("contract", "submit", "HT2026-0001")
    deals.approve(shop, "AP2026-0001", "wang.fang", "liu.yang", "zhang.wei")
    shop.ok("contract", "sign", "ht2026-0001", "--on", "today")


def test_drafting_says_what_it_comes_to_and_when(shop: Office) -> None:
    assert draft(shop) == (
        "drafted HT2026-0001 for HZ2026001 杭州明远制造有限公司: 10,000.00\n"
        "instalment 1: 30 %, 3,000.00, at: signing\n"
        "instalment 2: 60 %, 6,000.00, 7 days after: delivery\n"
        "instalment 3: 10 %, 1,000.00, due 2026-12-31\n"
        "send it to its approvers with: salesflow contract submit HT2026-0001\n"
    )


def test_in_chinese(shop: Office) -> None:
    assert draft(shop, lang="zh").splitlines()[1:3] == [
        "第 1 期：30 %，3,000.00，签约时",
        "第 2 期：60 %，6,000.00，交付后 7 天",
    ]
    out = shop.ok("contract", "submit", "HT2026-0001", lang="zh").out
    assert "法务" in out and "checks" not in out
    page = shop.ok("contract", "show", "HT2026-0001", lang="zh").out
    assert "违约责任" in page and "审批中" in page


def test_every_key_is_there(shop: Office) -> None:
    draft(shop)
    assert set(shop.json("contract", "show", "HT2026-0001")) == KEYS
    assert set(shop.json("contract", "list")[0]) <= KEYS
    sign(shop)
    assert set(shop.json("contract", "ledger")[0]) == LEDGER_KEYS


def test_the_terms_of_a_file_and_of_the_command_line(shop: Office) -> None:
    draft(shop, "--term", "breach=双倍返还", "--term", "保密=双方保密")
    terms = {one["name"]: one["text"] for one in shop.json("contract", "show", "HT2026-0001")["terms"]}
    assert terms == {
        "content": "扫码终端 10 台",
        "price": "含税总价 10,000 元",
        "delivery": "30 天内",
        "payment": "分三期",
        "breach": "双倍返还",
        "confidentiality": "双方保密",
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("terms.toml", 'content = "a"\nprice = "b"\ndelivery = "c"\npayment = "d"\n"违约" = "e"\n'.encode()),
        ("gbk.md", TERMS.encode("gb18030")),
        ("bom.md", b"\xef\xbb\xbf" + TERMS.encode()),
    ],
)
def test_other_files(shop: Office, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    shop.ok("contract", "draft", "--quote", "Q2026-0001", "--terms", str(tmp_path / name))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"# \xe5\x86\x85\xe5\xae\xb9\nx\n# warrant\ny\n", "line 3: warrant is no term of a contract"),
        (b"hello\n# content\nx\n", "line 1: this belongs to no term"),
        (b"# content\nx\n# subject\ny\n", "line 3: subject is there twice"),
        (b"# content\n\n# price\ny\n", "the term content is empty"),
        (b"", "has no terms"),
        (b"\xff\xfe\xff\xff", "is not a text"),
    ],
)
def test_a_file_that_is_wrong(shop: Office, tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "wrong.md").write_bytes(content)
    done = shop.run("contract", "draft", "--quote", "Q2026-0001", "--terms", str(tmp_path / "wrong.md"))
    assert done.status in (2, 7)
    assert (done.out, done.err.count("\n")) == ("", 1)
    assert says in done.err
    assert shop.json("contract", "list") == []


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ((), 2, "name a quote with --quote, or an opportunity with --opportunity"),
        (("--quote", "Q2026-0001", "--opportunity", "SJ2026-0001"), 2, "name a quote"),
        (("--quote", "Q2026-0009"), 3, "there is no quote Q2026-0009"),
        (("--opportunity", "SJ2026-0009"), 3, "there is no opportunity SJ2026-0009"),
        (("--quote", "Q2026-0001"), 4, "the contract lacks the terms: content, price, delivery, payment, breach"),
        (("--quote", "Q2026-0001", "--term", "breach"), 2, '"breach" is not a term'),
        (("--quote", "Q2026-0001", "--term", "warranty=x"), 2, "warranty is not one of the codes"),
        (("--quote", "Q2026-0001", "--instalment", "30%"), 2, '"30%" is not an instalment'),
        (
            ("--quote", "Q2026-0001", "--instalment", "30%@payday"),
            2,
            "write SHARE@EVENT (signing, delivery, acceptance)",
        ),
        (("--quote", "Q2026-0001", "--instalment", "130%@signing"), 2, "--instalment"),
        (("--quote", "Q2026-0001", "--instalment", "30%@2026-02-30"), 2, "2026-02-30"),
        (("--quote", "Q2026-0001", "--split", "li.na"), 2, '"li.na" is not a split'),
        (("--quote", "Q2026-0001", "--terms", "/nowhere/terms.md"), 7, "cannot be read"),
        (("--quote", "Q2026-0001", "--amount", "5"), 2, "the quote's total holds"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    shop: Office, words: tuple[str, ...], status: int, says: str
) -> None:
    done = shop.run("contract", "draft", *words)
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1), done.err
    assert says in done.err
    assert deals.value(shop, "SELECT count(*) FROM v_contract") == 0


@pytest.mark.parametrize("verb", ["show", "submit", "sign", "close"])
def test_an_unknown_number(shop: Office, verb: str) -> None:
    done = shop.run("contract", verb, "HT2026-0099")
    assert (done.status, done.err) == (
        3, "error [unknown-contract]: there is no contract HT2026-0099: see: salesflow contract list\n"
    )  # fmt: skip


def test_from_an_opportunity(shop: Office) -> None:
    shop.ok("opportunity", "add", deals.NAME, "--title", "二期", "--amount", "8万", "--expected-close", "2026-05-01")
    file = str(shop.database.parent / "terms.md")
    made = shop.json("contract", "draft", "--opportunity", "sj2026-0001", "--terms", file)
    assert (made["amount"], made["title"], made["quote_number"], made["lines"]) == ("80000.00", "二期", None, [])
    done = shop.run("order", "create", "--contract", "HT2026-0001")
    assert (done.status, "rests on no quote" in done.err) == (4, True)


def test_amending_and_giving_it_up(shop: Office) -> None:
    draft(shop)
    sign(shop)
    done = shop.ok("contract", "amend", "HT2026-0001", "--reason", "延期", "--term", "delivery=45 天内")
    assert done.out == (
        "HT2026-0001: revision 2 over 10,000.00 is a draft; revision 1 is in force until it is signed\n"
    )
    assert shop.run("contract", "amend", "HT2026-0001").status == 2
    assert shop.ok("contract", "amend", "HT2026-0001", "--undo").out == "HT2026-0001: revision 1 is in force\n"


def test_the_ledger_and_its_reconciliation(shop: Office) -> None:
    draft(shop)
    sign(shop)
    (row,) = shop.json("contract", "ledger", "--signed", "2026-03", now="2026-03-05 09:00")
    assert (row["outstanding"], row["overdue"], row["next_due_on"]) == ("10000.00", "3000.00", "2026-12-31")
    assert shop.json("contract", "ledger", "--signed", "2026-02") == []
    assert shop.json("contract", "ledger", "--overdue", now="2026-03-02 10:00") == [], "due on the day itself"
    found = shop.json("contract", "reconcile", "--month", "2026-03", now="2026-03-05 09:00")
    assert [(one["kind"], one["ref"], one["amount"]) for one in found] == [
        ("no-order", "HT2026-0001", "10000.00"),
        ("overdue", "HT2026-0001", "3000.00"),
    ]
    shop.ok("order", "create", "--contract", "HT2026-0001")
    found = shop.json("contract", "reconcile", "--month", "2026-03", now="2026-03-02 10:00")
    assert found == []
    assert shop.run("contract", "reconcile", "--fail-if-any", now="2026-03-02 10:00").status == 0
    assert shop.run("contract", "reconcile", "--fail-if-any", now="2026-03-05 09:00").status == 10


def test_differences_of_orders(shop: Office) -> None:
    draft(shop)
    sign(shop)
    shop.ok("order", "create", "--contract", "HT2026-0001")
    deals.execute(shop, "UPDATE sales_order SET total = 1200000, state = 'delivered'")
    deals.execute(
        shop,
        "INSERT INTO state_change (subject_kind, subject_id, to_state, at, by_id, reason) "
        "SELECT subject_kind, subject_id, 'delivered', at, by_id, '' FROM state_change WHERE subject_kind = 'order'",
    )
    found = shop.json("contract", "reconcile", now="2026-03-02 10:00")
    assert [(one["kind"], one["amount"]) for one in found] == [
        ("order-amount", "2000.00"),
        ("delivered-more", "2000.00"),
    ]
    assert shop.json("contract", "ledger")[0]["delivered"] == "12000.00"
    deals.execute(shop, "UPDATE contract SET state = 'terminated', ended_on = '2026-03-02'")
    found = shop.json("contract", "reconcile", now="2026-03-02 10:00")
    assert [(one["kind"], one["ref"]) for one in found] == [("order-on-ended", "DD2026-0001")]
    deals.execute(shop, "UPDATE sales_order SET contract_id = NULL, total = 100000001")
    found = shop.json("contract", "reconcile", now="2026-03-02 10:00")
    assert [(one["kind"], one["ref"]) for one in found] == [("without-contract", "DD2026-0001")]
    assert shop.json("contract", "reconcile", "--month", "2026-02") == []


def test_why_it_goes_where_it_goes(shop: Office) -> None:
    draft(shop)
    sign(shop)
    found = shop.json("explain", "ht2026-0001")
    assert [one["rule"] for one in found["decisions"]][:2] == ["contract-terms", "contract-approval"]
    assert (found["kind"], found["ref"]) == ("contract", "HT2026-0001")
    shop.ok("order", "create", "--contract", "HT2026-0001")
    assert shop.json("explain", "DD2026-0001")["decisions"][0]["rule"] == "contract-first"


def test_it_is_on_the_owners_agenda_until_it_is_signed(shop: Office) -> None:
    draft(shop)
    shop.ok("contract", "submit", "HT2026-0001")
    deals.approve(shop, "AP2026-0001", "wang.fang", "liu.yang", "zhang.wei")
    sections = {one["kind"]: one for one in shop.json("today")["sections"]}
    assert [item["ref"] for item in sections["to_sign"]["items"]] == ["HT2026-0001"]
    shop.ok("contract", "sign", "HT2026-0001")
    assert "to_sign" not in {one["kind"] for one in shop.json("today")["sections"]}


def test_it_fits_a_narrow_terminal(shop: Office) -> None:
    draft(shop)
    sign(shop)
    shop.environment["COLUMNS"] = "80"
    for words in (("list",), ("ledger",), ("show", "HT2026-0001")):
        out = shop.ok("contract", *words, "--format", "table").out
        assert max(width(line) for line in out.splitlines()) <= 80, out


def test_as_a_program(shop: Office) -> None:
    draft(shop)
    done = shop.program("contract", "list", "--format", "ids")
    assert (done.status, done.out) == (0, "HT2026-0001\n")
    two = shop.program("contract", "submit", "HT2026-0001", "--quiet")
    assert (two.status, two.out) == (0, "HT2026-0001\n")
