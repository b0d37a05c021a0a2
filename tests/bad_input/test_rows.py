"""A row that is bad is set aside with its place and reason; the rows around it and other sources are delivered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bridge.engine import sync
from bridge.errors import Exit
from bridge.queries.messages import message_number, show_message
from bridge.runs import SyncOptions
from bridge.store import schema
from tests.bad_input.project import OTHER, line, make_place, message, outcome_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bad_input.project import Place


def _row(**fields: object) -> bytes:
    return json.dumps({"id": "bad", "text": "a", **fields}).encode()


LINES = {
    "broken JSON": (b'{"id": "bad", text: oops}', "not valid JSON"),
    "truncated JSON": (b'{"id":"bad","text":"cut of', "not valid JSON"),
    "an array instead of an object": (b'["bad", "a"]', "is no JSON object but list"),
    "a text instead of an object": (b'"bad"', "is no JSON object but str"),
    "nothing but null": (b"null", "is no JSON object but NoneType"),
    "a number that is none": (b'{"id":"bad","text":"a","rating":NaN}', "not valid JSON"),
    "objects in objects without end": (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "not valid JSON"),
    "bytes of another encoding": (b'{"id":"bad","text":"caf\xe9"}', "is not utf-8: bytes e9"),
    "a NUL byte": (b'{"id":"bad","text":"a\0b"}', "contains a NUL"),
    "an escaped NUL": (b'{"id":"bad","text":"a\\u0000b"}', "contains a NUL"),
    "a lone surrogate": (b'{"id":"bad","text":"a\\ud800b"}', "not valid JSON"),
    "text of 10 MB": (_row(text="a" * 10_000_000), "bytes or more; up to 1000000 are read"),
    "no id": (b'{"text":"a"}', "id is missing"),
    "an empty id": (_row(id=""), "id is missing"),
    "an id of blanks": (_row(id=" \t "), "id is missing"),
    "an endless id": (_row(id="7" * 5_000), "id should have at most 1000 characters"),
    "an id that is a decimal number": (_row(id=7.5), "id should be"),
    "an impossible date": (_row(sent_at="2026-02-31T10:00:00Z"), "sent_at is no time"),
    "a date of before networks": (_row(sent_at="0001-01-01T00:00:00Z"), "sent_at is an impossible date"),
    "a time without zone": (_row(sent_at="2026-03-01T10:00:00"), "sent_at has no time zone"),
    "a bare number for a time": (_row(sent_at=1772000000), "sent_at is a bare number"),
    "nothing said": (b'{"id":"bad","author":{"id":"u1"}}', "text is missing"),
    "text that is a list": (_row(text=["a"]), "text should be a valid string"),
    "a misspelt field": (_row(txet="a"), "txet is no field of the format; did you mean 'text'?"),
    "a misspelt field of the author": (_row(author={"hanlde": "anna"}), "did you mean 'handle'?"),
    "an author that is a name": (_row(author="Anna"), "author should be"),
    "an unknown kind": (_row(kind="tweet"), "kind should be 'post'"),
    "an unknown direction": (_row(direction="sideways"), "direction should be 'in'"),
    "six stars": (_row(rating=6), "rating should be less than or equal to 5"),
    "a negative reach": (_row(author={"id": "u1", "reach": -1}), "author.reach should be greater than or equal to 0"),
    "a network of two words": (_row(network="my net"), "network must be a short word"),
    "an attachment that is nowhere": (_row(attachments=[{"name": "a.png"}]), "attachments need url or path"),
}


@pytest.mark.parametrize(("row", "reason"), LINES.values(), ids=LINES.keys())
def test_a_bad_line_is_set_aside_and_all_others_are_delivered(place: Place, row: bytes, reason: str) -> None:
    (place.inbox / "a.jsonl").write_bytes(line("1") + row + b"\n" + line("9"))
    result = place.run("sync")
    assert result.exit_code == Exit.SET_ASIDE
    assert "feed: 1 rows could not be read and were set aside. See: casebridge quarantine list" in result.stderr
    outcome = place.outcome()
    assert outcome.delivered == {"x//1", "x//9", OTHER}
    assert list(outcome.set_aside) == ["inbox/a.jsonl:2"]
    assert reason in outcome.set_aside["inbox/a.jsonl:2"]


CELLS = {
    "too few cells": (b"bad", "has 1 cells where the headings are 4"),
    "too many cells": (b"bad,hello,,,more,still more", "has 6 cells where the headings are 4"),
    "an impossible date": (b"bad,hello,2026-13-01T10:00:00Z,", "sent_at is no time"),
    "no id": (b",hello,,", "id is missing"),
    "a NUL byte": (b"bad,he\0llo,,", "contains a NUL"),
    "bytes of another encoding": (b"bad,caf\xe9,,", "is not utf-8: bytes e9"),
    "a quotation mark that is never closed": (b'bad,"hello,,', "a quotation mark opens a cell and never closes it"),
    "text of 10 MB": (b"bad," + b"a" * 10_000_000 + b",,", "bytes or more; up to 1000000 are read"),
}


@pytest.mark.parametrize(("row", "reason"), CELLS.values(), ids=CELLS.keys())
def test_a_bad_row_of_a_table_is_set_aside_and_all_others_are_delivered(place: Place, row: bytes, reason: str) -> None:
    rows = [b"id,text,sent_at,lang", '1,"schön",,de'.encode(), row, '9,"grüßen",,de'.encode(), b""]
    (place.inbox / "a.csv").write_bytes(b"\n".join(rows))
    result = place.run("sync")
    assert result.exit_code == Exit.SET_ASIDE
    outcome = place.outcome()
    assert outcome.delivered == {"x//1", "x//9", OTHER}
    assert list(outcome.set_aside) == ["inbox/a.csv:3"]
    assert reason in outcome.set_aside["inbox/a.csv:3"]


STRANGE = {
    "emoji": "👩‍👩‍👧‍👦 👍🏽 wo ist mein Paket?",
    "right to left": "أين طردي؟ איפה החבילה שלי \u202eabc\u202c",
    "zero width": "wo\u200b ist\u200d mein\ufeff Paket?",
    "stacked marks": "W͑ͫ̓o̴ i͝s̵t mein Paket?",
    "odd line ends": "wo\u2028ist\u2029mein\x85Paket\r\n?",
    "a formula": "=HYPERLINK(1) wo ist mein Paket?",
    "control signs": "\x1b[31mwo ist\x07 mein Paket?",
    "what looks like a template": "{case.summary} ${HOME} {{x}} %s wo ist mein Paket?",
    "what looks like markup": "<script>alert(1)</script> wo ist mein Paket?",
    "what looks like SQL": "'; DROP TABLE message; -- wo ist mein Paket?",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_text_is_delivered_as_it_was_written(place: Place, text: str) -> None:
    (place.inbox / "a.jsonl").write_bytes(line("1", text))
    assert place.run("sync").exit_code == Exit.OK
    outcome = place.outcome()
    assert outcome.delivered == {"x//1", OTHER}
    assert text in outcome.texts


IDS = {
    "blanks inside": "a b",
    "a slash": "2026/03/1",
    "a number sign": "thread#1",
    "quotation marks": 'it\'s "1"',
    "a per cent sign": "100%_1",
    "an emoji": "📦-1",
    "letters of both cases": "AbC",
    "900 characters": "7" * 900,
}


@pytest.mark.parametrize("native_id", IDS.values(), ids=IDS.keys())
def test_an_odd_id_is_an_id(place: Place, native_id: str) -> None:
    (place.inbox / "a.jsonl").write_bytes(line(native_id) + line("2", answers=[native_id]))
    assert place.run("sync").exit_code == Exit.OK
    assert place.outcome().delivered == {f"x//{native_id}", "x//2", OTHER}
    assert place.run("sync").exit_code == Exit.OK
    assert len(place.ask("conversations", "list")) == 2


LINKS = {
    "a link to itself": [message("1", answers=["1"])],
    "a cycle of two": [message("1", answers=["2"]), message("2", answers=["1"])],
    "a cycle of three, both ways": [
        message("1", answers=["3"], answered_by=["3"]),
        message("2", answers=["1"], answered_by=["1"]),
        message("3", answers=["2"], answered_by=["2"]),
    ],
    "a parent that never comes": [message("1", answers=["never"]), message("2", answers=["never"])],
    "a thousand links": [message("1", answers=[f"never-{number}" for number in range(1_000)])],
}


@pytest.mark.parametrize("documents", LINKS.values(), ids=LINKS.keys())
def test_odd_links_do_no_harm(place: Place, documents: list[dict[str, object]]) -> None:
    (place.inbox / "a.jsonl").write_text("".join(json.dumps(document) + "\n" for document in documents))
    assert place.run("sync").exit_code == Exit.OK
    assert place.outcome().delivered == {f"x//{document['id']}" for document in documents} | {OTHER}
    assert len({one["id"] for one in place.ask("conversations", "list")}) == 2


TWICE = {
    "two texts": [message("1", "Where is my parcel?"), message("1", "Where is my red parcel?")],
    "two texts, one edited later": [
        message("1", "Where is my parcel?", edited_at="2026-03-01T09:00:00Z"),
        message("1", "Where is my red parcel?"),
    ],
    "two ratings": [message("1", rating=1), message("1", rating=2)],
    "two authors": [message("1"), message("1", author={"id": "somebody else", "name": "Zoe"})],
    "two times": [message("1"), message("1", sent_at="2026-03-01T07:00:00Z")],
    "two kinds": [message("1"), message("1", kind="direct")],
    "an author and none": [message("1"), {"id": "1", "text": "Where is my parcel?"}],
}


@pytest.mark.parametrize("documents", TWICE.values(), ids=TWICE.keys())
def test_one_id_with_two_contents_is_one_message_whatever_came_first(
    tmp_path: Path, sqlite_template: Path, documents: list[dict[str, Any]]
) -> None:
    one, other = documents
    ways = [[[one, other]], [[other, one]], [[one], [other]], [[other], [one]]]
    stands = [
        _after(make_place(tmp_path / str(number), sqlite_template), way) for number, way in enumerate(ways, start=1)
    ]
    assert stands[0]["delivered"] == {"x//1", OTHER}
    assert stands[0]["revisions"] == 1 + len(stands[0]["kept"])
    assert stands[0]["kept"] | {stands[0]["text"]} == {document["text"] for document in documents}
    assert all(each == stands[0] for each in stands)


def _after(place: Place, parts: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Return what store and desk hold of the message after these parts came, each in a sync of its own."""
    with place.app() as app:
        for number, part in enumerate(parts):
            text = "".join(json.dumps(document) + "\n" for document in part)
            (place.inbox / f"{number}.jsonl").write_text(text)
            report = sync(app, None, SyncOptions())
            assert report.exit_code == Exit.OK, report.problems
        with app.store.read() as connection:
            detail = show_message(connection, message_number(connection, "x//1") or 0, show_text=True)
            kept = set(connection.execute(select(schema.revision.c.text)).scalars())
        assert detail is not None
        known = {name: getattr(detail.message, name) for name in ("author", "sent_at", "kind", "public", "text")}
        outcome = outcome_of(app)
    return known | {
        "rating": detail.rating,
        "revisions": detail.revisions,
        "kept": kept,
        "texts": outcome.texts,
        "delivered": outcome.delivered,
    }
