"""Any usual export is read: formats, separators, encodings, packed or not."""

from __future__ import annotations

import gzip
import io
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import Attachment, Direction, Kind
from identity.model import Identifier, IdentifierKind, Relation
from tests.adapters.file.exports import broken, connect, copied, ids, messages, read

if TYPE_CHECKING:
    from pathlib import Path

SIMPLE = {"id": {"from": "id"}, "text": {"from": "text"}}


def test_the_canonical_format_needs_no_mapping(tmp_path: Path) -> None:
    found = read(connect(copied(tmp_path, "canonical.jsonl"), "canonical.jsonl"))
    chat, answer, post, mail, review, call = messages(found)
    assert not broken(found)
    assert (chat.kind, chat.public, chat.thread) == (Kind.DIRECT, False, "chat-7")
    assert chat.sent_at == datetime(2026, 3, 2, 7, 15, tzinfo=UTC)
    assert chat.author
    assert chat.author.id == "+4915123456789"
    assert chat.author.shown[0].relation is Relation.ATTESTED
    assert (answer.direction, answer.author, answer.answers) == (Direction.OUT, None, ("a1",))
    assert post.key == "x//90001"
    assert post.author
    assert (post.author.id, post.author.handle, post.author.reach, post.author.verified) == ("42", "OmarK", 1200, False)
    assert post.answered_by == ("90002",)
    assert mail.author
    assert mail.author.shown[0].identifier == Identifier(IdentifierKind.EMAIL, "", "lu.li@example.org")
    assert mail.author.shown[0].relation is Relation.SENDER
    assert mail.attachments == (
        Attachment(path="files/invoice.pdf", mime="application/pdf", size=1200),
        Attachment(url="https://media.example/a.png"),
    )
    assert (review.rating, review.text, review.extra) == (2.0, "", {"branch": "Köln"})
    assert (call.missed, call.author, call.sent_at) == (True, None, None)


def test_a_foreign_csv_needs_yaml_alone(tmp_path: Path) -> None:
    """Blank heading, ids as decimals, lists in cells, entities, line breaks in cells, rows cut off by a line break."""
    source = connect(
        copied(tmp_path, "twcs_like.csv", "twcs_like.yaml"), "twcs_like.csv", network="x", mapping="twcs_like.yaml"
    )
    found = read(source)
    first, reply, two_lines, cut = messages(found)
    assert first.text == "@ShopCares my app crashes & burns"
    assert first.sent_at == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert (reply.direction, reply.answers, reply.answered_by) == (Direction.OUT, ("501",), ("503", "504"))
    assert two_lines.text.endswith("two lines:\nversion 3.1")
    assert (cut.text, cut.answers) == ("@ShopCares same here", ())
    (rest,) = broken(found)
    assert rest.where == "twcs_like.csv:7"
    assert "has 3 cells where the headings are 8" in rest.reason
    assert rest.fields == {"": "cut off by a line break", "tweet_id": "", "author_id": "502.0"}


def test_bare_quotation_marks_are_ordinary_signs(tmp_path: Path) -> None:
    found = read(connect(copied(tmp_path, "bare_quotes.tsv"), "bare_quotes.tsv", network="x", mapping=SIMPLE))
    assert [message.text for message in messages(found)] == [
        '"Great" they said',
        'only 5" wide',
        '"open and never closed',
        "fine",
    ]


def test_lists_inside_nested_json_are_rows(tmp_path: Path) -> None:
    source = connect(
        copied(tmp_path, "conversations.json"),
        "conversations.json",
        network="x",
        records="export.conversations",
        each="turns",
        mapping={
            "id": {"from": "nr"},
            "author.handle": {"from": "who"},
            "sent_at": {"from": "at", "parse_time": "iso"},
            "text": {"from": "says"},
            "thread": {"from": "parent.header.session"},
            "account": {"from": "parent.header.company"},
        },
    )
    found = read(source)
    assert [(message.native_id, message.thread) for message in messages(found)] == [
        ("1", "s1"),
        ("2", "s1"),
        ("3", "s3"),
    ]
    assert [event.where for event in broken(found)] == ["conversations.json#2", "conversations.json#3[1]"]


def test_lists_of_canonical_messages_need_no_mapping(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"thread":"t","messages":[{"id":1,"text":"a"},{"id":2,"text":"b","answers":1}]}')
    assert ids(read(connect(tmp_path, "a.jsonl", network="x", each="messages"))) == ["1", "2"]


@pytest.mark.parametrize(
    "body", ['[{"id":1,"network":"x","text":"a"}]', '{"messages":[{"id":1,"network":"x","text":"a"}]}']
)
def test_a_json_list_is_read_bare_or_under_messages(tmp_path: Path, body: str) -> None:
    (tmp_path / "a.json").write_text(body)
    assert ids(read(connect(tmp_path, "a.json"))) == ["1"]


