"""What people read in a case."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.nouns import Eligibility
from bridge.outbox.wording import SUBJECT_LENGTH, reply_hint, subject_of


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("Invoice  4711", "Where is it?", "Invoice 4711"),
        ("", "@brand @help my router\nis broken", "my router is broken"),
        ("", "@brand", "@brand"),
        ("", "  ", "outage"),
    ],
)
def test_a_subject_is_the_matter_in_one_line(subject: str, text: str, expected: str) -> None:
    assert subject_of(subject, text, "outage") == expected


def test_a_long_subject_is_cut_with_an_ellipsis() -> None:
    cut = subject_of("", "word " * 100, "")
    assert len(cut) <= SUBJECT_LENGTH
    assert cut.endswith("…")


def test_without_anything_to_say_a_subject_says_so() -> None:
    assert subject_of("", "", "") == "(no text)"


def test_a_hint_says_where_how_long_and_until_when() -> None:
    until = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    hint = reply_hint(
        network="x", public=False, name="@greta", eligibility=Eligibility(can=True, until=until, max_length=280)
    )
    assert hint == (
        "Your public answer goes privately to @greta on x, at most 280 characters, until 2026-03-03 09:00 UTC."
    )


def test_a_hint_says_why_no_answer_can_go_and_what_can_be_done() -> None:
    eligibility = Eligibility(can=False, reason="the window closed", alternatives=("mail", "a call"))
    hint = reply_hint(network="x", public=True, name="", eligibility=eligibility)
    assert hint == "An answer cannot go to x: the window closed. Instead: mail; a call."


@pytest.mark.parametrize(("name", "whom"), [("Anna", "Anna (anna@kunde.example)"), ("", "anna@kunde.example")])
def test_the_hint_names_the_addresses_that_an_answer_reaches(name: str, whom: str) -> None:
    eligibility = Eligibility(can=True, to="anna@kunde.example")
    hint = reply_hint(network="mail", public=False, name=name, eligibility=eligibility)
    assert hint == f"Your public answer goes privately to {whom} on mail."
