"""Mails to customers' contacts: encrypted addresses, files that go along, and what no longer stands is not sent."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest

from salesflow import config
from salesflow.db import store
from salesflow.enums import AttachmentKind
from salesflow.errors import InvalidValue, NotFound, Refused
from salesflow.services import attachments, outbox, quotes
from salesflow.services.mail import Outcome
from salesflow.services.outbox import NewMail
from salesflow.subject import Subject
from tests import deals, post
from tests.conftest import Office

ADDRESS = "wang@mingyuan.example"
PAPER = b"%PDF-1.7 the offer\x00\xff"
ABOUT = Subject("quote", 1, "Q2026-0001", 1)
STATES = "SELECT state, error FROM v_outbox ORDER BY id"


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Office:
    """An approved quote to a contact with an address, its paper attached as 报价单 Q2026-0001.pdf."""
    deals.furnish(office)
    office.ok("contact", "edit", deals.NAME, "王工", "--email", ADDRESS)
    office.ok("staff", "edit", "li.na", "--email", "li.na@yunfan.example", user="zhang.wei")
    deals.quote(office)
    (tmp_path / "paper.pdf").write_bytes(PAPER)
    file = attachments.NewFile(str(tmp_path / "paper.pdf"), AttachmentKind.PROPOSAL, "报价单 Q2026-0001.pdf")
    with office.context().transaction() as work:
        attachments.attach(work, ABOUT, [file])
    return office


def put(office: Office, **changes: Any) -> int | None:
    base = {
        "subject": "报价单 Q2026-0001",
        "body": "王工您好：\n报价单请见附件。\n",
        "contact_id": 1,
        "about": ABOUT,
        "attachments": (1,),
    }
    with office.context().transaction() as work:
        return outbox.queue(work, NewMail("quote", **{**base, **changes}))


def send(office: Office, now: str | None = None, **asked: Any) -> list[Outcome]:
    context = office.context(now=now)
    context.settings = config.load(office.environment["SALESFLOW_CONFIG"])
    try:
        return [sent.outcome for sent in outbox.send(context, **asked)]
    finally:
        context.close()


def sent(office: Office, now: str | None = None, **asked: Any) -> tuple[list[Outcome], list[Any]]:
    """Send what waits; what became of it, and what came."""
    with post.serving() as server:
        post.configure(office, server.port)
        return send(office, now, **asked), server.came


def test_it_goes_to_the_contacts_own_address_with_the_paper(shop: Office) -> None:
    assert put(shop) == 1
    outcomes, (message,) = sent(shop)
    assert outcomes == [Outcome.SENT]
    assert (message["To"], message["Reply-To"]) == (ADDRESS, "li.na@yunfan.example")
    assert message["Auto-Submitted"] is None
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (
        "报价单 Q2026-0001.pdf", "application/pdf", PAPER
    )  # fmt: skip
    body = message.get_body()
    assert body is not None and "报价单请见附件" in body.get_content()


def test_its_address_is_nowhere_to_be_read(shop: Office) -> None:
    put(shop)
    sent(shop)
    (row,) = shop.json("outbox", "list")
    assert row["recipient"] == "w***@mingyuan.example"
    assert ADDRESS not in shop.database.read_bytes().decode("latin-1")
    assert shop.json("outbox", "show", "1")["attachments"] == ["报价单 Q2026-0001.pdf"]
    assert "recipient_cipher" not in deals.rows(shop, "SELECT * FROM v_outbox")[0]


def test_to_a_file_that_other_programs_open(shop: Office, tmp_path: Path) -> None:
    put(shop)
    shop.ok("outbox", "export", str(tmp_path / "mails"))
    message = email.message_from_bytes(
        (tmp_path / "mails" / "000001-quote.eml").read_bytes(), policy=email.policy.default
    )
    assert message["To"] == ADDRESS
    (file,) = message.iter_attachments()
    assert file.get_content() == PAPER
    assert deals.value(shop, "SELECT count(*) FROM v_audit WHERE action = 'mail.export'") == 1


def test_the_timeline_has_it_once_it_is_sent(shop: Office) -> None:
    put(shop)
    assert "mail" not in {row["kind"] for row in shop.json("customer", "timeline", deals.NAME)["entries"]}
    sent(shop)
    (row,) = [row for row in shop.json("customer", "timeline", deals.NAME)["entries"] if row["kind"] == "mail"]
    assert row["text"] == "报价单 Q2026-0001, to w***@mingyuan.example"


def set_state(state: str) -> str:
    return f"UPDATE quote SET state = '{state}'"


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (set_state("draft"), "Q2026-0001 is draft: it is not sent any more"),
        (set_state("pending_approval"), "it is not sent any more"),
        (set_state("superseded"), "Q2026-0001 is superseded: it is not sent any more"),
        (set_state("declined"), "it is not sent any more"),
        (set_state("accepted"), "it is not sent any more"),
        ("UPDATE quote SET valid_until = '2026-03-01'", "the quote expired on 2026-03-01"),
    ],
)
def test_what_no_longer_stands_is_kept_back(shop: Office, what: str, says: str) -> None:
    put(shop)
    deals.execute(shop, what)
    assert sent(shop) == ([Outcome.FAILED], [])
    (row,) = deals.rows(shop, STATES)
    assert row["state"] == "failed" and says in row["error"]
    assert sent(shop, retry=1) == ([Outcome.FAILED], []), "nor by trying again"


def test_nor_does_it_leave_as_a_file(shop: Office, tmp_path: Path) -> None:
    put(shop)
    deals.execute(shop, set_state("superseded"))
    shop.ok("outbox", "export", str(tmp_path / "mails"))
    assert list((tmp_path / "mails").iterdir()) == []
    assert deals.rows(shop, STATES)[0]["state"] == "failed"


def test_a_revised_quote_takes_its_mail_back(shop: Office) -> None:
    put(shop)
    shop.ok("quote", "revise", "Q2026-0001", "--item", f"{deals.SKU}:2")
    assert sent(shop) == ([Outcome.FAILED], [])


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_a_paper_that_is_not_what_it_was(shop: Office, harm: str) -> None:
    put(shop)
    post.put(shop)
    path = Path(store.place(str(shop.database), deals.value(shop, "SELECT sha256 FROM v_attachment")))
    path.chmod(0o600)
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"another offer")
    outcomes, came = sent(shop)
    assert outcomes == [Outcome.FAILED, Outcome.SENT]
    assert len(came) == 1, "the other one goes out"
    assert "报价单 Q2026-0001.pdf" in deals.rows(shop, STATES)[0]["error"]


def test_an_address_for_the_answer_that_is_none_is_named_and_the_mail_waits(shop: Office) -> None:
    deals.execute(shop, "UPDATE staff SET email = '李娜@yf.example' WHERE login = 'li.na'")
    put(shop)
    post.put(shop)
    assert sent(shop)[0] == [Outcome.AGAIN, Outcome.SENT], "no fault of the recipient's"
    said = "李娜@yf.example is not an address for the answer: salesflow staff edit LOGIN --email ADDRESS"
    assert deals.rows(shop, STATES)[0] == {"state": "queued", "error": said}
    shop.ok("staff", "edit", "li.na", "--email", "li.na@销售.中国", user="zhang.wei")
    outcomes, (message,) = sent(shop)
    assert (outcomes, message["Reply-To"]) == ([Outcome.SENT], "li.na@xn--nyr189l.xn--fiqs8s")


def test_no_address_gets_into_a_file_without_its_entry_in_the_trail(shop: Office, tmp_path: Path) -> None:
    exports = "SELECT count(*) FROM v_audit WHERE action = 'mail.export'"
    put(shop)
    folder = tmp_path / "mails"
    (folder / "000002-quote.eml").mkdir(parents=True)
    put(shop)
    done = shop.run("outbox", "export", str(folder))
    assert (done.status, "cannot be written" in done.err) == (7, True)
    assert (folder / "000001-quote.eml").is_file()
    assert deals.value(shop, exports) == 2


def test_whoever_has_no_address(shop: Office) -> None:
    shop.ok("contact", "edit", deals.NAME, "王工", "--clear", "email")
    with pytest.raises(Refused) as caught:
        put(shop)
    assert str(caught.value.hint) == "give one: salesflow contact edit HZ2026001 王工 --email ADDRESS"
    assert deals.rows(shop, STATES) == []


def test_whoever_is_gone(shop: Office) -> None:
    with pytest.raises(NotFound):
        put(shop, contact_id=99)


def test_of_an_archived_customer(shop: Office) -> None:
    shop.ok("customer", "remove", deals.NAME, "--reason", "重复", user="zhang.wei")
    with pytest.raises(Refused):
        put(shop)


def test_a_mail_can_be_taken_back_until_it_is_sent(shop: Office) -> None:
    put(shop)
    done = shop.ok("outbox", "cancel", "1", "--reason", "报价有误")
    assert done.out == "mail 1 to w***@mingyuan.example is not sent\n"
    assert deals.rows(shop, STATES) == [{"state": "failed", "error": "报价有误"}]
    assert sent(shop) == ([], [])
    with pytest.raises(Refused) as caught:
        sent(shop, retry=1)
    assert str(caught.value) == "mail 1 was taken back: 报价有误"
    assert shop.run("outbox", "cancel", "1", "--reason", "又有误").status == 4
    assert deals.rows(shop, STATES) == [{"state": "failed", "error": "报价有误"}], "the reason stays"
    put(shop)
    assert sent(shop)[0] == [Outcome.SENT]
    refused = shop.run("outbox", "cancel", "2", "--reason", "晚了")
    assert (refused.status, refused.err) == (4, "error [state]: mail 2 is sent already: see: salesflow outbox show 2\n")
    assert shop.run("outbox", "cancel", "9", "--reason", "x").status == 3
    put(shop)
    with shop.context().transaction() as work, pytest.raises(InvalidValue):
        outbox.cancel(work, 3, " ")


def test_forgetting_the_customer_erases_it(shop: Office) -> None:
    put(shop)
    sent(shop)
    put(shop)
    with shop.context().transaction() as work:
        quotes.accept(work, "Q2026-0001", work.context.clock.today())
    shop.ok("customer", "forget", deals.NAME, "--reason", "本人要求", "--yes", user="zhang.wei")
    found = deals.rows(shop, "SELECT recipient, subject, body, state FROM v_outbox ORDER BY id")
    assert [(row["recipient"], row["subject"], row["body"]) for row in found] == [("—", "—", "—")] * 2
    assert [row["state"] for row in found] == ["sent", "failed"]
    assert deals.value(shop, "SELECT count(*) FROM v_outbox WHERE recipient <> '—'") == 0


def test_hostile_names_of_files(shop: Office) -> None:
    deals.execute(shop, "UPDATE attachment SET name = 'a\"; x=\r\nBcc: b@example.com.pdf'")
    put(shop)
    outcomes, came = sent(shop)
    assert outcomes == [Outcome.SENT]
    assert came[0]["Bcc"] is None
