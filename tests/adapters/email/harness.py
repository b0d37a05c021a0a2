"""The mailbox and its publisher for the conformance suite, on a real Dovecot."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapters.email.publisher import EmailPublisher
from bridge.clock import FixedClock
from bridge.nouns import Action, ActionKind, Kind
from tests.adapters.email.offices import mail, office
from tests.conformance.harness import Cannot, Post, Repair, Trouble
from tests.servers.dovecot import PASSWORD
from tests.servers.shared import dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REAL = True
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REFUSALS = {
    Trouble.UNAUTHORISED: "[AUTHENTICATIONFAILED] Authentication failed.",
    Trouble.RATE_LIMITED: "[LIMIT] Too many connections.",
    Trouble.UNREACHABLE: "refused",
}
LOST = {Trouble.LOST_REQUEST: "vanished", Trouble.LOST_RESPONSE: "lost"}


class MailSourceHarness:
    """A mailbox with six mails, one an hour, and one of the brand's own in the folder of sent mail."""

    secrets = (PASSWORD,)

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(MONDAY + timedelta(days=1))
        self.office = office(dovecot(), folder, self.clock, page_size=2)
        self.source = self.office.source
        self._ids = [self._mail(number) for number in range(6)]
        own = mail("own@acme.example", "Gern.", sender=self.office.address, to=self.office.customer, at=MONDAY)
        self.office.server.put(self.office.address, own, "Sent", at=MONDAY)
        self._ids.append("own@acme.example")

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(f"mail//{id_}" for id_ in self._ids)

    def since(self) -> tuple[datetime, frozenset[str]]:
        later = frozenset(f"mail//m{number}@kunde.example" for number in (3, 4, 5))
        return MONDAY + timedelta(hours=2, minutes=30), later

    def grow(self) -> frozenset[str]:
        self._ids.append(self._mail(len(self._ids) + 10))
        return frozenset({f"mail//{self._ids[-1]}"})

    def stand_still(self) -> None:
        reason = "the cursor is made of the UIDs that were read, which only grow"
        raise Cannot(reason)

    def plant_unknown(self) -> str:
        report = (
            "From: MAILER-DAEMON@kunde.example\r\nMessage-ID: <late@kunde.example>\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nStill trying.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; kunde.example\r\n\r\n"
            "Final-Recipient: rfc822; anna@kunde.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <x@acme.example>\r\n--b--\r\n"
        )
        self.office.server.put(self.office.address, report.encode())
        return "report of a mail: delayed"

    def plant_broken(self) -> None:
        self.office.server.put(self.office.address, b"\r\n")
        self.grow()

    def repair(self) -> Repair:
        whole = mail("again@kunde.example", "Hallo", sender=self.office.customer, to=self.office.address)
        return Repair(fields={"mail": whole.decode()}, where="INBOX:1:7", key="mail//again@kunde.example")

    def provoke(self, trouble: Trouble) -> None:
        self.source.account.close()
        self.office.wire.refusals.append(REFUSALS[trouble])

    def _mail(self, number: int) -> str:
        return self.office.receive(f"m{number}", f"Es blinkt {number} mal.", at=MONDAY + timedelta(hours=number))


class MailPublisherHarness:
    """A mailbox with a customer's mail to answer."""

    secrets = (PASSWORD,)

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(MONDAY)
        self.office = office(dovecot(), folder, self.clock)
        self.publisher = EmailPublisher.beside(self.office.source)
        self._reply_to = self.office.receive("m0", "Es blinkt.", at=MONDAY)
        self._keys = 0

    def action(self, text: str) -> Action:
        self._keys += 1
        return Action(
            key=f"cb1-{self.office.address}-{self._keys}",
            kind=ActionKind.REPLY,
            connection="mail",
            network="mail",
            scope="",
            reply_to=self._reply_to,
            recipient=self.office.customer,
            public=False,
            text=text,
            answered=Kind.MAIL,
            subject="Router",
            extra={"references": [self._reply_to]},
        )

    def ineligible(self) -> list[Action]:
        action = self.action("Hello")
        return [
            replace(action, kind=ActionKind.LIKE),
            replace(action, recipient=""),
            replace(action, recipient="noreply@kunde.example"),
            replace(action, undelivered="5.1.1 there is no such mailbox"),
            replace(action, text="x" * 30_000_000),
        ]

    def posts(self) -> list[Post]:
        found = []
        for each in self.office.server.mails(self.office.customer):
            text = each.get_content().replace("\r\n", "\n").rstrip("\n")
            found.append(Post(each["Message-ID"].strip("<>"), text, each["In-Reply-To"].strip("<>")))
        return found

    def provoke(self, trouble: Trouble) -> None:
        if trouble in LOST:
            self.office.server.relay.answers.append(LOST[trouble])
        elif trouble in REFUSALS:
            self.office.source.account.close()
            self.office.wire.refusals.append(REFUSALS[trouble])
        else:
            reason = "a mail server takes a mail at once"
            raise Cannot(reason)


@contextmanager
def source(folder: Path) -> Iterator[MailSourceHarness]:
    """Give a mailbox with something in it."""
    harness = MailSourceHarness(folder)
    try:
        yield harness
    finally:
        harness.office.close()


@contextmanager
def publisher(folder: Path) -> Iterator[MailPublisherHarness]:
    """Give a mailbox with something to answer."""
    harness = MailPublisherHarness(folder)
    try:
        yield harness
    finally:
        harness.office.close()
