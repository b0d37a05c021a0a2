"""Tickets of the past are imported with what was said in them, at its own time, and nobody hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bridge.nouns import Accepted, FileContent, Presence, Refusal, Retry, Unknown, Written
from tests.adapters.zendesk.accounts import MONDAY, Place, comment, key, place, quick, refs, ticket, user
from tests.fakes.zendesk.org import hostile
from tests.fakes.zendesk.state import iso

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Record

OPENED = MONDAY - timedelta(days=200)


def past(number: int, said: int = 2, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return a ticket of the past with messages, a day between."""
    messages = tuple(
        comment(10 * number + n, "", created_at=OPENED + timedelta(days=n), public=False) for n in range(said)
    )
    return replace(ticket(number, status="solved", created_at=OPENED, **fields), past=messages)


def loud(folder: Path) -> Place:
    """Open an account in which a trigger mails of everything, our tag or not."""
    return place(folder, replace(quick(), triggers=hostile().triggers))


@pytest.mark.parametrize("count", [1, 4], ids=["alone", "in a job"])
def test_what_was_said_stands_at_its_own_time_and_nobody_is_mailed(tmp_path: Path, count: int) -> None:
    here = loud(tmp_path)
    people = refs(here.target, [user(n, email=f"ada{n}@town.example") for n in range(count)])
    made = refs(here.target, [past(n, requester_id=person) for n, person in enumerate(people)])
    for n, each in enumerate(made):
        row, comments = here.fake.state.tickets[int(each)], here.fake.state.comments_of(int(each))
        assert (row["created_at"], row["status"], row["external_id"]) == (iso(OPENED), "solved", key(f"case:{n}"))
        assert row["solved_at"] == iso(OPENED + timedelta(days=1))
        times = [OPENED, OPENED, OPENED + timedelta(days=1)]
        assert [each["created_at"] for each in comments] == [iso(time) for time in times]
        assert not any(each["public"] for each in comments)
        assert comments[2]["body"].startswith(f"It blinks {10 * n + 1} times.")
    assert list(here.fake.notices) == []


def test_the_same_ticket_of_today_is_no_import(tmp_path: Path) -> None:
    here = loud(tmp_path)
    (person,) = refs(here.target, [user(1, email="ada@town.example")])
    refs(here.target, [ticket(1, requester_id=person, created_at=OPENED)])
    assert [call.path for call in here.fake.calls if "/imports/" in call.path] == []
    assert [notice.automation for notice in here.fake.notices] == ["Thank for every ticket"]
    assert here.fake.state.tickets[max(here.fake.state.tickets)]["created_at"] == iso(MONDAY)


def test_messages_that_went_along_are_found_in_their_ticket(here: Place) -> None:
    (case,) = refs(here.target, [past(1)])
    found = here.again().find("comments", {comment(n, "").key: case for n in (10, 11, 12)}, here.clock.now())
    presence = [found[comment(n, "").key].presence for n in (10, 11, 12)]
    assert presence == [Presence.FOUND, Presence.FOUND, Presence.UNSURE]


def test_a_lost_answer_is_found_out_by_the_key(here: Place) -> None:
    """Imports know no idempotency key."""
    for name in ("tickets", "comments"):
        here.target.schema(name)
    here.wire.lose = "response"
    assert isinstance(here.target.write("tickets", [past(1)])[0], Unknown)
    found = here.again().find("tickets", {past(1).key: ""}, here.clock.now())[past(1).key]
    assert found.presence is Presence.FOUND
    assert len(here.fake.state.tickets) == 1


def test_a_message_that_does_not_fit_is_left_to_come_by_itself(here: Place) -> None:
    broken = replace(comment(12, ""), fields={"body": "n" * 70_000})
    sent = past(1)
    (case,) = refs(here.target, [replace(sent, past=(*(sent.past or ()), broken))])
    assert len(here.fake.state.comments_of(int(case))) == 3
    (refusal,) = here.target.write("comments", [replace(broken, parent=case)])
    assert isinstance(refusal, Refusal)
    assert refusal.field == "body"


def test_a_message_from_tomorrow_is_of_now(here: Place) -> None:
    """A network's clock may be ahead, and Zendesk refuses what is to come."""
    early = comment(10, "", created_at=MONDAY + timedelta(hours=3))
    (case,) = refs(here.target, [replace(past(1), past=(early,))])
    assert here.fake.state.comments_of(int(case))[1]["created_at"] == iso(MONDAY)


def test_files_go_along(here: Place, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"png")
    photo = FileContent("k", "photo.png", "image/png", 3, str(tmp_path / "photo.png"))
    sent = past(1, said=1)
    (case,) = refs(here.target, [replace(sent, past=tuple(replace(each, files=(photo,)) for each in sent.past or ()))])
    assert [file["file_name"] for file in here.fake.state.comments_of(int(case))[1]["attachments"]] == ["photo.png"]


def test_an_import_is_settled_as_any_job_record_by_record(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), job_seconds=20), job_wait=0)
    spammer = here.fake.agent.user("Spammer")
    here.fake.agent.suspend(spammer)
    outcomes = here.target.write("tickets", [past(1), past(2, requester_id=spammer), past(3)])
    here.clock.forward(timedelta(seconds=30))
    settled = here.target.settle([each.job for each in outcomes if isinstance(each, Accepted)])
    assert [type(each) for each in settled] == [Written, Refusal, Written]


@pytest.mark.parametrize("count", [1, 3], ids=["alone", "in a job"])
def test_a_text_that_zendesk_refuses_is_no_reason_to_refuse_the_ticket(tmp_path: Path, count: int) -> None:
    """What fits by the schema may not fit there; it is the message that is set aside."""
    here = place(tmp_path, replace(quick(), longest_comment=500))
    broken = replace(comment(99, ""), fields={"body": "n" * 600})
    sent = [past(n) for n in range(count)]
    sent[0] = replace(sent[0], past=(*(sent[0].past or ()), broken))
    outcomes = here.target.write("tickets", sent)
    assert [type(outcome) for outcome in outcomes] == [Retry, *[Written] * (count - 1)]
    (case,) = refs(here.target, sent[:1])
    outcomes = here.target.write("comments", [replace(each, parent=case) for each in sent[0].past or ()])
    assert [type(outcome) for outcome in outcomes] == [Written, Written, Refusal]
    assert len(here.fake.state.tickets) == count


def test_what_this_process_brought_in_takes_no_look_afterwards(here: Place) -> None:
    sent = [past(n) for n in range(4)]
    cases = refs(here.target, sent)
    here.fake.calls.clear()
    messages = [replace(each, parent=case) for each, case in zip(sent, cases, strict=True) for each in each.past or ()]
    found = here.target.find("comments", {each.key: each.parent for each in messages}, here.clock.now())
    there = [replace(each, ref=found[each.key].ref, fields={"body": each.fields["body"]}) for each in messages]
    refs(here.target, there)
    assert list(here.fake.calls) == []
    refs(here.target, [replace(there[0], fields={"body": "Corrected."})])
    assert here.fake.state.comments_of(int(cases[0]))[-1]["body"].startswith("Corrected.")
