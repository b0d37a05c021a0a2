"""Word lists are found whatever the spelling, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.triage.words import Lexicon, fold

LISTS = (
    "kündig*",
    "*rechnung*",
    "größe",
    "geht .. nicht",
    "doesn't work",
    "^can i",
    "😡",
    "thanks",
    "*los",
    "m / w",
    "funktionier* .. nicht",
)


def found(text: str) -> set[str]:
    scan = Lexicon((number, [pattern]) for number, pattern in enumerate(LISTS)).scan(text)
    return {pattern for number, pattern in enumerate(LISTS) if scan.found & 1 << number}


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("Meine KÜNDIGUNG", "kündig*"),
        ("ich kuendige", "kündig*"),
        ("kundigung!!", "kündig*"),
        ("ku\u0308ndigen", "kündig*"),
        ("Die Reparaturrechnung ist da", "*rechnung*"),
        ("falsche GRÖSSE", "größe"),
        ("falsche Größe", "größe"),
        ("Das geht leider gar nicht!", "geht .. nicht"),
        ("geht nicht", "geht .. nicht"),
        ("es funktioniert einfach nicht", "funktionier* .. nicht"),
        ("it doesn\u2019t work", "doesn't work"),
        ("it doesnt work", "doesn't work"),
        ("Hello. Can I pay by card", "^can i"),
        ("Hi can I pay", "^can i"),
        ("😡😡😡", "😡"),
        ("thaaanks", "thanks"),
        ("THANKS", "thanks"),
        ("arbeitslos", "*los"),
        ("Fahrer (m/w)", "m / w"),
        ("thanks &amp; bye", "thanks"),
    ],
)
def test_a_pattern_is_found_in_every_spelling(text: str, pattern: str) -> None:
    assert pattern in found(text)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("ankündigung", "kündig*"),
        ("es geht. Aber nicht", "geht .. nicht"),
        ("geht das denn auch bei euch in Kiel nicht", "geht .. nicht"),
        ("you know what I can I guess", "^can i"),
        ("thankstelle", "thanks"),
        ("https://brand.example/rechnung", "*rechnung*"),
        ("@rechnungsteam hallo", "*rechnung*"),
        ("rechnung@brand.example", "*rechnung*"),
        ("losen", "*los"),
    ],
)
def test_nothing_else_is_found(text: str, pattern: str) -> None:
    assert pattern not in found(text)


def test_words_beside_an_address_are_read() -> None:
    assert "thanks" in found("@brand\nthanks")
    assert "thanks" in found("see https://x.example thanks")


@pytest.mark.parametrize("pattern", ["", "*", "^", ".."])
def test_a_pattern_without_a_word_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="no word"):
        Lexicon([(0, [pattern])])


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    found(text)
    assert fold(fold(text)) is not None


def test_a_text_of_ten_megabytes_is_read_as_far_as_it_matters() -> None:
    assert "thanks" in found("thanks " + "word " * 2_000_000)


def test_what_is_held_throughout_is_told() -> None:
    lexicon = Lexicon([(0, ["danke", "dir", "!"]), (1, ["danke"])])
    assert lexicon.scan("Danke dir!").throughout & 1
    assert not lexicon.scan("Danke dir nicht!").throughout & 1
    assert not lexicon.scan("").throughout
