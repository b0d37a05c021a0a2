"""What a run counted is said in words, in the order of a message's journey."""

from __future__ import annotations

import pytest

from bridge.attachment_files import State
from bridge.collect import Counts
from bridge.commands.counted import WORDS, in_order, told
from bridge.nouns import Actor


def test_counts_are_told_in_words_without_what_is_none() -> None:
    counted = {"not_needed": 1, "created": 6, "waiting": 0, "answers_before": 2}
    assert told(counted) == "6 created, 1 not to be delivered, 2 answers not published, older than publishing"
    assert told({"created": 0}) == ""
    assert told({"sent": 1, "notes": 1, "people": 1}) == "1 answer sent, 1 internal note, 1 people"


def test_a_run_is_told_from_the_source_to_the_target() -> None:
    assert in_order(["crm", "resolve", "x"], sources=["mail", "x"], targets=["crm"]) == ["x", "resolve", "crm"]


@pytest.mark.parametrize(
    "name",
    [
        *Counts().as_dict(),
        *State,
        *(f"answers_of_{actor}" for actor in Actor if actor not in {Actor.AGENT, Actor.US}),
        *(f"answers_{state}" for state in ("held", "review", "refused")),
    ],
)
def test_every_count_has_its_words(name: str) -> None:
    assert "_" not in WORDS[name]
