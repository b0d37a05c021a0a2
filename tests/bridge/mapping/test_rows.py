"""Foreign rows become messages and persons by YAML alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bridge import documents
from bridge.errors import ConfigError, Refused
from bridge.mapping.rows import load_row_mapping, row_fields
from tests.bridge.mapping.building import rows

if TYPE_CHECKING:
    from pathlib import Path

TWEETS = """\
id: {from: tweet_id}
network: {value: x}
author.id: {from: author_id}
text: {from: text, html_unescape: true}
direction: {from: inbound, map: {"True": in, "False": out}}
sent_at: {from: created_at, parse_time: "%a %b %d %H:%M:%S %z %Y"}
answered_by: {from: response_tweet_id, split: ","}
answers: {from: in_response_to_tweet_id, split: ",", integer_text: true}
extra.likes: {from: likes, type: integer}"""

ROW = {
    "tweet_id": "119237",
    "author_id": "105834",
    "inbound": "True",
    "created_at": "Wed Oct 11 06:55:44 +0000 2017",
    "text": "Where is my parcel &amp; who has it?",
    "response_tweet_id": "119236, 119240",
    "in_response_to_tweet_id": "119230.0",
    "likes": "3",
}


def test_a_foreign_row_becomes_a_message_document() -> None:
    assert rows(TWEETS).read(ROW) == {
        "id": "119237",
        "network": "x",
        "author": {"id": "105834"},
        "text": "Where is my parcel & who has it?",
        "direction": "in",
        "sent_at": datetime(2017, 10, 11, 6, 55, 44, tzinfo=UTC),
        "answered_by": ["119236", "119240"],
        "answers": ["119230"],
        "extra": {"likes": 3},
    }


def test_empty_fields_are_left_out() -> None:
    assert rows(TWEETS).read({"tweet_id": "1", "text": "", "likes": None, "response_tweet_id": " , "}) == {
        "id": "1",
        "network": "x",
    }


def test_names_of_columns_are_taken_as_they_stand_before_they_are_paths() -> None:
    mapping = rows(
        "id: {from: Post ID}\ntext: {from: 'a.b'}\npermalink: {from: user.links.0.url}\nlang: {from: user.lang}"
    )
    assert mapping.read(
        {"Post ID": 7, "a.b": "dotted", "a": {"b": "nested"}, "user": {"lang": "de", "links": [{"url": "u"}]}}
    ) == {
        "id": "7",
        "text": "dotted",
        "permalink": "u",
        "lang": "de",
    }


def test_paths_that_lead_nowhere_are_empty() -> None:
    mapping = rows("id: {from: a.b.c}\ntext: {from: list.5.x}\nlang: {from: text.x}")
    assert mapping.read({"a": {"b": None}, "list": [1], "text": "t"}) == {}


def test_numbers_become_text_where_text_is_meant() -> None:
    """JSON holds ids as numbers, and fractions come from columns with gaps."""
    mapping = rows(
        "id: {from: id}\nauthor.id: {from: who}\nanswers: {from: to}\nrating: {from: stars}\nmissed: {from: lost}"
    )
    assert mapping.read({"id": 12, "who": 848.0, "to": [3.0, "4"], "stars": 4.5, "lost": True}) == {
        "id": "12",
        "author": {"id": "848"},
        "answers": ["3", "4"],
        "rating": 4.5,
        "missed": True,
    }


def test_rows_may_be_left_out_by_a_condition() -> None:
    mapping = rows("id: {from: id}", head="when: \"inbound == 'True' && row['the lang'] != 'xx'\"\n")
    assert mapping.read({"id": "1", "inbound": "True", "the lang": "en"}) == {"id": "1"}
    assert mapping.read({"id": "1", "inbound": "False"}) is None


def test_contacts_become_person_documents() -> None:
    mapping = rows(
        "id: {from: Id}\nname: {template: '{First} {Last}', strip: true}\nemails: {from: Mail, split: ';'}\n"
        "handles.x: {from: Twitter, lower: true}\nids.facebook/page: {from: FB}\nextra.tier: {from: Tier}",
        "people",
    )
    row = {
        "Id": "003A",
        "First": "Ada",
        "Last": "",
        "Mail": "a@example.org; b@example.org",
        "Twitter": "AdaP",
        "FB": 5,
        "Tier": "",
    }
    assert mapping.read(row) == {
        "id": "003A",
        "name": "Ada",
        "emails": ["a@example.org", "b@example.org"],
        "handles": {"x": "adap"},
        "ids": {"facebook/page": "5"},
    }


def test_an_impossible_value_refuses_the_row_and_names_the_field() -> None:
    with pytest.raises(Refused, match=r"^sent_at: 'Wed Feb 30") as caught:
        rows(TWEETS).read({**ROW, "created_at": "Wed Feb 30 06:55:44 +0000 2017"})
    assert caught.value.field == "sent_at"


def test_missing_columns_are_told_with_line_and_suggestion() -> None:
    with pytest.raises(ConfigError) as caught:
        rows(TWEETS).check_columns([*(set(ROW) - {"tweet_id", "likes"}), "tweet_Id"])
    assert str(caught.value).splitlines() == [
        "rows.yaml:2: the file has no column 'tweet_id'; did you mean 'tweet_Id'?",
        "rows.yaml:10: the file has no column 'likes'.",
    ]


def test_columns_of_conditions_are_looked_for_too() -> None:
    mapping = rows("id: {from: id}", head="when: inbound == 'True'\n")
    with pytest.raises(ConfigError, match=r"rows\.yaml:1: the file has no column 'inbound'; did you mean 'Inbound'\?"):
        mapping.check_columns(["id", "Inbound"])
    mapping.check_columns(["id", "inbound", "more"])


def test_of_a_list_of_columns_one_is_enough() -> None:
    mapping = rows("text: {from: [text, full_text]}")
    mapping.check_columns(["full_text"])
    with pytest.raises(ConfigError, match="no column 'text'"):
        mapping.check_columns(["id"])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("sent: {from: x}", "rows.yaml:2: unknown field 'sent'; did you mean 'sent_at'?"),
        ("author.nmae: {from: x}", "rows.yaml:2: unknown field 'author.nmae'; did you mean 'author.name'?"),
        ("author: {from: x}", "rows.yaml:2: unknown field 'author'"),
        ("extra: {from: x}", "rows.yaml:2: unknown field 'extra'"),
        ("id: {from: x, write: overwrite}", "rows.yaml:2: unknown key 'write' in fields.id"),
        ("id: {ref: person}", "rows.yaml:2: "),
        ("id: {template: '{x'}", "rows.yaml:2: id: a brace stands alone"),
        ("id: {cel: 'x =='}", "rows.yaml:2: in the CEL expression"),
    ],
)
def test_a_wrong_mapping_is_told_with_file_and_line(fields: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        rows(fields)
    assert said in str(caught.value)


def test_a_mapping_may_stand_in_another_document_as_just_its_fields() -> None:
    project = documents.parse("sources:\n  tweets:\n    mapping:\n      id: {from: tweet_id}\n", "casebridge.yaml")
    mapping = load_row_mapping(project.part(("sources", "tweets", "mapping")))
    assert mapping.read({"tweet_id": 3}) == {"id": "3"}
    with pytest.raises(ConfigError, match=r"casebridge\.yaml:4: the file has no column 'tweet_id'"):
        mapping.check_columns(["id"])


def test_a_mapping_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "tweets.yaml"
    file.write_text("fields:\n  id: {from: n}\n", encoding="utf-8")
    mapping = load_row_mapping(file, what="people")
    assert (mapping.read({"n": 1}), mapping.file) == ({"id": "1"}, str(file))


def test_all_fields_of_both_formats_can_be_filled() -> None:
    assert {"id", "author.handle", "extra.*", "answers", "sent_at"} <= row_fields("messages").keys()
    assert {"id", "emails", "handles.*", "ids.*", "extra.*"} <= row_fields("people").keys()
    assert all(row_fields("messages").values())
