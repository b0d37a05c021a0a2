"""Mails as they come: each becomes the message, or the named thing that is none, that its neighbour file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.email.parse import Mailbox, Place, events
from bridge.mapping.target import load_target_mapping
from bridge.nouns import Message, Said, StatusSeen, Thing, UnknownKind
from tests.source_tree import ROOT

HERE = Path(__file__).with_name("mails")
NAMES = sorted(path.stem for path in HERE.glob("*.eml"))
BOX = Mailbox(own=frozenset({"support@acme.example"}), trusted=frozenset({"mx.acme.example"}))
ANNA = "anna.kern@kunde.example"


def said_in(data: bytes) -> list[Any]:
    return events(data, BOX, Place(where="INBOX:1:1"))


def message(name: str, *, wire: bool = False) -> Message:
    data = (HERE / f"{name}.eml").read_bytes()
    (said,) = said_in(data.replace(b"\n", b"\r\n") if wire else data)
    assert isinstance(said, Said), said
    return said.message


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


SPEAKING = [name for name in NAMES if expected(name)["text"] is not None]
REPORTS = [name for name in NAMES if expected(name)["text"] is None]


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 80
    assert sum(name.startswith("quote-") for name in NAMES) >= 40


@pytest.mark.parametrize(
    ("target", "field", "wanted"), [("salesforce", "Origin", "Email"), ("freshdesk", "source", "1")]
)
def test_mails_come_under_the_name_by_which_exports_and_mappings_call_them(
    target: str, field: str, wanted: str
) -> None:
    said = message(SPEAKING[0])
    mapping = load_target_mapping(ROOT / "mappings" / target / "case.yaml", thing=Thing.CASE)
    assert mapping.render({"case.channel": said.network}, {}).fields[field] == wanted


@pytest.mark.parametrize("wire", [False, True], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", SPEAKING)
def test_the_words_are_those_that_the_author_wrote(name: str, wire: bool) -> None:  # noqa: FBT001 - a parameter of pytest's
    assert message(name, wire=wire).text == expected(name)["text"]


@pytest.mark.parametrize("name", SPEAKING)
def test_everything_else_is_as_the_headers_say(name: str) -> None:
    wanted, found = expected(name), message(name)
    assert (found.author.id if found.author else None) == wanted.get("author", ANNA)
    assert found.author is None or found.author.name == wanted.get("display", found.author.name)
    assert str(found.direction) == wanted.get("direction", "in")
    assert str(found.kind) == wanted.get("kind", "mail")
    assert found.automatic is ("automatic" in wanted)
    assert found.extra.get("automatic", "") == wanted.get("automatic", "")
    assert found.extra.get("forwarded", False) is wanted.get("forwarded", False)
    assert found.extra.get("signature", "") == wanted.get("signature", found.extra.get("signature", ""))
    assert [file.name for file in found.attachments] == wanted.get("files", [])
    assert list(found.answers) == wanted.get("answers", [])
    assert found.subject == wanted.get("subject", found.subject)
    assert found.public is False


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_carried_to_the_answer_that_it_is_about(name: str) -> None:
    wanted, found = expected(name), said_in((HERE / f"{name}.eml").read_bytes())
    assert [each.kind for each in found if isinstance(each, UnknownKind)]
    told = [(each.status, each.native_id) for each in found if isinstance(each, StatusSeen)]
    assert told == ([(wanted["status"], wanted["of"])] if wanted["status"] else [])


@pytest.mark.parametrize("name", SPEAKING)
def test_the_whole_text_is_kept_beside(name: str) -> None:
    found = message(name)
    assert all(line.strip() in found.raw["text"] for line in found.text.split("\n"))


def test_headers_are_kept_as_people_read_them_so_that_nothing_hides_in_them() -> None:
    data = b"From: anna@kunde.example\nSubject: =?utf-8?B?S2FydGUgNDExMSAxMTExIDExMTEgMTExMQ==?=\n\nHilfe."
    (said,) = said_in(data)
    assert ["Subject", "Karte 4111 1111 1111 1111"] in said.message.raw["headers"]


def test_an_address_of_ours_with_a_token_is_ours() -> None:
    token = "Acme <support+cb-abcdefghijkl@acme.example>"
    (own,) = said_in(f"From: support@acme.example\r\nReply-To: {token}\r\n\r\nIst unterwegs.".encode())
    assert (str(own.message.direction), str(own.message.kind)) == ("out", "mail")
    (said,) = said_in(f"From: {ANNA}\r\nTo: {token}\r\nCc: omar@kunde.example\r\n\r\nDanke!".encode())
    assert said.message.extra["others"] == ["omar@kunde.example"]
    assert said.message.account == "support@acme.example"


SERVICE = "From: Formular <noreply@formulare.example>\r\nTo: support@acme.example\r\n"


@pytest.mark.parametrize(
    ("headers", "kind", "author", "automatic"),
    [
        ("Reply-To: Anna Kern <anna@kunde.example>\r\n", "form", "anna@kunde.example", ""),
        ("", "mail", "noreply@formulare.example", "machine"),
        ("Reply-To: no-reply@formulare.example\r\n", "mail", "noreply@formulare.example", "machine"),
        ("Reply-To: support@acme.example\r\n", "mail", "noreply@formulare.example", "machine"),
        (
            "Reply-To: info@formulare.example\r\nList-Unsubscribe: <mailto:weg@formulare.example>\r\n",
            "mail",
            "noreply@formulare.example",
            "bulk",
        ),
    ],
)
def test_a_form_that_a_service_mails_is_by_whoever_filled_it_in(
    headers: str, kind: str, author: str, automatic: str
) -> None:
    (said,) = said_in(f"{SERVICE}{headers}\r\nWo ist mein Router?".encode())
    found = said.message
    assert (str(found.kind), found.author.id, found.extra.get("automatic", "")) == (kind, author, automatic)
    assert found.automatic is bool(automatic)
