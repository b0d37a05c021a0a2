"""Files of notes: each is one file, whatever gets lost, and none that is not taken stops another note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import FileContent, Record, Retry, Written
from tests.adapters.hubspot.accounts import note, refs, ticket

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.hubspot.accounts import Place


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    path = tmp_path / "bill.txt"
    path.write_text("paid")
    return path


def filed(number: int, case: str, path: Path) -> Record:
    file = FileContent(f"{number:032x}", path.name, "text/plain", 4, str(path))
    return replace(note(number, case), files=(file,))


def two_notes_of_each_ticket(here: Place, bill: Path) -> list[Record]:
    """Return notes, the first with a file, and let everything be known that is asked before files are sent."""
    first, second = refs(here.target, [ticket(1), ticket(2)])
    refs(here.target, [note(8, first), note(9, second)])
    return [filed(1, first, bill), note(2, first), filed(3, second, bill), note(4, second)]


def test_a_file_that_is_not_taken_now_holds_up_its_own_ticket_only(here: Place, bill: Path) -> None:
    records = two_notes_of_each_ticket(here, bill)
    here.fake.faults.order(*["reset_before"] * 4)
    outcomes = here.target.write("notes", records)
    assert [type(outcome) for outcome in outcomes] == [Retry, Retry, Written, Written]
    assert {type(outcome) for outcome in here.target.write("notes", records[:2])} == {Written}


def test_a_file_whose_answer_got_lost_is_sent_again_and_stays_one(here: Place, bill: Path) -> None:
    records = two_notes_of_each_ticket(here, bill)
    here.fake.faults.order("reset_after")
    refs(here.target, records[:1])
    assert len(here.fake.portal.files) == 1
