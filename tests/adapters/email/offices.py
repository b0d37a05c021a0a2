"""A mailbox on the session's Dovecot with a source connected to it, and customers who write to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.email.settings import EmailSettings
from adapters.email.source import EmailSource
from bridge.contracts import Surroundings
from tests.servers.dovecot import PASSWORD
from tests.servers.mail_wire import MailWire

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bridge.clock import Clock
    from tests.servers.dovecot import Dovecot


@dataclass(frozen=True, slots=True)
class MailOffice:
    """A support mailbox, its wire, and a customer's mailbox."""

    server: Dovecot
    wire: MailWire
    source: EmailSource
    address: str
    customer: str

    def receive(self, id_: str, text: str, *, at: datetime | None = None, folder: str = "INBOX", **headers: str) -> str:
        """Let a mail of the customer lie in the mailbox; return its native id."""
        native_id = f"{id_}@kunde.example"
        data = mail(native_id, text, sender=self.customer, to=self.address, at=at, **headers)
        self.server.put(self.address, data, folder, at=at)
        return native_id

    def close(self) -> None:
        """Sign out and cut the wire."""
        self.source.close()
        self.wire.close()


def mail(native_id: str, text: str, *, sender: str, to: str, at: datetime | None = None, **headers: str) -> bytes:
    """Return a mail; further headers are named with ``_`` for ``-``."""
    given = {
        "From": f"Anna Kern <{sender}>",
        "To": to,
        "Subject": "Router",
        "Message-ID": f"<{native_id}>",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if at is not None:
        given["Date"] = f"{at:%a, %d %b %Y %H:%M:%S +0000}"
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{head}\r\n{text}\r\n".encode()


def office(server: Dovecot, folder: Path, clock: Clock, **settings: Any) -> MailOffice:  # noqa: ANN401 - values of any setting
    """Open mailboxes that nobody has used."""
    number = server.fresh()
    address, customer = f"support{number}@acme.example", f"anna{number}@kunde.example"
    wire = MailWire(server.imap_port)
    given = {
        "addresses": (address,),
        "password": SecretStr(PASSWORD),
        "imap_host": "127.0.0.1",
        "imap_port": wire.port,
        "imap_safety": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": server.smtp_port,
        "smtp_safety": "none",
        "smtp_sign_in": False,
        "timeout": 10,
        **settings,
    }
    source = EmailSource.connect(EmailSettings(**given), Surroundings("mail", folder, clock))
    return MailOffice(server, wire, source, address, customer)
