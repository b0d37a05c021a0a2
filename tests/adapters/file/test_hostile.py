"""Whatever lies in the folder: what can be read is, the rest is kept as it came, and nothing raises but what a person can mend."""

from __future__ import annotations

import gzip
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import CasebridgeError
from bridge.nouns import Broken, Said
from tests.adapters.file.exports import FIXTURES, connect, read
from tests.adapters.mutations import mutated

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = [orjson.loads(line) for line in (FIXTURES / "canonical.jsonl").read_bytes().splitlines() if line.strip()]
MAPPING = {"fields": {"id": {"from": "id"}, "text": {"from": "text"}}}
MANY = settings(max_examples=30, deadline=None)


def lines(rows: list[Any]) -> bytes:
    """Write rows as JSON Lines."""
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def whole(rows: list[Any]) -> bytes:
    """Write rows as one JSON document."""
    return orjson.dumps(rows)


def packed(rows: list[Any]) -> bytes:
    """Write rows as packed JSON Lines."""
    return gzip.compress(lines(rows))


def found(name: str, content: bytes, **more: Any) -> list[Any]:  # noqa: ANN401 - any setting
    """Return what a file becomes."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / name).write_bytes(content)
        return read(connect(Path(place), name, network="x", **more))


@pytest.mark.parametrize(("name", "written"), [("a.jsonl", lines), ("a.json", whole), ("a.jsonl.gz", packed)])
@MANY
@given(rows=st.lists(mutated(ROWS), min_size=1, max_size=4))
def test_each_damaged_row_is_a_message_or_kept_as_it_came(
    name: str, written: Callable[[list[Any]], bytes], rows: list[Any]
) -> None:
    events = found(name, written(rows))
    assert len(events) == len(rows)
    for event, row in zip(events, rows, strict=True):
        assert isinstance(event, Said | Broken)
        if isinstance(event, Broken) and name != "a.json":
            assert orjson.loads(event.raw) == row


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.csv.gz"])
@MANY
@given(
    content=st.binary(max_size=200) | st.text(st.sampled_from('ab,;\t"\n\r\0\ufeff{}[]:'), max_size=60).map(str.encode)
)
def test_any_bytes_are_read_set_aside_or_said_to_be_no_such_file(name: str, content: bytes) -> None:
    more = {"mapping": MAPPING} if "sv" in name else {}
    with suppress(CasebridgeError):  # a file that is no export at all
        assert all(isinstance(event, Said | Broken) for event in found(name, content, **more))