def test_json_lines_are_known_by_their_content(tmp_path: Path) -> None:
    for name in ("a.json", "b.txt", "c.jsonl.gz"):
        body = b'{"id":1,"network":"x","text":"a"}\n{"id":2,"network":"x","text":"b"}\n'
        (tmp_path / name).write_bytes(gzip.compress(body) if name.endswith("gz") else body)
        assert ids(read(connect(tmp_path, name))) == ["1", "2"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found_by_trying(tmp_path: Path, separator: str) -> None:
    rows = [
        ("id", "network", "text"),
        ("1", "x", '"a, b; c | d"'),
        ("2", "x", '"two\nlines ""quoted"""'),
        ("3", "x", "c"),
    ]
    (tmp_path / "a.csv").write_text("\n".join(separator.join(row) for row in rows))
    texts = [message.text for message in messages(read(connect(tmp_path, "a.csv")))]
    assert texts == ["a, b; c | d", 'two\nlines "quoted"', "c"]


def test_a_dialect_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id~text\n1~'a~b'\n")
    source = connect(tmp_path, "a.csv", network="x", delimiter="~", quote="'")
    assert [message.text for message in messages(read(source))] == ["a~b"]


def test_columns_may_be_named_where_there_are_no_headings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,hello\n2,world\n")
    assert ids(read(connect(tmp_path, "a.csv", network="x", columns=("id", "text")))) == ["1", "2"]


def test_canonical_columns_may_be_dotted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,text,author.handle,extra.branch,answers\n2,hello,anna,Köln,"[""1""]"\n')
    (message,) = messages(read(connect(tmp_path, "a.csv", network="x")))
    assert message.author
    assert (message.author.handle, message.extra, message.answers) == ("anna", {"branch": "Köln"}, ("1",))


GERMAN = "id;text\n1;Schöne Grüße aus Köln „danke“ für 5 €\n2;Größe paßt, Müller\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_are_guessed_and_stated(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(GERMAN.encode(encoding))
    source = connect(tmp_path, "a.csv", network="x")
    assert messages(read(source))[0].text == "Schöne Grüße aus Köln „danke“ für 5 €"
    (finding,) = source.check().findings
    stated = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    assert f"csv, {stated} (" in finding.text


def test_an_encoding_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("id,text\n1,Größe\n".encode("cp850"))
    (message,) = messages(read(connect(tmp_path, "a.csv", network="x", encoding="cp850")))
    assert message.text == "Größe"


def test_an_encoding_shows_late_in_a_long_file(tmp_path: Path) -> None:
    body = "id,text\n" + "".join(f"{number},plain\n" for number in range(40_000)) + "99999,Größe\n"
    (tmp_path / "a.csv").write_bytes(body.encode("cp1252"))
    assert messages(read(connect(tmp_path, "a.csv", network="x")))[-1].text == "Größe"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_end_rows(tmp_path: Path, end: str) -> None:
    (tmp_path / "a.csv").write_bytes(end.join(["id,text", '1,"a', 'b"', "2,c", ""]).encode())
    found = messages(read(connect(tmp_path, "a.csv", network="x")))
    assert [message.text for message in found] == [f"a{end}b", "c"]


def test_standard_input_is_always_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = connect(tmp_path, "-", page_size=1)
    body = b'{"id":1,"network":"x","text":"a"}\n{"id":2,"network":"x","text":"b"}\n'
    for packed in (body, gzip.compress(body)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(packed))))  # type: ignore[type-var] # typeshed wants a raw stream
        pages = list(source.pages(source.head()))
        assert ids(event for page in pages for event in page.events) == ["1", "2"]
    assert source.estimate(pages[-1].cursor).messages is None


def test_a_pattern_reads_its_files_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.csv"):
        (tmp_path / name).write_text(f"id,text\n{name},hello\n")
    (tmp_path / "d.csv").mkdir()
    assert ids(read(connect(tmp_path, "*.csv", network="x"))) == ["a.csv", "b.csv", "c.csv"]


def test_defaults_fill_what_rows_leave_empty(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,lang,kind\n1,hello,,\n2,hallo,de,post\n")
    source = connect(
        tmp_path,
        "a.csv",
        network="mail",
        account="help@shop.example",
        scope="inbox",
        defaults={"lang": "en", "kind": "mail"},
    )
    one, two = messages(read(source))
    assert (one.key, one.lang, one.kind, one.public, one.account) == (
        "mail/inbox/1",
        "en",
        Kind.MAIL,
        False,
        "help@shop.example",
    )
    assert (two.lang, two.kind, two.public) == ("de", Kind.POST, True)


def test_rows_may_be_left_out_by_a_condition(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,type\n1,a,note\n2,b,post\n")
    mapping = {"when": "type != 'note'", "fields": SIMPLE}
    assert ids(read(connect(tmp_path, "a.csv", network="x", mapping=mapping))) == ["2"]


def test_an_export_in_a_folder_names_its_files_from_there(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "a.csv").write_text("id,attachments\n1,pictures/b.png\n2,../secret.png\n3,/etc/passwd\n")
    source = connect(tmp_path, "exports/*.csv", network="x")
    paths = [message.attachments[0].path for message in messages(read(source))]
    assert paths == ["exports/pictures/b.png", "../secret.png", "/etc/passwd"]
    assert source.attachment_folders() == ((tmp_path / "exports").resolve(),)


def test_people_are_read_as_contacts_of_a_crm(tmp_path: Path) -> None:
    folder = copied(tmp_path, "contacts.csv", "contacts.yaml")
    found = read(connect(folder, "contacts.csv", what="people", mapping="contacts.yaml"))
    anna, omar, lu = [event.person for event in found if hasattr(event, "person")]
    assert (anna.instance, anna.native_id, anna.name) == ("shop", "K1", "Anna Pohl")
    assert [str(shown.identifier) for shown in anna.shown] == [
        "email::anna.pohl@example.org",
        "email::a.pohl@example.com",
        "phone::+4915123456789",
        "handle:x:anna_p",
        "customer_number:shop:4711",
    ]
    assert {shown.relation for shown in anna.shown} == {Relation.CRM}
    assert [str(shown.identifier) for shown in omar.shown] == ["customer_number:shop:4712"]
    assert lu.shown == ()
    assert [event.reason for event in broken(found)] == ["id is missing"]
