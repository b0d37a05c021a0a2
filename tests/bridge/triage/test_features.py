"""A question is heard, and a thanks is bare only if it is nothing else."""

from __future__ import annotations

import pytest

from bridge.triage.features import OWN_LISTS, has_question, is_bare_thanks, language_lists, word_count
from bridge.triage.words import Lexicon, Scan

LEXICON = Lexicon(language_lists())


def scan(text: str) -> Scan:
    return LEXICON.scan(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wann kommt mein Paket",
        "Hallo, wie lange dauert das",
        "Könnt ihr mir sagen, wo das steht",
        "Geht das auch ohne Vertrag",
        "Is there any news on this",
        "anyone know how to reset it",
        "really?",
        "Danke! Was kostet das",
    ],
)
def test_a_question_is_one_with_or_without_its_mark(text: str) -> None:
    assert has_question(scan(text))


@pytest.mark.parametrize("text", ["Danke.", "Es geht nicht.", "My parcel is lost", "see https://x.example/?a=1"])
def test_a_statement_is_no_question(text: str) -> None:
    assert not has_question(scan(text))


@pytest.mark.parametrize(
    "text",
    [
        "Danke!",
        "Vielen lieben Dank 😊",
        "Dankeschön, hat geklappt.",
        "Danke für die schnelle Antwort",
        "Thank you so much!!",
        "thanks, works now",
        "THX 👍",
        "@nordwind danke euch ❤️",
    ],
)
def test_a_thanks_and_nothing_else_is_bare(text: str) -> None:
    assert is_bare_thanks(scan(text))


@pytest.mark.parametrize(
    "text",
    [
        "Danke für nichts",
        "Danke, aber es geht nicht",
        "Danke. Leider nein",
        "Thanks for nothing",
        "Thanks, still broken",
        "Thanks, when?",
        "Thanks 🙄",
        "Thanks :(",
        "Danke, Order 4711",
        "Danke Lena",
        "Hilfe bitte, danke",
        "Danke im Voraus",
        "Thanks in advance",
        "Danke https://x.example/foto",
        "super gemacht",
        "",
        "!!!",
    ],
)
def test_what_carries_anything_else_is_not_bare(text: str) -> None:
    assert not is_bare_thanks(scan(text))


def test_no_polite_word_is_a_negation_or_a_complaint() -> None:
    polite = set(dict(language_lists())[2])
    assert not polite & {
        "nicht",
        "kein",
        "keine",
        "nichts",
        "aber",
        "leider",
        "no",
        "not",
        "but",
        "never",
        "still",
        "bitte",
        "please",
    }


def test_words_are_counted_without_marks_and_addresses() -> None:
    assert word_count(scan("Hallo @nordwind, alles gut 👍 https://x.example!")) == 3


def test_the_lists_have_the_bits_below_those_of_rules() -> None:
    assert sorted(bit for bit, _ in language_lists()) == list(range(OWN_LISTS))
