"""What is read back: whose answer it is, what happened to tickets, who was merged, and open tickets of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bridge.nouns import Actor, Answer, CaseEvent, Cursor, PersonDeleted, PersonMerged, PersonSeen, What
from tests.adapters.zendesk.accounts import Place, comment, place, quick, refs, ticket, user
from tests.fakes.zendesk import work

if TYPE_CHECKING:
    from pathlib import Path


def answers(here: Place, after: Cursor | None = None) -> list[Answer]:
    pages = here.target.activity(after or Cursor())
    return [item for page in pages for item in page.items if isinstance(item, Answer)]


def events(here: Place, what: What) -> list[CaseEvent]:
    pages = here.target.activity(Cursor())
    return [item for page in pages for item in page.items if isinstance(item, CaseEvent) and item.what is what]


def said(here: Place, case: str, text: str, *, by: int, channel: str) -> None:
    """Let somebody write in public by some way."""
    with here.fake.state.lock:
        body = {"comment": {"body": text, "public": True}}
        work.change(here.fake.state, int(case), body, by=by, via={"channel": channel, "source": {}})


def test_each_public_comment_is_known_by_who_wrote_it_and_by_which_way(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    customer = int(here.fake.agent.user("Ada Kern"))
    for text, by, channel in (
        ("in the browser", 9101, "web"),
        ("by mail", 9101, "email"),
        ("by a rule", 9101, "rule"),
        ("by another program", 9102, "api"),
        ("a customer's", customer, "email"),
        ("by the system", -1, "system"),
    ):
        said(here, case, text, by=by, channel=channel)
    refs(here.target, [comment(1, case)])
    told = {each.text: each.actor for each in answers(here) if each.public}
    assert told == {
        "in the browser": Actor.AGENT,
        "by mail": Actor.AGENT,
        "by a rule": Actor.AUTOMATION,
        "by another program": Actor.AUTOMATION,
        "a customer's": Actor.CUSTOMER,
        "by the system": Actor.AUTOMATION,
    }


def test_what_our_own_hands_write_is_never_taken_for_an_answer(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.target.agent().reply(case, "A try.", author="Kim", attach=())
    assert {each.actor for each in answers(here)} == {Actor.US}


def test_the_comments_of_a_merge_are_no_answers(here: Place) -> None:
    loser, winner = refs(here.target, [ticket(1), ticket(2)])
    here.fake.agent.merge_tickets(loser, winner)
    assert Actor.AGENT not in {each.actor for each in answers(here)}
    assert [(event.case_ref, event.value) for event in events(here, What.MERGED)] == [(loser, winner)]


def test_an_automation_that_closes_is_no_agent(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.fake.agent.automation(case, status="solved")
    event = events(here, What.STATUS)[-1]
    assert (event.value, event.actor) == ("closed", Actor.AUTOMATION)


def test_owner_group_and_priority_are_events_with_what_was_before(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1, priority="low")])
    here.fake.agent.change(case, assignee_id=9102, group_id=360002, priority="urgent", status="pending")
    assert [(each.value, each.before) for each in events(here, What.PRIORITY)][-1] == ("urgent", "low")
    assert events(here, What.OWNER)[-1].value == "9102"
    assert events(here, What.QUEUE)[-1].value == "360002"
    assert events(here, What.STATUS)[-1].value == "waiting"


def test_a_deleted_ticket_is_told_once_the_bin_was_looked_through(tmp_path: Path) -> None:
    here = place(tmp_path, deletions_minutes=15)
    (case,) = refs(here.target, [ticket(1)])
    cursor = here.target.activity_head()
    here.fake.agent.delete_ticket(case)
    first = list(here.target.activity(cursor))
    assert not [
        item for page in first for item in page.items if isinstance(item, CaseEvent) and item.what is What.DELETED
    ]
    here.clock.forward(timedelta(minutes=16))
    later = list(here.target.activity(first[-1].cursor))
    (event,) = [
        item for page in later for item in page.items if isinstance(item, CaseEvent) and item.what is What.DELETED
    ]
    assert (event.case_ref, event.actor) == (case, Actor.AGENT)


def test_an_answer_of_the_latest_minute_is_read_a_minute_later(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), export_lag=timedelta(seconds=60)), export_lag=70)
    (case,) = refs(here.target, [ticket(1)])
    here.clock.forward(timedelta(minutes=5))
    cursor = here.target.activity_head()
    here.fake.agent.comment(case, "We are on it.", public=True)
    heard: list[str] = []
    for _ in range(4):
        here.clock.forward(timedelta(seconds=30))
        for page in here.target.activity(cursor):
            cursor = page.cursor
            heard += [item.text for item in page.items if isinstance(item, Answer) and item.actor is Actor.AGENT]
    assert set(heard) == {"We are on it."}


def test_many_events_come_in_pages_and_none_is_lost(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), page=10))
    (case,) = refs(here.target, [ticket(1)])
    for number in range(60):
        here.fake.agent.comment(case, f"Answer {number}", public=True)
        here.clock.forward(timedelta(seconds=number % 3))
    pages = list(here.target.activity(Cursor()))
    assert len(pages) > 3
    heard = [item.text for page in pages for item in page.items if isinstance(item, Answer) and item.public]
    assert set(heard) == {f"Answer {number}" for number in range(60)}


def test_merged_users_are_told_from_deleted_ones_by_their_tickets(here: Place) -> None:
    loser, winner, gone = refs(here.target, [user(n) for n in range(3)])
    here.fake.agent.ticket("An old question", requester=loser)
    here.fake.agent.merge_users(loser, winner)
    here.fake.agent.delete_user(gone)
    told = [event for page in here.target.contacts(Cursor()) for event in page.events]
    assert [(each.loser, each.winner) for each in told if isinstance(each, PersonMerged)] == [(loser, winner)]
    assert [each.native_id for each in told if isinstance(each, PersonDeleted)] == [gone]
    assert {each.person.native_id for each in told if isinstance(each, PersonSeen)} == {winner}


def test_agents_are_no_customers(here: Place) -> None:
    told = [event for page in here.target.contacts(Cursor()) for event in page.events]
    assert told == []


def test_a_first_reading_of_tickets_takes_the_open_ones_alone(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), page=5))
    opened = [here.fake.agent.ticket(f"Router {n}") for n in range(12)]
    for done in opened[:6]:
        here.fake.agent.change(done, status="solved")
    refs(here.target, [ticket(1)])
    pages = list(here.target.cases(Cursor()))
    assert {case.ref for page in pages for case in page.cases} == set(opened[6:])
    for count in range(1, len(pages)):
        rest = list(here.target.cases(pages[count - 1].cursor))
        assert {case.ref for page in pages[:count] + rest for case in page.cases} == set(opened[6:])


def test_every_key_stands_once_and_a_double_is_seen(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    (ref,) = refs(here.target, [comment(1, case)])
    refs(here.target, [replace(comment(1, case), ref=ref, fields={"body": "Corrected."})])
    assert list(here.target.keys("comments")) == [comment(1, case).key]
    here.fake.agent.comment(case, f"It blinks.\n\n[{comment(1, case).key}]", public=False)
    assert list(here.target.keys("comments")) == [comment(1, case).key] * 2
    here.fake.agent.delete_ticket(case)
    assert list(here.target.keys("comments")) == []
    assert list(here.target.keys("tickets")) == []


def test_what_was_written_just_now_is_among_the_keys_and_only_then_is_waited_for(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), export_lag=timedelta(seconds=60)), export_lag=70)
    began = here.clock.now()
    assert list(here.target.keys("tickets")) == []
    assert here.clock.now() == began
    refs(here.target, [ticket(1)])
    assert list(here.target.keys("tickets")) == [ticket(1).key]
    assert here.clock.now() == began + timedelta(seconds=70)
    assert list(here.target.keys("comments")) == []
    assert here.clock.now() == began + timedelta(seconds=70)


def test_a_file_of_an_agents_comment_is_handed_over_and_the_storage_gets_no_credentials(
    here: Place, tmp_path: Path
) -> None:
    (case,) = refs(here.target, [ticket(1)])
    file = tmp_path / "bill.pdf"
    file.write_bytes(b"%PDF-1.4 a bill \xff\x00")
    here.target.agent().reply(case, "Here it is.", author="Kim", attach=[file])
    (attached,) = [each for answer in answers(here) for each in answer.files]
    assert attached.name == "bill.pdf"
    assert here.target.attachment(attached.url) == file.read_bytes()
    assert here.target.attachment("https://acme.zendesk.example/attachments/token/gone/?name=bill.pdf") is None
    assert here.target.attachment("https://elsewhere.example/attachments/token/1/") is None
