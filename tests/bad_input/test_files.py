"""Trouble with a file as a whole: one sentence that names it, and the other files and sources are read all the same."""

from __future__ import annotations

import gzip
import random
import shutil
from typing import TYPE_CHECKING, TypeAlias

import pytest

from bridge.errors import Exit
from tests.bad_input.project import OTHER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bad_input.project import Place

Prepare: TypeAlias = "Callable[[Place], None]"

CSV = b"id,text\n1,where is my parcel?\n"
MAPPING = """
    mapping:
      id: {from: number}
      text: {from: text}
"""


def _holds(name: str, content: bytes) -> Prepare:
    return lambda place: _write(place.inbox / name, content)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _points_at(path: str, content: bytes | None = None) -> Prepare:
    def prepare(place: Place) -> None:
        place.edit("casebridge.yaml", "inbox/*", path)
        if content is not None:
            (place.folder / path).write_bytes(content)

    return prepare


def _maps(content: bytes) -> Prepare:
    def prepare(place: Place) -> None:
        _write(place.inbox / "a.csv", content)
        place.edit("casebridge.yaml", "    network: x\n", f"    network: x{MAPPING}")

    return prepare


def _is_a_folder(place: Place) -> None:
    place.edit("casebridge.yaml", "inbox/*", "inbox")


def _is_a_circle(place: Place) -> None:
    (place.folder / "circle.jsonl").symlink_to("circle.jsonl")
    place.edit("casebridge.yaml", "inbox/*", "circle.jsonl")


def _is_a_database(place: Place) -> None:
    shutil.copy(place.folder / "casebridge.db", place.inbox / "a.db")


def _links_to(path: str) -> Prepare:
    return lambda place: (place.inbox / "a.jsonl").symlink_to(path)


def _noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


FILES: dict[str, tuple[Prepare, str]] = {
    "a file that is missing": (_points_at("gone.csv"), "gone.csv does not exist. Check `path`"),
    "a pattern without a match": (_points_at("inbox/*.jsnl"), "No file matches inbox/*.jsnl"),
    "a folder for a file": (_is_a_folder, "inbox is a folder. Write for instance inbox/*.csv in `path`"),
    "a packed file that is cut off": (
        _holds("a.csv.gz", gzip.compress(CSV * 500)[:-30]),
        "inbox/a.csv.gz is damaged: Compressed file ended before the end-of-stream marker was reached. Pack or export",
    ),
    "a packed file whose inside is damaged": (
        _holds("a.csv.gz", gzip.compress(_noise(5_000))[:200] + _noise(3_000)),
        "inbox/a.csv.gz is damaged",
    ),
    "JSON that is cut off": (_holds("a.json", b'[{"id":1},\n{"id":'), "inbox/a.json:2: is not valid JSON"),
    "JSON without a list": (_holds("a.json", b'{"id":"1",\n"text":"a"}'), "Say in `records` where it stands"),
    "headings that are no field": (
        _holds("a.csv", b"id,txet\n1,hello\n"),
        "'txet' is no field of the message format; did you mean 'text'?",
    ),
    "a mapped column that is missing": (_maps(CSV), "sources.feed.mapping: the file has no column 'number'"),
    "a mapped column that is misspelt": (_maps(b"numbre,text\n1,a\n"), "did you mean 'numbre'?"),
    "a heading that stands twice": (
        _holds("a.csv", b"id,text,text\n1,a,b\n"),
        "inbox/a.csv:1: the heading 'text' stands more than once. Give a `mapping`, or rename it.",
    ),
    "a column without heading": (_holds("a.csv", b"id,text,\n1,a,b\n"), "inbox/a.csv:1: column 3 has no heading."),
    "headings in another encoding": (
        _holds("a.csv", b"id,t\xe9xt\n" + "1,schön grüßen\n".encode() * 9),
        "the line of headings is not utf-8",
    ),
    "a picture for a table": (
        _holds("a.csv", b"\x89PNG\r\n\x1a\n" + _noise(9_000)),
        "inbox/a.csv is no text but something binary",
    ),
    "a file that nobody may read": (_links_to("/proc/self/mem"), "inbox/a.jsonl cannot be read: Input/output error"),
    "a link that leads in a circle": (_is_a_circle, "circle.jsonl cannot be read: Too many levels of symbolic links"),
    "a link that leads nowhere": (_links_to("nowhere"), "inbox/a.jsonl does not exist"),
    "a workbook for an export": (
        _holds("a.csv", b"PK\x03\x04" + _noise(900)),
        "inbox/a.csv is no text but a workbook (.xlsx) or zip archive. Export it as CSV or JSON Lines.",
    ),
    "a workbook for JSON": (_holds("a.jsonl", b"PK\x03\x04" + _noise(900)), "inbox/a.jsonl is no text"),
    "a database for an export": (_is_a_database, "inbox/a.db is no text but a database. Export it as CSV"),
}


