"""A project with a mailbox and a desk, run by the program, and the customer at the other end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.clock import ShiftedClock
from bridge.errors import Exit
from tests.adapters.email.offices import mail
from tests.project import begin, ended, write_project
from tests.servers.dovecot import PASSWORD
from tests.servers.mail_provider import CLIENT, SECRET
from tests.servers.mail_wire import MailWire
from tests.weeks.office import Office

if TYPE_CHECKING:
    from email.message import EmailMessage
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from tests.servers.dovecot import Dovecot

SOURCE = """\
sources:
  mail:
    type: email
    addresses: [{address}]
    name: Acme Support
    {sign_in}
    imap_host: 127.0.0.1
    imap_port: {imap}
    imap_safety: none
    smtp_host: 127.0.0.1
    smtp_port: {smtp}
    smtp_safety: none
    smtp_sign_in: {smtp_sign_in}
    timeout: 10
    {more}
targets:
"""
BY_PASSWORD = "password: ${MAIL_PASSWORD}"
BY_TOKEN = """\
oauth:
      vendor: other
      client_id: {client}
      client_secret: ${{MAIL_CLIENT_SECRET}}
      authorize_url: {url}/authorize
      token_url: {url}/token
      scopes: [mail]"""


@dataclass(frozen=True, slots=True)
class MailDesk:
    """A project, its mailbox, and a customer."""

    office: Office
    server: Dovecot
    wire: MailWire
    address: str
    customer: str

    def sync(self, *, minutes: float = 2, expect: Exit = Exit.OK) -> None:
        """Sync some minutes later; an answer may wait for somebody's decision."""
        self.office.later(minutes=minutes)
        self.office.run("sync", expect=lambda code: code == expect or (expect is Exit.OK and code == Exit.SET_ASIDE))

    def write(self, id_: str, text: str, *, sender: str = "", **headers: str) -> str:
        """Let a mail of the customer come in; return its Message-ID."""
        sender, native_id = sender or self.customer, f"{id_}@kunde.example"
        self.office.later(minutes=1)
        now = self.office.clock.now()
        self.server.put(self.address, mail(native_id, text, sender=sender, to=self.address, at=now, **headers), at=now)
        return native_id

    def killed(self, *, minutes: float = 2, **environment: str) -> int:
        """Sync some minutes later in a process of its own, which may not live to the end; return its exit code."""
        self.office.later(minutes=minutes)
        process = self.begin(**environment)
        return ended(self.office.folder, process).returncode

    def begin(self, **environment: str) -> ForkServerProcess:
        """Begin a sync in a process of its own."""
        return begin(self.office.folder, "sync", clock=self.office.clock, **self.office.secrets, **environment)

    def cases(self) -> list[dict[str, Any]]:
        """Return what stands on the desk, newest first."""
        found: list[dict[str, Any]] = self.office.ask("desk", "list")
        return found

    def case(self) -> dict[str, Any]:
        """Return the one case."""
        (only,) = self.cases()
        shown: dict[str, Any] = self.office.ask("desk", "show", only["ref"])
        return shown

    def answer(self, text: str) -> None:
        """Let the agent answer the one case; the next sync takes it over and holds it, the one after that may send it."""
        (only,) = self.cases()
        self.office.run("desk", "reply", only["ref"], text)

    def answers(self) -> list[EmailMessage]:
        """Return what the customer got."""
        return self.server.mails(self.customer)

    def actions(self) -> list[dict[str, Any]]:
        """Return what became of the answers."""
        found: list[dict[str, Any]] = self.office.ask("actions", "list")
        return found


def open_desk(server: Dovecot, folder: Path, more: str = "", *, by_token: bool = False) -> MailDesk:
    """Write the project; ``by_token``: it signs in by OAuth 2, at both servers."""
    number = server.fresh()
    address, customer = f"support{number}@acme.example", f"anna{number}@kunde.example"
    wire = MailWire(server.imap_port)
    write_project(folder, desk="publish: true")
    file = folder / "casebridge.yaml"
    before, rest = file.read_text().split("sources:\n")
    source = SOURCE.format(
        address=address,
        imap=wire.port,
        smtp=server.smtp_port,
        more=more,
        sign_in=BY_TOKEN.format(client=CLIENT, url=server.provider.url) if by_token else BY_PASSWORD,
        smtp_sign_in=str(by_token).lower(),
    )
    file.write_text(before + source + rest.split("targets:\n")[1])
    office = Office(folder, ShiftedClock(), {"MAIL_PASSWORD": PASSWORD, "MAIL_CLIENT_SECRET": SECRET})
    return MailDesk(office, server, wire, address, customer)
