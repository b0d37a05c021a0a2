"""The canonical formats: what is published is what is read, and what is wrong is said with the field's name."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.message_documents import AttachmentDocument, AuthorDocument, MessageDocument, PersonDocument
from bridge.message_format import PRIVATE, FormatError, json_schema, message_from, person_from
from bridge.nouns import Kind
from identity.model import Relation

if TYPE_CHECKING:
    from pydantic import BaseModel

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "reference" / "message-format.md").read_text(encoding="utf-8")
SECTIONS = {
    "## Message": MessageDocument,
    "### Author": AuthorDocument,
    "### Attachment": AttachmentDocument,
    "## Person": PersonDocument,
}


def minimal(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    return {"id": "1", "network": "x", "text": "hello"} | fields


@pytest.mark.parametrize("schema", ["message", "person"])
def test_the_published_schema_is_the_models(schema: Any) -> None:  # noqa: ANN401 - a literal
    """If it differs: ``json.dumps(json_schema(...), indent=2, ensure_ascii=False)`` is what belongs there."""
    file = HOUSE / "config" / "schemas" / f"{schema}.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == json_schema(schema)
    jsonschema.Draft202012Validator.check_schema(json_schema(schema))


@pytest.mark.parametrize(("heading", "model"), SECTIONS.items(), ids=[heading.strip("# ") for heading in SECTIONS])
def test_the_page_tells_every_field_and_no_other(heading: str, model: type[BaseModel]) -> None:
    section = re.split(r"^#{2,3} ", PAGE.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", section, re.MULTILINE)
    assert {name: text for name, _, text in rows} == {
        name: field.description for name, field in model.model_fields.items()
    }
    assert {name for name, kind, _ in rows if "**needed**" in kind} == {
        name for name, field in model.model_fields.items() if field.is_required()
    }


def test_the_examples_on_the_page_are_valid() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    messages, persons = ([json.loads(line) for line in block.splitlines()] for block in blocks)
    for document in messages:
        jsonschema.validate(document, json_schema("message"))
        assert message_from(document).native_id == document["id"]
    for document in persons:
        jsonschema.validate(document, json_schema("person"))
        assert person_from(document, instance="crm").native_id == document["id"]


@pytest.mark.parametrize("kind", list(Kind))
def test_private_kinds_are_private_unless_said_otherwise(kind: Kind) -> None:
    assert message_from(minimal(kind=kind.value)).public is (kind not in PRIVATE)
    assert message_from(minimal(kind=kind.value, public=True)).public is True


def test_empty_fields_are_absent_and_defaults_fill_them() -> None:
    message = message_from(minimal(lang="", thread=None, author={"id": "", "handle": ""}), {"lang": "de", "text": "no"})
    assert (message.lang, message.thread, message.author, message.text) == ("de", "", None, "hello")


def test_times_become_utc() -> None:
    assert message_from(minimal(sent_at="2026-03-02T09:00:00+05:00")).sent_at == datetime(2026, 3, 2, 4, tzinfo=UTC)


def test_an_author_is_known_by_id_then_handle_then_mail_then_phone() -> None:
    everything = {"id": 7, "handle": "@Anna", "email": "Anna@Example.org", "phone": "0151 23456789"}
    expected = ["7", "@anna", "anna@example.org", "+4915123456789"]
    for gone, native_id in enumerate(expected):
        author = dict(list(everything.items())[gone:])
        profile = message_from(minimal(author=author)).author
        assert profile
        assert profile.id == native_id


@pytest.mark.parametrize("author", [{"name": "Anna"}, {"email": "no address"}, {"phone": "anonymous"}, {"handle": "@"}])
def test_what_identifies_nobody_is_nobody(author: dict[str, str]) -> None:
    assert message_from(minimal(author=author)).author is None


@pytest.mark.parametrize(
    ("kind", "authenticated", "by_mail", "by_phone"),
    [
        ("mail", None, Relation.SENDER, Relation.SENDER),
        ("mail", True, Relation.AUTHENTICATED, Relation.AUTHENTICATED),
        ("direct", None, Relation.SENDER, Relation.ATTESTED),
        ("call", False, Relation.SENDER, Relation.ATTESTED),
        ("form", None, Relation.SENDER, Relation.SENDER),
    ],
)
def test_only_what_is_proved_counts_as_proved(
    kind: str, authenticated: object, by_mail: Relation, by_phone: Relation
) -> None:
    author = {"email": "anna@example.org", "phone": "+4915123456789", "authenticated": authenticated}
    profile = message_from(minimal(kind=kind, author=author)).author
    assert profile
    assert [shown.relation for shown in profile.shown] == [by_mail, by_phone]


def test_the_address_of_a_profile_is_understood_as_a_handle() -> None:
    profile = message_from(minimal(author={"handle": "https://x.com/Anna_P"})).author
    assert profile
    assert (profile.id, profile.handle) == ("@anna_p", "anna_p")


def test_links_may_be_one_or_many_and_repeat() -> None:
    message = message_from(minimal(answers=[5, "6", "", "5"], answered_by="9"))
    assert (message.answers, message.answered_by) == (("5", "6"), ("9",))


def test_a_person_shows_what_the_crm_keeps() -> None:
    document = {
        "id": 3,
        "emails": "Anna.Pohl+shop@gmail.com",
        "phones": ["0151 23456789", "unknown"],
        "handles": {"Twitter": ["@Anna_P", "anna_p"], "mastodon": None},
        "ids": {"whatsapp/portfolio": "DE.77"},
        "customer_numbers": [4711],
        "our_key": "cb1-x",
        "updated_at": "2026-03-02T09:00:00Z",
    }
    person = person_from(document, instance="crm")
    assert [str(shown.identifier) for shown in person.shown] == [
        "email::anna.pohl+shop@gmail.com",
        "email_folded::annapohl@gmail.com",
        "phone::+4915123456789",
        "handle:x:anna_p",
        "uid:whatsapp/portfolio:DE.77",
        "customer_number:crm:4711",
    ]
    assert (person.native_id, person.our_key) == ("3", "cb1-x")


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"id": None}, "id", "is missing"),
        ({"network": "a/b"}, "network", "without blanks"),
        ({"scope": "a b"}, "scope", "without blanks"),
        ({"text": None}, "text", "is missing"),
        ({"author": "Anna"}, "author", "should be a valid dictionary"),
        ({"author": {"reach": -1}}, "author.reach", "greater than or equal to 0"),
        ({"attachments": [{"name": "a"}]}, "attachments", "need url or path"),
        ({"attachments": [{"ulr": "a"}]}, "attachments.ulr", "did you mean 'url'?"),
        ({"permalink": "x" * 3_000}, "permalink", "at most 2000"),
        ({"colour": "red"}, "colour", "belongs under extra"),
        ({"sent_at": "9999-12-31T23:59:59Z"}, "sent_at", "impossible date"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(fields: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(FormatError, match=re.escape(words)) as raised:
        message_from(minimal(**fields))
    assert raised.value.field == field
    assert len(str(raised.value)) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(MessageDocument.model_fields)), JSON))
def test_any_document_is_a_message_or_a_format_error(document: dict[str, Any]) -> None:
    try:
        message = message_from(document)
    except FormatError:
        return
    assert message.native_id
    assert message.sent_at is None or message.sent_at.tzinfo is UTC


@given(st.dictionaries(st.sampled_from(sorted(PersonDocument.model_fields)), JSON))
def test_any_document_is_a_person_or_a_format_error(document: dict[str, Any]) -> None:
    try:
        person = person_from(document, instance="crm")
    except FormatError:
        return
    assert person.native_id
