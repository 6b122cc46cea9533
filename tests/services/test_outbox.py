"""The outbox: queued once, sent at most once, whatever happens in between."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from salesflow.errors import Conflict, MailProblem, NotFound, Refused
from salesflow.services import mail, outbox
from salesflow.services.mail import Outcome
from tests import leads, post
from tests.conftest import PROGRAM, ROOT, Office, outside

ROWS = "SELECT state, attempts, sent_at, error FROM v_outbox ORDER BY id"


def send(office: Office, **asked: Any) -> list[Outcome]:
    from salesflow import config

    context = office.context(now=asked.pop("now", None))
    context.settings = config.load(office.environment["SALESFLOW_CONFIG"])
    try:
        return [sent.outcome for sent in outbox.send(context, **asked)]
    finally:
        context.close()


def states(office: Office) -> list[tuple[str, int]]:
    return [(row["state"], row["attempts"]) for row in leads.rows(office, ROWS)]


def test_a_mail_arrives_as_it_was_written(office: Office) -> None:
    post.put(office, subject="3月2日跟进：2 项到期", body="逾期 3 天  HZ2026001 杭州云帆科技\n.\n结束\n")
    with post.serving() as server:
        post.configure(office, server.port)
        assert send(office) == [Outcome.SENT]
    (message,) = server.came
    assert message["Subject"] == "3月2日跟进：2 项到期"
    assert message["To"] == post.TO
    assert message["From"] == "云帆销售 <sales@example.com>"
    assert message["Message-ID"].endswith("@example.com>")
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert message.get_content().replace("\r\n", "\n") == "逾期 3 天  HZ2026001 杭州云帆科技\n.\n结束\n"
    assert leads.rows(office, ROWS) == [
        {"state": "sent", "attempts": 1, "sent_at": "2026-03-02 01:00:00", "error": None}
    ]


def test_sixteen_mails_go_out_once_each_in_turn(office: Office) -> None:
    for number in range(16):
        post.put(office, body=f"{number}\n", dedupe=f"{number}")
    with post.serving() as server:
        post.configure(office, server.port)
        assert send(office, limit=6) == [Outcome.SENT] * 6
        assert send(office) == [Outcome.SENT] * 10
        assert send(office) == []
    assert [message.get_content().strip() for message in server.came] == [str(number) for number in range(16)]
    assert len({message["Message-ID"] for message in server.came}) == 16


def test_the_same_mail_is_queued_once(office: Office) -> None:
    assert post.put(office, dedupe="remind/li.na/2026-03-02") == [1]
    assert post.put(office, dedupe="remind/li.na/2026-03-02") == [None]
    assert post.put(office, 2) == [2, 3]


def test_two_processes_at_once_send_each_mail_once(office: Office) -> None:
    post.put(office, 16)
    with post.serving() as server:
        post.configure(office, server.port)
        line = [*PROGRAM, "outbox", "send", "--quiet"]
        both = [
            subprocess.Popen(
                line, cwd=ROOT, env=outside(office.environ()), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
            )
            for _ in range(2)
        ]
        sent = [process.communicate(timeout=120)[0].split() for process in both]
        assert [process.returncode for process in both] == [0, 0]
    assert sorted(int(number) for numbers in sent for number in numbers) == list(range(1, 17))
    assert len(server.came) == 16
    assert states(office) == [("sent", 1)] * 16


def test_killed_in_between_nothing_is_sent_again_by_itself(office: Office) -> None:
    post.put(office, 2)
    with post.serving(hang=True) as server:
        post.configure(office, server.port)
        line = [*PROGRAM, "outbox", "send"]
        process = subprocess.Popen(line, cwd=ROOT, env=outside(office.environ()), stdin=subprocess.DEVNULL)
        assert server.reached.wait(60)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert states(office) == [("sending", 1), ("queued", 0)]
    with post.serving() as server:
        post.configure(office, server.port)
        assert send(office) == [Outcome.SENT]
        with pytest.raises(Conflict) as early:
            send(office, retry=1)
        assert early.value.code == "under-way"
        assert send(office, retry=1, now="2026-03-02 09:06") == [Outcome.SENT]
        with pytest.raises(Refused):
            send(office, retry=1)
    assert len(server.came) == 2
    assert states(office) == [("sent", 2), ("sent", 1)]


@pytest.mark.parametrize(
    ("answer", "outcome", "state"),
    [
        ("450 mailbox busy", Outcome.AGAIN, "queued"),
        ("421 closing", Outcome.AGAIN, "queued"),
        ("550 no such user", Outcome.FAILED, "failed"),
    ],
)
def test_a_recipient_that_the_server_does_not_take(office: Office, answer: str, outcome: Outcome, state: str) -> None:
    post.put(office)
    post.put(office, recipient="zhao.lei@example.com")
    with post.serving(answers={post.TO: answer}) as server:
        post.configure(office, server.port)
        assert send(office)[0] is outcome
    first, second = leads.rows(office, ROWS)
    assert (first["state"], first["attempts"], first["error"]) == (state, 1, answer)
    assert second["state"] == "sent", "the next one goes out all the same"


@pytest.mark.parametrize(
    ("answer", "outcome"), [("451 try later", Outcome.AGAIN), ("554 looks like spam", Outcome.FAILED)]
)
def test_a_text_that_the_server_does_not_take(office: Office, answer: str, outcome: Outcome) -> None:
    post.put(office, 2)
    with post.serving(refuse_text=answer) as server:
        post.configure(office, server.port)
        assert send(office) == [outcome, outcome]
    assert leads.rows(office, ROWS)[0]["error"] == answer


def test_a_failed_one_can_be_tried_again(office: Office) -> None:
    post.put(office)
    with post.serving(answers={post.TO: "550 no such user"}) as server:
        post.configure(office, server.port)
        send(office)
        assert send(office) == [], "not by itself"
        server.answers.clear()
        assert send(office, retry=1) == [Outcome.SENT]
    assert states(office) == [("sent", 2)]


def test_a_server_that_cannot_be_reached(office: Office) -> None:
    post.put(office, 3)
    post.configure(office, post.free_port())
    with pytest.raises(MailProblem) as problem:
        send(office)
    assert str(problem.value).startswith("the mail server 127.0.0.1:")
    assert states(office) == [("queued", 1), ("queued", 0), ("queued", 0)]


def test_a_server_that_breaks_off_leaves_the_fate_unknown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 1)
    post.put(office)
    with post.serving(hang=True) as server:
        post.configure(office, server.port)
        began = time.monotonic()
        assert send(office) == [Outcome.UNKNOWN]
        assert time.monotonic() - began < 30
    (row,) = leads.rows(office, ROWS)
    assert (row["state"], row["sent_at"]) == ("sending", None)


def test_without_a_server_mails_wait(office: Office) -> None:
    post.put(office)
    with pytest.raises(MailProblem) as problem:
        send(office)
    assert "salesflow config set mail.host HOST" in str(problem.value.hint)
    assert states(office) == [("queued", 0)]


def test_an_address_that_is_none(office: Office) -> None:
    post.put(office, recipient="li.na@example.com\r\nBcc: all@example.com")
    with post.serving() as server:
        post.configure(office, server.port)
        assert send(office) == [Outcome.FAILED]
    assert server.came == []


def test_nothing_but_text_gets_into_a_header(office: Office) -> None:
    post.put(office, subject="提醒\r\nBcc: all@example.com\x00\x1b[31m " + "长" * 300)
    with post.serving() as server:
        post.configure(office, server.port)
        send(office)
    (message,) = server.came
    assert message["Bcc"] is None
    assert message["Subject"].startswith("提醒  Bcc: all@example.com  [31m 长")
    assert message["Subject"].endswith("长" * 300)


def test_an_unknown_mail(office: Office) -> None:
    with post.serving() as server:
        post.configure(office, server.port)
        with pytest.raises(NotFound):
            send(office, retry=9)


def test_every_step_is_in_the_trail_without_an_address(office: Office) -> None:
    post.put(office)
    with post.serving() as server:
        post.configure(office, server.port)
        send(office)
    entries = leads.rows(office, "SELECT action, after FROM v_audit WHERE action LIKE 'mail.%' ORDER BY id")
    assert [entry["action"] for entry in entries] == ["mail.queue", "mail.send", "mail.send"]
    assert not any("example.com" in entry["after"] for entry in entries)


def test_the_password_comes_from_the_environment_or_a_command(office: Office) -> None:
    from salesflow.config import Settings

    asked = Settings("", {"mail.password_command": "printf 'ge heim\\n'"})
    assert mail.password(asked, {"SALESFLOW_MAIL_PASSWORD": "x"}) == "x"
    assert mail.password(asked, {}) == "ge heim"
    assert mail.password(Settings(""), {}) is None
    for command in ("false", "/no/such/program", "'"):
        with pytest.raises(MailProblem):
            mail.password(Settings("", {"mail.password_command": command}), {})


def secured(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool) -> dict[str, Any]:
    """What makes the server one that talks in secret, and takes only who knows the password."""
    path = post.certificate(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    def known(_server: object, _session: object, _envelope: object, _mechanism: object, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"sales", b"geheim"), handled=False)

    return {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": known}


@pytest.mark.parametrize(
    ("trusted", "password", "arrives"), [(True, "geheim", True), (True, "falsch", False), (False, "geheim", False)]
)
def test_a_server_that_wants_secrecy_and_a_password(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool, password: str, arrives: bool
) -> None:
    post.put(office)
    with post.serving(options=secured(office, tmp_path, monkeypatch, trusted=trusted)) as server:
        more = ('user = "sales"', f'password_command = "printf {password}"')
        post.write_configuration(office.environment["SALESFLOW_CONFIG"], server.port, "starttls", *more)
        if arrives:
            assert send(office) == [Outcome.SENT]
        else:
            with pytest.raises(MailProblem):
                send(office)
    assert len(server.came) == int(arrives)
    assert states(office) == [("sent" if arrives else "queued", 1)]


def test_a_server_that_speaks_tls_from_the_start_is_not_talked_to_without(office: Office) -> None:
    post.put(office)
    with post.serving() as server:
        post.write_configuration(office.environment["SALESFLOW_CONFIG"], server.port, "tls")
        with pytest.raises(MailProblem):
            send(office)
    assert states(office) == [("queued", 1)]


def test_a_sender_that_the_server_does_not_take_is_no_fault_of_the_mail(office: Office) -> None:
    post.put(office)
    with post.serving(answers={"sales@example.com": "553 not yours"}) as server:
        post.configure(office, server.port)
        assert send(office) == [Outcome.AGAIN]
    (row,) = leads.rows(office, ROWS)
    assert (row["state"], row["error"]) == ("queued", "553 not yours")


def test_an_address_that_no_server_understands(office: Office) -> None:
    post.put(office, recipient="李娜@example.com")
    post.put(office)
    with post.serving() as server:
        post.configure(office, server.port)
        assert send(office) == [Outcome.FAILED, Outcome.SENT]


def configured(office: Office, port: int, keys: dict[str, str]) -> None:
    """The configuration with other values of some keys, as TOML writes them."""
    post.configure(office, port)
    path = Path(office.environment["SALESFLOW_CONFIG"])
    names = tuple(f"{name} " for name in keys)
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(names)]
    path.write_text("\n".join([*kept, *(f"{name} = {value}" for name, value in keys.items())]) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    "address", ["notanaddress", "李娜@yf.example", "a@b@c", "sales@yf..example", "a@" + "b" * 64 + ".example"]
)
def test_an_address_of_ours_that_is_none_is_named_and_every_mail_waits(office: Office, address: str) -> None:
    post.put(office, 2)
    with post.serving() as server:
        configured(office, server.port, {"from": f'"{address}"'})
        with pytest.raises(MailProblem) as problem:
            send(office)
        assert str(problem.value) == f"mail.from is set to {address}, which is not an address"
        assert states(office) == [("queued", 0)] * 2
        post.configure(office, server.port)
        assert send(office) == [Outcome.SENT] * 2


def test_a_domain_in_another_script_travels_as_servers_understand_it(office: Office) -> None:
    post.put(office, recipient="a@例子.中国")
    with post.serving(answers={"b@xn--fsqu00a.xn--fiqs8s": "550 no such user"}) as server:
        configured(office, server.port, {"from": '"sales@销售.中国"', "from_name": '"云帆\\n销售"'})
        assert send(office) == [Outcome.SENT]
        post.put(office, recipient="b@例子.中国")
        assert send(office) == [Outcome.FAILED]
    (message,) = server.came
    assert (message["To"], message["From"]) == ("a@xn--fsqu00a.xn--fiqs8s", "云帆 销售 <sales@xn--nyr189l.xn--fiqs8s>")
    assert message["Message-ID"].isascii()


@pytest.mark.parametrize(
    "keys",
    [
        {"host": '"smtp..example.com"'},
        {"host": f'"{"a" * 64}.example.com"'},
        {"host": r'"a\u0000b"'},
        {"port": "99999"},
        {"user": '"sales"', "password_command": '"printf ge\u00e9heim"'},
    ],
)
def test_a_server_that_cannot_be_talked_with_as_configured(office: Office, keys: dict[str, str]) -> None:
    post.put(office, 2)

    def known(_server: object, _session: object, _envelope: object, _mechanism: object, _data: Any) -> AuthResult:
        return AuthResult(success=True)

    with post.serving(options={"auth_require_tls": False, "authenticator": known}) as server:
        configured(office, server.port, keys)
        done = office.program("outbox", "send")
    assert (done.status, done.out, done.err.count("\n")) == (7, "", 1), done.err
    assert done.err.startswith("error [mail]: the mail server ") and "é" not in done.err
    assert states(office) == [("queued", 1), ("queued", 0)]


def test_a_server_that_hangs_up_before_the_text_leaves_the_mail_with_us(office: Office) -> None:
    post.put(office, 2)
    with post.serving(drop=True) as server:
        post.configure(office, server.port)
        assert send(office) == [Outcome.AGAIN, Outcome.AGAIN], "the second one in a conversation of its own"
        server.drop = False
        assert send(office) == [Outcome.SENT, Outcome.SENT]
    assert states(office) == [("sent", 2), ("sent", 2)]
