"""Texts are measured, cut and keyed so that nothing of them is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bluesky import facets, tids
from adapters.bluesky.names import LINK_FACET
from adapters.bluesky.texts import fits, graphemes, room, split

WORDS = st.text(st.sampled_from("ab äß.,!?\n👩‍👩‍👧‍👦📦é"), max_size=900)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
APP_KEY = "3lg2abcdefg2k"


@pytest.mark.parametrize(
    ("text", "count"), [("abc", 3), ("Grüße", 5), ("👩‍👩‍👧‍👦", 1), ("e\u0301", 1), ("\r\n", 1), ("🇩🇪🇦🇹", 2), ("", 0)]
)
def test_characters_are_what_people_take_for_one(text: str, count: int) -> None:
    assert graphemes(text) == count


@given(WORDS, st.integers(20, 80), st.integers(2, 60))
def test_a_cut_text_is_whole_again_when_its_pieces_are_joined(text: str, most: int, parts: int) -> None:
    pieces = split(text, most, most * 10, parts)
    if not pieces:
        assert not fits(text, most, most * 10)
        return
    assert len(pieces) <= parts
    assert all(fits(piece, most, most * 10) for piece in pieces)
    bare = pieces if len(pieces) == 1 else [piece.rpartition(" (")[0] for piece in pieces]
    assert "".join("".join(bare).split()) == "".join(text.split())


@given(ANY, st.integers(1, 300))
def test_there_is_room_for_every_text_that_fits(text: str, most: int) -> None:
    assert (room(text, most) >= len(text)) == (graphemes(text) <= most)


@given(ANY, ANY, ANY)
def test_a_link_that_is_found_in_our_text_is_read_back_from_its_bytes(before: str, after: str, tag: str) -> None:
    text = f"{before} https://acme.example/parcel {after} #{tag}"
    found = facets.write(text, lambda _: "")
    links = [each.value for each in facets.read(text, found) if each.type == LINK_FACET]
    assert "https://acme.example/parcel" in links
    assert len(facets.read(text, found)) == len(found)
    assert facets.readable(text, found) == text


@pytest.mark.parametrize(
    ("shown", "address", "text"),
    [
        ("acme.example/very/lo...", "https://acme.example/very/long/way", "https://acme.example/very/long/way"),
        ("acme.example/a", "https://www.acme.example/a", "https://www.acme.example/a"),
        ("https://acme.example", "https://acme.example", "https://acme.example"),
        ("our shop", "https://acme.example", "our shop (https://acme.example)"),
        ("bank.example", "https://evil.example", "bank.example (https://evil.example)"),
        ("...", "https://acme.example", "... (https://acme.example)"),
    ],
)
def test_a_reader_sees_where_a_link_leads(shown: str, address: str, text: str) -> None:
    body = f"Grüße: {shown}!"
    start = len("Grüße: ".encode())
    facet = {
        "index": {"byteStart": start, "byteEnd": start + len(shown.encode())},
        "features": [{"$type": LINK_FACET, "uri": address}],
    }
    assert facets.readable(body, [facet]) == f"Grüße: {text}!"


@given(st.text(max_size=40), st.sampled_from([APP_KEY, "self", "", "zzzzzzzzzzzzz", "7777777777777", "jzzzzzzzzzzzz"]))
def test_keys_are_tids_the_same_for_the_same_action(action: str, answered: str) -> None:
    """13 digits of base 32 that sorts, the first of them without its highest bit."""
    keys = [tids.key_of(action, answered, part) for part in range(3)]
    assert keys == [tids.key_of(action, answered, part) for part in range(3)]
    assert len(set(keys)) == 3
    for key in keys:
        assert len(key) == 13
        assert key[0] in "234567abcdefghij"
        assert set(key) <= set("234567abcdefghijklmnopqrstuvwxyz")
        assert tids.is_ours(key)


def test_keys_follow_the_post_that_they_answer_within_minutes() -> None:
    keys = [tids.key_of(f"action {number}", APP_KEY) for number in range(200)]
    assert len(set(keys)) == 200
    assert all(APP_KEY < key < "3lg2cbcdefg2k" for key in keys)
    assert not tids.is_ours(APP_KEY)
