"""Reading goes on from where it ended; what was replaced is read again; nothing is lost and nothing repeated."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.file.reading import BEING_WRITTEN
from bridge.errors import ConfigError
from bridge.nouns import Cursor, Said
from tests.adapters.file.exports import broken, connect, events, ids, read, read_on

if TYPE_CHECKING:
    from adapters.file.source import FileSource


def line(number: int, text: str = "hello") -> str:
    return json.dumps({"id": str(number), "network": "x", "text": text}) + "\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text(line(1) + line(2))
    return path


@pytest.fixture
def source(export: Path) -> FileSource:
    return connect(export.parent, "a*.jsonl*")


def test_a_grown_file_is_read_on(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    with export.open("a") as file:
        file.write(line(3) + line(4))
    assert read_on(source, end)[0] == ["3", "4"]


def test_an_unchanged_file_brings_no_page(source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    assert list(source.pages(end)) == []


def test_a_touched_file_brings_no_message(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    os.utime(export, (1, 1))
    new, end = read_on(source, end)
    assert new == []
    assert list(source.pages(end)) == []


def test_a_last_line_without_end_is_read_and_read_again_once_it_grew(export: Path, source: FileSource) -> None:
    with export.open("a") as file:
        file.write(line(3).rstrip())
    new, end = read_on(source, Cursor())
    assert new == ["1", "2", "3"]
    assert read_on(source, end)[0] == []
    with export.open("a") as file:
        file.write("\n" + line(4))
    assert read_on(source, end)[0] == ["3", "4"]


def test_a_last_line_that_is_being_written_waits_and_is_never_set_aside(export: Path, source: FileSource) -> None:
    with export.open("a") as file:
        file.write(line(3)[:12])
    pages = list(source.pages(Cursor()))
    found = events(pages)
    assert (ids(found), broken(found)) == (["1", "2"], [])
    with export.open("a") as file:
        file.write(line(3)[12:] + line(4))
    assert read_on(source, pages[-1].cursor)[0] == ["3", "4"]


def test_a_last_line_that_nobody_finishes_is_set_aside(export: Path, source: FileSource) -> None:
    with export.open("a") as file:
        file.write(line(3)[:12])
    pages = list(source.pages(Cursor()))
    long_ago = time.time() - BEING_WRITTEN.total_seconds() - 1
    os.utime(export, (long_ago, long_ago))
    pages = list(source.pages(pages[-1].cursor))
    found = events(pages)
    assert (ids(found), len(broken(found))) == ([], 1)
    assert list(source.pages(pages[-1].cursor)) == []


def test_a_replaced_file_is_read_again(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    export.write_text(line(7) + line(8) + line(9))
    assert read_on(source, end)[0] == ["7", "8", "9"]


def test_a_file_that_was_replaced_by_one_of_the_same_size_is_read_again(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    export.write_text(line(7) + line(8))
    assert read_on(source, end)[0] == ["7", "8"]


def test_a_change_in_the_middle_that_keeps_the_size_is_found_by_the_last_row(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    export.write_text(line(1) + line(3) + line(4))
    assert read_on(source, end)[0] == ["1", "3", "4"]


def test_a_truncated_file_is_read_again(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    export.write_text(line(1))
    assert read_on(source, end)[0] == ["1"]


def test_a_rotated_file_is_known_by_its_content(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    export.rename(export.with_name("a.jsonl.1"))
    export.write_text(line(3))
    new, end = read_on(source, end)
    assert new == ["3"]
    with export.with_name("a.jsonl.1").open("a") as file:
        file.write(line(4))
    assert read_on(source, end)[0] == ["4"]


def test_a_copy_of_a_file_is_a_file_of_its_own(export: Path, source: FileSource) -> None:
    """The store finds the repetitions, and counts them."""
    _, end = read_on(source, Cursor())
    export.with_name("a2.jsonl").write_text(export.read_text())
    assert read_on(source, end)[0] == ["1", "2"]


def test_new_files_of_a_pattern_are_added(export: Path, source: FileSource) -> None:
    _, end = read_on(source, Cursor())
    export.with_name("a0.jsonl").write_text(line(5))
    new, end = read_on(source, end)
    assert new == ["5"]
    assert read_on(source, end)[0] == []


def test_a_grown_packed_file_is_read_on(export: Path, source: FileSource) -> None:
    packed = export.with_name("a.jsonl.gz")
    packed.write_bytes(gzip.compress(export.read_bytes()))
    export.unlink()
    new, end = read_on(source, Cursor())
    assert new == ["1", "2"]
    assert read_on(source, end)[0] == []
    with packed.open("ab") as file:
        file.write(gzip.compress(line(3).encode()))
    new, end = read_on(source, end)
    assert new == ["3"]
    packed.write_bytes(gzip.compress((line(1) + line(2) + line(3) + line(4)).encode()))
    assert read_on(source, end)[0] == ["4"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_grown_table_is_read_on_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    body = 'id;text\n1;Grüße\n2;"zwei\nZeilen"\n'
    path.write_bytes(body.encode(encoding))
    source = connect(tmp_path, "a.csv", network="x")
    new, end = read_on(source, Cursor())
    assert new == ["1", "2"]
    path.write_bytes((body + "3;Köln, schön\n;kaputt\n").encode(encoding))
    found = read(source, end)
    assert ids(found) == ["3"]
    assert broken(found)[0].where == "a.csv:6"


def test_a_table_with_other_headings_is_another_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n")
    source = connect(tmp_path, "a.csv", network="x")
    assert read_on(source, Cursor())[0] == []
    _, end = read_on(source, Cursor())
    path.write_text("id,text,lang\n1,hello,en\n")
    assert read_on(source, end)[0] == ["1"]


def test_a_changed_json_list_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(f"[{line(1)}]")
    source = connect(tmp_path, "a.json")
    _, end = read_on(source, Cursor())
    assert read_on(source, end)[0] == []
    path.write_text(f"[{line(1)},{line(2)}]")
    assert read_on(source, end)[0] == ["1", "2"]


def test_the_head_is_behind_all_that_is_there(export: Path, source: FileSource) -> None:
    head = source.head()
    assert read(source, head) == []
    with export.open("a") as file:
        file.write(line(3))
    assert read_on(source, head)[0] == ["3"]


def test_an_estimate_counts_what_is_not_read_yet(export: Path, source: FileSource) -> None:
    assert source.estimate(Cursor()).messages == 2
    _, end = read_on(source, Cursor())
    assert source.estimate(end).messages == 0
    with export.open("a") as file:
        file.write(line(3))
    assert source.estimate(end).messages == 1


def test_another_setting_for_the_encoding_reads_again(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("id,text\n1,Größe\n".encode("cp850"))
    _, end = read_on(connect(tmp_path, "a.csv", network="x"), Cursor())
    assert read_on(connect(tmp_path, "a.csv", network="x", encoding="cp850"), end)[0] == ["1"]


def test_a_position_of_another_source_is_refused(source: FileSource) -> None:
    with pytest.raises(ConfigError, match="not one of files"):
        list(source.pages(Cursor("17")))


CELLS = st.text(st.sampled_from("ab ,;\"\n\r\t'ü€😀"), max_size=8)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=14),
    kinds=st.lists(st.sampled_from(["csv", "jsonl", "csv.gz", "json"]), min_size=1, max_size=3),
    page_size=st.integers(1, 5),
    ended=st.booleans(),
)
def test_resuming_after_any_page_loses_and_repeats_nothing(
    rows: list[tuple[str, str]], kinds: list[str], page_size: int, *, ended: bool
) -> None:
    with tempfile.TemporaryDirectory() as place:
        for number, kind in enumerate(kinds):
            _write(Path(place) / f"{number}.{kind}", rows, ended=ended)
        source = connect(Path(place), "*", network="x", page_size=page_size, delimiter=",", quote='"')
        pages = list(source.pages(Cursor()))
        whole = [_content(event) for event in events(pages)]
        assert len(whole) == len(rows) * len(kinds)
        assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]
        for count in range(1, len(pages)):
            rest = read(source, pages[count - 1].cursor)
            assert [_content(event) for event in (*events(pages[:count]), *rest)] == whole


def _content(event: object) -> object:
    return (event.message.native_id, event.message.text, event.message.lang) if isinstance(event, Said) else event


def _write(path: Path, rows: list[tuple[str, str]], *, ended: bool) -> None:
    """Write rows by hand: the quoting of Python's own writer would be no test of the reader."""
    if ".csv" in path.name:
        lines = ["id,text,lang"] + [
            f'{number},"t{_quoted(text)}","{_quoted(lang)}"' for number, (text, lang) in enumerate(rows)
        ]
        body = "\n".join(lines)
    else:
        documents = [
            {"id": number, "network": "x", "text": f"t{text}", "lang": lang} for number, (text, lang) in enumerate(rows)
        ]
        body = json.dumps(documents) if path.suffix == ".json" else "\n".join(map(json.dumps, documents))
    content = (body + "\n" * ended).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def _quoted(cell: str) -> str:
    return cell.replace('"', '""')
