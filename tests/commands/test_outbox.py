"""salesflow outbox: what people, scripts and cron see of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import leads, post
from tests.conftest import Office
from tests.post import read

KEYS = [
    "id", "kind", "recipient", "subject", "state", "created_at", "attempts", "error", "subject_ref", "customer_code", "staff", "by", "marked_at", "sent_at",
]  # fmt: skip


def test_list_and_show(office: Office) -> None:
    post.put(office, 2)
    rows = office.json("outbox", "list")
    assert [list(row) for row in rows] == [KEYS, KEYS]
    assert [(row["id"], row["state"], row["staff"]) for row in rows] == [(2, "queued", "li.na"), (1, "queued", "li.na")]
    shown = office.json("outbox", "show", "1")
    assert list(shown) == [*KEYS, "attachments", "body"]
    assert shown["body"] == "甲公司\n"
    assert office.json("outbox", "list", "--state", "sent") == []
    assert office.ok("outbox", "list").out.count("queued") == 2
    done = office.run("outbox", "show", "9")
    assert (done.status, done.err) == (3, "error [unknown-mail]: there is no mail 9: see: salesflow outbox list\n")


def test_send(office: Office) -> None:
    post.put(office, 2)
    with post.serving() as server:
        post.configure(office, server.port)
        assert office.ok("outbox", "send", "--dry-run", "--format", "ids").out == "1\n2\n"
        assert office.ok("outbox", "send", "--limit", "1").out == "1 mail sent\n"
        found = office.json("outbox", "send")
        assert list(found) == ["queued", "sending", "sent", "failed", "rows"]
        assert found["sent"] == 1
        assert found["rows"] == [{"id": 2, "recipient": post.TO, "subject": "跟进提醒", "state": "sent", "error": None}]
        again = office.program("outbox", "send")
        assert (again.status, again.out, again.err) == (0, "", ""), "cron has nothing to mail"
    assert len(server.came) == 2


def test_what_was_not_sent_is_said(office: Office) -> None:
    post.put(office)
    with post.serving(answers={post.TO: "550 no such user"}) as server:
        post.configure(office, server.port)
        done = office.run("outbox", "send")
    assert (done.status, done.out) == (7, f"0 mails sent\nmail 1 to {post.TO}: 550 no such user\n")


def test_one_whose_fate_is_unknown_is_named_until_somebody_decides(office: Office) -> None:
    post.put(office)
    leads.execute(office, "UPDATE outbox_message SET state = 'sending', marked_at = '2026-03-02 00:50:00'")
    with post.serving() as server:
        post.configure(office, server.port)
        done = office.ok("outbox", "send")
        assert done.out == (
            "0 mails sent\nmail 1 may have gone out or not: look, then: salesflow outbox send --retry 1\n"
        )
        assert office.ok("outbox", "send", "--retry", "1").out == "1 mail sent\n"
        assert office.ok("outbox", "send").out == ""


def test_without_a_server_it_says_how(office: Office) -> None:
    assert office.ok("outbox", "send").out == "", "nothing waits"
    post.put(office)
    done = office.run("outbox", "send")
    assert (done.status, done.out) == (7, "")
    assert done.err == (
        "error [mail]: no mail server is configured: set one with: salesflow config set mail.host HOST, and mail.from"
        " ADDRESS; or write the mails to files with: salesflow outbox export FOLDER\n"
    )


def test_export_writes_files_that_others_open(office: Office, tmp_path: Path) -> None:
    post.put(office, 2, subject="3月2日跟进", body="甲公司：面谈\n")
    folder = tmp_path / "信件"
    done = office.ok("outbox", "export", str(folder))
    assert done.out == f"2 mails written to {folder}\n"
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["000001-remind.eml", "000002-remind.eml"]
    content = (folder / names[0]).read_bytes()
    message = read(content)
    assert (message["Subject"], message["To"], message["From"]) == ("3月2日跟进", post.TO, "salesflow@localhost")
    assert message.get_content().splitlines() == ["甲公司：面谈"]
    assert message["Date"].datetime.isoformat() == "2026-03-02T01:00:00+00:00"
    office.ok("outbox", "export", str(folder), now="2026-03-03 09:00")
    assert (folder / names[0]).read_bytes() == content, "always the same"
    assert office.json("outbox", "export", str(folder)) == [
        {"id": 1, "file": names[0], "error": None},
        {"id": 2, "file": names[1], "error": None},
    ]
    assert [row["state"] for row in office.json("outbox", "list")] == ["queued", "queued"]


def test_a_folder_that_cannot_be_written(office: Office, tmp_path: Path) -> None:
    post.put(office)
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = office.run("outbox", "export", str(tmp_path / "file"))
    assert (done.status, done.out) == (7, "")
    assert "cannot be written" in done.err


def test_an_address_that_is_none_keeps_no_other_mail_from_its_file(office: Office, tmp_path: Path) -> None:
    post.put(office, 3)
    leads.execute(office, "UPDATE outbox_message SET recipient = 'li.na@' WHERE id = 2")
    done = office.run("outbox", "export", str(tmp_path / "mails"))
    assert (done.status, done.err) == (7, "")
    assert done.out == f"2 mails written to {tmp_path / 'mails'}\nmail 2: li.na@ is not an address\n"
    assert sorted(path.name for path in (tmp_path / "mails").iterdir()) == ["000001-remind.eml", "000003-remind.eml"]
    rows = office.run("outbox", "export", str(tmp_path / "mails"), "--json").json
    assert rows[1] == {"id": 2, "file": None, "error": "li.na@ is not an address"}
    Path(office.environment["SALESFLOW_CONFIG"]).write_text('[mail]\nfrom = "notanaddress"\n', encoding="utf-8")
    done = office.run("outbox", "export", str(tmp_path / "other"))
    assert (done.status, done.out) == (7, "")
    assert done.err.startswith("error [mail]: mail.from is set to notanaddress, which is not an address: ")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("send", "--retry", "1", "--dry-run"), 2),
        (("send", "--retry", "x"), 2),
        (("show", "x"), 2),
        (("list", "--state", "lost"), 2),
    ],
)
def test_what_cannot_be(office: Office, words: tuple[str, ...], status: int) -> None:
    done = office.run("outbox", *words)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith("error")


def test_the_password_is_never_shown(office: Office) -> None:
    office.ok("config", "set", "mail.port", "2525")
    assert office.ok("config", "get", "mail.port").out == "2525\n"
    done = office.run("config", "set", "mail.port", "many")
    assert done.status == 2
    done = office.run("config", "set", "mail.password", "geheim")
    assert (done.status, done.err.split(":")[0]) == (2, "error [unknown-key]")
