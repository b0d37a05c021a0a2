"""What was set aside is repaired, read again and delivered; the ledger balances before and after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit
from tests.bad_input.project import OTHER, line

if TYPE_CHECKING:
    from tests.bad_input.project import Place

CSV = b"""id,text,sent_at
1,Where is my parcel?,2026-03-01T08:00:00Z
2,Where is my parcel?,2026-13-01T08:00:00Z
3,Where is my parcel?,2026-02-31T08:00:00Z
,Where is my parcel?,2026-03-01T08:00:00Z
5,"caf\xe9 parcel",2026-03-01T08:00:00Z
6,Where is my parcel?,2026-03-01T08:00:00Z
"""


@pytest.fixture
def aside(place: Place) -> dict[str, str]:
    """Sync an export with four bad rows; give their numbers by line."""
    place.edit("casebridge.yaml", "network: x", "network: x\n    encoding: utf-8")
    (place.inbox / "a.csv").write_bytes(CSV)
    assert place.run("sync").exit_code == Exit.SET_ASIDE
    assert place.outcome().delivered == {"x//1", "x//6", OTHER}
    return {row["place"].rpartition(":")[2]: f"Q-{row['id']}" for row in place.ask("quarantine", "list")}


def _delivered_after(place: Place) -> set[str]:
    assert place.run("sync").exit_code == Exit.OK
    return place.outcome().delivered


def test_one_row_repaired_by_hand_is_delivered_and_no_other(place: Place, aside: dict[str, str]) -> None:
    done = place.run("quarantine", "replay", aside["3"], "--set", "sent_at=2026-03-01T08:00:00Z")
    assert (done.exit_code, done.stdout) == (Exit.OK, "1 replayed.\n")
    assert _delivered_after(place) == {"x//1", "x//2", "x//6", OTHER}
    assert set(place.outcome().set_aside) == {"inbox/a.csv:4", "inbox/a.csv:5", "inbox/a.csv:6"}


def test_many_rows_repaired_in_a_file_are_delivered(place: Place, aside: dict[str, str]) -> None:
    repairs = [
        {"id": aside["3"], "sent_at": "2026-03-01T08:00:00Z"},
        {"id": aside["4"], "fields": {"sent_at": "2026-02-28T08:00:00Z"}},
        {"id": aside["5"], "fields": {"id": "4"}},
        {"id": aside["6"], "text": "café parcel"},
    ]
    file = place.folder / "repairs.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in repairs), encoding="utf-8")
    done = place.run("quarantine", "replay", "--file", str(file))
    assert done.stdout == "4 replayed.\n", done.output
    assert _delivered_after(place) == {OTHER, *(f"x//{number}" for number in range(1, 7))}
    outcome = place.outcome()
    assert "café parcel" in outcome.texts
    assert outcome.set_aside == {}


def test_a_row_that_is_not_repaired_stays_with_its_reason(place: Place, aside: dict[str, str]) -> None:
    done = place.run("quarantine", "replay", *aside.values())
    assert done.exit_code == Exit.SET_ASIDE
    assert done.stdout.startswith("0 replayed.\nQ-1 still cannot be read: ")
    assert len(place.outcome().set_aside) == 4
    assert _delivered_after(place) == {"x//1", "x//6", OTHER}


def test_a_corrected_mapping_lets_all_rows_be_read_again(place: Place) -> None:
    mapping = "mapping: {id: {from: id}, text: {from: text}, sent_at: {from: at, parse_time: '%d.%m.%Y'}}"
    place.edit("casebridge.yaml", "network: x", f"network: x\n    {mapping}")
    (place.inbox / "a.csv").write_bytes(b"id,text,at\n1,my parcel,01/03/2026\n2,my parcel,02/03/2026\n")
    assert place.run("sync").exit_code == Exit.SET_ASIDE
    assert place.outcome().delivered == {OTHER}
    place.edit("casebridge.yaml", "%d.%m.%Y", "%d/%m/%Y")
    assert place.run("quarantine", "replay", "--all").stdout == "2 replayed.\n"
    assert _delivered_after(place) == {"x//1", "x//2", OTHER}


def test_the_same_file_again_sets_nothing_aside_twice(place: Place, aside: dict[str, str]) -> None:
    place.run("quarantine", "replay", aside["3"], "--set", "sent_at=2026-03-01T08:00:00Z")
    (place.inbox / "a.csv").rename(place.inbox / "b.csv")
    (place.inbox / "b.csv").write_bytes(b"lang," + CSV.replace(b"\n", b"\nde,").removesuffix(b"de,"))
    (place.inbox / "c.csv").write_bytes(CSV)
    assert place.run("sync").exit_code == Exit.SET_ASIDE
    outcome = place.outcome()
    assert outcome.delivered == {"x//1", "x//2", "x//6", OTHER}
    reasons = [reason for where, reason in outcome.set_aside.items() if where.startswith("inbox/a.csv")]
    assert len(reasons) == 3
    assert not [where for where in outcome.set_aside if where.startswith("inbox/c.csv")]


def test_a_row_corrected_in_the_file_is_delivered_and_its_old_self_can_be_dropped(
    place: Place, aside: dict[str, str]
) -> None:
    (place.inbox / "a.csv").write_bytes(CSV.replace(b"2026-13-01", b"2026-03-01"))
    place.run("sync")
    assert place.outcome().delivered == {"x//1", "x//2", "x//6", OTHER}
    assert place.run("quarantine", "drop", aside["3"]).stdout == "1 dropped.\n"
    assert len(place.outcome().set_aside) == 3


def test_a_row_replayed_into_a_message_that_is_there_is_a_repetition(place: Place, aside: dict[str, str]) -> None:
    assert place.run("quarantine", "replay", aside["5"], "--set", "id=1").stdout == "1 replayed.\n"
    assert _delivered_after(place) == {"x//1", "x//6", OTHER}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "repairs.jsonl:1: this is not JSON"),
        (b"\n[1]\n", "repairs.jsonl:2: each line is an object with the row's number"),
        (b'{"text": "a"}', "repairs.jsonl:1: each line is an object with the row's number"),
        (b'{"id": "Q-99"}', "Not open in the quarantine: Q-99."),
        (b'{"id": "seven"}', "'seven' is no number; write Q-12 or 12."),
        (b'{"id": "Q-1", "fields": 7}', "repairs.jsonl:1: "),
    ],
)
@pytest.mark.usefixtures("aside")
def test_a_bad_file_of_repairs_is_told_and_changes_nothing(place: Place, content: bytes, sentence: str) -> None:
    file = place.folder / "repairs.jsonl"
    file.write_bytes(content)
    result = place.run("quarantine", "replay", "--file", str(file))
    assert result.exit_code == Exit.CONFIG
    assert sentence in result.stderr.replace("│", "")
    assert len(place.outcome().set_aside) == 4


def test_a_row_of_a_source_that_is_gone_stays(place: Place, aside: dict[str, str]) -> None:
    place.edit("casebridge.yaml", "  feed:", "  food:")
    result = place.run("quarantine", "replay", aside["3"])
    assert result.exit_code == Exit.SET_ASIDE
    assert "The source feed is not in the project file any more." in result.stdout


def test_broken_json_is_repaired_by_giving_its_fields(place: Place) -> None:
    (place.inbox / "a.jsonl").write_bytes(line("1") + b'{"id": "2", "text": "my parc\n')
    assert place.run("sync").exit_code == Exit.SET_ASIDE
    assert place.run("quarantine", "replay", "Q-1").exit_code == Exit.SET_ASIDE
    repaired = ("--set", "id=2", "--set", "text=my parcel", "--set", "author.handle=anna")
    assert place.run("quarantine", "replay", "Q-1", *repaired).stdout == "1 replayed.\n"
    assert _delivered_after(place) == {"x//1", "x//2", OTHER}
