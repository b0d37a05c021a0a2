"""Two mailboxes of one brand: what is in both is there once, and what they write to each other is nobody's question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.email.desks import MailDesk, open_desk
from tests.adapters.email.offices import mail
from tests.servers.shared import dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

SALES = "verkauf@acme.example"
SECOND = """folders: [INBOX]
  sales:
    type: email
    addresses: [{address}]
    password: ${{MAIL_PASSWORD}}
    imap_host: 127.0.0.1
    imap_port: {port}
    imap_safety: none
    timeout: 10"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[MailDesk]:
    """Set up a project that reads the mailbox of support and that of sales."""
    server = dovecot()
    opened = open_desk(server, tmp_path / "project", SECOND.format(address=SALES, port=server.imap_port))
    opened.sync()
    yield opened
    opened.wire.close()


def put(desk: MailDesk, data: bytes, *boxes: str, folder: str = "INBOX") -> None:
    """Let a mail lie in mailboxes."""
    desk.office.later(minutes=1)
    for box in boxes:
        desk.server.put(box, data, folder, at=desk.office.clock.now())


def test_a_mail_to_both_is_one_message_and_its_answer_goes_out_once(desk: MailDesk) -> None:
    data = mail("both@kunde.example", "Wo ist mein Router?", sender=desk.customer, to=desk.address, Cc=SALES)
    put(desk, data, SALES, desk.address)
    desk.sync()
    (said,) = desk.case()["messages"]
    assert said["text"] == "Router\n\nWo ist mein Router?"
    assert len(desk.office.ask("messages", "list")) == 1
    desk.answer("Er ist unterwegs.")
    for _ in range(3):
        desk.sync()
    assert len(desk.answers()) == 1
    assert len(desk.office.ask("customers", "list")) == 1


def test_what_one_of_our_mailboxes_writes_to_the_other_opens_no_case(desk: MailDesk) -> None:
    put(desk, mail("fw@acme.example", "Bitte übernehmen!", sender=SALES, to=desk.address), desk.address)
    put(desk, mail("ask@acme.example", "Wer ist dran?", sender=desk.address, to=SALES), SALES)
    desk.sync()
    assert desk.cases() == []
    assert desk.office.ask("customers", "list") == []


def test_an_answer_from_the_other_mailbox_counts_in_the_case(desk: MailDesk) -> None:
    first = desk.write("m1", "Der Router blinkt rot.")
    desk.sync()
    answer = mail(
        "own@acme.example", "Ist unterwegs.", sender=SALES, to=desk.customer, Cc=desk.address, In_Reply_To=f"<{first}>"
    )
    put(desk, answer, SALES, folder="Sent")
    put(desk, answer, desk.address)
    desk.sync()
    said = [one["direction"] for one in desk.case()["messages"]]
    assert said == ["in", "out"]
