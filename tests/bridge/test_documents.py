"""YAML documents say of everything wrong in which line it stands and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bridge import documents
from bridge.errors import ConfigError


class Part(BaseModel):
    """A model with something of every kind."""

    model_config = ConfigDict(extra="forbid")
    path: str
    count: int = 1
    mode: Literal["live", "shadow"] = "live"
    token: SecretStr | None = Field(None, min_length=20)


class Whole(BaseModel):
    """Parts in a mapping, in a list, in a union."""

    model_config = ConfigDict(extra="forbid")
    parts: dict[str, Part] = {}
    more: list[Part] = []
    either: Part | str = ""


def parse(text: str) -> documents.Document:
    return documents.parse(text, "some.yaml")


def wrong(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        documents.validate(parse(text), Whole)
    return str(caught.value)


def test_words_that_look_like_other_types_stay_words() -> None:
    """YAML 1.2: on, no and NO are words, dates stay text, keys become text."""
    data = parse("on: no\ncountry: NO\nday: 2026-02-01\n2: two\ntrue: yes\nnull: x\n1.5: y\n").data
    assert data == {
        "on": "no",
        "country": "NO",
        "day": "2026-02-01",
        "2": "two",
        "true": "yes",
        "null": "x",
        "1.5": "y",
    }


def test_data_is_plain_python() -> None:
    data = parse(
        "a: 0x1F\nb: 1.50\nc: true\nd: |\n  text\ne: 'q'\nf: [1, {g: null}]\nh: &anchor true\ni: *anchor\n"
    ).data
    assert data == {"a": 31, "b": 1.5, "c": True, "d": "text\n", "e": "q", "f": [1, {"g": None}], "h": True, "i": True}
    assert {type(value) for value in data.values()} == {int, float, bool, str, list}


def test_every_place_has_its_line() -> None:
    document = parse("a:\n  b: 1\n  c:\n    - x\n    - y: 2\n")
    assert [document.line(place) for place in [(), ("a",), ("a", "b"), ("a", "c", 1), ("a", "c", 1, "y")]] == [
        1,
        1,
        2,
        5,
        5,
    ]


def test_a_place_that_is_not_there_has_the_line_of_its_parent() -> None:
    assert parse("a:\n  b: 1\n").line(("a", "zzz", 3)) == 1


def test_a_part_knows_its_lines() -> None:
    part = parse("x: 1\na:\n  b:\n    c: 2\n").part(("a", "b"))
    assert (part.data, part.line(()), part.line(("c",))) == ({"c": 2}, 3, 4)


def test_a_part_put_under_a_key_knows_its_lines() -> None:
    under = parse("x: 1\na:\n  b: 2\n").part(("a",)).under("fields")
    assert (under.data, under.line(("fields",)), under.line(("fields", "b"))) == ({"fields": {"b": 2}}, 2, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "some.yaml: the file is empty"),
        ("# only a remark\n", "some.yaml: the file is empty"),
        ("- a\n", "some.yaml:1: the top must be a mapping ('key: value' lines), not a list"),
        ("word\n", "some.yaml:1: the top must be a mapping ('key: value' lines), not a single value"),
        ("a: 1\nb: 2\na: 3\n", "some.yaml:3: this is not valid YAML: the key 'a' is given twice"),
        ("a: 1\nb: [\n", "some.yaml:"),
        ("a: 1\n\tb: 2\n", "some.yaml:2: this is not valid YAML"),
        ("a: 1\nb: !python/object x\n", "some.yaml:2: this is not valid YAML: the tag !python/object is not known"),
        ("a: b\n---\nc: d\n", "another document"),
        ("a: b\nc: \x07\n", "some.yaml:2: a control character (U+0007)"),
        ("? [a, b]\n: c\n", "a key must be a single word or text"),
        ("a: " + "[" * 5000, "cannot be read as YAML"),
    ],
)
def test_what_is_no_yaml_mapping_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert said in str(caught.value)


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "triage.yaml").write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no such file; did you mean 'triage\.yaml'\?"):
        documents.load(tmp_path / "traige.yaml")


def test_a_missing_folder_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file\."):
        documents.load(tmp_path / "nowhere" / "a.yaml")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this is a directory"):
        documents.load(tmp_path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConfigError, match="no permission to read"):
        documents.load(tmp_path / "a.yaml")


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        documents.load(Path("a\0b"))


def test_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes("a: 1\nb: Grüße\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"latin\.yaml:2: this line is not UTF-8"):
        documents.load(file)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert documents.load(file).data == {"a": 1}


def test_a_document_becomes_a_model() -> None:
    whole = documents.validate(parse("parts: {a: {path: x, count: 3}}\n"), Whole)
    assert whole.parts["a"].count == 3


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file() -> None:
    said = wrong("parts:\n  a: {path: x, cuont: 2}\n  b:\n    count: many\n    mode: lve\nmroe: []\n").splitlines()
    assert said == [
        "some.yaml:2: unknown key 'cuont' in parts.a; did you mean 'count'?",
        "some.yaml:3: the key 'path' is missing in parts.b.",
        "some.yaml:4: parts.b.count: this should be a valid integer, unable to parse string as an integer.",
        "some.yaml:5: parts.b.mode: this should be 'live' or 'shadow'; did you mean 'live'?",
        "some.yaml:6: unknown key 'mroe'; did you mean 'more'?",
    ]


def test_keys_in_lists_and_unions_get_suggestions_too() -> None:
    assert "some.yaml:2: unknown key 'pth' in more.0; did you mean 'path'?" in wrong("more:\n  - pth: x\n")
    assert "unknown key 'pth' in either; did you mean 'path'?" in wrong("either: {pth: x}\n")


def test_keys_that_a_merge_brought_in_have_a_line() -> None:
    assert "some.yaml:3: unknown key 'cuont'" in wrong("parts:\n  a: &a {path: x}\n  b: {<<: *a, cuont: 1}\n")


def test_errors_do_not_repeat_secrets() -> None:
    assert "hunter2" not in wrong("parts: {a: {path: x, token: hunter2}}\n")


def test_variables_are_filled_in_and_their_places_known() -> None:
    document = documents.interpolate(parse("a: ${KEY}\nb: [x, 'pre-${KEY}-${KEY}']\nc: 3\n"), {"KEY": "s3cret"})
    assert document.data == {"a": "s3cret", "b": ["x", "pre-s3cret-s3cret"], "c": 3}
    assert document.from_env == {("a",), ("b", 1)}


def test_a_doubled_dollar_stays_as_text() -> None:
    document = documents.interpolate(parse("a: 'costs $${KEY} $5'\n"), {})
    assert (document.data, document.from_env) == ({"a": "costs ${KEY} $5"}, frozenset())


def test_missing_variables_are_named_with_their_lines() -> None:
    with pytest.raises(ConfigError) as caught:
        documents.interpolate(parse("a: ${DESK_TOKEM}\nb: 1\nc: ${OTHER}\nd: ${no name}\n"), {"DESK_TOKEN": "x"})
    assert str(caught.value).splitlines() == [
        "some.yaml:1: the environment variable DESK_TOKEM is not set; did you mean 'DESK_TOKEN'?",
        "some.yaml:3: the environment variable OTHER is not set.",
        "some.yaml:4: ${no name} is no name of an environment variable; write $${ for text.",
    ]


def test_values_of_variables_are_not_interpreted() -> None:
    """A secret may hold dollars, braces and YAML's marks."""
    odd = "${X}: [a, 'b"
    assert documents.interpolate(parse("a: ${KEY}\n"), {"KEY": odd}).data == {"a": odd}
