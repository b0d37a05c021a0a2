"""Trouble with a file as a whole is one clear sentence, and does not stop the other files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NoReturn

import pytest
from pydantic import ValidationError

from adapters.file import records
from adapters.file.settings import FileSettings
from bridge.errors import ConfigError
from bridge.nouns import Cursor
from tests.adapters.file.exports import connect, copied, ids, read

ROW = '{"id":"1","network":"x","text":"a"}\n'


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing.csv", "missing.csv does not exist"),
        ("nothing/*.csv", "No file matches nothing/"),
        ("folder", "folder is a folder"),
        ("cut.json", "cut.json:2: is not valid JSON"),
        ("single.json", "has no list of rows"),
        ("damaged.csv.gz", "damaged.csv.gz is damaged"),
        ("headings.csv", "the line of headings is not utf-8"),
        ("foreign.csv", "'message' is no field of the message format"),
    ],
)
def test_whole_file_trouble_is_one_clear_sentence(tmp_path: Path, path: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "cut.json").write_text('[{"id":1},\n{"id":')
    (tmp_path / "single.json").write_text('{"id":1,\n"network":"x"}')
    (tmp_path / "damaged.csv.gz").write_bytes(gzip.compress(b"id,text\n1,a\n" * 1_000)[:-20])
    (tmp_path / "headings.csv").write_bytes(b"id,\xff\n1,2\n" + "1,schön grüßen\n".encode())
    (tmp_path / "foreign.csv").write_text("id,message\n1,hello\n")
    source = connect(tmp_path, path, network="x")
    with pytest.raises(ConfigError, match=sentence.replace("*", r"\*")) as raised:
        read(source)
    assert raised.value.exit_code == 2
    account = source.check()
    assert not account.ok
    assert sentence in account.findings[0].text


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_text(ROW)

    def forbidden(_path: Path, *_args: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)  # the super-user may read everything
    with pytest.raises(ConfigError, match=r"a\.jsonl may not be read"):
        read(connect(tmp_path, "a.jsonl"))


def test_a_disk_that_fails_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_text(ROW)

    def broken(_path: Path, *_args: object) -> NoReturn:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(ConfigError, match="cannot be read: Input/output error"):
        read(connect(tmp_path, "a.jsonl"))


def test_the_other_files_of_a_pattern_are_read_first(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,message\n1,hello\n")
    (tmp_path / "b.jsonl").write_text(ROW)
    source = connect(tmp_path, "*", network="x")
    pages = []
    with pytest.raises(ConfigError, match=r"a\.csv"):
        pages.extend(source.pages(Cursor()))
    assert ids(event for page in pages for event in page.events) == ["1"]
    with pytest.raises(ConfigError, match=r"a\.csv"):
        read(source, pages[-1].cursor)


def test_rows_before_the_damage_of_a_packed_file_are_read(tmp_path: Path) -> None:
    rows = "".join(f"{number},hello {number * 7919}\n" for number in range(30_000))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(f"id,text\n{rows}".encode())[:-2_000])
    seen = []
    with pytest.raises(ConfigError, match="is damaged"):
        seen.extend(connect(tmp_path, "a.csv.gz", network="x").pages(Cursor()))
    assert sum(len(page.events) for page in seen) > 10_000


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.tsv", "a.txt"])
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_no_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    source = connect(tmp_path, name, network="x")
    assert read(source) == []
    account = source.check()
    assert account.ok
    assert "no rows yet" in account.findings[0].text


def test_headings_alone_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n")
    source = connect(tmp_path, "a.csv", network="x")
    assert read(source) == []
    assert source.estimate(Cursor()).messages == 0


def test_a_json_file_of_enormous_size_should_be_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LARGEST_JSON", 1_000_000)
    (tmp_path / "a.json").write_text("[" + ROW * 40_000 + "]")
    with pytest.raises(ConfigError, match="Export it as JSON Lines"):
        read(connect(tmp_path, "a.json"))


def test_check_says_how_a_file_is_written_and_understood(tmp_path: Path) -> None:
    source = connect(
        copied(tmp_path, "twcs_like.csv", "twcs_like.yaml"), "*.csv", network="x", mapping="twcs_like.yaml"
    )
    (finding,) = source.check().findings
    assert finding.ok
    assert finding.text.startswith('twcs_like.csv: csv, utf-8 (plain ASCII), separated by comma, cells enclosed in "')
    assert "of the first 5 rows 1 cannot be read, as twcs_like.csv:7 has 3 cells" in finding.text


def test_check_finds_a_file_bad_if_no_row_is_understood(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,hello\n2,world\n")
    assert not connect(tmp_path, "a.csv").check().ok


def test_a_mapping_to_a_missing_column_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,texte\n1,hello\n")
    with pytest.raises(ConfigError, match="has no column 'text'; did you mean 'texte'"):
        read(connect(tmp_path, "a.csv", network="x", mapping={"id": {"from": "id"}, "text": {"from": "text"}}))


def test_a_mapping_file_that_is_missing_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        connect(tmp_path, "a.csv", mapping="nowhere.yaml")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"path": ""}, "at least 1 character"),
        ({"path": "a", "colour": "red"}, "Extra inputs"),
        ({"path": "a", "format": "xlsx"}, "jsonl"),
        ({"path": "a", "defaults": {"kin": "mail"}}, "did you mean 'kind'"),
        ({"path": "a", "region": "Germany"}, "match pattern"),
    ],
)
def test_settings_are_checked(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        FileSettings.model_validate(settings)


def test_an_unknown_encoding_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(ROW)
    with pytest.raises(ConfigError, match="no such encoding: 'utf-88'"):
        read(connect(tmp_path, "a.jsonl", encoding="utf-88"))
