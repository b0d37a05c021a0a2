"""Reading a real mailbox: what is in it, what moved, what is too large, what was sent twice; and without a trace."""

from __future__ import annotations

import smtplib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from adapters.email.source import EmailSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.errors import ConfigError, Unsupported
from bridge.nouns import Cursor, Direction, Message, Said
from tests.adapters.email.offices import MailOffice, mail, office
from tests.servers.shared import dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[MailOffice]:  # noqa: ANN401 - values of any setting
    """Open a mailbox that nobody has used."""
    found = office(dovecot(), folder, FixedClock(MONDAY), **settings)
    try:
        yield found
    finally:
        found.close()


def read(here: MailOffice, after: Cursor | None = None) -> list[Message]:
    pages = here.source.pages(after or Cursor())
    return [event.message for page in pages for event in page.events if isinstance(event, Said)]


def flags(here: MailOffice, folder: str = "INBOX") -> list[set[bytes]]:
    with here.server.signed_in(here.address) as client:
        client.select_folder(folder, readonly=True)
        return [set(each) - {b"\\Recent"} for each in client.get_flags(client.search()).values()]


def test_a_mail_that_comes_by_smtp_is_read_and_has_the_servers_time(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        data = mail(
            "m1@kunde.example", "Hallo", sender=here.customer, to=here.address, Date="Thu, 01 Jan 1970 00:00:00 +0000"
        )
        before = datetime.now(UTC) - timedelta(minutes=1)
        with smtplib.SMTP("127.0.0.1", here.server.smtp_port, timeout=10) as smtp:
            smtp.sendmail(here.customer, [here.address], data)
        (found,) = read(here)
    assert found.account == here.address
    assert found.sent_at is not None
    assert found.sent_at > before


@pytest.mark.parametrize(("mark", "expected"), [(False, [set()]), (True, [{b"\\Seen"}])])
def test_nothing_is_marked_unless_it_is_asked_for(tmp_path: Path, mark: bool, expected: list[set[bytes]]) -> None:  # noqa: FBT001 - a parameter of pytest's
    with opened(tmp_path, mark_seen=mark) as here:
        here.receive("m1", "Hallo")
        read(here)
        assert flags(here) == expected


def test_two_mails_with_one_id_are_two_and_a_copy_is_one(tmp_path: Path) -> None:
    with opened(tmp_path, folders=("INBOX", "Archive"), page_size=1) as here:
        for number, (text, folder) in enumerate([("Hallo", "INBOX"), ("Etwas anderes", "INBOX"), ("Hallo", "Archive")]):
            here.receive(
                "same",
                text,
                folder=folder,
                at=MONDAY,
                Date=f"Mon, 02 Mar 2026 09:00:0{number} +0000" if number == 1 else "Mon, 02 Mar 2026 09:00:00 +0000",
            )
        found = read(here)
    assert {each.native_id for each in found if each.text == "Hallo"} == {"same@kunde.example"}
    (other,) = {each.native_id for each in found if each.text == "Etwas anderes"}
    assert other.startswith("same@kunde.example~")


@pytest.mark.parametrize(
    "id_",
    [
        '<a"b@kunde.example>',
        "<a\\b@kunde.example>",
        "<a{3}@kunde.example>",
        "<(a)%*]@kunde.example>",
        "<käthe@kunde.example>",
        "<日本>",
        f"<{'x' * 900}@kunde.example>",
        "<>",
        "a b c",
        "no-brackets@kunde.example",
    ],
)
def test_a_strange_message_id_stops_nothing_and_its_file_is_found(tmp_path: Path, id_: str) -> None:
    with opened(tmp_path) as here:
        here.server.put(here.address, with_file(here, b"%PDF-1.4", id_=id_))
        here.receive("m2", "Hallo")
        first, second = read(here)
        assert second.text == "Hallo"
        again = EmailSource.connect(here.source.settings, Surroundings("mail", tmp_path, FixedClock(MONDAY)))
        assert again.attachment(first.attachments[0].url) == b"%PDF-1.4"
        again.close()


def test_an_address_of_ours_is_known_however_its_domain_is_written(tmp_path: Path) -> None:
    with opened(tmp_path, addresses=("hilfe@äcme.example",), user="any@acme.example") as here:
        for number, domain in enumerate(("äcme.example", "xn--cme-pla.example")):
            data = mail(f"{number}@acme.example", "Ist unterwegs.", sender=f"hilfe@{domain}", to="anna@kunde.example")
            here.server.put("any@acme.example", data)
        assert [each.direction for each in read(here)] == [Direction.OUT, Direction.OUT]


def test_a_folder_that_is_added_later_begins_where_the_others_stand(tmp_path: Path) -> None:
    with opened(tmp_path, folders=("INBOX",)) as here:
        here.receive("old", "Alt", folder="Archive", at=MONDAY - timedelta(days=30))
        here.receive("m1", "Hallo", at=MONDAY)
        *_, last = here.source.pages(Cursor())
        here.receive("new", "Neu", folder="Archive", at=MONDAY + timedelta(hours=1))
        here.source.settings = here.source.settings.model_copy(update={"folders": ("*",)})
        here.source.account._settings = here.source.settings
        assert [each.text for each in read(here, last.cursor)] == ["Neu"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        opened(tmp_path, folders=("Support",)) as here,
        pytest.raises(ConfigError, match=r"no folder 'Support'.*INBOX"),
    ):
        here.source.head()


def test_of_a_mail_that_is_too_large_the_words_are_read(tmp_path: Path) -> None:
    with opened(tmp_path, max_bytes=20_000) as here:
        here.server.put(here.address, with_file(here, bytes(60_000)))
        (found,) = read(here)
    assert found.text == "Siehe Anlage."
    assert found.extra["cut_off"] is True
    assert all(file.size is not None and file.size > 60_000 for file in found.attachments)


def test_a_file_is_found_wherever_its_mail_stands_by_then(tmp_path: Path) -> None:
    with opened(tmp_path, folders=("INBOX", "Archive")) as here:
        here.server.put(here.address, with_file(here, b"%PDF-1.7 plan"))
        (found,) = read(here)
        (file,) = found.attachments
        assert here.source.attachment(file.url) == b"%PDF-1.7 plan"
        with here.server.signed_in(here.address) as client:
            client.select_folder("INBOX")
            client.move(client.search(), "Archive")
        assert here.source.attachment(file.url) == b"%PDF-1.7 plan"
        with here.server.signed_in(here.address) as client:
            client.select_folder("Archive")
            client.delete_messages(client.search())
            client.expunge()
        assert here.source.attachment(file.url) is None


def test_sent_mail_is_ours_and_drafts_are_not_read(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        for name, marks in (("sent", ()), ("draft", ("\\Draft",))):
            data = mail(f"{name}@acme.example", name, sender="anna.privat@acme.example", to=here.customer)
            with here.server.signed_in(here.address) as client:
                client.append("Sent", data, marks)
        (found,) = read(here)
    assert (found.text, found.direction) == ("sent", Direction.OUT)


def test_new_mail_is_told_at_once_and_quiet_is_quiet(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        assert here.source.wait(0.1) is False
        coming = Timer(0.3, lambda: here.receive("m1", "Hallo"))
        coming.start()
        assert here.source.wait(20) is True
        coming.join()
        assert [each.text for each in read(here)] == ["Hallo"]


def test_mail_that_came_between_two_waits_is_told_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        assert here.source.wait(0.1) is False
        here.receive("m1", "Hallo")
        assert here.source.wait(600) is True
        assert here.source.wait(0.1) is False


def test_a_server_that_does_not_tell_of_mail_is_not_waited_for_again_and_again(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.wire.hidden = b" IDLE"
        with pytest.raises(Unsupported, match="no IDLE"):
            here.source.wait(600)


def test_a_check_says_what_is_right_and_what_to_do(tmp_path: Path) -> None:
    with opened(tmp_path, trusted_authserv=("mx.acme.example",)) as here:
        account = here.source.check()
        assert account.ok
        said = " ".join(each.text for each in account.findings)
    for part in (
        "signed in as",
        "INBOX can be read",
        "sent mail stands in Sent",
        "IDLE",
        "answers leave by",
        "mx.acme.example",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"password": SecretStr("wrong")}, "refuses the sign-in"),
        ({"folders": ("Support",)}, "no folder 'Support'"),
        ({"sent_folder": "Gesendet"}, "no folder of sent mail"),
        ({"smtp_port": 1}, "SMTP server cannot be reached"),
        ({"imap_host": "localhost", "imap_safety": "starttls"}, "mail"),
    ],
)
def test_a_check_says_what_is_wrong_with_a_remedy(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    with opened(tmp_path, **settings) as here:
        account = here.source.check()
    (wrong,) = [each for each in account.findings if not each.ok]
    assert said in wrong.text
    assert wrong.remedy
    assert "wrong" not in wrong.text


def test_a_mail_from_the_future_tells_that_a_clock_is_wrong(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.receive("m1", "Hallo", at=MONDAY + timedelta(hours=2))
        (wrong,) = [each for each in here.source.check().findings if not each.ok]
    assert "later than now" in wrong.text


def with_file(here: MailOffice, content: bytes, id_: str = "<file@kunde.example>") -> bytes:
    """Return a mail with a file; the id stands there as it is."""
    sent = EmailMessage()
    sent["From"], sent["To"] = here.customer, here.address
    sent.set_content("Siehe Anlage.")
    sent.add_attachment(content, maintype="application", subtype="pdf", filename="plan.pdf")
    return f"Message-ID: {id_}\r\n".encode() + sent.as_bytes()
