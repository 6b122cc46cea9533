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
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from salesflow.services.outbox import NewMail, queue
from tests.conftest import Office

TO = "li.na@example.com"


@dataclass
class Server:
    """`answers`: what it says to a recipient instead of taking the mail. `hang`: it never answers the text of a mail. `drop`: it hangs up."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False
    refuse_text: str = ""
    came: list[EmailMessage] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.answers:
            return self.answers[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.drop:
            server.transport.abort()
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
def serving(*, options: dict[str, Any] | None = None, **behaviour: Any) -> Iterator[Server]:
    """A server on a free port of this machine. `options`: of aiosmtpd's own server, such as a TLS context."""
    server = Server(port=free_port(), **behaviour)
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **(options or {}))
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


def write_configuration(path: str, port: int, security: str = "none", *more: str) -> None:
    lines = ("[mail]", 'host = "127.0.0.1"', f"port = {port}", f'security = "{security}"', 'from = "sales@example.com"')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join((*lines, 'from_name = "云帆销售"', *more)) + "\n")


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


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1, signed by itself, and its key, in one file."""
    import ipaddress
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path
