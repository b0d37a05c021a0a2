"""A row that cannot be read is set aside with its place and reason; the rows around it are read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapters.file.records import LARGEST_JSON
from tests.adapters.file.exports import broken, connect, ids, messages, read

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b'{"id":"1","network":"x","text":"before"}'
LAST = b'{"id":"9","network":"x","text":"after"}'

LINES = {
    "cut off": (b'{"id":"2","network":"x","te', "not valid JSON"),
    "no JSON at all": (b"hello", "not valid JSON"),
    "a list": (b'["id","2"]', "is no JSON object but list"),
    "a number": (b"2", "is no JSON object but int"),
    "bytes that are no text": (b'{"id":"2","network":"x","text":"caf\xe9"}', "is not utf-8: bytes e9"),
    "a NUL byte": (b'{"id":"2","network":"x","text":"a\x00b"}', "contains a NUL"),
    "an escaped NUL": (b'{"id":"2","network":"x","text":"a\\u0000b"}', "contains a NUL"),
    "half a sign": (b'{"id":"2","network":"x","text":"\\ud83d"}', "not valid JSON"),
    "no id": (b'{"network":"x","text":"a"}', "id is missing"),
    "an empty id": (b'{"id":" ","network":"x","text":"a"}', "id is missing"),
    "no network": (b'{"id":"2","text":"a"}', "network is missing"),
    "nothing said": (b'{"id":"2","network":"x","author":{"handle":"anna"}}', "text is missing"),
    "an impossible date": (
        b'{"id":"2","network":"x","text":"a","sent_at":"2026-02-31T10:00:00Z"}',
        "sent_at is no time",
    ),
    "a date before all networks": (
        b'{"id":"2","network":"x","text":"a","sent_at":"0001-01-01T00:00:00Z"}',
        "sent_at is an impossible date",
    ),
    "no time zone": (
        b'{"id":"2","network":"x","text":"a","sent_at":"2026-02-01T10:00:00"}',
        "sent_at has no time zone",
    ),
    "a bare number as time": (b'{"id":"2","network":"x","text":"a","sent_at":1772000000}', "sent_at is a bare number"),
    "text that is no text": (b'{"id":"2","network":"x","text":{"de":"a"}}', "text should be a valid string"),
    "an id that is a decimal": (b'{"id":2.5,"network":"x","text":"a"}', "id should be"),
    "an id that is true": (b'{"id":true,"network":"x","text":"a"}', "id should be"),
    "an endless id": (b'{"id":"' + b"2" * 2_000 + b'","network":"x","text":"a"}', "id should have at most 1000"),
    "an unknown kind": (b'{"id":"2","network":"x","text":"a","kind":"tweet"}', "kind should be 'post'"),
    "six stars": (b'{"id":"2","network":"x","rating":6}', "rating should be less than or equal to 5"),
    "a misspelt field": (b'{"id":"2","network":"x","txt":"a"}', "txt is no field of the format; did you mean 'text'?"),
    "a misspelt field of the author": (
        b'{"id":"2","network":"x","text":"a","author":{"hanlde":"a"}}',
        "did you mean 'handle'?",
    ),
    "a network of two words": (b'{"id":"2","network":"my net","text":"a"}', "network must be a short word"),
    "10 MB of text": (b'{"id":"2","network":"x","text":"' + b"a" * 10_000_000 + b'"}', "has 10000035 bytes"),
    "a little too long": (b'{"id":"2","network":"x","text":"' + b"a" * 1_000_000 + b'"}', "has 1000035 bytes"),
}


@pytest.mark.parametrize(("line", "reason"), LINES.values(), ids=LINES.keys())
def test_a_bad_line_is_set_aside_and_the_rest_goes_on(tmp_path: Path, line: bytes, reason: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([GOOD, line, LAST, b""]))
    found = read(connect(tmp_path, "a.jsonl"))
    assert ids(found) == ["1", "9"]
    (event,) = broken(found)
    assert event.where == "a.jsonl:2"
    assert reason in event.reason
    assert "\0" not in event.raw + str(event.fields)
    assert 0 < len(event.raw) < 70_000


ROWS = {
    "no id": (b",hello,2026-03-02T10:00:00Z", "id is missing"),
    "an impossible date": (b"2,hello,2026-13-02T10:00:00Z", "sent_at is no time"),
    "too few cells": (b"2", "has 1 cells where the headings are 3; text is missing"),
    "too many cells": (b"2,hello,,more,still more", "has 5 cells where the headings are 3"),
    "a NUL byte": (b"2,he\0llo,", "contains a NUL"),
    "bytes that are no text": (b"2,caf\xe9,", "is not utf-8: bytes e9"),
    "a quotation mark that is never closed": (b'2,"hello,', "a quotation mark opens a cell and never closes it"),
    "10 MB of text": (b'2,"' + b"a" * 10_000_000 + b'",', "has 10000006 bytes"),
}


@pytest.mark.parametrize(("row", "reason"), ROWS.values(), ids=ROWS.keys())
def test_a_bad_row_is_set_aside_and_the_rest_goes_on(tmp_path: Path, row: bytes, reason: str) -> None:
    umlauts = "1,schön grüßen,".encode()
    (tmp_path / "a.csv").write_bytes(
        b"\n".join([b"id,text,sent_at", umlauts, row, b'8,"two\nlines",', b"9,after,", b""])
    )
    found = read(connect(tmp_path, "a.csv", network="x"))
    assert ids(found) == ["1", "8", "9"]
    (event,) = broken(found)
    assert event.where == "a.csv:3"
    assert reason in event.reason


def test_missing_cells_at_the_end_are_empty(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,sent_at,lang\n1,hello\n2,hello,,de,,\n")
    found = read(connect(tmp_path, "a.csv", network="x"))
    assert ids(found) == ["1", "2"]
    assert not broken(found)


def test_a_text_of_many_lines_that_is_too_long_costs_only_itself(tmp_path: Path) -> None:
    long = "line, with a comma\n" * 1_000
    (tmp_path / "a.csv").write_text(f'id,text\n1,before\n2,"{long}"\n3,after\n')
    found = read(connect(tmp_path, "a.csv", network="x", max_record_bytes=1_500))
    assert ids(found) == ["1", "3"]
    (event,) = broken(found)
    assert "has 19005 bytes or more; up to 1500 are read" in event.reason


def test_a_quotation_mark_that_swallows_far_too_much_costs_one_row(tmp_path: Path) -> None:
    rows = "".join(f"{number},hello\n" for number in range(10, 9_000))
    (tmp_path / "a.csv").write_text(f'id,text\n1,"before"\n2,"never closed\n{rows}')
    found = read(connect(tmp_path, "a.csv", network="x", quote='"', max_record_bytes=1_500))
    assert len(ids(found)) == 8_991
    (event,) = broken(found)
    assert "a quotation mark opens a cell and never closes it, or the row has" in event.reason


def test_a_broken_surrogate_in_utf16_is_set_aside(tmp_path: Path) -> None:
    rows = [
        "id,text\n".encode("utf-16-le"),
        "1,ok\n2,".encode("utf-16-le"),
        b"\x3d\xd8",
        "\n3,ok\n".encode("utf-16-le"),
    ]
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe" + b"".join(rows))
    found = read(connect(tmp_path, "a.csv", network="x"))
    assert ids(found) == ["1", "3"]
    assert "is not utf-8" in broken(found)[0].reason


def test_what_a_mapping_cannot_convert_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,at\n1,a,02.03.2026\n2,b,31.02.2026\n3,c,03.03.2026\n")
    mapping = {"id": {"from": "id"}, "text": {"from": "text"}, "sent_at": {"from": "at", "parse_time": "%d.%m.%Y"}}
    found = read(connect(tmp_path, "a.csv", network="x", mapping=mapping))
    assert ids(found) == ["1", "3"]
    assert "sent_at" in broken(found)[0].reason


def test_one_id_with_two_contents_is_two_sightings(tmp_path: Path) -> None:
    """Which of them wins is for the store to say."""
    (tmp_path / "a.csv").write_text("id,text\n1,first\n1,second\n")
    assert [message.text for message in messages(read(connect(tmp_path, "a.csv", network="x")))] == ["first", "second"]


def test_emoji_and_text_from_right_to_left_come_through(tmp_path: Path) -> None:
    texts = ["👩‍👩‍👧‍👦 👍🏽", "שלום \u202eabc\u202c", "مرحبا", "Z͑ͫ̓a̴l͝g̵o", "\ufeffmark", "a\u2028b\x85c"]
    lines = [
        json.dumps({"id": str(number), "network": "x", "text": text}, ensure_ascii=False)
        for number, text in enumerate(texts)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "a.csv").write_text(
        "id,text\n" + "".join(f"{number},{text}\n" for number, text in enumerate(texts)), encoding="utf-8"
    )
    for name in ("a.jsonl", "a.csv"):
        assert [message.text for message in messages(read(connect(tmp_path, name, network="x")))] == texts


def test_a_repaired_row_becomes_the_message_that_it_would_have_been(tmp_path: Path) -> None:
    row = {
        "id": "7",
        "network": "x",
        "text": "a",
        "author": {"handle": "anna"},
        "answers": ["5", "6"],
        "sent_at": "2026-02-31T10:00:00Z",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    source = connect(tmp_path, "a.jsonl")
    (event,) = broken(read(source))
    assert event.fields is not None
    assert event.fields["author.handle"] == "anna"
    page = source.reread({**event.fields, "sent_at": "2026-02-28T10:00:00Z"}, event.where)
    (message,) = messages(page.events)
    assert message.author
    assert (message.native_id, message.author.handle, message.answers) == ("7", "anna", ("5", "6"))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_damaged_cells_are_left_out_until_somebody_repairs_them(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").write_bytes(
        "id,lang,text\n0,de,schön grüßen\n1,de,caf\udce9\n2,de,a\0b\n".encode("utf-8", "surrogateescape")
    )
    (tmp_path / "a.jsonl").write_bytes(
        b'{"id":"1","lang":"de","text":"caf\xe9"}\n{"id":"2","lang":"de","text":"a\\u0000b"}\n'
    )
    source = connect(tmp_path, name, network="x")
    for event in broken(read(source)):
        assert event.fields is not None
        assert event.fields.keys() == {"id", "lang"}
        assert broken(source.reread(event.fields, event.where).events)
        (message,) = messages(source.reread({**event.fields, "text": "café"}, event.where).events)
        assert (message.text, message.lang) == ("café", "de")


def test_a_row_whose_cells_are_mixed_up_has_no_fields_to_repair(tmp_path: Path) -> None:
    """Otherwise replaying it would store a piece of its text as if that were all."""
    (tmp_path / "a.csv").write_text('id,text,lang\n1,hello, world,de\n2,"never closed,de\n3,"fine",de\n')
    assert [event.fields for event in broken(read(connect(tmp_path, "a.csv", network="x")))] == [None, None]


def test_a_repaired_item_of_a_list_knows_what_stands_around_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"head":{"session":"s1"},"turns":[{"nr":1,"says":""}]}]')
    mapping = {"id": {"from": "nr"}, "text": {"from": "says"}, "thread": {"from": "parent.head.session"}}
    source = connect(tmp_path, "a.json", network="x", each="turns", mapping=mapping)
    (event,) = broken(read(source))
    (message,) = messages(source.reread({**(event.fields or {}), "says": "hello"}, event.where).events)
    assert (message.native_id, message.thread, message.text) == ("1", "s1", "hello")


def test_a_row_that_is_still_wrong_after_repair_is_set_aside_again(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n,a\n")
    source = connect(tmp_path, "a.csv", network="x")
    (event,) = broken(read(source))
    (again,) = broken(source.reread({**(event.fields or {}), "id": ""}, event.where).events)
    assert (again.reason, again.where) == (event.reason, event.where)


def test_a_json_list_may_have_bad_items(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '[{"id":1,"network":"x","text":"a"}, 7, {"id":2}, {"id":3,"network":"x","text":"\\u0000"}, {"id":4,"network":"x","text":"b"}]'
    )
    found = read(connect(tmp_path, "a.json"))
    assert ids(found) == ["1", "4"]
    assert [event.where for event in broken(found)] == ["a.json#2", "a.json#3", "a.json#4"]
    assert LARGEST_JSON >= 100_000_000
