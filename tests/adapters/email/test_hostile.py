"""Mails that nobody sends on purpose: whatever the bytes are, nothing is raised, and what was said is kept."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email import quotes
from adapters.email.parse import Mailbox, Place, events
from bridge.nouns import Broken, Message, Said

BOX = Mailbox(own=frozenset({"support@acme.example"}), trusted=frozenset({"mx.acme.example"}))
MAILS = [path.read_bytes() for path in sorted(Path(__file__).with_name("mails").glob("*.eml"))]
SAID = "Der Router blinkt rot und niemand meldet sich."
PLACE = Place(where="INBOX:1:1")


def _messages(data: bytes) -> list[Message]:
    found = events(data, BOX, PLACE)
    assert found
    assert not [each for each in found if isinstance(each, Broken) and data.strip()], found
    return [each.message for each in found if isinstance(each, Said)]


@settings(deadline=None)
@given(st.sampled_from(MAILS), st.lists(st.tuples(st.integers(0, 4_000), st.binary(max_size=12)), max_size=6))
def test_mails_with_bytes_changed_are_read(mail: bytes, changes: list[tuple[int, bytes]]) -> None:
    for place, new in changes:
        at = place % (len(mail) + 1)
        mail = mail[:at] + new + mail[at + len(new) :]
    _messages(mail)


@settings(deadline=None)
@given(st.sampled_from(MAILS), st.integers(1, 4_000))
def test_mails_that_end_early_are_read(mail: bytes, length: int) -> None:
    _messages(mail[:length])


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_read(data: bytes) -> None:
    events(data, BOX, PLACE)


HEADERS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=60)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["From", "To", "Subject", "Date", "Message-ID", "References", "Reply-To"]), HEADERS
    ),
    st.sampled_from(["utf-8", "us-ascii", "iso-8859-1", "x-nonsense", "", "utf-7", "base64", "\x00"]),
    st.sampled_from(["7bit", "8bit", "binary", "", "klingon"]),
)
def test_a_body_survives_whatever_its_headers_say(headers: dict[str, str], charset: str, encoding: str) -> None:
    stated = {**headers, "Content-Type": f"text/plain; charset={charset}", "Content-Transfer-Encoding": encoding}
    head = "".join(f"{name}: {value}\n" for name, value in stated.items())
    (message,) = _messages(f"{head}\n{SAID}\n".encode())
    assert SAID in message.raw["text"]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([SAID, "> alt", ">> älter", "", "-- ", "Am 02.03.26 um 08:55 schrieb Acme:", "LG", "___"]),
        max_size=14,
    )
)
def test_what_is_cut_and_what_is_left_are_the_whole(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = quotes.cut(text)
    kept = f"{parts.own}\n{parts.signature}\n{parts.quoted}"
    assert [line for line in lines if line.strip() and line != "___" and line.rstrip() not in kept] == []
    assert bool(parts.own) == bool(text.strip())


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_cut(text: str) -> None:
    assert bool(quotes.cut(text).own.strip()) <= bool(text.strip())


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    """Each of these would take for ever by a pattern that tries every way to split it."""
    for piece in ("On 1 ", "<a@b> ", "Von: ", "> ", "1. März 2026 ", "sent from my iphone ", "- "):
        text = piece * 20_000
        assert quotes.cut(text).own


def test_nested_parts_without_end_are_read() -> None:
    head = b"From: anna@kunde.example\n"
    for number in range(200):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
    (message,) = _messages(head + b"\n" + SAID.encode())
    assert SAID in message.raw["text"] or message.attachments == ()
