"""What of an agent's comment goes out."""

from __future__ import annotations

import pytest

from bridge.answers import words_of


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("We are on it.", "We are on it."),
        ("Done.\n\nOn Mon, 2 Mar 2026 Greta wrote:\n> where is it?\n> please", "Done."),
        ("Erledigt.\n\nAm 02.03.2026 um 10:00 schrieb Greta:\nWo ist es?", "Erledigt."),
        ("Yes.\n> is it?\nAnd more.", "Yes.\nAnd more."),
        ("Thanks\n-- \nAnna\nService team", "Thanks"),
        ("Done.\n-----Original Message-----\nFrom: Greta\nSent: today", "Done."),
        ("Gern.\n\nVon: Greta\nGesendet: Montag\nAn: Service\nWo?", "Gern."),
        ("From: here to there, it takes two days.", "From: here to there, it takes two days."),
        ("## reply above this line ##\nold", ""),
        ("first\r\n\r\n\r\n\r\nsecond", "first\n\nsecond"),
        ("> only a quote", ""),
    ],
)
def test_quotes_and_signatures_are_cut_and_own_words_kept(written: str, own: str) -> None:
    assert words_of(written).text == own


def test_the_agent_says_by_a_word_that_it_may_go_in_public() -> None:
    assert words_of("#public Come by.").public
    assert words_of("#public Come by.").text == "Come by."
    assert words_of("#publicity is all").public is None
