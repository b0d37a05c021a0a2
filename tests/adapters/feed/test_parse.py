"""Feeds as sites write them become messages; what is broken is told and kept, and nothing of it raises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.feed.client import Document, Version
from adapters.feed.parse import read, said
from adapters.feed.settings import FeedSettings
from tests.adapters.golden import situations, told

if TYPE_CHECKING:
    from bridge.nouns import SourceEvent

SITUATIONS = situations(Path(__file__).with_name("fixtures"))
URL = "https://blog.example/feed"


def document(body: bytes) -> Document:
    """Return what a site gave."""
    return Document(body, URL, "application/xml", Version())


def events(situation: dict[str, Any]) -> list[SourceEvent]:
    """Read a situation's document."""
    settings = FeedSettings(url=URL, **situation["settings"])
    found = read(document(situation["document"].encode(situation["encoding"])), "blog", settings)
    return [*(said(entry, entry.id, noticed=None) for entry in found.entries), *found.broken]


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_feed_becomes_what_is_expected_of_it(name: str) -> None:
    assert told(events(SITUATIONS[name]["given"])) == SITUATIONS[name]["expect"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Cut, double or overwrite parts of a feed."""
    given_ = draw(st.sampled_from([situation["given"] for situation in SITUATIONS.values()]))
    body = given_["document"].encode(given_["encoding"])
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
        junk = st.binary(max_size=8) | st.sampled_from([b"<item>", b"</item>", b"<!DOCTYPE x", b"&x;", b"]]>", b"\x00"])
        body = body[:start] + draw(junk) + body[end if draw(st.booleans()) else start :]
    return body


@given(damaged() | st.binary(max_size=40))
def test_no_document_raises_and_what_gives_nothing_is_kept(body: bytes) -> None:
    found = read(document(body), "blog", FeedSettings(url=URL))
    assert all(entry.id and entry.message.native_id == entry.id for entry in found.entries)
    if not found.is_feed:
        assert [each.raw for each in found.broken] == [body.decode("utf-8", "backslashreplace")]


def test_a_document_that_is_the_name_of_a_file_opens_none(tmp_path: Path) -> None:
    """The library opens whatever looks like a path."""
    secret = tmp_path / "feed.xml"
    secret.write_text("<rss version='2.0'><channel><item><title>secret</title></item></channel></rss>")
    assert not read(document(str(secret).encode()), "blog", FeedSettings(url=URL)).entries
