"""What comes and goes beside the plain question and answer: colleagues, machines, bounces, files, strangers."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from tests.adapters.email.desks import MailDesk, open_desk
from tests.adapters.email.offices import mail
from tests.servers.shared import dovecot

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def asked(desk: MailDesk) -> str:
    """Let a case stand on the desk."""
    first = desk.write("m1", "Der Router blinkt rot.")
    desk.sync()
    return first


def test_an_answer_from_another_mail_program_counts_and_opens_nothing(desk: MailDesk) -> None:
    first = asked(desk)
    desk.office.later(minutes=1)
    now = desk.office.clock.now()
    own = mail(
        "own@acme.example", "Ist unterwegs.", sender=desk.address, to=desk.customer, at=now, In_Reply_To=f"<{first}>"
    )
    desk.server.put(desk.address, own, "Sent", at=now)
    desk.sync()
    said = [(one["direction"], one["text"]) for one in desk.case()["messages"]]
    assert said[0] == ("in", "Router\n\nDer Router blinkt rot.")
    assert any(direction == "out" and "Ist unterwegs." in text for direction, text in said[1:])
    assert desk.answers() == []
    (customer,) = desk.office.ask("customers", "list")
    assert (customer["messages"], customer["cases"]) == (2, 1)


def test_an_agents_answer_waits_for_a_person_where_a_colleague_has_answered_by_mail(desk: MailDesk) -> None:
    first = asked(desk)
    desk.answer("Ein neuer Router geht heute raus.")
    desk.office.later(minutes=1)
    now = desk.office.clock.now()
    own = mail("own@acme.example", "Erledigt.", sender=desk.address, to=desk.customer, at=now, In_Reply_To=f"<{first}>")
    desk.server.put(desk.address, own, "Sent", at=now)
    for _ in range(2):
        desk.sync()
    (action,) = desk.actions()
    assert action["state"] == "review"
    assert "somebody answered on mail" in action["reason"]
    assert desk.answers() == []


def test_machines_open_no_case_and_get_no_answer(desk: MailDesk) -> None:
    desk.write("a", "Ich bin im Urlaub.", Auto_Submitted="auto-replied")
    desk.write("b", "Unsere Angebote!", Precedence="bulk", List_Unsubscribe="<mailto:weg@kunde.example>")
    desk.sync()
    assert desk.cases() == []
    assert desk.answers() == []


def test_an_answer_that_comes_back_is_told_in_the_case_and_the_address_is_known_to_be_bad(desk: MailDesk) -> None:
    asked(desk)
    desk.answer("Ist unterwegs.")
    for _ in range(2):
        desk.sync()
    (answer,) = desk.answers()
    status = f"Final-Recipient: rfc822; {desk.customer}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n"
    report = (
        f"From: MAILER-DAEMON@kunde.example\r\nTo: {desk.address}\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; kunde.example\r\n\r\n{status}"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {answer['Message-ID']}\r\n--b--\r\n"
    )
    desk.server.put(desk.address, report.encode(), at=desk.office.clock.now())
    for _ in range(2):
        desk.sync()
    (action,) = desk.actions()
    assert action["state"] == "refused"
    assert any("no such user" in one["text"] for one in desk.case()["messages"])
    desk.answer("Haben Sie ihn?")
    for _ in range(3):
        desk.sync()
    assert len(desk.answers()) == 1
    assert any("came back" in one["text"] for one in desk.case()["messages"])


def test_a_file_comes_along(desk: MailDesk) -> None:
    sent = EmailMessage()
    sent["From"], sent["To"], sent["Subject"] = desk.customer, desk.address, "Router"
    sent["Message-ID"] = "<file@kunde.example>"
    sent.set_content("Der Router blinkt rot, siehe Bild.")
    sent.add_attachment(b"\x89PNG\r\n\x1a\n" + bytes(200), maintype="image", subtype="png", filename="lampe.png")
    desk.office.later(minutes=1)
    desk.server.put(desk.address, sent.as_bytes(), at=desk.office.clock.now())
    desk.sync()
    (said,) = [one for one in desk.case()["messages"] if one["direction"] == "in"]
    assert said["files"] == ["lampe.png"]


def test_a_file_that_the_agent_attaches_reaches_the_customer(desk: MailDesk, tmp_path: Path) -> None:
    asked(desk)
    file = tmp_path / "Anleitung für Anna.pdf"
    file.write_bytes(b"%PDF-1.4 how it works")
    (only,) = desk.cases()
    desk.office.run("desk", "reply", only["ref"], "Siehe Anlage.", "--attach", str(file))
    for _ in range(2):
        desk.sync()
    (answer,) = desk.answers()
    (attached,) = answer.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (file.name, file.read_bytes())


def test_numbers_of_cards_are_kept_nowhere_however_the_mail_writes_them(desk: MailDesk) -> None:
    card = "4111 1111 1111 1111"
    sent = EmailMessage()
    sent["From"], sent["To"], sent["Subject"] = desk.customer, desk.address, f"Zahlung für Karte {card}"
    sent["Message-ID"] = "<card@kunde.example>"
    sent.set_content(f"Meine Karte ist die {card}, prüfen Sie das bitte.", cte="base64")
    sent.add_attachment(b"%PDF-1.4 a bill", maintype="application", subtype="pdf", filename=f"Karte {card} für Sie.pdf")
    desk.office.later(minutes=1)
    desk.server.put(desk.address, sent.as_bytes(), at=desk.office.clock.now())
    desk.sync()
    (said,) = desk.case()["messages"]
    assert "[card ending 1111]" in said["text"]
    assert said["files"] == ["Karte [card ending 1111] für Sie.pdf"]
    kept = b"".join(file.read_bytes() for file in desk.office.folder.rglob("*") if file.is_file())
    written = [card, card.replace(" ", ""), card.replace(" ", "%20"), card.replace(" ", "_"), card.replace(" ", "-")]
    assert [form for form in written if form.encode() in kept] == []
    assert base64.b64encode(card[:12].encode()) not in kept


def test_an_answer_that_lost_its_thread_on_the_way_is_known_by_the_address_it_goes_to(tmp_path: Path) -> None:
    desk = open_desk(dovecot(), tmp_path / "project", "reply_token: true")
    desk.sync()
    asked(desk)
    desk.answer("Ein neuer Router geht heute raus.")
    for _ in range(2):
        desk.sync()
    (answer,) = desk.answers()
    desk.write("m2", "Danke, er ist da!", To=answer["Reply-To"], References="<made-by-a-relay@kunde.example>")
    desk.sync()
    assert [one["author"] for one in desk.case()["messages"]] == ["Anna Kern", "agent", "Casebridge", "Anna Kern"]
    desk.wire.close()


def test_a_stranger_who_joins_the_thread_has_a_case_of_his_own(desk: MailDesk) -> None:
    first = asked(desk)
    desk.write(
        "s", "Bei mir blinkt er auch.", sender="omar@fremd.example", In_Reply_To=f"<{first}>", From="omar@fremd.example"
    )
    desk.sync()
    people = {one["person_name"] or "" for one in desk.cases()}
    assert len(desk.cases()) == 2
    assert len(people) == 2
