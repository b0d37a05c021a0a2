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


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><title>{}</title></entry></feed>'


@pytest.mark.parametrize(
    ("encoding", "declared", "kind"),
    [
        ("utf-8-sig", "utf-8", "application/xml"),
        ("utf-16", "utf-16", "application/xml"),
        ("windows-1252", "windows-1252", "application/xml"),
        ("iso-8859-15", "", "application/xml; charset=iso-8859-15"),
        ("windows-1252", "utf-8", "application/xml"),  # declared wrongly
        ("utf-8", "us-ascii", "text/xml"),
    ],
)
def test_words_are_read_in_whatever_encoding_they_come(encoding: str, declared: str, kind: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    body = f"{head}{ATOM.format('Grüße aus Köln')}".encode(encoding)
    found = read(Document(body, URL, kind, Version()), "blog", FeedSettings(url=URL))
    assert [entry.message.text for entry in found.entries] == ["Grüße aus Köln"]


def test_what_a_document_refers_to_is_neither_opened_nor_blown_up(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush-in-a-file")
    entity = f'<!DOCTYPE feed [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
    bomb = "".join(f'<!ENTITY b{n + 1} "{f"&b{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE feed [<!ENTITY b0 "ha">{bomb}]>'
    for head, name in ((entity, "x"), (bomb, "b9")):
        found = read(document(f"{head}{ATOM.format(f'&{name};')}".encode()), "blog", FeedSettings(url=URL))
        told_ = str([entry.message for entry in found.entries])
        assert "hush-in-a-file" not in told_
        assert len(told_) < 10_000


def test_what_only_a_browser_would_run_or_hide_is_no_text() -> None:
    page = "&lt;style&gt;p{}&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;It &lt;b&gt;is&lt;/b&gt; down.&lt;/p&gt;&lt;p&gt;Why?&lt;/p&gt;"
    entry = f"<item><guid>a</guid><description>{page}</description></item>"
    found = read(
        document(f"<rss version='2.0'><channel>{entry}</channel></rss>".encode()), "blog", FeedSettings(url=URL)
    )
    assert [each.message.text for each in found.entries] == ["It is down.\n\nWhy?"]


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026", "0000-00-00T00:00:00Z"])
def test_an_entry_without_a_time_that_can_be_read_has_none(date: str) -> None:
    entry = f"<item><guid>a</guid><title>Hello</title><pubDate>{date}</pubDate></item>"
    found = read(
        document(f"<rss version='2.0'><channel>{entry}</channel></rss>".encode()), "blog", FeedSettings(url=URL)
    )
    assert [each.message.sent_at for each in found.entries] == [None]
