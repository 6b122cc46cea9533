"""A real mail server on this machine for tests: it keeps what it gets, and refuses, breaks off or waits as it is told."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from salesflow.services.outbox import NewMail, queue
from tests.conftest import Office

TO = "li.na@example.com"


@dataclass
class Server:
    """`answers`: what it says to a recipient instead of taking the mail. `hang`: it never answers the text of a mail."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    refuse_text: str = ""
    came: list[EmailMessage] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        import asyncio

        self.reached.set()
        if self.hang:
            await asyncio.sleep(60)
        if self.refuse_text:
            return self.refuse_text
        self.came.append(read(envelope.content))
        return "250 OK"


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


@contextmanager
def serving(**behaviour: Any) -> Iterator[Server]:
    """A server on a free port of this machine."""
    server = Server(port=free_port(), **behaviour)
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configure(office: Office, port: int) -> None:
    write_configuration(office.environment["SALESFLOW_CONFIG"], port)


def write_configuration(path: str, port: int) -> None:
    lines = ("[mail]", 'host = "127.0.0.1"', f"port = {port}", 'security = "none"', 'from = "sales@example.com"')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join((*lines, 'from_name = "云帆销售"')) + "\n")


def put(office: Office, count: int = 1, **changes: Any) -> list[int | None]:
    """Queue mails to li.na."""
    base = {
        "kind": "remind",
        "staff_id": 3,
        "login": "li.na",
        "recipient": TO,
        "subject": "跟进提醒",
        "body": "甲公司\n",
    }
    with office.context().transaction() as work:
        return [queue(work, NewMail(**{**base, **changes})) for _ in range(count)]
