"""salesflow quote send: what is said, what is kept, what goes into the outbox; what is refused leaves nothing behind."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests import deals, papers
from tests.conftest import Office


@pytest.fixture
def shop(office: Office) -> Office:
    """An approved quote over 10,000.00 to 王工, who has an address."""
    deals.furnish(office)
    office.ok("contact", "edit", deals.NAME, "王工", "--email", "wang@mingyuan.example")
    deals.quote(office)
    return office


def kept(shop: Office) -> list[Any]:
    return [
        deals.rows(shop, "SELECT state, edition, sent_at FROM v_quote"),
        deals.value(shop, "SELECT count(*) FROM v_attachment"),
        deals.value(shop, "SELECT count(*) FROM v_outbox"),
        deals.value(shop, "SELECT count(*) FROM v_audit"),
    ]


def test_it_says_to_whom_and_what_comes_next(shop: Office) -> None:
    assert shop.ok("quote", "send", "q2026-0001", "--form", "html").out == (
        "Q2026-0001 (version 1) goes to 王工, w***@mingyuan.example: mail 1\nit is sent by: salesflow outbox send\n"
    )
    row = shop.json("quote", "show", "Q2026-0001")
    assert row["state"] == "sent"
    assert [one["name"] for one in shop.json("attachment", "list", "Q2026-0001")] == ["Quotation Q2026-0001.html"]
    assert shop.json("customer", "show", deals.NAME)["last_progress_on"] == "2026-03-02"


def test_the_mail_has_the_paper_as_it_was_kept(shop: Office, tmp_path: Path) -> None:
    shop.ok("quote", "send", "Q2026-0001", lang="zh")
    shop.ok("outbox", "export", str(tmp_path))
    message = email.message_from_bytes((tmp_path / "000001-quote.eml").read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "报价单 Q2026-0001"
    body = message.get_body()
    assert body is not None and "10,000.00" in body.get_content() and "李娜" in body.get_content()
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("报价单 Q2026-0001.pdf", "application/pdf")
    document = pypdfium2.PdfDocument(file.get_content())
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    assert "人民币壹万元整" in text and "草稿" not in text


def test_again(shop: Office) -> None:
    shop.ok("quote", "send", "Q2026-0001", "--form", "html")
    again = shop.ok("quote", "send", "Q2026-0001", "--form", "html", now="2026-03-03 09:00")
    assert "Q2026-0001 was sent before; it goes out again\n" in again.out
    assert len(shop.json("outbox", "list")) == 2


def test_words_of_ones_own_in_another_language(shop: Office) -> None:
    shop.ok("quote", "send", "Q2026-0001", "--form", "html", "--language", "zh", "--message", "王工，请查收")
    mail = shop.json("outbox", "show", "1")
    assert (mail["subject"], mail["body"], mail["attachments"]) == (
        "报价单 Q2026-0001", "王工，请查收", ["报价单 Q2026-0001.html"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "status", "says"),
    [
        ("draft", 4, "Q2026-0001 is a draft"),
        ("pending_approval", 4, "waits for the approval"),
        ("declined", 4, "it cannot become sent"),
        ("superseded", 4, "it cannot become sent"),
        ("accepted", 4, "it cannot become sent"),
    ],
)
def test_only_what_is_approved_goes_out(shop: Office, state: str, status: int, says: str) -> None:
    deals.execute(shop, "UPDATE quote SET state = :state", state=state)
    before = kept(shop)
    done = shop.run("quote", "send", "Q2026-0001")
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1), done.err
    assert says in done.err
    assert kept(shop) == before


def test_nor_what_has_expired(shop: Office) -> None:
    before = kept(shop)
    done = shop.run("quote", "send", "Q2026-0001", now="2026-04-02 09:00")
    assert (done.status, "quote-validity" in done.err) == (4, True)
    assert kept(shop) == before


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("Q2026-0009",), 3, "there is no quote Q2026-0009"),
        (("Q2026-0001", "--to", "没有这人"), 3, "has no contact 没有这人"),
        (("Q2026-0001", "--message", "您好\x1b[31m"), 2, "the message has the control character U+001B at position 3"),
        (("Q2026-0001", "--message", "长" * 40_000), 2, "the message has 40000 characters"),
        (("Q2026-0001", "--form", "odt"), 2, "odt is not a value for --form"),
        (("Q2026-0001", "--language", "fr"), 2, "there is no paper in the language fr"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    shop: Office, words: tuple[str, ...], status: int, says: str
) -> None:
    before = kept(shop)
    done = shop.run("quote", "send", *words)
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1), done.err
    assert says in done.err
    assert kept(shop) == before


def attention(shop: Office, tmp_path: Path, mail: int) -> str:
    """Whom the paper of a mail is addressed to."""
    shop.ok("outbox", "export", str(tmp_path))
    letter = (tmp_path / f"{mail:06d}-quote.eml").read_bytes()
    (file,) = email.message_from_bytes(letter, policy=email.policy.default).iter_attachments()
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    words = [word for word in papers.html(content).words if word.strip()]
    return words[words.index("Attention") + 1]


def test_the_paper_is_addressed_to_whom_it_goes(shop: Office, tmp_path: Path) -> None:
    shop.ok("contact", "add", deals.NAME, "--name", "赵敏", "--title", "财务总监", "--email", "zhao@mingyuan.example")
    shop.ok("quote", "send", "Q2026-0001", "--form", "html", "--to", "赵敏")
    assert attention(shop, tmp_path, 1) == "赵敏, 财务总监"
    shop.ok("contact", "edit", deals.NAME, "王工", "--clear", "email")
    shop.ok("quote", "send", "Q2026-0001", "--form", "html")
    assert attention(shop, tmp_path, 2) == "赵敏, 财务总监", "the first with an address, not the first"
    assert "Dear 赵敏" in shop.json("outbox", "show", "2")["body"]


def test_the_mail_names_the_currency(shop: Office) -> None:
    for language, says in (("en", "over CNY 10,000.00 attached"), ("zh", "金额人民币 10,000.00 元")):
        shop.ok("quote", "send", "Q2026-0001", "--form", "html", "--language", language)
        (mail, *_) = shop.json("outbox", "list")
        assert says in shop.json("outbox", "show", str(mail["id"]))["body"]


def test_nobody_with_an_address(shop: Office) -> None:
    shop.ok("contact", "edit", deals.NAME, "王工", "--clear", "email")
    before = kept(shop)
    for words in ((), ("--to", "王工")):
        done = shop.run("quote", "send", "Q2026-0001", "--form", "html", *words)
        assert (done.status, "no-address" in done.err) == (4, True)
    assert kept(shop) == before


def test_as_a_program(shop: Office) -> None:
    done = shop.program("quote", "send", "Q2026-0001", "--form", "html", "--quiet")
    assert (done.status, done.out) == (0, "Q2026-0001\n")