@pytest.mark.parametrize(("prepare", "sentence"), FILES.values(), ids=FILES.keys())
def test_a_bad_file_is_one_sentence_and_the_other_source_is_delivered(
    place: Place, prepare: Prepare, sentence: str
) -> None:
    prepare(place)
    result = place.run("sync")
    assert result.exit_code == Exit.CONFIG
    assert sentence in result.stderr
    assert place.outcome().delivered == {OTHER}


def test_rows_before_the_damage_of_a_file_are_delivered_and_the_rest_once_it_is_whole(place: Place) -> None:
    rows = "".join(f'{number},"where is parcel {_noise(30).hex()} {number}?"\n' for number in range(60))
    packed = gzip.compress(f"id,text\n{rows}".encode())
    place.edit("casebridge.yaml", "network: x", "network: x\n    page_size: 10")
    (place.inbox / "a.csv.gz").write_bytes(packed[:-300])
    assert place.run("sync").exit_code == Exit.CONFIG
    some = place.outcome().delivered
    assert OTHER in some
    (place.inbox / "a.csv.gz").write_bytes(packed)
    assert place.run("sync").exit_code == Exit.OK
    assert place.outcome().delivered == {OTHER, *(f"x//{number}" for number in range(60))} >= some


EMPTY = {"nothing": b"", "blank lines": b"\n\n\n", "a byte order mark": b"\xef\xbb\xbf", "headings alone": b"id,text\n"}


@pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY.keys())
def test_an_empty_file_is_no_error(place: Place, content: bytes) -> None:
    (place.inbox / "a.csv").write_bytes(content)
    (place.inbox / "b.csv").write_bytes(CSV)
    assert place.run("sync").exit_code == Exit.OK
    assert place.outcome().delivered == {"x//1", OTHER}


ENCODINGS = {
    "UTF-16 with a mark": "utf-16",
    "UTF-16 without a mark": "utf-16-le",
    "UTF-8 with a mark": "utf-8-sig",
    "Windows-1252": "cp1252",
}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_an_encoding_that_is_not_ours_is_recognised(place: Place, encoding: str) -> None:
    rows = "id,text\n" + "".join(f"{number},Grüße! Wo bleibt mein Päckchen „{number}“?\n" for number in range(9))
    (place.inbox / "a.csv").write_bytes(rows.encode(encoding))
    assert place.run("sync").exit_code == Exit.OK
    assert "Grüße! Wo bleibt mein Päckchen „8“?" in place.outcome().texts


def test_an_encoding_that_is_wrongly_stated_sets_rows_aside(place: Place) -> None:
    place.edit("casebridge.yaml", "network: x", "network: x\n    encoding: utf-8")
    (place.inbox / "a.csv").write_bytes("id,text\n1,parcel\n2,Päckchen\n".encode("cp1252"))
    assert place.run("sync").exit_code == Exit.SET_ASIDE
    outcome = place.outcome()
    assert outcome.delivered == {"x//1", OTHER}
    assert "is not utf-8: bytes e4 at 3; set `encoding`" in outcome.set_aside["inbox/a.csv:3"]


TABLES = {
    "rows of different length": (b"id,text,lang\n1,a parcel\n2,a parcel,de,,\n", {"1", "2"}),
    "blank lines between": (b"id,text\n\n1,a parcel\n\n\n2,a parcel\n", {"1", "2"}),
    "line ends of old machines": (b"id,text\r1,a parcel\r2,a parcel\r", {"1", "2"}),
    "mixed line ends": (b"id,text\r\n1,a parcel\n2,a parcel\r\n", {"1", "2"}),
    "no line end at the end": (b"id,text\n1,a parcel", {"1"}),
    "semicolons": (b"id;text\n1;a parcel, late\n", {"1"}),
    "blanks around everything": (b" id , text \n 1 , a parcel \n", {"1"}),
}


@pytest.mark.parametrize(("content", "ids"), TABLES.values(), ids=TABLES.keys())
def test_an_odd_table_is_a_table(place: Place, content: bytes, ids: set[str]) -> None:
    (place.inbox / "a.csv").write_bytes(content)
    assert place.run("sync").exit_code == Exit.OK
    assert place.outcome().delivered == {OTHER, *(f"x//{native_id}" for native_id in ids)}
